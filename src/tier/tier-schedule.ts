import { Token } from 'aws-cdk-lib';
import * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import type { IConstruct } from 'constructs';
import { wholeNumber } from '../private/bounds';
import { fail, quoteForMessage } from '../private/errors';
import { instance, listOf, member, refined } from '../private/expected-type';
import { Destination, type Fields, RENDERED, Struct } from '../private/fields';
import type { Bounds, Value } from '../private/value';

const CODE = 'InvalidSchedule';

/**
 * A day of the week, for `TierSchedule.workingHours()`.
 *
 * @example
 * declare const cluster: EcsAutoScaledCluster;
 * cluster.addTier('training', {
 *   instanceTypes: [new ec2.InstanceType('m7i.large')],
 *   schedules: [TierSchedule.workingHours({ timeZone: 'Asia/Tokyo', days: [TierWeekday.SATURDAY, TierWeekday.SUNDAY] })],
 *   replacement: NodeReplacement.allAtOnce(),
 * });
 */
export enum TierWeekday {
  /** Sunday. */
  SUNDAY = 'SUNDAY',
  /** Monday. */
  MONDAY = 'MONDAY',
  /** Tuesday. */
  TUESDAY = 'TUESDAY',
  /** Wednesday. */
  WEDNESDAY = 'WEDNESDAY',
  /** Thursday. */
  THURSDAY = 'THURSDAY',
  /** Friday. */
  FRIDAY = 'FRIDAY',
  /** Saturday. */
  SATURDAY = 'SATURDAY',
}

/** In the order in which cron counts them, from 0. */
const DAYS = Object.values(TierWeekday);

const MONDAY_TO_FRIDAY = [
  TierWeekday.MONDAY,
  TierWeekday.TUESDAY,
  TierWeekday.WEDNESDAY,
  TierWeekday.THURSDAY,
  TierWeekday.FRIDAY,
];

/**
 * Options of `TierSchedule.workingHours()`.
 *
 * @example
 * declare const cluster: EcsAutoScaledCluster;
 * cluster.addTier('support', {
 *   instanceTypes: [new ec2.InstanceType('m7i.large')],
 *   schedules: [TierSchedule.workingHours({ timeZone: 'America/New_York', start: '18:00', end: '02:30' })],
 *   replacement: NodeReplacement.allAtOnce(),
 * });
 */
export interface WorkingHoursOptions {
  /**
   * The time zone, by its name in the IANA Time Zone Database such as `Europe/Berlin`. It knows daylight
   * saving time.
   */
  readonly timeZone: string;

  /**
   * When the tier gets its nodes back: `HH:MM`, from 00:00 to 23:59.
   *
   * @default '07:00'
   */
  readonly start?: string;

  /**
   * When the tier goes to zero: `HH:MM`. A time before `start` is one of the next day.
   *
   * @default '20:00'
   */
  readonly end?: string;

  /**
   * The days on which work starts.
   *
   * @default - Monday to Friday
   */
  readonly days?: TierWeekday[];
}

/**
 * Options of `TierSchedule.at()`: at least one of the capacities.
 *
 * @example
 * declare const cluster: EcsAutoScaledCluster;
 * const timeZone = 'Europe/Berlin';
 * cluster.addTier('shop', {
 *   instanceTypes: [new ec2.InstanceType('m7i.large')],
 *   schedules: [
 *     TierSchedule.at({ schedule: autoscaling.Schedule.cron({ hour: '7', minute: '30' }), timeZone, minCapacity: 6 }),
 *     TierSchedule.at({ schedule: autoscaling.Schedule.cron({ hour: '22', minute: '0' }), timeZone, minCapacity: 0 }),
 *   ],
 * });
 */
export interface TierScheduleOptions {
  /** When, again and again: EC2 Auto Scaling's cron, of five fields. */
  readonly schedule: autoscaling.Schedule;

  /**
   * The time zone, by its name in the IANA Time Zone Database such as `Europe/Berlin`.
   *
   * @default - UTC
   */
  readonly timeZone?: string;

  /**
   * The least nodes from then on, 0 or more.
   *
   * @default - as it is
   */
  readonly minCapacity?: number;

  /**
   * The most nodes from then on, 0 or more. Only a maximum of 0 keeps a tier at zero.
   *
   * @default - as it is
   */
  readonly maxCapacity?: number;

  /**
   * The number of nodes at that moment, 0 or more, within the bounds that then hold. Managed scaling changes
   * it from then on.
   *
   * @default - as it is
   */
  readonly desiredCapacity?: number;
}

/**
 * A name that Auto Scaling does not know fails the deployment; an offset such as "+02:00", which JavaScript
 * would take, is none.
 */
const TIME_ZONE: Value<string> = {
  expected: 'a name of the IANA Time Zone Database such as "Europe/Berlin"',
  check(field, value: unknown) {
    if (Token.isUnresolved(value)) return;
    if (typeof value === 'string' && /^[A-Za-z]/.test(value) && isKnown(value)) return;
    fail(CODE, `\`${field}\` must be ${TIME_ZONE.expected}, got: ${quoteForMessage(value)}`);
  },
};

function isKnown(timeZone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
    return true;
  } catch {
    return false;
  }
}

/** Known at synthesis: the schedule is calculated from it. */
const TIME: Value<string> = {
  expected: 'a time as "07:30", from "00:00" to "23:59"',
  check(field, value: unknown) {
    if (typeof value === 'string' && /^([01]\d|2[0-3]):[0-5]\d$/.test(value)) return;
    fail(CODE, `\`${field}\` must be ${TIME.expected}, got: ${quoteForMessage(value)}`);
  },
};

const WORKING_HOURS_FIELDS = {
  timeZone: { value: TIME_ZONE, required: true, to: RENDERED },
  start: { value: TIME, default: '07:00', to: RENDERED },
  end: { value: TIME, default: '20:00', to: RENDERED },
  days: {
    value: listOf(member('TierWeekday', TierWeekday), { min: 1, named: 'day', code: CODE }),
    default: MONDAY_TO_FRIDAY,
    to: RENDERED,
  },
} satisfies Fields<WorkingHoursOptions>;

export const WORKING_HOURS = new Struct<WorkingHoursOptions, typeof WORKING_HOURS_FIELDS>(
  'WorkingHoursOptions',
  WORKING_HOURS_FIELDS,
  { such: "{ timeZone: 'Europe/Berlin' }" },
);

/**
 * CDK's schedules of other services look the same, and have six fields, rates and dates, none of which
 * Auto Scaling takes.
 */
const CRON = refined(
  instance<autoscaling.Schedule>({
    name: "an autoscaling.Schedule, such as `autoscaling.Schedule.cron({ hour: '7', minute: '0' })`",
    member: 'expressionString',
    instead: (expression) => `autoscaling.Schedule.expression(${expression})`,
  }),
  (field, { expressionString }) => {
    if (Token.isUnresolved(expressionString)) return;
    if (/^[\w*,/-]+( +[\w*,/-]+){4}$/.test(expressionString)) return;
    fail(
      CODE,
      `\`${field}\` must be a cron expression of five fields such as "0 7 * * 1-5", got: ` +
        `${quoteForMessage(expressionString)}`,
    );
  },
);

const ACTION = new Destination<autoscaling.BasicScheduledActionProps>('autoscaling.ScheduledAction');

const CAPACITY = wholeNumber(CODE, { min: 0 });

const SCHEDULE_FIELDS = {
  schedule: { value: CRON, required: true, to: ACTION.field('schedule') },
  timeZone: { value: TIME_ZONE, to: ACTION.field('timeZone') },
  minCapacity: { value: CAPACITY, to: ACTION.field('minCapacity') },
  maxCapacity: { value: CAPACITY, to: ACTION.field('maxCapacity') },
  desiredCapacity: { value: CAPACITY, to: ACTION.field('desiredCapacity') },
} satisfies Fields<TierScheduleOptions>;

export const SCHEDULE_OPTIONS = new Struct<TierScheduleOptions, typeof SCHEDULE_FIELDS>(
  'TierScheduleOptions',
  SCHEDULE_FIELDS,
  { such: "{ schedule: autoscaling.Schedule.cron({ hour: '7', minute: '0' }), minCapacity: 2 }" },
);

/** One action of a schedule; what it leaves open of a tier's own bounds, it takes from the tier. */
interface Action {
  readonly id: string;
  readonly options: TierScheduleOptions;
  /** Back to the tier's own bounds. */
  readonly restores?: boolean;
}

/**
 * When a tier is larger or smaller than at other times.
 *
 * Managed scaling sets the number of nodes by itself, by the tasks that want to run. So a schedule moves the
 * bounds that it has to keep to: a tier is at zero only as long as its maximum is 0.
 *
 * **Draining.** A tier that drains its nodes (all but `NodeReplacement.allAtOnce()`) goes to zero only when
 * its tasks can run elsewhere, or have been scaled to zero before. See the warning. Deployments leave the
 * bounds alone that a schedule has set, unless they change the tier's own; a stack that is rolled back sets
 * them back.
 *
 * An end of the schedule is not offered: Auto Scaling then deletes the action behind CloudFormation's back,
 * and later deployments fail.
 *
 * @example
 * declare const vpc: ec2.IVpc;
 * new EcsAutoScaledCluster(this, 'DeveloperStaging', {
 *   vpc,
 *   tiers: [{
 *     name: 'general',
 *     instanceTypes: [new ec2.InstanceType('t3.small')],
 *     schedules: [TierSchedule.workingHours({ timeZone: 'Europe/Berlin', start: '07:30', end: '19:00' })],
 *   }],
 *   replacement: NodeReplacement.allAtOnce(),
 * });
 */
export class TierSchedule {
  /**
   * Nodes in working hours, none at night and on the other days: at `start` of each of the days the tier's
   * own minimum and maximum, at `end` both 0.
   *
   * The day on which the stack is first deployed starts with the tier's own.
   */
  public static workingHours(options: WorkingHoursOptions): TierSchedule {
    const fields = WORKING_HOURS_FIELDS;
    const {
      timeZone,
      start = fields.start.default,
      end = fields.end.default,
      days = fields.days.default,
    } = WORKING_HOURS.read('options', options);
    const [startMinutes, endMinutes] = [minutesOf(start), minutesOf(end)];
    if (startMinutes === endMinutes)
      fail(CODE, `\`end\` must be another time than \`start\`, got: ${quoteForMessage(end)}`);
    const numbers = days.map(numberOf);
    const endDays = endMinutes < startMinutes ? numbers.map((day) => (day + 1) % DAYS.length) : numbers;
    return new TierSchedule(timeZone, [
      { id: 'Start', options: { schedule: weekly(startMinutes, numbers), timeZone }, restores: true },
      {
        id: 'End',
        options: { schedule: weekly(endMinutes, endDays), timeZone, minCapacity: 0, maxCapacity: 0 },
      },
    ]);
  }

  /** Other bounds, or another number of nodes, at a time. */
  public static at(options: TierScheduleOptions): TierSchedule {
    const action = SCHEDULE_OPTIONS.read('options', options);
    const { minCapacity, maxCapacity, desiredCapacity } = action;
    if (minCapacity === undefined && maxCapacity === undefined && desiredCapacity === undefined) {
      fail(CODE, 'a schedule needs at least one of `minCapacity`, `maxCapacity` and `desiredCapacity`');
    }
    return new TierSchedule(action.timeZone, [{ id: 'At', options: action }]);
  }

  /**
   * When it changes the tier, in Auto Scaling's cron of five fields, read in `timeZone`. In working hours
   * that is twice: when they start, and when they end.
   */
  public readonly recurrences: string[];

  /** The time zone, by its name in the IANA Time Zone Database. Without one it is UTC. */
  public readonly timeZone?: string;

  /** @internal */
  public readonly _actions: Action[];

  private constructor(timeZone: string | undefined, actions: Action[]) {
    this.timeZone = timeZone;
    this.recurrences = actions.map(({ options }) => options.schedule.expressionString);
    this._actions = actions;
  }
}

/** Whether a schedule takes a tier to zero. */
export function emptiesTier(schedule: TierSchedule): boolean {
  return schedule._actions.some(({ options }) => options.maxCapacity === 0);
}

/**
 * Refuses an action whose bounds, with the tier's own for those that it leaves open, contradict each other:
 * Auto Scaling would refuse it at its time.
 */
export function checkSchedules(schedules: TierSchedule[], tier: Bounds, scope: IConstruct): void {
  for (const [index, schedule] of schedules.entries()) {
    for (const { options, restores } of schedule._actions) {
      if (!restores) checkAction(`schedules[${index}]`, options, tier, scope);
    }
  }
}

function checkAction(field: string, options: TierScheduleOptions, tier: Bounds, scope: IConstruct): void {
  const min = known(options.minCapacity, tier.min);
  const max = known(options.maxCapacity, tier.max);
  if (min !== undefined && max !== undefined && min > max) {
    const from = (own: number | undefined) => (own === undefined ? ' (of the tier)' : '');
    fail(
      CODE,
      `\`${field}\` must have a \`minCapacity\` of at most its \`maxCapacity\`, got: ` +
        `${min}${from(options.minCapacity)} and ${max}${from(options.maxCapacity)}`,
      scope,
    );
  }
  if (options.desiredCapacity === undefined) return;
  wholeNumber(CODE, { min, max }).check(`${field}.desiredCapacity`, options.desiredCapacity, scope);
}

/** Adds the actions to the group. */
export function addSchedules(
  group: autoscaling.AutoScalingGroup,
  schedules: TierSchedule[],
  tier: { min: number; max: number },
): void {
  for (const [index, schedule] of schedules.entries()) {
    for (const { id, options, restores } of schedule._actions) {
      const action = group.scaleOnSchedule(`Schedule${index}${id}`, {
        ...SCHEDULE_OPTIONS.handOver(options, ACTION),
        ...(restores && { minCapacity: tier.min, maxCapacity: tier.max }),
      });
      own.add(action);
    }
  }
}

const own = new WeakSet<IConstruct>();

/** Whether a scheduled action is of a tier's `schedules`, and not added to the tier's group. */
export function isOwnSchedule(action: IConstruct | undefined): boolean {
  return action !== undefined && own.has(action);
}

function known(value: number | undefined, otherwise: number | undefined): number | undefined {
  return Token.isUnresolved(value) ? undefined : (value ?? otherwise);
}

function numberOf(day: TierWeekday): number {
  const number = DAYS.indexOf(day);
  return number >= 0
    ? number
    : fail(CODE, `\`days\` must be of TierWeekday, such as TierWeekday.MONDAY, got: ${quoteForMessage(day)}`);
}

function weekly(minutes: number, days: number[]): autoscaling.Schedule {
  const weekDay = [...new Set(days)].sort((a, b) => a - b).join(',');
  return autoscaling.Schedule.cron({
    minute: `${minutes % 60}`,
    hour: `${Math.floor(minutes / 60)}`,
    weekDay,
  });
}

function minutesOf(time: string): number {
  const [hours, minutes] = time.split(':').map(Number);
  return hours * 60 + minutes;
}

/** As a field. */
export const SCHEDULE = instance<TierSchedule>({
  name: 'a TierSchedule: `TierSchedule.workingHours()` or `TierSchedule.at()`',
  member: '_actions',
});
