import * as ecs from 'aws-cdk-lib/aws-ecs';
import type { ExistingClusterProps } from '../../src';
import { ClusterProviders, ExistingCluster } from '../../src';
import { SMALL, type TestStack, taskDefinition } from '../helpers/estate';
import { type Account, deployable, image } from './account';

const PROVIDER = 'AWS::ECS::CapacityProvider';

/** A service of this app. */
export function service(
  stack: TestStack,
  cluster: ecs.ICluster,
  props: Partial<ecs.Ec2ServiceProps> = {},
): void {
  new ecs.Ec2Service(stack, 'Api', {
    cluster,
    taskDefinition: taskDefinition(stack),
    minHealthyPercent: 100,
    ...props,
  });
}

/** What a cluster has, whoever gave it. */
interface Seen {
  readonly providers: string[];
  readonly strategy: string[];
  readonly services: Record<string, string[]>;
}

/**
 * A cluster that no stack has made: with two capacity providers and Fargate, a default strategy, and a service
 * on one of the providers. The other one is idle.
 */
export class Outside {
  private static made = 0;

  public static async make(account: Account, { isEmpty = false } = {}): Promise<Outside> {
    const outside = new Outside(account, ++Outside.made);
    await outside.ecs('create_cluster', { clusterName: outside.name });
    if (!isEmpty) await outside.fill();
    return outside;
  }

  public readonly name: string;
  public readonly busy: string;
  public readonly idle: string;
  public readonly stackName: string;

  private constructor(
    private readonly account: Account,
    number: number,
  ) {
    this.name = `shared-${number}`;
    this.busy = `busy-${number}`;
    this.idle = `idle-${number}`;
    this.stackName = `Joining${number}`;
  }

  /** What it has before and after: nothing of this app. */
  public get untouched(): Seen {
    return {
      providers: [this.busy, this.idle, 'FARGATE'],
      strategy: [this.busy],
      services: { old: [this.busy] },
    };
  }

  public get kept(): ClusterProviders {
    return ClusterProviders.keep([this.busy, this.idle, 'FARGATE'], {
      defaultStrategy: [{ capacityProvider: this.busy, weight: 1 }],
    });
  }

  /** The cluster in a stack of this app, with a tier. */
  public in(stack: TestStack, props: Partial<ExistingClusterProps> = {}): ExistingCluster {
    return new ExistingCluster(stack, 'Shared', {
      clusterName: this.name,
      vpc: stack.vpc,
      capacityProviders: this.kept,
      machineImage: image,
      instanceTypes: [SMALL],
      tiers: [{ name: 'general' }],
      ...props,
    });
  }

  /** The same, with the list left to its owner. */
  public elsewhere(
    stack: TestStack,
    capacityProviderName: string,
    props: Partial<ExistingClusterProps> = {},
  ): ExistingCluster {
    return this.in(stack, {
      ...props,
      capacityProviders: ClusterProviders.ownedElsewhere(),
      tiers: [{ name: 'general', capacityProviderName }],
    });
  }

  public async seen(): Promise<Seen> {
    const { clusters } = await this.ecs('describe_clusters', { clusters: [this.name] });
    const [{ capacityProviders, defaultCapacityProviderStrategy }] = clusters;
    const { serviceArns } = await this.ecs('list_services', { cluster: this.name });
    const { services } = serviceArns.length
      ? await this.ecs('describe_services', { cluster: this.name, services: serviceArns })
      : { services: [] };
    const named = (strategy: { capacityProvider: string }[] = []) =>
      strategy.map(({ capacityProvider }) => capacityProvider);
    return {
      providers: capacityProviders,
      strategy: named(defaultCapacityProviderStrategy),
      services: Object.fromEntries(
        services
          .filter(({ status }: any) => status === 'ACTIVE')
          .map(({ serviceName, capacityProviderStrategy }: any) => [
            serviceName,
            named(capacityProviderStrategy),
          ]),
      ),
    };
  }

  /** Deploys what `make` adds to a stack, to the one that there is. */
  public async deploy(make: (stack: TestStack) => unknown): Promise<void> {
    const stack = deployable(this.stackName);
    make(stack);
    await this.account.deploy(stack);
  }

  /** The capacity providers of the stack's tiers. */
  public providers(): Promise<string[]> {
    return this.account.idsOf(PROVIDER, this.stackName);
  }

  /** `aws ecs put-cluster-capacity-providers`, as a person runs it. */
  public put(names: string[]): Promise<unknown> {
    return this.ecs('put_cluster_capacity_providers', {
      cluster: this.name,
      capacityProviders: names,
      defaultCapacityProviderStrategy: [{ capacityProvider: this.busy, weight: 1 }],
    });
  }

  private async fill(): Promise<void> {
    for (const name of [this.busy, this.idle]) {
      const autoScalingGroupArn = await this.group(name);
      await this.ecs('create_capacity_provider', { name, autoScalingGroupProvider: { autoScalingGroupArn } });
    }
    await this.put([this.busy, this.idle, 'FARGATE']);
    await this.ecs('register_task_definition', {
      family: 'old',
      containerDefinitions: [{ name: 'web', image: 'nginx', memory: 64 }],
    });
    await this.ecs('create_service', {
      cluster: this.name,
      serviceName: 'old',
      taskDefinition: 'old',
      desiredCount: 1,
      capacityProviderStrategy: [{ capacityProvider: this.busy, weight: 1 }],
    });
  }

  private async group(AutoScalingGroupName: string): Promise<string> {
    const { LaunchTemplate } = await this.account.aws.call('ec2', 'create_launch_template', {
      LaunchTemplateName: AutoScalingGroupName,
      LaunchTemplateData: { ImageId: 'ami-0000000000000000a' },
    });
    await this.account.aws.call('autoscaling', 'create_auto_scaling_group', {
      AutoScalingGroupName,
      MinSize: 0,
      MaxSize: 3,
      LaunchTemplate: { LaunchTemplateId: LaunchTemplate.LaunchTemplateId, Version: '1' },
      AvailabilityZones: ['us-east-1a'],
    });
    const { AutoScalingGroups } = await this.account.aws.call('autoscaling', 'describe_auto_scaling_groups', {
      AutoScalingGroupNames: [AutoScalingGroupName],
    });
    return AutoScalingGroups[0].AutoScalingGroupARN;
  }

  private ecs(operation: string, params: object): Promise<any> {
    return this.account.aws.call('ecs', operation, params);
  }
}
