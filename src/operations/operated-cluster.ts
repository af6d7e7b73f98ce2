import type * as ecs from 'aws-cdk-lib/aws-ecs';
import type { InstanceTier } from '../tier/instance-tier';

/** A cluster as its alarms and its dashboard see it. */
export interface OperatedCluster {
  /** The scope of what is made, and CDK's own metrics. */
  readonly cluster: ecs.Cluster;
  readonly tiers: () => InstanceTier[];
  /** What the cluster itself says; without it the account's setting holds, which is not known here. */
  readonly containerInsights?: ecs.ContainerInsights;
}
