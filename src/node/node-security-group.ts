import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct, IConstruct } from 'constructs';
import { onceIn } from '../private/once-in';

const ours = new WeakSet<IConstruct>();

/** The security group of nodes that have none of the user's: one for all nodes of `scope`. */
export function nodeSecurityGroup(scope: Construct, vpc: ec2.IVpc): ec2.ISecurityGroup {
  return onceIn(scope, 'SecurityGroup', (id) => {
    const group = new ec2.SecurityGroup(scope, id, { vpc, description: 'Amazon ECS nodes' });
    ours.add(group);
    return group;
  });
}

/** Whether a construct is a security group that was made so. */
export function isNodeSecurityGroup(construct: IConstruct | undefined): boolean {
  return construct !== undefined && ours.has(construct);
}
