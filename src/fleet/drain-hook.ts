/**
 * What the name of ECS's own hook begins with. Without it a node is terminated before its tasks have moved.
 */
export const DRAIN_HOOK = 'ecs-managed-draining-';

/** What the cordon reports when a group that should be drained has no such hook. */
export const DRAIN_HOOK_METRIC = {
  namespace: 'EcsAutoScaledCluster',
  metricName: 'DrainHookMissing',
  dimension: 'AutoScalingGroupName',
} as const;
