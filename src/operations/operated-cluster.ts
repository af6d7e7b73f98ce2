import type * as ecs from 'aws-cdk-lib/aws-ecs';
import type { Construct } from 'constructs';
import type { InstanceTier } from '../tier/instance-tier';

/** A cluster as its alarms and its dashboard see it: one of the app, or one that the app does not make. */
export interface OperatedCluster {
  /** In which alarms and dashboard are made: the cluster's own construct. */
  readonly scope: Construct;
  readonly clusterName: string;
  readonly tiers: () => InstanceTier[];
  /** What the cluster itself says; without it the account's setting holds, which is not known here. */
  readonly containerInsights?: ecs.ContainerInsights;
}
