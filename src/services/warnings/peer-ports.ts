import { warn } from '../../private/warning';
import { field, renderedList } from '../../rendered/resource';
import type { HostedService } from '../hosted-service';
import { fixedPorts, networkModeOf } from '../task-definition';

/**
 * Warns about services in bridge mode that others on the cluster find by Service Connect or by SRV records.
 * Their peers connect to a host port of another node, and no rule lets nodes reach each other.
 */
export function checkPeerPorts(service: HostedService): void {
  if (
    service.isTaskSet ||
    !service.runsOnNodes ||
    networkModeOf(service) !== 'bridge' ||
    !isFoundByPeers(service)
  )
    return;
  const fixed = fixedPorts(service);
  const rules = [
    '`cluster.connections.allowInternally(cluster.dynamicHostPorts)`',
    ...fixed.map(({ hostPort }) => `\`cluster.connections.allowInternally(ec2.Port.tcp(${hostPort}))\``),
  ];
  warn(
    service.resource,
    'Service.peerPorts',
    `The service "${service.path}" is found by its peers on the cluster ` +
      `"${service.cluster.scope.node.path}" (Service Connect or SRV records) at host ports of the nodes. ` +
      `No rule lets one node reach another. Add ${rules.join(' and ')}; or use awsvpc mode.`,
  );
}

function isFoundByPeers(service: HostedService): boolean {
  const offered = service.rendered('serviceConnectConfiguration', 'services');
  if (Array.isArray(offered) && offered.length > 0) return true;
  return renderedList(service.resource, 'serviceRegistries').some(
    (registry) => field(registry, 'containerPort') !== undefined,
  );
}
