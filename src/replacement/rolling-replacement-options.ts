import { type Duration, Token } from 'aws-cdk-lib';
import type * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { percent, wholeSeconds } from '../private/bounds';
import { ALARM } from '../private/cdk-types';
import { fail, quoteForMessage } from '../private/errors';
import { known, knownFlag, listOf, refined } from '../private/expected-type';
import { Destination, type Fields, RENDERED, Struct } from '../private/fields';
import type { Bounds } from '../private/value';
import { IMAGE_UPDATES, type ImageUpdates } from './image-updates';

/** The bounds of Auto Scaling's `RefreshPreferences` and of CloudFormation's `AutoScalingInstanceRefresh`. */
const MAX_PAUSE_SECONDS = 172800;

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
   * At 200 a whole new set of nodes is started next to the old one, and each task moves once. Below it nodes
   * are replaced in batches; large groups may go down to 110. There a task may move to an old node first, and
   * so more than once, unless `cordon` is `true`. At 100 with a minimum of 100 nodes are replaced one at a
   * time, the new one first.
   *
   * A tier's `maxCapacity` should leave room for it: AWS does not say whether a refresh goes beyond the
   * group's maximum.
   *
   * @default 200
   */
  readonly maxHealthyPercentage?: number;

  /**
   * How long a new node is in service before the next ones are replaced, in whole seconds, 0 or more. It is
   * the group's default instance warmup, as AWS recommends.
   *
   * @default - 60 seconds with the readiness gate; without it the grace period of the tier's health checks
   */
  readonly instanceWarmup?: Duration;

  /**
   * How long the alarms are watched once all nodes are new, before the deployment is done: in whole
   * seconds, 0 to 48 hours.
   *
   * @default - none
   */
  readonly bakeTime?: Duration;

  /**
   * Alarms that stop the replacement, at most 10. When one of them fires, the deployment fails, and
   * CloudFormation rolls the stack back, which replaces the nodes again with those of before.
   *
   * Of what runs on this cluster they can watch the load balancer or the target group. It is made before the
   * cluster, and the service is attached to it later. They can also watch metrics by names of your own. The
   * metrics of a service of the same stack, by reference, make a loop: the service waits for the nodes, the
   * nodes for the alarm, the alarm for the service. That is refused at synthesis, and the loop is named.
   *
   * @default - none: only nodes that do not start stop it
   */
  readonly alarms?: cloudwatch.IAlarmRef[];

  /**
   * Pauses: at each of these shares of new nodes, in percent from 1 to 100, ascending. The last must be 100:
   * CDK and CloudFormation take less, and then the rest of the nodes silently stays old.
   *
   * @default - no pauses
   */
  readonly checkpointPercentages?: number[];

  /**
   * How long a pause is, in whole seconds, 0 to 48 hours. Needs `checkpointPercentages`.
   *
   * @default - an hour, Auto Scaling's own
   */
  readonly checkpointDelay?: Duration;

  /**
   * Keep tasks off the old nodes while nodes are replaced, so that each task moves once.
   *
   * At a `maxHealthyPercentage` of 200, where it is the default, ECS drains all old nodes together, as soon
   * as as many new ones have joined as the group wants. The readiness gate holds the new ones back until
   * then, 15 minutes at most. No service changes for it. It needs the gate and a replacement without pauses.
   * `readinessGate: false` and `checkpointPercentages` leave it off, and with them `true` is refused.
   *
   * Below 200 `true` marks the old nodes, and replica services get a constant placement constraint that keeps
   * off the mark. It has a price: ECS recommends no constraint but `distinctInstance` together with managed
   * scaling. It is not known yet whether such a service scales a tier up from zero. The marks come off while
   * a service lacks a task for which no new node has room, and during pauses.
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

  /**
   * Take new images without a deployment of yours. In a window, the stack is deployed again as it is, if a
   * newer image is there. It needs the readiness gate, and an image that is looked up at deployment, as the
   * default is.
   *
   * @default - new images come with your next deployment
   */
  readonly imageUpdates?: ImageUpdates;

  /**
   * Let no replica onto a new node before the daemons of the node run. ECS keeps room for daemons and starts
   * them first in any case; this waits until they have started.
   *
   * A node registers with the mark `held`, which the gate takes away when its daemons run, or after 5
   * minutes. Replica services get a constant placement constraint that keeps off the mark. **Unproved:** ECS
   * recommends no constraint but `distinctInstance` together with managed scaling, and it is not known
   * yet whether such a service scales a tier up from zero.
   *
   * It is in the user data, so a change of it replaces nodes. Refused without the gate. With a shared
   * `template` all of its tiers must have it.
   *
   * @default false
   */
  readonly daemonsFirst?: boolean;
}

const CODE = 'InvalidReplacement';

/** What is built depends on it, and the L2 group takes no tokens for it. */
const share = (bounds: Bounds) => known(percent(CODE, bounds), CODE);

const PAUSE = wholeSeconds(CODE, { min: 0, max: MAX_PAUSE_SECONDS });

const CHECKPOINTS = refined(listOf(percent(CODE, { min: 1, max: 100 })), (field, percentages, scope) => {
  const known = percentages.filter((percentage) => !Token.isUnresolved(percentage));
  if (known.some((percentage, index) => index > 0 && percentage <= known[index - 1])) {
    fail(
      CODE,
      `\`${field}\` must be in ascending order, each of them once, got: ${quoteForMessage(percentages)}`,
      scope,
    );
  }
  const last = percentages.at(-1);
  if (last === undefined || (!Token.isUnresolved(last) && last !== 100)) {
    fail(
      CODE,
      `\`${field}\` must end in 100, or the other nodes stay as they are, got: ` +
        `${quoteForMessage(percentages)}`,
      scope,
    );
  }
});

/** The refresh that CloudFormation starts. */
export const REFRESH = new Destination<autoscaling.InstanceRefreshOptions>('autoscaling.UpdatePolicy');

/** The maintenance policy of the group, which holds for health checks, rebalancing and age. */
export const MAINTENANCE = new Destination<
  Pick<autoscaling.AutoScalingGroupProps, 'minHealthyPercentage' | 'maxHealthyPercentage'>
>('autoscaling.AutoScalingGroup');

const FIELDS = {
  minHealthyPercentage: {
    value: share({ min: 0, max: 100 }),
    default: 100,
    to: [REFRESH.field('minHealthyPercentage'), MAINTENANCE.field('minHealthyPercentage')],
  },
  maxHealthyPercentage: {
    value: share({ min: 100, max: FULL_SURGE }),
    default: FULL_SURGE,
    to: [REFRESH.field('maxHealthyPercentage'), MAINTENANCE.field('maxHealthyPercentage')],
  },
  instanceWarmup: { value: wholeSeconds(CODE, { min: 0 }), to: RENDERED },
  bakeTime: { value: PAUSE, to: REFRESH.field('bakeTime') },
  alarms: { value: listOf(ALARM, { max: 10, named: 'alarm', code: CODE }), to: RENDERED },
  checkpointPercentages: { value: CHECKPOINTS, to: REFRESH.field('checkpointPercentages') },
  checkpointDelay: { value: PAUSE, to: REFRESH.field('checkpointDelay') },
  cordon: { value: knownFlag, to: RENDERED },
  readinessGate: { value: knownFlag, default: true, to: RENDERED },
  imageUpdates: { value: IMAGE_UPDATES, to: RENDERED },
  daemonsFirst: { value: knownFlag, implied: false, to: RENDERED },
} satisfies Fields<RollingReplacementOptions>;

export const ROLLING = new Struct<RollingReplacementOptions, typeof FIELDS>(
  'RollingReplacementOptions',
  FIELDS,
  { such: '{ maxHealthyPercentage: 110 }' },
);

/**
 * What was given, where Auto Scaling, CloudFormation and good sense take it: CDK checks some of it, in words
 * that do not name the field.
 */
export function readRolling(given: RollingReplacementOptions): RollingReplacementOptions {
  const options = ROLLING.read('options', given);
  checkDistance(options.minHealthyPercentage, options.maxHealthyPercentage);
  if (options.checkpointDelay !== undefined && options.checkpointPercentages === undefined) {
    fail(CODE, '`checkpointDelay` needs `checkpointPercentages`');
  }
  checkCordon(options);
  if (options.imageUpdates !== undefined && options.readinessGate === false) {
    fail(
      CODE,
      '`imageUpdates` must not be set with `readinessGate: false`: nodes whose image does not work would take ' +
        'the place of all others, without a person to see it. Leave out `readinessGate`',
    );
  }
  if (options.daemonsFirst && options.readinessGate === false) {
    fail(
      CODE,
      '`daemonsFirst: true` needs the readiness gate, which opens a node to tasks. Leave ' +
        '`readinessGate: false` out',
    );
  }
  return options;
}

/**
 * How tasks are kept off the old nodes. By draining them, with the gate as the barrier that lets all new ones
 * in together; or by a mark and a constraint.
 */
export function cordonOf(options: RollingReplacementOptions): 'drain' | 'mark' | undefined {
  const { cordon, checkpointPercentages } = options;
  const {
    maxHealthyPercentage = FIELDS.maxHealthyPercentage.default,
    readinessGate = FIELDS.readinessGate.default,
  } = options;
  if (maxHealthyPercentage < FULL_SURGE) return cordon ? 'mark' : undefined;
  return (cordon ?? true) && readinessGate && checkpointPercentages === undefined ? 'drain' : undefined;
}

/** At 200 it is left off where it cannot work, and refused where it is asked for. */
function checkCordon(options: RollingReplacementOptions): void {
  if (options.cordon !== true || cordonOf(options) !== undefined) return;
  const [what, wayOut] =
    options.readinessGate === false
      ? ['needs the readiness gate', 'leave `readinessGate: false` out']
      : ['excludes `checkpointPercentages`', 'leave the checkpoints out'];
  fail(
    CODE,
    `\`cordon: true\` ${what} at a \`maxHealthyPercentage\` of ${FULL_SURGE}, where all old nodes are ` +
      `drained together. Either ${wayOut}, or set \`maxHealthyPercentage\` below ${FULL_SURGE}: there ` +
      'old nodes are marked, and services get a placement constraint',
  );
}

function checkDistance(given: number | undefined, givenMax: number | undefined): void {
  const min = given ?? FIELDS.minHealthyPercentage.default;
  const max = givenMax ?? FIELDS.maxHealthyPercentage.default;
  if (max - min <= 100) return;
  const note = givenMax === undefined ? ` (its default: give it together with \`minHealthyPercentage\`)` : '';
  fail(
    CODE,
    '`maxHealthyPercentage` must be at most 100 above `minHealthyPercentage`, got: ' +
      `${min} and ${max}${note}`,
  );
}
