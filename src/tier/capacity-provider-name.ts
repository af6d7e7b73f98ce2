import { Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { deployedStackName, shortHash } from '../private/stacks';

const RESERVED = /^(aws|ecs|fargate)/i;

/**
 * The name of a tier's capacity provider where it needs one.
 *
 * CloudFormation's generated names begin with the name of the stack. ECS refuses those that begin with aws,
 * ecs or fargate, in upper or lower case (aws-cdk #29151; CDK itself looks at lower case only). A nested
 * stack's name is known to CloudFormation alone, so there it is always given. Everywhere else the name stays
 * generated: what has a fixed name cannot be replaced.
 */
export function capacityProviderNameFor(
  tier: IConstruct,
  tierName: string,
  given: string | undefined,
): string | undefined {
  if (given !== undefined) return given;
  const stackName = deployedStackName(tier);
  if (Stack.of(tier).nestedStackParent === undefined && !RESERVED.test(stackName)) return undefined;
  return `cp-${inName(stackName)}-${inName(tierName)}-${shortHash(stackName, tier.node.path)}`;
}

function inName(text: string): string {
  return text.replace(/[^A-Za-z0-9_-]/g, '-');
}
