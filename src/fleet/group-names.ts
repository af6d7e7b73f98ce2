import { Aws, type Stack } from 'aws-cdk-lib';
import type * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import { deployedStackName } from '../private/stacks';

/**
 * What a rule's pattern says of the names of groups of a stack.
 *
 * CloudFormation begins a generated name with the stack's, one pattern for however many groups. Where it may
 * not (a name by an escape hatch, one that would be too long), the rule matches all groups of the region.
 */
export function namesOfGroups(stack: Stack, groups: autoscaling.CfnAutoScalingGroup[]): object[] {
  const stackName = stack.nestedStackParent ? 128 : deployedStackName(stack).length;
  const regular = groups.every((group) => {
    const logicalId: string = stack.resolve(group.logicalId);
    return (
      stack.resolve(group.autoScalingGroupName) === undefined && stackName + logicalId.length + 14 <= 255
    );
  });
  return regular ? [{ prefix: `${Aws.STACK_NAME}-` }] : [{ exists: true }];
}
