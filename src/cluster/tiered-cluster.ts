import { Token } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import { Construct } from 'constructs';
import { fleetCluster } from '../fleet/fleet-cluster';
import { supportReplacement } from '../fleet/support-replacement';
import { nodeSecurityGroup } from '../node/node-security-group';
import { ClusterAlarms } from '../operations/cluster-alarms';
import type { ClusterAlarmsOptions } from '../operations/cluster-alarms-options';
import { ClusterDashboard, type ClusterDashboardOptions } from '../operations/cluster-dashboard';
import type { OperatedCluster } from '../operations/operated-cluster';
import { childId } from '../private/child-id';
import { fail, quoteForMessage } from '../private/errors';
import { checkAtSynthesis, type Problem } from '../rendered/problem';
import { GroupReview } from '../review/group-review';
import { endpointNeedsOn, serve } from '../services/service-pass';
import { InstanceTier, type TierCluster } from '../tier/instance-tier';
import { ownTagsOf } from '../tier/node-tags';
import { TIER_OPTIONS } from '../tier/tier-fields';
import type { InstanceTierOptions, InstanceTierProps } from '../tier/tier-options';
import { isOwnSchedule } from '../tier/tier-schedule';
import { hostPortRangeOf, type ProvidersOfCluster, servedCluster } from './served';
import { warnOfNodeFields } from './unreached-node-fields';

/** ECS takes at most 20 capacity providers in a strategy. */
const MAX_TIERS = 20;

/** What a cluster is without its tiers: one of the app, or one that the app does not make. */
export interface ClusterToTier extends ProvidersOfCluster {
  /** The cluster's construct. Tiers, alarms and dashboard are made in it, and messages name it. */
  readonly construct: Construct & ecs.ICluster;
  readonly vpc: ec2.IVpc;
  /** What tiers inherit. */
  readonly defaults: Partial<InstanceTierProps>;
  /** The name and the ARN as the tiers render them. */
  readonly clusterName: string;
  readonly clusterArn: string;
  /** The name that the user chose; undefined: generated. */
  readonly givenName?: string;
  /** What is known of CloudWatch Container Insights. */
  readonly containerInsights?: ecs.ContainerInsights;
  /** What is wrong with the cluster and all of its tiers together. */
  readonly problems: (tiers: InstanceTier[]) => Problem[];
}

/**
 * The tiers of a cluster, and what comes with them. That is what looks after nodes, the repairs and warnings
 * of services, the checks at synthesis, alarms and dashboard.
 *
 * A cluster of either kind has one of these, so neither kind can do what the other cannot.
 */
export class TieredCluster {
  private readonly construct: Construct & ecs.ICluster;
  private readonly tierByName = new Map<string, InstanceTier>();
  private readonly tierCluster: TierCluster;
  private readonly operated: OperatedCluster;
  private alarms?: ClusterAlarms;
  private dashboard?: ClusterDashboard;

  public constructor(cluster: ClusterToTier) {
    const { construct, vpc, clusterName, clusterArn, givenName, defaults } = cluster;
    this.construct = construct;
    const tiers = new Construct(construct, childId(construct, 'Tiers', 'InstanceTiers'));
    this.tierCluster = {
      scope: tiers,
      vpc,
      clusterName,
      clusterArn,
      metricClusterName: construct.clusterName,
      nameOfNodes: nameOfNodes(givenName, clusterName),
      defaults,
      securityGroup: () => nodeSecurityGroup(tiers, vpc),
      endpointNeedsOfTasks: (tier) => endpointNeedsOn(construct, tier.capacityProviderName),
    };
    this.operated = {
      scope: construct,
      clusterName: construct.clusterName,
      tiers: () => this.tiers,
      containerInsights: cluster.containerInsights,
    };
    checkAtSynthesis(construct, () => {
      warnOfNodeFields(construct, this.tiers);
      return cluster.problems(this.tiers);
    });
    serve(servedCluster(construct, givenName, cluster, () => this.tiers));
  }

  /** In the order in which they were added. */
  public get tiers(): InstanceTier[] {
    return [...this.tierByName.values()];
  }

  /** The host ports that the agents of all tiers hand out. */
  public get dynamicHostPorts(): ec2.Port {
    const { fromPort, toPort } = hostPortRangeOf(this.tiers);
    return ec2.Port.tcpRange(fromPort, toPort);
  }

  /**
   * The tiers' part in a default strategy. Tiers differ in size, and a task that fits on one may not fit on
   * another: only the first, unless more is said.
   */
  public get strategy(): ecs.CapacityProviderStrategy[] {
    const tiers = this.tiers.filter((tier) => !tier._isRetired);
    const explicit = tiers.filter((tier) => tier._options.defaultStrategy !== undefined);
    return (explicit.length > 0 ? explicit : tiers.slice(0, 1)).map((tier) =>
      tier.strategy(tier._options.defaultStrategy),
    );
  }

  /** The capacity providers of all tiers, those that are retired too. */
  public get capacityProviderNames(): string[] {
    return this.tiers.map((tier) => tier.capacityProviderName);
  }

  public addTier(name: string, options: InstanceTierOptions): InstanceTier {
    const { construct, tierCluster } = this;
    TIER_OPTIONS.checkObject('options', options, construct);
    checkOneName(name, options, construct);
    if (this.tierByName.has(name))
      fail(
        'DuplicateTier',
        `\`name\` must be unique in the cluster, got ${quoteForMessage(name)} twice`,
        construct,
      );
    if (this.tierByName.size >= MAX_TIERS)
      fail('TooManyTiers', `a cluster can have at most ${MAX_TIERS} tiers`, construct);
    const tier = InstanceTier._create(tierCluster, { ...options, name });
    this.tierByName.set(name, tier);
    GroupReview.add({
      scope: tier,
      group: tier.autoScalingGroup,
      variants: tier._variants,
      capacityProvider: tier.capacityProvider,
      template: tier.template,
      clusterName: tierCluster.clusterName,
      replacement: tier._replacement,
      isScaled: tier._isScaled,
      isRetired: tier._isRetired,
      isOwnSchedule,
      ownTags: () => ownTagsOf(tier.autoScalingGroup),
    });
    supportReplacement(tier, fleetCluster(construct));
    const { connections } = construct;
    const known = new Set(connections.securityGroups);
    connections.addSecurityGroup(...tier.connections.securityGroups.filter((group) => !known.has(group)));
    this.alarms?._addTier(tier);
    this.dashboard?._addTier(tier);
    return tier;
  }

  public tier(name: string): InstanceTier {
    const known = [...this.tierByName.keys()].map(quoteForMessage).join(', ') || 'none';
    return (
      this.tierByName.get(name) ??
      fail(
        'UnknownTier',
        `\`name\` must be a tier of the cluster (${known}), got: ${quoteForMessage(name)}`,
        this.construct,
      )
    );
  }

  public addAlarms(options: ClusterAlarmsOptions): ClusterAlarms {
    const alarms = ClusterAlarms._create(this.operated, options);
    this.alarms = alarms;
    for (const tier of this.tiers) alarms._addTier(tier);
    return alarms;
  }

  public addDashboard(options: ClusterDashboardOptions): ClusterDashboard {
    const dashboard = ClusterDashboard._create(this.operated, options, () => this.alarms);
    this.dashboard = dashboard;
    for (const tier of this.tiers) dashboard._addTier(tier);
    return dashboard;
  }
}

/** The tag `Name` of nodes: with a name as long as it may be, a suffix is too long for a tag. */
function nameOfNodes(givenName: string | undefined, rendered: string): string {
  const known = givenName === undefined || Token.isUnresolved(givenName) ? undefined : givenName;
  return `${known !== undefined && known.length > 251 ? known.slice(0, 251) : rendered}-node`;
}

/**
 * Whoever hands over `InstanceTierProps`, which are options with a name, would not see which of two names
 * counts. jsii drops theirs, so this is for TypeScript.
 */
function checkOneName(name: string, options: Partial<InstanceTierProps>, cluster: Construct): void {
  if (options.name === undefined || options.name === name) return;
  fail(
    'TwoTierNames',
    `\`options.name\` must be the tier's name ${quoteForMessage(name)} or be left out, got: ` +
      `${quoteForMessage(options.name)}`,
    cluster,
  );
}
