import { type Duration, Token } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { checkDuration, checkPercentage } from '../private/bounds';
import { ALARM } from '../private/cdk-types';
import { fail, quoteForMessage } from '../private/errors';
import { checkKinds } from '../private/expected-type';

/** The bounds of Auto Scaling's `RefreshPreferences` and of CloudFormation's `AutoScalingInstanceRefresh`. */
const MAX_PAUSE_SECONDS = 172800;
const MAX_ALARMS = 10;

/** At it all new nodes are started together, so that all old ones can be drained together. */
export const FULL_SURGE = 200;

/**
 * Options of `NodeReplacement.rolling()`.
 *
 * @example
 * declare const vpc: ec2.IVpc;
 * declare const errors: cloudwatch.Alarm;
 * new EcsAutoScaledCluster(this, 'Orders', {
 *   vpc,
 *   tiers: [{ name: 'general', instanceTypes: [new ec2.InstanceType('m7i.large')] }],
 *   replacement: NodeReplacement.rolling({
 *     maxHealthyPercentage: 110,
 *     bakeTime: Duration.minutes(15),
 *     alarms: [errors],
 *   }),
 * });
 */
export interface RollingReplacementOptions {
  /**
   * The share of the nodes that stays in service at all times, 0 to 100 percent of the
   * group's desired capacity.
   *
   * @default 100
   */
  readonly minHealthyPercentage?: number;

  /**
   * The most nodes that there are while nodes are replaced, old and new together, 100 to 200 percent of the
   * group's desired capacity, and at most 100 above `minHealthyPercentage`.
   *
   * At 200 a whole new set of nodes is started beside the old one, and each task moves once. Below it nodes are
   * replaced in batches; large groups may go down to 110. There a task may move to an old node first, and so
   * more than once, unless `cordon` is `true`. At 100 with a minimum of 100 nodes are replaced one at a time,
   * the new one first.
   *
   * A tier's `maxCapacity` should leave room for it: AWS does not say whether a refresh goes beyond the
   * group's maximum.
   *
   * @default 200
   */
  readonly maxHealthyPercentage?: number;

  /**
   * How long a new node is in service before the next ones are replaced, in whole seconds. It is the group's
   * default instance warmup, as AWS recommends.
   *
   * @default - 60 seconds with the readiness gate; without it the grace period of the tier's health checks
   */
  readonly instanceWarmup?: Duration;

  /**
   * How long the alarms are watched once all nodes are new, before the deployment is done: up to 48 hours,
   * in whole seconds.
   *
   * @default - none
   */
  readonly bakeTime?: Duration;

  /**
   * Alarms that stop the replacement, at most 10. When one of them fires, the deployment fails, and
   * CloudFormation rolls the stack back, which replaces the nodes again with those of before.
   *
   * Of what runs on this cluster they can watch the load balancer or the target group, made before the
   * cluster (the service is attached to it later), or metrics by names of your own. The metrics of a service
   * of the same stack, by reference, make a loop: the service waits for the nodes, the nodes for the alarm,
   * the alarm for the service. That is refused at synthesis, and the loop is named.
   *
   * @default - none: only nodes that do not start stop it
   */
  readonly alarms?: cloudwatch.IAlarmRef[];

  /**
   * Pauses: at each of these shares of new nodes, in percent from 1 to 100, ascending. The last must be 100:
   * CDK and CloudFormation take less, and then the rest of the nodes stays old without a word.
   *
   * @default - no pauses
   */
  readonly checkpointPercentages?: number[];

  /**
   * How long a pause is, up to 48 hours, in whole seconds. Needs `checkpointPercentages`.
   *
   * @default - an hour, Auto Scaling's own
   */
  readonly checkpointDelay?: Duration;

  /**
   * Keep tasks off the old nodes while nodes are replaced, so that each task moves once.
   *
   * At a `maxHealthyPercentage` of 200, where it is the default, ECS drains all old nodes together, as soon as
   * as many new ones have joined as the group wants. The readiness gate holds the new ones back until then,
   * 15 minutes at most. No service changes for it. It needs the gate and a replacement without pauses: `true`
   * is refused beside `readinessGate: false` and beside `checkpointPercentages`, which leave it off.
   *
   * Below 200 `true` marks the old nodes, and replica services get a constant placement constraint that keeps
   * off the mark. It has a price: ECS recommends no constraint but `distinctInstance` together with managed
   * scaling. It is not known yet whether such a service scales a tier up from zero. The marks come off while a
   * service lacks a task for which no new node has room, and during pauses.
   *
   * @default - true at a `maxHealthyPercentage` of 200 with the readiness gate and without
   * `checkpointPercentages`; otherwise false
   */
  readonly cordon?: boolean;

  /**
   * Count a new node as in service only once it has registered with the cluster. Without it, an image that
   * starts and never joins the cluster has every old node drained for it.
   *
   * A warm pool is refused together with it: its nodes start without registering.
   *
   * @default true
   */
  readonly readinessGate?: boolean;
}

const CODE = 'InvalidReplacement';

/**
 * Refuses what Auto Scaling, CloudFormation or good sense would: CDK checks some of it, in words that do
 * not name the field.
 */
export function checkRolling(options: RollingReplacementOptions): void {
  const { minHealthyPercentage, maxHealthyPercentage, checkpointPercentages, alarms } = options;
  checkKinds('alarms', alarms, ALARM);
  checkShare('minHealthyPercentage', minHealthyPercentage, 0, 100);
  checkShare('maxHealthyPercentage', maxHealthyPercentage, 100, 200);
  checkDistance(minHealthyPercentage, maxHealthyPercentage);
  checkSeconds('instanceWarmup', options.instanceWarmup);
  checkSeconds('bakeTime', options.bakeTime, MAX_PAUSE_SECONDS);
  checkSeconds('checkpointDelay', options.checkpointDelay, MAX_PAUSE_SECONDS);
  checkCordon(options);
  if (checkpointPercentages !== undefined) checkCheckpoints(checkpointPercentages);
  else if (options.checkpointDelay !== undefined)
    fail(CODE, '`checkpointDelay` needs `checkpointPercentages`');
  if (alarms !== undefined && alarms.length > MAX_ALARMS) {
    fail(CODE, `\`alarms\` must have at most ${MAX_ALARMS} alarms, got: ${alarms.length}`);
  }
}

/**
 * How tasks are kept off the old nodes: by draining them, with the gate as the barrier that lets all new ones in
 * together; or by a mark and a constraint.
 */
export function cordonOf(options: RollingReplacementOptions): 'drain' | 'mark' | undefined {
  const { cordon, maxHealthyPercentage = FULL_SURGE, readinessGate = true, checkpointPercentages } = options;
  if (maxHealthyPercentage < FULL_SURGE) return cordon ? 'mark' : undefined;
  return (cordon ?? true) && readinessGate && checkpointPercentages === undefined ? 'drain' : undefined;
}

/** At 200 it is left off where it cannot work; who asks for it is told. */
function checkCordon(options: RollingReplacementOptions): void {
  if (options.cordon !== true || cordonOf(options) !== undefined) return;
  const [what, wayOut] =
    options.readinessGate === false
      ? ['needs the readiness gate', 'leave `readinessGate: false` out']
      : ['excludes `checkpointPercentages`', 'leave the checkpoints out'];
  fail(
    CODE,
    `\`cordon: true\` ${what} at a \`maxHealthyPercentage\` of ${FULL_SURGE}, where all old nodes are drained ` +
      `together: ${wayOut}, or set \`maxHealthyPercentage\` below ${FULL_SURGE}, where old nodes are marked and ` +
      'services get a placement constraint',
  );
}

/** What is built depends on the bounds, and the L2 group takes no tokens for them. */
function checkShare(field: string, value: number | undefined, min: number, max: number): void {
  if (Token.isUnresolved(value)) fail(CODE, `\`${field}\` must be known at synthesis, got a token`);
  checkPercentage(CODE, field, value, { min, max });
}

function checkDistance(given: number | undefined, givenMax: number | undefined): void {
  const min = given ?? 100;
  const max = givenMax ?? FULL_SURGE;
  if (max - min <= 100) return;
  const note = givenMax === undefined ? ` (its default: give it together with \`minHealthyPercentage\`)` : '';
  fail(
    CODE,
    `\`maxHealthyPercentage\` must be at most 100 above \`minHealthyPercentage\`, got: ${min} and ` +
      `${max}${note}`,
  );
}

/** The API takes whole seconds only. */
function checkSeconds(field: string, value: Duration | undefined, max?: number): void {
  checkDuration(CODE, field, value, { min: 0, max });
  if (value === undefined || value.isUnresolved()) return;
  const seconds = value.toMilliseconds({ integral: false }) / 1000;
  if (!Number.isInteger(seconds)) fail(CODE, `\`${field}\` must be in whole seconds, got: ${seconds} s`);
}

function checkCheckpoints(percentages: number[]): void {
  if (!Array.isArray(percentages))
    fail(
      CODE,
      '`checkpointPercentages` must be a list of percentages such as [10, 100], got: ' +
        `${quoteForMessage(percentages)}`,
    );
  if (Token.isUnresolved(percentages)) return;
  for (const percentage of percentages)
    checkPercentage(CODE, 'checkpointPercentages', percentage, { min: 1, max: 100 });
  const known = percentages.filter((percentage) => !Token.isUnresolved(percentage));
  if (known.some((percentage, index) => index > 0 && percentage <= known[index - 1])) {
    fail(
      CODE,
      '`checkpointPercentages` must be in ascending order, each of them once, got: ' +
        `${quoteForMessage(percentages)}`,
    );
  }
  const last = percentages.at(-1);
  if (last === undefined || (!Token.isUnresolved(last) && last !== 100)) {
    fail(
      CODE,
      '`checkpointPercentages` must end in 100, or the other nodes stay as they are, got: ' +
        `${quoteForMessage(percentages)}`,
    );
  }
}
