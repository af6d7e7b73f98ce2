import { CfnResource, Stack, Token } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { IConstruct } from 'constructs';
import { fail, quoteForMessage } from '../private/errors';
import { warn } from '../private/warning';
import { isResourceOf, referencedResource, referenceIn } from '../rendered/references';

/** What CDK gives in place of a VPC that it has not looked up yet. */
const NOT_YET_LOOKED_UP = 'vpc-12345';

const VPC_TYPE = 'AWS::EC2::VPC';

/** What the agent of a node without a way out talks to ECS through. */
const ECS_ENDPOINTS = ['ecs', 'ecs-agent', 'ecs-telemetry'];

/**
 * Refuses security groups and subnets of another VPC than the cluster's: no node would launch. What is
 * imported by its id alone does not say its VPC.
 */
export function checkVpcs(
  scope: IConstruct,
  vpc: ec2.IVpc,
  securityGroups: ec2.ISecurityGroup[],
  vpcSubnets: ec2.SubnetSelection | undefined,
): void {
  for (const group of securityGroups) checkVpc(scope, vpc, 'securityGroups', group);
  for (const subnet of vpcSubnets?.subnets ?? []) checkVpc(scope, vpc, 'vpcSubnets', subnet);
}

function checkVpc(scope: IConstruct, vpc: ec2.IVpc, field: string, member: IConstruct): void {
  const resource = member.node.defaultChild;
  if (!CfnResource.isCfnResource(resource)) return;
  const { vpcId } = resource as { vpcId?: unknown };
  if (typeof vpcId !== 'string' || !differ(vpcId, vpc.vpcId)) return;
  const nameOf = (id: string) => referenceIn(id)?.target.node.path ?? id;
  fail(
    'DifferentVpcs',
    `\`${field}\` must be of the cluster's VPC (${quoteForMessage(nameOf(vpc.vpcId))}), got: ` +
      `${quoteForMessage(member.node.path)} of ${quoteForMessage(nameOf(vpcId))}`,
    scope,
  );
}

/** Certain only between two ids, and between two VPCs of the app: a parameter may well be one of either. */
function differ(one: string, other: string): boolean {
  if (!Token.isUnresolved(one) && !Token.isUnresolved(other))
    return one !== other && ![one, other].includes(NOT_YET_LOOKED_UP);
  const [a, b] = [referencedResource(one, VPC_TYPE), referencedResource(other, VPC_TYPE)];
  return a !== undefined && b !== undefined && a !== b;
}

/**
 * Refuses a selection of no subnets: CDK renders an empty list, which Auto Scaling refuses only when the
 * stack is deployed.
 */
export function checkSubnets(
  scope: IConstruct,
  vpc: ec2.IVpc,
  vpcSubnets: ec2.SubnetSelection | undefined,
): void {
  const selected = vpc.selectSubnets(vpcSubnets);
  if (selected.isPendingLookup || Token.isUnresolved(selected.subnetIds) || selected.subnetIds.length > 0)
    return;
  fail('NoSubnets', '`vpcSubnets` must select at least one subnet of the VPC, got none', scope);
}

/**
 * Warns of nodes that have isolated subnets only: the agent reaches ECS neither through the internet nor, as
 * far as is known here, through endpoints.
 *
 * At synthesis, because endpoints may be added to the VPC after the cluster was made.
 */
export function warnOfIsolatedSubnets(
  scope: IConstruct,
  vpc: ec2.IVpc,
  vpcSubnets: ec2.SubnetSelection | undefined,
): void {
  const selected = vpc.selectSubnets(vpcSubnets);
  const isolated = new Set(vpc.isolatedSubnets.map(({ subnetId }) => subnetId));
  if (
    selected.isPendingLookup ||
    selected.subnetIds.length === 0 ||
    !selected.subnetIds.every((id) => isolated.has(id))
  )
    return;
  const missing = missingEndpoints(vpc);
  if (missing.length === 0) return;
  warn(
    scope,
    'InstanceTier.isolatedSubnets',
    `The tier "${scope.node.path}" has isolated subnets only, which have no way out: its nodes cannot ` +
      'reach ECS, and never join the cluster. Choose subnets with a way out (`vpcSubnets`), or add ' +
      `interface endpoints for ${missing.join(', ')} to the VPC, and for what else nodes and tasks need ` +
      '(ECR with S3, CloudWatch Logs, Secrets Manager, Systems Manager); acknowledge this where the VPC ' +
      'has them already.',
  );
}

/** Those of the VPC's own constructs: CDK's `addInterfaceEndpoint` puts them there. */
function missingEndpoints(vpc: ec2.IVpc): string[] {
  const services = vpc.node
    .findAll()
    .filter((construct) => isResourceOf('AWS::EC2::VPCEndpoint', construct))
    .map((endpoint) =>
      JSON.stringify(
        Stack.of(endpoint).resolve((endpoint as unknown as { serviceName: unknown }).serviceName),
      ),
    );
  return ECS_ENDPOINTS.filter(
    (name) => !services.some((service) => service.endsWith(`.${name}"`) || service.endsWith(`.${name}"]]}`)),
  );
}
