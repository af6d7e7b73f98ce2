import { Duration } from 'aws-cdk-lib';
import type * as sns from 'aws-cdk-lib/aws-sns';
import { wholeSeconds } from '../private/bounds';
import { fail } from '../private/errors';
import { instance, known, refined } from '../private/expected-type';
import { type Fields, RENDERED, Struct } from '../private/fields';
import { MESSAGES } from './messages';

/**
 * Options of `DrainLimit.stopTasksAfter()`.
 *
 * @example
 * declare const cluster: EcsAutoScaledCluster;
 * declare const topic: sns.ITopic;
 * cluster.addTier('batch', {
 *   instanceTypes: [new ec2.InstanceType('m7i.large')],
 *   drainLimit: DrainLimit.stopTasksAfter(Duration.hours(4), { topic }),
 * });
 */
export interface DrainLimitOptions {
  /**
   * The topic that gets a message for each node whose tasks are stopped: it names the node and what still
   * runs on it. A topic of another region and a FIFO topic are refused.
   *
   * @default - alarms alone (`addAlarms()`)
   */
  readonly topic?: sns.ITopic;
}

const CODE = 'InvalidDrainLimit';

/** ECS itself lets go of a node after so many hours. */
const ECS_ENDS_AFTER = Duration.hours(48);

const LIMIT = refined(known(wholeSeconds(CODE, { min: 5 * 60 }), CODE), (field, time, scope) => {
  if (time.toSeconds() < ECS_ENDS_AFTER.toSeconds()) return;
  fail(
    CODE,
    `\`${field}\` must be below 48 hours, after which Auto Scaling ends each drain, got: ` +
      `${time.toHumanString()}. Write \`Duration.hours(47)\` or less, or leave \`drainLimit\` out`,
    scope,
  );
});

const FIELDS = { topic: { value: MESSAGES, to: RENDERED } } satisfies Fields<DrainLimitOptions>;

export const DRAIN_LIMIT_OPTIONS = new Struct<DrainLimitOptions, typeof FIELDS>('DrainLimitOptions', FIELDS, {
  such: '{ topic }',
});

/** What becomes of a node that still drains at its limit. */
export interface DrainLimitPlan {
  readonly action: 'stop' | 'notify';
  readonly limit: Duration;
  readonly topic?: sns.ITopic;
}

/**
 * How long a node that is about to be terminated may wait for its tasks to move. Without a limit ECS holds it
 * for up to 48 hours, while a task does not end or has no place to go. A roll of the nodes waits for it, too.
 *
 * A state machine, without a Lambda function, waits that long. If the node still drains, its tasks and their
 * services are named. They are stopped, with their stop timeouts. The node is let go if it then still waits.
 * A node whose agent is lost leaves its cluster by force, and is let go at once.
 *
 * The time counts from when Auto Scaling terminates the node. While the cordon alone drains a node, it does
 * not count. Refused with `NodeReplacement.allAtOnce()`, which waits for no drain.
 *
 * @example
 * declare const vpc: ec2.IVpc;
 * declare const topic: sns.ITopic;
 * new EcsAutoScaledCluster(this, 'Orders', {
 *   vpc,
 *   tiers: [
 *     { name: 'general', instanceTypes: [new ec2.InstanceType('m7i.large')] },
 *     { name: 'batch', instanceTypes: [new ec2.InstanceType('c7i.large')], drainLimit: DrainLimit.none() },
 *   ],
 *   drainLimit: DrainLimit.stopTasksAfter(Duration.minutes(30), { topic }),
 * });
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-instance-draining.html
 */
export class DrainLimit {
  /**
   * Tasks that still run after this time are stopped, and the node is let go.
   *
   * Task protection does not keep a task: AWS's own end of a drain does not, either.
   *
   * @param time in whole seconds, at least 5 minutes and below 48 hours.
   */
  public static stopTasksAfter(time: Duration, options: DrainLimitOptions = {}): DrainLimit {
    LIMIT.check('time', time);
    const { topic } = DRAIN_LIMIT_OPTIONS.read('options', options);
    return new DrainLimit({ action: 'stop', limit: time, topic });
  }

  /**
   * A topic gets a message about a node that still drains after this time, and nothing is done.
   *
   * @param time in whole seconds, at least 5 minutes and below 48 hours.
   * @param topic a standard topic of the cluster's region.
   */
  public static notifyAfter(time: Duration, topic: sns.ITopic): DrainLimit {
    LIMIT.check('time', time);
    MESSAGES.check('topic', topic);
    return new DrainLimit({ action: 'notify', limit: time, topic });
  }

  /** ECS's own end alone, after 48 hours: for a tier of a cluster that limits the drains of others. */
  public static none(): DrainLimit {
    return new DrainLimit();
  }

  private constructor(private readonly plan?: DrainLimitPlan) {}

  /** Whether tasks are stopped at the limit. */
  public get stopsTasks(): boolean {
    return this.plan?.action === 'stop';
  }

  /**
   * Undefined: there is no limit.
   *
   * @internal
   */
  public get _plan(): DrainLimitPlan | undefined {
    return this.plan;
  }
}

/** As a field. */
export const DRAIN_LIMIT = instance<DrainLimit>({
  name:
    'a DrainLimit: `DrainLimit.stopTasksAfter(Duration.minutes(30))`, `DrainLimit.notifyAfter(time, topic)` ' +
    'or `DrainLimit.none()`',
  member: '_plan',
  instead: (_, text) => (text === 'none' ? 'DrainLimit.none()' : undefined),
});
