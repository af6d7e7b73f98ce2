import { App, CfnParameter, Duration, Lazy, Stack } from 'aws-cdk-lib';
import * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import * as sns from 'aws-cdk-lib/aws-sns';
import {
  Consolidation,
  type InstanceTierOptions,
  NodeReplacement,
  NodeTemplate,
  TierSchedule,
} from '../../src';
import { LARGE, only, SMALL, TestStack, tierStack } from '../helpers/estate';
import { warning } from '../services/helpers';

type Tier = Omit<InstanceTierOptions, 'instanceTypes'>;

const GROUP = 'AWS::AutoScaling::AutoScalingGroup';
const PROVIDER = 'AWS::ECS::CapacityProvider';

const stackOf = (tier: Tier) => tierStack({ instanceTypes: [SMALL], ...tier });
const groupOf = (tier: Tier) => only(stackOf(tier).template, GROUP).Properties;
const providerOf = (tier: Tier) => only(stackOf(tier).template, PROVIDER).Properties.AutoScalingGroupProvider;

const { DEFAULT, NEWEST_INSTANCE, OLDEST_LAUNCH_TEMPLATE, ALLOCATION_STRATEGY, CUSTOM_LAMBDA_FUNCTION } =
  autoscaling.TerminationPolicy;
const { NONE, PREVENT_ALL_DELETION, PREVENT_FORCE_DELETION } = autoscaling.DeletionProtection;
const { ERRORS, LAUNCH_EVENTS } = autoscaling.ScalingEvents;

describe('managed scaling', () => {
  test('has the steps and the warm-up that are given, next to the target', () => {
    const managedScaling = {
      instanceWarmupPeriod: Duration.minutes(2),
      minimumScalingStepSize: 2,
      maximumScalingStepSize: 20,
    };
    expect(providerOf({ managedScaling, targetCapacityPercent: 90 }).ManagedScaling).toEqual({
      Status: 'ENABLED',
      TargetCapacity: 90,
      InstanceWarmupPeriod: 120,
      MinimumScalingStepSize: 2,
      MaximumScalingStepSize: 20,
    });
    expect(
      providerOf({ managedScaling: { instanceWarmupPeriod: Duration.seconds(0) } }).ManagedScaling,
    ).toMatchObject({ InstanceWarmupPeriod: 0 });
  });

  test('is off by name, so that a provider that had it loses it, and nodes are drained all the same', () => {
    expect(providerOf({ managedScaling: { enabled: false }, minCapacity: 2 })).toMatchObject({
      ManagedScaling: { Status: 'DISABLED' },
      ManagedDraining: 'ENABLED',
      ManagedTerminationProtection: 'DISABLED',
    });
  });

  test('takes what is known at deployment only', () => {
    const stack = new TestStack();
    const value = new CfnParameter(stack, 'Steps', { type: 'Number' }).valueAsNumber;
    const managedScaling = {
      instanceWarmupPeriod: Duration.seconds(value),
      minimumScalingStepSize: value,
      maximumScalingStepSize: 1,
    };
    stack.cluster({ tiers: [{ name: 'general', instanceTypes: [SMALL], managedScaling }] });
    const { ManagedScaling } = only(stack.template, PROVIDER).Properties.AutoScalingGroupProvider;
    expect(ManagedScaling).toMatchObject({
      InstanceWarmupPeriod: { Ref: 'Steps' },
      MinimumScalingStepSize: { Ref: 'Steps' },
    });
  });

  test.each<[Tier, string]>([
    [
      { managedScaling: { minimumScalingStepSize: 0 } },
      '`managedScaling.minimumScalingStepSize` must be a whole number from 1 to 10000, got: 0',
    ],
    [
      { managedScaling: { maximumScalingStepSize: 10_001 } },
      '`managedScaling.maximumScalingStepSize` must be a whole number from 1 to 10000, got: 10001',
    ],
    [
      { managedScaling: { minimumScalingStepSize: 9, maximumScalingStepSize: 2 } },
      '`managedScaling.minimumScalingStepSize` must be at most `maximumScalingStepSize`, got: 9 and 2 ' +
        '(InvalidCapacity at Estate/Orders/Tiers/general)',
    ],
    [
      { managedScaling: { instanceWarmupPeriod: Duration.hours(3) } },
      '`managedScaling.instanceWarmupPeriod` must be a duration from 0 s to 10000 s, got: 3 hours',
    ],
    [
      { managedScaling: { instanceWarmupPeriod: Duration.millis(500) } },
      '`managedScaling.instanceWarmupPeriod` must be a duration in whole seconds, got: 0.5 s',
    ],
    [
      {
        managedScaling: { enabled: false, minimumScalingStepSize: 2 },
        targetCapacityPercent: 90,
        enableManagedTerminationProtection: true,
      },
      '`managedScaling.enabled` must not be false together with `managedScaling.minimumScalingStepSize`, ' +
        '`targetCapacityPercent`, `enableManagedTerminationProtection`: ECS then neither adds nodes nor takes ' +
        'any away. Leave one of them out (InvalidCapacity at Estate/Orders/Tiers/general)',
    ],
  ])('is refused where ECS takes it not, or does nothing with it: %j', (tier, message) => {
    expect(() => stackOf(tier)).toThrow(message);
  });
});

describe('a tier that ECS does not scale', () => {
  const ID = 'InstanceTier.managedScaling';
  const OFF: Tier = { managedScaling: { enabled: false } };
  const { cron } = autoscaling.Schedule;

  test('says so where nothing else starts a node', () => {
    const text =
      'ECS does not scale the tier "Estate/Orders/Tiers/general" (`managedScaling`), and nothing else starts a ' +
      'node: its `minCapacity` is 0.';
    expect(warning(stackOf(OFF), ID)?.message).toContain(text);
    const nights = [TierSchedule.workingHours({ timeZone: 'Europe/Berlin' })];
    expect(warning(stackOf({ ...OFF, schedules: nights }), ID)?.message).toContain(text);
  });

  test.each<[string, Tier]>([
    ['has a minimum', { minCapacity: 2 }],
    ['has a desired capacity', { desiredCapacity: 2 }],
    ['is parked', { maxCapacity: 0 }],
    [
      'is started by a schedule',
      { schedules: [TierSchedule.at({ schedule: cron({ hour: '8', minute: '0' }), desiredCapacity: 2 })] },
    ],
  ])('says nothing where it %s', (_what, tier) => {
    expect(warning(stackOf({ ...OFF, ...tier }), ID)).toBeUndefined();
  });

  test('may have scaling policies, which a tier that ECS scales may not', () => {
    const scaled = (tier: Tier) => {
      const stack = new TestStack();
      const { autoScalingGroup } = stack.cluster({ tiers: [] }).addTier('general', {
        instanceTypes: [SMALL],
        ...tier,
      });
      autoScalingGroup.scaleOnCpuUtilization('Cpu', { targetUtilizationPercent: 60 });
      return stack;
    };
    const stack = scaled(OFF);
    stack.template.resourceCountIs('AWS::AutoScaling::ScalingPolicy', 1);
    expect(warning(stack, ID)).toBeUndefined();
    expect(() => scaled({}).template).toThrow(
      'or let ECS not scale it, with `managedScaling: { enabled: false }` (ScalingPolicyOnTier',
    );
  });

  test('says that its nodes stay when it is retired', () => {
    const stack = new TestStack();
    const cluster = stack.cluster();
    cluster.addTier('old', { instanceTypes: [LARGE], retired: true, minCapacity: 2, ...OFF });
    expect(warning(stack, ID)?.message).toContain(
      '"Estate/Orders/Tiers/old" (`managedScaling`), so none of its nodes goes now that it is `retired`. Let ' +
        'ECS scale it again, or set `maxCapacity: 0`',
    );
  });

  test('gives no node back in a window: consolidation lowers what nothing would raise again', () => {
    const schedule = ScheduleExpression.cron({ hour: '3', minute: '0' });
    const consolidation = Consolidation.scheduled({ schedule });
    expect(() => stackOf({ ...OFF, minCapacity: 2, consolidation }).template).toThrow(
      '`consolidation` must not be set with managed scaling switched off, got: "DISABLED"',
    );
  });

  test('may be set to a number of nodes by each deployment, rolled or not', () => {
    const tier = { ...OFF, desiredCapacity: 2, replacement: NodeReplacement.rolling() };
    expect(warning(stackOf(tier), 'InstanceTier.desiredCapacity')).toBeUndefined();
  });

  test('has no alarm and no graph of a metric that ECS does not send', () => {
    const operated = (tier: Tier) => {
      const stack = new TestStack();
      const cluster = stack.cluster({ tiers: [{ name: 'general', instanceTypes: [SMALL], ...tier }] });
      cluster.addAlarms();
      cluster.addDashboard();
      return JSON.stringify(stack.template.toJSON());
    };
    expect(operated({ minCapacity: 1 })).toContain('CapacityProviderReservation');
    expect(operated({ minCapacity: 1, ...OFF })).not.toContain('CapacityProviderReservation');
  });

  test.each([
    [OFF, 'ENABLED', 'must be "DISABLED", as `managedScaling.enabled` is false, got: "ENABLED"'],
    [{}, 'DISABLED', 'set `managedScaling: { enabled: false }`'],
  ])('must be meant by the field, and not by an override: %j', (tier, status, message) => {
    const stack = stackOf({ minCapacity: 1, ...tier });
    const provider = stack.node
      .findAll()
      .find((one) => one.node.path.endsWith('CapacityProvider/CapacityProvider'));
    (provider as any).addPropertyOverride('AutoScalingGroupProvider.ManagedScaling.Status', status);
    expect(() => stack.template).toThrow(message);
  });
});

describe('the name of a group', () => {
  const named = (stack: TestStack, id: string, autoScalingGroupName: string) =>
    stack.cluster({ tiers: [{ name: 'general', instanceTypes: [SMALL], autoScalingGroupName }] }, id);
  const of = (region?: string) => (region === undefined ? {} : { env: { account: '123456789012', region } });

  test('is the one that is given, or known at deployment', () => {
    expect(groupOf({ autoScalingGroupName: 'prod/orders~1' }).AutoScalingGroupName).toBe('prod/orders~1');
    const stack = new TestStack();
    named(stack, 'Orders', new CfnParameter(stack, 'Name').valueAsString);
    expect(only(stack.template, GROUP).Properties.AutoScalingGroupName).toEqual({ Ref: 'Name' });
  });

  test.each(['', 'a b', 'a:b', 'a*', 'a?', '$a', 'ä', 'a'.repeat(256)])('is refused: %j', (name) => {
    expect(() => stackOf({ autoScalingGroupName: name })).toThrow(
      '`autoScalingGroupName` must be 1 to 255 printable ASCII characters without spaces and without `:`, ' +
        '`*`, `?` and `$`, got: ',
    );
  });

  test('is refused twice in an account and region, of a group that is no tier too', () => {
    const stack = new TestStack();
    named(stack, 'Orders', 'nodes');
    named(stack, 'Search', 'nodes');
    expect(() => stack.template).toThrow(
      '`autoScalingGroupName` must be unique in an account and region, got: "nodes", which is the name of ' +
        '"Estate/Search/Tiers/general/AutoScalingGroup/ASG" too (InvalidGroupName at ' +
        'Estate/Orders/Tiers/general)',
    );
    const app = new App();
    named(new TestStack(app, 'One', of('eu-central-1')), 'Orders', 'nodes');
    new autoscaling.CfnAutoScalingGroup(new Stack(app, 'Two', of('eu-central-1')), 'Nodes', {
      autoScalingGroupName: 'nodes',
      minSize: '0',
      maxSize: '1',
    });
    expect(() => app.synth()).toThrow('which is the name of "Two/Nodes" too');
  });

  test('may be the same in another region, and in stacks that may be deployed anywhere', () => {
    const app = new App();
    named(new TestStack(app, 'One', of('eu-central-1')), 'Orders', 'nodes');
    named(new TestStack(app, 'Two', of('us-east-1')), 'Orders', 'nodes');
    named(new TestStack(app, 'Three', of()), 'Orders', 'nodes');
    named(new TestStack(app, 'Four', of()), 'Orders', 'nodes');
    expect(() => app.synth()).not.toThrow();
  });
});

describe('notifications', () => {
  const topics = (stack: Stack, count: number) =>
    Array.from({ length: count }, (_, index) => ({ topic: new sns.Topic(stack, `Topic${index}`) }));
  const withTopics = (make: (stack: TestStack) => autoscaling.NotificationConfiguration[]) => {
    const stack = new TestStack(new App(), 'Estate', {
      env: { account: '123456789012', region: 'eu-central-1' },
    });
    const notifications = make(stack);
    stack.cluster({ tiers: [{ name: 'general', instanceTypes: [SMALL], notifications }] });
    return stack;
  };

  test('go to each topic for its events, or for all', () => {
    const stack = withTopics((scope) => {
      const [first, second] = topics(scope, 2);
      return [{ ...first, scalingEvents: ERRORS }, second];
    });
    const [errors, all] = only(stack.template, GROUP).Properties.NotificationConfigurations;
    expect(errors).toEqual({
      TopicARN: { Ref: expect.stringMatching('^Topic0') },
      NotificationTypes: [
        'autoscaling:EC2_INSTANCE_LAUNCH_ERROR',
        'autoscaling:EC2_INSTANCE_TERMINATE_ERROR',
      ],
    });
    expect(all.NotificationTypes).toHaveLength(4);
  });

  test.each<[string, (stack: TestStack) => any[], string]>([
    [
      'a topic twice',
      (stack) => {
        const [one] = topics(stack, 1);
        return [
          { ...one, scalingEvents: ERRORS },
          { ...one, scalingEvents: LAUNCH_EVENTS },
        ];
      },
      '`notifications` must have each topic once, got one at 0 and 1: the events of one would replace those ' +
        'of the other. Write `new autoscaling.ScalingEvents(…)` with all of them (InvalidNotifications',
    ],
    [
      'eleven topics',
      (stack) => topics(stack, 11),
      '`notifications` must have at most 10 topics, got: 11 (InvalidNotifications',
    ],
    [
      'no event',
      (stack) => [{ ...topics(stack, 1)[0], scalingEvents: new autoscaling.ScalingEvents() }],
      '`notifications[0].scalingEvents` must have at least one event, or be left out for all of them',
    ],
    [
      'a FIFO topic',
      (stack) => [{ topic: new sns.Topic(stack, 'Topic', { fifo: true }) }],
      '`notifications[0].topic` must be a standard topic, got: a FIFO topic',
    ],
    [
      'a topic of another region',
      (stack) => [
        { topic: sns.Topic.fromTopicArn(stack, 'Topic', 'arn:aws:sns:us-east-1:123456789012:nodes') },
      ],
      '`notifications[0].topic` must be of the region of the cluster (eu-central-1), got: one of us-east-1 ' +
        '(InvalidTopic at Estate/Orders/Tiers/general)',
    ],
    [
      'the names of a Python dict',
      (stack) => [{ ...topics(stack, 1)[0], scaling_events: ERRORS }],
      '`notifications[0].scaling_events` is no field of autoscaling.NotificationConfiguration: did you mean ' +
        '`notifications[0].scalingEvents`?',
    ],
  ])('are refused with %s', (_what, make, message) => {
    expect(() => withTopics(make)).toThrow(message);
  });

  describe('in Python', () => {
    const agent = process.env.JSII_AGENT;
    beforeAll(() => {
      process.env.JSII_AGENT = 'Python/3.11.7';
    });
    afterAll(() => {
      if (agent === undefined) delete process.env.JSII_AGENT;
      else process.env.JSII_AGENT = agent;
    });

    test('without events are warned about, as a dict has lost them', () => {
      const ID = 'InstanceTier.notifications';
      const stack = withTopics((scope) => topics(scope, 1));
      expect(warning(stack, ID)?.message).toContain(
        '`notifications[0]` of the tier "Estate/Orders/Tiers/general" has no `scaling_events`, so its topic ' +
          'gets all events. Write each item as `autoscaling.NotificationConfiguration(topic=…, ' +
          'scaling_events=…)`: a dict in a list loses all names with an underscore.',
      );
      const named = withTopics((scope) => [{ ...topics(scope, 1)[0], scalingEvents: ERRORS }]);
      expect(warning(named, ID)).toBeUndefined();
    });
  });
});

describe('termination policies', () => {
  const policiesOf = (tier: Tier) => groupOf(tier).TerminationPolicies;
  const rolled = { replacement: NodeReplacement.rolling() };

  test('are those that are given, in place of those of a roll too', () => {
    const terminationPolicies = [OLDEST_LAUNCH_TEMPLATE, ALLOCATION_STRATEGY, DEFAULT];
    expect(policiesOf({ terminationPolicies })).toEqual(terminationPolicies);
    expect(policiesOf({ terminationPolicies, ...rolled })).toEqual(terminationPolicies);
    expect(policiesOf(rolled)).toEqual([OLDEST_LAUNCH_TEMPLATE, DEFAULT]);
  });

  test('that let new nodes go first are warned about where nodes are rolled', () => {
    const ID = 'InstanceTier.terminationPolicies';
    const terminationPolicies = [NEWEST_INSTANCE];
    expect(warning(stackOf({ terminationPolicies, ...rolled }), ID)?.message).toContain(
      'a scale-in during a roll may take new nodes and keep old ones. Put it first',
    );
    expect(warning(stackOf({ terminationPolicies }), ID)).toBeUndefined();
    expect(
      warning(stackOf({ terminationPolicies: [OLDEST_LAUNCH_TEMPLATE], ...rolled }), ID),
    ).toBeUndefined();
  });

  test.each([
    [
      [CUSTOM_LAMBDA_FUNCTION],
      '`terminationPolicies[0]` must not be `CUSTOM_LAMBDA_FUNCTION`: it needs the ARN',
    ],
    [
      [NEWEST_INSTANCE, NEWEST_INSTANCE],
      '`terminationPolicies` must have each policy once, got: "NewestInstance" twice',
    ],
    [
      [DEFAULT, NEWEST_INSTANCE],
      '`terminationPolicies` must have `DEFAULT` as its last policy, got it at 0 of 2',
    ],
    [[], '`terminationPolicies` must have at least one policy, or be left out'],
  ])('are refused: %j', (terminationPolicies, message) => {
    expect(() => stackOf({ terminationPolicies })).toThrow(message);
  });

  test('may be known at deployment only', () => {
    const policy = Lazy.string({ produce: () => 'OldestInstance' }) as autoscaling.TerminationPolicy;
    expect(policiesOf({ terminationPolicies: [policy] })).toEqual(['OldestInstance']);
  });
});

test('deletion protection and the distribution over zones are those that are given', () => {
  const azCapacityDistributionStrategy = autoscaling.CapacityDistributionStrategy.BALANCED_ONLY;
  expect(groupOf({ deletionProtection: PREVENT_ALL_DELETION, azCapacityDistributionStrategy })).toMatchObject(
    {
      DeletionProtection: 'prevent-all-deletion',
      AvailabilityZoneDistribution: { CapacityDistributionStrategy: 'balanced-only' },
    },
  );
});

test('a group that is deleted by force cannot be protected from just that', () => {
  for (const deletionProtection of [PREVENT_FORCE_DELETION, PREVENT_ALL_DELETION]) {
    expect(() => stackOf({ forceDelete: true, deletionProtection })).toThrow(
      '`deletionProtection` must be `NONE` or be left out together with `forceDelete`, got: ' +
        `"${deletionProtection}": it is what keeps a group from being deleted by force (ProtectedForceDelete at `,
    );
  }
  expect(groupOf({ forceDelete: true, deletionProtection: NONE }).DeletionProtection).toBe('none');
});

test('zonal shift is switched on and off by name, and leaves unhealthy nodes of the zone alone', () => {
  for (const zonalShift of [true, false]) {
    expect(groupOf({ zonalShift }).AvailabilityZoneImpairmentPolicy).toEqual({
      ZonalShiftEnabled: zonalShift,
      ImpairedZoneHealthCheckBehavior: 'IgnoreUnhealthy',
    });
  }
  expect(groupOf({})).not.toHaveProperty('AvailabilityZoneImpairmentPolicy');
});

test('all of it goes with a shared template, whose nodes stay as they are', () => {
  const stack = new TestStack();
  const template = new NodeTemplate(stack, 'Standard', { instanceTypes: [SMALL] });
  const tier = (name: string, options: Tier) => ({ name, template, ...options });
  stack.cluster({
    tiers: [
      tier('plain', {}),
      tier('set', {
        autoScalingGroupName: 'set',
        managedScaling: { minimumScalingStepSize: 2 },
        notifications: [{ topic: new sns.Topic(stack, 'Topic') }],
        terminationPolicies: [NEWEST_INSTANCE],
        deletionProtection: PREVENT_FORCE_DELETION,
        azCapacityDistributionStrategy: autoscaling.CapacityDistributionStrategy.BALANCED_ONLY,
        zonalShift: true,
      }),
    ],
  });
  stack.template.resourceCountIs('AWS::EC2::LaunchTemplate', 1);
});
