import { Stack } from 'aws-cdk-lib';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import type { IConstruct } from 'constructs';
import type { NodeProps } from '../node/node-props';
import { quoteForMessage } from '../private/errors';
import { type Problem, problemAt } from '../rendered/problem';
import { isResourceOf, referencedResource } from '../rendered/references';
import { associationProblems } from '../review/association-rules';
import type { InstanceTier } from '../tier/instance-tier';
import { unusedNodeFields } from './unreached-node-fields';

/** What is wrong with a cluster and all of its tiers together. */
export function clusterProblems(
  cluster: ecs.Cluster,
  tiers: InstanceTier[],
  nodeDefaults: NodeProps,
): Problem[] {
  if (tiers.length === 0) {
    const text = 'a cluster needs at least one tier: give it `tiers`, or call `addTier()`';
    return [problemAt(cluster, 'NoTier', text)];
  }
  return [
    ...strategyProblems(cluster, tiers),
    ...nameProblems(cluster, cluster.capacityProviderNames, tiers),
    ...associationProblems(
      cluster,
      tiers.map((tier) => tier.capacityProviderName),
    ),
    ...unusedNodeFields(cluster, nodeDefaults, tiers),
  ];
}

function strategyProblems(cluster: ecs.Cluster, tiers: InstanceTier[]): Problem[] {
  if (tiers.every((tier) => tier._isRetired)) {
    return [problemAt(cluster, 'RetiredTier', 'a cluster needs at least one tier that is not `retired`')];
  }
  return shareProblems(cluster, tiers, cluster.defaultCapacityProviderStrategy);
}

/** What is wrong with the bases and weights of tiers in one strategy. */
export function shareProblems(
  cluster: IConstruct,
  tiers: InstanceTier[],
  strategy: readonly ecs.CapacityProviderStrategy[],
): Problem[] {
  const problems: Problem[] = [];
  const based = tiers
    .filter((tier) => tier._options.defaultStrategy?.base)
    .map((tier) => quoteForMessage(tier.name));
  if (based.length > 1) {
    const text = `\`defaultStrategy.base\` can be set for one tier only, got: ${based.join(', ')}`;
    problems.push(problemAt(cluster, 'InvalidStrategy', text));
  }
  // "If all weights are 0, any RunTask or CreateService with the strategy fails"
  // (CapacityProviderStrategyItem).
  if (strategy.every(({ weight }) => weight === 0)) {
    const text = '`defaultStrategy.weight` must be above 0 for at least one tier, got: 0 for all';
    problems.push(problemAt(cluster, 'InvalidStrategy', text));
  }
  return problems;
}

const PROVIDER = 'AWS::ECS::CapacityProvider';

/** Capacity providers a cluster, Fargate's two counted. */
const MAX_PROVIDERS = 20;

/** What is wrong with the names of the capacity providers of a cluster, those of its tiers among them. */
export function nameProblems(
  cluster: IConstruct,
  providerNames: readonly string[],
  tiers: InstanceTier[],
): Problem[] {
  const associated = new Set(providerNames);
  const problems: Problem[] = [];
  if (associated.size > MAX_PROVIDERS) {
    const others = associated.size - tiers.length;
    const text =
      `a cluster can have at most ${MAX_PROVIDERS} capacity providers, got: ${associated.size}, ` +
      `${tiers.length} of tiers and ${others} others (Fargate's two count)`;
    problems.push(problemAt(cluster, 'TooManyTiers', text));
  }
  const named = tiers.filter((tier) => tier._options.capacityProviderName !== undefined);
  if (named.length === 0) return problems;
  const providers = new Set<IConstruct>([
    ...[...associated].flatMap((name) => referencedResource(name, PROVIDER) ?? []),
    ...Stack.of(cluster)
      .node.findAll()
      .filter((one) => isResourceOf(PROVIDER, one)),
  ]);
  const names = [...providers].map((one) => (one as ecs.CfnCapacityProvider).name);
  for (const name of new Set(named.flatMap((tier) => tier._options.capacityProviderName ?? []))) {
    if (names.filter((one) => one === name).length < 2) continue;
    const paths = [...providers]
      .filter((one) => (one as ecs.CfnCapacityProvider).name === name)
      .map((one) => quoteForMessage(one.node.path));
    const text =
      `\`capacityProviderName\` must be unique, got ${quoteForMessage(name)} ` +
      `${paths.length === 2 ? 'twice' : `${paths.length} times`}: ${paths.join(', ')}. Leave it out of the ` +
      'tier: names are generated';
    problems.push(problemAt(cluster, 'InvalidCapacityProviderName', text));
  }
  return problems;
}
