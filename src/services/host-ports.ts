import { warn } from '../private/warning';
import type { HostedService } from './hosted-service';
import { field, renderedList } from './properties';
import type { ServedPortRange } from './served-cluster';
import { networkModeOf, publishedPorts } from './task-definition';

/** What CDK opens between a load balancer and the nodes, whatever the agents hand out (aws-cdk #9778). */
const OPENED_BY_CDK: ServedPortRange = { fromPort: 32768, toPort: 65535 };

/**
 * Warns of load-balanced services whose containers may get host ports that the load balancer cannot reach.
 *
 * Not repaired: the balancer's egress and rules across stacks belong to constructs that are not ours. With the default range there is
 * nothing to repair.
 */
export function checkHostPorts(service: HostedService): void {
  const range = service.cluster.dynamicHostPortRange;
  if (range === undefined || (range.fromPort >= OPENED_BY_CDK.fromPort && range.toPort <= OPENED_BY_CDK.toPort)) return;
  if (!service.runsOnNodes || !hasDynamicTarget(service)) return;
  warn(
    service.resource,
    'Service.dynamicHostPorts',
    `The nodes of the cluster "${service.cluster.scope.node.path}" hand out the host ports ${range.fromPort}-${range.toPort}, but between a load balancer ` +
      `and the nodes CDK opens ${OPENED_BY_CDK.fromPort}-${OPENED_BY_CDK.toPort} only: a container of the service "${service.path}" on another port never ` +
      'becomes healthy. Add `loadBalancer.connections.allowTo(cluster, cluster.dynamicHostPorts)`; for a network load balancer without security groups ' +
      '`cluster.connections.allowFrom(ec2.Peer.ipv4(vpc.vpcCidrBlock), cluster.dynamicHostPorts)`.',
  );
}

/** Whether a load balancer reaches a container of the service through a port that the agent hands out. */
export function hasDynamicTarget(service: HostedService): boolean {
  const mode = networkModeOf(service);
  if (mode === 'awsvpc' || mode === 'host' || mode === 'none') return false;
  const fixed = publishedPorts(service).filter(({ hostPort }) => hostPort !== 0);
  return renderedList(service.resource, 'loadBalancers').some(
    (target) =>
      !fixed.some(
        ({ container, containerPort }) => container === field(target, 'containerName') && containerPort === field(target, 'containerPort'),
      ),
  );
}
