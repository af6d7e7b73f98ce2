import { Duration, Lazy } from 'aws-cdk-lib';
import * as sns from 'aws-cdk-lib/aws-sns';
import { DrainLimit, NodeReplacement } from '../../src';
import { only, SMALL, TestStack } from '../helpers/estate';

/** What the group's tags say of a tier. */
function valuesOf(stack: TestStack): string[] {
  const groups = Object.values(stack.template.findResources('AWS::AutoScaling::AutoScalingGroup'));
  return groups.map(
    ({ Properties: { Tags } }: any) =>
      Tags.find(({ Key }: { Key: string }) => Key === 'EcsDrainLimitValues')?.Value,
  );
}

test('the tier has the limit of its cluster, a limit of its own, or none', () => {
  const stack = new TestStack();
  stack.cluster({
    drainLimit: DrainLimit.stopTasksAfter(Duration.minutes(30)),
    tiers: [
      { name: 'general', instanceTypes: [SMALL] },
      {
        name: 'batch',
        instanceTypes: [SMALL],
        drainLimit: DrainLimit.notifyAfter(Duration.hours(4), new sns.Topic(stack, 'Topic')),
      },
      { name: 'build', instanceTypes: [SMALL], drainLimit: DrainLimit.none() },
    ],
  });
  const account = expect.objectContaining({ 'Fn::Select': [4, expect.anything()] });
  expect(valuesOf(stack)).toEqual([
    'action=stop limit=1800 grace=360',
    { 'Fn::Join': ['', ['action=notify limit=14400 grace=360 account=', account]] },
    undefined,
  ]);
});

test('without a limit nothing is rendered for it', () => {
  const stack = new TestStack();
  stack.cluster({ drainLimit: DrainLimit.none() });
  expect(JSON.stringify(stack.template.toJSON())).not.toContain('DrainLimit');
});

test.each([
  [Duration.minutes(4), '`time` must be a duration of at least 300 s, got: 240 s'],
  [Duration.millis(300_500), '`time` must be a duration in whole seconds, got: 300.5 s'],
  [
    Duration.hours(48),
    '`time` must be below 48 hours, after which Auto Scaling ends each drain, got: 2 days',
  ],
  [Duration.days(3), '`time` must be below 48 hours'],
  [Duration.seconds(Lazy.number({ produce: () => 600 })), '`time` must be known at synthesis'],
])('a limit of %s is refused', (time, message) => {
  const topic = new sns.Topic(new TestStack(), 'Topic');
  expect(() => DrainLimit.stopTasksAfter(time)).toThrow(message);
  expect(() => DrainLimit.notifyAfter(time, topic)).toThrow(message);
});

test.each([5, 30, 47 * 60 + 59])('a limit of %i minutes is taken', (minutes) => {
  const limit = DrainLimit.stopTasksAfter(Duration.minutes(minutes));
  expect(limit.stopsTasks).toBe(true);
});

test('tasks are stopped by `stopTasksAfter()` alone', () => {
  const topic = new sns.Topic(new TestStack(), 'Topic');
  expect(DrainLimit.notifyAfter(Duration.hours(1), topic).stopsTasks).toBe(false);
  expect(DrainLimit.none().stopsTasks).toBe(false);
});

describe('a tier that is replaced at once', () => {
  const replacement = NodeReplacement.allAtOnce();
  const limit = DrainLimit.stopTasksAfter(Duration.hours(1));
  const tier = { name: 'general', instanceTypes: [SMALL], replacement };

  test('is refused a limit of its own', () => {
    expect(() => new TestStack().cluster({ tiers: [{ ...tier, drainLimit: limit }] })).toThrow(
      /`drainLimit` must not be set with `NodeReplacement.allAtOnce\(\)`.*DrainLimit\.none\(\).*general/s,
    );
  });

  test('is refused that of its cluster, until it has none', () => {
    expect(() => new TestStack().cluster({ drainLimit: limit, tiers: [tier] })).toThrow(
      '`drainLimit` of the cluster must not be set with `NodeReplacement.allAtOnce()`',
    );
    const stack = new TestStack();
    stack.cluster({ drainLimit: limit, tiers: [{ ...tier, drainLimit: DrainLimit.none() }] });
    expect(only(stack.template, 'AWS::AutoScaling::AutoScalingGroup')).toBeDefined();
  });
});
