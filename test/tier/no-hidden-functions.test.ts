import { Duration } from 'aws-cdk-lib';
import * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as fc from 'fast-check';
import {
  EcsAutoScaledCluster,
  type InstanceTierOptions,
  NodeReplacement,
  NodeTemplate,
  PurchaseOption,
  type RollingReplacementOptions,
  TierSchedule,
  TierWeekday,
} from '../../src';
import { LARGE, SMALL, TestStack } from '../helpers/estate';

/** One thing or its absence, as users leave options out. */
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const seconds = (max: number) => fc.integer({ min: 0, max }).map((value) => Duration.seconds(value));

const bounds = fc.integer({ min: 0, max: 100 }).chain((min) =>
  fc.record({
    minHealthyPercentage: fc.constant(min),
    maxHealthyPercentage: fc.integer({ min: 100, max: 100 + min }),
  }),
);

const checkpoints = fc
  .record({
    checkpointPercentages: fc
      .uniqueArray(fc.integer({ min: 1, max: 99 }), { maxLength: 4 })
      .map((percentages) => [...percentages.sort((a, b) => a - b), 100]),
    checkpointDelay: maybe(seconds(172800)),
  })
  .map((value): RollingReplacementOptions => value);

/** At a surge of 200 a cordon that is asked for needs the gate, and a roll without pauses. */
function possible(options: RollingReplacementOptions): RollingReplacementOptions {
  const { cordon, maxHealthyPercentage = 200, readinessGate = true, checkpointPercentages } = options;
  const refused =
    cordon && maxHealthyPercentage === 200 && (!readinessGate || checkpointPercentages !== undefined);
  return refused ? { ...options, cordon: undefined } : options;
}

const rolling = fc
  .record({
    bounds: fc.oneof(fc.constant({}), bounds),
    checkpoints: fc.oneof(fc.constant({}), checkpoints),
    rest: fc.record({
      instanceWarmup: maybe(seconds(3600)),
      bakeTime: maybe(seconds(172800)),
      cordon: maybe(fc.boolean()),
      readinessGate: maybe(fc.boolean()),
    }),
    alarms: fc.integer({ min: 0, max: 10 }),
  })
  .map(({ alarms, ...parts }) => ({
    kind: 'rolling' as const,
    options: possible({ ...parts.bounds, ...parts.checkpoints, ...parts.rest }),
    alarms,
  }));

const replacement = fc.oneof(
  fc.constant({ kind: 'onNextLaunch' as const, options: {}, alarms: 0 }),
  fc.constant({ kind: 'allAtOnce' as const, options: {}, alarms: 0 }),
  rolling,
);
type Replacement = typeof replacement extends fc.Arbitrary<infer T> ? T : never;

const schedule = fc.constantFrom(
  TierSchedule.workingHours({ timeZone: 'Europe/Berlin', days: [TierWeekday.MONDAY] }),
  TierSchedule.at({ schedule: autoscaling.Schedule.expression('0 8 * * *'), minCapacity: 2, maxCapacity: 4 }),
);

const tier = fc.record({
  replacement: maybe(replacement),
  shared: fc.boolean(),
  types: fc.constantFrom([SMALL], [SMALL, LARGE]),
  retired: fc.boolean(),
  forceDelete: fc.boolean(),
  protect: fc.boolean(),
  options: fc.record({
    purchase: maybe(
      fc
        .record({ onDemandBaseCapacity: fc.integer({ min: 0, max: 2 }), capacityRebalance: fc.boolean() })
        .map((spot) => PurchaseOption.spot(spot)),
    ),
    minCapacity: maybe(fc.integer({ min: 0, max: 3 })),
    maxCapacity: maybe(fc.integer({ min: 3, max: 50 })),
    targetCapacityPercent: maybe(fc.integer({ min: 1, max: 100 })),
    maxInstanceLifetime: maybe(fc.integer({ min: 1, max: 365 }).map((days) => Duration.days(days))),
    schedules: fc.array(schedule, { maxLength: 2 }),
    healthChecks: maybe(fc.constant(autoscaling.HealthChecks.ec2({ gracePeriod: Duration.seconds(60) }))),
  }),
});
type Tier = typeof tier extends fc.Arbitrary<infer T> ? T : never;

function made(stack: TestStack, id: string, { kind, options, alarms }: Replacement): NodeReplacement {
  if (kind !== 'rolling') return NodeReplacement[kind]();
  const metric = new cloudwatch.Metric({ namespace: 'Orders', metricName: 'Errors' });
  return NodeReplacement.rolling({
    ...options,
    alarms: Array.from(
      { length: alarms },
      (_, index) =>
        new cloudwatch.Alarm(stack, `${id}${index}`, { metric, threshold: 1, evaluationPeriods: 1 }),
    ),
  });
}

function estate(clusterWide: Replacement, tiers: Tier[]): TestStack {
  const stack = new TestStack();
  const cluster = new EcsAutoScaledCluster(stack, 'Orders', {
    vpc: stack.vpc,
    replacement: made(stack, 'Cluster', clusterWide),
  });
  const template = new NodeTemplate(stack, 'Standard', { instanceTypes: [SMALL] });
  for (const [index, { options, ...said }] of tiers.entries()) {
    const kind = (said.replacement ?? clusterWide).kind;
    const node: InstanceTierOptions = said.shared ? { template } : { instanceTypes: [...said.types] };
    cluster.addTier(`tier${index}`, {
      ...options,
      ...node,
      replacement: said.replacement && made(stack, `Tier${index}`, said.replacement),
      retired: index > 0 && said.retired,
      forceDelete: said.forceDelete,
      enableManagedTerminationProtection: kind !== 'allAtOnce' && said.protect,
    });
  }
  return stack;
}

test('no combination of options renders a Lambda function or a custom resource, but for forceDelete, whose docs say so', () => {
  fc.assert(
    fc.property(replacement, fc.array(tier, { minLength: 1, maxLength: 3 }), (clusterWide, tiers) => {
      const resources: { Type: string; Properties: any; UpdatePolicy: any }[] = Object.values(
        estate(clusterWide, tiers).template.toJSON().Resources,
      );
      const ofType = (pattern: RegExp) => resources.filter(({ Type }) => pattern.test(Type));
      const forced = tiers.filter(({ forceDelete }) => forceDelete).length;
      expect(ofType(/^AWS::Lambda::/)).toHaveLength(forced > 0 ? 1 : 0);
      expect(ofType(/^Custom::|CustomResource$/)).toHaveLength(forced);
      expect(ofType(/^AWS::SNS::/)).toEqual([]);

      const kinds = tiers.map((one) => (one.replacement ?? clusterWide).kind);
      expect(
        ofType(/CapacityProvider$/).map(
          ({ Properties }) => Properties.AutoScalingGroupProvider.ManagedDraining,
        ),
      ).toEqual(kinds.map((kind) => (kind === 'allAtOnce' ? 'DISABLED' : 'ENABLED')));
      for (const [index, group] of ofType(/AutoScalingGroup$/).entries()) {
        const preferences = group.UpdatePolicy.AutoScalingInstanceRefresh?.Preferences;
        expect(preferences === undefined).toBe(kinds[index] === 'onNextLaunch');
        if (preferences === undefined) continue;
        const {
          MinHealthyPercentage: min,
          MaxHealthyPercentage: max,
          CheckpointPercentages: percentages = [100],
        } = preferences;
        expect(max - min).toBeLessThanOrEqual(100);
        expect(percentages.at(-1)).toBe(100);
        expect(preferences).toMatchObject({
          SkipMatching: true,
          ScaleInProtectedInstances: 'Refresh',
          StandbyInstances: 'Terminate',
        });
      }
    }),
    { numRuns: 60 },
  );
}, 300_000);
