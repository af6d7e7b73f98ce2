import type { IConstruct } from 'constructs';
import { warn } from '../private/warning';
import type { Problem } from '../rendered/problem';
import { tiersOfStrategy } from './capacity-provider';
import { clusterNamedBy } from './cluster-match';
import type { ServedCluster } from './served-cluster';
import { strategyOf } from './strategy-rules';
import { mayChangeSize, taskDefinitionNamedBy } from './task-definition';
import { checkStrategyOfRun } from './warnings/check-strategy';
import { checkTaskRun } from './warnings/check-task-run';
import type { TaskRun } from './warnings/task-platform';

/** A call of ECS's `RunTask` that is part of a text: it is not repaired. */
export interface RunTask {
  /** The construct that has it. */
  readonly scope: IConstruct;
  /** As a message begins. */
  readonly subject: string;
  readonly cluster: unknown;
  readonly launchType: unknown;
  readonly strategy: readonly unknown[];
  readonly taskDefinition: unknown;
  readonly overrides: readonly unknown[];
  /** How its author has it use the default strategy. */
  readonly remedy: string;
}

/** Reads a field of an object in a text, with what fills it where it is a hole. */
export type ReadField = (object: unknown, name: string) => unknown;

/** What the parameters of a call say of where the task runs. */
export function runTaskOf(
  parameters: unknown,
  read: ReadField,
): Pick<RunTask, 'cluster' | 'launchType' | 'strategy' | 'taskDefinition' | 'overrides'> {
  const strategy = read(parameters, 'capacityProviderStrategy');
  return {
    cluster: read(parameters, 'cluster'),
    launchType: read(parameters, 'launchType'),
    taskDefinition: read(parameters, 'taskDefinition'),
    overrides: [read(parameters, 'overrides'), read(parameters, 'overrides.$')],
    strategy: (Array.isArray(strategy) ? strategy : []).map((item: unknown) => ({
      capacityProvider: read(item, 'capacityProvider'),
      base: read(item, 'base'),
      weight: read(item, 'weight'),
    })),
  };
}

/**
 * Warns about a task that is run with launch type EC2 on one of our clusters: it never scales a group up from
 * zero. And about one that finds no node. Refuses a strategy that ECS does not take.
 *
 * Not repaired: the launch type is part of a text, and CDK has a way to leave it out.
 */
export function checkRunTask(run: RunTask, clusters: readonly ServedCluster[]): Problem[] {
  const { scope, subject, launchType, strategy } = run;
  const cluster = clusterNamedBy(run.cluster, scope, clusters)?.cluster;
  if (cluster === undefined) return [];
  const name = `${subject.charAt(0).toLowerCase()}${subject.slice(1)}`;
  taskRunsOf(run, name, cluster).forEach(checkTaskRun);
  if (strategy.length > 0) {
    const named = `\`capacityProviderStrategy\` of ${name}`;
    const taskDefinition = taskDefinitionNamedBy(scope, run.taskDefinition);
    return checkStrategyOfRun(
      named,
      strategyOf(scope, cluster, strategy, taskDefinition),
      launchType,
      clusters,
    );
  }
  if (launchType === 'EC2' && cluster.defaultStrategyIsOurs) {
    warn(
      scope,
      'EcsRunTask.launchType',
      `${subject} runs its task on the cluster "${cluster.scope.node.path}" with launch type EC2, which ` +
        'passes over the capacity providers. The task fails when no node is running, and none is started ' +
        `for it. Let it use the default strategy of the cluster: ${run.remedy}.`,
    );
  }
  return [];
}

/** What it runs; nothing where that is not known, or where it does not use capacity providers. */
function taskRunsOf(run: RunTask, name: string, cluster: ServedCluster): TaskRun[] {
  const { scope, launchType, strategy, overrides } = run;
  if (launchType !== undefined) return [];
  const tiers = tiersOfStrategy(scope, strategy, cluster);
  const taskDefinition = tiers.length === 0 ? undefined : taskDefinitionNamedBy(scope, run.taskDefinition);
  if (taskDefinition === undefined) return [];
  const hasOwnSize = mayChangeSize(scope, overrides);
  return [{ scope, name, cluster, taskDefinition, tiers, anyTier: false, hasOwnSize }];
}
