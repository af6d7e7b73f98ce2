import { type CfnResource, Token, Tokenization } from 'aws-cdk-lib';
import type { CfnCluster } from 'aws-cdk-lib/aws-ecs';
import { referencedResource } from './known-token';

const CLUSTER_LINE = /^echo ECS_CLUSTER=(.+) >> \/etc\/ecs\/ecs\.config$/s;
const SPOT_DRAINING_LINE = 'echo ECS_ENABLE_SPOT_INSTANCE_DRAINING=true >> /etc/ecs/ecs.config';

/** The name in the line with which `ecs.Cluster.addAsgCapacityProvider` makes nodes join, if this is one. */
export function clusterNameOfLine(command: string): string | undefined {
  return CLUSTER_LINE.exec(command)?.[1];
}

/** Whether this is the line that `ecs.Cluster.addAsgCapacityProvider` adds for Spot instances. */
export function isSpotDrainingLine(command: string): boolean {
  return command === SPOT_DRAINING_LINE;
}

/** The name as it was chosen in code, when a token refers to a cluster of this app that was given a name. */
export function chosenName(name: string): string {
  if (!Token.isUnresolved(name)) return name;
  const fragments = Tokenization.reverseString(name);
  const cluster: CfnResource | undefined =
    fragments.length === 1 && fragments.firstToken ? referencedResource(fragments.firstToken) : undefined;
  if (cluster?.cfnResourceType !== 'AWS::ECS::Cluster') return name;
  return (cluster as CfnCluster).clusterName ?? name;
}
