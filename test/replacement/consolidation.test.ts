import { App, Aspects, type CfnResource, Duration, Lazy, TimeZone } from 'aws-cdk-lib';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import * as sns from 'aws-cdk-lib/aws-sns';
import { Consolidation, type ConsolidationOptions, NodeReplacement } from '../../src';
import { LARGE, SMALL, TestStack, types } from '../helpers/estate';

const NIGHTLY = { schedule: ScheduleExpression.cron({ hour: '3', minute: '0' }) };
const NIGHT = Consolidation.scheduled(NIGHTLY);

/** What the group's tags say of a tier. */
function valuesOf(stack: TestStack): string[] {
  const groups = Object.values(stack.template.findResources('AWS::AutoScaling::AutoScalingGroup'));
  return groups.map(
    ({ Properties: { Tags } }: any) =>
      Tags.find(({ Key }: { Key: string }) => Key === 'EcsConsolidationValues')?.Value,
  );
}

test("the tier has its cluster's consolidation, one of its own, or none", () => {
  const stack = new TestStack();
  stack.cluster({
    consolidation: NIGHT,
    tiers: [
      { name: 'general', instanceTypes: [SMALL] },
      {
        name: 'batch',
        instanceTypes: types('m7i.large', 'm7i.4xlarge'),
        consolidation: Consolidation.scheduled({
          schedule: ScheduleExpression.cron({ hour: '4', minute: '0', timeZone: TimeZone.EUROPE_BERLIN }),
          window: Duration.hours(2),
          minimumNodes: 4,
          maxNodesPerRun: 3,
        }),
      },
      { name: 'build', instanceTypes: [LARGE], consolidation: Consolidation.none() },
    ],
  });
  expect(valuesOf(stack)).toEqual([
    expect.stringMatching(/^schedule=[0-9a-f]{8} least=2 most=1 interfaces=3$/),
    expect.stringMatching(/^schedule=[0-9a-f]{8} least=4 most=3 interfaces=3$/),
    undefined,
  ]);
  stack.template.resourceCountIs('AWS::Scheduler::Schedule', 2);
});

test('nothing is rendered for `none()`', () => {
  const stack = new TestStack();
  stack.cluster({ consolidation: Consolidation.none() });
  expect(JSON.stringify(stack.template.toJSON())).not.toContain('onsolidation');
});

test.each<[Partial<ConsolidationOptions>, string]>([
  [{ minimumNodes: 0 }, '`minimumNodes` must be a whole number from 1 to 500, got: 0'],
  [{ minimumNodes: 501 }, '`minimumNodes` must be a whole number from 1 to 500, got: 501'],
  [{ maxNodesPerRun: 11 }, '`maxNodesPerRun` must be a whole number from 1 to 10, got: 11'],
  [{ maxNodesPerRun: Lazy.number({ produce: () => 1 }) }, '`maxNodesPerRun` must be known at synthesis'],
  [
    { schedule: ScheduleExpression.at(new Date('2027-01-01')) },
    '`schedule` must come again and again, as cron(…) or rate(…)',
  ],
  [{ window: Duration.seconds(90) }, '`window` must be a duration in whole minutes'],
  [
    { topic: new sns.Topic(new TestStack(), 'Topic', { fifo: true }) },
    '`topic` must be a standard topic, got: a FIFO topic',
  ],
])('%j is refused', (options, message) => {
  expect(() => Consolidation.scheduled({ ...NIGHTLY, ...options })).toThrow(message);
});

test('it says whether nodes are given back', () => {
  expect(NIGHT.givesNodesBack).toBe(true);
  expect(Consolidation.none().givesNodesBack).toBe(false);
});

describe('a tier with which it does not go', () => {
  const tier = { name: 'general', instanceTypes: [SMALL] };
  const synthesis = (stack: TestStack) => () => stack.template;
  const withTier = (props: object, ofCluster = false) => {
    const stack = new TestStack();
    stack.cluster(
      ofCluster
        ? { consolidation: NIGHT, tiers: [{ ...tier, ...props }] }
        : { tiers: [{ ...tier, consolidation: NIGHT, ...props }] },
    );
    return stack;
  };

  test('is refused a target below 100 percent', () => {
    expect(synthesis(withTier({ targetCapacityPercent: 90 }))).toThrow(
      /Estate\/Orders\/Tiers\/general\] `consolidation` must not be set with `targetCapacityPercent` below 100, got: 90.*Write `consolidation: Consolidation\.none\(\)` for this tier.*ConsolidationRefused/s,
    );
    expect(synthesis(withTier({ targetCapacityPercent: 90 }, true))).toThrow(
      '`consolidation` of the cluster must not be set with `targetCapacityPercent` below 100',
    );
  });

  test('is refused managed termination protection', () => {
    expect(synthesis(withTier({ enableManagedTerminationProtection: true }))).toThrow(
      /`consolidation` must not be set with `enableManagedTerminationProtection`/,
    );
  });

  test('is refused managed scaling that is off', () => {
    expect(synthesis(withTier({ managedScaling: { enabled: false } }))).toThrow(
      /`consolidation` must not be set with managed scaling switched off, got: "DISABLED".*ConsolidationRefused/s,
    );
  });

  test('is refused `allAtOnce()`', () => {
    const replacement = NodeReplacement.allAtOnce();
    expect(() => withTier({ replacement })).toThrow(
      /`consolidation` must not be set with `NodeReplacement\.allAtOnce\(\)`.*ConsolidationRefused at Estate\/Orders\/Tiers\/general/s,
    );
    expect(() => withTier({ replacement }, true)).toThrow(
      '`consolidation` of the cluster must not be set with',
    );
    expect(synthesis(withTier({ replacement, consolidation: Consolidation.none() }, true))).not.toThrow();
  });

  test.each<[string, (provider: CfnResource) => void, RegExp]>([
    [
      'managed scaling off',
      (provider) =>
        provider.addPropertyOverride('AutoScalingGroupProvider.ManagedScaling.Status', 'DISABLED'),
      /`consolidation` must not be set with managed scaling switched off, got: "DISABLED"/,
    ],
    [
      'a target below 100',
      (provider) =>
        provider.addPropertyOverride('AutoScalingGroupProvider.ManagedScaling.TargetCapacity', 80),
      /`consolidation` must not be set with `targetCapacityPercent` below 100, got: 80/,
    ],
  ])('is refused %s by an aspect, too', (_, change, message) => {
    const stack = withTier({});
    Aspects.of(stack).add({
      visit(node) {
        if (node instanceof ecs.CfnCapacityProvider) change(node);
      },
    });
    expect(synthesis(stack)).toThrow(message);
  });

  test('is nothing else: a target of 100, and one that is known at deployment only', () => {
    const unknown = Lazy.number({ produce: () => 100 });
    for (const targetCapacityPercent of [100, unknown])
      expect(synthesis(withTier({ targetCapacityPercent }))).not.toThrow();
  });

  test('is one with ten attributes: the mark of a held node is one of them', () => {
    const instanceAttributes = Object.fromEntries(
      Array.from({ length: 10 }, (_, index) => [`a${index}`, '1']),
    );
    expect(() => withTier({ agent: { instanceAttributes } })).toThrow(
      /must have at most 9 entries.*Leave one out, or set `consolidation: Consolidation\.none\(\)`/s,
    );
  });
});

test('a topic of another region is refused', () => {
  const stack = new TestStack(new App(), 'Estate', { env: { region: 'eu-central-1' } });
  const topic = sns.Topic.fromTopicArn(stack, 'There', 'arn:aws:sns:us-east-1:111122223333:nodes');
  expect(() => stack.cluster({ consolidation: Consolidation.scheduled({ ...NIGHTLY, topic }) })).toThrow(
    '`topic` must be of the region of the cluster (eu-central-1), got: one of us-east-1',
  );
});
