import * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as iam from 'aws-cdk-lib/aws-iam';
import { SMALL, type TestStack } from '../helpers/estate';

/** The provider of a group that is no tier, as an app has it before it moves. */
export function ownProvider(stack: TestStack): ecs.AsgCapacityProvider {
  const autoScalingGroup = new autoscaling.AutoScalingGroup(stack, 'OwnGroup', {
    vpc: stack.vpc,
    launchTemplate: new ec2.LaunchTemplate(stack, 'OwnTemplate', {
      instanceType: SMALL,
      machineImage: ecs.EcsOptimizedImage.amazonLinux2023(),
      userData: ec2.UserData.forLinux(),
      role: new iam.Role(stack, 'OwnRole', { assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com') }),
      securityGroup: new ec2.SecurityGroup(stack, 'OwnNodes', { vpc: stack.vpc }),
    }),
  });
  return new ecs.AsgCapacityProvider(stack, 'Own', {
    autoScalingGroup,
    enableManagedTerminationProtection: false,
    enableManagedDraining: true,
  });
}

/** The provider of Managed Instances. */
export function managedInstances(stack: TestStack): ecs.ManagedInstancesCapacityProvider {
  return new ecs.ManagedInstancesCapacityProvider(stack, 'Managed', {
    subnets: stack.vpc.privateSubnets,
    securityGroups: [new ec2.SecurityGroup(stack, 'ManagedNodes', { vpc: stack.vpc })],
  });
}
