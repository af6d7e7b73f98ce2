import type * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type { Kind } from './expected-type';

export const VPC: Kind<ec2.IVpc> = {
  name: 'an ec2.IVpc, such as an ec2.Vpc',
  member: 'selectSubnets',
  instead: (id) => `ec2.Vpc.fromLookup(this, 'Vpc', { vpcId: ${id} })`,
};

export const SUBNET_SELECTION: Kind<ec2.SubnetSelection> = {
  name: 'an ec2.SubnetSelection such as `{ subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS }`',
};

export const SECURITY_GROUP: Kind<ec2.ISecurityGroup> = {
  name: 'an ec2.ISecurityGroup',
  member: 'addIngressRule',
  instead: (id) => `ec2.SecurityGroup.fromSecurityGroupId(this, 'SecurityGroup', ${id})`,
};

export const INSTANCE_TYPE: Kind<ec2.InstanceType> = {
  name: 'an ec2.InstanceType',
  member: 'isBurstable',
  instead: (type) => `new ec2.InstanceType(${type})`,
};

export const MACHINE_IMAGE: Kind<ec2.IMachineImage> = {
  name: 'an ec2.IMachineImage, such as `NodeImage.amazonLinux2023()`',
  member: 'getImage',
  instead: (image, text) =>
    text.startsWith('ami-')
      ? `ec2.MachineImage.genericLinux({ 'eu-central-1': ${image} })`
      : `NodeImage.fromSsmParameter(${image})`,
};

export const KEY_PAIR: Kind<ec2.IKeyPair> = {
  name: 'an ec2.IKeyPair',
  member: 'keyPairName',
  instead: (name) => `ec2.KeyPair.fromKeyPairName(this, 'KeyPair', ${name})`,
};

export const ROLE: Kind<iam.IRole> = {
  name: 'an iam.IRole, such as a NodeRole',
  member: 'addToPrincipalPolicy',
  instead: (role, text) =>
    `iam.Role.${text.startsWith('arn:') ? 'fromRoleArn' : 'fromRoleName'}(this, 'Role', ${role})`,
};

export const SECRET: Kind<secretsmanager.ISecret> = {
  name: 'a secretsmanager.ISecret',
  member: 'secretArn',
  instead: (secret, text) =>
    text.startsWith('arn:')
      ? `secretsmanager.Secret.fromSecretCompleteArn(this, 'Registry', ${secret})`
      : `secretsmanager.Secret.fromSecretNameV2(this, 'Registry', ${secret})`,
};

export const HEALTH_CHECKS: Kind<autoscaling.HealthChecks> = {
  name: 'an autoscaling.HealthChecks, such as `autoscaling.HealthChecks.ec2()`',
  member: 'types',
};

export const ALARM: Kind<cloudwatch.IAlarmRef> = {
  name: 'a cloudwatch.IAlarm',
  member: 'alarmRef',
  instead: (alarm, text) =>
    `cloudwatch.Alarm.${text.startsWith('arn:') ? 'fromAlarmArn' : 'fromAlarmName'}(this, 'Alarm', ${alarm})`,
};

export const TOPIC: Kind<sns.ITopic> = {
  name: 'an sns.ITopic',
  member: 'topicArn',
  instead: (arn) => `sns.Topic.fromTopicArn(this, 'Topic', ${arn})`,
};
