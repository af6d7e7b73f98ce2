import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { NodeBootstrapOptions } from '../bootstrap/node-bootstrap-props';
import type { NodeHardware } from './node-hardware';
import type { NodeVolume } from './node-volume';

/**
 * What a node is: the one list of settings of clusters, tiers and node templates. A cluster has them as the
 * defaults of its tiers. A tier has them for itself: its value replaces the cluster's value, whole. A node
 * template has them for every cluster that uses it.
 *
 * @example
 * declare const vpc: ec2.IVpc;
 * new EcsAutoScaledCluster(this, 'Orders', {
 *   vpc,
 *   instanceTypes: [new ec2.InstanceType('m7i.large')],
 *   volumes: [NodeVolume.root({ size: Size.gibibytes(100) })],
 *   tiers: [
 *     { name: 'general' },
 *     { name: 'compute', instanceTypes: [new ec2.InstanceType('c7i.2xlarge')], detailedMonitoring: true },
 *     { name: 'any', instanceRequirements: { vCpuCountMin: 2, vCpuCountMax: 4, memoryMin: Size.gibibytes(8) } },
 *     { name: 'both', instanceTypes: [new ec2.InstanceType('m7g.large'), new ec2.InstanceType('m7i.large')] },
 *   ],
 * });
 */
export interface NodeProps extends NodeBootstrapOptions {
  /**
   * The role of the nodes. What the ECS agent needs, for the clusters that use it and no others, is added to
   * it, and so is reading the registry's secret. It may live in another stack of the app.
   *
   * A role that is no `NodeRole` is allowed to use Session Manager and Run Command as well. A role that takes
   * no policy gets nothing, and must have it all already (docs/permissions.md): one that is imported with
   * `mutable: false`, `withoutPolicyUpdates()`, or made before the app (`iam.Role.customizeRoles()`).
   *
   * Refused: a role of another account, and a role of the app that EC2 may not assume.
   *
   * @default - a new `NodeRole`
   */
  readonly role?: iam.IRole;

  /**
   * The instance types, 1 to 40, with accelerators of one kind or without. The first is the only one, or the
   * preferred one: several become a mixed-instances group, in which on-demand instances are taken in this
   * order.
   *
   * x86_64 and arm64 may be mixed. Each has its own launch template and image, and containers need an image
   * for both.
   *
   * Managed scaling calculates with the smallest of them: a task that does not fit on it may never find a
   * node. A warning says so where one type is, by its name, at least four times as large as another.
   *
   * @default - none: they, or `instanceRequirements`, must come from the tier, its template or the cluster
   */
  readonly instanceTypes?: ec2.InstanceType[];

  /**
   * What instance types must have, in place of `instanceTypes`: EC2 Auto Scaling takes any type that has it,
   * a newer one too. A mixed-instances group, without weights.
   *
   * - The nodes are x86_64, unless `cpuManufacturers` or `allowedInstanceTypes` name Graviton. With
   *   `cpuManufacturers` of both, there is a launch template for each architecture.
   * - The image follows the accelerators that are named. Where none is, types with one are left out; with
   *   Graviton and an image of Amazon's, so is A1, which does not boot.
   * - Managed scaling calculates with the smallest type: keep `vCpuCountMax` and `memoryMax` near the least.
   * - A refresh of `NodeReplacement.rolling()` and `allAtOnce()` replaces **every** node, those that are up
   *   to
   *   date too: skip matching knows types by name only.
   *
   * Refused: `instanceTypes` next to it, a least value above the greatest, `allowedInstanceTypes` with
   * `excludedInstanceTypes`, both price limits of Spot, and accelerators of two kinds.
   *
   * @default - none, instance types are named
   */
  readonly instanceRequirements?: ec2.InstanceRequirementsConfig;

  /**
   * Placement group, Elastic Fabric Adapters, tenancy and CPU options.
   *
   * @default - what the instance types have, on shared hardware
   */
  readonly hardware?: NodeHardware;

  /**
   * The image. The architecture follows the instance types for a `NodeImage`; any other image counts as like
   * Amazon Linux 2023.
   *
   * A warning says where the instance types have GPUs, Inferentia or Trainium, and an image of Amazon's that
   * is named here has no driver for them.
   *
   * @default - Amazon's image for the instance types: `NodeImage.amazonLinux2023Gpu()` for GPUs,
   * `NodeImage.amazonLinux2023Neuron()` for Inferentia and Trainium, otherwise `NodeImage.amazonLinux2023()`
   */
  readonly machineImage?: ec2.IMachineImage;

  /**
   * Security groups of the nodes, 1 to 16. Load balancers open what they need in the first one.
   *
   * @default - one new group for a cluster's own tiers, one for each stack and VPC that use a shared template
   */
  readonly securityGroups?: ec2.ISecurityGroup[];

  /**
   * Further security groups that the nodes have, next to `securityGroups` or to the library's own group: one
   * that a database admits, for example. Nothing is opened in them, as load balancers and `connections` open
   * what they need in the others. At most 16 with `securityGroups`.
   *
   * @default - none
   */
  readonly additionalSecurityGroups?: ec2.ISecurityGroup[];

  /**
   * A key pair for SSH. Session Manager needs none.
   *
   * @default - no key pair
   */
  readonly keyPair?: ec2.IKeyPair;

  /**
   * The volumes: the root volume and further ones.
   *
   * @default - an encrypted gp3 root volume of the image's own size on images of Amazon's; on other images
   * what the image has
   */
  readonly volumes?: NodeVolume[];

  /**
   * How many network hops an answer of the instance metadata service may travel, 1 to 64. With 1, containers
   * in bridge mode cannot take the node's role; with 2 they can.
   *
   * @default 1
   */
  readonly httpPutResponseHopLimit?: number;

  /**
   * Give each node a public IP address.
   *
   * @default - as the subnet says
   */
  readonly associatePublicIpAddress?: boolean;

  /**
   * CloudWatch metrics of the nodes every minute instead of every five, at a cost.
   *
   * @default - EC2's basic monitoring for a launch template: every five minutes
   */
  readonly detailedMonitoring?: boolean;

  /**
   * How burstable instances (t2, t3, t3a, t4g) pay for bursts. Refused where no instance type is one.
   *
   * @default - the instance type's own: standard for t2, unlimited for the others
   */
  readonly cpuCredits?: ec2.CpuCredits;

  /**
   * Tags of the nodes' volumes. A change of them is a change of the launch template, and so replaces nodes
   * under a rolling replacement: do not put anything here that changes with each commit. (The tags of the
   * group reach the instances, not their volumes.)
   *
   * Refused: more than 50; names other than 1 to 128 letters, digits, spaces and `_ . : / = + - @`, or that
   * begin with `aws:`; values of more than 256 of those.
   *
   * @default - no tags
   */
  readonly volumeTags?: Record<string, string>;
}
