import { type CfnResource, Lazy, Tokenization } from 'aws-cdk-lib';
import { field, opened, property, setProperty, withField, without } from '../../rendered/resource';
import { clusterNamedBy } from '../cluster-match';
import type { ServedCluster } from '../served-cluster';
import { type SenderShape, taskTargetOf, taskTargetsOf } from '../task-targets';
import { waitForAssociations } from './wait-for-association';

/**
 * Drops the launch type of rules, schedules and pipes that run a task on one of our clusters.
 *
 * Scheduler's `EcsRunEc2Task`, and EventBridge's `EcsTask` in awsvpc mode, write `LaunchType: EC2`, which
 * never scales from zero. All three call `RunTask`, where neither launch type nor strategy means the
 * cluster's default strategy (`RunTask`, `capacityProviderStrategy`). What uses a strategy then waits for the
 * association, as a service does.
 */
export function dropRunTaskLaunchType(
  resource: CfnResource,
  shape: SenderShape,
  clusters: readonly ServedCluster[],
): void {
  const adapt = (value: unknown): unknown => {
    const open = opened(resource, value);
    return Array.isArray(open)
      ? open.map((target) => adaptTarget(resource, target, shape, clusters))
      : adaptTarget(resource, open, shape, clusters);
  };
  const value = property(resource, shape.property);
  // The targets of an L2 rule are a token, so that targets can still be added: what is data stays data, what
  // is lazy stays lazy.
  const lazy = Tokenization.isResolvable(value);
  setProperty(resource, shape.property, lazy ? Lazy.any({ produce: () => adapt(value) }) : adapt(value));
  waitForAssociations(resource, () => clustersUsed(resource, shape, clusters));
}

function adaptTarget(
  resource: CfnResource,
  value: unknown,
  shape: SenderShape,
  clusters: readonly ServedCluster[],
): unknown {
  const open = opened(resource, value);
  const target = taskTargetOf(resource, open, shape);
  if (target === undefined || field(target.parameters, 'launchType') !== 'EC2' || target.strategy.length > 0)
    return value;
  const match = clusterNamedBy(target.cluster, resource, clusters);
  return match?.cluster.defaultStrategyIsOurs
    ? withField(open as object, shape.parameters, without(target.parameters, 'launchType'))
    : value;
}

function clustersUsed(
  resource: CfnResource,
  shape: SenderShape,
  clusters: readonly ServedCluster[],
): ServedCluster[] {
  return taskTargetsOf(resource, shape).flatMap(({ cluster, parameters, strategy }) => {
    if (field(parameters, 'launchType') === 'FARGATE' && strategy.length === 0) return [];
    const match = clusterNamedBy(cluster, resource, clusters);
    return match?.byReference ? [match.cluster] : [];
  });
}
