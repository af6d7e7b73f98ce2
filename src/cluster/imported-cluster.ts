import { Token } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import type * as servicediscovery from 'aws-cdk-lib/aws-servicediscovery';
import { text } from '../private/bounds';
import { EXECUTE_COMMAND, NAMESPACE, SECURITY_GROUP, VPC } from '../private/cdk-types';
import { checkCdkVersion } from '../private/cdk-version';
import { fail, quoteForMessage } from '../private/errors';
import { knownFlag, listOf } from '../private/expected-type';
import { Destination, type Fields, Struct } from '../private/fields';
import type { ServedCluster } from '../services/served-cluster';
import type { HostPortRange } from '../settings/agent-config';
import { CLUSTER_NAME } from '../settings/cluster-name';
import { DEFAULT_HOST_PORTS, hostPortRange } from '../settings/host-ports';

/**
 * What an app knows of a cluster that another app has made with this library.
 *
 * @example
 * declare const vpc: ec2.IVpc;
 * declare const nodes: ec2.ISecurityGroup;
 * declare const taskDefinition: ecs.TaskDefinition;
 * const cluster = EcsAutoScaledCluster.fromEcsAutoScaledClusterAttributes(this, 'Orders', {
 *   clusterName: 'orders',
 *   vpc,
 *   securityGroups: [nodes],
 *   replacesRunningNodes: true,
 * });
 * new ecs.Ec2Service(this, 'Invoices', { cluster, taskDefinition, minHealthyPercent: 100, maxHealthyPercent: 200 });
 */
export interface EcsAutoScaledClusterAttributes {
  /** The cluster's name. */
  readonly clusterName: string;

  /** The cluster's VPC. */
  readonly vpc: ec2.IVpc;

  /**
   * The security groups of the cluster's nodes, which load balancers of this app must reach.
   *
   * @default - none: load balancers cannot reach containers in bridge mode
   */
  readonly securityGroups?: ec2.ISecurityGroup[];

  /**
   * The ARN of the cluster.
   *
   * @default - derived from the name, in the account and region of the stack
   */
  readonly clusterArn?: string;

  /**
   * The host ports that the agents of its nodes hand out.
   *
   * @default - 32768 to 65535, the library's default
   */
  readonly dynamicHostPortRange?: HostPortRange;

  /**
   * The cluster replaces running nodes (`NodeReplacement.rolling()` or `allAtOnce()`): services are then
   * checked for what would lose containers.
   *
   * @default false
   */
  readonly replacesRunningNodes?: boolean;

  /**
   * The cluster marks nodes that are about to be replaced: `rolling()` with `cordon: true` below a surge
   * of 200. `NodeReplacement.needsPlacementConstraint` of its tiers says so. Replica services of this app
   * then get a placement constraint that keeps off these nodes, so that a roll moves each of
   * their tasks once.
   *
   * @default false
   */
  readonly needsPlacementConstraint?: boolean;

  /**
   * The cluster's default Cloud Map namespace.
   *
   * @default - none
   */
  readonly defaultCloudMapNamespace?: servicediscovery.INamespace;

  /**
   * The cluster's configuration of ECS Exec.
   *
   * @default - none
   */
  readonly executeCommandConfiguration?: ecs.ExecuteCommandConfiguration;
}

/** The imported cluster, as CDK makes it, and as the service pass sees it. */
export const IMPORTED_CLUSTER = new Destination<ecs.ClusterAttributes>('ecs.Cluster.fromClusterAttributes()');
export const SERVED_CLUSTER = new Destination<ServedCluster>('ServedCluster');

const ARN = text(
  'InvalidClusterArn',
  /^arn:[^:]+:ecs:[^:]+:[^:]+:cluster\/[A-Za-z0-9_-]{1,255}$/,
  'the ARN of a cluster',
);

const FIELDS = {
  vpc: { value: VPC, required: true, to: IMPORTED_CLUSTER.field('vpc') },
  clusterName: { value: CLUSTER_NAME, required: true, to: IMPORTED_CLUSTER.field('clusterName') },
  securityGroups: { value: listOf(SECURITY_GROUP), to: IMPORTED_CLUSTER.field('securityGroups') },
  clusterArn: { value: ARN, to: IMPORTED_CLUSTER.field('clusterArn') },
  dynamicHostPortRange: {
    value: hostPortRange('InvalidHostPorts'),
    default: DEFAULT_HOST_PORTS,
    to: SERVED_CLUSTER.field('dynamicHostPortRange'),
  },
  replacesRunningNodes: {
    value: knownFlag,
    default: false,
    to: SERVED_CLUSTER.field('replacesRunningNodes'),
  },
  needsPlacementConstraint: {
    value: knownFlag,
    default: false,
    to: SERVED_CLUSTER.field('constrainToNotHeld'),
  },
  defaultCloudMapNamespace: { value: NAMESPACE, to: IMPORTED_CLUSTER.field('defaultCloudMapNamespace') },
  executeCommandConfiguration: {
    value: EXECUTE_COMMAND,
    to: IMPORTED_CLUSTER.field('executeCommandConfiguration'),
  },
} satisfies Fields<EcsAutoScaledClusterAttributes>;

export const ATTRIBUTES = new Struct<EcsAutoScaledClusterAttributes, typeof FIELDS>(
  'EcsAutoScaledClusterAttributes',
  FIELDS,
  { such: "{ clusterName: 'orders', vpc }", formerNames: { cordon: 'needsPlacementConstraint' } },
);

/** What was given, where it can be a cluster of this library. */
export function readImport(given: EcsAutoScaledClusterAttributes): EcsAutoScaledClusterAttributes {
  checkCdkVersion();
  const attrs = ATTRIBUTES.read('attrs', given);
  const { clusterName, clusterArn } = attrs;
  if (clusterArn === undefined || Token.isUnresolved(clusterArn) || Token.isUnresolved(clusterName)) {
    return attrs;
  }
  if (!clusterArn.endsWith(`/${clusterName}`)) {
    fail(
      'InvalidClusterArn',
      `\`clusterArn\` must be the ARN of the cluster ${quoteForMessage(clusterName)}, got: ` +
        `${quoteForMessage(clusterArn)}`,
    );
  }
  return attrs;
}
