import { Aws, type Stack } from 'aws-cdk-lib';
import type * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import { deployedStackName } from '../private/stacks';
import { rendered } from '../rendered/resource';

/** A pattern has room for 2,048 characters. */
const MOST_CHARACTERS = 1500;

/**
 * What a rule's pattern says of the names of groups of a stack.
 *
 * CloudFormation begins a generated name with the stack's, one pattern for however many groups. Names that
 * users give are in it as they are. Where a name is not known, would be too long to be generated, or there is
 * no room, the rule matches all groups of the region.
 */
export function namesOfGroups(
  stack: Stack,
  groups: autoscaling.CfnAutoScalingGroup[],
): (string | { readonly prefix: string } | { readonly exists: true })[] {
  const stackName = stack.nestedStackParent ? 128 : deployedStackName(stack).length;
  const names = groups.map((group) => rendered(group, 'autoScalingGroupName'));
  const given = [...new Set(names)].filter((name) => typeof name === 'string');
  const isKnown = groups.every((group, index) => {
    const logicalId: string = stack.resolve(group.logicalId);
    const name = names[index];
    return name === undefined ? stackName + logicalId.length + 14 <= 255 : typeof name === 'string';
  });
  if (!isKnown || given.join('","').length > MOST_CHARACTERS) return [{ exists: true }];
  const generated = names.includes(undefined) ? [{ prefix: `${Aws.STACK_NAME}-` }] : [];
  return [...generated, ...given];
}
