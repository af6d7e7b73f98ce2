import { CfnResource } from 'aws-cdk-lib';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import type * as pipes from 'aws-cdk-lib/aws-pipes';
import { EcsAutoScaledCluster } from '../../../src';
import { only, TestStack } from '../../helpers/estate';
import { dependsOnAssociation, only as onlyOf, warning, warningIds } from '../helpers';
import { pipe, SENDERS } from '../senders';

const TYPE = 'AWS::Pipes::Pipe';
const parametersIn = (stack: TestStack) =>
  only(stack.template, TYPE).Properties.TargetParameters.EcsTaskParameters;

test('a pipe that runs a task on the cluster loses its launch type, and waits for the capacity providers', () => {
  const stack = new TestStack();
  pipe(stack, stack.cluster(), { launchType: 'EC2' });
  expect(parametersIn(stack)).toEqual({ TaskDefinitionArn: { Ref: expect.any(String) } });
  expect(dependsOnAssociation(stack, onlyOf(stack, TYPE))).toBe(true);
  expect(warningIds(stack)).toEqual([]);
});

test('and so does one that is a plain CfnResource', () => {
  const stack = new TestStack();
  new CfnResource(stack, 'Sender', {
    type: TYPE,
    properties: {
      Target: stack.cluster().clusterArn,
      TargetParameters: { EcsTaskParameters: { LaunchType: 'EC2', TaskCount: 2 } },
    },
  });
  expect(parametersIn(stack)).toEqual({ TaskCount: 2 });
});

test('and one of another app that names an imported cluster', () => {
  const stack = new TestStack();
  const cluster = EcsAutoScaledCluster.fromEcsAutoScaledClusterAttributes(stack, 'Imported', {
    clusterName: 'orders',
    vpc: stack.vpc,
  });
  pipe(stack, cluster, { launchType: 'EC2' });
  expect(parametersIn(stack)).not.toHaveProperty('LaunchType');
});

test('a pipe on Fargate, one with a strategy, and one to another cluster or target keep what they say', () => {
  const fargate = new TestStack();
  pipe(fargate, fargate.cluster(), { launchType: 'FARGATE' });
  expect(parametersIn(fargate).LaunchType).toBe('FARGATE');
  expect(dependsOnAssociation(fargate, onlyOf(fargate, TYPE))).toBe(false);

  const withStrategy = new TestStack();
  const cluster = withStrategy.cluster();
  pipe(withStrategy, cluster, { capacityProviderStrategy: [cluster.tier('general').strategy()] });
  expect(parametersIn(withStrategy).CapacityProviderStrategy).toHaveLength(1);

  const elsewhere = new TestStack();
  elsewhere.cluster();
  const arn = 'arn:aws:ecs:eu-central-1:111122223333:cluster/another';
  pipe(elsewhere, ecs.Cluster.fromClusterArn(elsewhere, 'Another', arn), { launchType: 'EC2' });
  expect(parametersIn(elsewhere).LaunchType).toBe('EC2');
});

test('an override of the launch type is the last word', () => {
  const stack = new TestStack();
  pipe(stack, stack.cluster(), { launchType: 'EC2' });
  const sender = stack.node.findChild('Sender') as pipes.CfnPipe;
  sender.addPropertyOverride('TargetParameters.EcsTaskParameters.LaunchType', 'EC2');
  expect(parametersIn(stack).LaunchType).toBe('EC2');
});

test('the tasks of rules, schedules and pipes are compared with the nodes', () => {
  for (const send of SENDERS) {
    const stack = new TestStack();
    const cluster = stack.cluster();
    const task = new ecs.Ec2TaskDefinition(stack, 'Large');
    task.addContainer('c', { image: ecs.ContainerImage.fromRegistry('nginx'), memoryLimitMiB: 8192 });
    send(stack, cluster, { launchType: 'EC2' }, task);
    expect(warning(stack, 'Service.size')?.message).toContain('The tasks of "Estate/Sender"');
  }
});
