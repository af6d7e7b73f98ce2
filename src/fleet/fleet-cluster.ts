import { CfnResource, Stack, Token } from 'aws-cdk-lib';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import type { IConstruct } from 'constructs';
import { deployedStackName } from '../private/stacks';

/**
 * A cluster as this folder knows it: its name and its ARN are all that a state machine needs of it.
 *
 * So it may be a cluster of the app, or one that the app does not make.
 */
export interface FleetCluster {
  /** The name, as hooks and states render it. */
  readonly clusterName: string;
  /** The ARN, as permissions render it. */
  readonly clusterArn: string;
  /** How many characters the name has when it is deployed, or more: permissions have a limit. */
  readonly nameLength: number;
}

const MAX_NAME = 255;

/** Any cluster of CDK's, whether the app makes it or not. */
export function fleetCluster(cluster: ecs.ICluster): FleetCluster {
  return {
    clusterName: cluster.clusterName,
    clusterArn: cluster.clusterArn,
    get nameLength() {
      return nameLengthOf(cluster);
    },
  };
}

function nameLengthOf(cluster: ecs.ICluster): number {
  const resource = cluster.node.defaultChild;
  if (CfnResource.isCfnResource(resource)) return deployedNameLength(resource as ecs.CfnCluster, cluster);
  return Token.isUnresolved(cluster.clusterName) ? MAX_NAME : cluster.clusterName.length;
}

/** A generated name is the stack's name, the logical id and twelve characters. */
function deployedNameLength(resource: ecs.CfnCluster, cluster: IConstruct): number {
  const stack = Stack.of(cluster);
  const name: unknown = stack.resolve(resource.clusterName);
  if (typeof name === 'string') return name.length;
  if (name !== undefined) return MAX_NAME;
  // A nested stack's name is known to CloudFormation alone.
  const stackName = stack.nestedStackParent ? 128 : deployedStackName(cluster).length;
  return Math.min(MAX_NAME, stackName + cluster.node.path.length + 22);
}
