/** The smallest template with a cluster, a tier and a service. */
export interface FleetWishes {
  readonly type?: unknown;
  readonly image?: unknown;
  readonly version?: unknown;
  readonly policy?: unknown;
  readonly min?: unknown;
  readonly max?: unknown;
  readonly desired?: unknown;
  readonly userData?: unknown;
  readonly tags?: Record<string, string>;
  readonly draining?: string;
  readonly protection?: string;
  /** Capacity providers that the service names. */
  readonly strategy?: string[];
  readonly service?: Record<string, unknown>;
}

export const GROUP = 'Group';

export const ROLLING = {
  AutoScalingInstanceRefresh: {
    Preferences: { MinHealthyPercentage: 100, MaxHealthyPercentage: 200, SkipMatching: true },
  },
};

export function fleet(wishes: FleetWishes = {}): any {
  const LaunchTemplateId = { Ref: 'Template' };
  return {
    Parameters: { Image: { Type: 'AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>', Default: '/image' } },
    Resources: {
      Cluster: { Type: 'AWS::ECS::Cluster', Properties: {} },
      NodeSecurityGroup: {
        Type: 'AWS::EC2::SecurityGroup',
        Properties: { GroupDescription: 'nodes', VpcId: 'vpc-1' },
      },
      Template: {
        Type: 'AWS::EC2::LaunchTemplate',
        Properties: {
          LaunchTemplateData: {
            ImageId: wishes.image ?? 'ami-00000000000000000',
            InstanceType: wishes.type ?? 't3.small',
            SecurityGroupIds: [{ 'Fn::GetAtt': ['NodeSecurityGroup', 'GroupId'] }],
            UserData: { 'Fn::Base64': wishes.userData ?? '#!/bin/sh\n' },
          },
        },
      },
      [GROUP]: {
        Type: 'AWS::AutoScaling::AutoScalingGroup',
        UpdatePolicy: wishes.policy ?? ROLLING,
        Properties: {
          LaunchTemplate: {
            LaunchTemplateId,
            Version: wishes.version ?? { 'Fn::GetAtt': ['Template', 'LatestVersionNumber'] },
          },
          MinSize: wishes.min ?? 0,
          MaxSize: wishes.max ?? 30,
          ...(wishes.desired === undefined ? {} : { DesiredCapacity: wishes.desired }),
          VPCZoneIdentifier: ['subnet-1'],
          ...(wishes.tags
            ? {
                Tags: Object.entries(wishes.tags).map(([Key, Value]) => ({
                  Key,
                  Value,
                  PropagateAtLaunch: false,
                })),
              }
            : {}),
        },
      },
      Provider: {
        Type: 'AWS::ECS::CapacityProvider',
        Properties: {
          AutoScalingGroupProvider: {
            AutoScalingGroupArn: { Ref: GROUP },
            ManagedDraining: wishes.draining ?? 'ENABLED',
            ManagedTerminationProtection: wishes.protection ?? 'DISABLED',
          },
        },
      },
      Association: {
        Type: 'AWS::ECS::ClusterCapacityProviderAssociations',
        Properties: {
          Cluster: { Ref: 'Cluster' },
          CapacityProviders: [{ Ref: 'Provider' }],
          DefaultCapacityProviderStrategy: [{ CapacityProvider: { Ref: 'Provider' } }],
        },
      },
      TaskDefinition: {
        Type: 'AWS::ECS::TaskDefinition',
        Properties: { ContainerDefinitions: [{ Image: 'nginx:1' }] },
      },
      Api: {
        Type: 'AWS::ECS::Service',
        Properties: {
          Cluster: { Ref: 'Cluster' },
          TaskDefinition: { Ref: 'TaskDefinition' },
          DesiredCount: 2,
          ...(wishes.strategy
            ? { CapacityProviderStrategy: wishes.strategy.map((id) => ({ CapacityProvider: { Ref: id } })) }
            : {}),
          ...wishes.service,
        },
      },
    },
  };
}
