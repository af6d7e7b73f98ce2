import { type CfnResource, Token } from 'aws-cdk-lib';
import { identityOf, identityOfResource, referencedResource } from '../rendered/references';
import { opened, openedList, property } from '../rendered/resource';
import type { StageResources } from '../rendered/stage-resources';

const SUBNET = 'AWS::EC2::Subnet';
const ASSOCIATION = 'AWS::EC2::SubnetRouteTableAssociation';
const INTERNET_GATEWAY = 'AWS::EC2::InternetGateway';

/** What the traffic of a node uses; undefined where it may be either. */
export type IpProtocol = 'ipv4' | 'ipv6' | undefined;

/** A subnet of the app, and what leads out of it. */
export interface AppSubnet {
  readonly resource: CfnResource;
  /** The identity of its VPC. */
  readonly vpc?: string;
  /** The identity of its route table. */
  readonly routeTable: string;
  readonly routes: readonly CfnResource[];
}

/** How the resources of a stage belong together, by their identities. */
interface Routing {
  readonly tableOf: ReadonlyMap<string, string>;
  readonly routesOf: ReadonlyMap<string, CfnResource[]>;
  /** Route tables that get routes from a gateway by themselves. */
  readonly propagating: ReadonlySet<string>;
}

/**
 * The subnet that an id refers to, with its routes. Undefined where it is not of this app, or uses a route
 * table that this app does not show: of those nothing is known.
 */
export function appSubnet(resources: StageResources, subnetId: string): AppSubnet | undefined {
  const resource = referencedResource(subnetId, SUBNET);
  if (resource === undefined) return undefined;
  const { tableOf, routesOf, propagating } = resources.index(readRouting);
  const routeTable = tableOf.get(identityOfResource(resource));
  if (routeTable === undefined || propagating.has(routeTable)) return undefined;
  const vpc = identityOf(resource, property(resource, 'vpcId'));
  return { resource, vpc, routeTable, routes: routesOf.get(routeTable) ?? [] };
}

function readRouting(resources: StageResources): Routing {
  const tableOf = new Map<string, string>();
  for (const association of resources.ofType(ASSOCIATION)) {
    const subnet = identityIn(association, 'subnetId');
    const table = identityIn(association, 'routeTableId');
    if (subnet !== undefined && table !== undefined) tableOf.set(subnet, table);
  }
  const routesOf = new Map<string, CfnResource[]>();
  for (const route of resources.ofType('AWS::EC2::Route')) {
    const table = identityIn(route, 'routeTableId');
    if (table !== undefined) routesOf.set(table, [...(routesOf.get(table) ?? []), route]);
  }
  const propagating = new Set<string>();
  for (const propagation of resources.ofType('AWS::EC2::VPNGatewayRoutePropagation')) {
    for (const table of openedList(propagation, property(propagation, 'routeTableIds'))) {
      const identity = identityOf(propagation, table);
      if (identity !== undefined) propagating.add(identity);
    }
  }
  return { tableOf, routesOf, propagating };
}

function identityIn(resource: CfnResource, name: string): string | undefined {
  return identityOf(resource, opened(resource, property(resource, name)));
}

/**
 * Whether a route leads out of a subnet. Any one may do, not the default route alone: the endpoints of a
 * company may be in another VPC, behind a transit gateway. Only an internet gateway needs a public address of
 * the node.
 *
 * @param isPublic whether nodes get a public IPv4 address; undefined is unknown
 */
export function hasWayOut(
  { resource, routes }: AppSubnet,
  protocol: IpProtocol,
  isPublic: boolean | undefined,
): boolean {
  const nodesArePublic = isPublic ?? mapsPublicAddresses(resource);
  return routes.some((route) => {
    const isIpv6 = property(route, 'destinationIpv6CidrBlock') !== undefined;
    if (protocol !== undefined && isIpv6 !== (protocol === 'ipv6') && !hasOtherDestination(route))
      return false;
    // Each IPv6 address is a public one.
    return isIpv6 || nodesArePublic || !leadsToInternetGateway(route);
  });
}

/** A list of prefixes, or an intrinsic function: it may be of both. */
function hasOtherDestination(route: CfnResource): boolean {
  const isGiven = (name: string) => property(route, name) !== undefined;
  return !isGiven('destinationCidrBlock') && !isGiven('destinationIpv6CidrBlock');
}

function leadsToInternetGateway(route: CfnResource): boolean {
  const gateway = property(route, 'gatewayId');
  if (gateway === undefined) return false;
  if (typeof gateway === 'string' && !Token.isUnresolved(gateway)) return gateway.startsWith('igw-');
  return referencedResource(gateway, INTERNET_GATEWAY) !== undefined;
}

/** Left out, it is off. */
function mapsPublicAddresses(subnet: CfnResource): boolean {
  const value = property(subnet, 'mapPublicIpOnLaunch') ?? false;
  return value !== false;
}
