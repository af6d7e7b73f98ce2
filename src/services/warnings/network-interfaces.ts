import { warn } from '../../private/warning';
import type { HostedService } from '../hosted-service';
import type { ServedNodeSize } from '../served-cluster';
import { networkModeOf, taskDefinitionOf } from '../task-definition';
import { fitsOn, taskSizeOf } from './task-size';

/**
 * Warns about a service in awsvpc mode of which a node would hold more tasks than it has network interfaces
 * for: each task takes one, and the node keeps one. Managed scaling counts them, so nodes stay half empty.
 *
 * Only where the number of tasks is known, and the tasks would fit by their CPU and memory. Trunking raises
 * the number: it is a setting of the account, which is not known here.
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/container-instance-eni.html
 */
export function checkNetworkInterfaces(service: HostedService): void {
  const taskDefinition = taskDefinitionOf(service);
  const desired = service.number('desiredCount');
  if (taskDefinition === undefined || desired === undefined || service.isDaemon) return;
  if (!service.runsOnNodes || networkModeOf(service) !== 'awsvpc') return;
  const size = taskSizeOf(taskDefinition);
  const isShort = (node: ServedNodeSize) => tasksOn(node) < desired && fitsOn(size, node, tasksOn(node) + 1);
  const tiers = service.possibleTiers.flatMap(({ name, nodeSizes = [] }) => {
    if (nodeSizes.length === 0 || !nodeSizes.every(isShort)) return [];
    const most = nodeSizes.map((node) => `${node.instanceType}: ${tasksOn(node)}`);
    return [`the tier "${name}" (${most.join(', ')})`];
  });
  if (tiers.length === 0) return;
  warn(
    service.resource,
    'Service.networkInterfaces',
    `Each of the ${desired} tasks of the service "${service.path}" on the cluster ` +
      `"${service.cluster.scope.node.path}" takes a network interface of its node (awsvpc mode). That is what ` +
      `limits the tasks on a node of ${tiers.join(' and ')}, and not CPU and memory. For more, name larger ` +
      '`instanceTypes`, use bridge mode, or turn trunking on for the account, where the type supports it: ' +
      '`aws ecs put-account-setting-default --name awsvpcTrunking --value enabled`. Acknowledge this where ' +
      'trunking is on.',
  );
}

function tasksOn({ networkInterfaces }: ServedNodeSize): number {
  return networkInterfaces - 1;
}
