import { Duration } from 'aws-cdk-lib';
import * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { checkCdkVersion } from '../private/cdk-version';
import { instance } from '../private/expected-type';
import type { ImageUpdatePlan } from './image-updates';
import {
  cordonOf,
  MAINTENANCE,
  REFRESH,
  ROLLING,
  type RollingReplacementOptions,
  readRolling,
} from './rolling-replacement-options';

/**
 * How a change of what a node is (its image, its bootstrap, its type) reaches nodes that are already running.
 *
 * `rolling()` and `allAtOnce()` are CloudFormation's own instance refresh: a deployment that changes the
 * launch template waits until the nodes are replaced, and fails and rolls back when they cannot
 * be. Worth knowing:
 *
 * - **Say it from the first deployment on.** For a rollback CloudFormation takes the policy of the template
 *   before. So the deployment that introduces one cannot roll nodes back. A change from one kind to another
 *   should be a separate deployment.
 * - **Nodes go first.** A service waits for its cluster's nodes. Where both are in one stack, a new image (it
 *   is looked up at each deployment) replaces the nodes before an urgent fix of a service gets its turn. Keep
 *   services in a separate stack and deploy it with `--exclusively`, or pin the image with
 *   `NodeImageResolution.pinned()`.
 * - **A drain may take long.** Tasks that were started by hand are waited for, up to 48 hours; CloudFormation
 *   gives up after 36.
 * - A drained task is replaced as its service's minimum and maximum healthy percent say: without loss only
 *   with a minimum of 100 and a maximum above.
 * - While a refresh that was started by hand is running, a deployment that needs one fails.
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
  /** Running nodes stay as they are, and only nodes that start later are new. */
  public static onNextLaunch(): NodeReplacement {
    return new NodeReplacement('onNextLaunch');
  }

  /**
   * A deployment replaces running nodes, new ones first: a node is terminated when its tasks run elsewhere.
   * Nodes that are up to date stay, but for a tier with `instanceRequirements`: there each refresh replaces
   * all of them.
   *
   * An image that is looked up when a node starts (`NodeImageResolution.AT_LAUNCH`) is refused: its nodes can
   * neither be compared nor rolled back.
   */
  public static rolling(options: RollingReplacementOptions = {}): NodeReplacement {
    checkCdkVersion();
    return new NodeReplacement('rolling', readRolling(options));
  }

  /**
   * A deployment replaces all running nodes together, old ones first and without draining them: what runs on
   * them goes down. Fast to deploy and fast to delete, for clusters that may go down.
   *
   * ECS drains no node at any time, not even when the tier scales in. Only before a Spot interruption the
   * agent drains its own node. Managed termination protection is refused together with it.
   */
  public static allAtOnce(): NodeReplacement {
    checkCdkVersion();
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
   * Whether a deployment that changes what a node is replaces the nodes that are running. Another app that
   * imports the cluster asks for it (`EcsAutoScaledClusterAttributes.replacesRunningNodes`).
   */
  public get replacesRunningNodes(): boolean {
    return this.kind !== 'onNextLaunch';
  }

  /** Whether ECS drains a node before it goes, when nodes are replaced and when the tier scales in. */
  public get drains(): boolean {
    return this.kind !== 'allAtOnce';
  }

  /**
   * Whether replica services need a placement constraint. With `cordon: true` and a `maxHealthyPercentage`
   * below 200 it keeps them off old nodes while nodes are replaced; at 200 ECS drains those. With
   * `daemonsFirst` it keeps them off new nodes whose daemons do not run yet.
   *
   * Another app that imports the cluster asks for it
   * (`EcsAutoScaledClusterAttributes.needsPlacementConstraint`).
   */
  public get needsPlacementConstraint(): boolean {
    return this._cordon === 'mark' || this._daemonsFirst;
  }

  /**
   * Nodes take no replica until their daemons run.
   *
   * @internal
   */
  public get _daemonsFirst(): boolean {
    return this.kind === 'rolling' && (this.options.daemonsFirst ?? ROLLING.fields.daemonsFirst.implied);
  }

  /**
   * How tasks are kept off the old nodes while nodes are replaced, if at all.
   *
   * @internal
   */
  public get _cordon(): 'drain' | 'mark' | undefined {
    return this.kind === 'rolling' ? cordonOf(this.options) : undefined;
  }

  /**
   * How to switch off what holds nodes, by a mark that is one of their attributes.
   *
   * @internal
   */
  public get _holds(): string[] {
    return [
      ...(this._cordon === undefined ? [] : ['`NodeReplacement.rolling({ cordon: false })`']),
      ...(this._daemonsFirst ? ['`NodeReplacement.rolling({ daemonsFirst: false })`'] : []),
    ];
  }

  /**
   * A new node is in service only once it has joined its cluster.
   *
   * @internal
   */
  public get _readinessGate(): boolean {
    return this.kind === 'rolling' && (this.options.readinessGate ?? ROLLING.fields.readinessGate.default);
  }

  /**
   * Whether a deployment without a person takes no node out of service before its replacement has joined.
   *
   * @internal
   */
  public get _mayRunUnattended(): boolean {
    return !this.replacesRunningNodes || this._readinessGate;
  }

  /**
   * When new images are taken without a deployment, if at all.
   *
   * @internal
   */
  public get _imageUpdates(): ImageUpdatePlan | undefined {
    return this.options.imageUpdates?._plan;
  }

  /**
   * The alarms that stop the replacement.
   *
   * @internal
   */
  public get _alarms(): cloudwatch.IAlarmRef[] {
    return this.options.alarms ?? [];
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
   * The shares of nodes that there are at least and at most while they are replaced, in percent. Where nodes
   * stay, none.
   *
   * @internal
   */
  public get _healthy(): { readonly least: number; readonly most: number } {
    if (!this.replacesRunningNodes) return { least: 0, most: 0 };
    const { minHealthyPercentage, maxHealthyPercentage } = ROLLING.fields;
    return {
      least: this.options.minHealthyPercentage ?? minHealthyPercentage.default,
      most: this.options.maxHealthyPercentage ?? maxHealthyPercentage.default,
    };
  }

  /**
   * What the group has of it: nothing at all for `onNextLaunch()`.
   *
   * @param skipMatching a refresh passes over nodes that are up to date.
   *
   * @internal
   */
  public _groupProps(skipMatching: boolean): Partial<autoscaling.AutoScalingGroupProps> {
    if (!this.replacesRunningNodes) return {};
    const { alarms, instanceWarmup } = this.options;
    return {
      updatePolicy: autoscaling.UpdatePolicy.instanceRefresh({
        strategy: autoscaling.InstanceRefreshStrategy.ROLLING,
        // Both bounds, always: left out, the maximum is 110, and that is too far from a minimum of 0 for the
        // API, though not for CDK or cfn-lint.
        ...ROLLING.handOver(this.options, REFRESH),
        skipMatching,
        // What is protected by hand, or was before protection was turned off, would otherwise stop the
        // refresh after an hour.
        scaleInProtectedInstances: autoscaling.ScaleInProtectedInstances.REFRESH,
        standbyInstances: autoscaling.StandbyInstances.TERMINATE,
        alarms: alarms?.length ? alarms : undefined,
      }),
      defaultInstanceWarmup: instanceWarmup ?? (this._readinessGate ? Duration.seconds(60) : undefined),
      ...(this._isRolling && {
        // The instance maintenance policy: health checks, rebalancing and age launch before
        // they terminate too.
        ...ROLLING.handOver(this.options, MAINTENANCE),
        // Managed scaling may take nodes away while the group is doubled: not the new ones.
        terminationPolicies: [
          autoscaling.TerminationPolicy.OLDEST_LAUNCH_TEMPLATE,
          autoscaling.TerminationPolicy.DEFAULT,
        ],
      }),
    };
  }
}

const FACTORIES = ['onNextLaunch', 'rolling', 'allAtOnce'];

/** As a field. */
export const REPLACEMENT = instance<NodeReplacement>({
  name:
    'a NodeReplacement: `NodeReplacement.onNextLaunch()`, `NodeReplacement.rolling()` or ' +
    '`NodeReplacement.allAtOnce()`',
  member: '_groupProps',
  instead: (_, text) => (FACTORIES.includes(text) ? `NodeReplacement.${text}()` : undefined),
});
