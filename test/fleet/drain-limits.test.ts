import { App, Duration } from 'aws-cdk-lib';
import * as sns from 'aws-cdk-lib/aws-sns';
import { DrainLimit, NodeReplacement } from '../../src';
import { only, SMALL, TestStack } from '../helpers/estate';
import {
  allowedTo,
  apartFromLogs,
  callsOf,
  definition,
  pattern,
  policies,
  resourcesOf,
  statesOf,
} from './machine';

const HOUR = DrainLimit.stopTasksAfter(Duration.hours(1));

describe('the drain limits of a stack', () => {
  const stack = new TestStack();
  const topic = new sns.Topic(stack, 'Topic');
  stack.cluster({ drainLimit: DrainLimit.stopTasksAfter(Duration.hours(1), { topic }) });
  const { template } = stack;
  const machine = definition(template, 'DrainLimits');
  const states = Object.fromEntries(statesOf(machine));
  const cluster = only(template, 'AWS::ECS::Cluster').id;

  test("receive the begin of each drain of ECS's own hook, in groups that CloudFormation has named for the stack", () => {
    expect(pattern(template, 'DrainLimits')).toEqual({
      source: ['aws.autoscaling'],
      'detail-type': ['EC2 Instance-terminate Lifecycle Action'],
      detail: {
        LifecycleHookName: [{ prefix: 'ecs-managed-draining-' }],
        AutoScalingGroupName: [{ prefix: 'Estate-' }],
      },
    });
  });

  test('may stop tasks and take nodes out of their clusters, and let go the nodes of groups with their tag', () => {
    const clusters = { ArnEquals: { 'ecs:cluster': [`<${cluster}.Arn>`] } };
    const arn = (resource: string) => `arn:aws:ecs:eu-central-1:111122223333:${resource}/*`;
    const [statements] = policies(template, 'DrainLimits');
    expect(apartFromLogs(statements)).toEqual([
      {
        Sid: 'LetNodesGo',
        Effect: 'Allow',
        Action: 'autoscaling:CompleteLifecycleAction',
        Resource: 'arn:aws:autoscaling:eu-central-1:111122223333:autoScalingGroup:*:autoScalingGroupName/*',
        Condition: { StringEquals: { 'aws:ResourceTag/EcsDrainLimit': 'Estate' } },
      },
      {
        Sid: 'ReadGroups',
        Effect: 'Allow',
        Action: ['autoscaling:DescribeAutoScalingGroups', 'autoscaling:DescribeAutoScalingInstances'],
        Resource: '*',
      },
      { Effect: 'Allow', Action: 'sns:Publish', Resource: expect.stringMatching(/^<Topic/) },
      {
        Sid: 'FindAndTakeOut',
        Effect: 'Allow',
        Action: ['ecs:ListContainerInstances', 'ecs:DeregisterContainerInstance'],
        Resource: [`<${cluster}.Arn>`],
      },
      {
        Sid: 'FindTasks',
        Effect: 'Allow',
        Action: ['ecs:DescribeContainerInstances', 'ecs:ListTasks'],
        Resource: arn('container-instance'),
        Condition: clusters,
      },
      {
        Sid: 'StopTasks',
        Effect: 'Allow',
        Action: ['ecs:DescribeTasks', 'ecs:StopTask'],
        Resource: arn('task'),
        Condition: clusters,
      },
    ]);
  });

  test('ask for each permission that they have, and for no other', () => {
    expect(callsOf(machine)).toEqual(allowedTo(template, 'DrainLimits'));
  });

  test('look at the tag of their stack before anything else', () => {
    expect(Object.keys(machine.States).slice(0, 3)).toEqual([
      'A node begins to drain',
      'Read the group',
      'Is it ours',
    ]);
    expect(states['Read the group'].Assign.ours).toBe(
      "{% $exists($states.result.AutoScalingGroups[0].Tags[Key = 'EcsDrainLimit' and Value = 'Estate']) %}",
    );
  });

  test('have nothing in the way of an end: each call that fails leads on', () => {
    const calls = Object.entries<any>(machine.States).filter(([, { Type }]) => Type === 'Task');
    const without = calls.filter(([, { Catch }]) => Catch === undefined).map(([name]) => name);
    // Before the limit there is nothing to end.
    expect(without).toEqual(['Read the group']);
  });

  test('are there once for a stack, for tiers with different limits and topics', () => {
    const other = new TestStack();
    const topics = ['One', 'Two'].map((id) => new sns.Topic(other, id));
    topics.forEach((each, index) => {
      const drainLimit = DrainLimit.notifyAfter(Duration.hours(index + 1), each);
      other.cluster({ drainLimit, tiers: [{ name: 'general', instanceTypes: [SMALL] }] }, `Cluster${index}`);
    });
    expect(resourcesOf(other.template, 'DrainLimits', 'AWS::StepFunctions::StateMachine')).toHaveLength(1);
    const publish = policies(other.template, 'DrainLimits')
      .flat()
      .filter(({ Action }) => Action === 'sns:Publish');
    expect(publish).toHaveLength(2);
  });

  test('take no topic of another region', () => {
    const other = new TestStack(new App(), 'Estate', { env: { region: 'eu-central-1' } });
    const elsewhere = sns.Topic.fromTopicArn(other, 'There', 'arn:aws:sns:us-east-1:111122223333:drains');
    expect(() => other.cluster({ drainLimit: DrainLimit.notifyAfter(Duration.hours(1), elsewhere) })).toThrow(
      '`topic` must be of the region of the cluster (eu-central-1), got: one of us-east-1',
    );
  });

  test('have alarms, with the command that lets a node go', () => {
    const other = new TestStack();
    other.cluster({ drainLimit: HOUR, replacement: NodeReplacement.rolling() }).addAlarms();
    const alarms = Object.values<any>(other.template.findResources('AWS::CloudWatch::Alarm'));
    const own = alarms.filter(({ Properties }) =>
      JSON.stringify(Properties.AlarmDescription).includes('A node that drains has reached its limit'),
    );
    expect(own.map(({ Properties: { MetricName } }) => MetricName).sort()).toEqual([
      'ExecutionsAborted',
      'ExecutionsFailed',
      'ExecutionsTimedOut',
    ]);
  });
});
