import { warn } from '../../private/warning';
import { mayBeTaken } from '../../settings/outgoing-ports';
import type { HostedService } from '../hosted-service';
import { fixedPorts } from '../task-definition';

/**
 * Says of containers with a host port of their choice that a connection of the node can have taken it. They
 * then fail to start, now and then, on a busy node.
 */
export function checkOutgoingPorts(service: HostedService): void {
  const fixed = fixedPorts(service);
  const tiers = service.possibleTiers.filter(({ outgoingPorts }) =>
    fixed.some(({ hostPort }) => outgoingPorts !== undefined && mayBeTaken(outgoingPorts, hostPort)),
  );
  if (tiers.length === 0) return;
  const taken = fixed.filter(({ hostPort }) =>
    tiers.some(({ outgoingPorts }) => outgoingPorts !== undefined && mayBeTaken(outgoingPorts, hostPort)),
  );
  const ports = [...new Set(taken.map(({ hostPort }) => hostPort))].sort((a, b) => a - b);
  const containers = [...new Set(taken.map(({ container }) => `"${container}"`))].join(', ');
  const names = tiers.map(({ name }) => `"${name}"`).join(', ');
  warn(
    service.resource,
    'Service.outgoingPorts',
    `The containers ${containers} of the service "${service.path}" have the host ports ` +
      `${ports.join(', ')}. The nodes of the tiers ${names} of the cluster ` +
      `"${service.cluster.scope.node.path}" take these for outgoing connections too: where one has the ` +
      'port, the container fails to start ("address already in use"). Add ' +
      `\`Sysctl.ipLocalReservedPorts(${ports.join(', ')})\` to \`sysctls\` of the nodes.`,
  );
}
