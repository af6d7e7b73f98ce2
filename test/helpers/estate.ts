import { App, Stack, type StackProps } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import {
  ClusterProviders,
  EcsAutoScaledCluster,
  type EcsAutoScaledClusterProps,
  ExistingCluster,
  type ExistingClusterProps,
  type InstanceTierOptions,
} from '../../src';

export const SMALL = new ec2.InstanceType('t3.small');
export const LARGE = new ec2.InstanceType('m7i.large');
export const ARM = new ec2.InstanceType('m7g.large');

/** Instance types by their names. */
export function types(...names: string[]): ec2.InstanceType[] {
  return names.map((name) => new ec2.InstanceType(name));
}

/** A stack with a VPC of its own that needs no look-up and renders few resources. */
export class TestStack extends Stack {
  public readonly vpc: ec2.IVpc;

  // A tree.json takes a seventh of a synthesis, and no test reads it.
  public constructor(scope: App = new App({ treeMetadata: false }), id = 'Estate', props: StackProps = {}) {
    super(scope, id, props);
    this.vpc = testVpc(this);
  }

  /** A cluster with one tier, the smallest that works. */
  public cluster(props: Partial<EcsAutoScaledClusterProps> = {}, id = 'Orders'): EcsAutoScaledCluster {
    return new EcsAutoScaledCluster(this, id, {
      vpc: this.vpc,
      tiers: [{ name: 'general', instanceTypes: [SMALL] }],
      ...props,
    });
  }

  /** A cluster "shared" of another owner, with one tier of this app. */
  public existingCluster(props: Partial<ExistingClusterProps> = {}, id = 'Shared'): ExistingCluster {
    return new ExistingCluster(this, id, {
      clusterName: 'shared',
      vpc: this.vpc,
      capacityProviders: ClusterProviders.keep(['batch', 'FARGATE'], {
        defaultStrategy: [{ capacityProvider: 'batch', weight: 1 }],
      }),
      tiers: [{ name: 'general', instanceTypes: [SMALL] }],
      ...props,
    });
  }

  public get template(): Template {
    return Template.fromStack(this);
  }
}

/** A stack with a cluster of one tier, "general". */
export function tierStack(options: InstanceTierOptions): TestStack {
  const stack = new TestStack();
  stack.cluster({ tiers: [{ name: 'general', ...options }] });
  return stack;
}

/** A VPC by its attributes. */
export function testVpc(stack: Stack, id = 'Vpc'): ec2.IVpc {
  return ec2.Vpc.fromVpcAttributes(stack, id, {
    vpcId: 'vpc-0123456789abcdef0',
    availabilityZones: ['eu-central-1a', 'eu-central-1b'],
    privateSubnetIds: ['subnet-0aaaaaaaaaaaaaaa0', 'subnet-0bbbbbbbbbbbbbbb0'],
    publicSubnetIds: ['subnet-0ccccccccccccccc0', 'subnet-0ddddddddddddddd0'],
  });
}

/** A task definition in bridge mode with one container on a dynamic host port. */
export function taskDefinition(
  stack: Stack,
  id = 'TaskDefinition',
  networkMode = ecs.NetworkMode.BRIDGE,
): ecs.Ec2TaskDefinition {
  const definition = new ecs.Ec2TaskDefinition(stack, id, { networkMode });
  definition.addContainer('web', {
    image: ecs.ContainerImage.fromRegistry('nginx'),
    memoryLimitMiB: 128,
    portMappings: [{ containerPort: 80 }],
  });
  return definition;
}

/** The only resource of a type. */
export function only(template: Template, type: string): { id: string; [key: string]: any } {
  const found = Object.entries(template.findResources(type));
  if (found.length !== 1) throw new Error(`${found.length} resources of type ${type}`);
  const [[id, resource]] = found;
  return { id, ...(resource as object) };
}
