import * as ecs from 'aws-cdk-lib/aws-ecs';
import { NODE } from '../node/node-fields';
import { EXECUTE_COMMAND, NAMESPACE, SUBNET_SELECTION, VPC } from '../private/cdk-types';
import { listOf, member } from '../private/expected-type';
import { type Fields, RENDERED, Struct } from '../private/fields';
import { NodeReplacement, REPLACEMENT } from '../replacement/node-replacement';
import { UPKEEP_FIELDS } from '../replacement/upkeep-fields';
import { CLUSTER_NAME } from '../settings/cluster-name';
import { TIER_ITEM } from '../tier/tier-fields';
import { CLUSTER_PROVIDERS } from './cluster-providers';
import type { ExistingClusterProps } from './existing-cluster-props';

const FIELDS = {
  clusterName: { value: CLUSTER_NAME, required: true, to: RENDERED },
  vpc: { value: VPC, required: true, to: RENDERED },
  capacityProviders: { value: CLUSTER_PROVIDERS, required: true, to: RENDERED },
  tiers: { value: listOf(TIER_ITEM), to: RENDERED },
  vpcSubnets: { value: SUBNET_SELECTION, to: RENDERED },
  replacement: { value: REPLACEMENT, implied: NodeReplacement.onNextLaunch(), to: RENDERED },
  ...UPKEEP_FIELDS,
  containerInsightsV2: { value: member('ecs.ContainerInsights', ecs.ContainerInsights), to: RENDERED },
  defaultCloudMapNamespace: { value: NAMESPACE, to: RENDERED },
  executeCommandConfiguration: { value: EXECUTE_COMMAND, to: RENDERED },
  // Handed on by the tiers, each of which inherits them.
  ...NODE.fields,
} satisfies Fields<ExistingClusterProps>;

export const EXISTING_CLUSTER = new Struct<ExistingClusterProps, typeof FIELDS>(
  'ExistingClusterProps',
  FIELDS,
  { such: "{ clusterName: 'shared', vpc, capacityProviders: ClusterProviders.none() }" },
);
