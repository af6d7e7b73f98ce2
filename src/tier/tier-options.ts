import type { Duration } from 'aws-cdk-lib';
import type * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { NodeProps } from '../node/node-props';
import type { NodeTemplate } from '../node/node-template';
import type { Consolidation } from '../replacement/consolidation';
import type { DrainLimit } from '../replacement/drain-limit';
import type { NodeRepair } from '../replacement/node-repair';
import type { NodeReplacement } from '../replacement/node-replacement';
import type { ManagedScalingOptions } from './managed-scaling';
import type { PurchaseOption } from './purchase-option';
import type { TierSchedule } from './tier-schedule';
import type { TierStrategy } from './tier-strategy';

/**
 * A tier of a cluster, without its name: a pool of nodes, as an Auto Scaling group with its capacity
 * provider.
 *
 * The node fields (`role`, `instanceTypes`, `dockerAuth` and so on) make a separate launch template for the
 * tier. Each replaces the cluster's value. Or `template` names a shared one, which excludes them all.
 *
 * @example
 * declare const cluster: EcsAutoScaledCluster;
 * cluster.addTier('batch', {
 *   instanceTypes: [new ec2.InstanceType('c7i.2xlarge')],
 *   minCapacity: 1,
 *   maxCapacity: 10,
 *   targetCapacityPercent: 90,
 *   maxInstanceLifetime: Duration.days(30),
 * });
 */
export interface InstanceTierOptions extends NodeProps {
  /**
   * A node template that other tiers may use too. Excludes every node field: setting both is refused, and the
   * fields are named.
   *
   * @default - a template of the tier's own, from its node fields over the cluster's
   */
  readonly template?: NodeTemplate;

  /**
   * The subnets of the nodes. A change is for new nodes: no kind of `replacement` replaces those that run.
   *
   * @default - those of the cluster: private subnets with a way out
   */
  readonly vpcSubnets?: ec2.SubnetSelection;

  /**
   * How a change reaches nodes that are already running.
   *
   * @default - as the cluster says
   */
  readonly replacement?: NodeReplacement;

  /**
   * What becomes of a running node that ECS calls impaired.
   *
   * @default - as the cluster says
   */
  readonly repair?: NodeRepair;

  /**
   * How long a node that is about to be terminated may wait for its tasks to move. A tier that is replaced by
   * `NodeReplacement.allAtOnce()` cannot have one, because it waits for no drain.
   *
   * @default - as the cluster says
   */
  readonly drainLimit?: DrainLimit;

  /**
   * Whether nodes whose tasks fit elsewhere are given back. Refused for a tier with `targetCapacityPercent`
   * below 100, with managed termination protection, without managed scaling, or with
   * `NodeReplacement.allAtOnce()`.
   *
   * @default - as the cluster says
   */
  readonly consolidation?: Consolidation;

  /**
   * The least nodes, 0 or more. Managed scaling goes down to it when nothing runs.
   *
   * @default 0
   */
  readonly minCapacity?: number;

  /**
   * The most nodes, at least `minCapacity`. With 0 the tier is parked: no task starts a node.
   *
   * @default 30
   */
  readonly maxCapacity?: number;

  /**
   * The number of nodes, 0 or more, from `minCapacity` to `maxCapacity`. Every deployment sets the group back
   * to it, regardless of what managed scaling has set. That is seldom wanted, and a warning says so.
   *
   * @default - none, so that deployments leave the number alone
   */
  readonly desiredCapacity?: number;

  /**
   * What counts as a healthy node.
   *
   * @default - EC2's status checks, 300 seconds after the launch
   */
  readonly healthChecks?: autoscaling.HealthChecks;

  /**
   * How the instances are bought: on demand, or all or a share of them on Spot. A change is for new nodes: no
   * kind of `replacement` replaces those that run.
   *
   * @default PurchaseOption.onDemand()
   */
  readonly purchase?: PurchaseOption;

  /**
   * How full managed scaling keeps the tier, 1 to 100 percent. Below 100 there is spare room for
   * tasks that start.
   *
   * @default 100
   */
  readonly targetCapacityPercent?: number;

  /**
   * How ECS scales the tier: how long a new node does not count, how many nodes a step adds, or that ECS does
   * not scale it at all.
   *
   * @default - ECS scales the tier, with the steps and the warm-up that it has by itself
   */
  readonly managedScaling?: ManagedScalingOptions;

  /**
   * The tier's part in the cluster's default strategy, which services without their own strategy get when
   * they are made.
   *
   * @default - the first tier alone, unless any tier says more
   */
  readonly defaultStrategy?: TierStrategy;

  /**
   * When the tier is larger or smaller than at other times, such as nights and weekends without nodes.
   *
   * @default - always the same
   */
  readonly schedules?: TierSchedule[];

  /**
   * The greatest age of a node, 1 to 365 days: an older one is drained and replaced by one of the same
   * template. With `NodeReplacement.rolling()` the new one comes first.
   *
   * @default - no limit
   */
  readonly maxInstanceLifetime?: Duration;

  /**
   * Never let managed scaling terminate a node that runs tasks. Managed draining moves them first in any
   * case, so this is for tasks that must not move.
   *
   * It has a price, and a warning says so. The deletion of the stack hangs until the protection of the last
   * node is taken away by hand (aws-cdk #18179, containers-roadmap #2862). A tier that scales in keeps each
   * node on which anything runs. Refused with `NodeReplacement.allAtOnce()`.
   *
   * @default false
   */
  readonly enableManagedTerminationProtection?: boolean;

  /**
   * The name of the capacity provider: 1 to 255 letters, digits, `-` and `_`, not beginning with aws, ecs or
   * fargate. Give it in the first deployment of the tier, or never. A deployment that adds or changes it
   * fails each time: an Auto Scaling group has one capacity provider only. A new name needs a new tier.
   *
   * @default - generated
   */
  readonly capacityProviderName?: string;

  /**
   * The name of the Auto Scaling group, unique in its account and region: 1 to 255 printable ASCII
   * characters without spaces and without `:`, `*`, `?` and `$`. Give it in the first deployment of the
   * tier, or never. A deployment that adds or changes it makes another group and another capacity provider,
   * and fails while services still use the old one. With a name, nothing that replaces the group works
   * either, such as another name of the tier.
   *
   * @default - generated
   */
  readonly autoScalingGroupName?: string;

  /**
   * Which topics get the events of the group: launches, terminations, and what went wrong with them. At most
   * 10 topics, each once, of the tier's region, and no FIFO topics. A topic that is encrypted with a key of
   * yours needs a key policy for the service-linked role of EC2 Auto Scaling.
   *
   * In Python each item is an `autoscaling.NotificationConfiguration(…)`: a dict in a list loses all names
   * with an underscore, such as `scaling_events`.
   *
   * @default - none
   */
  readonly notifications?: autoscaling.NotificationConfiguration[];

  /**
   * Which node goes first at scale-in, in the order in which the policies are asked. Each at most
   * once, `DEFAULT` only as the last. `CUSTOM_LAMBDA_FUNCTION` is refused: it needs the ARN of a function.
   * `OLDEST_LAUNCH_CONFIGURATION` finds nothing, as nodes have a launch template. With
   * `NodeReplacement.rolling()` a list that does not begin with `OLDEST_LAUNCH_TEMPLATE` is warned about.
   *
   * @default - with `NodeReplacement.rolling()` nodes of the oldest launch template first, else the default
   * policy
   */
  readonly terminationPolicies?: autoscaling.TerminationPolicy[];

  /**
   * Whether the group can be deleted, by CloudFormation too. With `PREVENT_FORCE_DELETION` it can once it has
   * no nodes; with `PREVENT_ALL_DELETION` it cannot. Then the deletion of the stack or of the tier fails, and
   * so does the rollback of its first deployment. To take it back, deploy `NONE`: a value that only leaves
   * the template may stay in AWS. Anything but `NONE` is refused with `forceDelete`.
   *
   * @default - no protection
   */
  readonly deletionProtection?: autoscaling.DeletionProtection;

  /**
   * What becomes of a node that cannot be launched in its zone: another zone takes it
   * (`BALANCED_BEST_EFFORT`), or the zone is tried again until it works (`BALANCED_ONLY`). To take a value
   * back, deploy `BALANCED_BEST_EFFORT`.
   *
   * @default - BALANCED_BEST_EFFORT, by EC2 Auto Scaling itself
   */
  readonly azCapacityDistributionStrategy?: autoscaling.CapacityDistributionStrategy;

  /**
   * Register the group with zonal shift of Amazon Application Recovery Controller. While a shift is on, new
   * nodes start in the other zones, unhealthy nodes of the impaired zone stay, and there is no scale-in.
   * To take it back, deploy `false` once.
   *
   * @default - not registered
   */
  readonly zonalShift?: boolean;

  /**
   * Take the tier out of use, to remove or rename it later. A capacity provider that services or tasks still
   * use cannot leave its cluster ("in use", containers-roadmap #631), and a deployment that removes it with
   * its tier fails. So it takes two:
   *
   * 1. Add the tier that follows it, if any, and set `retired`. The tier stays with the cluster, so what runs
   * on it runs on. But it is in no default strategy, `strategy()` refuses, its minimum is 0 and its schedules
   * are gone. ECS copies the default strategy into a service when it makes the service, so existing ones
   * still name the tier. Each of those needs, once, `aws ecs update-service --cluster <cluster> --service
   * <service> --capacity-provider-strategy capacityProvider=<provider>,weight=1 --force-new-deployment` with
   * the provider of another tier, or `capacityProviderStrategies` and `forceNewDeployment()` in the app.
   * Managed scaling takes the nodes away as they empty.
   * 2. When the tier has no nodes left, remove it from the app.
   *
   * Refused where every tier is retired, and together with `defaultStrategy` and `desiredCapacity`.
   *
   * @default false
   */
  readonly retired?: boolean;

  /**
   * Delete the group by force when the stack is deleted, or the tier removed from it. Its nodes are
   * terminated at once, without draining them or waiting for lifecycle hooks, and whether or not they are
   * protected. Without it a node that drains, or whose drain hook is no longer answered, keeps the deletion
   * waiting, for up to 48 hours.
   *
   * This renders **a custom resource and a Lambda function** (CDK's own `AwsCustomResource`, one function a
   * stack), which may delete this one group. It runs after the services, the association and the capacity
   * provider are gone.
   *
   * @default false
   */
  readonly forceDelete?: boolean;
}

/**
 * A tier of a cluster.
 *
 * @example
 * declare const vpc: ec2.IVpc;
 * declare const standard: NodeTemplate;
 * declare const compute: NodeTemplate;
 * new EcsAutoScaledCluster(this, 'Search', {
 *   vpc,
 *   clusterName: 'search',
 *   tiers: [
 *     { name: 'standard', template: standard },
 *     { name: 'compute', template: compute, maxCapacity: 10 },
 *   ],
 * });
 */
export interface InstanceTierProps extends InstanceTierOptions {
  /**
   * The tier's name, unique in its cluster: 1 to 64 letters, digits, `-` and `_`, a letter or digit first.
   * Its resources' logical ids come from it.
   */
  readonly name: string;
}
