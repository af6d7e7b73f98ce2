import { Duration, Tags, Token } from 'aws-cdk-lib';
import * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import { Construct } from 'constructs';
import { type NodeProps, nodeFieldsOf, nodePropsOver } from '../node/node-props';
import { NodeTemplate } from '../node/node-template';
import { checkDuration, checkInteger, checkPattern } from '../private/checks';
import { fail } from '../private/errors';
import type { HostPortRange } from '../settings/agent-config';
import { capacityProviderNameFor } from './capacity-provider-name';
import { problemsWithTags } from './instance-metadata-tags';
import type { NodeReplacement } from './node-replacement';
import { instancesDistributionOf, type SpotOptions } from './spot-options';
import { groupMetric, reservationMetric } from './tier-metrics';
import { checkTierStrategy, type TierStrategy } from './tier-strategy';

/** The name of the tag in which the nodes of a shared template find their cluster. */
const CLUSTER_NAME_TAG = 'ClusterName';

/**
 * A tier of a cluster, without its name: a size of capacity, as an Auto Scaling group with its capacity provider.
 *
 * The node fields (`role`, `instanceTypes`, `dockerAuth` and so on) make a launch template of the tier's own, each replacing the cluster's value; or
 * `template` names a shared one, which excludes them all.
 */
export interface InstanceTierOptions extends NodeProps {
  /**
   * A node template that other tiers may use too. Excludes every node field: setting both is refused, and the fields are named.
   *
   * @default - a template of the tier's own, from its node fields over the cluster's
   */
  readonly template?: NodeTemplate;

  /**
   * The subnets of the nodes.
   *
   * @default - those of the cluster: private subnets with a way out
   */
  readonly vpcSubnets?: ec2.SubnetSelection;

  /**
   * How a change reaches nodes that are already running.
   *
   * @default - as the cluster says
   */
  readonly replacement?: NodeReplacement;

  /**
   * The least nodes, 0 or more. Managed scaling goes down to it when nothing runs.
   *
   * @default 0
   */
  readonly minCapacity?: number;

  /**
   * The most nodes, at least 1 and `minCapacity`.
   *
   * @default 30
   */
  readonly maxCapacity?: number;

  /**
   * The number of nodes. Every deployment sets the group back to it, whatever managed scaling had made of it: seldom wanted.
   *
   * @default - none, so that deployments leave the number alone
   */
  readonly desiredCapacity?: number;

  /**
   * What counts as a healthy node.
   *
   * @default - EC2's status checks, 300 seconds after the launch
   */
  readonly healthChecks?: autoscaling.HealthChecks;

  /**
   * Run the tier, or a share of it, on Spot Instances. Nodes are drained before they are interrupted.
   *
   * @default - on demand
   */
  readonly spot?: SpotOptions;

  /**
   * How full managed scaling keeps the tier, 1 to 100 percent. Below 100 there is spare room for tasks that start.
   *
   * @default 100
   */
  readonly targetCapacityPercent?: number;

  /**
   * The tier's part in the cluster's default strategy, which services without a strategy of their own get.
   *
   * @default - the first tier alone, unless any tier says more
   */
  readonly defaultStrategy?: TierStrategy;

  /**
   * The greatest age of a node, 1 to 365 days: an older one is drained and replaced by one of the same template.
   *
   * @default - no limit
   */
  readonly maxInstanceLifetime?: Duration;

  /**
   * Never let Auto Scaling terminate a node that runs tasks. Managed draining moves them first in any case; with protection, stacks
   * hang on deletion and refreshes of running nodes wait.
   *
   * @default false
   */
  readonly enableManagedTerminationProtection?: boolean;

  /**
   * The name of the capacity provider. What has a name of its own cannot be replaced by CloudFormation.
   *
   * @default - generated
   */
  readonly capacityProviderName?: string;
}

/** A tier of a cluster. */
export interface InstanceTierProps extends InstanceTierOptions {
  /** The tier's name, unique in its cluster: letters, digits, `-` and `_`, at most 64. Its resources' logical ids come from it. */
  readonly name: string;
}

/** The cluster as its tiers see it. */
export interface TierCluster {
  readonly scope: Construct;
  readonly vpc: ec2.IVpc;
  readonly clusterName: string;
  readonly clusterArn: string;
  readonly nodeDefaults: NodeProps;
  readonly vpcSubnets?: ec2.SubnetSelection;
  readonly replacement: NodeReplacement;
  readonly securityGroup: () => ec2.ISecurityGroup;
}

const TIER = Symbol.for('cdk-ecs-auto-scaled-cluster.InstanceTier');

/**
 * A size of capacity of one cluster: an Auto Scaling group and its capacity provider. Made by `EcsAutoScaledCluster`, through `tiers` or `addTier()`.
 *
 * @example
 * declare const cluster: EcsAutoScaledCluster;
 * declare const taskDefinition: ecs.TaskDefinition;
 * const compute = cluster.addTier('compute', { instanceTypes: [new ec2.InstanceType('c7i.2xlarge')], maxCapacity: 10 });
 * new ecs.Ec2Service(this, 'Encoder', { cluster, taskDefinition, capacityProviderStrategies: [compute.strategy()] });
 */
export class InstanceTier extends Construct implements ec2.IConnectable {
  /** Whether a construct is an `InstanceTier`, of whichever copy of this library. */
  public static isInstanceTier(construct: Construct): boolean {
    return TIER in construct;
  }

  /** @internal */
  public static _create(cluster: TierCluster, props: InstanceTierProps): InstanceTier {
    return new InstanceTier(cluster, props);
  }

  /** The tier's name. */
  public readonly name: string;
  /** The nodes' group. */
  public readonly autoScalingGroup: autoscaling.AutoScalingGroup;
  /** What services are placed through. */
  public readonly capacityProvider: ecs.AsgCapacityProvider;
  /** The capacity provider's name, generated by CloudFormation unless it was given. */
  public readonly capacityProviderName: string;
  /** What the nodes are: the shared template, or the tier's own. */
  public readonly template: NodeTemplate;
  /** The network connections of the nodes. */
  public readonly connections: ec2.Connections;
  /** The host ports that the agent gives to containers in bridge mode without a fixed one: what a load balancer must reach. */
  public readonly dynamicHostPorts: ec2.Port;

  private readonly cluster: TierCluster;
  private readonly options: InstanceTierProps;

  private constructor(cluster: TierCluster, props: InstanceTierProps) {
    checkPattern(
      'InvalidTierName',
      'name',
      props.name,
      /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/,
      '1 to 64 letters, digits, "-" and "_"',
      cluster.scope,
    );
    super(cluster.scope, props.name);
    Object.defineProperty(this, TIER, { value: true });
    this.cluster = cluster;
    this.options = props;
    this.name = props.name;
    this.check();

    this.template = this.templateFor();
    const { launchTemplate, securityGroups, permissions } = this.template._use({
      scope: this,
      vpc: cluster.vpc,
      clusterArn: cluster.clusterArn,
      clusterName: cluster.clusterName,
    });
    this.connections = new ec2.Connections({ securityGroups });
    const { fromPort, toPort } = this._dynamicHostPortRange;
    this.dynamicHostPorts = ec2.Port.tcpRange(fromPort, toPort);

    this.autoScalingGroup = new autoscaling.AutoScalingGroup(this, 'AutoScalingGroup', {
      vpc: cluster.vpc,
      vpcSubnets: props.vpcSubnets ?? cluster.vpcSubnets,
      minCapacity: props.minCapacity ?? 0,
      maxCapacity: props.maxCapacity ?? 30,
      desiredCapacity: props.desiredCapacity,
      healthChecks: props.healthChecks ?? autoscaling.HealthChecks.ec2({ gracePeriod: Duration.seconds(300) }),
      groupMetrics: [autoscaling.GroupMetrics.all()],
      maxInstanceLifetime: props.maxInstanceLifetime,
      capacityRebalance: props.spot?.capacityRebalance,
      ...this.launchSettings(launchTemplate),
      ...this._replacement._groupProps,
    });
    // A node that starts before it may join its cluster fails, and is replaced for it.
    this.autoScalingGroup.node.addDependency(permissions.policy);
    this.tagNodes();

    this.capacityProvider = new ecs.AsgCapacityProvider(this, 'CapacityProvider', {
      autoScalingGroup: this.autoScalingGroup,
      capacityProviderName: capacityProviderNameFor(this, props.name, props.capacityProviderName),
      enableManagedScaling: true,
      targetCapacityPercent: props.targetCapacityPercent,
      enableManagedTerminationProtection: props.enableManagedTerminationProtection ?? false,
      // Named even though on is what ECS does: left out, CDK adds a drain hook with a Lambda function of its own.
      enableManagedDraining: this._replacement._drains,
    });
    this.capacityProviderName = this.capacityProvider.capacityProviderName;
  }

  /**
   * The tier as an item of a service's `capacityProviderStrategies`.
   *
   * A service in another stack then imports the provider's name, and the tier cannot go as long as it does: where one tier will do, rather leave
   * the strategy to the cluster.
   */
  public strategy(options: TierStrategy = {}): ecs.CapacityProviderStrategy {
    checkTierStrategy('strategy', options, this);
    return { capacityProvider: this.capacityProviderName, base: options.base, weight: options.weight ?? 1 };
  }

  /** A metric of the tier's group, by its name in the namespace `AWS/AutoScaling`; the average over five minutes. */
  public metric(metricName: string, props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return groupMetric(this, metricName, this.autoScalingGroup.autoScalingGroupName, props);
  }

  /** How many nodes the group wants. */
  public metricDesiredCapacity(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('GroupDesiredCapacity', props);
  }

  /** How many nodes are in service. */
  public metricInServiceInstances(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('GroupInServiceInstances', props);
  }

  /** How many nodes are starting. */
  public metricPendingInstances(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('GroupPendingInstances', props);
  }

  /** How many nodes are being drained and terminated. */
  public metricTerminatingInstances(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('GroupTerminatingInstances', props);
  }

  /** How many nodes there are, in whatever state. */
  public metricTotalInstances(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('GroupTotalInstances', props);
  }

  /** The nodes that are needed, in percent of those that there are: above 100 the tier grows, below it shrinks. */
  public metricCapacityProviderReservation(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return reservationMetric(this, this.cluster.clusterName, this.capacityProviderName, props);
  }

  /** @internal */
  public get _dynamicHostPortRange(): HostPortRange {
    return this.template.bootstrap._dynamicHostPortRange;
  }

  /** @internal */
  public get _defaultStrategy(): TierStrategy | undefined {
    return this.options.defaultStrategy;
  }

  /** @internal */
  public get _replacement(): NodeReplacement {
    return this.options.replacement ?? this.cluster.replacement;
  }

  /**
   * The node fields that come from the cluster.
   *
   * @internal
   */
  public get _inheritedNodeFields(): (keyof NodeProps)[] {
    if (this.options.template !== undefined) return [];
    return nodeFieldsOf(this.cluster.nodeDefaults).filter((field) => this.options[field] === undefined);
  }

  private check(): void {
    const { minCapacity, maxCapacity, desiredCapacity, targetCapacityPercent, maxInstanceLifetime, defaultStrategy } = this.options;
    const min = knownOr(minCapacity, 0);
    const max = knownOr(maxCapacity, 30);
    checkInteger('InvalidCapacity', 'maxCapacity', maxCapacity, { min: 1 }, this);
    checkInteger('InvalidCapacity', 'minCapacity', minCapacity, { min: 0, max }, this);
    checkInteger('InvalidCapacity', 'desiredCapacity', desiredCapacity, { min, max }, this);
    checkInteger('InvalidCapacity', 'targetCapacityPercent', targetCapacityPercent, { min: 1, max: 100 }, this);
    checkDuration('InvalidLifetime', 'maxInstanceLifetime', maxInstanceLifetime, { min: 86400, max: 31536000 }, this);
    checkTierStrategy('defaultStrategy', defaultStrategy ?? {}, this);
  }

  private templateFor(): NodeTemplate {
    const { cluster, options } = this;
    if (options.template === undefined) {
      return NodeTemplate._ofTier(this, 'Template', nodePropsOver(cluster.nodeDefaults, options), {
        clusterName: cluster.clusterName,
        clusterPath: cluster.scope.node.path,
        securityGroup: cluster.securityGroup,
      });
    }
    const own = nodeFieldsOf(options);
    if (own.length > 0) {
      fail(
        'TemplateAndNodeFields',
        `\`template\` excludes the tier's own node fields, got: ${own.map((field) => `\`${field}\``).join(', ')}`,
        this,
      );
    }
    return options.template;
  }

  private launchSettings(launchTemplate: ec2.LaunchTemplate): Partial<autoscaling.AutoScalingGroupProps> {
    const { instanceTypes } = this.template;
    const { spot } = this.options;
    if (instanceTypes.length === 1 && spot === undefined) return { launchTemplate };
    return {
      mixedInstancesPolicy: {
        launchTemplate,
        launchTemplateOverrides: instanceTypes.map((instanceType) => ({ instanceType })),
        instancesDistribution: spot && instancesDistributionOf(spot, this),
      },
    };
  }

  private tagNodes(): void {
    const { clusterName } = this.cluster;
    const tags = Tags.of(this.autoScalingGroup);
    tags.add('Name', `${clusterName}-node`);
    tags.add(CLUSTER_NAME_TAG, clusterName);
    // ECS adds it to the group, not to the instances that start before it does; without it managed scaling counts them wrongly.
    tags.add('AmazonECSManaged', 'true');
    if (this.template._isShared) this.node.addValidation({ validate: () => problemsWithTags(this.autoScalingGroup) });
  }
}

/** The number where it is known: `otherwise` where it is left out, and no bound at all where it is a token. */
function knownOr(value: number | undefined, otherwise: number): number | undefined {
  return Token.isUnresolved(value) ? undefined : (value ?? otherwise);
}
