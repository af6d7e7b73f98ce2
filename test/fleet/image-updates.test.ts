import { App, Duration, TimeZone } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import * as sns from 'aws-cdk-lib/aws-sns';
import { ImageUpdates, NodeImage, NodeReplacement } from '../../src';
import { only, SMALL, TestStack } from '../helpers/estate';
import { allowedTo, apartFromLogs, callsOf, definition, policies, resourcesOf, statesOf } from './machine';

const schedule = ScheduleExpression.cron({ hour: '3', minute: '0', timeZone: TimeZone.EUROPE_BERLIN });
const rolling = (options: object = {}, others: object = {}) =>
  NodeReplacement.rolling({ imageUpdates: ImageUpdates.scheduled({ schedule, ...options }), ...others });

const tier = (name: string, props: object = {}) => ({ name, instanceTypes: [SMALL], ...props });

describe('the image updates of a stack', () => {
  const stack = new TestStack();
  const topic = new sns.Topic(stack, 'Topic');
  stack.cluster({ replacement: rolling({ topic, window: Duration.hours(1) }) });
  const { template } = stack;
  const machine = definition(template, 'ImageUpdates');
  const states = Object.fromEntries(statesOf(machine));
  const cluster = only(template, 'AWS::ECS::Cluster').id;

  test('begin at their times, in their time zone and window', () => {
    const { Properties } = only(template, 'AWS::Scheduler::Schedule');
    expect(Properties).toMatchObject({
      ScheduleExpression: 'cron(0 3 * * ? *)',
      ScheduleExpressionTimezone: 'Europe/Berlin',
      FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 60 },
      State: 'ENABLED',
    });
  });

  test('may deploy the stack by change sets of their name, and else only read', () => {
    const ours = 'arn:aws:cloudformation:eu-central-1:111122223333:stack/Estate/*';
    const named = { 'cloudformation:ChangeSetName': 'image-update-*' };
    const [statements] = policies(template, 'ImageUpdates');
    expect(apartFromLogs(statements)).toEqual([
      { Sid: 'ReadTheStack', Effect: 'Allow', Action: 'cloudformation:DescribeStacks', Resource: ours },
      {
        Sid: 'MakeChangeSets',
        Effect: 'Allow',
        Action: 'cloudformation:CreateChangeSet',
        Resource: ours,
        Condition: {
          StringLike: named,
          Null: { 'cloudformation:TemplateUrl': 'true', 'cloudformation:RoleArn': 'true' },
        },
      },
      {
        Sid: 'UseChangeSets',
        Effect: 'Allow',
        Action: [
          'cloudformation:DescribeChangeSet',
          'cloudformation:ExecuteChangeSet',
          'cloudformation:DeleteChangeSet',
        ],
        Resource: ours,
        Condition: { StringLike: named },
      },
      {
        Sid: 'ReadParameters',
        Effect: 'Allow',
        Action: 'ssm:GetParameters',
        Resource: [
          'arn:aws:ssm:eu-central-1::parameter/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id',
          'arn:aws:ssm:eu-central-1:111122223333:parameter/cdk-ecs-auto-scaled-cluster/Estate/image-updates/freeze',
        ],
      },
      {
        Sid: 'ReadGroupsAndImages',
        Effect: 'Allow',
        Action: [
          'autoscaling:DescribeAutoScalingGroups',
          'autoscaling:DescribeInstanceRefreshes',
          'ec2:DescribeImages',
        ],
        Resource: '*',
      },
      { Sid: 'ReadAlarms', Effect: 'Allow', Action: 'cloudwatch:DescribeAlarms', Resource: '*' },
      { Effect: 'Allow', Action: 'sns:Publish', Resource: expect.stringMatching(/^<Topic/) },
      {
        Sid: 'FindHeldNodes',
        Effect: 'Allow',
        Action: 'ecs:ListContainerInstances',
        Resource: [`<${cluster}.Arn>`],
      },
    ]);
  });

  test('ask for each permission that they have, and for no other', () => {
    expect(callsOf(machine)).toEqual(allowedTo(template, 'ImageUpdates'));
  });

  test('look for a freeze before anything else', () => {
    expect(Object.keys(machine.States).slice(0, 3)).toEqual([
      'A window begins',
      'Is it frozen',
      'Does a freeze hold',
    ]);
  });

  test('bring no template, no role and no tags of their own to the change set', () => {
    expect(Object.keys(states['Make a change set'].Arguments).sort()).toEqual([
      'Capabilities',
      'ChangeSetName',
      'ChangeSetType',
      'Description',
      'Parameters',
      'StackName',
      'UsePreviousTemplate',
    ]);
    expect(states['Make a change set'].Arguments.UsePreviousTemplate).toBe(true);
  });

  test('have groups wait for the state machine, which names no group', () => {
    const [group] = Object.values<any>(template.findResources('AWS::AutoScaling::AutoScalingGroup'));
    expect(group.DependsOn).toEqual(
      expect.arrayContaining([expect.stringContaining('ImageUpdatesMachineSchedule')]),
    );
    const [id] = Object.keys(template.findResources('AWS::AutoScaling::AutoScalingGroup'));
    const rendered = JSON.stringify(
      resourcesOf(template, 'ImageUpdates', 'AWS::StepFunctions::StateMachine'),
    );
    expect(rendered).not.toContain(`"Ref":"${id}"`);
    expect(rendered).toContain(`'${id}'`);
  });
});

describe('image updates', () => {
  test('are there once for a stack, however many clusters and tiers', () => {
    const stack = new TestStack();
    stack.cluster({ replacement: rolling(), tiers: [tier('general'), tier('batch')] });
    stack.cluster({ replacement: rolling() }, 'Search');
    expect(resourcesOf(stack.template, 'ImageUpdates', 'AWS::StepFunctions::StateMachine')).toHaveLength(1);
    expect(Object.keys(stack.template.findResources('AWS::Scheduler::Schedule'))).toHaveLength(1);
  });

  test('may change the groups of all tiers but those that are replaced at once, and no group of yours', () => {
    const stack = new TestStack();
    const pinned = NodeImage.fromSsmParameter(
      '/aws/service/ecs/optimized-ami/amazon-linux-2023/al2023-ami-ecs-hvm-2023.0.20260414-kernel-6.1-x86_64/image_id',
    );
    const at = { replacement: NodeReplacement.allAtOnce(), machineImage: pinned };
    const tiers = [
      tier('general'),
      tier('later', { replacement: NodeReplacement.onNextLaunch() }),
      tier('once', at),
    ];
    stack.cluster({ replacement: rolling(), tiers });
    const [, condition] = /LogicalResourceId in \[([^\]]*)\]/.exec(
      JSON.stringify(definition(stack.template, 'ImageUpdates')),
    ) as RegExpExecArray;
    const groups = Object.entries<any>(stack.template.findResources('AWS::AutoScaling::AutoScalingGroup'));
    const expected = groups
      .map(([id]) => id)
      .filter((id) => /general|later/.test(id))
      .sort();
    expect(condition).toBe(expected.map((id) => `'${id}'`).join(', '));
  });

  test('wait for the alarms of the roll, whose names are in tags: an alarm may name another group', () => {
    const stack = new TestStack();
    const first = stack.cluster({ tiers: [tier('general')], replacement: rolling() });
    const alarm = new cloudwatch.Alarm(stack, 'Alarm', {
      metric: first.tier('general').metricInServiceInstances(),
      threshold: 1,
      evaluationPeriods: 1,
    });
    const named = cloudwatch.Alarm.fromAlarmName(stack, 'Named', "the shop's errors");
    stack.cluster({ replacement: rolling({}, { alarms: [alarm, named] }) }, 'Search');
    const groups = Object.entries<any>(stack.template.findResources('AWS::AutoScaling::AutoScalingGroup'));
    const tags = groups.map(([, { Properties }]) =>
      Properties.Tags.filter(({ Key }: any) => Key.startsWith('EcsImageUpdatesAlarm')),
    );
    expect(tags[0]).toEqual([]);
    expect(tags[1].map(({ Key, Value }: any) => [Key, Value])).toEqual([
      ['EcsImageUpdatesAlarm1', { Ref: expect.stringContaining('Alarm') }],
      ['EcsImageUpdatesAlarm2', "the shop's errors"],
    ]);
  });

  test('may read each parameter that a deployment looks up', () => {
    const stack = new TestStack();
    const machineImage = NodeImage.fromSsmParameter('/images/node');
    stack.cluster({ replacement: rolling(), tiers: [tier('general', { machineImage })] });
    const [{ Resource }] = policies(stack.template, 'ImageUpdates')
      .flat()
      .filter(({ Sid }) => Sid === 'ReadParameters');
    expect(Resource).toContain('arn:aws:ssm:eu-central-1:111122223333:parameter/images/node');
  });

  test('take no topic of another region', () => {
    const stack = new TestStack(new App(), 'Estate', { env: { region: 'eu-central-1' } });
    const topic = sns.Topic.fromTopicArn(stack, 'There', 'arn:aws:sns:us-east-1:111122223333:images');
    expect(() => stack.cluster({ replacement: rolling({ topic }) })).toThrow(
      '`topic` must be of the region of the cluster (eu-central-1), got: one of us-east-1',
    );
  });

  test('have alarms, with the commands that look again and that freeze them', () => {
    const stack = new TestStack();
    stack.cluster({ replacement: rolling() }).addAlarms();
    const own = Object.values<any>(stack.template.findResources('AWS::CloudWatch::Alarm')).filter(
      ({ Properties }) =>
        JSON.stringify(Properties.AlarmDescription).includes('New images did not reach the nodes'),
    );
    expect(own.map(({ Properties: { MetricName } }) => MetricName).sort()).toEqual([
      'ExecutionsAborted',
      'ExecutionsFailed',
      'ExecutionsTimedOut',
    ]);
    const description = JSON.stringify(own[0].Properties.AlarmDescription);
    expect(description).toContain('aws stepfunctions start-execution');
    expect(description).toContain('/image-updates/freeze');
  });
});
