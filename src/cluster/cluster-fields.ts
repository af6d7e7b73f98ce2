import * as ecs from 'aws-cdk-lib/aws-ecs';
import { NODE } from '../node/node-fields';
import {
  CLOUD_MAP_NAMESPACE,
  EXECUTE_COMMAND,
  MANAGED_STORAGE,
  SUBNET_SELECTION,
  VPC,
} from '../private/cdk-types';
import { knownFlag, listOf, member } from '../private/expected-type';
import { Destination, type Fields, RENDERED, Struct } from '../private/fields';
import { NodeReplacement, REPLACEMENT } from '../replacement/node-replacement';
import { UPKEEP_FIELDS } from '../replacement/upkeep-fields';
import { CLUSTER_NAME } from '../settings/cluster-name';
import { TIER_ITEM } from '../tier/tier-fields';
import type { EcsAutoScaledClusterProps } from './cluster-props';

/** The cluster, as CDK makes it. */
export const ECS_CLUSTER = new Destination<ecs.ClusterProps>('ecs.Cluster');

const FIELDS = {
  vpc: { value: VPC, required: true, to: ECS_CLUSTER.field('vpc') },
  tiers: { value: listOf(TIER_ITEM), to: RENDERED },
  vpcSubnets: { value: SUBNET_SELECTION, to: RENDERED },
  clusterName: { value: CLUSTER_NAME, to: ECS_CLUSTER.field('clusterName') },
  replacement: { value: REPLACEMENT, implied: NodeReplacement.onNextLaunch(), to: RENDERED },
  ...UPKEEP_FIELDS,
  containerInsightsV2: {
    value: member('ecs.ContainerInsights', ecs.ContainerInsights),
    to: ECS_CLUSTER.field('containerInsightsV2'),
  },
  containerInsights: { value: knownFlag, to: RENDERED },
  executeCommandConfiguration: {
    value: EXECUTE_COMMAND,
    to: ECS_CLUSTER.field('executeCommandConfiguration'),
  },
  managedStorageConfiguration: {
    value: MANAGED_STORAGE,
    to: ECS_CLUSTER.field('managedStorageConfiguration'),
  },
  defaultCloudMapNamespace: {
    value: CLOUD_MAP_NAMESPACE,
    to: ECS_CLUSTER.field('defaultCloudMapNamespace'),
  },
  enableFargateCapacityProviders: {
    value: knownFlag,
    implied: false,
    to: ECS_CLUSTER.field('enableFargateCapacityProviders'),
  },
  // Handed on by the tiers, each of which inherits them.
  ...NODE.fields,
} satisfies Fields<EcsAutoScaledClusterProps>;

export const CLUSTER = new Struct<EcsAutoScaledClusterProps, typeof FIELDS>(
  'EcsAutoScaledClusterProps',
  FIELDS,
  { such: '{ vpc }' },
);

/**
 * What `ecs.Cluster` takes and this cluster does not, with what to write instead. A field of
 * `ecs.ClusterProps` that is neither here nor in the table fails a test.
 */
export const NOT_TAKEN: Readonly<Record<string, string>> = {
  capacity:
    "call `cluster.addCapacity('DefaultAutoScalingGroup', …)` with its value, which keeps the group that " +
    'there is, or `addTier()`',
};

/** CloudWatch Container Insights, by either of its two names. */
export function containerInsightsOf({
  containerInsightsV2,
  containerInsights,
}: EcsAutoScaledClusterProps): ecs.ContainerInsights | undefined {
  if (containerInsights === undefined) return containerInsightsV2;
  return containerInsights ? ecs.ContainerInsights.ENABLED : ecs.ContainerInsights.DISABLED;
}
