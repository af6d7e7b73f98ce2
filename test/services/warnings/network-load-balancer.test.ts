import {
  aws_ec2 as ec2,
  aws_ecs as ecs,
  aws_elasticloadbalancingv2 as elbv2,
  aws_ecs_patterns as patterns,
  Stack,
} from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { EcsAutoScaledCluster } from '../../../src';
import { SMALL } from '../../helpers/estate';
import {
  ec2Service,
  ec2Task,
  newApp,
  type TaskOptions,
  type TestCluster,
  TestStack,
  warning,
} from '../helpers';

const ID = 'Service.networkLoadBalancer';
/** What a new app has: the balancer gets a security group, which lets nothing out. */
const FLAGS = { '@aws-cdk/aws-elasticloadbalancingv2:networkLoadBalancerWithSecurityGroupByDefault': true };
const DYNAMIC = ec2.Port.tcpRange(32768, 65535);

interface Options extends TaskOptions {
  readonly flags?: boolean;
  readonly served?: boolean;
  readonly internetFacing?: boolean;
  readonly target?: Partial<elbv2.AddNetworkTargetsProps>;
}

class Balanced extends TestStack {
  public readonly nodes: TestCluster;
  public readonly service: ecs.Ec2Service;
  public readonly balancer: elbv2.NetworkLoadBalancer;

  public constructor({ flags, served, internetFacing, target, ...task }: Options = {}) {
    super(newApp(flags ? FLAGS : {}));
    this.nodes = this.cluster({ served });
    this.service = ec2Service(this, this.nodes, { taskDefinition: ec2Task(this, 'Task', task) });
    this.balancer = new elbv2.NetworkLoadBalancer(this, 'Lb', { vpc: this.vpc, internetFacing });
    this.balancer
      .addListener('Listener', { port: 80 })
      .addTargets('Target', { port: 80, targets: [this.service], ...target });
  }

  public get message(): string | undefined {
    return warning(this, ID)?.message;
  }

  public allowFrom(peer: ec2.IPeer, port = DYNAMIC): this {
    this.nodes.connections.allowFrom(peer, port);
    return this;
  }

  public allowTo(port = DYNAMIC): this {
    this.balancer.connections.allowTo(this.nodes, port);
    return this;
  }
}

const fromVpc = ec2.Peer.ipv4('10.0.0.0/16');

test('plain CDK adds no rule', () => {
  const stack = new Balanced({ served: false });
  expect(Template.fromStack(stack).findResources('AWS::EC2::SecurityGroupIngress')).toEqual({});
});

describe('without a rule', () => {
  test.each<[string, TaskOptions, string]>([
    ['dynamic ports', {}, 'cluster, cluster.dynamicHostPorts'],
    ['a fixed port', { hostPort: 8080 }, 'cluster, ec2.Port.tcp(8080)'],
    ['host mode', { networkMode: ecs.NetworkMode.HOST, containerPort: 9000 }, 'cluster, ec2.Port.tcp(9000)'],
    ['awsvpc mode', { networkMode: ecs.NetworkMode.AWS_VPC }, 'service, ec2.Port.tcp(80)'],
  ])('%s: the rule for the group of the balancer is named', (_name, task, rule) => {
    expect(new Balanced({ ...task, flags: true }).message).toContain(
      `Add \`loadBalancer.connections.allowTo(${rule})\`.`,
    );
  });

  test('a balancer without security groups is let in by the addresses of the VPC', () => {
    expect(new Balanced({ target: { preserveClientIp: false } }).message).toContain(
      'Add `cluster.connections.allowFrom(ec2.Peer.ipv4(vpc.vpcCidrBlock), cluster.dynamicHostPorts)`.',
    );
  });

  test('UDP is named', () => {
    const target = { protocol: elbv2.Protocol.UDP, port: 53 };
    const stack = new Balanced({ flags: true, hostPort: 53, target });
    stack.allowTo(ec2.Port.tcp(53));
    expect(stack.message).toContain('allowTo(cluster, ec2.Port.udp(53))');
    const open = new Balanced({ flags: true, hostPort: 53, target });
    expect(open.allowTo(ec2.Port.udp(53)).message).toBeUndefined();
  });

  test('the pattern gets a warning, with the whole message', () => {
    const stack = new TestStack(newApp(FLAGS));
    new patterns.NetworkLoadBalancedEc2Service(stack, 'P', {
      cluster: stack.cluster(),
      memoryLimitMiB: 128,
      taskImageOptions: { image: ecs.ContainerImage.fromRegistry('nginx') },
    });
    expect(warning(stack, ID)).toEqual({
      id: `cdk-ecs-auto-scaled-cluster:${ID}`,
      path: '/Stack/P/Service/Service',
      message:
        'The service "Stack/P/Service" on the cluster "Stack/Cluster" is behind a network load ' +
        'balancer, for which CDK adds no rule, and no rule lets the balancer reach its tasks. Add ' +
        '`loadBalancer.connections.allowTo(cluster, cluster.dynamicHostPorts)`.',
    });
  });

  test('a balancer of another app gets both remedies', () => {
    const stack = new TestStack();
    const service = ec2Service(stack, stack.cluster());
    const targetGroup = new elbv2.NetworkTargetGroup(stack, 'T', {
      vpc: stack.vpc,
      port: 80,
      targets: [service],
    });
    expect(targetGroup).toBeDefined();
    expect(warning(stack, ID)?.message).toContain(
      'Add `loadBalancer.connections.allowTo(cluster, cluster.dynamicHostPorts)`; for one without security ' +
        'groups `cluster.connections.allowFrom(ec2.Peer.ipv4(vpc.vpcCidrBlock), cluster.dynamicHostPorts)`',
    );
  });
});

describe.each([true, false])('with the flags of a new app: %s', (flags) => {
  test.each<[string, Options, (stack: Balanced) => unknown]>([
    [
      'the addresses of the VPC',
      {},
      (stack) => stack.allowFrom(fromVpc).balancer.connections.allowTo(fromVpc, DYNAMIC),
    ],
    [
      'all addresses',
      {},
      (stack) => stack.allowFrom(ec2.Peer.anyIpv4()).balancer.connections.allowToAnyIpv4(DYNAMIC),
    ],
    [
      'the addresses of the VPC, those of clients not preserved',
      { internetFacing: true, target: { preserveClientIp: false } },
      (stack) => stack.allowFrom(fromVpc).allowTo(),
    ],
    [
      'all addresses, those of clients preserved',
      { internetFacing: true, target: { preserveClientIp: true } },
      (stack) => stack.allowFrom(ec2.Peer.anyIpv4()).allowTo(),
    ],
    [
      'a subnet of the VPC and a list of prefixes',
      { internetFacing: true },
      (stack) =>
        stack.allowFrom(ec2.Peer.ipv4('10.0.3.0/24')).allowFrom(ec2.Peer.prefixList('pl-1')).allowTo(),
    ],
    [
      'all ports',
      {},
      (stack) => stack.allowFrom(fromVpc, ec2.Port.allTraffic()).allowTo(ec2.Port.allTraffic()),
    ],
    [
      'a part of the dynamic ports, their first ones',
      {},
      (stack) => stack.allowFrom(fromVpc, ec2.Port.tcpRange(32768, 60999)).allowTo(),
    ],
    [
      'the container port in awsvpc mode',
      { networkMode: ecs.NetworkMode.AWS_VPC },
      (stack) => {
        stack.service.connections.allowFrom(fromVpc, ec2.Port.tcp(80));
        stack.balancer.connections.allowTo(stack.service, ec2.Port.tcp(80));
      },
    ],
  ])('nodes that are open to %s get no warning', (_, options, open) => {
    const stack = new Balanced({ ...options, flags });
    open(stack);
    expect(stack.message).toBeUndefined();
  });

  test.each<[string, ec2.IPeer, ec2.Port]>([
    ['to another port', fromVpc, ec2.Port.tcp(8080)],
    ['to addresses outside of the VPC only', ec2.Peer.ipv4('192.0.2.0/24'), DYNAMIC],
  ])('nodes that are open %s get one', (_, peer, port) => {
    const stack = new Balanced({ flags });
    expect(stack.allowFrom(peer, port).message).toContain('no rule lets the balancer reach its tasks');
  });
});

test('the rule for the group of a balancer is enough, in another stack too', () => {
  expect(new Balanced({ flags: true }).allowTo().message).toBeUndefined();
  const stack = new TestStack(newApp(FLAGS));
  const cluster = stack.cluster();
  const app = new Stack(stack.node.root as never, 'App');
  const service = ec2Service(app, cluster);
  const balancer = new elbv2.NetworkLoadBalancer(app, 'Lb', { vpc: stack.vpc });
  balancer.addListener('Listener', { port: 80 }).addTargets('Target', { port: 80, targets: [service] });
  balancer.connections.allowTo(cluster, DYNAMIC);
  expect(warning(app, ID)).toBeUndefined();
});

test('nodes that are open do not help where the group of the balancer lets nothing out', () => {
  const stack = new Balanced({ flags: true });
  expect(stack.allowFrom(ec2.Peer.anyIpv4()).message).toContain('Add `loadBalancer.connections.allowTo(');
});

test('clients of the internet need a rule where their addresses are preserved and the balancer has no group', () => {
  const stack = new Balanced({ internetFacing: true }).allowFrom(fromVpc);
  expect(stack.message).toContain(
    'no rule lets the clients of the balancer reach its tasks. Add `cluster.connections.allowFrom(' +
      'ec2.Peer.anyIpv4(), cluster.dynamicHostPorts)`, since it preserves the addresses of its clients.',
  );
  const open = new Balanced({ internetFacing: true }).allowFrom(ec2.Peer.anyIpv4());
  expect(open.message).toBeUndefined();
});

test('rules of security groups of another app are not known: no warning', () => {
  const stack = new TestStack();
  const cluster = EcsAutoScaledCluster.fromEcsAutoScaledClusterAttributes(stack, 'Orders', {
    clusterName: 'orders',
    vpc: stack.vpc,
    securityGroups: [ec2.SecurityGroup.fromSecurityGroupId(stack, 'Nodes', 'sg-0123456789abcdef0')],
  });
  const service = ec2Service(stack, cluster);
  const balancer = new elbv2.NetworkLoadBalancer(stack, 'Lb', { vpc: stack.vpc });
  balancer.addListener('Listener', { port: 80 }).addTargets('Target', { port: 80, targets: [service] });
  expect(warning(stack, ID)).toBeUndefined();
});

test('each tier on which the tasks may run needs the rule', () => {
  const make = (open: (cluster: EcsAutoScaledCluster, balancer: elbv2.NetworkLoadBalancer) => void) => {
    const stack = new TestStack(newApp(FLAGS));
    const vpc = stack.vpc;
    const tier = (name: string) => ({
      name,
      instanceTypes: [SMALL],
      defaultStrategy: {},
      securityGroups: [new ec2.SecurityGroup(stack, name, { vpc })],
    });
    const cluster = new EcsAutoScaledCluster(stack, 'Orders', { vpc, tiers: [tier('a'), tier('b')] });
    const service = ec2Service(stack, cluster);
    const balancer = new elbv2.NetworkLoadBalancer(stack, 'Lb', { vpc });
    balancer.addListener('Listener', { port: 80 }).addTargets('Target', { port: 80, targets: [service] });
    open(cluster, balancer);
    return warning(stack, ID)?.message;
  };
  expect(make((cluster, balancer) => balancer.connections.allowTo(cluster.tier('a'), DYNAMIC))).toBeDefined();
  expect(make((cluster, balancer) => balancer.connections.allowTo(cluster, DYNAMIC))).toBeUndefined();
});

test('an application load balancer gets no warning', () => {
  const stack = new TestStack();
  new patterns.ApplicationLoadBalancedEc2Service(stack, 'P', {
    cluster: stack.cluster(),
    memoryLimitMiB: 128,
    taskImageOptions: { image: ecs.ContainerImage.fromRegistry('nginx') },
  });
  expect(warning(stack, ID)).toBeUndefined();
});
