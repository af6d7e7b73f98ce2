import { Token, Tokenization } from 'aws-cdk-lib';
import type { CfnCluster } from 'aws-cdk-lib/aws-ecs';
import { quoteForMessage } from '../../private/errors';
import { referencedResource } from '../../rendered/references';

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

/** Whether this is a piece of the TOML that `ecs.Cluster` adds to what it takes for Bottlerocket. */
export function isBottlerocketLine(command: string): boolean {
  return command.startsWith('[settings.');
}

/** The cluster of this app whose name a token stands for. */
function clusterOf(name: string): CfnCluster | undefined {
  const fragments = Tokenization.reverseString(name);
  const token = fragments.length === 1 ? fragments.firstToken : undefined;
  return referencedResource(token, 'AWS::ECS::Cluster') as CfnCluster | undefined;
}

/** Whether two names are known to be the same: in CDK's line a name that the user chose is a token. */
export function isSameCluster(one: string, other: string): boolean {
  const chosen = (name: string) => clusterOf(name)?.clusterName ?? name;
  return chosen(one) === chosen(other);
}

/** A name for an error: a token as the path of its cluster. */
export function shownCluster(name: string): string {
  if (!Token.isUnresolved(name)) return quoteForMessage(name);
  const cluster = clusterOf(name);
  return cluster === undefined
    ? 'a token'
    : `the name of ${cluster.node.scope?.node.path ?? cluster.node.path}`;
}
