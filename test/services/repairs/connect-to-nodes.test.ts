import {
  aws_ec2 as ec2,
  aws_ecs as ecs,
  aws_elasticloadbalancingv2 as elbv2,
  NestedStack,
  Stack,
} from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { ec2Service, ec2Task, type TaskOptions, type TestCluster, TestStack } from '../helpers';

function balance(stack: Stack, vpc: ec2.IVpc, cluster: TestCluster, task: TaskOptions = {}): ecs.Ec2Service {
  const service = ec2Service(stack, cluster, { taskDefinition: ec2Task(stack, 'Task', task) });
  const balancer = new elbv2.ApplicationLoadBalancer(stack, 'Lb', { vpc });
  balancer
    .addListener('Listener', { port: 80, open: false })
    .addTargets('Target', { port: 80, targets: [service] });
  return service;
}

function rules(stack: Stack, direction: 'Ingress' | 'Egress'): number {
  return Object.keys(Template.fromStack(stack).findResources(`AWS::EC2::SecurityGroup${direction}`)).length;
}

function addTier(stack: TestStack, cluster: TestCluster): void {
  cluster.connections.addSecurityGroup(new ec2.SecurityGroup(stack, 'LaterNodes', { vpc: stack.vpc }));
}

test('on plain CDK a load balancer does not reach nodes that the cluster gets after the service', () => {
  const stack = new TestStack();
  const cluster = stack.cluster({ served: false });
  balance(stack, stack.vpc, cluster);
  addTier(stack, cluster);
  expect([rules(stack, 'Ingress'), rules(stack, 'Egress')]).toEqual([0, 0]);
});

test('here it does, in both directions', () => {
  const stack = new TestStack();
  const cluster = stack.cluster();
  balance(stack, stack.vpc, cluster);
  addTier(stack, cluster);
  expect([rules(stack, 'Ingress'), rules(stack, 'Egress')]).toEqual([2, 2]);
});

test('nodes that were there before are not added twice', () => {
  const stack = new TestStack();
  const cluster = stack.cluster();
  addTier(stack, cluster);
  const service = balance(stack, stack.vpc, cluster);
  expect([rules(stack, 'Ingress'), rules(stack, 'Egress')]).toEqual([2, 2]);
  expect(service.connections.securityGroups).toHaveLength(2);
});

test.each<[string, (stack: TestStack) => Stack]>([
  ['another stack', (stack) => new Stack(stack.node.root, 'Other')],
  ['a nested stack', (stack) => new NestedStack(stack, 'Nested')],
])('in %s too, where the rules stand with the service', (_name, make) => {
  const stack = new TestStack();
  const cluster = stack.cluster();
  const other = make(stack);
  const service = balance(other, stack.vpc, cluster);
  addTier(stack, cluster);
  expect([rules(other, 'Ingress'), rules(other, 'Egress')]).toEqual([2, 2]);
  expect(rules(stack, 'Ingress')).toBe(0);
  expect(service.connections.securityGroups).toHaveLength(2);
});

test('a service in awsvpc mode has groups of its own', () => {
  const stack = new TestStack();
  const cluster = stack.cluster();
  const service = balance(stack, stack.vpc, cluster, { networkMode: ecs.NetworkMode.AWS_VPC });
  addTier(stack, cluster);
  Template.fromStack(stack);
  expect(service.connections.securityGroups).toHaveLength(1);
});
