import { warn } from '../../private/warning';
import { deploymentLimitsOf } from '../deployment-limits';
import type { HostedService } from '../hosted-service';
import { fixedPorts } from '../task-definition';

/**
 * Warns about replica services that a roll of the nodes takes tasks from, or that a roll has to wait for. And
 * of those of which no deployment ever gets anywhere, daemons too.
 *
 * A node that goes is drained, and draining obeys the service's deployment configuration: how far it may fall
 * below its desired count, and how far above it may go.
 */
export function checkRollingDeployment(service: HostedService): void {
  if (service.isTaskSet || !service.runsOnNodes) return;
  if (service.isDaemon) {
    checkDaemon(service);
  } else if (service.cluster.replacesRunningNodes) {
    checkLimits(service);
    checkFixedHostPorts(service);
  } else {
    checkStandstill(service);
  }
}

function checkLimits(service: HostedService): void {
  const { min, max, desired, losesTasks, hasNoRoom } = deploymentLimitsOf(service);
  const tasks = tasksText(desired);
  const rolled = `The cluster "${service.cluster.scope.node.path}" replaces running nodes`;
  if (losesTasks) {
    warn(
      service.resource,
      'Service.minHealthyPercent',
      `${rolled}, and for each of them the service "${service.path}" may lose tasks before others run ` +
        `in their place: at least ${min} % of ${tasks} are kept. Set \`minHealthyPercent: 100\`` +
        `${isLeftOut(service) ? ' (left out, CDK writes 50)' : ''}.`,
    );
  }
  if (hasNoRoom) {
    warn(
      service.resource,
      'Service.maxHealthyPercent',
      `${rolled}, and the service "${service.path}" leaves no room for that: at most ${max} % of ` +
        `${tasks} may run, so no task can start before another has ` +
        `stopped${losesTasks ? '' : ', none may stop either, and the node waits until its time is up'}. ` +
        'Set `maxHealthyPercent: 200`, and `minHealthyPercent: 100`.',
    );
  }
}

/** Where nodes are not replaced, what ECS itself deploys has to get on all the same. */
function checkStandstill(service: HostedService): void {
  const { min, max, desired, losesTasks, hasNoRoom } = deploymentLimitsOf(service);
  if (!hasNoRoom || losesTasks || min === undefined || !service.isDeployedByEcs) return;
  const tasks = tasksText(desired);
  warn(
    service.resource,
    'Service.maxHealthyPercent',
    `A deployment of the service "${service.path}" on the cluster "${service.cluster.scope.node.path}" never ` +
      `ends: at least ${min} % and at most ${max} % of ${tasks} may run. ECS rounds the one up and the other ` +
      'down, so that no task may stop and none may start. Set `maxHealthyPercent: 200`.',
  );
}

/** ECS never runs two tasks of a daemon on a node, for any upper limit. */
function checkDaemon(service: HostedService): void {
  const min = service.number('deploymentConfiguration', 'minimumHealthyPercent');
  if (min === undefined || min < 100) return;
  warn(
    service.resource,
    'Service.maxHealthyPercent',
    `A deployment of the daemon "${service.path}" on the cluster "${service.cluster.scope.node.path}" never ` +
      `ends: at least ${min} % of its tasks are kept, and a node takes one at a time. Set ` +
      '`minHealthyPercent: 0`, which CDK writes where it is left out.',
  );
}

function tasksText(desired: number | undefined): string {
  return desired === undefined ? 'its tasks' : `its ${desired} task${desired === 1 ? '' : 's'}`;
}

/** Whether CDK has chosen the minimum, of which it warns. */
function isLeftOut({ resource }: HostedService): boolean {
  return (resource.node.scope?.node.metadata ?? []).some(
    ({ data }) => typeof data === 'string' && data.startsWith('minHealthyPercent has not been configured'),
  );
}

function checkFixedHostPorts(service: HostedService): void {
  const fixed = fixedPorts(service);
  if (fixed.length === 0) return;
  const ports = fixed.map(({ container, hostPort }) => `${hostPort} of "${container}"`).join(', ');
  warn(
    service.resource,
    'Service.fixedHostPort',
    `The cluster "${service.cluster.scope.node.path}" replaces running nodes, and the service ` +
      `"${service.path}" has fixed host ports (${ports}). A node takes one copy of it, so every task ` +
      'that moves needs a node without one. Leave the host port to the agent (no `hostPort`, bridge ' +
      'mode) or use awsvpc mode; or see to it that there is always one node more than there are copies.',
  );
}
