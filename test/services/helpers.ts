import {
  App,
  aws_autoscaling as autoscaling,
  aws_ec2 as ec2,
  aws_ecs as ecs,
  aws_iam as iam,
  Stack,
  type StackProps,
} from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import type { Construct } from 'constructs';
import { associationOf } from '../../src/services/repairs/association-dependency';
import type { ServedCluster, ServedTier } from '../../src/services/served-cluster';
import { serve } from '../../src/services/service-pass';
import type { HostPortRange } from '../../src/settings/agent-config';

/** What a test wants of its cluster. */
export interface ServedOptions extends Partial<ecs.ClusterProps> {
  readonly vpc: ec2.IVpc;
  /** False: a plain CDK cluster, to show what happens without the pass. */
  readonly served?: boolean;
  readonly defaultStrategyIsOurs?: boolean;
  readonly dynamicHostPortRange?: HostPortRange;
  readonly tiers?: readonly ServedTier[];
  readonly replacesRunningNodes?: boolean;
  readonly constrainToNotHeld?: boolean;
}

/**
 * Stands for `EcsAutoScaledCluster`: an `ecs.Cluster` with one group, its provider and a default strategy.
 */
export class TestCluster extends ecs.Cluster {
  public readonly autoScalingGroup: autoscaling.AutoScalingGroup;
  public readonly provider: ecs.AsgCapacityProvider;

  public constructor(scope: Construct, id: string, options: ServedOptions) {
    super(scope, id, options);
    const nodes = new ec2.SecurityGroup(this, 'Nodes', { vpc: options.vpc });
    this.autoScalingGroup = new autoscaling.AutoScalingGroup(this, 'Group', {
      vpc: options.vpc,
      launchTemplate: new ec2.LaunchTemplate(this, 'Template', {
        instanceType: new ec2.InstanceType('t3.small'),
        machineImage: ecs.EcsOptimizedImage.amazonLinux2023(),
        userData: ec2.UserData.forLinux(),
        role: new iam.Role(this, 'Role', { assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com') }),
        securityGroup: nodes,
        requireImdsv2: true,
      }),
      minCapacity: 0,
    });
    this.provider = new ecs.AsgCapacityProvider(this, 'Provider', {
      autoScalingGroup: this.autoScalingGroup,
      enableManagedTerminationProtection: false,
      capacityProviderName: `${id.toLowerCase()}-general`,
    });
    this.addAsgCapacityProvider(this.provider);
    this.addDefaultCapacityProviderStrategy([
      { capacityProvider: this.provider.capacityProviderName, weight: 1 },
    ]);
    if (options.served === false) return;
    // CDK leaves the nodes of a capacity provider out of the cluster's connections.
    this.connections.addSecurityGroup(nodes);
    serve(served(this, options));
  }
}

export function served(cluster: ecs.ICluster, options: Partial<ServedOptions> = {}): ServedCluster {
  return {
    scope: cluster,
    clusterName: cluster.clusterName,
    clusterArn: cluster.clusterArn,
    physicalName: options.clusterName,
    association: associationOf(cluster),
    defaultStrategyIsOurs: options.defaultStrategyIsOurs ?? true,
    dynamicHostPortRange: options.dynamicHostPortRange,
    tiers: options.tiers,
    replacesRunningNodes: options.replacesRunningNodes ?? false,
    constrainToNotHeld: options.constrainToNotHeld ?? false,
  };
}

/** An app whose stacks leave alone what has no part in a test. */
export function newApp(context: Record<string, unknown> = {}): App {
  return new App({
    context: {
      '@aws-cdk/core:aspectStabilization': true,
      '@aws-cdk/core:aspectPrioritiesMutating': true,
      ...context,
    },
  });
}

export class TestStack extends Stack {
  public readonly vpc: ec2.IVpc;

  public constructor(scope: Construct = newApp(), id = 'Stack', props: StackProps = {}) {
    super(scope, id, props);
    this.vpc = ec2.Vpc.fromVpcAttributes(this, 'Vpc', {
      vpcId: 'vpc-0123456789abcdef0',
      vpcCidrBlock: '10.0.0.0/16',
      availabilityZones: ['eu-west-1a', 'eu-west-1b'],
      publicSubnetIds: ['subnet-1123456789abcdef0', 'subnet-2123456789abcdef0'],
      privateSubnetIds: ['subnet-3123456789abcdef0', 'subnet-4123456789abcdef0'],
    });
  }

  public cluster(options: Partial<ServedOptions> = {}, id = 'Cluster'): TestCluster {
    return new TestCluster(this, id, { vpc: this.vpc, ...options });
  }
}

export interface TaskOptions {
  readonly networkMode?: ecs.NetworkMode;
  readonly hostPort?: number;
  readonly containerPort?: number;
}

export function ec2Task(scope: Construct, id = 'Task', options: TaskOptions = {}): ecs.Ec2TaskDefinition {
  const { networkMode, hostPort, containerPort = 80 } = options;
  const task = new ecs.Ec2TaskDefinition(scope, id, { networkMode });
  task.addContainer('web', {
    image: ecs.ContainerImage.fromRegistry('nginx'),
    memoryLimitMiB: 128,
    // Service Connect finds a port by its name, and host mode has no Service Connect.
    portMappings: [
      { name: networkMode === ecs.NetworkMode.HOST ? undefined : 'web', containerPort, hostPort },
    ],
  });
  return task;
}

export function fargateTask(scope: Construct, id = 'FargateTask'): ecs.FargateTaskDefinition {
  const task = new ecs.FargateTaskDefinition(scope, id);
  task.addContainer('web', {
    image: ecs.ContainerImage.fromRegistry('nginx'),
    portMappings: [{ containerPort: 80 }],
  });
  return task;
}

export function ec2Service(
  scope: Construct,
  cluster: ecs.ICluster,
  props: Partial<ecs.Ec2ServiceProps> = {},
  id = 'Api',
): ecs.Ec2Service {
  const taskDefinition = props.taskDefinition ?? ec2Task(scope, `${id}Task`);
  return new ecs.Ec2Service(scope, id, {
    cluster,
    circuitBreaker: {},
    minHealthyPercent: 100,
    ...limits(props),
    ...props,
    taskDefinition,
  });
}

function limits(props: Partial<ecs.Ec2ServiceProps>): Partial<ecs.Ec2ServiceProps> {
  return props.daemon ? { minHealthyPercent: 0 } : {};
}

export interface Resource {
  readonly Type: string;
  readonly Properties: Record<string, unknown>;
  readonly DependsOn?: string[];
}

/** What a target of a rule or a schedule says of its task. */
export interface RenderedTarget {
  readonly Arn: unknown;
  readonly EcsParameters: Record<string, unknown>;
}

/** The one resource of a type. */
export function only(stack: Stack, type: string): Resource {
  const found = Object.values(Template.fromStack(stack).findResources(type));
  expect(found).toHaveLength(1);
  return found[0] as Resource;
}

export function onlyService(stack: Stack): Resource {
  return only(stack, 'AWS::ECS::Service');
}

/** The logical ids of a type: to say what `DependsOn` must hold. */
export function idsOf(stack: Stack, type: string): string[] {
  return Object.keys(Template.fromStack(stack).findResources(type));
}

export function associationIds(stack: Stack): string[] {
  return idsOf(stack, 'AWS::ECS::ClusterCapacityProviderAssociations');
}

export function dependsOnAssociation(stack: Stack, resource: Resource): boolean {
  const ids = associationIds(stack);
  expect(ids.length).toBeGreaterThan(0);
  return ids.every((id) => resource.DependsOn?.includes(id) ?? false);
}

export interface Warning {
  readonly path: string;
  readonly id: string;
  readonly message: string;
}

/** Our warnings in a stack, in the order of the tree. */
export function warnings(stack: Stack): Warning[] {
  return Annotations.fromStack(stack)
    .findWarning('*', Match.anyValue())
    .map(({ id, entry }) => {
      const [, message, ack] = /^([\s\S]*) \[ack: (.*)\]$/.exec(String(entry.data)) ?? [];
      return { path: id, id: ack ?? '', message: message ?? '' };
    })
    .filter(({ id }) => id.startsWith('cdk-ecs-auto-scaled-cluster:'));
}

export function warningIds(stack: Stack): string[] {
  return warnings(stack).map(({ id }) => id.replace('cdk-ecs-auto-scaled-cluster:', ''));
}

/** The one warning of a stack with a name. */
export function warning(stack: Stack, name: string): Warning | undefined {
  const found = warnings(stack).filter(({ id }) => id === `cdk-ecs-auto-scaled-cluster:${name}`);
  expect(found.length).toBeLessThanOrEqual(1);
  return found[0];
}
