import { App, Aspects, Duration, Stack, Stage, Token } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as actions from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as kms from 'aws-cdk-lib/aws-kms';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import * as sns from 'aws-cdk-lib/aws-sns';
import {
  type ClusterAlarmsOptions,
  Consolidation,
  EcsAutoScaledCluster,
  ImageUpdates,
  NodeRepair,
  NodeReplacement,
  PurchaseOption,
  TierSchedule,
} from '../../src';
import { ARM, LARGE, only, SMALL, TestStack } from '../helpers/estate';

const ALARM = 'AWS::CloudWatch::Alarm';
const { ENABLED, ENHANCED, DISABLED } = ecs.ContainerInsights;

/** The alarms by what they are about, named as their ids end. */
function alarmsOf(stack: Stack): Record<string, any> {
  const found = Object.entries(Template.fromStack(stack).findResources(ALARM));
  return Object.fromEntries(
    found.map(([id, { Properties }]) => [id.replace(/^OrdersAlarms(Tiers)?|[0-9A-F]{8}$/g, ''), Properties]),
  );
}

/** A text of a template as it is once deployed, if each name in it has `length` characters. */
function deployed(value: any, length: number): string {
  if (typeof value === 'string') return value;
  if (value['Fn::Join']) return value['Fn::Join'][1].map((part: any) => deployed(part, length)).join('');
  return 'x'.repeat(length);
}

describe('which alarms there are', () => {
  test('nothing is added by default', () => {
    const stack = new TestStack();
    stack.cluster();
    stack.template.resourceCountIs(ALARM, 0);
    stack.template.resourceCountIs('AWS::CloudWatch::Dashboard', 0);
    stack.template.resourceCountIs('AWS::SNS::TopicPolicy', 0);
  });

  test('four on the cluster and three on each tier', () => {
    const stack = new TestStack();
    stack
      .cluster({
        tiers: [
          { name: 'general', instanceTypes: [SMALL] },
          { name: 'big', instanceTypes: [LARGE] },
        ],
      })
      .addAlarms();
    expect(Object.keys(alarmsOf(stack)).sort()).toEqual([
      'CpuReservation',
      'CpuUtilization',
      'MemoryReservation',
      'MemoryUtilization',
      'bigAtMaximum',
      'bigDrainNotEnding',
      'bigNotGrowing',
      'generalAtMaximum',
      'generalDrainNotEnding',
      'generalNotGrowing',
    ]);
    stack.template.resourceCountIs('AWS::Events::Rule', 0);
  });

  test('a tier that is added later has them too', () => {
    const stack = new TestStack();
    const cluster = stack.cluster({ tiers: [] });
    const alarms = cluster.addAlarms();
    cluster.addTier('later', { instanceTypes: [SMALL] });
    expect(Object.keys(alarmsOf(stack)).filter((id) => id.startsWith('later'))).toHaveLength(3);
    expect(alarms.alarms.map((alarm) => alarm.node.id)).toEqual([
      'CpuReservation',
      'MemoryReservation',
      'CpuUtilization',
      'MemoryUtilization',
      'AtMaximum',
      'NotGrowing',
      'DrainNotEnding',
    ]);
  });

  test('a tier that does not drain has no alarm on drains', () => {
    const stack = new TestStack();
    stack.cluster({ replacement: NodeReplacement.allAtOnce() }).addAlarms();
    expect(alarmsOf(stack)).not.toHaveProperty('generalDrainNotEnding');
  });

  test.each([
    ['cpuReservation', 'CpuReservation'],
    ['memoryReservation', 'MemoryReservation'],
    ['cpuUtilization', 'CpuUtilization'],
    ['memoryUtilization', 'MemoryUtilization'],
    ['tierAtMaximum', 'generalAtMaximum'],
    ['tierNotGrowing', 'generalNotGrowing'],
    ['drainNotEnding', 'generalDrainNotEnding'],
    ['orphans', 'Orphans'],
  ])('%s can be turned off, and that alone', (field, id) => {
    const stack = new TestStack();
    stack.cluster({ containerInsightsV2: ENABLED }).addAlarms({ [field]: { enabled: false } });
    const ids = Object.keys(alarmsOf(stack));
    expect(ids).not.toContain(id);
    expect(ids).toHaveLength(7);
  });

  test('a second call is refused', () => {
    const cluster = new TestStack().cluster();
    cluster.addAlarms();
    expect(() => cluster.addAlarms()).toThrow(
      '`addAlarms()` can be called once for a cluster: give further `alarmActions` to that call ' +
        '(AlarmsExist at Estate/Orders)',
    );
  });

  test('a cluster may be called Alarms or Dashboard', () => {
    const stack = new TestStack();
    for (const id of ['Alarms', 'Dashboard']) {
      const cluster = stack.cluster({}, id);
      cluster.addAlarms();
      cluster.addDashboard();
    }
    stack.template.resourceCountIs(ALARM, 14);
  });

  test('clusters of one stack, in a stage too, and synthesized twice', () => {
    const app = new App();
    const stage = new Stage(app, 'Production');
    const stack = new TestStack(stage as unknown as App);
    for (const id of ['Orders', 'Search']) stack.cluster({ containerInsightsV2: ENABLED }, id).addAlarms();
    app.synth();
    stage.synth({ force: true });
    Template.fromStack(stack).resourceCountIs(ALARM, 16);
  });
});

describe('what they watch', () => {
  test.each([
    ['CpuReservation', 'CPUReservation', 95, 12],
    ['MemoryReservation', 'MemoryReservation', 95, 12],
    ['CpuUtilization', 'CPUUtilization', 90, 3],
    ['MemoryUtilization', 'MemoryUtilization', 90, 3],
  ])(
    '%s: what ECS sends for each cluster; nothing comes while no task runs, and that is fine',
    (id, metric, threshold, periods) => {
      const stack = new TestStack();
      stack.cluster().addAlarms();
      expect(alarmsOf(stack)[id]).toEqual({
        AlarmDescription: expect.anything(),
        Namespace: 'AWS/ECS',
        MetricName: metric,
        Dimensions: [{ Name: 'ClusterName', Value: { Ref: expect.stringMatching(/^Orders/) } }],
        Statistic: 'Average',
        Period: 300,
        ComparisonOperator: 'GreaterThanOrEqualToThreshold',
        Threshold: threshold,
        EvaluationPeriods: periods,
        TreatMissingData: 'notBreaching',
      });
    },
  );

  test('a tier at its maximum, unless that is its minimum', () => {
    const stack = new TestStack();
    stack.cluster().addAlarms();
    const group = {
      Name: 'AutoScalingGroupName',
      Value: { Ref: expect.stringMatching(/^OrdersTiersgeneral/) },
    };
    const metric = (id: string, name: string, stat: string) => ({
      Id: id,
      MetricStat: {
        Metric: { Namespace: 'AWS/AutoScaling', MetricName: name, Dimensions: [group] },
        Period: 300,
        Stat: stat,
      },
      ReturnData: false,
    });
    expect(alarmsOf(stack).generalAtMaximum).toEqual({
      AlarmDescription: expect.anything(),
      Metrics: [
        {
          Id: 'expr_1',
          Expression: 'IF(maximum > minimum AND inService >= maximum, 1, 0)',
          Label: 'At the maximum size',
          ReturnData: true,
        },
        metric('inService', 'GroupInServiceInstances', 'Minimum'),
        metric('maximum', 'GroupMaxSize', 'Average'),
        metric('minimum', 'GroupMinSize', 'Average'),
      ],
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      Threshold: 1,
      EvaluationPeriods: 6,
      TreatMissingData: 'ignore',
    });
  });

  test('a tier that does not grow: its reservation stays above 100 in each minute', () => {
    const stack = new TestStack();
    stack.cluster().addAlarms();
    expect(alarmsOf(stack).generalNotGrowing).toEqual({
      AlarmDescription: expect.anything(),
      Namespace: 'AWS/ECS/ManagedScaling',
      MetricName: 'CapacityProviderReservation',
      Dimensions: [
        { Name: 'CapacityProviderName', Value: expect.anything() },
        { Name: 'ClusterName', Value: expect.anything() },
      ],
      Statistic: 'Minimum',
      Period: 300,
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: 100,
      EvaluationPeriods: 6,
      TreatMissingData: 'ignore',
    });
  });

  test('a drain that does not end: nodes terminate in each minute of two hours', () => {
    const stack = new TestStack();
    stack.cluster().addAlarms();
    expect(alarmsOf(stack).generalDrainNotEnding).toEqual({
      AlarmDescription: expect.anything(),
      Namespace: 'AWS/AutoScaling',
      MetricName: 'GroupTerminatingInstances',
      Dimensions: [
        { Name: 'AutoScalingGroupName', Value: { Ref: expect.stringMatching(/^OrdersTiersgeneral/) } },
      ],
      Statistic: 'Minimum',
      Period: 300,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      Threshold: 1,
      EvaluationPeriods: 24,
      TreatMissingData: 'ignore',
    });
  });

  test('thresholds and durations are the user’s', () => {
    const stack = new TestStack();
    stack.cluster().addAlarms({
      memoryUtilization: { threshold: 80, duration: Duration.minutes(5) },
      drainNotEnding: { duration: Duration.hours(24) },
    });
    expect(alarmsOf(stack).MemoryUtilization).toMatchObject({ Threshold: 80, EvaluationPeriods: 1 });
    expect(alarmsOf(stack).generalDrainNotEnding).toMatchObject({ EvaluationPeriods: 288 });
    expect(deployed(alarmsOf(stack).MemoryUtilization.AlarmDescription, 1)).toContain(
      '80% of the memory of all nodes of C=x for 5 minutes',
    );
  });

  test.each<[ClusterAlarmsOptions, string]>([
    [
      { drainNotEnding: { duration: Duration.minutes(7) } },
      '`drainNotEnding.duration` must be 5 minutes or a multiple of it, up to 24 hours, got: 7 minutes ' +
        '(InvalidAlarm at Estate/Orders/Alarms)',
    ],
    [
      { tierAtMaximum: { duration: Duration.hours(25) } },
      '`tierAtMaximum.duration` must be 5 minutes or a multiple of it, up to 24 hours',
    ],
    [
      { orphans: { duration: Duration.seconds(0) } },
      '`orphans.duration` must be 5 minutes or a multiple of it',
    ],
    [
      { cpuUtilization: { threshold: 0 } },
      '`cpuUtilization.threshold` must be a whole number of percent from 1 to 100, got: 0',
    ],
    [
      { memoryReservation: { threshold: 101 } },
      '`memoryReservation.threshold` must be a whole number of percent from 1 to 100, got: 101',
    ],
    [{ orphans: { idleNodes: -1 } }, '`orphans.idleNodes` must be a whole number of at least 0, got: -1'],
    [
      { spotInterruptions: true },
      '`spotInterruptions` needs a `topic`: EC2 sends an event of them, and no metric',
    ],
  ])('refused: %j', (options, message) => {
    expect(() => new TestStack().cluster().addAlarms(options)).toThrow(message);
  });
});

describe('orphans', () => {
  const orphans = (stack: Stack) => alarmsOf(stack).Orphans;

  test('the nodes in service of all tiers, less those that Container Insights counts with a task', () => {
    const stack = new TestStack();
    const cluster = stack.cluster({ containerInsightsV2: ENHANCED });
    const { alarms } = cluster.addAlarms();
    cluster.addTier('later', { instanceTypes: [LARGE] });
    expect(orphans(stack)).toEqual({
      AlarmDescription: expect.anything(),
      Metrics: [
        {
          Id: 'expr_1',
          Expression: 'inService1 + inService2 - FILL(withTasks, 0)',
          Label: 'Nodes in service without a task',
          ReturnData: true,
        },
        ...['general', 'later'].map((tier, index) => ({
          Id: `inService${index + 1}`,
          MetricStat: {
            Metric: {
              Namespace: 'AWS/AutoScaling',
              MetricName: 'GroupInServiceInstances',
              Dimensions: [
                {
                  Name: 'AutoScalingGroupName',
                  Value: { Ref: expect.stringMatching(`^OrdersTiers${tier}`) },
                },
              ],
            },
            Period: 300,
            Stat: 'Minimum',
          },
          ReturnData: false,
        })),
        {
          Id: 'withTasks',
          MetricStat: {
            Metric: {
              Namespace: 'ECS/ContainerInsights',
              MetricName: 'ContainerInstanceCount',
              Dimensions: [{ Name: 'ClusterName', Value: { Ref: expect.stringMatching(/^Orders/) } }],
            },
            Period: 300,
            Stat: 'Maximum',
          },
          ReturnData: false,
        },
      ],
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: 0,
      EvaluationPeriods: 12,
      TreatMissingData: 'ignore',
    });
    expect(alarms.map((alarm) => alarm.node.id)).not.toContain('Orphans');
  });

  test('only with Container Insights, or where it is asked for', () => {
    const made = (containerInsightsV2: ecs.ContainerInsights | undefined, options: ClusterAlarmsOptions) => {
      const stack = new TestStack();
      stack.cluster({ containerInsightsV2 }).addAlarms(options);
      return orphans(stack) !== undefined;
    };
    expect(made(undefined, {})).toBe(false);
    expect(made(DISABLED, {})).toBe(false);
    expect(made(ENABLED, {})).toBe(true);
    expect(made(ENHANCED, {})).toBe(true);
    expect(made(undefined, { orphans: {} })).toBe(true);
    expect(made(DISABLED, { orphans: { enabled: false } })).toBe(false);
    expect(() => made(DISABLED, { orphans: {} })).toThrow(
      '`orphans` needs Container Insights, and `containerInsightsV2` of the cluster turns it off',
    );
  });

  test('nodes that stay without work are not orphans: the largest minimum that the tier or a schedule sets', () => {
    const stack = new TestStack();
    stack
      .cluster({
        containerInsightsV2: ENABLED,
        tiers: [
          { name: 'general', instanceTypes: [SMALL], minCapacity: 2 },
          {
            name: 'day',
            instanceTypes: [SMALL],
            schedules: [
              TierSchedule.at({
                schedule: autoscaling.Schedule.cron({ hour: '7', minute: '0' }),
                minCapacity: 3,
              }),
            ],
          },
        ],
      })
      .addAlarms();
    expect(orphans(stack).Threshold).toBe(5);
  });

  test('with a daemon on each node the count is exact', () => {
    const stack = new TestStack();
    stack
      .cluster({
        containerInsightsV2: ENABLED,
        tiers: [{ name: 'general', instanceTypes: [SMALL], minCapacity: 2 }],
      })
      .addAlarms({ orphans: { idleNodes: 0 } });
    expect(orphans(stack).Threshold).toBe(0);
  });

  test('nor are the spare nodes of a target below 100', () => {
    const stack = new TestStack();
    stack
      .cluster({
        containerInsightsV2: ENABLED,
        tiers: [{ name: 'general', instanceTypes: [SMALL], targetCapacityPercent: 80 }],
      })
      .addAlarms();
    expect(orphans(stack).Metrics[0].Expression).toBe('inService1 - CEIL(FILL(withTasks, 0) * 100 / 80)');
  });

  test('a minimum that is known at deployment only must be told', () => {
    const stack = new TestStack();
    const minCapacity = Token.asNumber({ Ref: 'Minimum' });
    stack
      .cluster({
        containerInsightsV2: ENABLED,
        tiers: [{ name: 'general', instanceTypes: [SMALL], minCapacity }],
      })
      .addAlarms();
    expect(() => stack.template).toThrow(
      '`orphans.idleNodes` must be given where a minimum size is known at deployment only',
    );
  });

  test.each([
    [9, 1, 0],
    [10, 0, 1],
  ])('%i tiers: an alarm takes ten metrics', (count, alarms, warnings) => {
    const stack = new TestStack();
    const tiers = [...Array(count).keys()].map((index) => ({ name: `tier${index}`, instanceTypes: [SMALL] }));
    stack.cluster({ containerInsightsV2: ENABLED, tiers }).addAlarms();
    expect(Object.keys(alarmsOf(stack)).filter((id) => id === 'Orphans')).toHaveLength(alarms);
    expect(
      Annotations.fromStack(stack).findWarning(
        '/Estate/Orders/Alarms',
        Match.stringLikeRegexp('can watch 9 tiers, and the cluster has 10'),
      ),
    ).toHaveLength(warnings);
  });

  test('a user’s aspects reach it', () => {
    const stack = new TestStack();
    stack.cluster({ containerInsightsV2: ENABLED }).addAlarms();
    Aspects.of(stack).add({
      visit: (node) => {
        if (node instanceof cloudwatch.CfnAlarm) node.actionsEnabled = false;
      },
    });
    expect(orphans(stack).ActionsEnabled).toBe(false);
  });
});

describe('descriptions', () => {
  const alarms = () => {
    const stack = new TestStack(new App(), 'Estate', {
      env: { region: 'eu-central-1', account: '111122223333' },
    });
    stack
      .cluster({ containerInsightsV2: ENABLED, tiers: [{ name: 'a'.repeat(64), instanceTypes: [ARM] }] })
      .addAlarms({
        drainNotEnding: { duration: Duration.minutes(1435) },
      });
    return alarmsOf(stack);
  };

  test('CloudWatch takes 1,024 characters, and names of 255 fit', () => {
    const lengths = Object.entries(alarms()).map(
      ([id, { AlarmDescription }]) => [id, deployed(AlarmDescription, 255).length] as const,
    );
    expect(lengths.filter(([, length]) => length > 1024)).toEqual([]);
  });

  test('each names the cluster, and those of a tier the tier', () => {
    for (const [id, { AlarmDescription }] of Object.entries(alarms())) {
      const text = deployed(AlarmDescription, 8);
      expect(text).toContain('C=xxxxxxxx');
      if (/Tier|Drain/.test(id) && !/Reserv|Utiliz|Orphans/.test(id)) expect(text).toContain('a'.repeat(64));
    }
  });

  test('each says what it means and has commands', () => {
    const all = alarms();
    expect(Object.keys(all)).toHaveLength(8);
    for (const { AlarmDescription } of Object.values(all))
      expect(deployed(AlarmDescription, 8)).toMatch(/aws (ecs|autoscaling|ec2) /);
  });

  test('a drain that does not end: how to find the node, and how to end the drain', () => {
    const [text] = Object.entries(alarms()).flatMap(([id, { AlarmDescription }]) =>
      id.endsWith('DrainNotEnding') ? [AlarmDescription] : [],
    );
    expect(deployed(text, 8)).toBe(
      `Nodes of the tier "${'a'.repeat(64)}" have been terminating for 23 hours 55 minutes: a task cannot ` +
        'move or end. C=xxxxxxxx G=xxxxxxxx. Nodes: aws ecs list-container-instances --cluster $C --status ' +
        'DRAINING. Tasks: aws ecs list-tasks --cluster $C --container-instance ARN. ' +
        'End it, with its tasks: aws autoscaling complete-lifecycle-action --auto-scaling-group-name $G ' +
        '--lifecycle-hook-name ecs-managed-draining-termination-hook --lifecycle-action-result CONTINUE ' +
        '--instance-id ID',
    );
  });
});

describe('actions', () => {
  test('the topic hears of each alarm, and further actions are taken', () => {
    const stack = new TestStack();
    const topic = new sns.Topic(stack, 'Operations');
    const other = new actions.SnsAction(
      sns.Topic.fromTopicArn(stack, 'Pager', 'arn:aws:sns:eu-central-1:111122223333:pager'),
    );
    stack
      .cluster({ containerInsightsV2: ENABLED })
      .addAlarms({ topic, alarmActions: [other], okActions: [other] });
    const all = Object.values(alarmsOf(stack));
    expect(all).toHaveLength(8);
    for (const alarm of all) {
      expect(alarm.AlarmActions).toEqual([
        { Ref: only(stack.template, 'AWS::SNS::Topic').id },
        'arn:aws:sns:eu-central-1:111122223333:pager',
      ]);
      expect(alarm.OKActions).toEqual(['arn:aws:sns:eu-central-1:111122223333:pager']);
      expect(alarm).not.toHaveProperty('InsufficientDataActions');
    }
    // Its default policy lets alarms publish, and stays.
    stack.template.resourceCountIs('AWS::SNS::TopicPolicy', 0);
  });

  test('a topic of another stack', () => {
    const app = new App();
    const operations = new Stack(app, 'Operations');
    const topic = new sns.Topic(operations, 'Topic');
    const stack = new TestStack(app);
    stack
      .cluster({ tiers: [{ name: 'spare', instanceTypes: [SMALL], purchase: PurchaseOption.spot() }] })
      .addAlarms({ topic });
    app.synth();
    for (const { AlarmActions } of Object.values(alarmsOf(stack))) expect(AlarmActions).toHaveLength(1);
    Template.fromStack(operations).resourceCountIs('AWS::SNS::TopicPolicy', 1);
  });

  test('the key of an encrypted topic lets alarms use it; that of another app is its owner’s', () => {
    const stack = new TestStack();
    const topic = new sns.Topic(stack, 'Topic', { masterKey: new kms.Key(stack, 'Key') });
    stack.cluster().addAlarms({ topic });
    const imported = kms.Key.fromKeyArn(
      stack,
      'Imported',
      'arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab',
    );
    stack.cluster({}, 'Search').addAlarms({ topic: new sns.Topic(stack, 'Other', { masterKey: imported }) });
    stack.template.hasResourceProperties('AWS::KMS::Key', {
      KeyPolicy: {
        Statement: Match.arrayWith([
          {
            Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
            Effect: 'Allow',
            Principal: { Service: 'cloudwatch.amazonaws.com' },
            Resource: '*',
            Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
          },
        ]),
      },
    });
  });
});

describe('Spot interruptions', () => {
  const SPARE = { name: 'spare', instanceTypes: [SMALL], purchase: PurchaseOption.spot() };

  test('a rule on the event, which is of the whole account and region, and a message that says so', () => {
    const stack = new TestStack();
    const topic = new sns.Topic(stack, 'Topic');
    const cluster = stack.cluster();
    cluster.addAlarms({ topic });
    stack.cluster({ tiers: [SPARE] }, 'Search').addAlarms({ topic });
    cluster.addTier('spare', { instanceTypes: [SMALL], purchase: PurchaseOption.spot() });
    const rule = only(stack.template, 'AWS::Events::Rule').Properties;
    expect(rule.EventPattern).toEqual({
      source: ['aws.ec2'],
      'detail-type': ['EC2 Spot Instance Interruption Warning'],
    });
    expect(rule.Targets).toHaveLength(1);
    expect(rule.Targets[0].InputTransformer.InputPathsMap).toEqual({
      'detail-instance-action': '$.detail.instance-action',
      'detail-instance-id': '$.detail.instance-id',
    });
    expect(deployed(rule.Targets[0].InputTransformer.InputTemplate, 8)).toBe(
      '"Spot interruption: in two minutes EC2 will <detail-instance-action> <detail-instance-id>. ' +
        'Managed draining moves its tasks, and its group starts another node. The instance may be ' +
        'anybody’s in this account and region; its tags say whose: aws ec2 describe-instances --region ' +
        `xxxxxxxx --instance-ids <detail-instance-id> --query 'Reservations[].Instances[].Tags'"`,
    );
  });

  test('the policy that the rule brings lets alarms publish too: it replaces the one by which they could', () => {
    const stack = new TestStack();
    stack.cluster({ tiers: [SPARE] }).addAlarms({ topic: new sns.Topic(stack, 'Topic') });
    const topic = { Ref: only(stack.template, 'AWS::SNS::Topic').id };
    expect(only(stack.template, 'AWS::SNS::TopicPolicy').Properties.PolicyDocument.Statement).toEqual([
      expect.objectContaining({
        Action: 'sns:Publish',
        Principal: { Service: 'events.amazonaws.com' },
        Resource: topic,
      }),
      {
        Sid: 'CloudWatchAlarms',
        Action: 'sns:Publish',
        Effect: 'Allow',
        Principal: { Service: 'cloudwatch.amazonaws.com' },
        Resource: topic,
        Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
      },
    ]);
  });

  test('asked for without a Spot tier, and turned off with one', () => {
    const rules = (options: ClusterAlarmsOptions, spot: boolean) => {
      const stack = new TestStack();
      const topic = new sns.Topic(stack, 'Topic');
      stack.cluster(spot ? { tiers: [SPARE] } : {}).addAlarms({ topic, ...options });
      return Object.keys(stack.template.findResources('AWS::Events::Rule')).length;
    };
    expect(rules({}, false)).toBe(0);
    expect(rules({ spotInterruptions: true }, false)).toBe(1);
    expect(rules({}, true)).toBe(1);
    expect(rules({ spotInterruptions: false }, true)).toBe(0);
    expect(rules({ topic: undefined }, true)).toBe(0);
  });

  test('an imported topic: its policy is its owner’s', () => {
    const stack = new TestStack();
    const topic = sns.Topic.fromTopicArn(stack, 'Topic', 'arn:aws:sns:eu-central-1:111122223333:operations');
    stack.cluster({ tiers: [SPARE] }).addAlarms({ topic });
    stack.template.resourceCountIs('AWS::Events::Rule', 1);
    stack.template.resourceCountIs('AWS::SNS::TopicPolicy', 0);
  });
});

test('no Lambda function, whatever is asked for', () => {
  const stack = new TestStack();
  const cluster = new EcsAutoScaledCluster(stack, 'Orders', {
    vpc: stack.vpc,
    containerInsightsV2: ENABLED,
    tiers: [{ name: 'spare', instanceTypes: [SMALL], purchase: PurchaseOption.spot() }],
  });
  cluster.addAlarms({ topic: new sns.Topic(stack, 'Topic') });
  cluster.addDashboard();
  stack.template.resourceCountIs('AWS::Lambda::Function', 0);
  expect(
    Object.values(stack.template.toJSON().Resources).filter((resource: any) =>
      resource.Type.startsWith('Custom::'),
    ),
  ).toEqual([]);
});

describe('the machines that look after nodes', () => {
  const machineAlarms = (stack: Stack) =>
    Object.entries(alarmsOf(stack)).filter(([id]) =>
      /ReadinessGate|Cordon|DrainHook|Repair|ImageUpdates|Consolidation/.test(id),
    );

  test('have an alarm for each way in which a run ends badly, and each tier with the cordon one on its drain hook', () => {
    const stack = new TestStack();
    stack.cluster({ replacement: NodeReplacement.rolling() }).addAlarms();
    expect(
      machineAlarms(stack).map(([id, alarm]) => [
        id,
        alarm.MetricName,
        `${alarm.DatapointsToAlarm} of ${alarm.EvaluationPeriods}`,
        alarm.Threshold,
        alarm.TreatMissingData,
      ]),
    ).toEqual([
      ['generalDrainHookMissing', 'DrainHookMissing', '1 of 1', 1, 'notBreaching'],
      ['MachinesReadinessGateFailed', 'ExecutionsFailed', '2 of 12', 1, 'notBreaching'],
      ['MachinesReadinessGateTimedOut', 'ExecutionsTimedOut', '1 of 1', 1, 'notBreaching'],
      ['MachinesReadinessGateAborted', 'ExecutionsAborted', '1 of 1', 1, 'notBreaching'],
      ['MachinesCordonFailed', 'ExecutionsFailed', '1 of 1', 1, 'notBreaching'],
      ['MachinesCordonTimedOut', 'ExecutionsTimedOut', '1 of 1', 1, 'notBreaching'],
      ['MachinesCordonAborted', 'ExecutionsAborted', '1 of 1', 1, 'notBreaching'],
    ]);
  });

  test('have them for the repair too, and its runs are on the dashboard', () => {
    const stack = new TestStack();
    const cluster = stack.cluster({ repair: NodeRepair.replace() });
    cluster.addAlarms();
    cluster.addDashboard();
    expect(machineAlarms(stack).map(([id]) => id)).toEqual(
      ['Failed', 'TimedOut', 'Aborted'].map((how) => `MachinesRepair${how}`),
    );
    const [board] = Object.values<any>(stack.template.findResources('AWS::CloudWatch::Dashboard'));
    expect(JSON.stringify(board)).toContain('RepairFailed');
  });

  test('say what to do, in at most 1,024 characters', () => {
    const stack = new TestStack();
    const imageUpdates = ImageUpdates.scheduled({ schedule: ScheduleExpression.rate(Duration.days(1)) });
    const replacement = NodeReplacement.rolling({ imageUpdates });
    const consolidation = Consolidation.scheduled({ schedule: ScheduleExpression.rate(Duration.days(1)) });
    stack.cluster({ replacement, repair: NodeRepair.replace(), consolidation }).addAlarms();
    const texts = Object.fromEntries(
      machineAlarms(stack).map(([id, { AlarmDescription }]) => [id, deployed(AlarmDescription, 255)]),
    );
    for (const [id, text] of Object.entries(texts)) expect([id, text.length > 1024]).toEqual([id, false]);
    expect(texts.MachinesCordonFailed).toContain(
      'aws stepfunctions start-execution --state-machine-arn $M --input ' +
        `'{"detail":{"AutoScalingGroupName":"GROUP","InstanceRefreshId":"REFRESH"}}'`,
    );
    expect(texts.MachinesConsolidationFailed).toContain(`--input '{"group":"GROUP"}'`);
    expect(texts.MachinesRepairFailed).toContain('aws autoscaling set-instance-health --instance-id ID');
    expect(texts.MachinesImageUpdatesFailed).toContain('aws ssm put-parameter --type String');
    expect(texts.MachinesReadinessGateFailed).toContain('aws ec2 get-console-output --instance-id ID');
    expect(texts.generalDrainHookMissing).toContain('aws ecs update-capacity-provider --name $P');
  });

  test('of a stack are watched once, for all clusters that have alarms, and tell each topic once', () => {
    const stack = new TestStack();
    const topics = ['One', 'Two'].map((id) => new sns.Topic(stack, id));
    for (const [index, id] of ['Orders', 'Search', 'Users'].entries()) {
      stack.cluster({ replacement: NodeReplacement.rolling() }, id).addAlarms({ topic: topics[index % 2] });
    }
    const failed = Object.values<any>(stack.template.findResources(ALARM)).filter(
      ({ Properties }) => Properties.MetricName === 'ExecutionsFailed',
    );
    expect(
      failed.map(({ Properties }) => Properties.AlarmActions.map(({ Ref }: any) => Ref.slice(0, 3))),
    ).toEqual([
      ['One', 'Two'],
      ['One', 'Two'],
    ]);
  });

  test('are not watched where nothing looks after nodes, or when they are turned off', () => {
    const plain = new TestStack();
    plain.cluster().addAlarms();
    const off = new TestStack();
    off.cluster({ replacement: NodeReplacement.rolling() }).addAlarms({ stateMachines: false });
    expect([machineAlarms(plain), machineAlarms(off)]).toEqual([[], []]);
  });

  test('do not make a loop with the group that waits for them', () => {
    const stack = new TestStack();
    const cluster = stack.cluster({ replacement: NodeReplacement.rolling() });
    cluster.addAlarms({ topic: new sns.Topic(stack, 'Topic') });
    cluster.addTier('later', { instanceTypes: [LARGE] });
    expect(() => Template.fromStack(stack)).not.toThrow();
  });
});
