import { CfnParameter, Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { NodeReplacement, type RollingReplacementOptions } from '../../src';
import { LARGE, only, SMALL, TestStack } from '../helpers/estate';

const GROUP = 'AWS::AutoScaling::AutoScalingGroup';

function groupWith(replacement: NodeReplacement, stack = new TestStack()): any {
  stack.cluster({ replacement });
  return only(stack.template, GROUP);
}

function rolling(options?: RollingReplacementOptions, stack?: TestStack): any {
  return groupWith(NodeReplacement.rolling(options), stack);
}

function alarm(stack: TestStack, id = 'Errors'): cloudwatch.Alarm {
  const metric = new cloudwatch.Metric({ namespace: 'Orders', metricName: 'Errors' });
  return new cloudwatch.Alarm(stack, id, { metric, threshold: 1, evaluationPeriods: 1 });
}

describe('onNextLaunch', () => {
  test('is the default, and says nothing of replacement to the group', () => {
    const said = groupWith(NodeReplacement.onNextLaunch());
    const stack = new TestStack();
    stack.cluster();
    expect(said).toEqual(only(stack.template, GROUP));
    expect(said.UpdatePolicy).toEqual({
      AutoScalingScheduledAction: { IgnoreUnmodifiedGroupSizeProperties: true },
    });
    for (const property of ['InstanceMaintenancePolicy', 'DefaultInstanceWarmup']) {
      expect(said.Properties).not.toHaveProperty(property);
    }
  });
});

describe('rolling', () => {
  test('launches all new nodes before it drains the old ones, and passes over those that are up to date', () => {
    expect(rolling().UpdatePolicy).toEqual({
      AutoScalingScheduledAction: { IgnoreUnmodifiedGroupSizeProperties: true },
      AutoScalingInstanceRefresh: {
        Strategy: 'Rolling',
        Preferences: {
          MinHealthyPercentage: 100,
          MaxHealthyPercentage: 200,
          SkipMatching: true,
          ScaleInProtectedInstances: 'Refresh',
          StandbyInstances: 'Terminate',
        },
      },
    });
  });

  test('has health checks, rebalancing and age launch first too, and takes old nodes away first', () => {
    expect(rolling().Properties).toMatchObject({
      InstanceMaintenancePolicy: { MinHealthyPercentage: 100, MaxHealthyPercentage: 200 },
      TerminationPolicies: ['OldestLaunchTemplate', 'Default'],
      DefaultInstanceWarmup: 60,
    });
  });

  test('drains, unprotected', () => {
    const stack = new TestStack();
    rolling({}, stack);
    stack.template.hasResourceProperties('AWS::ECS::CapacityProvider', {
      AutoScalingGroupProvider: { ManagedDraining: 'ENABLED', ManagedTerminationProtection: 'DISABLED' },
    });
    stack.template.hasResourceProperties(GROUP, { NewInstancesProtectedFromScaleIn: false });
  });

  test('takes bounds, pauses, bake time, warm-up and alarms as said', () => {
    const stack = new TestStack();
    const group = rolling(
      {
        minHealthyPercentage: 90,
        maxHealthyPercentage: 110,
        instanceWarmup: Duration.minutes(2),
        bakeTime: Duration.minutes(10),
        checkpointPercentages: [10, 50, 100],
        checkpointDelay: Duration.minutes(5),
        alarms: [alarm(stack)],
      },
      stack,
    );
    expect(group.UpdatePolicy.AutoScalingInstanceRefresh.Preferences).toMatchObject({
      MinHealthyPercentage: 90,
      MaxHealthyPercentage: 110,
      BakeTime: 600,
      CheckpointPercentages: [10, 50, 100],
      CheckpointDelay: 300,
      AlarmSpecification: { Alarms: [{ Ref: expect.stringMatching(/^Errors/) }] },
    });
    expect(group.Properties).toMatchObject({
      InstanceMaintenancePolicy: { MinHealthyPercentage: 90, MaxHealthyPercentage: 110 },
      DefaultInstanceWarmup: 120,
    });
  });

  test('leaves the warm-up to the health checks without the readiness gate, when nothing but time tells that a node works', () => {
    expect(rolling({ readinessGate: false }).Properties).not.toHaveProperty('DefaultInstanceWarmup');
  });

  test('always writes both bounds, of which CloudFormation would make 0 and 110, which the API refuses', () => {
    expect(
      rolling({ minHealthyPercentage: 0, maxHealthyPercentage: 100 }).UpdatePolicy.AutoScalingInstanceRefresh
        .Preferences,
    ).toMatchObject({
      MinHealthyPercentage: 0,
      MaxHealthyPercentage: 100,
    });
  });

  test('must know its bounds at synthesis, since what is built depends on them', () => {
    const surge = new CfnParameter(new TestStack(), 'Surge', { type: 'Number' }).valueAsNumber;
    expect(() => NodeReplacement.rolling({ maxHealthyPercentage: surge })).toThrow(
      '`maxHealthyPercentage` must be known at synthesis, got: a token',
    );
  });

  test('may have checkpoints that are known only at deployment', () => {
    const stack = new TestStack();
    const first = new CfnParameter(stack, 'First', { type: 'Number' }).valueAsNumber;
    expect(
      rolling({ checkpointPercentages: [first, 100] }, stack).UpdatePolicy.AutoScalingInstanceRefresh
        .Preferences,
    ).toMatchObject({
      CheckpointPercentages: [{ Ref: 'First' }, 100],
    });
  });

  test.each<[string, RollingReplacementOptions, string]>([
    [
      'a minimum of 101',
      { minHealthyPercentage: 101 },
      '`minHealthyPercentage` must be a whole number of percent from 0 to 100, got: 101',
    ],
    [
      'a minimum below 0',
      { minHealthyPercentage: -1 },
      '`minHealthyPercentage` must be a whole number of percent from 0 to 100, got: -1',
    ],
    [
      'a maximum below 100',
      { maxHealthyPercentage: 99 },
      '`maxHealthyPercentage` must be a whole number of percent from 100 to 200, got: 99',
    ],
    [
      'a maximum of 201',
      { maxHealthyPercentage: 201 },
      '`maxHealthyPercentage` must be a whole number of percent from 100 to 200, got: 201',
    ],
    [
      'half a percent',
      { maxHealthyPercentage: 110.5 },
      '`maxHealthyPercentage` must be a whole number of percent from 100 to 200, got: 110.5',
    ],
    [
      'bounds too far apart',
      { minHealthyPercentage: 50, maxHealthyPercentage: 151 },
      '`maxHealthyPercentage` must be at most 100 above `minHealthyPercentage`, got: 50 and 151 ' +
        '(InvalidReplacement)',
    ],
    [
      'a minimum alone that the default maximum does not go with',
      { minHealthyPercentage: 0 },
      '`maxHealthyPercentage` must be at most 100 above `minHealthyPercentage`, got: 0 and 200 (its ' +
        'default: give it together with `minHealthyPercentage`)',
    ],
    [
      'half a second',
      { instanceWarmup: Duration.millis(1500) },
      '`instanceWarmup` must be a duration in whole seconds, got: 1.5 s',
    ],
    [
      'a bake time over 48 hours',
      { bakeTime: Duration.hours(49) },
      '`bakeTime` must be a duration from 0 s to 48 hours, got: 49 hours',
    ],
    [
      'a pause over 48 hours',
      { checkpointPercentages: [100], checkpointDelay: Duration.hours(49) },
      '`checkpointDelay` must be a duration from 0 s to 48 hours, got: 49 hours',
    ],
    [
      'a pause and no checkpoint',
      { checkpointDelay: Duration.minutes(1) },
      '`checkpointDelay` needs `checkpointPercentages`',
    ],
    [
      'checkpoints that leave half of the nodes old',
      { checkpointPercentages: [20, 50] },
      '`checkpointPercentages` must end in 100, or the other nodes stay as they are, got: [20,50]',
    ],
    [
      'no checkpoint at all',
      { checkpointPercentages: [] },
      '`checkpointPercentages` must end in 100, or the other nodes stay as they are, got: []',
    ],
    [
      'a checkpoint at 0',
      { checkpointPercentages: [0, 100] },
      '`checkpointPercentages[0]` must be a whole number of percent from 1 to 100, got: 0',
    ],
    [
      'checkpoints in no order',
      { checkpointPercentages: [50, 20, 100] },
      '`checkpointPercentages` must be in ascending order, each of them once, got: [50,20,100]',
    ],
    [
      'a checkpoint twice',
      { checkpointPercentages: [50, 50, 100] },
      '`checkpointPercentages` must be in ascending order, each of them once, got: [50,50,100]',
    ],
  ])('with %s is refused', (_what, options, message) => {
    expect(() => NodeReplacement.rolling(options)).toThrow(message);
  });

  test('with eleven alarms is refused', () => {
    const stack = new TestStack();
    const alarms = Array.from({ length: 11 }, (_, index) => alarm(stack, `Errors${index}`));
    expect(() => NodeReplacement.rolling({ alarms })).toThrow(
      '`alarms` must have at most 10 alarms, got: 11 (InvalidReplacement)',
    );
    expect(() => NodeReplacement.rolling({ alarms: alarms.slice(1) })).not.toThrow();
  });
});

describe('allAtOnce', () => {
  test('replaces all nodes together, and waits for none of them to warm up', () => {
    const group = groupWith(NodeReplacement.allAtOnce());
    expect(group.UpdatePolicy.AutoScalingInstanceRefresh).toEqual({
      Strategy: 'Rolling',
      Preferences: {
        MinHealthyPercentage: 0,
        MaxHealthyPercentage: 100,
        SkipMatching: true,
        ScaleInProtectedInstances: 'Refresh',
        StandbyInstances: 'Terminate',
      },
    });
    expect(group.Properties).toMatchObject({ DefaultInstanceWarmup: 0 });
    expect(group.Properties).not.toHaveProperty('InstanceMaintenancePolicy');
  });

  test('drains nothing, by ECS or by a Lambda function of CDK', () => {
    const stack = new TestStack();
    groupWith(NodeReplacement.allAtOnce(), stack);
    stack.template.hasResourceProperties('AWS::ECS::CapacityProvider', {
      AutoScalingGroupProvider: { ManagedDraining: 'DISABLED', ManagedTerminationProtection: 'DISABLED' },
    });
    for (const type of ['AWS::Lambda::Function', 'AWS::SNS::Topic', 'AWS::AutoScaling::LifecycleHook'])
      stack.template.resourceCountIs(type, 0);
  });
});

test.each([
  ['onNextLaunch()', NodeReplacement.onNextLaunch(), [false, false, undefined, true]],
  ['rolling()', NodeReplacement.rolling(), [true, true, 'drain', true]],
  ['rolling() with the cordon', NodeReplacement.rolling({ cordon: true }), [true, true, 'drain', true]],
  [
    'rolling() with a smaller surge',
    NodeReplacement.rolling({ maxHealthyPercentage: 199 }),
    [true, true, undefined, true],
  ],
  [
    'rolling() with a smaller surge and the cordon',
    NodeReplacement.rolling({ maxHealthyPercentage: 110, cordon: true }),
    [true, true, 'mark', true],
  ],
  [
    'the same with pauses and without the gate',
    NodeReplacement.rolling({
      maxHealthyPercentage: 110,
      cordon: true,
      readinessGate: false,
      checkpointPercentages: [50, 100],
    }),
    [true, false, 'mark', true],
  ],
  ['rolling() without the cordon', NodeReplacement.rolling({ cordon: false }), [true, true, undefined, true]],
  [
    'rolling() without the gate',
    NodeReplacement.rolling({ readinessGate: false }),
    [true, false, undefined, true],
  ],
  [
    'rolling() with pauses',
    NodeReplacement.rolling({ checkpointPercentages: [50, 100] }),
    [true, true, undefined, true],
  ],
  ['allAtOnce()', NodeReplacement.allAtOnce(), [true, false, undefined, false]],
])('%s says whether it replaces, gates, cordons and drains', (_what, replacement, expected) => {
  const { replacesRunningNodes, _readinessGate, _cordon, drains } = replacement;
  expect([replacesRunningNodes, _readinessGate, _cordon, drains]).toEqual(expected);
  expect(replacement.needsPlacementConstraint).toBe(_cordon === 'mark');
});

test.each([
  [
    'the gate',
    { cordon: true, readinessGate: false },
    '`cordon: true` needs the readiness gate at a `maxHealthyPercentage` of 200, where all old nodes are ' +
      'drained together. Either leave `readinessGate: false` out, or set `maxHealthyPercentage` below 200: ' +
      'there old nodes are marked, and services get a placement constraint (InvalidReplacement)',
  ],
  [
    'a roll without pauses',
    { cordon: true, maxHealthyPercentage: 200, checkpointPercentages: [50, 100] },
    '`cordon: true` excludes `checkpointPercentages` at a `maxHealthyPercentage` of 200, where all old ' +
      'nodes are drained together. Either leave the checkpoints out, or set `maxHealthyPercentage` below ' +
      '200: there old nodes are marked, and services get a placement constraint (InvalidReplacement)',
  ],
])('a cordon that is asked for at a surge of 200 needs %s', (_what, options, message) => {
  expect(() => NodeReplacement.rolling(options)).toThrow(message);
});

test('the replacement of a tier wins over that of its cluster', () => {
  const stack = new TestStack();
  const cluster = stack.cluster({ replacement: NodeReplacement.rolling() });
  const dev = cluster.addTier('dev', { instanceTypes: [LARGE], replacement: NodeReplacement.allAtOnce() });
  const frozen = cluster.addTier('frozen', {
    instanceTypes: [SMALL],
    replacement: NodeReplacement.onNextLaunch(),
  });
  const policyOf = (tier: typeof dev) => {
    const id = stack.getLogicalId(tier.autoScalingGroup.node.defaultChild as any);
    return stack.template.toJSON().Resources[id].UpdatePolicy.AutoScalingInstanceRefresh?.Preferences
      .MaxHealthyPercentage;
  };
  expect([cluster.tier('general'), dev, frozen].map(policyOf)).toEqual([200, 100, undefined]);
});
