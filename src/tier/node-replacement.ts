import { Duration, Token } from 'aws-cdk-lib';
import * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { checkDuration, checkInteger } from '../private/checks';
import { fail, shown } from '../private/errors';

/** The bounds of Auto Scaling's `RefreshPreferences` and of CloudFormation's `AutoScalingInstanceRefresh`. */
const MAX_PAUSE_SECONDS = 172800;
const MAX_ALARMS = 10;
/** Below it some old nodes take part for longer than one batch, and a drained task may land on one of them. */
const FULL_SURGE = 200;

/**
 * Options of `NodeReplacement.rolling()`.
 *
 * @example
 * declare const vpc: ec2.IVpc;
 * declare const errors: cloudwatch.Alarm;
 * const careful: RollingReplacementOptions = {
 *   maxHealthyPercentage: 110,
 *   checkpointPercentages: [10, 100],
 *   checkpointDelay: Duration.minutes(10),
 *   bakeTime: Duration.minutes(15),
 *   alarms: [errors],
 * };
 * new EcsAutoScaledCluster(this, 'Orders', {
 *   vpc,
 *   tiers: [{ name: 'general', instanceTypes: [new ec2.InstanceType('m7i.large')] }],
 *   replacement: NodeReplacement.rolling(careful),
 * });
 */
export interface RollingReplacementOptions {
  /**
   * The share of the nodes that stays in service at all times, 0 to 100 percent of the group's desired capacity.
   *
   * @default 100
   */
  readonly minHealthyPercentage?: number;

  /**
   * The most nodes that there are while nodes are replaced, old and new together, 100 to 200 percent of the group's desired capacity, and at most 100
   * above `minHealthyPercentage`.
   *
   * At 200 all new nodes come first, and the old ones are drained together. Below it nodes are replaced in batches; large groups may go down to 110, at
   * which the cordon still has each task move once. At 100 with a minimum of 100 nodes are replaced one at a time, the new one first.
   *
   * A tier's `maxCapacity` should leave room for it: AWS does not say whether a refresh goes beyond the group's maximum.
   *
   * @default 200
   */
  readonly maxHealthyPercentage?: number;

  /**
   * How long a new node is in service before the next ones are replaced, in whole seconds. It is the group's default instance warmup, as AWS recommends.
   *
   * @default - 60 seconds with the readiness gate; without it the grace period of the tier's health checks
   */
  readonly instanceWarmup?: Duration;

  /**
   * How long the alarms are watched once all nodes are new, before the deployment is done: up to 48 hours, in whole seconds.
   *
   * @default - none
   */
  readonly bakeTime?: Duration;

  /**
   * Alarms that stop the replacement, at most 10. When one of them fires, the deployment fails, and CloudFormation rolls the stack back, which replaces the
   * nodes again with those of before.
   *
   * Of what runs on this cluster they must watch the load balancer or the target group: the metrics of a service of the same stack make a loop (the
   * service waits for the nodes, the nodes for the alarm, the alarm for the service), which is refused at synthesis.
   *
   * @default - none: only nodes that do not start stop it
   */
  readonly alarms?: cloudwatch.IAlarmRef[];

  /**
   * Pauses: at each of these shares of new nodes, in percent from 1 to 100, ascending. The last must be 100: CDK and CloudFormation take less, and then the rest of the
   * nodes stays old without a word.
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
   * Keep tasks that are placed meanwhile off the old nodes, so that each task moves once. Replica services get a constant placement constraint for it; ECS recommends
   * none but `distinctInstance` together with managed scaling, so tasks that a service adds during a replacement may have to wait for its next batch.
   *
   * @default - true below a `maxHealthyPercentage` of 200; at 200 all new nodes come first and there is nothing to keep off
   */
  readonly cordon?: boolean;

  /**
   * Count a new node as in service only once it has registered with the cluster. Without it, an image that starts and never joins the cluster has every old
   * node drained for it.
   *
   * A warm pool is refused together with it: its nodes start without registering.
   *
   * @default true
   */
  readonly readinessGate?: boolean;
}

/**
 * How a change of what a node is (its image, its bootstrap, its type) reaches nodes that are already running.
 *
 * `rolling()` and `allAtOnce()` are CloudFormation's own instance refresh: a deployment that changes the launch template waits until the nodes are
 * replaced, and fails and rolls back when they cannot be. Worth knowing:
 *
 * - **Say it from the first deployment on.** For a rollback CloudFormation takes the policy of the template before, so the deployment that introduces
 *   one cannot roll nodes back, and a change from one kind to another should be a deployment of its own.
 * - **Nodes go first.** A service waits for its cluster's nodes. Where both stand in one stack, a new image (it is looked up at each deployment) replaces the nodes before an
 *   urgent fix of a service gets its turn: keep services in a stack of their own and deploy it with `--exclusively`, or pin the image with `NodeImageResolution.pinned()`.
 * - **A drain may take long.** Tasks that were started by hand are waited for, up to 48 hours; CloudFormation gives up after 36.
 * - A drained task is replaced as its service's minimum and maximum healthy percent say: without loss only with a minimum of 100 and a maximum above.
 * - While a refresh that somebody started by hand is running, a deployment that needs one fails.
 *
 * @example
 * declare const vpc: ec2.IVpc;
 * new EcsAutoScaledCluster(this, 'Orders', {
 *   vpc,
 *   tiers: [
 *     { name: 'general', instanceTypes: [new ec2.InstanceType('m7i.large')] },
 *     { name: 'batch', instanceTypes: [new ec2.InstanceType('c7i.2xlarge')], replacement: NodeReplacement.onNextLaunch() },
 *   ],
 *   replacement: NodeReplacement.rolling(),
 * });
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-updatepolicy.html
 */
export class NodeReplacement {
  /** Running nodes stay as they are; only nodes that start later are new. */
  public static onNextLaunch(): NodeReplacement {
    return new NodeReplacement('onNextLaunch');
  }

  /**
   * A deployment replaces running nodes, new ones first: a node is terminated when its tasks run elsewhere. Nodes that are up to date stay.
   *
   * An image that is looked up when a node starts (`NodeImageResolution.AT_LAUNCH`) is refused: its nodes can neither be compared nor rolled back.
   */
  public static rolling(options: RollingReplacementOptions = {}): NodeReplacement {
    check(options);
    return new NodeReplacement('rolling', options);
  }

  /**
   * A deployment replaces all running nodes together, old ones first and without draining them: what runs on them goes down. Fast to deploy and fast to delete, for clusters
   * that may go down.
   *
   * Nodes are not drained at any time, for scale-in and Spot interruptions neither. Managed termination protection is refused together with it.
   */
  public static allAtOnce(): NodeReplacement {
    return new NodeReplacement('allAtOnce', {
      minHealthyPercentage: 0,
      maxHealthyPercentage: 100,
      instanceWarmup: Duration.seconds(0),
      cordon: false,
      readinessGate: false,
    });
  }

  private constructor(
    private readonly kind: 'onNextLaunch' | 'rolling' | 'allAtOnce',
    private readonly options: RollingReplacementOptions = {},
  ) {}

  /**
   * A deployment replaces running nodes.
   *
   * @internal
   */
  public get _replacesRunningNodes(): boolean {
    return this.kind !== 'onNextLaunch';
  }

  /**
   * A new node is in service only once it has joined its cluster.
   *
   * @internal
   */
  public get _readinessGate(): boolean {
    return this.kind === 'rolling' && (this.options.readinessGate ?? true);
  }

  /**
   * Tasks are kept off old nodes while nodes are replaced.
   *
   * @internal
   */
  public get _cordon(): boolean {
    if (this.kind !== 'rolling') return false;
    const { cordon, maxHealthyPercentage = FULL_SURGE } = this.options;
    return cordon ?? maxHealthyPercentage < FULL_SURGE;
  }

  /**
   * A node that goes is drained first.
   *
   * @internal
   */
  public get _drains(): boolean {
    return this.kind !== 'allAtOnce';
  }

  /**
   * Nodes are replaced while the cluster stays up.
   *
   * @internal
   */
  public get _isRolling(): boolean {
    return this.kind === 'rolling';
  }

  /**
   * What the group has of it: nothing at all for `onNextLaunch()`.
   *
   * @internal
   */
  public get _groupProps(): Partial<autoscaling.AutoScalingGroupProps> {
    if (!this._replacesRunningNodes) return {};
    const { minHealthyPercentage = 100, maxHealthyPercentage = FULL_SURGE, alarms } = this.options;
    const bounds = { minHealthyPercentage, maxHealthyPercentage };
    return {
      updatePolicy: autoscaling.UpdatePolicy.instanceRefresh({
        strategy: autoscaling.InstanceRefreshStrategy.ROLLING,
        // Both, always: left out, the maximum is 110, and that is too far from a minimum of 0 for the API, though not for CDK or cfn-lint.
        ...bounds,
        skipMatching: true,
        // What is protected by hand, or was before protection was turned off, would otherwise stop the refresh after an hour.
        scaleInProtectedInstances: autoscaling.ScaleInProtectedInstances.REFRESH,
        standbyInstances: autoscaling.StandbyInstances.TERMINATE,
        bakeTime: this.options.bakeTime,
        alarms: alarms?.length ? alarms : undefined,
        checkpointPercentages: this.options.checkpointPercentages,
        checkpointDelay: this.options.checkpointDelay,
      }),
      defaultInstanceWarmup: this.options.instanceWarmup ?? (this._readinessGate ? Duration.seconds(60) : undefined),
      ...(this._isRolling && {
        // The instance maintenance policy: health checks, rebalancing and age launch before they terminate too.
        ...bounds,
        // Managed scaling may take nodes away while the group is doubled: not the new ones.
        terminationPolicies: [autoscaling.TerminationPolicy.OLDEST_LAUNCH_TEMPLATE, autoscaling.TerminationPolicy.DEFAULT],
      }),
    };
  }
}

const CODE = 'InvalidReplacement';

function check(options: RollingReplacementOptions): void {
  const { minHealthyPercentage, maxHealthyPercentage, checkpointPercentages, alarms } = options;
  checkShare('minHealthyPercentage', minHealthyPercentage, 0, 100);
  checkShare('maxHealthyPercentage', maxHealthyPercentage, 100, 200);
  checkDistance(minHealthyPercentage, maxHealthyPercentage);
  checkSeconds('instanceWarmup', options.instanceWarmup);
  checkSeconds('bakeTime', options.bakeTime, MAX_PAUSE_SECONDS);
  checkSeconds('checkpointDelay', options.checkpointDelay, MAX_PAUSE_SECONDS);
  if (checkpointPercentages !== undefined) checkCheckpoints(checkpointPercentages);
  else if (options.checkpointDelay !== undefined) fail(CODE, '`checkpointDelay` needs `checkpointPercentages`');
  if (alarms !== undefined && alarms.length > MAX_ALARMS) {
    fail(CODE, `\`alarms\` must have at most ${MAX_ALARMS} alarms, got: ${alarms.length}`);
  }
}

/** What is built depends on the bounds, and the L2 group takes no tokens for them. */
function checkShare(field: string, value: number | undefined, min: number, max: number): void {
  if (Token.isUnresolved(value)) fail(CODE, `\`${field}\` must be known at synthesis, got a token`);
  checkInteger(CODE, field, value, { min, max });
}

function checkDistance(given: number | undefined, givenMax: number | undefined): void {
  const min = given ?? 100;
  const max = givenMax ?? FULL_SURGE;
  if (max - min <= 100) return;
  const note = givenMax === undefined ? ` (its default: give it together with \`minHealthyPercentage\`)` : '';
  fail(CODE, `\`maxHealthyPercentage\` must be at most 100 above \`minHealthyPercentage\`, got: ${min} and ${max}${note}`);
}

/** The API takes whole seconds only. */
function checkSeconds(field: string, value: Duration | undefined, max?: number): void {
  if (value === undefined || value.isUnresolved()) return;
  checkDuration(CODE, field, value, { min: 0, max });
  const seconds = value.toMilliseconds({ integral: false }) / 1000;
  if (!Number.isInteger(seconds)) fail(CODE, `\`${field}\` must be in whole seconds, got: ${seconds} s`);
}

function checkCheckpoints(percentages: number[]): void {
  if (Token.isUnresolved(percentages)) return;
  for (const percentage of percentages) checkInteger(CODE, 'checkpointPercentages', percentage, { min: 1, max: 100 });
  const known = percentages.filter((percentage) => !Token.isUnresolved(percentage));
  if (known.some((percentage, index) => index > 0 && percentage <= known[index - 1])) {
    fail(CODE, `\`checkpointPercentages\` must be in ascending order, each of them once, got: ${shown(percentages)}`);
  }
  const last = percentages.at(-1);
  if (last === undefined || (!Token.isUnresolved(last) && last !== 100)) {
    fail(CODE, `\`checkpointPercentages\` must end in 100, or the other nodes stay as they are, got: ${shown(percentages)}`);
  }
}
