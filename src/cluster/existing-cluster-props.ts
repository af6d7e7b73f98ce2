import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import type * as servicediscovery from 'aws-cdk-lib/aws-servicediscovery';
import type { NodeProps } from '../node/node-props';
import type { Consolidation } from '../replacement/consolidation';
import type { DrainLimit } from '../replacement/drain-limit';
import type { NodeRepair } from '../replacement/node-repair';
import type { NodeReplacement } from '../replacement/node-replacement';
import type { InstanceTierProps } from '../tier/tier-options';
import type { ClusterProviders } from './cluster-providers';

/**
 * Properties of an `ExistingCluster`. The node fields are the defaults of its tiers without a `template`, as
 * those of an `EcsAutoScaledCluster`.
 *
 * @example
 * declare const vpc: ec2.IVpc;
 * new ExistingCluster(this, 'Shared', {
 *   clusterName: 'shared',
 *   vpc,
 *   capacityProviders: ClusterProviders.keep(['batch']),
 *   tiers: [{ name: 'general', instanceTypes: [new ec2.InstanceType('m7i.large')] }],
 *   replacement: NodeReplacement.rolling(),
 * });
 */
export interface ExistingClusterProps extends NodeProps {
  /**
   * The cluster's name: 1 to 255 letters, digits, `-` and `_`. The cluster is one of the account and region
   * of the stack. A cluster that the same app makes is refused: add tiers to it there.
   */
  readonly clusterName: string;

  /** The VPC of the tiers' nodes. */
  readonly vpc: ec2.IVpc;

  /** What becomes of the capacity providers that the cluster has. */
  readonly capacityProviders: ClusterProviders;

  /**
   * The tiers. More can be added with `addTier()`. A cluster without a tier is a warning: it is how an app
   * leaves the cluster.
   *
   * In Python each is an `InstanceTierProps(…)`: a dict in a list loses all names with an underscore, such as
   * `max_capacity`, without a message.
   *
   * @default - none yet
   */
  readonly tiers?: InstanceTierProps[];

  /**
   * The subnets of the nodes. A change is for new nodes: no kind of `replacement` replaces those that run.
   *
   * @default - private subnets with a way out, or what the VPC has in place of them
   */
  readonly vpcSubnets?: ec2.SubnetSelection;

  /**
   * How a change of what a node is reaches nodes of the tiers that are already running. Other nodes of the
   * cluster are never touched.
   *
   * @default NodeReplacement.onNextLaunch()
   */
  readonly replacement?: NodeReplacement;

  /**
   * What becomes of a running node of the tiers that ECS calls impaired.
   *
   * @default NodeRepair.none()
   */
  readonly repair?: NodeRepair;

  /**
   * How long a node of the tiers that is about to be terminated may wait for its tasks to move. A tier that
   * is replaced by `NodeReplacement.allAtOnce()` cannot have one, because it waits for no drain.
   *
   * @default DrainLimit.none()
   */
  readonly drainLimit?: DrainLimit;

  /**
   * Whether nodes of the tiers whose tasks fit elsewhere are given back. Refused for a tier with
   * `targetCapacityPercent` below 100, with managed termination protection, without managed scaling, or with
   * `NodeReplacement.allAtOnce()`.
   *
   * @default Consolidation.none()
   */
  readonly consolidation?: Consolidation;

  /**
   * What the cluster has of CloudWatch Container Insights. It is not changed: alarms that need it are made if
   * it is on.
   *
   * @default - not known
   */
  readonly containerInsightsV2?: ecs.ContainerInsights;

  /**
   * The cluster's default Cloud Map namespace. It is not changed: services of this app use it.
   *
   * @default - none
   */
  readonly defaultCloudMapNamespace?: servicediscovery.INamespace;

  /**
   * The cluster's configuration of ECS Exec. It is not changed: services of this app get the permissions that
   * it needs.
   *
   * @default - none
   */
  readonly executeCommandConfiguration?: ecs.ExecuteCommandConfiguration;
}
