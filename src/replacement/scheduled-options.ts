import { type Duration, Token } from 'aws-cdk-lib';
import type * as scheduler from 'aws-cdk-lib/aws-scheduler';
import type * as sns from 'aws-cdk-lib/aws-sns';
import { duration } from '../private/bounds';
import { fail, quoteForMessage } from '../private/errors';
import { instance, known, refined } from '../private/expected-type';
import { type Fields, RENDERED, Struct } from '../private/fields';
import { MESSAGES } from './messages';

/**
 * Options of what looks after nodes at certain times.
 *
 * @example
 * declare const cluster: EcsAutoScaledCluster;
 * const schedule = scheduler.ScheduleExpression.cron({ hour: '3', minute: '0', timeZone: TimeZone.EUROPE_BERLIN });
 * cluster.addTier('general', {
 *   instanceTypes: [new ec2.InstanceType('m7i.large')],
 *   consolidation: Consolidation.scheduled({ schedule, window: Duration.hours(1) }),
 * });
 */
export interface ScheduledOptions {
  /**
   * When, again and again: `scheduler.ScheduleExpression.cron()`, or `expression()` with a rate or cron of
   * EventBridge Scheduler, each with its time zone, which is UTC if none is given. One time alone (`at()`) is
   * refused.
   */
  readonly schedule: scheduler.ScheduleExpression;

  /**
   * How late it may still start, in whole minutes, 1 minute to 24 hours. EventBridge Scheduler chooses a
   * moment in it.
   *
   * @default - on time
   */
  readonly window?: Duration;

  /**
   * The topic that gets messages about what was done, and what was not. A topic of another region and a FIFO
   * topic are refused.
   *
   * @default - alarms alone (`addAlarms()`)
   */
  readonly topic?: sns.ITopic;
}

const CODE = 'InvalidSchedule';

const DAY = 24 * 60 * 60;

const SCHEDULE = refined(
  instance<scheduler.ScheduleExpression>({
    name:
      'a scheduler.ScheduleExpression, such as ' +
      "`scheduler.ScheduleExpression.cron({ hour: '3', minute: '0', timeZone: TimeZone.EUROPE_BERLIN })`",
    member: 'expressionString',
    instead: (expression) => `scheduler.ScheduleExpression.expression(${expression})`,
  }),
  (field, { expressionString }, scope) => {
    if (Token.isUnresolved(expressionString) || /^(cron|rate)\(/.test(expressionString)) return;
    fail(
      CODE,
      `\`${field}\` must come again and again, as cron(…) or rate(…) of EventBridge Scheduler, got: ` +
        `${quoteForMessage(expressionString)}. Write \`scheduler.ScheduleExpression.cron({ hour: '3', ` +
        "minute: '0' })`",
      scope,
    );
  },
);

const WINDOW = refined(known(duration(CODE, { min: 60, max: DAY }), CODE), (field, window, scope) => {
  if (Number.isInteger(window.toMinutes({ integral: false }))) return;
  fail(CODE, `\`${field}\` must be a duration in whole minutes, got: ${window.toHumanString()}`, scope);
});

/** The rows, for the table of each struct that extends it. */
export const SCHEDULED_FIELDS = {
  schedule: { value: SCHEDULE, required: true, to: RENDERED },
  window: { value: WINDOW, to: RENDERED },
  topic: { value: MESSAGES, to: RENDERED },
} satisfies Fields<ScheduledOptions>;

export const SCHEDULED_OPTIONS = new Struct<ScheduledOptions, typeof SCHEDULED_FIELDS>(
  'ScheduledOptions',
  SCHEDULED_FIELDS,
  { such: "{ schedule: scheduler.ScheduleExpression.cron({ hour: '3', minute: '0' }) }" },
);
