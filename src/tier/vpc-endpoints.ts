import { type CfnResource, Stack } from 'aws-cdk-lib';
import { identityOf } from '../rendered/references';
import { opened, openedList, property } from '../rendered/resource';
import type { StageResources } from '../rendered/stage-resources';
import type { EndpointNeed } from './endpoint-needs';
import type { AppSubnet } from './subnet-exits';

/** A VPC endpoint of the app. */
interface Endpoint {
  /** The last part of its service name; undefined is unknown, and then it may be any. */
  readonly service?: string;
  /** The identities of the route tables of a gateway endpoint; undefined for any other kind. */
  readonly routeTables?: ReadonlySet<string>;
}

/**
 * What a subnet of this app lacks of the VPC endpoints that its nodes need.
 *
 * An interface endpoint serves the whole VPC, in whichever of its subnets it is. A gateway endpoint serves
 * the subnets whose route tables it is in.
 */
export function missingEndpoints(
  resources: StageResources,
  subnet: AppSubnet,
  needs: readonly EndpointNeed[],
): EndpointNeed[] {
  const endpoints = resources.index(readEndpoints).get(subnet.vpc ?? '') ?? [];
  return needs.filter(
    (need) =>
      !endpoints.some(
        ({ service = need.service, routeTables }) =>
          service === need.service && (routeTables === undefined || routeTables.has(subnet.routeTable)),
      ),
  );
}

/** The endpoints of each VPC, by its identity. */
function readEndpoints(resources: StageResources): Map<string, Endpoint[]> {
  const byVpc = new Map<string, Endpoint[]>();
  for (const resource of resources.ofType('AWS::EC2::VPCEndpoint')) {
    const vpc = identityOf(resource, opened(resource, property(resource, 'vpcId')));
    if (vpc !== undefined) byVpc.set(vpc, [...(byVpc.get(vpc) ?? []), readEndpoint(resource)]);
  }
  return byVpc;
}

function readEndpoint(resource: CfnResource): Endpoint {
  const type = property(resource, 'vpcEndpointType') ?? 'Gateway';
  const tables = openedList(resource, property(resource, 'routeTableIds')).map((table) =>
    identityOf(resource, table),
  );
  return {
    service: serviceOf(resource),
    routeTables: type === 'Gateway' ? new Set(tables.filter((table) => table !== undefined)) : undefined,
  };
}

/**
 * `com.amazonaws.eu-central-1.ecr.api`, its region often a token; with or without what says that it is for
 * FIPS.
 */
function serviceOf(resource: CfnResource): string | undefined {
  const name = Stack.of(resource).resolve(property(resource, 'serviceName')) as unknown;
  const text = partsOf(name).join('');
  const [, service] = /^(?:cn\.)?com\.amazonaws\.[^.]+\.(.+)$/.exec(text) ?? [];
  return service?.replace(/-fips$/, '');
}

/** The texts of a `Fn::Join` or a `Fn::Sub`, a placeholder for each token. */
function partsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  const { 'Fn::Join': join, 'Fn::Sub': sub } = (value ?? {}) as {
    'Fn::Join'?: unknown[];
    'Fn::Sub'?: unknown;
  };
  if (Array.isArray(join) && join[0] === '' && Array.isArray(join[1])) {
    return join[1].map((part) => (typeof part === 'string' ? part : 'token'));
  }
  const text = Array.isArray(sub) ? sub[0] : sub;
  return typeof text === 'string' ? [text.replace(/\$\{[^}]*\}/g, 'token')] : [];
}
