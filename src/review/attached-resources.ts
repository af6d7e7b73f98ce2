import type { CfnResource } from 'aws-cdk-lib';
import type { ErrorCode } from '../private/error-code';
import { quoteForMessage } from '../private/errors';
import { type Problem, problemAt } from '../rendered/problem';
import { rendered } from '../rendered/resource';
import type { ReviewedTier } from './reviewed-tier';

const HOOK = 'AWS::AutoScaling::LifecycleHook';
const POLICY = 'AWS::AutoScaling::ScalingPolicy';
const WARM_POOL = 'AWS::AutoScaling::WarmPool';

/** Resources that name a group and change how it works. */
export const ATTACHED_TYPES: ReadonlySet<string> = new Set([HOOK, POLICY, WARM_POOL]);

/** What a resource that hangs on a tier's group does to it, without a word from CDK or CloudFormation. */
export function attachmentProblems(resource: CfnResource, tier: ReviewedTier): Problem[] {
  const problem = (code: ErrorCode, text: string) => [
    problemAt(tier.scope, code, `${quoteForMessage(resource.node.path)}: ${text}`),
  ];
  switch (resource.cfnResourceType) {
    case POLICY:
      return problem(
        'ScalingPolicyOnTier',
        "a scaling policy of its own must not be on a tier's group: ECS scales it, by what its tasks " +
          'need, and forbids other policies beside managed scaling. Scale the services, and use the ' +
          "tier's `targetCapacityPercent`, `minCapacity` or `schedules` for spare nodes",
      );
    case HOOK:
      if (!tier.replacement.drains || !abandonsTermination(resource)) return [];
      return problem(
        'AbandonedTermination',
        'a termination hook must have the default result CONTINUE (left out, it is ABANDON): an ' +
          'abandoned termination skips all other hooks, and with them the one that drains the node',
      );
    case WARM_POOL:
      if (!tier.replacement._readinessGate) return [];
      return problem(
        'WarmPoolBehindGate',
        'a warm pool must not be on a group whose nodes have to join the cluster before they ' +
          'count: nodes of the pool boot without registering, so the gate would hold each of them, ' +
          'and give it up. Leave the pool out, or set `readinessGate: false`',
      );
    default:
      return [];
  }
}

/** Left out, the result is ABANDON. */
function abandonsTermination(hook: CfnResource): boolean {
  return (
    rendered(hook, 'lifecycleTransition') === 'autoscaling:EC2_INSTANCE_TERMINATING' &&
    (rendered(hook, 'defaultResult') ?? 'ABANDON') === 'ABANDON'
  );
}
