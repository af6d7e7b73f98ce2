import { warn } from '../../private/warning';
import type { HostedService } from '../hosted-service';
import { publishedPorts } from '../task-definition';

/**
 * Warns of replica services that a roll of the nodes takes tasks from, or that a roll has to wait for.
 *
 * A node that goes is drained, and draining obeys the service's deployment configuration: how far it may fall
 * below its desired count, and how far above it may go. ECS rounds the lower limit up and the upper limit
 * down, so with few tasks the percentages alone mislead: one task at 50 % is never taken away, and one task
 * at 150 % never gets a second one beside it.
 */
export function checkRollingDeployment(service: HostedService): void {
  if (!service.cluster.replacesRunningNodes || service.isTaskSet || !service.isReplicaOnNodes) return;
  checkLimits(service);
  checkFixedHostPorts(service);
}

function checkLimits(service: HostedService): void {
  const min = percent(service, 'minimumHealthyPercent', 100);
  const max = percent(service, 'maximumPercent', 200);
  const desired = service.number('desiredCount');
  const losesTasks =
    min !== undefined && (desired === undefined ? min < 100 : Math.ceil((desired * min) / 100) < desired);
  const hasNoRoom =
    max !== undefined && (desired === undefined ? max <= 100 : Math.floor((desired * max) / 100) <= desired);
  const tasks = desired === undefined ? 'its tasks' : `its ${desired} task${desired === 1 ? '' : 's'}`;
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
  if (hasNoRoom && desired !== 0) {
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

/** Whether CDK has chosen the minimum, of which it warns. */
function isLeftOut({ resource }: HostedService): boolean {
  return (resource.node.scope?.node.metadata ?? []).some(
    ({ data }) => typeof data === 'string' && data.startsWith('minHealthyPercent has not been configured'),
  );
}

/** Undefined where the value is known at deployment only. */
function percent(service: HostedService, name: string, whenLeftOut: number): number | undefined {
  const value = service.rendered('deploymentConfiguration', name) ?? whenLeftOut;
  return typeof value === 'number' ? value : undefined;
}

function checkFixedHostPorts(service: HostedService): void {
  const fixed = publishedPorts(service).filter(({ hostPort }) => hostPort !== 0);
  if (fixed.length === 0) return;
  const ports = fixed.map(({ container, hostPort }) => `${hostPort} of "${container}"`).join(', ');
  warn(
    service.resource,
    'Service.fixedHostPort',
    `The cluster "${service.cluster.scope.node.path}" replaces running nodes, and the service ` +
      `"${service.path}" has fixed host ports (${ports}): a node takes one copy of it, so every task ` +
      'that moves needs a node without one. Leave the host port to the agent (no `hostPort`, bridge ' +
      'mode) or use awsvpc mode; or see to it that there is always one node more than there are copies.',
  );
}
