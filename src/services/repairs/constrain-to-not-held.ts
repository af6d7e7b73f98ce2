import { type CfnResource, Lazy } from 'aws-cdk-lib';
import { type Problem, problemAt } from '../../rendered/problem';
import { field, openedList, property, setProperty } from '../../rendered/resource';
import { NOT_HELD } from '../../replacement/held';
import type { HostedService } from '../hosted-service';
import { constraintsOf } from '../task-definition';

const MAX_CONSTRAINTS = 10;

/**
 * Keeps replica services off nodes that are about to be replaced, so that a roll moves each task once.
 *
 * Appended when the L1 is rendered: `addPlacementConstraints` replaces what was there before, so a constraint
 * that is given to the L2 is lost with the user's next call. Never on a daemon: ECS stops running daemon
 * tasks that no longer meet a constraint.
 */
export function constrainToNotHeld(service: HostedService): void {
  if (service.isTaskSet) return;
  const { resource } = service;
  const existing = property(resource, 'placementConstraints');
  const produce = () => {
    const constraints = openedList(resource, existing);
    if (
      !isConstrained(service) ||
      constraints.some((constraint) => field(constraint, 'expression') === NOT_HELD)
    )
      return existing;
    return [...constraints, ours(resource)];
  };
  setProperty(resource, 'placementConstraints', Lazy.any({ produce }));
}

/**
 * ECS refuses a task with more than ten constraints; those of the service and of the task
 * definition count together.
 */
export function checkConstraintCount(service: HostedService): Problem[] {
  if (service.isTaskSet || !isConstrained(service)) return [];
  const { length } = constraintsOf(service);
  if (length <= MAX_CONSTRAINTS) return [];
  return [
    problemAt(
      service.resource,
      'TooManyConstraints',
      `\`placementConstraints\` must be at most ${MAX_CONSTRAINTS} for a task, got: ${length}. One of ` +
        `them (\`${NOT_HELD}\`) the cluster "${service.cluster.scope.node.path}" adds so that a roll of ` +
        'its nodes moves each task once. Leave out one of the others, or turn that off with ' +
        '`NodeReplacement.rolling({ cordon: false })`',
    ),
  ];
}

/** CodeDeploy's services are left as they are: not everything of them may be changed later. */
function isConstrained(service: HostedService): boolean {
  return service.cluster.constrainToNotHeld && service.isReplicaOnNodes && !service.isDeployedByCodeDeploy;
}

/** Spelled as the L1 takes it: a plain `CfnResource` converts nothing. */
function ours(resource: CfnResource): object {
  return 'placementConstraints' in resource
    ? { type: 'memberOf', expression: NOT_HELD }
    : { Type: 'memberOf', Expression: NOT_HELD };
}
