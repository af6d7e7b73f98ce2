import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { InstanceChoice } from './instance-choice';
import type { NodeProps } from './node-props';

/** A node, with everything resolved that the launch template says of it. */
export interface LaunchTemplateInput {
  readonly node: NodeProps;
  readonly role: iam.IRole;
  readonly image: ec2.IMachineImage;
  readonly instances: InstanceChoice;
  readonly userData: ec2.UserData;
  readonly volumes: ec2.CfnLaunchTemplate.BlockDeviceMappingProperty[];
  readonly securityGroups: ec2.ISecurityGroup[];
  /** The security group of the adapters, where there are some. */
  readonly efaGroup?: ec2.ISecurityGroup;
  /** The capacity block that the nodes are bought in. */
  readonly capacityBlock?: string;
  /** Let the node read its own tags from the instance metadata service: where it finds its cluster. */
  readonly instanceMetadataTags: boolean;
}
