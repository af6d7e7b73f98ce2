import { CfnResource } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { Problem } from '../../rendered/problem';
import { field, knownPath, property, valueAtTheEnd } from '../../rendered/resource';
import { JsonText } from '../json-text';
import { checkRunTask, type ReadField, type RunTask, runTaskOf } from '../run-task';
import type { ServedCluster } from '../served-cluster';

/** A state of a Step Functions definition, as far as it is needed here. */
export interface State extends IConstruct {
  readonly stateId: string;
  toStateJson(): object;
}

export const STATE_MACHINE = 'AWS::StepFunctions::StateMachine';

const JSII_TYPE = Symbol.for('jsii.rtti');
const RUNS_TASKS = ['EcsRunTask', 'CallAwsService'].map(
  (name) => `aws-cdk-lib.aws_stepfunctions_tasks.${name}`,
);
const STATES = [...RUNS_TASKS, 'aws-cdk-lib.aws_stepfunctions.CustomState'];

/**
 * The states that may run a task. The others are not rendered: a choice or a map may have no rendering.
 */
export function mayRunTask(construct: IConstruct): construct is State {
  return 'toStateJson' in construct && STATES.includes(jsiiType(construct) ?? '');
}

function jsiiType(construct: IConstruct): string | undefined {
  return (construct.constructor as unknown as Record<symbol, { fqn?: string } | undefined>)[JSII_TYPE]?.fqn;
}

/** Checks a state that is a construct. */
export function checkState(state: State, clusters: readonly ServedCluster[]): Problem[] {
  const json = state.toStateJson();
  return isRunTask(field(json, 'Resource'))
    ? checkRunTask(runTaskIn(state, `The state "${state.node.path}"`, json, field), clusters)
    : [];
}

/**
 * Checks the states of a definition that is a text or an object.
 *
 * @param known the names of the states that are constructs: they are checked as such.
 */
export function checkStateMachine(
  resource: CfnResource,
  clusters: readonly ServedCluster[],
  known: ReadonlySet<string>,
): Problem[] {
  const definition =
    JsonText.in(resource, 'definitionString', 'definitionSubstitutions') ??
    JsonText.ofData(valueAtTheEnd(resource, 'definition'), property(resource, 'definitionSubstitutions'));
  const read = (object: unknown, name: string) => definition.field(object, name);
  return statesIn(definition.data)
    .filter(({ name, json }) => !known.has(name) && isRunTask(read(json, 'Resource')))
    .flatMap(({ name, json }) => {
      const subject = `The state "${name}" of the state machine "${knownPath(resource, 'stateMachineArn')}"`;
      return checkRunTask(runTaskIn(resource, subject, json, read), clusters);
    });
}

function isRunTask(resource: unknown): boolean {
  return typeof resource === 'string' && resource.includes('ecs:runTask');
}

/** The tasks of a definition, those inside of maps and parallel states too. */
function statesIn(value: unknown, name = ''): { readonly name: string; readonly json: object }[] {
  if (typeof value !== 'object' || value === null || CfnResource.isCfnResource(value)) return [];
  const own = field(value, 'Type') === 'Task' ? [{ name, json: value }] : [];
  return [...own, ...Object.entries(value).flatMap(([key, inner]) => statesIn(inner, key))];
}

function runTaskIn(scope: IConstruct, subject: string, json: object, read: ReadField): RunTask {
  return {
    scope,
    subject,
    ...runTaskOf(field(json, 'Parameters') ?? field(json, 'Arguments'), read),
    remedy:
      '`launchTarget: new tasks.EcsEc2LaunchTarget({ capacityProviderOptions: ' +
      'tasks.CapacityProviderOptions.default() })`, or leave out `LaunchType` where the parameters are ' +
      'written by hand',
  };
}
