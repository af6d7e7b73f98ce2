import { type App, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { type AgentConfig, AgentInstanceIpCompatibility, type EcsAutoScaledCluster } from '../../src';
import { TestStack } from '../helpers/estate';
import { warning } from '../services/helpers';

const ID = 'InstanceTier.closedEgress';
const IPV6: AgentConfig = { instanceIpCompatibility: AgentInstanceIpCompatibility.IPV6 };
const IPV4: AgentConfig = { instanceIpCompatibility: AgentInstanceIpCompatibility.IPV4 };
const HTTPS = ec2.Port.tcp(443);

interface Made {
  readonly stack: TestStack;
  readonly group: ec2.SecurityGroup;
  readonly cluster: EcsAutoScaledCluster;
}

function closed(props: Partial<ec2.SecurityGroupProps> = {}, agent?: AgentConfig): Made {
  const stack = new TestStack();
  const group = new ec2.SecurityGroup(stack, 'Nodes', { vpc: stack.vpc, allowAllOutbound: false, ...props });
  return { stack, group, cluster: stack.cluster({ securityGroups: [group], agent }) };
}

test('nodes whose security groups let nothing out get a warning with the rule to add', () => {
  expect(warning(closed().stack, ID)).toEqual({
    id: `cdk-ecs-auto-scaled-cluster:${ID}`,
    path: '/Estate/Orders/Tiers/general',
    message:
      'No security group of the nodes of the tier "Estate/Orders/Tiers/general" lets TCP port 443 out: ' +
      'they cannot reach ECS, and never join the cluster. Add ' +
      '`tier.connections.allowTo(ec2.Peer.anyIpv4(), ec2.Port.tcp(443))`, or a rule to the security ' +
      'groups of the VPC endpoints.',
  });
});

test.each<[string, (made: Made) => void]>([
  ['that rule', ({ cluster }) => cluster.tiers[0].connections.allowTo(ec2.Peer.anyIpv4(), HTTPS)],
  ['a rule to the VPC', ({ group }) => group.addEgressRule(ec2.Peer.ipv4('10.0.0.0/16'), HTTPS)],
  [
    'a wide range of ports',
    ({ group }) => group.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.tcpRange(1, 1024)),
  ],
  [
    'all traffic to a list of prefixes',
    ({ group }) => group.addEgressRule(ec2.Peer.prefixList('pl-1'), ec2.Port.allTraffic()),
  ],
  [
    'a rule to a security group, in another stack',
    ({ stack, group }) => {
      const other = new Stack(stack.node.root as App, 'Endpoints');
      const endpoints = new ec2.SecurityGroup(other, 'Endpoints', { vpc: stack.vpc });
      endpoints.connections.allowFrom(group, HTTPS);
    },
  ],
  [
    'a rule that is an L1',
    ({ stack, group }) =>
      new ec2.CfnSecurityGroupEgress(stack, 'Rule', {
        groupId: group.securityGroupId,
        ipProtocol: '6',
        fromPort: 443,
        toPort: 443,
        cidrIp: '0.0.0.0/0',
      }),
  ],
])('%s is enough', (_, open) => {
  const made = closed();
  open(made);
  expect(warning(made.stack, ID)).toBeUndefined();
});

test.each<[string, (made: Made) => void]>([
  ['another port', ({ group }) => group.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(5432))],
  ['another protocol', ({ group }) => group.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.udp(443))],
  ['what comes in', ({ group }) => group.addIngressRule(ec2.Peer.anyIpv4(), HTTPS)],
])('%s is not', (_, open) => {
  const made = closed();
  open(made);
  expect(warning(made.stack, ID)?.id).toContain(ID);
});

describe('the protocol that the agent uses counts', () => {
  test('IPv6 where it says so', () => {
    const made = closed({ allowAllOutbound: true }, IPV6);
    expect(warning(made.stack, ID)?.message).toContain(
      'lets TCP port 443 out over IPv6, which `agent.instanceIpCompatibility` names: they cannot reach ' +
        'ECS, and never join the cluster. Add `tier.connections.allowTo(ec2.Peer.anyIpv6(), ' +
        'ec2.Port.tcp(443))`',
    );
    const open = closed({ allowAllOutbound: true }, IPV6);
    open.cluster.tiers[0].connections.allowTo(ec2.Peer.anyIpv6(), HTTPS);
    expect(warning(open.stack, ID)).toBeUndefined();
  });

  test('IPv4 where it says so; where nothing is said either may do', () => {
    const onlyIpv6 = { allowAllIpv6Outbound: true };
    expect(warning(closed(onlyIpv6, IPV4).stack, ID)?.id).toContain(ID);
    expect(warning(closed(onlyIpv6).stack, ID)).toBeUndefined();
  });
});

describe('no warning', () => {
  test("for the library's own group, and one that lets all out", () => {
    const stack = new TestStack();
    stack.cluster();
    expect(warning(stack, ID)).toBeUndefined();
    expect(warning(closed({ allowAllOutbound: true }).stack, ID)).toBeUndefined();
  });

  test('where one of several groups is open, or is of another app', () => {
    const stack = new TestStack();
    const group = new ec2.SecurityGroup(stack, 'A', { vpc: stack.vpc, allowAllOutbound: false });
    const open = new ec2.SecurityGroup(stack, 'B', { vpc: stack.vpc });
    const imported = ec2.SecurityGroup.fromSecurityGroupId(stack, 'C', 'sg-0123456789abcdef0');
    stack.cluster({ securityGroups: [group, open] }, 'Open');
    stack.cluster({ securityGroups: [group, imported] }, 'Imported');
    expect(warning(stack, ID)).toBeUndefined();
  });

  test('where a group is an L1 that leaves it to EC2', () => {
    const stack = new TestStack();
    const l1 = new ec2.CfnSecurityGroup(stack, 'L1', { groupDescription: 'nodes', vpcId: stack.vpc.vpcId });
    const group = ec2.SecurityGroup.fromSecurityGroupId(stack, 'Nodes', l1.attrGroupId);
    stack.cluster({ securityGroups: [group] });
    expect(warning(stack, ID)).toBeUndefined();
  });

  test('where a group is added to the nodes later', () => {
    const made = closed();
    made.cluster.tiers[0].autoScalingGroup.connections.addSecurityGroup(
      new ec2.SecurityGroup(made.stack, 'Later', { vpc: made.stack.vpc }),
    );
    expect(warning(made.stack, ID)).toBeUndefined();
  });

  test('where the agent goes through a proxy, on a port of its own', () => {
    const noProxy = ['169.254.169.254', '169.254.170.2', '/var/run/docker.sock'];
    expect(warning(closed({}, { httpProxy: 'proxy.internal:3128', noProxy }).stack, ID)).toBeUndefined();
  });
});
