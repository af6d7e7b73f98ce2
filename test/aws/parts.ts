import type { Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import {
  EcsAutoScaledCluster,
  type EcsAutoScaledClusterProps,
  type InstanceTierOptions,
} from 'cdk-ecs-auto-scaled-cluster';
import type { Sample } from './seen';

export const SMALL = new ec2.InstanceType('t3.small');

/** A cluster of one tier in a VPC without a NAT gateway, which would cost more than all the rest. */
export function cluster(
  stack: Stack,
  tier: InstanceTierOptions,
  props: Partial<Omit<EcsAutoScaledClusterProps, 'tiers'>> = {},
): EcsAutoScaledCluster {
  const vpc = new ec2.Vpc(stack, 'Vpc', {
    natGateways: 0,
    maxAzs: 2,
    subnetConfiguration: [{ name: 'Public', subnetType: ec2.SubnetType.PUBLIC }],
  });
  return new EcsAutoScaledCluster(stack, 'Cluster', {
    vpc,
    vpcSubnets: { subnetType: ec2.SubnetType.PUBLIC },
    ...(tier.template ? {} : { associatePublicIpAddress: true }),
    ...props,
    tiers: [
      {
        name: 'nodes',
        maxCapacity: 10,
        ...(tier.instanceTypes || tier.template ? {} : { instanceTypes: [SMALL] }),
        ...tier,
      },
    ],
  });
}

export interface IdleOptions {
  /** How much of a node it takes, in MiB. */
  readonly memory?: number;
  /** It does not heed SIGTERM: its end takes as long as ECS waits, 30 seconds by default. */
  readonly stubborn?: boolean;
  readonly seconds?: number;
  readonly family?: string;
}

/** A task that does nothing, from Amazon's public registry. */
export function idleTask(
  stack: Stack,
  id: string,
  { memory = 64, stubborn = false, seconds, family }: IdleOptions = {},
) {
  const definition = new ecs.Ec2TaskDefinition(stack, id, { family });
  const idle = seconds === undefined ? 'while :; do sleep 1; done' : `sleep ${seconds}`;
  definition.addContainer('idle', {
    image: ecs.ContainerImage.fromRegistry('public.ecr.aws/docker/library/busybox:stable'),
    memoryReservationMiB: memory,
    command: ['sh', '-c', stubborn ? idle : `trap 'exit 0' TERM; ${idle}`],
  });
  return definition;
}

/** Whether so many nodes have joined. */
export const joined =
  (count: number) =>
  ({ nodes }: Sample): boolean =>
    nodes.filter(({ connected, status }) => connected && status === 'ACTIVE').length >= count;

/** Whether a service runs so many tasks. */
export const runs =
  (service: string, count: number) =>
  ({ services }: Sample): boolean =>
    (services.find(({ name }) => name === service)?.running ?? 0) >= count;
