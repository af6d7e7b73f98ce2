import { Duration } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import * as sns from 'aws-cdk-lib/aws-sns';
import { Consolidation } from '../../src';
import { only, SMALL, TestStack } from '../helpers/estate';
import { allowedTo, apartFromLogs, callsOf, definition, policies, resourcesOf, statesOf } from './machine';

const NIGHTLY = { schedule: ScheduleExpression.cron({ hour: '3', minute: '0' }), window: Duration.hours(1) };

describe('the consolidation of a stack', () => {
  const stack = new TestStack();
  const topic = new sns.Topic(stack, 'Topic');
  stack.cluster({ consolidation: Consolidation.scheduled({ ...NIGHTLY, topic }) }).addAlarms();
  const { template } = stack;
  const machine = definition(template, 'Consolidation');
  const states = Object.fromEntries(statesOf(machine));
  const cluster = only(template, 'AWS::ECS::Cluster').id;

  test('is started by the schedule of its tiers, in its window', () => {
    template.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'cron(0 3 * * ? *)',
      FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 60 },
      Target: { Input: Match.stringLikeRegexp('^{"schedule":"[0-9a-f]{8}"}$') },
    });
    expect(states['Find its groups'].Arguments.Filters).toEqual([
      { Name: 'tag:EcsConsolidation', Values: ['Estate'] },
    ]);
  });

  test('may terminate nodes of groups with its tag alone, and drain nodes of its clusters', () => {
    const clusters = { ArnEquals: { 'ecs:cluster': [`<${cluster}.Arn>`] } };
    const arn = (resource: string) => `arn:aws:ecs:eu-central-1:111122223333:${resource}/*`;
    const statements = policies(template, 'Consolidation').flat();
    expect(apartFromLogs(statements)).toEqual([
      {
        Sid: 'GiveNodesBack',
        Effect: 'Allow',
        Action: 'autoscaling:TerminateInstanceInAutoScalingGroup',
        Resource: 'arn:aws:autoscaling:eu-central-1:111122223333:autoScalingGroup:*:autoScalingGroupName/*',
        Condition: { StringEquals: { 'aws:ResourceTag/EcsConsolidation': 'Estate' } },
      },
      {
        Sid: 'ReadGroups',
        Effect: 'Allow',
        Action: expect.arrayContaining([
          'autoscaling:DescribeScheduledActions',
          'ecs:DescribeTaskDefinition',
        ]),
        Resource: '*',
      },
      { Effect: 'Allow', Action: 'sns:Publish', Resource: expect.stringMatching(/^<Topic/) },
      {
        Sid: 'FindNodes',
        Effect: 'Allow',
        Action: 'ecs:ListContainerInstances',
        Resource: [`<${cluster}.Arn>`],
      },
      {
        Sid: 'HoldNodes',
        Effect: 'Allow',
        Action: [
          'ecs:DescribeContainerInstances',
          'ecs:ListTasks',
          'ecs:UpdateContainerInstancesState',
          'ecs:PutAttributes',
          'ecs:DeleteAttributes',
        ],
        Resource: arn('container-instance'),
        Condition: clusters,
      },
      {
        Sid: 'ReadTasks',
        Effect: 'Allow',
        Action: ['ecs:DescribeTasks', 'ecs:GetTaskProtection'],
        Resource: arn('task'),
        Condition: clusters,
      },
      {
        Sid: 'ReadServices',
        Effect: 'Allow',
        Action: 'ecs:DescribeServices',
        Resource: arn('service'),
        Condition: clusters,
      },
      expect.objectContaining({ Sid: 'Continue', Action: 'states:StartExecution' }),
      {
        Sid: 'SeeItsRuns',
        Effect: 'Allow',
        Action: 'states:DescribeExecution',
        Resource: expect.stringMatching(
          /^arn:aws:states:eu-central-1:111122223333:execution:<cdkecsautoscaledclusterConsolidation\w+\.Name>:\*$/,
        ),
      },
    ]);
  });

  test('asks for each permission that it has, and for no other', () => {
    expect(callsOf(machine)).toEqual(allowedTo(template, 'Consolidation'));
  });

  test('looks at the tag of its stack before anything else', () => {
    expect(machine.StartAt).toBe('Is it for one group');
    expect(states['Is it for one group'].Choices[0].Next).toBe('A run for a group');
    expect(states['A run for a group'].Next).toBe('Read the group');
    expect(states['Read the group'].Next).toBe('May it give nodes back');
    expect(states['Read the group'].Assign.ours).toBe(
      "{% $exists($states.result.AutoScalingGroups[0].Tags[Key = 'EcsConsolidation' and Value = 'Estate']) %}",
    );
  });

  test('has no call after the mark that ends the run where it fails', () => {
    const after = [
      'Look at it',
      'Look at its group',
      'Does a refresh begin',
      'Where is it',
      'Hold it',
      'Drain it',
    ];
    const more = ['What is left', 'Is it daemons', 'Give it back', 'Is it still held', 'Does it go'];
    for (const name of [...after, ...more, 'Let it take tasks', 'Let go of it'])
      expect([name, states[name].Catch?.map(({ ErrorEquals }: any) => ErrorEquals)]).toEqual([
        name,
        [['States.ALL']],
      ]);
  });

  test('is not drained or terminated a second time for a call that may have come through', () => {
    for (const name of ['Hold it', 'Give it back']) expect(states[name].Retry).toBeUndefined();
  });

  test('gives an inner variable no name of an outer one, which Step Functions refuses', () => {
    const assigned = (all: any): string[] => [
      ...new Set(Object.values<any>(all).flatMap(({ Assign = {} }) => Object.keys(Assign))),
    ];
    const outer = assigned(machine.States);
    const inner = Object.values<any>(machine.States).flatMap(({ ItemProcessor }) =>
      ItemProcessor === undefined ? [] : assigned(ItemProcessor.States),
    );
    expect(inner.filter((name) => outer.includes(name))).toEqual([]);
  });

  test('has alarms, with the run that sets a node back', () => {
    const alarms = Object.values<any>(template.findResources('AWS::CloudWatch::Alarm')).filter(
      ({ Properties }) => JSON.stringify(Properties.AlarmDescription).includes('A run of the consolidation'),
    );
    expect(alarms.map(({ Properties: { MetricName } }) => MetricName).sort()).toEqual([
      'ExecutionsAborted',
      'ExecutionsFailed',
      'ExecutionsTimedOut',
    ]);
  });

  test('is there once for a stack, for tiers with different values and topics', () => {
    const other = new TestStack();
    ['One', 'Two'].forEach((id, index) => {
      const consolidation = Consolidation.scheduled({
        ...NIGHTLY,
        minimumNodes: index + 2,
        topic: new sns.Topic(other, id),
      });
      other.cluster(
        { consolidation, tiers: [{ name: 'general', instanceTypes: [SMALL] }] },
        `Cluster${index}`,
      );
    });
    expect(resourcesOf(other.template, 'Consolidation', 'AWS::StepFunctions::StateMachine')).toHaveLength(1);
    other.template.resourceCountIs('AWS::Scheduler::Schedule', 1);
  });
});
