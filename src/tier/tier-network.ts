import { CfnResource, Token } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { IConstruct } from 'constructs';
import { fail, quoteForMessage } from '../private/errors';
import { referencedResource, referenceIn } from '../rendered/references';

/** What CDK gives in place of a VPC that it has not looked up yet. */
const NOT_YET_LOOKED_UP = 'vpc-12345';

const VPC_TYPE = 'AWS::EC2::VPC';

/**
 * Refuses security groups and subnets of another VPC than the cluster's: no node would launch. What is
 * imported by its id alone does not say its VPC.
 */
export function checkVpcs(
  scope: IConstruct,
  vpc: ec2.IVpc,
  securityGroups: ec2.ISecurityGroup[],
  additionalSecurityGroups: ec2.ISecurityGroup[],
  vpcSubnets: ec2.SubnetSelection | undefined,
): void {
  for (const group of securityGroups) checkVpc(scope, vpc, 'securityGroups', group);
  for (const group of additionalSecurityGroups) checkVpc(scope, vpc, 'additionalSecurityGroups', group);
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

/** The zones that nodes start in; undefined where they are not looked up yet, or known at deployment only. */
export function zonesOf(vpc: ec2.IVpc, vpcSubnets: ec2.SubnetSelection | undefined): string[] | undefined {
  const { availabilityZones, isPendingLookup } = vpc.selectSubnets(vpcSubnets);
  if (isPendingLookup || Token.isUnresolved(availabilityZones)) return undefined;
  return [...new Set(availabilityZones)];
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
