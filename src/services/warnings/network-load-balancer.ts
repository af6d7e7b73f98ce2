import { warn } from '../../private/warning';
import { referencedResource } from '../../rendered/references';
import { field, openedList, property, rendered } from '../../rendered/resource';
import type { HostedService } from '../hosted-service';
import { networkModeOf, publishedPorts } from '../task-definition';

const PROTOCOLS: unknown[] = ['TCP', 'UDP', 'TCP_UDP', 'TLS', 'QUIC', 'TCP_QUIC'];

/**
 * Warns of services behind a network load balancer: CDK adds no rule between it and its targets, and with the
 * flags of a new app the balancer's own security group lets nothing out (aws-cdk #1490).
 */
export function checkNetworkLoadBalancer(service: HostedService): void {
  if (!service.runsOnNodes) return;
  const targets = openedList(service.resource, property(service.resource, 'loadBalancers')).filter(
    isNetworkTarget,
  );
  const ports = [...new Set(targets.map((target) => portOf(service, target)))];
  if (ports.length === 0) return;
  // In awsvpc mode a task has a network interface, and so security groups, of its own; otherwise
  // they are the nodes'.
  const group = networkModeOf(service) === 'awsvpc' ? 'service' : 'cluster';
  warn(
    service.resource,
    'Service.networkLoadBalancer',
    `The service "${service.path}" on the cluster "${service.cluster.scope.node.path}" stands behind a ` +
      'network load balancer, and CDK adds no rule between the two. Add ' +
      `${ports.map((port) => `\`loadBalancer.connections.allowTo(${group}, ${port})\``).join(' and ')}; ` +
      'for one without security groups ' +
      `${ports.map((port) => `\`${group}.connections.allowFrom(ec2.Peer.ipv4(vpc.vpcCidrBlock), ${port})\``).join(' and ')}, ` +
      "and the same for the clients' addresses where they are preserved.",
  );
}

function isNetworkTarget(target: unknown): boolean {
  const targetGroup = referencedResource(field(target, 'targetGroupArn'));
  return targetGroup !== undefined && PROTOCOLS.includes(rendered(targetGroup, 'protocol'));
}

function portOf(service: HostedService, target: unknown): string {
  const containerPort = field(target, 'containerPort');
  if (networkModeOf(service) === 'awsvpc') return `ec2.Port.tcp(${containerPort})`;
  const published = publishedPorts(service).find(
    (port) => port.container === field(target, 'containerName') && port.containerPort === containerPort,
  );
  return published === undefined || published.hostPort === 0
    ? 'cluster.dynamicHostPorts'
    : `ec2.Port.tcp(${published.hostPort})`;
}
