import type { CfnResource, aws_ec2 as ec2 } from 'aws-cdk-lib';
import { warn } from '../../private/warning';
import { identityOf, referencedResource } from '../../rendered/references';
import { field, opened, openedList, property, rendered, renderedList } from '../../rendered/resource';
import { coversPorts, type Ports, type SecurityRule, SecurityRules } from '../../rendered/security-rules';
import { StageResources } from '../../rendered/stage-resources';
import { DEFAULT_HOST_PORTS } from '../../settings/host-ports';
import type { HostedService } from '../hosted-service';
import { balancersOf, type NetworkBalancer } from '../network-balancers';
import { networkModeOf, publishedPorts } from '../task-definition';
import { VpcAddresses } from '../vpc-addresses';

/** What each protocol of a target group needs of the rules. */
const PROTOCOLS: Readonly<Record<string, readonly Ports['protocol'][]>> = {
  TCP: ['tcp'],
  TLS: ['tcp'],
  UDP: ['udp'],
  QUIC: ['udp'],
  TCP_UDP: ['tcp', 'udp'],
  TCP_QUIC: ['tcp', 'udp'],
};

/** A target of a service behind a network load balancer. */
interface Target {
  readonly targetGroup: CfnResource;
  readonly ports: readonly Ports[];
  /** Undefined: not all of them are known. */
  readonly balancers?: readonly NetworkBalancer[];
  /** What each place has where the tasks may run: the identities of its security groups. */
  readonly places: readonly (readonly string[])[];
}

/** What a target lacks. */
interface Lack {
  readonly target: Target;
  /** Undefined: not all balancers are known. */
  readonly balancer?: NetworkBalancer;
  /** The balancer comes through, and its clients, whose addresses are preserved, do not. */
  readonly clients: boolean;
}

/**
 * Warns about services that a network load balancer does not reach (aws-cdk #1490). CDK adds no rule between
 * it and its targets. With the flags of a new app the balancer's own security group lets nothing out.
 *
 * The rules of the app are read. Where security groups of another app take part, what is missing is not
 * known, and nothing is said.
 */
export function checkNetworkLoadBalancer(service: HostedService): void {
  if (!service.runsOnNodes) return;
  const resources = StageResources.of(service.resource);
  const rules = SecurityRules.of(resources);
  const targets = targetsOf(service, resources);
  const [lack] = targets.flatMap((target) => lacksOf(service, rules, target));
  if (lack === undefined) return;
  const { balancer, clients, target } = lack;
  // In awsvpc mode a task has a network interface, and so security groups, of its own; otherwise
  // they are the nodes'.
  const group = networkModeOf(service) === 'awsvpc' ? 'service' : 'cluster';
  const ports = target.ports.map((one) => portText(one));
  const each = (rule: (port: string) => string) => ports.map((port) => `\`${rule(port)}\``).join(' and ');
  const toGroup = each((port) => `loadBalancer.connections.allowTo(${group}, ${port})`);
  const fromClients = each((port) => `${group}.connections.allowFrom(ec2.Peer.anyIpv4(), ${port})`);
  const fromVpc = each((port) => `${group}.connections.allowFrom(ec2.Peer.ipv4(vpc.vpcCidrBlock), ${port})`);
  const withoutGroups = seesClients(target.targetGroup)
    ? balancer?.isPublic
      ? `${fromClients}, since it preserves the addresses of its clients`
      : `${fromVpc}, and the same for the addresses of clients elsewhere, which are preserved`
    : fromVpc;
  const remedy =
    balancer === undefined
      ? `Add ${toGroup}; for one without security groups ${withoutGroups}.`
      : `Add ${balancer.securityGroups.length > 0 ? toGroup : withoutGroups}.`;
  const who = clients ? 'no rule lets the clients of the balancer' : 'no rule lets the balancer';
  warn(
    service.resource,
    'Service.networkLoadBalancer',
    `The service "${service.path}" on the cluster "${service.cluster.scope.node.path}" is behind a network ` +
      `load balancer, for which CDK adds no rule, and ${who} reach its tasks. ${remedy}`,
  );
}

function targetsOf(service: HostedService, resources: StageResources): Target[] {
  return openedList(service.resource, property(service.resource, 'loadBalancers')).flatMap((target) => {
    const targetGroup = referencedResource(field(target, 'targetGroupArn'));
    const protocols = PROTOCOLS[String(targetGroup && rendered(targetGroup, 'protocol'))];
    if (targetGroup === undefined || protocols === undefined) return [];
    const { from, to } = portsOf(service, target);
    return [
      {
        targetGroup,
        ports: protocols.map((protocol) => ({ protocol, from, to })),
        balancers: balancersOf(resources, targetGroup),
        places: placesOf(service),
      },
    ];
  });
}

function portsOf(service: HostedService, target: unknown): { from: number; to: number } {
  const containerPort = field(target, 'containerPort');
  if (networkModeOf(service) === 'awsvpc') return { from: Number(containerPort), to: Number(containerPort) };
  const published = publishedPorts(service).find(
    (port) => port.container === field(target, 'containerName') && port.containerPort === containerPort,
  );
  if (published !== undefined && published.hostPort !== 0)
    return { from: published.hostPort, to: published.hostPort };
  const { fromPort, toPort } = service.cluster.dynamicHostPortRange ?? DEFAULT_HOST_PORTS;
  return { from: fromPort, to: toPort };
}

function portText({ protocol, from, to }: Ports): string {
  if (from === to) return `ec2.Port.${protocol}(${from})`;
  return protocol === 'tcp' ? 'cluster.dynamicHostPorts' : `ec2.Port.udpRange(${from}, ${to})`;
}

function placesOf(service: HostedService): string[][] {
  if (networkModeOf(service) === 'awsvpc') return [groupsOfTasks(service.resource)];
  const ofTiers = service.possibleTiers.map(({ securityGroups }) => securityGroups);
  if (ofTiers.length > 0) return ofTiers.map((groups) => [...(groups ?? [])]);
  const { connections } = service.cluster.scope as Partial<ec2.IConnectable>;
  const groups = connections?.securityGroups ?? [];
  return [groups.flatMap(({ securityGroupId }) => identityOf(service.resource, securityGroupId) ?? [])];
}

function groupsOfTasks(resource: CfnResource): string[] {
  const network = opened(resource, property(resource, 'networkConfiguration'));
  const awsvpc = opened(resource, field(network, 'awsvpcConfiguration'));
  return openedList(resource, field(awsvpc, 'securityGroups')).flatMap(
    (group) => identityOf(resource, group) ?? [],
  );
}

function lacksOf(service: HostedService, rules: SecurityRules, target: Target): Lack[] {
  const balancers: readonly (NetworkBalancer | undefined)[] = target.balancers ?? [undefined];
  return balancers.flatMap((balancer): Lack[] => {
    const lets = (check: (ports: Ports) => boolean) => target.ports.every(check);
    const reaches = lets(
      (ports) =>
        (balancer === undefined || letsOut(rules, balancer, target, ports)) &&
        letsIn(rules, target, ports, (rule) => isFromBalancer(service, rule, balancer)),
    );
    if (!reaches) return [{ target, balancer, clients: false }];
    const clientsCome =
      balancer === undefined ||
      balancer.securityGroups.length > 0 ||
      !balancer.isPublic ||
      !seesClients(target.targetGroup) ||
      lets((ports) => letsIn(rules, target, ports, (rule) => isFromElsewhere(service, rule)));
    return clientsCome ? [] : [{ target, balancer, clients: true }];
  });
}

/** Whether each place has a group that a fitting rule opens, or one whose rules are not known. */
function letsIn(
  rules: SecurityRules,
  { places }: Target,
  ports: Ports,
  fits: (rule: SecurityRule) => boolean,
): boolean {
  return places.every(
    (groups) =>
      groups.length === 0 ||
      groups.some(
        (group) =>
          !rules.knows(group) ||
          rules.of(group, 'ingress').some((rule) => coversFirst(rule, ports) && fits(rule)),
      ),
  );
}

function letsOut(
  rules: SecurityRules,
  { securityGroups }: NetworkBalancer,
  { places }: Target,
  ports: Ports,
): boolean {
  if (securityGroups.length === 0) return true;
  return securityGroups.some(
    (group) =>
      !rules.controlsEgress(group) ||
      rules
        .of(group, 'egress')
        .some(
          (rule) =>
            coversFirst(rule, ports) &&
            (rule.peer === undefined || places.some((groups) => groups.includes(rule.peer ?? ''))),
        ),
  );
}

/** The agent hands ports out from the first one on: a rule need not reach the last one. */
function coversFirst(rule: SecurityRule, { protocol, from }: Ports): boolean {
  return coversPorts(rule, { protocol, from, to: from });
}

function isFromBalancer(
  service: HostedService,
  { peer, ipv4 }: SecurityRule,
  balancer: NetworkBalancer | undefined,
): boolean {
  if (peer !== undefined) return balancer === undefined || balancer.securityGroups.includes(peer);
  return ipv4 === undefined || VpcAddresses.of(service).mayHave(ipv4);
}

function isFromElsewhere(service: HostedService, { peer, ipv4 }: SecurityRule): boolean {
  return peer === undefined && (ipv4 === undefined || !VpcAddresses.of(service).haveAllOf(ipv4));
}

/** Whether the targets see the addresses of the clients: by default those that are instances do. */
function seesClients(targetGroup: CfnResource): boolean {
  const attribute = renderedList(targetGroup, 'targetGroupAttributes').find(
    (one) => field(one, 'key') === 'preserve_client_ip.enabled',
  );
  if (attribute !== undefined) return String(field(attribute, 'value')) === 'true';
  const protocol = rendered(targetGroup, 'protocol');
  return rendered(targetGroup, 'targetType') !== 'ip' || (protocol !== 'TCP' && protocol !== 'TLS');
}
