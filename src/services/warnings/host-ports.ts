import { warn } from '../../private/warning';
import { field, renderedList } from '../../rendered/resource';
import { DEFAULT_HOST_PORTS } from '../../settings/host-ports';
import type { HostedService } from '../hosted-service';
import { fixedPorts, networkModeOf } from '../task-definition';

/**
 * Warns about load-balanced services whose containers may get host ports that the load balancer cannot reach.
 *
 * Not repaired: the balancer's egress and rules across stacks belong to constructs that are not ours. With
 * the default range there is nothing to repair.
 */
export function checkHostPorts(service: HostedService): void {
  const range = service.cluster.dynamicHostPortRange;
  if (
    range === undefined ||
    (range.fromPort >= DEFAULT_HOST_PORTS.fromPort && range.toPort <= DEFAULT_HOST_PORTS.toPort)
  )
    return;
  if (!service.runsOnNodes || !hasDynamicTarget(service)) return;
  warn(
    service.resource,
    'Service.dynamicHostPorts',
    `The nodes of the cluster "${service.cluster.scope.node.path}" hand out the host ports ` +
      `${range.fromPort}-${range.toPort}, but between a load balancer and the nodes CDK opens ` +
      `${DEFAULT_HOST_PORTS.fromPort}-${DEFAULT_HOST_PORTS.toPort} only. A container of the service ` +
      `"${service.path}" on another port never becomes healthy. Add ` +
      '`loadBalancer.connections.allowTo(cluster, cluster.dynamicHostPorts)`; for a network load ' +
      'balancer without security groups `cluster.connections.allowFrom(ec2.Peer.ipv4(vpc.vpcCidrBlock), ' +
      'cluster.dynamicHostPorts)`.',
  );
}

/** Whether a load balancer reaches a container of the service through a port that the agent hands out. */
export function hasDynamicTarget(service: HostedService): boolean {
  const mode = networkModeOf(service);
  if (mode === 'awsvpc' || mode === 'host' || mode === 'none') return false;
  const fixed = fixedPorts(service);
  return renderedList(service.resource, 'loadBalancers').some(
    (target) =>
      !fixed.some(
        ({ container, containerPort }) =>
          container === field(target, 'containerName') && containerPort === field(target, 'containerPort'),
      ),
  );
}
