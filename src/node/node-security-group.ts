import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { onceIn } from '../private/once-in';

/** The security group of nodes that have none of the user's: one for all nodes of `scope`. */
export function nodeSecurityGroup(scope: Construct, vpc: ec2.IVpc): ec2.ISecurityGroup {
  return onceIn(
    scope,
    'SecurityGroup',
    (id) => new ec2.SecurityGroup(scope, id, { vpc, description: 'Amazon ECS nodes' }),
  );
}
