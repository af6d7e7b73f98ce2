import { Token } from 'aws-cdk-lib';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import type { NodeProps } from '../node/node-props';
import { quoteForMessage } from '../private/errors';
import { deployedStackName, sameEnvironment } from '../private/stacks';
import { warn } from '../private/warning';
import { type Problem, problemAt } from '../rendered/problem';
import { referencedResource } from '../rendered/references';
import { logicalIdOf, property } from '../rendered/resource';
import { StageResources } from '../rendered/stage-resources';
import { keptAssociationProblems } from '../review/association-rules';
import type { InstanceTier } from '../tier/instance-tier';
import { nameProblems, shareProblems } from './cluster-problems';
import { type KeptProviders, knownNames, unlistedNames } from './cluster-providers';
import { unusedNodeFields } from './unreached-node-fields';

const CLUSTER = 'AWS::ECS::Cluster';

/** A cluster that the app does not make, as its checks see it. */
interface CheckedCluster {
  readonly tiers: InstanceTier[];
  readonly defaults: NodeProps;
  /** Undefined: the list is another owner's. */
  readonly kept?: KeptProviders;
  /** The tiers' part in a strategy. */
  readonly strategy: readonly ecs.CapacityProviderStrategy[];
}

/** The path of the cluster of this app that a name refers to. One of a template (an L1) may be given. */
export function clusterOfThisApp(clusterName: string): string | undefined {
  const scope = referencedResource(clusterName, CLUSTER)?.node.scope;
  return ecs.Cluster.isCluster(scope) ? scope.node.path : undefined;
}

/** What is wrong with a cluster that the app does not make, and all of its tiers together. */
export function existingClusterProblems(cluster: ecs.ICluster, checked: CheckedCluster): Problem[] {
  const { tiers, defaults, kept, strategy } = checked;
  if (tiers.length === 0) warnOfNoTier(cluster);
  const names = tiers.map((tier) => tier.capacityProviderName);
  return [
    ...sameNameProblems(cluster),
    ...(strategy.length === 0 ? [] : shareProblems(cluster, tiers, strategy)),
    ...nameProblems(cluster, [...(knownNames(kept) ?? []), ...names], tiers),
    ...(kept === undefined ? [] : listProblems(cluster, kept, checked)),
    ...(tiers.length === 0 ? [] : unusedNodeFields(cluster, defaults, tiers)),
  ];
}

function listProblems(
  cluster: ecs.ICluster,
  kept: KeptProviders,
  { tiers, strategy }: CheckedCluster,
): Problem[] {
  warnOfUnlisted(cluster, kept);
  return [
    ...repeatedNames(cluster, kept, tiers),
    ...(kept.tiersInDefaultStrategy ? baseProblems(cluster, [...kept.defaultStrategy, ...strategy]) : []),
    ...keptAssociationProblems(
      cluster,
      tiers.map((tier) => tier.capacityProviderName),
    ),
  ];
}

function warnOfNoTier(cluster: ecs.ICluster): void {
  warn(
    cluster,
    'ExistingCluster.noTier',
    `The existing cluster "${cluster.node.path}" has no tier: services of this app are not placed on tiers, ` +
      'and the capacity providers of tiers that were there before leave its list. That is the first of the ' +
      'two deployments that leave a cluster. Otherwise give it `tiers`, or call `addTier()`.',
  );
}

/** Managed Instances may be in a default strategy, and are in no list. */
function warnOfUnlisted(cluster: ecs.ICluster, kept: KeptProviders): void {
  const unlisted = unlistedNames(kept);
  if (unlisted.length === 0 || Token.isUnresolved(kept.names)) return;
  warn(
    cluster,
    'ExistingCluster.defaultStrategy',
    `The default strategy of the existing cluster "${cluster.node.path}" names ` +
      `${unlisted.map(quoteForMessage).join(', ')}, which \`ClusterProviders.keep()\` does not keep. ECS takes ` +
      'that for a provider of Managed Instances alone. Give `keep()` the name of any other.',
  );
}

/** Two clusters of one name in an account and region are one, and its list would have two owners. */
function sameNameProblems(cluster: ecs.ICluster): Problem[] {
  if (Token.isUnresolved(cluster.clusterName)) return [];
  const same = StageResources.of(cluster)
    .ofType(CLUSTER)
    .find((one) => property(one, 'clusterName') === cluster.clusterName && sameEnvironment(one, cluster));
  if (same === undefined) return [];
  const { scope, path } = same.node;
  const text =
    '`clusterName` must be that of a cluster that this app does not make, got: ' +
    `${quoteForMessage(cluster.clusterName)}, which "${ecs.Cluster.isCluster(scope) ? scope.node.path : path}" ` +
    'makes. Add tiers to it with `addTier()` of an EcsAutoScaledCluster';
  return [problemAt(cluster, 'ClusterOfThisApp', text)];
}

function repeatedNames(cluster: ecs.ICluster, kept: KeptProviders, tiers: InstanceTier[]): Problem[] {
  const names = knownNames(kept) ?? [];
  return tiers.flatMap((tier) => {
    const repeated = names.find(
      (name) => name === tier._options.capacityProviderName || isGeneratedFor(name, tier),
    );
    if (repeated === undefined) return [];
    const text =
      `\`ClusterProviders.keep()\` must not name the capacity provider of a tier, got ${quoteForMessage(repeated)}, ` +
      `that of the tier ${quoteForMessage(tier.name)}. Leave it out: the tiers are added to the list`;
    return [problemAt(cluster, 'InvalidClusterProviders', text)];
  });
}

/** A name that CloudFormation has generated: that of the stack, the logical id, and random characters. */
function isGeneratedFor(name: string, tier: InstanceTier): boolean {
  const resource = referencedResource(tier.capacityProviderName);
  if (tier._options.capacityProviderName !== undefined || resource === undefined) return false;
  return name.startsWith(`${deployedStackName(resource)}-${logicalIdOf(resource)}-`);
}

function baseProblems(cluster: ecs.ICluster, strategy: readonly ecs.CapacityProviderStrategy[]): Problem[] {
  if (strategy.filter(({ base }) => base).length < 2) return [];
  const text =
    'the default strategy must have a base for one capacity provider only, got: several, with those of the ' +
    'tiers. Leave out `base` of the one or the other, or `tiersInDefaultStrategy`';
  return [problemAt(cluster, 'InvalidStrategy', text)];
}
