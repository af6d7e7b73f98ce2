import { App, CfnParameter, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { EcsAutoScaledCluster, NodeTemplate } from '../../src';
import { SMALL, TestStack } from '../helpers/estate';

const TIER = { name: 'general', instanceTypes: [SMALL] };

function vpcs(stack = new Stack(new App(), 'Estate')): { stack: Stack; vpc: ec2.Vpc; other: ec2.Vpc } {
  return { stack, vpc: new ec2.Vpc(stack, 'Vpc'), other: new ec2.Vpc(stack, 'Other') };
}

describe('security groups of another VPC than the cluster', () => {
  test('are refused, where both are known as VPCs of the app', () => {
    const { stack, vpc, other } = vpcs();
    const securityGroups = [new ec2.SecurityGroup(stack, 'Nodes', { vpc: other })];
    expect(() => new EcsAutoScaledCluster(stack, 'Orders', { vpc, securityGroups, tiers: [TIER] })).toThrow(
      `\`securityGroups\` must be of the cluster's VPC ("Estate/Vpc/Resource"), got: "Estate/Nodes" of ` +
        '"Estate/Other/Resource" (DifferentVpcs at Estate/Orders/Tiers/general)',
    );
  });

  test('are refused, where both are ids', () => {
    const stack = new TestStack();
    const other = ec2.Vpc.fromVpcAttributes(stack, 'Other', {
      vpcId: 'vpc-0fffffffffffffff0',
      availabilityZones: ['a'],
    });
    const securityGroups = [new ec2.SecurityGroup(stack, 'Nodes', { vpc: other })];
    expect(() => stack.cluster({ securityGroups })).toThrow(
      '("vpc-0123456789abcdef0"), got: "Estate/Nodes" of "vpc-0fffffffffffffff0"',
    );
  });

  test('are refused in a shared template, by the cluster that does not fit', () => {
    const { stack, vpc, other } = vpcs();
    const securityGroups = [new ec2.SecurityGroup(stack, 'Nodes', { vpc })];
    const template = new NodeTemplate(stack, 'Standard', { instanceTypes: [SMALL], securityGroups });
    new EcsAutoScaledCluster(stack, 'Fits', { vpc, tiers: [{ name: 'a', template }] });
    expect(
      () => new EcsAutoScaledCluster(stack, 'Not', { vpc: other, tiers: [{ name: 'a', template }] }),
    ).toThrow('(DifferentVpcs at');
  });

  test('pass where it cannot be known: imported by id, a VPC by a parameter, one that is still to be looked up', () => {
    const stack = new TestStack(new App(), 'Estate', {
      env: { account: '123456789012', region: 'eu-central-1' },
    });
    const byParameter = ec2.Vpc.fromVpcAttributes(stack, 'P', {
      vpcId: new CfnParameter(stack, 'VpcId').valueAsString,
      availabilityZones: ['a'],
    });
    const lookedUp = ec2.Vpc.fromLookup(stack, 'L', { vpcName: 'main' });
    const securityGroups = [
      ec2.SecurityGroup.fromSecurityGroupId(stack, 'Imported', 'sg-0aaaaaaaaaaaaaaa0'),
      new ec2.SecurityGroup(stack, 'ByParameter', { vpc: byParameter }),
      new ec2.SecurityGroup(stack, 'LookedUp', { vpc: lookedUp }),
    ];
    expect(() => stack.cluster({ securityGroups })).not.toThrow();
  });

  test("pass where they are of the cluster's VPC, which another stack has", () => {
    const { stack, vpc } = vpcs();
    const user = new Stack(stack.node.root as App, 'User');
    const securityGroups = [new ec2.SecurityGroup(user, 'Nodes', { vpc })];
    expect(
      () => new EcsAutoScaledCluster(user, 'Orders', { vpc, securityGroups, tiers: [TIER] }),
    ).not.toThrow();
  });
});

test('subnets of another VPC are refused', () => {
  const { stack, vpc, other } = vpcs();
  expect(
    () =>
      new EcsAutoScaledCluster(stack, 'Orders', {
        vpc,
        vpcSubnets: { subnets: other.privateSubnets },
        tiers: [TIER],
      }),
  ).toThrow(
    `\`vpcSubnets\` must be of the cluster's VPC ("Estate/Vpc/Resource"), got: ` +
      '"Estate/Other/PrivateSubnet1" of "Estate/Other/Resource"',
  );
});

test.each([{ subnets: [] }, { availabilityZones: ['eu-nowhere-1a'] }])(
  'a selection of no subnets is refused: %j',
  (vpcSubnets) => {
    expect(() => new TestStack().cluster({ vpcSubnets })).toThrow(
      '`vpcSubnets` must select at least one subnet of the VPC, got none (NoSubnets at ' +
        'Estate/Orders/Tiers/general)',
    );
  },
);

test('a stack with such a VPC renders as before', () => {
  const { stack, vpc } = vpcs();
  new EcsAutoScaledCluster(stack, 'Orders', { vpc, tiers: [TIER] });
  Template.fromStack(stack).resourceCountIs('AWS::AutoScaling::AutoScalingGroup', 1);
});
