import { type CfnResource, Stack, Token } from 'aws-cdk-lib';
import { quoteForMessage } from '../private/errors';
import { type Problem, problemAt } from '../rendered/problem';
import { rendered } from '../rendered/resource';
import { StageResources } from '../rendered/stage-resources';
import type { ReviewedTier } from './reviewed-tier';

const GROUP = 'AWS::AutoScaling::AutoScalingGroup';

/** A name that is given twice: EC2 Auto Scaling takes it once for an account and region. */
export function groupNameProblems(tier: ReviewedTier, group: CfnResource): Problem[] {
  const key = keyOf(group);
  if (key === undefined) return [];
  const others = StageResources.of(tier.scope).index(groupsByName).get(key) ?? [];
  const other = others.find((one) => one !== group);
  if (other === undefined) return [];
  return [
    problemAt(
      tier.scope,
      'InvalidGroupName',
      '`autoScalingGroupName` must be unique in an account and region, got: ' +
        `${quoteForMessage(rendered(group, 'autoScalingGroupName'))}, which is the name of ` +
        `${quoteForMessage(other.node.path)} too`,
    ),
  ];
}

function groupsByName(resources: StageResources): Map<string, CfnResource[]> {
  const byName = new Map<string, CfnResource[]>();
  for (const group of resources.ofType(GROUP)) {
    const key = keyOf(group);
    if (key !== undefined) byName.set(key, [...(byName.get(key) ?? []), group]);
  }
  return byName;
}

/** A stack of no known environment may be deployed to several, so it is compared with no other stack. */
function keyOf(group: CfnResource): string | undefined {
  const name = rendered(group, 'autoScalingGroupName');
  if (typeof name !== 'string') return undefined;
  const stack = Stack.of(group);
  const { account, region } = stack;
  const place = [account, region].some(Token.isUnresolved) ? stack.node.path : `${account} ${region}`;
  return `${place} ${name}`;
}
