import { type CfnResource, Token } from 'aws-cdk-lib';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import type { IDependable } from 'constructs';
import { associationOf } from '../services/repairs/association-dependency';
import type { ServedCluster, ServedExistingCluster, ServedTier } from '../services/served-cluster';
import type { HostPortRange } from '../settings/agent-config';
import { DEFAULT_HOST_PORTS } from '../settings/host-ports';
import type { InstanceTier } from '../tier/instance-tier';
import { maxNodesOf } from '../tier/max-nodes';
import { ATTRIBUTES, type EcsAutoScaledClusterAttributes, SERVED_CLUSTER } from './imported-cluster';

/** The capacity providers of a cluster and its default strategy, as both are when they are asked for. */
export interface ProviderList {
  /** The association of the providers. */
  readonly association?: IDependable;
  /** Those of its tiers too; undefined: not known. */
  readonly names?: readonly string[];
  readonly defaultStrategy: readonly ecs.CapacityProviderStrategy[];
}

/** What a cluster of either kind has of capacity providers. */
export interface ProvidersOfCluster {
  /** Those of its tiers too, as services see them. */
  readonly providers: ProviderList;
  /** Where the app does not make the cluster. */
  readonly existing?: ServedExistingCluster;
}

/** Those of a cluster that CDK makes. */
export function providersOf(cluster: ecs.Cluster): ProviderList {
  return {
    association: associationOf(cluster),
    get names() {
      return [...cluster.capacityProviderNames, ...cluster.clusterScopedCapacityProviderNames];
    },
    get defaultStrategy() {
      return cluster.defaultCapacityProviderStrategy;
    },
  };
}

/**
 * The cluster as the service pass sees it. Tiers may be added until the app is synthesized, so what depends
 * on them is read when it is asked for.
 */
export function servedCluster(
  cluster: ecs.ICluster,
  clusterName: string | undefined,
  { providers, existing }: ProvidersOfCluster,
  tiers: () => InstanceTier[],
): ServedCluster {
  const inDefaultStrategy = () =>
    new Set(providers.defaultStrategy.map(({ capacityProvider }) => capacityProvider));
  return {
    ...namesOf(cluster, clusterName),
    association: providers.association,
    existing,
    get defaultStrategyIsOurs() {
      const inDefault = inDefaultStrategy();
      return tiers().some((tier) => inDefault.has(tier.capacityProviderName));
    },
    get dynamicHostPortRange() {
      return hostPortRangeOf(tiers());
    },
    get tiers() {
      const inDefault = inDefaultStrategy();
      return tiers().map((tier) => servedTier(tier, inDefault.has(tier.capacityProviderName)));
    },
    get capacityProviderNames() {
      return providers.names;
    },
    get replacesRunningNodes() {
      return tiers().some((tier) => tier._replacement.replacesRunningNodes);
    },
    get constrainToNotHeld() {
      return tiers().some((tier) => tier._replacement.needsPlacementConstraint);
    },
  };
}

function servedTier(tier: InstanceTier, isInDefaultStrategy: boolean): ServedTier {
  const { name, capacityProviderName, template } = tier;
  return {
    name,
    capacityProviderName,
    isInDefaultStrategy,
    marksOldNodes: tier._replacement._cordon === 'mark',
    consolidated: tier._consolidation.givesNodesBack ? tier : undefined,
    get outgoingPorts() {
      return template._outgoingPorts;
    },
    get logDrivers() {
      return template._logDrivers;
    },
    get architectures() {
      return template._architectures;
    },
    get withoutGpu() {
      return template._withoutGpu;
    },
    get withoutGpuSharing() {
      return template._withoutGpuSharing;
    },
    get nodeSizes() {
      return template._nodeSizes;
    },
    get instanceAttributes() {
      return template.bootstrap._agentConfig.instanceAttributes ?? {};
    },
    get maxNodes() {
      return maxNodesOf(tier.autoScalingGroup.node.defaultChild as CfnResource);
    },
    get securityGroups() {
      return tier._securityGroups;
    },
    get zones() {
      return tier._zones?.length;
    },
  };
}

/** A cluster of another app as the service pass sees it. */
export function importedServedCluster(
  cluster: ecs.ICluster,
  attrs: EcsAutoScaledClusterAttributes,
): ServedCluster {
  return {
    ...namesOf(cluster, attrs.clusterName),
    defaultStrategyIsOurs: true,
    ...ATTRIBUTES.handOver(attrs, SERVED_CLUSTER),
  };
}

function namesOf(cluster: ecs.ICluster, clusterName: string | undefined) {
  return {
    scope: cluster,
    clusterName: cluster.clusterName,
    clusterArn: cluster.clusterArn,
    physicalName: Token.isUnresolved(clusterName) ? undefined : clusterName,
  };
}

/** The host ports that the agents of all tiers hand out. */
export function hostPortRangeOf(tiers: InstanceTier[]): HostPortRange {
  const ranges = tiers.map((tier) => tier.template.bootstrap._dynamicHostPortRange);
  if (ranges.length === 0) return DEFAULT_HOST_PORTS;
  return {
    fromPort: Math.min(...ranges.map((range) => range.fromPort)),
    toPort: Math.max(...ranges.map((range) => range.toPort)),
  };
}
