import { type CfnResource, Lazy, Tokenization } from 'aws-cdk-lib';
import {
  field,
  opened,
  openedList,
  property,
  setProperty,
  withField,
  without,
} from '../../rendered/resource';
import { clusterNamedBy } from '../cluster-match';
import type { ServedCluster } from '../served-cluster';
import { taskDefinitionBy } from '../task-definition';
import type { TaskRun } from '../warnings/task-platform';
import { waitForAssociations } from './wait-for-association';

/**
 * Drops the launch type of rules and schedules that run a task on one of our clusters.
 *
 * Scheduler's `EcsRunEc2Task`, and EventBridge's `EcsTask` in awsvpc mode, write `LaunchType: EC2`, which
 * never scales from zero. Both call `RunTask`, where neither launch type nor strategy means the cluster's
 * default strategy (`RunTask`, `capacityProviderStrategy`). What uses a strategy then waits for the
 * association, as a service does.
 */
export function dropRunTaskLaunchType(
  resource: CfnResource,
  name: 'target' | 'targets',
  clusters: readonly ServedCluster[],
): void {
  const adapt = (value: unknown): unknown => {
    const open = opened(resource, value);
    return Array.isArray(open)
      ? open.map((target) => adaptTarget(resource, target, clusters))
      : adaptTarget(resource, open, clusters);
  };
  const value = property(resource, name);
  // The targets of an L2 rule are a token, so that targets can still be added: what is data stays data, what
  // is lazy stays lazy.
  const lazy = Tokenization.isResolvable(value);
  setProperty(resource, name, lazy ? Lazy.any({ produce: () => adapt(value) }) : adapt(value));
  waitForAssociations(resource, () => clustersUsed(resource, name, clusters));
}

function adaptTarget(resource: CfnResource, value: unknown, clusters: readonly ServedCluster[]): unknown {
  const target = opened(resource, value);
  const parameters = opened(resource, field(target, 'ecsParameters'));
  if (
    !isObject(target) ||
    !isObject(parameters) ||
    field(parameters, 'launchType') !== 'EC2' ||
    hasStrategy(resource, parameters)
  ) {
    return value;
  }
  const match = clusterNamedBy(field(target, 'arn'), resource, clusters);
  return match?.cluster.defaultStrategyIsOurs
    ? withField(target, 'ecsParameters', without(parameters, 'launchType'))
    : value;
}

/**
 * What the targets of a rule or a schedule run on our clusters, of this app's task definitions, by the
 * clusters' default strategies.
 */
export function taskRunsOfTargets(
  resource: CfnResource,
  name: 'target' | 'targets',
  clusters: readonly ServedCluster[],
): TaskRun[] {
  return taskTargetsOf(resource, name).flatMap(({ target, parameters }) => {
    if (field(parameters, 'launchType') !== undefined || hasStrategy(resource, parameters)) return [];
    const cluster = clusterNamedBy(field(target, 'arn'), resource, clusters)?.cluster;
    const taskDefinition = taskDefinitionBy(field(parameters, 'taskDefinitionArn'));
    if (cluster === undefined || taskDefinition === undefined || !cluster.defaultStrategyIsOurs) return [];
    const tiers = (cluster.tiers ?? []).filter((tier) => tier.isInDefaultStrategy);
    return [{ resource, name: `"${resource.node.path}"`, cluster, taskDefinition, tiers, anyTier: false }];
  });
}

function clustersUsed(
  resource: CfnResource,
  name: string,
  clusters: readonly ServedCluster[],
): ServedCluster[] {
  return taskTargetsOf(resource, name).flatMap(({ target, parameters }) => {
    if (field(parameters, 'launchType') === 'FARGATE' && !hasStrategy(resource, parameters)) return [];
    const match = clusterNamedBy(field(target, 'arn'), resource, clusters);
    return match?.byReference ? [match.cluster] : [];
  });
}

/** The targets that run a task on ECS, with what they say about it. */
function taskTargetsOf(
  resource: CfnResource,
  name: string,
): { readonly target: unknown; readonly parameters: object }[] {
  const value = opened(resource, property(resource, name));
  return openedList(resource, Array.isArray(value) ? value : [value]).flatMap((target) => {
    const parameters = opened(resource, field(target, 'ecsParameters'));
    return isObject(parameters) ? [{ target, parameters }] : [];
  });
}

function hasStrategy(resource: CfnResource, parameters: object): boolean {
  return openedList(resource, field(parameters, 'capacityProviderStrategy')).length > 0;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
