import { createHash } from 'node:crypto';
import { Stack, Token, TokenComparison } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * The name of the stack that is deployed, which for a nested one is the outermost: nested names are known to
 * CloudFormation alone.
 */
export function deployedStackName(construct: IConstruct): string {
  let stack = Stack.of(construct);
  while (stack.nestedStackParent) stack = stack.nestedStackParent;
  return Token.isUnresolved(stack.stackName) ? stack.node.id : stack.stackName;
}

/** Eight characters that differ where the parts differ. */
export function shortHash(...parts: string[]): string {
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 8);
}

/** Names are unique in an account and region; the same name elsewhere is something else. */
export function sameEnvironment(one: IConstruct, other: IConstruct): boolean {
  const [a, b] = [Stack.of(one), Stack.of(other)];
  return [Token.compareStrings(a.account, b.account), Token.compareStrings(a.region, b.region)].every(
    (comparison) => comparison === TokenComparison.SAME || comparison === TokenComparison.BOTH_UNRESOLVED,
  );
}
