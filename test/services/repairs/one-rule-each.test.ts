import {
  App,
  aws_ec2 as ec2,
  aws_ecs as ecs,
  aws_elasticloadbalancingv2 as elbv2,
  NestedStack,
  Stack,
} from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { EcsAutoScaledCluster } from '../../../src';
import { SMALL, TestStack } from '../../helpers/estate';
import { ec2Service } from '../helpers';

type Rules = Record<string, any>;

/** A cluster in a stack, and services behind one load balancer in another. */
class Infrastructure extends TestStack {
  public readonly orders = this.cluster();
  public readonly apps: Stack;
  public readonly balancer: elbv2.ApplicationLoadBalancer;
  private readonly listener: elbv2.ApplicationListener;

  public constructor(
    context: Record<string, unknown> = {},
    apps: (infra: Stack) => Stack = (infra) => new Stack(infra.node.root as App, 'Apps'),
  ) {
    super(new App({ context }), 'Infra');
    this.apps = apps(this);
    this.balancer = new elbv2.ApplicationLoadBalancer(this.apps, 'Lb', { vpc: this.vpc });
    this.listener = this.balancer.addListener('Http', {
      port: 80,
      defaultAction: elbv2.ListenerAction.fixedResponse(404),
    });
  }

  public service(id: string, props: Partial<ecs.Ec2ServiceProps> = {}): ecs.Ec2Service {
    const service = ec2Service(this.apps, this.orders, props, id);
    this.listener.addTargets(id, {
      port: 80,
      priority: this.listener.node.children.length + 1,
      conditions: [elbv2.ListenerCondition.pathPatterns([`/${id}`])],
      targets: [service],
    });
    return service;
  }

  /** The rules of security groups, by their logical ids. */
  public get rules(): Rules {
    const template = Template.fromStack(this.apps);
    return {
      ...template.findResources('AWS::EC2::SecurityGroupIngress'),
      ...template.findResources('AWS::EC2::SecurityGroupEgress'),
    };
  }
}

const services = (...ids: string[]) => {
  const infra = new Infrastructure();
  for (const id of ids) infra.service(id);
  return infra;
};

test('two services of another stack behind one load balancer have each rule once', () => {
  expect(Object.keys(services('One', 'Two').rules)).toHaveLength(2);
});

test('a rule keeps its name whichever service is taken away', () => {
  const names = Object.keys(services('One', 'Two').rules).sort();
  expect(Object.keys(services('One').rules).sort()).toEqual(names);
  expect(Object.keys(services('Two').rules).sort()).toEqual(names);
  expect(Object.keys(services('Two', 'One').rules).sort()).toEqual(names);
});

test('a tier that comes later is reached by one rule of both, with and without feature flags', () => {
  for (const flag of [true, false]) {
    const infra = new Infrastructure({ '@aws-cdk/core:aspectStabilization': flag });
    infra.service('One');
    infra.service('Two');
    const own = new ec2.SecurityGroup(infra, 'Own', { vpc: infra.vpc });
    infra.orders.addTier('late', { instanceTypes: [SMALL], securityGroups: [own] });
    const later = new EcsAutoScaledCluster(infra, 'Later', { vpc: infra.vpc });
    const service = ec2Service(infra.apps, later, {}, 'Three');
    infra.balancer.connections.allowTo(service, ec2.Port.tcp(8080));
    later.addTier('general', { instanceTypes: [SMALL] });
    const ofTheLibrary = Object.keys(infra.rules).filter((id) => id.startsWith('NodesRule'));
    expect(ofTheLibrary).toHaveLength(4);
  }
});

test('in a nested stack too', () => {
  const infra = new Infrastructure({}, (stack) => new NestedStack(stack, 'Apps'));
  infra.service('One');
  infra.service('Two');
  expect(Object.keys(infra.rules)).toHaveLength(2);
});

test('rules of services in the stack of the cluster have the names that CDK gives them', () => {
  const infra = new Infrastructure({}, (stack) => stack);
  infra.service('One');
  infra.service('Two');
  expect(Object.keys(infra.rules)).toHaveLength(2);
  expect(Object.keys(infra.rules).filter((id) => id.startsWith('NodesRule'))).toEqual([]);
});

test("a user's own rule and rules for a user's own group have the names that they had", () => {
  const infra = new Infrastructure();
  const [group] = infra.orders.connections.securityGroups;
  new ec2.CfnSecurityGroupIngress(infra.apps, 'Mine', {
    groupId: group.securityGroupId,
    ipProtocol: 'tcp',
    fromPort: 1,
    toPort: 2,
    cidrIp: '10.0.0.0/8',
  });
  expect(Object.keys(infra.rules)).toEqual(['Mine']);
});

test.each<[string, number]>([
  ['names tiers alone gets no rules for capacity that is no tier', 2],
  ['names none gets them too', 4],
])('a service that %s', (_, count) => {
  const infra = new Infrastructure();
  infra.orders.addCapacity('Old', {
    instanceType: SMALL,
    machineImage: ecs.EcsOptimizedImage.amazonLinux2(),
  });
  const capacityProviderStrategies = count === 2 ? [infra.orders.tier('general').strategy()] : undefined;
  infra.service('Api', { capacityProviderStrategies });
  expect(Object.keys(infra.rules)).toHaveLength(count);
  expect(JSON.stringify(infra.rules)).toContain('OrdersTiersSecurityGroup');
  expect(JSON.stringify(infra.rules).includes('OldInstanceSecurityGroup')).toBe(count === 4);
});
