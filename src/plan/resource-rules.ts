/**
 * What an update of a property does to its resource: from the resource schemas of CloudFormation, as cfn-lint
 * 1.58.0 has them.
 */

/** A change of one of these replaces the resource. A dot leads into a property. */
const CREATE_ONLY: Readonly<Record<string, readonly string[]>> = {
  'AWS::AutoScaling::AutoScalingGroup': ['AutoScalingGroupName', 'InstanceId'],
  'AWS::AutoScaling::LifecycleHook': ['AutoScalingGroupName', 'LifecycleHookName'],
  'AWS::EC2::LaunchTemplate': ['LaunchTemplateName'],
  'AWS::EC2::SecurityGroup': ['GroupName', 'GroupDescription', 'VpcId'],
  'AWS::ECS::CapacityProvider': ['AutoScalingGroupProvider.AutoScalingGroupArn', 'Name', 'ClusterName'],
  'AWS::ECS::Cluster': ['ClusterName'],
  'AWS::ECS::ClusterCapacityProviderAssociations': ['Cluster'],
  'AWS::ECS::Service': ['Cluster', 'Role', 'SchedulingStrategy', 'ServiceName'],
  'AWS::IAM::InstanceProfile': ['InstanceProfileName', 'Path'],
  'AWS::IAM::Role': ['RoleName', 'Path'],
};

/** A new revision is another resource: everything but these replaces. */
const ALL_BUT: Readonly<Record<string, readonly string[]>> = { 'AWS::ECS::TaskDefinition': ['Tags'] };

/** The property with the name that a resource may be given. */
const NAME: Readonly<Record<string, string>> = {
  'AWS::AutoScaling::AutoScalingGroup': 'AutoScalingGroupName',
  'AWS::EC2::LaunchTemplate': 'LaunchTemplateName',
  'AWS::EC2::SecurityGroup': 'GroupName',
  'AWS::ECS::CapacityProvider': 'Name',
  'AWS::ECS::Cluster': 'ClusterName',
  'AWS::IAM::InstanceProfile': 'InstanceProfileName',
  'AWS::IAM::Role': 'RoleName',
};

/** A change of one of them makes an update policy act. */
export const ROLLS = [
  'LaunchTemplate',
  'MixedInstancesPolicy',
  'VPCZoneIdentifier',
  'AvailabilityZones',
  'AvailabilityZoneIds',
  'PlacementGroup',
];

/** A change of one of them deploys no new tasks. */
export const SERVICE_SETTINGS = [
  'DesiredCount',
  'Tags',
  'PropagateTags',
  'EnableExecuteCommand',
  'HealthCheckGracePeriodSeconds',
  'AvailabilityZoneRebalancing',
];

export const GROUP = 'AWS::AutoScaling::AutoScalingGroup';
export const LAUNCH_TEMPLATE = 'AWS::EC2::LaunchTemplate';
export const PROVIDER = 'AWS::ECS::CapacityProvider';
export const ASSOCIATION = 'AWS::ECS::ClusterCapacityProviderAssociations';
export const CLUSTER = 'AWS::ECS::Cluster';
export const SERVICE = 'AWS::ECS::Service';
export const STACK = 'AWS::CloudFormation::Stack';

export const nameProperty = (type: string): string | undefined => NAME[type];

/** Whether a change at a path replaces a resource of a type. */
export function replaces(type: string, path: string): boolean {
  const allBut = ALL_BUT[type];
  if (allBut) return !allBut.includes(path.split('.')[0]);
  return (CREATE_ONLY[type] ?? []).some((rule) => isWithin(path, rule) || isWithin(rule, path));
}

export const isWithin = (path: string, outer: string): boolean =>
  path === outer || path.startsWith(`${outer}.`);

/** Whether a reference to an attribute reads another value after a change at a path, in place. */
export const isNewVersion = (type: string, path: string): boolean =>
  type === LAUNCH_TEMPLATE && (isWithin(path, 'LaunchTemplateData') || path === 'VersionDescription');
