import type * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type * as servicediscovery from 'aws-cdk-lib/aws-servicediscovery';
import type * as sns from 'aws-cdk-lib/aws-sns';
import { instance } from './expected-type';

export const VPC = instance<ec2.IVpc>({
  name: 'an ec2.IVpc, such as an ec2.Vpc',
  member: 'selectSubnets',
  instead: (id) => `ec2.Vpc.fromLookup(this, 'Vpc', { vpcId: ${id} })`,
});

export const SUBNET_SELECTION = instance<ec2.SubnetSelection>({
  name: 'an ec2.SubnetSelection such as `{ subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS }`',
});

export const SECURITY_GROUP = instance<ec2.ISecurityGroup>({
  name: 'an ec2.ISecurityGroup',
  member: 'addIngressRule',
  instead: (id) => `ec2.SecurityGroup.fromSecurityGroupId(this, 'SecurityGroup', ${id})`,
});

export const INSTANCE_TYPE = instance<ec2.InstanceType>({
  name: 'an ec2.InstanceType',
  member: 'isBurstable',
  instead: (type) => `new ec2.InstanceType(${type})`,
});

export const MACHINE_IMAGE = instance<ec2.IMachineImage>({
  name: 'an ec2.IMachineImage, such as `NodeImage.amazonLinux2023()`',
  member: 'getImage',
  instead: (image, text) =>
    text.startsWith('ami-')
      ? `ec2.MachineImage.genericLinux({ 'eu-central-1': ${image} })`
      : `NodeImage.fromSsmParameter(${image})`,
});

export const PLACEMENT_GROUP = instance<ec2.IPlacementGroup>({
  name: 'an ec2.IPlacementGroup, such as an ec2.PlacementGroup',
  member: 'placementGroupName',
  instead: (name) => `ec2.PlacementGroup.fromPlacementGroupName(this, 'PlacementGroup', ${name})`,
});

export const KEY_PAIR = instance<ec2.IKeyPair>({
  name: 'an ec2.IKeyPair',
  member: 'keyPairName',
  instead: (name) => `ec2.KeyPair.fromKeyPairName(this, 'KeyPair', ${name})`,
});

export const ROLE = instance<iam.IRole>({
  name: 'an iam.IRole, such as a NodeRole',
  member: 'addToPrincipalPolicy',
  instead: (role, text) =>
    `iam.Role.${text.startsWith('arn:') ? 'fromRoleArn' : 'fromRoleName'}(this, 'Role', ${role})`,
});

export const SECRET = instance<secretsmanager.ISecret>({
  name: 'a secretsmanager.ISecret',
  member: 'secretArn',
  instead: (secret, text) =>
    text.startsWith('arn:')
      ? `secretsmanager.Secret.fromSecretCompleteArn(this, 'Registry', ${secret})`
      : `secretsmanager.Secret.fromSecretNameV2(this, 'Registry', ${secret})`,
});

export const HEALTH_CHECKS = instance<autoscaling.HealthChecks>({
  name: 'an autoscaling.HealthChecks, such as `autoscaling.HealthChecks.ec2()`',
  member: 'types',
});

export const ALARM = instance<cloudwatch.IAlarmRef>({
  name: 'a cloudwatch.IAlarm',
  member: 'alarmRef',
  instead: (alarm, text) =>
    `cloudwatch.Alarm.${text.startsWith('arn:') ? 'fromAlarmArn' : 'fromAlarmName'}(this, 'Alarm', ${alarm})`,
});

export const TOPIC = instance<sns.ITopic>({
  name: 'an sns.ITopic',
  member: 'topicArn',
  instead: (arn) => `sns.Topic.fromTopicArn(this, 'Topic', ${arn})`,
});

export const GRANTEE = instance<iam.IGrantable>({
  name: 'an iam.IGrantable, such as an iam.Role',
  member: 'grantPrincipal',
});

export const MANAGED_POLICY = instance<iam.IManagedPolicy>({
  name: 'an iam.IManagedPolicy',
  member: 'managedPolicyArn',
  instead: (policy, text) =>
    text.startsWith('arn:')
      ? `iam.ManagedPolicy.fromManagedPolicyArn(this, 'Policy', ${policy})`
      : `iam.ManagedPolicy.fromAwsManagedPolicyName(${policy})`,
});

export const KEY = instance<kms.IKey>({
  name: 'a kms.IKey, such as a kms.Key',
  member: 'addToResourcePolicy',
  instead: (key, text) =>
    text.startsWith('arn:')
      ? `kms.Key.fromKeyArn(this, 'Key', ${key})`
      : `kms.Alias.fromAliasName(this, 'Key', ${key})`,
});

export const NAMESPACE = instance<servicediscovery.INamespace>({
  name: 'a servicediscovery.INamespace',
  member: 'namespaceArn',
});

export const EXECUTE_COMMAND = instance<ecs.ExecuteCommandConfiguration>({
  name: 'an ecs.ExecuteCommandConfiguration such as `{ logging: ecs.ExecuteCommandLogging.DEFAULT }`',
});

export const MANAGED_STORAGE = instance<ecs.ManagedStorageConfiguration>({
  name: 'an ecs.ManagedStorageConfiguration such as `{ kmsKey }`',
});

export const CLOUD_MAP_NAMESPACE = instance<ecs.CloudMapNamespaceOptions>({
  name: "an ecs.CloudMapNamespaceOptions such as `{ name: 'orders.local' }`",
  member: 'name',
  instead: (name) => `{ name: ${name} }`,
});

export const ALARM_ACTION = instance<cloudwatch.IAlarmAction>({
  name: 'a cloudwatch.IAlarmAction, such as a cloudwatch_actions.SnsAction',
  member: 'bind',
});

export const METRIC_OPTIONS = instance<cloudwatch.MetricOptions>({
  name: 'a cloudwatch.MetricOptions such as `{ period: Duration.minutes(1) }`',
});

export const EXECUTE_FILE_OPTIONS = instance<ec2.ExecuteFileOptions>({
  name: "an ec2.ExecuteFileOptions such as `{ filePath: '/opt/setup.sh' }`",
  member: 'filePath',
  instead: (path) => `{ filePath: ${path} }`,
});
