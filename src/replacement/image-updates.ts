import { Duration } from 'aws-cdk-lib';
import { wholeSeconds } from '../private/bounds';
import { fail } from '../private/errors';
import { instance, known } from '../private/expected-type';
import { type Fields, RENDERED, Struct } from '../private/fields';
import { SCHEDULED_FIELDS, type ScheduledOptions } from './scheduled-options';

/**
 * Options of `ImageUpdates.scheduled()`.
 *
 * @example
 * declare const vpc: ec2.IVpc;
 * declare const topic: sns.ITopic;
 * new EcsAutoScaledCluster(this, 'Orders', {
 *   vpc,
 *   tiers: [{ name: 'general', instanceTypes: [new ec2.InstanceType('m7i.large')] }],
 *   replacement: NodeReplacement.rolling({
 *     imageUpdates: ImageUpdates.scheduled({
 *       schedule: scheduler.ScheduleExpression.cron({ weekDay: 'TUE-THU', hour: '10', minute: '0' }),
 *       minimumAge: Duration.days(7),
 *       topic,
 *     }),
 *   }),
 * });
 */
export interface ImageUpdateOptions extends ScheduledOptions {
  /**
   * How long the newest image must have been there before nodes get it, in whole seconds, 0 to 90 days. At 0
   * it is taken at once.
   *
   * The parameter names the newest image only. With a window a week, a longer age alone would leave nodes far
   * behind, because a newer image comes before the last one is old enough: hence `maximumAge`.
   *
   * @default - 3 days
   */
  readonly minimumAge?: Duration;

  /**
   * How old the image of running nodes may get, in whole seconds, 1 day to 365 days, and at least `minimumAge`. Where it
   * is older, the next window takes the newest image, however new that is.
   *
   * @default - 14 days, or `minimumAge` where that is longer
   */
  readonly maximumAge?: Duration;
}

const CODE = 'InvalidImageUpdates';

const DAY = 24 * 60 * 60;

const FIELDS = {
  ...SCHEDULED_FIELDS,
  minimumAge: {
    value: known(wholeSeconds(CODE, { min: 0, max: 90 * DAY }), CODE),
    implied: Duration.days(3),
    to: RENDERED,
  },
  maximumAge: {
    value: known(wholeSeconds(CODE, { min: DAY, max: 365 * DAY }), CODE),
    implied: Duration.days(14),
    to: RENDERED,
  },
} satisfies Fields<ImageUpdateOptions>;

export const IMAGE_UPDATE_OPTIONS = new Struct<ImageUpdateOptions, typeof FIELDS>(
  'ImageUpdateOptions',
  FIELDS,
  { such: "{ schedule: scheduler.ScheduleExpression.cron({ hour: '10', minute: '0' }) }" },
);

/** When new images are taken, and at which age. */
export interface ImageUpdatePlan extends ScheduledOptions {
  readonly minimumAge: Duration;
  readonly maximumAge: Duration;
}

/**
 * How the nodes of a stack get new images without a deployment of yours: an option of
 * `NodeReplacement.rolling()`.
 *
 * In its window, a state machine looks for newer images, without a Lambda function. Then it makes a change
 * set of the stack's own template, and looks whether that changes launch templates and groups of tiers only.
 * CloudFormation executes it as a deployment: it rolls the nodes, waits for the gate, watches the alarms and
 * rolls back.
 *
 * Its role can deploy the stack with the rights of the stack's own service role, which is an administrator's
 * unless `cdk bootstrap` got other policies.
 *
 * Tiers of one stack must have the same. Refused: nested stacks, stacks without a CloudFormation execution
 * role, a pinned image, and `readinessGate: false`. Also refused: a tier of the same stack with `allAtOnce()`
 * whose image is looked up at deployment.
 *
 * @example
 * declare const vpc: ec2.IVpc;
 * new EcsAutoScaledCluster(this, 'Orders', {
 *   vpc,
 *   tiers: [{ name: 'general', instanceTypes: [new ec2.InstanceType('m7i.large')] }],
 *   replacement: NodeReplacement.rolling({
 *     imageUpdates: ImageUpdates.scheduled({
 *       schedule: scheduler.ScheduleExpression.cron({ hour: '3', minute: '0', timeZone: TimeZone.EUROPE_BERLIN }),
 *     }),
 *   }),
 * });
 */
export class ImageUpdates {
  /** New images are taken in a window that comes again and again. */
  public static scheduled(options: ImageUpdateOptions): ImageUpdates {
    const read = IMAGE_UPDATE_OPTIONS.read('options', options);
    const minimumAge = read.minimumAge ?? FIELDS.minimumAge.implied;
    const longest = Math.max(minimumAge.toSeconds(), FIELDS.maximumAge.implied.toSeconds());
    const maximumAge = read.maximumAge ?? Duration.seconds(longest);
    if (maximumAge.toSeconds() < minimumAge.toSeconds()) {
      fail(
        CODE,
        `\`maximumAge\` must be at least \`minimumAge\` (${minimumAge.toHumanString()}), got: ` +
          `${maximumAge.toHumanString()}. Write a shorter \`minimumAge\`, too`,
      );
    }
    return new ImageUpdates({ ...read, minimumAge, maximumAge });
  }

  private constructor(private readonly plan: ImageUpdatePlan) {}

  /** How long the newest image must have been there before nodes get it. */
  public get minimumAge(): Duration {
    return this.plan.minimumAge;
  }

  /** @internal */
  public get _plan(): ImageUpdatePlan {
    return this.plan;
  }
}

/** As a field. */
export const IMAGE_UPDATES = instance<ImageUpdates>({
  name:
    'ImageUpdates, such as `ImageUpdates.scheduled({ schedule: scheduler.ScheduleExpression.cron({ hour: ' +
    "'10', minute: '0' }) })`",
  member: '_plan',
});
