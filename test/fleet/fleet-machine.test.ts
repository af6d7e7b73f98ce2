import { App, Duration, type Stack, TimeZone } from 'aws-cdk-lib';
import { Match, type Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import * as sns from 'aws-cdk-lib/aws-sns';
import type { FleetAlarm } from '../../src/fleet/fleet-alarm';
import { badRuns } from '../../src/fleet/fleet-alarm';
import { type FleetCluster, fleetCluster } from '../../src/fleet/fleet-cluster';
import { FleetMachine } from '../../src/fleet/fleet-machine';
import { Steps } from '../../src/fleet/steps';
import { tierTags } from '../../src/fleet/tier-tags';
import type { ScheduledOptions } from '../../src/replacement/scheduled-options';
import type { InstanceTier } from '../../src/tier/instance-tier';
import { SMALL, TestStack } from '../helpers/estate';
import { deployed } from './machine';

/** A sixth concern: one file of steps, and this. */
class Sweep extends FleetMachine {
  public static of(stack: Stack): Sweep {
    return FleetMachine.one(Sweep, 'Sweep', stack);
  }

  public constructor(stack: Stack, id: string) {
    super(stack, id, {
      name: 'sweep',
      description: 'Sweeps',
      tag: 'EcsSweep',
      steps: (scope) => new Steps(scope).end('Done'),
      timeout: Duration.hours(1),
      statements: [],
      inClusters: (clusterArns) => [
        new iam.PolicyStatement({ actions: ['ecs:ListContainerInstances'], resources: clusterArns }),
      ],
    });
  }

  public sweep(tier: InstanceTier, cluster: FleetCluster, options: ScheduledOptions): void {
    if (options.topic) this.tell(options.topic, tier);
    const schedule = this.onSchedule(options);
    this.add(tier, cluster, tierTags('EcsSweep', { each: 3, schedule }, options.topic));
  }

  public override alarms(): FleetAlarm[] {
    return badRuns(this.machine, 'Sweep', 1, 'Sweep by hand');
  }
}

const NIGHTLY = {
  schedule: ScheduleExpression.cron({ hour: '3', minute: '0', timeZone: TimeZone.EUROPE_BERLIN }),
  window: Duration.hours(2),
};

const groupsOf = (template: Template) =>
  Object.values<any>(template.findResources('AWS::AutoScaling::AutoScalingGroup'));

const tagsOf = (group: any): Record<string, any> =>
  Object.fromEntries(group.Properties.Tags.map(({ Key, Value }: any) => [Key, Value]));

describe('a machine that looks after nodes', () => {
  const stack = new TestStack();
  const cluster = stack.cluster();
  const tier = cluster.tier('general');
  Sweep.of(stack).sweep(tier, fleetCluster(cluster), NIGHTLY);
  const { template } = stack;

  test('is one for each stack, and known by the tiers that it looks after', () => {
    expect(Sweep.of(stack)).toBe(Sweep.of(stack));
    expect(FleetMachine.lookingAfter(tier)).toEqual([Sweep.of(stack)]);
    expect(FleetMachine.lookingAfter(new TestStack().cluster().tier('general'))).toEqual([]);
  });

  test('can be started at times of a time zone, within a window', () => {
    template.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'cron(0 3 * * ? *)',
      ScheduleExpressionTimezone: 'Europe/Berlin',
      FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 120 },
      Target: { Input: Match.stringLikeRegexp('^{"schedule":"[0-9a-f]{8}"}$') },
    });
  });

  test("reads what differs from tier to tier in tags of the tier's group, which waits for it", () => {
    const [group] = groupsOf(template);
    expect(group.Properties.Tags).toEqual(
      expect.arrayContaining([
        { Key: 'EcsSweep', Value: { Ref: 'AWS::StackName' }, PropagateAtLaunch: false },
        {
          Key: 'EcsSweepValues',
          Value: expect.stringMatching(/^each=3 schedule=[0-9a-f]{8}$/),
          PropagateAtLaunch: false,
        },
      ]),
    );
    expect(group.DependsOn.join()).toContain('SweepMachineRole');
  });

  test('has alarms for each way in which a run ends badly', () => {
    const alarms = Sweep.of(stack).alarms();
    expect(alarms.map(({ id, metric }) => [id, (metric as any).metricName])).toEqual([
      ['SweepFailed', 'ExecutionsFailed'],
      ['SweepTimedOut', 'ExecutionsTimedOut'],
      ['SweepAborted', 'ExecutionsAborted'],
    ]);
    const dimensions = stack.resolve((alarms[0].metric as any).dimensions);
    expect(deployed(dimensions)).toEqual({ StateMachineArn: expect.stringContaining('SweepMachine') });
  });
});

describe('tiers with different values in one stack', () => {
  const stack = new TestStack(new App(), 'Estate', {
    env: { account: '123456789012', region: 'eu-central-1' },
  });
  const cluster = stack.cluster({
    tiers: ['a', 'b', 'c'].map((name) => ({ name, instanceTypes: [SMALL] })),
  });
  const topic = new sns.Topic(stack, 'Topic');
  const other = sns.Topic.fromTopicArn(
    stack,
    'Other',
    `arn:aws:sns:eu-central-1:999999999999:${'n'.repeat(256)}`,
  );
  const of = (name: string, options: ScheduledOptions) =>
    Sweep.of(stack).sweep(cluster.tier(name), fleetCluster(cluster), options);
  of('a', { ...NIGHTLY, topic });
  of('b', { ...NIGHTLY, topic: other });
  of('c', { schedule: ScheduleExpression.rate(Duration.days(1)) });
  const { template } = stack;
  const [a, b, c] = groupsOf(template).map(tagsOf);

  test('share a schedule where their times are the same, and are found by its key', () => {
    template.resourceCountIs('AWS::StepFunctions::StateMachine', 1);
    const inputs = Object.values<any>(template.findResources('AWS::Scheduler::Schedule')).map(
      ({ Properties }) => JSON.parse(Properties.Target.Input).schedule,
    );
    expect(inputs).toHaveLength(2);
    const keyOf = (tags: Record<string, any>) => /schedule=(\w+)/.exec(JSON.stringify(tags))?.[1];
    expect(keyOf(a)).toBe(keyOf(b));
    expect([keyOf(a), keyOf(c)].sort()).toEqual(inputs.sort());
  });

  test('have their topics in tags, of which each is short enough for any name', () => {
    expect(a.EcsSweepTopic).toEqual({
      'Fn::Select': [5, { 'Fn::Split': [':', { Ref: expect.stringContaining('Topic') }] }],
    });
    expect(b.EcsSweepTopic).toBe('n'.repeat(256));
    expect(b.EcsSweepValues).toContain('account=999999999999');
    expect(c.EcsSweepTopic).toBeUndefined();
  });

  test('may each send to their own topic', () => {
    for (const Resource of [{ Ref: Match.stringLikeRegexp('^Topic') }, Match.stringLikeRegexp(':n{256}$')]) {
      template.hasResourceProperties('AWS::IAM::Policy', {
        PolicyDocument: {
          Statement: Match.arrayWith([Match.objectLike({ Action: 'sns:Publish', Resource })]),
        },
      });
    }
  });
});
