import type { CfnResource } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { IConstruct } from 'constructs';
import { warn } from '../private/warning';
import { field, property, renderedList } from '../rendered/resource';
import { StageResources } from '../rendered/stage-resources';
import type { AgentConfig } from '../settings/agent-config';
import { type EndpointNeed, mergedNeeds } from './endpoint-needs';
import { type AppSubnet, appSubnet, hasWayOut, type IpProtocol } from './subnet-exits';
import { missingEndpoints } from './vpc-endpoints';

/** Where the nodes of a tier are, and what they need there. */
export interface TierNetwork {
  readonly scope: IConstruct;
  readonly vpc: ec2.IVpc;
  readonly vpcSubnets?: ec2.SubnetSelection;
  readonly launchTemplate: CfnResource;
  readonly agent: AgentConfig;
  readonly needs: () => readonly EndpointNeed[];
}

/** The subnets of the nodes, those of this app. */
export function appSubnetsOf({ scope, vpc, vpcSubnets }: TierNetwork): AppSubnet[] {
  const selected = vpc.selectSubnets(vpcSubnets);
  if (selected.isPendingLookup) return [];
  const resources = StageResources.of(scope);
  return selected.subnetIds.flatMap((id) => appSubnet(resources, id) ?? []);
}

/** What the agent uses: IPv4 wherever the node has it. Undefined where the subnets are not of this app. */
export function protocolOf(network: TierNetwork): IpProtocol {
  const { instanceIpCompatibility } = network.agent;
  if (instanceIpCompatibility !== undefined) return instanceIpCompatibility;
  const natives = appSubnetsOf(network).map(({ resource }) => property(resource, 'ipv6Native') ?? false);
  return natives.length > 0 && natives.every((native) => native === false) ? 'ipv4' : undefined;
}

/**
 * The subnets of the app out of which nothing leads, with the VPC endpoints that are missing there: for a
 * warning, and for what makes the endpoints. Of the subnets of another app nothing is known.
 */
export function lackOfEndpoints(network: TierNetwork): { subnets: AppSubnet[]; missing: EndpointNeed[] } {
  const resources = StageResources.of(network.scope);
  const isPublic = associatesPublicAddress(network.launchTemplate);
  const protocol = protocolOf(network);
  const subnets = appSubnetsOf(network).filter((subnet) => !hasWayOut(subnet, protocol, isPublic));
  if (subnets.length === 0) return { subnets, missing: [] };
  const needs = mergedNeeds(network.needs());
  const missing = new Set(subnets.flatMap((subnet) => missingEndpoints(resources, subnet, needs)));
  return { subnets, missing: needs.filter((need) => missing.has(need)) };
}

/**
 * Warns about nodes that never join: nothing leads out of their subnets, and an endpoint is missing without
 * which each boot fails. The others that are missing are only named.
 *
 * At synthesis, because routes and endpoints may be added to the VPC after the cluster was made.
 */
export function warnOfIsolatedSubnets(network: TierNetwork): void {
  const { subnets, missing } = lackOfEndpoints(network);
  const vital = missing.filter(({ isVital }) => isVital);
  if (vital.length === 0) return;
  const others = missing.filter(({ isVital }) => !isVital);
  const { path } = network.scope.node;
  const publicAddress = subnets.some(({ routes }) => routes.length > 0)
    ? 'give the nodes of public subnets an address (`associatePublicIpAddress: true`), '
    : '';
  const alsoMissing =
    others.length === 0
      ? ''
      : ` Also missing, for what else the nodes and their tasks do: ${listed(others)}.`;
  warn(
    network.scope,
    'InstanceTier.isolatedSubnets',
    `The tier "${path}" has nodes in subnets without a way out (${pathsOf(subnets)}): they cannot ` +
      `reach ${vital.some(({ service }) => service === 'ecs-agent') ? 'ECS' : 'what their boot needs'}, ` +
      `and never join the cluster. Choose subnets with a way out (\`vpcSubnets\`), ${publicAddress}or ` +
      `add VPC endpoints for ${listed(vital)}.${alsoMissing} Acknowledge this where another app adds ` +
      'routes or endpoints.',
  );
}

function listed(needs: readonly EndpointNeed[]): string {
  return needs.map(({ service, user }) => `${service} (${user})`).join(', ');
}

function pathsOf(subnets: readonly AppSubnet[]): string {
  return subnets
    .map(({ resource: { node } }) => (node.id === 'Subnet' ? node.scope?.node.path : node.path))
    .join(', ');
}

/** Undefined: as the subnet says. What is known at deployment only may be true. */
function associatesPublicAddress(launchTemplate: CfnResource): boolean | undefined {
  const [network] = renderedList(launchTemplate, 'launchTemplateData', 'networkInterfaces');
  const value = field(network, 'associatePublicIpAddress');
  return value === undefined ? undefined : value !== false && value !== 'false';
}
