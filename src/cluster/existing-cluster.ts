import { ArnFormat, Fn, Lazy, RemovalPolicy, Resource, Stack, Token } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import type * as servicediscovery from 'aws-cdk-lib/aws-servicediscovery';
import type { Construct } from 'constructs';
import type { ClusterAlarms } from '../operations/cluster-alarms';
import type { ClusterAlarmsOptions } from '../operations/cluster-alarms-options';
import type { ClusterDashboard, ClusterDashboardOptions } from '../operations/cluster-dashboard';
import { clusterMetric, containerInstanceCountMetric } from '../operations/cluster-metrics';
import { checkCdkVersion } from '../private/cdk-version';
import { childId } from '../private/child-id';
import { fail, inChild, quoteForMessage } from '../private/errors';
import { checkPlace } from '../private/place';
import { associationOf } from '../services/repairs/association-dependency';
import type { InstanceTier } from '../tier/instance-tier';
import type { InstanceTierOptions } from '../tier/tier-options';
import { type KeptProviders, knownNames } from './cluster-providers';
import { EXISTING_CLUSTER } from './existing-cluster-fields';
import { clusterOfThisApp, existingClusterProblems } from './existing-cluster-problems';
import type { ExistingClusterProps } from './existing-cluster-props';
import { TieredCluster } from './tiered-cluster';

/**
 * Tiers on a cluster that this app does not make: one from Terraform, from the console, or from another app.
 *
 * The cluster stays its owner's. It gets tiers, with all that they have on an `EcsAutoScaledCluster`. The
 * services that this app gives this construct are placed on the first tier, unless they name a strategy.
 * Nodes, services and capacity providers of other owners stay as they are.
 *
 * It goes wherever an `ecs.ICluster` goes. The association of the capacity providers stays when this
 * construct is removed, since its deletion would take the list from all owners. So an app leaves in two
 * deployments: one without tiers, and one without the construct.
 *
 * @example
 * declare const vpc: ec2.IVpc;
 * declare const taskDefinition: ecs.TaskDefinition;
 * const cluster = new ExistingCluster(this, 'Shared', {
 *   clusterName: 'shared',
 *   vpc,
 *   capacityProviders: ClusterProviders.keep(['batch', 'FARGATE']),
 * });
 * cluster.addTier('general', { instanceTypes: [new ec2.InstanceType('m7i.large')] });
 * new ecs.Ec2Service(this, 'Api', { cluster, taskDefinition, minHealthyPercent: 100 });
 */
export class ExistingCluster extends Resource implements ecs.ICluster {
  /** The cluster's name. */
  public readonly clusterName: string;
  /** The cluster's ARN. */
  public readonly clusterArn: string;
  /** The VPC of the tiers' nodes. */
  public readonly vpc: ec2.IVpc;
  /** The network connections of the tiers' nodes. */
  public readonly connections = new ec2.Connections();
  /** True: whether the cluster has nodes does not depend on this app. */
  public readonly hasEc2Capacity = true;
  /** The cluster's default Cloud Map namespace, as it was given. */
  public readonly defaultCloudMapNamespace?: servicediscovery.INamespace;
  /** The cluster's configuration of ECS Exec, as it was given. */
  public readonly executeCommandConfiguration?: ecs.ExecuteCommandConfiguration;

  private readonly tiered: TieredCluster;
  private readonly listIsOwnedElsewhere: boolean;

  public constructor(scope: Construct, id: string, props: ExistingClusterProps) {
    checkPlace(scope, id);
    const own = inChild(scope, id, () => readProps(props));
    super(scope, id, { physicalName: own.clusterName });

    this.clusterName = own.clusterName;
    this.clusterArn = Stack.of(this).formatArn({
      service: 'ecs',
      resource: 'cluster',
      resourceName: own.clusterName,
      arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
    });
    this.vpc = own.vpc;
    this.defaultCloudMapNamespace = own.defaultCloudMapNamespace;
    this.executeCommandConfiguration = own.executeCommandConfiguration;

    const kept = own.capacityProviders._kept;
    this.listIsOwnedElsewhere = own.capacityProviders.isOwnedElsewhere;
    const strategy = () => this.defaultStrategy(kept);
    const names = () => this.knownNames(kept);
    const tierStrategy = () => this.tiered.strategy;
    this.tiered = new TieredCluster({
      construct: this,
      vpc: own.vpc,
      defaults: own,
      clusterName: own.clusterName,
      clusterArn: this.clusterArn,
      givenName: own.clusterName,
      containerInsights: own.containerInsightsV2,
      providers: {
        association: kept === undefined ? undefined : associationOf(this),
        get names() {
          return names();
        },
        get defaultStrategy() {
          return strategy();
        },
      },
      existing: {
        listIsOwnedElsewhere: this.listIsOwnedElsewhere,
        keptProviders: knownNames(kept) ?? [],
        get strategy() {
          return tierStrategy();
        },
      },
      problems: (tiers) =>
        existingClusterProblems(this, { tiers, defaults: own, kept, strategy: tierStrategy() }),
    });
    if (kept !== undefined) this.associate(kept.names, strategy);
    for (const tier of own.tiers ?? []) this.addTier(tier.name, tier);
  }

  /** A reference to the cluster. */
  public get clusterRef(): ecs.ClusterReference {
    return { clusterName: this.clusterName, clusterArn: this.clusterArn };
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

  /**
   * Adds a tier: an Auto Scaling group and its capacity provider.
   *
   * @param name the tier's name, unique in the cluster.
   * @param options what it is. It needs a `capacityProviderName` where another owner keeps the list of
   * capacity providers (`ClusterProviders.ownedElsewhere()`).
   */
  public addTier(name: string, options: InstanceTierOptions = {}): InstanceTier {
    const tier = this.tiered.addTier(name, options);
    if (this.listIsOwnedElsewhere && tier._options.capacityProviderName === undefined) {
      fail(
        'InvalidCapacityProviderName',
        '`capacityProviderName` must be given where another owner keeps the list of capacity providers ' +
          '(`ClusterProviders.ownedElsewhere()`): the owner adds that name to it. Write ' +
          `\`capacityProviderName: '${this.suggestedName(name)}'\``,
        tier,
      );
    }
    return tier;
  }

  /** The tier of that name. An unknown name is refused, and the known ones are listed. */
  public tier(name: string): InstanceTier {
    return this.tiered.tier(name);
  }

  /**
   * Adds alarms on the cluster and on each of its tiers, also on tiers that are added later. Their
   * descriptions say what to do. Nothing is added unless this is called, once.
   *
   * Those on the cluster see all of its nodes and tasks, other owners' too.
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

  /** What tasks have reserved of the CPU of all nodes of the cluster, in percent. */
  public metricCpuReservation(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return clusterMetric(this, this.clusterName, 'CPUReservation', props);
  }

  /** What tasks use of the CPU of all nodes of the cluster, in percent. */
  public metricCpuUtilization(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return clusterMetric(this, this.clusterName, 'CPUUtilization', props);
  }

  /** What tasks have reserved of the memory of all nodes of the cluster, in percent. */
  public metricMemoryReservation(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return clusterMetric(this, this.clusterName, 'MemoryReservation', props);
  }

  /** What tasks use of the memory of all nodes of the cluster, in percent. */
  public metricMemoryUtilization(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return clusterMetric(this, this.clusterName, 'MemoryUtilization', props);
  }

  /**
   * How many nodes have joined the cluster and run a task, other owners' too. Nodes without one are not
   * counted. **Needs Container Insights**, which the owner of the cluster turns on.
   *
   * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Container-Insights-metrics-ECS.html
   */
  public metricContainerInstanceCount(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return containerInstanceCountMetric(this, this.clusterName, props);
  }

  private suggestedName(tierName: string): string {
    return Token.isUnresolved(this.clusterName) ? tierName : `${this.clusterName}-${tierName}`;
  }

  private defaultStrategy(kept: KeptProviders | undefined): ecs.CapacityProviderStrategy[] {
    if (kept === undefined) return [];
    return [...kept.defaultStrategy, ...(kept.tiersInDefaultStrategy ? this.tiered.strategy : [])];
  }

  /** Undefined: the list is another owner's, or known at deployment only. */
  private knownNames(kept: KeptProviders | undefined): string[] | undefined {
    const own = knownNames(kept);
    return own && [...own, ...this.tiered.capacityProviderNames];
  }

  private associate(kept: readonly string[], strategy: () => ecs.CapacityProviderStrategy[]): void {
    const association = new ecs.CfnClusterCapacityProviderAssociations(
      this,
      childId(this, 'CapacityProviders'),
      {
        cluster: this.clusterName,
        capacityProviders: Lazy.list({ produce: () => withNames(kept, this.tiered.capacityProviderNames) }),
        defaultCapacityProviderStrategy: Lazy.any({ produce: strategy }),
      },
    );
    // Deleted, it would take the capacity providers of all owners off the cluster. Not on a first deployment
    // that fails either, which is why it is not RetainExceptOnCreate.
    association.applyRemovalPolicy(RemovalPolicy.RETAIN);
  }
}

/** A list that is known at deployment only is put together there. */
function withNames(kept: readonly string[], names: string[]): string[] {
  if (!Token.isUnresolved(kept)) return [...kept, ...names];
  return names.length === 0 ? [...kept] : Fn.split(',', Fn.join(',', [Fn.join(',', [...kept]), ...names]));
}

/** What was given. What is wrong is refused before anything is made. */
function readProps(props: ExistingClusterProps): ExistingClusterProps {
  checkCdkVersion();
  const own = EXISTING_CLUSTER.read('props', props);
  const made = clusterOfThisApp(own.clusterName);
  if (made !== undefined) {
    fail(
      'ClusterOfThisApp',
      `\`clusterName\` must be that of a cluster that this app does not make, got: that of ` +
        `${quoteForMessage(made)}. Add tiers to it with \`addTier()\` of an EcsAutoScaledCluster`,
    );
  }
  return own;
}
