import { Duration, Lazy } from 'aws-cdk-lib';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { ImageUpdates, NodeReplacement } from '../../src';
import { TestStack } from '../helpers/estate';

const schedule = ScheduleExpression.cron({ hour: '3', minute: '0' });

/** What the group's tags say of a tier. */
function valuesOf(stack: TestStack): string[] {
  const groups = Object.values(stack.template.findResources('AWS::AutoScaling::AutoScalingGroup'));
  return groups.map(
    ({ Properties: { Tags } }: any) =>
      Tags.find(({ Key }: { Key: string }) => Key === 'EcsImageUpdatesValues')?.Value,
  );
}

test.each([
  [{}, 'min=259200 max=1209600'],
  [{ minimumAge: Duration.days(0) }, 'min=0 max=1209600'],
  // A longer minimum age does not need the other field.
  [{ minimumAge: Duration.days(30) }, 'min=2592000 max=2592000'],
  [{ minimumAge: Duration.days(7), maximumAge: Duration.days(7) }, 'min=604800 max=604800'],
])('ages of %j are %s in seconds', (ages, values) => {
  const stack = new TestStack();
  const imageUpdates = ImageUpdates.scheduled({ schedule, ...ages });
  stack.cluster({ replacement: NodeReplacement.rolling({ imageUpdates }) });
  expect(valuesOf(stack)).toEqual([values]);
});

test.each<[any, string]>([
  [{ minimumAge: Duration.days(91) }, '`minimumAge` must be a duration from 0 s to 90 days, got: 91 days'],
  [{ minimumAge: Duration.millis(500) }, '`minimumAge` must be a duration in whole seconds, got: 0.5 s'],
  [
    { minimumAge: Duration.seconds(Lazy.number({ produce: () => 600 })) },
    '`minimumAge` must be known at synthesis',
  ],
  [{ maximumAge: Duration.hours(23) }, '`maximumAge` must be a duration from 24 hours to 365 days, got:'],
  [{ maximumAge: Duration.days(366) }, '`maximumAge` must be a duration from 24 hours to 365 days, got:'],
  [
    { maximumAge: Duration.days(2) },
    '`maximumAge` must be at least `minimumAge` (3 days), got: 2 days. Write a shorter `minimumAge`, too',
  ],
  [
    { schedule: ScheduleExpression.at(new Date(Date.UTC(2026, 0, 1))) },
    '`schedule` must come again and again, as cron(…) or rate(…) of EventBridge Scheduler, got: ' +
      '"at(2026-01-01T00:00:00)"',
  ],
  [{ window: Duration.hours(25) }, '`window` must be a duration from 60 s to 24 hours'],
])('%j is refused', (options, message) => {
  expect(() => ImageUpdates.scheduled({ schedule, ...options })).toThrow(message);
});

test('`minimumAge` says how old an image must be', () => {
  expect(ImageUpdates.scheduled({ schedule }).minimumAge.toDays()).toBe(3);
});

test('image updates need the readiness gate', () => {
  const imageUpdates = ImageUpdates.scheduled({ schedule });
  expect(() => NodeReplacement.rolling({ imageUpdates, readinessGate: false })).toThrow(
    /`imageUpdates` must not be set with `readinessGate: false`: .* Leave out `readinessGate`/,
  );
  expect(() => NodeReplacement.rolling({ imageUpdates, readinessGate: true })).not.toThrow();
});

test('without image updates nothing is rendered for them', () => {
  const stack = new TestStack();
  stack.cluster({ replacement: NodeReplacement.rolling() });
  expect(JSON.stringify(stack.template.toJSON())).not.toContain('ImageUpdates');
});
