import { Aspects, CfnResource } from 'aws-cdk-lib';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import { only, TestStack } from '../../helpers/estate';
import { ec2Service, ec2Task, warningIds } from '../helpers';

const SERVICE = 'AWS::ECS::Service';
const launchTypeIn = (stack: TestStack) => only(stack.template, SERVICE).Properties.LaunchType;

function daemon(stack: TestStack, props: Partial<ecs.CfnServiceProps> = {}): ecs.CfnService {
  return new ecs.CfnService(stack, 'Agent', {
    cluster: stack.cluster().clusterName,
    taskDefinition: ec2Task(stack).taskDefinitionArn,
    schedulingStrategy: 'DAEMON',
    ...props,
  });
}

test('a daemon that is written as an L1 without a launch type gets EC2: ECS would refuse it', () => {
  const stack = new TestStack();
  daemon(stack);
  expect(launchTypeIn(stack)).toBe('EC2');
  expect(warningIds(stack)).toEqual([]);
});

test('and so does one that is a plain CfnResource', () => {
  const stack = new TestStack();
  const Cluster = stack.cluster().clusterArn;
  const properties = { Cluster, TaskDefinition: 'task', SchedulingStrategy: 'DAEMON' };
  new CfnResource(stack, 'Agent', { type: SERVICE, properties });
  expect(launchTypeIn(stack)).toBe('EC2');
});

test('a service that becomes a daemon by an override keeps its launch type', () => {
  const stack = new TestStack();
  const service = ec2Service(stack, stack.cluster()).node.defaultChild as ecs.CfnService;
  service.addPropertyOverride('SchedulingStrategy', 'DAEMON');
  expect(launchTypeIn(stack)).toBe('EC2');
});

test('and one that becomes a daemon by an aspect gets it back', () => {
  const stack = new TestStack();
  const service = ec2Service(stack, stack.cluster()).node.defaultChild as ecs.CfnService;
  Aspects.of(stack).add({
    visit: (node) => {
      if (node === service) service.schedulingStrategy = 'DAEMON';
    },
  });
  expect(launchTypeIn(stack)).toBe('EC2');
});

test('an L2 daemon has it from CDK', () => {
  const stack = new TestStack();
  ec2Service(stack, stack.cluster(), { daemon: true });
  expect(launchTypeIn(stack)).toBe('EC2');
  expect(warningIds(stack)).toEqual([]);
});

test('what the author says of the launch type stays, its deletion too', () => {
  const external = new TestStack();
  daemon(external, { launchType: 'EXTERNAL' });
  expect(launchTypeIn(external)).toBe('EXTERNAL');
  const deleted = new TestStack();
  daemon(deleted).addPropertyDeletionOverride('LaunchType');
  expect(launchTypeIn(deleted)).toBeUndefined();
});

test('a daemon of another cluster, and a replica service, are left alone', () => {
  const stack = new TestStack();
  daemon(stack, { cluster: 'another' });
  expect(launchTypeIn(stack)).toBeUndefined();
  const replica = new TestStack();
  daemon(replica, { schedulingStrategy: 'REPLICA' });
  expect(launchTypeIn(replica)).toBeUndefined();
});

describe('a strategy for a daemon', () => {
  const message =
    '`capacityProviderStrategies` of the service "Estate/Api" on the cluster "Estate/Orders" must be left ' +
    'out for a daemon: ECS refuses it there.';

  test('is refused, in each way to make one', () => {
    const l2 = new TestStack();
    const own = l2.cluster();
    const capacityProviderStrategies = [own.tier('general').strategy()];
    ec2Service(l2, own, { daemon: true, capacityProviderStrategies });
    expect(() => l2.template).toThrow(message);

    const overridden = new TestStack();
    const ofOverridden = overridden.cluster();
    ec2Service(overridden, ofOverridden, {
      capacityProviderStrategies: [ofOverridden.tier('general').strategy()],
    });
    const service = overridden.node.findChild('Api').node.defaultChild as ecs.CfnService;
    service.addPropertyOverride('SchedulingStrategy', 'DAEMON');
    expect(() => overridden.template).toThrow(message);

    const l1 = new TestStack();
    const cluster = l1.cluster();
    new ecs.CfnService(l1, 'Api', {
      cluster: cluster.clusterArn,
      taskDefinition: 'task',
      schedulingStrategy: 'DAEMON',
      capacityProviderStrategy: [cluster.tier('general').strategy()],
    });
    expect(() => l1.template).toThrow(message);
  });
});
