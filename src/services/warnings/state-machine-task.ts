import type { IConstruct } from 'constructs';
import { warn } from '../../private/warning';
import { field } from '../../rendered/resource';
import { clusterNamedBy } from '../cluster-match';
import type { ServedCluster } from '../served-cluster';

/** A state of a Step Functions definition, as far as it is needed here. */
export interface State extends IConstruct {
  toStateJson(): object;
}

const JSII_TYPE = Symbol.for('jsii.rtti');
const RUNS_TASKS = ['EcsRunTask', 'CallAwsService'].map(
  (name) => `aws-cdk-lib.aws_stepfunctions_tasks.${name}`,
);
const STATES = [...RUNS_TASKS, 'aws-cdk-lib.aws_stepfunctions.CustomState'];

/**
 * The states that may run a task. The others are not rendered: a choice or a map may have no
 * rendering of its own.
 */
export function mayRunTask(construct: IConstruct): construct is State {
  return 'toStateJson' in construct && STATES.includes(jsiiType(construct) ?? '');
}

function jsiiType(construct: IConstruct): string | undefined {
  return (construct.constructor as unknown as Record<symbol, { fqn?: string } | undefined>)[JSII_TYPE]?.fqn;
}

/**
 * Warns of a state that runs a task with launch type EC2 on one of our clusters: it never scales a
 * group up from zero.
 *
 * Not repaired: the launch type is part of a definition that is rendered as one string, and CDK has a way
 * to leave it out.
 */
export function checkStateLaunchType(state: State, clusters: readonly ServedCluster[]): void {
  const json = state.toStateJson();
  const parameters = field(json, 'Parameters') ?? field(json, 'Arguments');
  const resource = field(json, 'Resource');
  if (typeof resource !== 'string' || !resource.includes('ecs:runTask')) return;
  if (field(parameters, 'LaunchType') !== 'EC2') return;
  const match = clusterNamedBy(field(parameters, 'Cluster'), state, clusters);
  if (match === undefined || !match.cluster.defaultStrategyIsOurs) return;
  warn(
    state,
    'EcsRunTask.launchType',
    `The state "${state.node.path}" runs its task on the cluster "${match.cluster.scope.node.path}" ` +
      'with launch type EC2, which passes over the capacity providers: the task fails when no node is ' +
      'running, and none is started for it. Let it use the default strategy of the cluster: ' +
      '`launchTarget: new tasks.EcsEc2LaunchTarget({ capacityProviderOptions: ' +
      'tasks.CapacityProviderOptions.default() })`, or leave out `LaunchType` where the parameters are ' +
      'written by hand.',
  );
}
