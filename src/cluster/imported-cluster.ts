import { Token } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import type * as servicediscovery from 'aws-cdk-lib/aws-servicediscovery';
import { checkInteger } from '../private/bounds';
import { SECURITY_GROUP, VPC } from '../private/cdk-types';
import { checkCdkVersion } from '../private/cdk-version';
import { fail, quoteForMessage } from '../private/errors';
import { checkKinds, requireKind } from '../private/expected-type';
import type { HostPortRange } from '../settings/agent-config';
import { checkClusterName } from '../settings/cluster-name';

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
   * The cluster marks nodes that are about to be replaced, as `NodeReplacement.needsPlacementConstraint` of its
   * tiers says (`rolling()` with `cordon: true` below a surge of 200): replica services of this app then get a
   * placement constraint that keeps off them, so that a roll moves each of their tasks once.
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

/** Refuses what no cluster of this library has. */
export function checkImport(attrs: EcsAutoScaledClusterAttributes): void {
  checkCdkVersion();
  const { clusterName, clusterArn, dynamicHostPortRange } = attrs;
  requireKind('vpc', attrs.vpc, VPC);
  checkKinds('securityGroups', attrs.securityGroups, SECURITY_GROUP);
  if (clusterName === undefined) fail('InvalidClusterName', '`clusterName` must be given');
  checkClusterName(clusterName);
  if (clusterArn !== undefined && !Token.isUnresolved(clusterArn)) {
    const name = /^arn:[^:]+:ecs:[^:]+:[^:]+:cluster\/([A-Za-z0-9_-]{1,255})$/.exec(clusterArn)?.[1];
    if (name === undefined || (!Token.isUnresolved(clusterName) && name !== clusterName)) {
      fail(
        'InvalidClusterArn',
        `\`clusterArn\` must be the ARN of the cluster ${quoteForMessage(clusterName)}, got: ` +
          `${quoteForMessage(clusterArn)}`,
      );
    }
  }
  if (dynamicHostPortRange === undefined) return;
  const { fromPort, toPort } = dynamicHostPortRange;
  checkInteger('InvalidHostPorts', 'dynamicHostPortRange.fromPort', fromPort, { min: 1, max: 65535 });
  const min = Token.isUnresolved(fromPort) ? 1 : fromPort;
  checkInteger('InvalidHostPorts', 'dynamicHostPortRange.toPort', toPort, { min, max: 65535 });
}
