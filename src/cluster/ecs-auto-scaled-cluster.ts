import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import type { Construct } from 'constructs';
import type { ClusterAlarms } from '../operations/cluster-alarms';
import type { ClusterAlarmsOptions } from '../operations/cluster-alarms-options';
import type { ClusterDashboard, ClusterDashboardOptions } from '../operations/cluster-dashboard';
import { containerInstanceCountMetric } from '../operations/cluster-metrics';
import { checkCdkVersion } from '../private/cdk-version';
import { fail, inChild, quoteForMessage } from '../private/errors';
import { checkPlace } from '../private/place';
import { checkRegion } from '../private/regions';
import { NOT_HELD } from '../replacement/held';
import { serve } from '../services/service-pass';
import type { InstanceTier } from '../tier/instance-tier';
import type { InstanceTierOptions } from '../tier/tier-options';
import { CLUSTER, containerInsightsOf, ECS_CLUSTER, NOT_TAKEN } from './cluster-fields';
import { clusterProblems } from './cluster-problems';
import type { EcsAutoScaledClusterProps } from './cluster-props';
import {
  ATTRIBUTES,
  type EcsAutoScaledClusterAttributes,
  IMPORTED_CLUSTER,
  readImport,
} from './imported-cluster';
import { importedServedCluster, providersOf } from './served';
import { TieredCluster } from './tiered-cluster';

/**
 * An Amazon ECS cluster on EC2 nodes of your own, in tiers of Auto Scaling groups. It is an `ecs.Cluster` and
 * goes wherever a cluster goes.
 *
 * What runs on it just works. A plain `ecs.Ec2Service` is placed through the cluster's capacity providers, so
 * that it scales a tier up from zero. A load balancer reaches its containers. The service waits for the
 * capacity providers when the stack is made and deleted.
 *
 * Some of the members below are inherited. `addCapacity()` and `addAsgCapacityProvider()` are there for users
 * who move from a plain `ecs.Cluster`; here `addTier()` is what adds nodes. Another app imports the cluster
 * with `fromEcsAutoScaledClusterAttributes()`, not with `fromClusterAttributes()`.
 *
 * @example
 * declare const vpc: ec2.IVpc;
 * declare const taskDefinition: ecs.TaskDefinition;
 * const cluster = new EcsAutoScaledCluster(this, 'DeveloperStaging', { vpc });
 * cluster.addTier('general', { instanceTypes: [new ec2.InstanceType('t3.small')] });
 * new ecs.Ec2Service(this, 'Api', { cluster, taskDefinition });
 */
export class EcsAutoScaledCluster extends ecs.Cluster {
  /**
   * The placement constraint that keeps a task off nodes that are held: those that are about to be replaced,
   * where the cluster's `NodeReplacement.rolling()` has `cordon: true` below a surge of 200.
   *
   * Replica services of the app have it there without being asked. It is for tasks that the library does not
   * see: those of another app, or that are run by hand or by a state machine. A task that is run alone
   * (`RunTask`) fails at once, and does not wait, where no node meets it: only for callers that try again.
   * Never for a daemon: ECS stops running daemon tasks that no longer meet a constraint.
   */
  public static notHeld(): ecs.PlacementConstraint {
    return ecs.PlacementConstraint.memberOf(NOT_HELD);
  }

  /**
   * Placement strategies that fill nodes before others are used: tasks spread over Availability Zones first,
   * and within a zone the node with the least free memory comes first. For the `placementStrategies` of a
   * service.
   *
   * Such services fill fewer nodes than with ECS's default, which spreads tasks over all nodes of a zone. The
   * price: a node that is lost takes more tasks with it. Tasks that run stay where they are.
   *
   * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement-strategies.html
   */
  public static packedPlacement(): ecs.PlacementStrategy[] {
    return [
      ecs.PlacementStrategy.spreadAcross(ecs.BuiltInAttributes.AVAILABILITY_ZONE),
      ecs.PlacementStrategy.packedByMemory(),
    ];
  }

  /**
   * A cluster that another app has made with this library. What runs on it works as on one of this app; only
   * the dependency on its capacity providers is missing, since they are another app's.
   */
  public static fromEcsAutoScaledClusterAttributes(
    scope: Construct,
    id: string,
    attrs: EcsAutoScaledClusterAttributes,
  ): ecs.ICluster {
    checkPlace(scope, id);
    const known = inChild(scope, id, () => readImport(attrs));
    const cluster = ecs.Cluster.fromClusterAttributes(scope, id, {
      hasEc2Capacity: true,
      ...ATTRIBUTES.handOver(known, IMPORTED_CLUSTER),
    });
    serve(importedServedCluster(cluster, known));
    return cluster;
  }

  private readonly tiered: TieredCluster;

  public constructor(scope: Construct, id: string, props: EcsAutoScaledClusterProps) {
    checkPlace(scope, id);
    const own = inChild(scope, id, () => readCluster(id, props));
    const containerInsights = containerInsightsOf(own);
    inChild(scope, id, () => checkKeys(scope, own));
    super(scope, id, { ...CLUSTER.handOver(own, ECS_CLUSTER), containerInsightsV2: containerInsights });

    const resource = this.node.defaultChild as ecs.CfnCluster;
    this.tiered = new TieredCluster({
      construct: this,
      vpc: own.vpc,
      defaults: own,
      // The L1's own: what the L2 gives looks at the consuming stack each time it is resolved, and the tiers
      // are in the cluster's.
      clusterName: resource.ref,
      clusterArn: resource.attrArn,
      givenName: own.clusterName,
      containerInsights,
      providers: providersOf(this),
      problems: (tiers) => clusterProblems(this, tiers, own),
    });
    for (const tier of own.tiers ?? []) this.addTier(tier.name, tier);
  }

  /** The tiers, in the order in which they were added. */
  public get tiers(): InstanceTier[] {
    return this.tiered.tiers;
  }

  /**
   * The host ports that the agents of all tiers hand out to containers in bridge mode: what a load
   * balancer must reach.
   */
  public get dynamicHostPorts(): ec2.Port {
    return this.tiered.dynamicHostPorts;
  }

  /** Whether EC2 nodes are part of the cluster. */
  public override get hasEc2Capacity(): boolean {
    return this.tiers.length > 0 || super.hasEc2Capacity;
  }

  /**
   * What services without their own strategy get: that of `addDefaultCapacityProviderStrategy()`, or else the
   * tiers' part in it.
   */
  public override get defaultCapacityProviderStrategy(): ecs.CapacityProviderStrategy[] {
    const own = super.defaultCapacityProviderStrategy;
    return own.length > 0 ? own : this.tiered.strategy;
  }

  /**
   * Adds a tier: an Auto Scaling group and its capacity provider.
   *
   * @param name the tier's name, unique in the cluster.
   * @param options what it is. `InstanceTierProps`, which Java and .NET take here too, are for the `tiers` of
   * the cluster. Another `name` in them is refused in TypeScript and JavaScript; in other languages it never
   * gets as far as the library.
   */
  public addTier(name: string, options: InstanceTierOptions = {}): InstanceTier {
    const tier = this.tiered.addTier(name, options);
    // Not by CDK's addAsgCapacityProvider: that writes an ECS_CLUSTER line into the user data, of a template
    // that other clusters share too.
    this.capacityProviderNames.push(tier.capacityProviderName);
    return tier;
  }

  /** The tier of that name. An unknown name is refused, and the known ones are listed. */
  public tier(name: string): InstanceTier {
    return this.tiered.tier(name);
  }

  /**
   * Adds alarms on the cluster and on each of its tiers, also on tiers that are added later. Their
   * descriptions say what to do. Nothing is added unless this is called, once.
   */
  public addAlarms(options: ClusterAlarmsOptions = {}): ClusterAlarms {
    return this.tiered.addAlarms(options);
  }

  /**
   * Adds a dashboard of the cluster and each of its tiers, also of tiers that are added later. Nothing is
   * added unless this is called, once.
   */
  public addDashboard(options: ClusterDashboardOptions = {}): ClusterDashboard {
    return this.tiered.addDashboard(options);
  }

  /**
   * How many nodes have joined the cluster and run a task. Nodes without one are not counted. **Needs
   * Container Insights** (`containerInsightsV2`).
   *
   * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Container-Insights-metrics-ECS.html
   */
  public metricContainerInstanceCount(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return containerInstanceCountMetric(this, this.clusterName, props);
  }
}

/** Refuses encryption keys of another region, where both are known: ECS takes none. */
function checkKeys(scope: Construct, props: EcsAutoScaledClusterProps): void {
  const { executeCommandConfiguration, managedStorageConfiguration } = props;
  const keys = {
    'executeCommandConfiguration.kmsKey': executeCommandConfiguration?.kmsKey,
    'managedStorageConfiguration.kmsKey': managedStorageConfiguration?.kmsKey,
    'managedStorageConfiguration.fargateEphemeralStorageKmsKey':
      managedStorageConfiguration?.fargateEphemeralStorageKmsKey,
  };
  for (const [field, key] of Object.entries(keys))
    checkRegion(scope, key, { code: 'KeyOfAnotherRegion', field: `\`${field}\`` });
}

/**
 * What was given. What is wrong is refused before the cluster is made: without a `vpc` CDK would make one.
 */
function readCluster(id: string, props: EcsAutoScaledClusterProps): EcsAutoScaledClusterProps {
  checkCdkVersion();
  if (id === 'Resource' || id === 'DefaultServiceDiscoveryNamespace') {
    fail(
      'InvalidClusterId',
      `the cluster's id must not be ${quoteForMessage(id)}: CDK names a child of the cluster so, and ` +
        'another child after the cluster',
    );
  }
  CLUSTER.checkObject('props', props);
  const given = new Map<string, unknown>(Object.entries(props));
  for (const [name, instead] of Object.entries(NOT_TAKEN)) {
    if ((given.get(name) ?? undefined) === undefined) continue;
    fail('UnsupportedField', `\`${name}\` of \`ecs.ClusterProps\` is not taken: ${instead}`);
  }
  const own = CLUSTER.read('props', props);
  if (own.containerInsights !== undefined && own.containerInsightsV2 !== undefined) {
    fail(
      'TwoContainerInsights',
      '`containerInsights` must not be set together with `containerInsightsV2`: they are two names of one ' +
        'setting. Leave `containerInsights` out',
    );
  }
  return own;
}
