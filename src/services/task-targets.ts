import type { CfnResource } from 'aws-cdk-lib';
import { field, opened, openedList, property } from '../rendered/resource';
import { tiersOfStrategy } from './capacity-provider';
import { clusterNamedBy } from './cluster-match';
import type { ServedCluster } from './served-cluster';
import { mayChangeSize, taskDefinitionBy } from './task-definition';
import type { TaskRun } from './warnings/task-platform';

/** Where a resource that sends tasks to ECS says so. */
export interface SenderShape {
  /** The property with one target or a list of them. */
  readonly property: string;
  /** The field of a target with what ECS has to know. */
  readonly parameters: string;
  /** The property with the cluster's ARN; undefined: a field of the target, `arn`. */
  readonly cluster?: string;
}

/** What sends tasks to ECS without a state machine, by the types of the resources. */
export const SENDERS: ReadonlyMap<string, SenderShape> = new Map([
  ['AWS::Events::Rule', { property: 'targets', parameters: 'ecsParameters' }],
  ['AWS::Scheduler::Schedule', { property: 'target', parameters: 'ecsParameters' }],
  ['AWS::Pipes::Pipe', { property: 'targetParameters', parameters: 'ecsTaskParameters', cluster: 'target' }],
]);

/** A target that runs a task on ECS. */
interface TaskTarget {
  /** The cluster's ARN, as it is written. */
  readonly cluster: unknown;
  readonly parameters: object;
  readonly strategy: readonly unknown[];
  /** What it may say of the containers of the task. */
  readonly overrides: readonly unknown[];
}

/** The targets of a resource that run a task on ECS, with what they say about it. */
export function taskTargetsOf(resource: CfnResource, shape: SenderShape): TaskTarget[] {
  const value = opened(resource, property(resource, shape.property));
  return openedList(resource, Array.isArray(value) ? value : [value]).flatMap(
    (target) => taskTargetOf(resource, target, shape) ?? [],
  );
}

/** One of them; undefined: it is a target of another service. */
export function taskTargetOf(
  resource: CfnResource,
  target: unknown,
  shape: SenderShape,
): TaskTarget | undefined {
  const parameters = opened(resource, field(target, shape.parameters));
  if (typeof parameters !== 'object' || parameters === null) return undefined;
  const cluster = shape.cluster === undefined ? field(target, 'arn') : property(resource, shape.cluster);
  // CloudFormation has called it by either name in rules.
  const strategy =
    field(parameters, 'capacityProviderStrategy') ?? field(parameters, 'capacityProviderStrategies');
  const overrides = ['input', 'inputPath', 'inputTransformer'].map((name) => field(target, name));
  return {
    cluster,
    parameters,
    strategy: openedList(resource, strategy),
    overrides: [...overrides, field(parameters, 'overrides')],
  };
}

/** What the targets of a resource run on our clusters, of this app's task definitions, by a strategy. */
export function taskRunsOfTargets(
  resource: CfnResource,
  shape: SenderShape,
  clusters: readonly ServedCluster[],
): TaskRun[] {
  return taskTargetsOf(resource, shape).flatMap((target) => {
    if (field(target.parameters, 'launchType') !== undefined) return [];
    const cluster = clusterNamedBy(target.cluster, resource, clusters)?.cluster;
    const taskDefinition = taskDefinitionBy(field(target.parameters, 'taskDefinitionArn'));
    if (cluster === undefined || taskDefinition === undefined) return [];
    const tiers = tiersOfStrategy(resource, target.strategy, cluster);
    if (tiers.length === 0) return [];
    const hasOwnSize = mayChangeSize(resource, target.overrides);
    const name = `"${resource.node.path}"`;
    return [{ scope: resource, name, cluster, taskDefinition, tiers, anyTier: false, hasOwnSize }];
  });
}
