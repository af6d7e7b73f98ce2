import type * as ecs from 'aws-cdk-lib/aws-ecs';
import type { NodeProps } from '../node/node-props';
import { quoteForMessage } from '../private/errors';
import { type Problem, problemAt } from '../rendered/problem';
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
    ...nameProblems(cluster, tiers),
    ...unusedNodeFields(cluster, nodeDefaults, tiers),
  ];
}

function strategyProblems(cluster: ecs.Cluster, tiers: InstanceTier[]): Problem[] {
  if (tiers.every((tier) => tier._isRetired)) {
    return [problemAt(cluster, 'RetiredTier', 'a cluster needs at least one tier that is not `retired`')];
  }
  const problems: Problem[] = [];
  const based = tiers.filter((tier) => tier._defaultStrategy?.base).map((tier) => quoteForMessage(tier.name));
  if (based.length > 1) {
    const text = `\`defaultStrategy.base\` can be set for one tier only, got: ${based.join(', ')}`;
    problems.push(problemAt(cluster, 'InvalidStrategy', text));
  }
  // "If all weights are 0, any RunTask or CreateService with the strategy fails"
  // (CapacityProviderStrategyItem).
  if (cluster.defaultCapacityProviderStrategy.every(({ weight }) => weight === 0)) {
    const text = '`defaultStrategy.weight` must be above 0 for at least one tier, got: 0 for all';
    problems.push(problemAt(cluster, 'InvalidStrategy', text));
  }
  return problems;
}

function nameProblems(cluster: ecs.Cluster, tiers: InstanceTier[]): Problem[] {
  const names = tiers.flatMap((tier) => tier._explicitCapacityProviderName ?? []);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return [];
  const text = `\`capacityProviderName\` must be unique, got ${quoteForMessage(twice)} twice`;
  return [problemAt(cluster, 'InvalidCapacityProviderName', text)];
}
