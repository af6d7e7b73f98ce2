import { CfnParameter } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import { type InstanceTierOptions, NodeReplacement, TierSchedule, TierWeekday } from '../../src';
import { SMALL, TestStack } from '../helpers/estate';

const ACTION = 'AWS::AutoScaling::ScheduledAction';
const MORNING = autoscaling.Schedule.cron({ minute: '0', hour: '8' });

function withSchedules(
  schedules: TierSchedule[],
  options: InstanceTierOptions = {},
  stack = new TestStack(),
) {
  stack.cluster({ tiers: [{ name: 'general', instanceTypes: [SMALL], schedules, ...options }] });
  return stack;
}

function actionsOf(stack: TestStack): Record<string, unknown>[] {
  return Object.values(stack.template.findResources(ACTION)).map(
    ({ Properties: { AutoScalingGroupName, ...rest } }) => rest,
  );
}

describe('working hours', () => {
  test('are Monday to Friday from 7 to 20 in the time zone that is named, with no node at all in between', () => {
    const stack = withSchedules([TierSchedule.workingHours({ timeZone: 'Europe/Berlin' })], {
      minCapacity: 1,
      maxCapacity: 5,
    });
    expect(actionsOf(stack)).toEqual([
      { Recurrence: '0 7 * * 1,2,3,4,5', TimeZone: 'Europe/Berlin', MinSize: 1, MaxSize: 5 },
      { Recurrence: '0 20 * * 1,2,3,4,5', TimeZone: 'Europe/Berlin', MinSize: 0, MaxSize: 0 },
    ]);
  });

  test('may be on other days and at other times, and last into the next day', () => {
    const nights = TierSchedule.workingHours({
      timeZone: 'Pacific/Tahiti',
      start: '22:15',
      end: '05:45',
      days: [TierWeekday.SATURDAY, TierWeekday.FRIDAY],
    });
    expect(actionsOf(withSchedules([nights])).map(({ Recurrence }) => Recurrence)).toEqual([
      '15 22 * * 5,6',
      '45 5 * * 0,6',
    ]);
  });

  test('can be read again: when they start and end, and in which time zone', () => {
    const hours = TierSchedule.workingHours({
      timeZone: 'Europe/Berlin',
      start: '07:30',
      days: [TierWeekday.MONDAY],
    });
    expect(hours).toMatchObject({ recurrences: ['30 7 * * 1', '0 20 * * 1'], timeZone: 'Europe/Berlin' });
  });

  test.each<[string, Partial<Parameters<typeof TierSchedule.workingHours>[0]>, string]>([
    [
      'an hour of no day',
      { start: '24:00' },
      '`start` must be a time as "07:30", from "00:00" to "23:59", got: "24:00" (InvalidSchedule)',
    ],
    [
      'a time without minutes',
      { end: '20' },
      '`end` must be a time as "07:30", from "00:00" to "23:59", got: "20"',
    ],
    [
      'an end at the start',
      { start: '08:00', end: '08:00' },
      '`end` must be another time than `start`, got: "08:00"',
    ],
    ['no day', { days: [] }, '`days` must have at least one day'],
    [
      'a day of no week',
      { days: ['MON' as TierWeekday] },
      '`days[0]` must be TierWeekday.SUNDAY or TierWeekday.MONDAY or TierWeekday.TUESDAY or ',
    ],
    [
      'a place that is not on the map',
      { timeZone: 'Europe/Berln' },
      '`timeZone` must be a name of the IANA Time Zone Database such as "Europe/Berlin", got: "Europe/Berln"',
    ],
    [
      'an offset for a time zone',
      { timeZone: '+02:00' },
      '`timeZone` must be a name of the IANA Time Zone Database such as "Europe/Berlin", got: "+02:00"',
    ],
    [
      'an empty time zone',
      { timeZone: '' },
      '`timeZone` must be a name of the IANA Time Zone Database such as "Europe/Berlin", got: ""',
    ],
  ])('with %s are refused', (_what, options, message) => {
    expect(() => TierSchedule.workingHours({ timeZone: 'Etc/UTC', ...options })).toThrow(message);
  });

  test('may be in a time zone that is known only at deployment', () => {
    const stack = new TestStack();
    const zone = new CfnParameter(stack, 'Zone').valueAsString;
    withSchedules([TierSchedule.workingHours({ timeZone: zone })], {}, stack);
    expect(actionsOf(stack)[0]).toMatchObject({ TimeZone: { Ref: 'Zone' } });
  });
});

describe('a schedule', () => {
  test('can be read again', () => {
    const schedule = TierSchedule.at({ schedule: MORNING, minCapacity: 4 });
    expect([schedule.recurrences, schedule.timeZone]).toEqual([['0 8 * * *'], undefined]);
  });

  test('moves what it names, in UTC unless it says more, and leaves the rest', () => {
    const stack = withSchedules([
      TierSchedule.at({ schedule: MORNING, minCapacity: 4 }),
      TierSchedule.at({
        schedule: autoscaling.Schedule.expression('0 18 * * *'),
        timeZone: 'Europe/Berlin',
        minCapacity: 0,
        maxCapacity: 8,
        desiredCapacity: 2,
      }),
    ]);
    expect(actionsOf(stack)).toEqual([
      { Recurrence: '0 8 * * *', MinSize: 4 },
      { Recurrence: '0 18 * * *', TimeZone: 'Europe/Berlin', MinSize: 0, MaxSize: 8, DesiredCapacity: 2 },
    ]);
  });

  test('is not undone by deployments', () => {
    withSchedules([TierSchedule.at({ schedule: MORNING, minCapacity: 4 })]).template.hasResource(
      'AWS::AutoScaling::AutoScalingGroup',
      {
        UpdatePolicy: { AutoScalingScheduledAction: { IgnoreUnmodifiedGroupSizeProperties: true } },
      },
    );
  });

  test.each<[string, Parameters<typeof TierSchedule.at>[0], string]>([
    [
      'that says nothing',
      { schedule: MORNING },
      'a schedule needs at least one of `minCapacity`, `maxCapacity` and `desiredCapacity` (InvalidSchedule)',
    ],
    [
      'of a negative minimum',
      { schedule: MORNING, minCapacity: -1 },
      '`minCapacity` must be a whole number of at least 0, got: -1',
    ],
    [
      'of half a node',
      { schedule: MORNING, desiredCapacity: 0.5 },
      '`desiredCapacity` must be a whole number of at least 0, got: 0.5',
    ],
    [
      'in a wrong time zone',
      { schedule: MORNING, maxCapacity: 0, timeZone: 'Berlin' },
      '`timeZone` must be a name of the IANA Time Zone Database',
    ],
  ])('%s is refused', (_what, options, message) => {
    expect(() => TierSchedule.at(options)).toThrow(message);
  });

  test.each<[string, Partial<Parameters<typeof TierSchedule.at>[0]>, string]>([
    [
      'more at least than at most',
      { minCapacity: 5, maxCapacity: 4 },
      '`schedules[0]` must have a `minCapacity` of at most its `maxCapacity`, got: 5 and 4 ' +
        '(InvalidSchedule at Estate/Orders/Tiers/general)',
    ],
    [
      'a minimum over the maximum of the tier',
      { minCapacity: 11 },
      '`minCapacity` of at most its `maxCapacity`, got: 11 and 10 (of the tier)',
    ],
    [
      'a maximum below the minimum of the tier',
      { maxCapacity: 1 },
      '`minCapacity` of at most its `maxCapacity`, got: 2 (of the tier) and 1',
    ],
    [
      'a number out of the bounds of the tier',
      { desiredCapacity: 11 },
      '`schedules[0].desiredCapacity` must be a whole number from 2 to 10, got: 11',
    ],
    [
      'a number out of its own bounds',
      { maxCapacity: 5, desiredCapacity: 6 },
      '`schedules[0].desiredCapacity` must be a whole number from 2 to 5, got: 6',
    ],
  ])('with %s is refused', (_what, options, message) => {
    const schedule = TierSchedule.at({ schedule: MORNING, ...options });
    expect(() => withSchedules([schedule], { minCapacity: 2, maxCapacity: 10 })).toThrow(message);
  });

  test('is not held against bounds that are known only at deployment', () => {
    const stack = new TestStack();
    const size = new CfnParameter(stack, 'Size', { type: 'Number' }).valueAsNumber;
    withSchedules([TierSchedule.at({ schedule: MORNING, minCapacity: 50 })], { maxCapacity: size }, stack);
    withSchedules([TierSchedule.at({ schedule: MORNING, minCapacity: size })], {}, new TestStack());
    expect(actionsOf(stack)).toEqual([expect.objectContaining({ MinSize: 50 })]);
  });
});

describe('a tier that drains and goes to zero', () => {
  const ID = 'cdk-ecs-auto-scaled-cluster:InstanceTier.schedules';
  const hours = () => [TierSchedule.workingHours({ timeZone: 'Europe/Berlin' })];

  test('is warned of the tasks that hold its nodes', () => {
    const stack = withSchedules(hours(), { replacement: NodeReplacement.rolling() });
    Annotations.fromStack(stack).hasWarning(
      '/Estate/Orders/Tiers/general',
      Match.stringLikeRegexp(
        'The tier "Estate/Orders/Tiers/general" goes to zero on schedule and drains its nodes. A node ' +
          'waits, for up to 48 hours',
      ),
    );
    Annotations.fromStack(stack).hasWarning('*', Match.stringLikeRegexp(`\\[ack: ${ID}\\]`));
  });

  test.each<[string, TierSchedule[], InstanceTierOptions]>([
    ['that does not drain', hours(), { replacement: NodeReplacement.allAtOnce() }],
    ['that keeps a node', [TierSchedule.at({ schedule: MORNING, maxCapacity: 1 })], {}],
    ['that is retired', hours(), { retired: true }],
  ])('is not, if it is one %s', (_what, schedules, options) => {
    const stack = new TestStack();
    const cluster = stack.cluster();
    cluster.addTier('batch', { instanceTypes: [SMALL], schedules, ...options });
    Annotations.fromStack(stack).hasNoWarning('*', Match.stringLikeRegexp(ID));
  });
});
