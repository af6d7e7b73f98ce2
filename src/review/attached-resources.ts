import type { Problem } from '../rendered/problem';
import { at } from '../rendered/rendered-stack';
import type { NodeReplacement } from '../replacement/node-replacement';

const HOOK = 'AWS::AutoScaling::LifecycleHook';
const POLICY = 'AWS::AutoScaling::ScalingPolicy';
const WARM_POOL = 'AWS::AutoScaling::WarmPool';

/** Resources that name a group and change how it works. */
export const ATTACHED_TYPES: ReadonlySet<string> = new Set([HOOK, POLICY, WARM_POOL]);

/** What a resource that hangs on a tier's group does to it, without a word from CDK or CloudFormation. */
export function attachmentProblem(resource: unknown, replacement: NodeReplacement): Problem | undefined {
  switch (at(resource, 'Type')) {
    case POLICY:
      return {
        code: 'ScalingPolicyOnTier',
        text:
          "a scaling policy of its own must not be on a tier's group: ECS scales it, by what its tasks " +
          'need, and forbids other policies beside managed scaling. Scale the services, and use the ' +
          "tier's `targetCapacityPercent`, `minCapacity` or `schedules` for spare nodes",
      };
    case HOOK:
      return replacement.drains ? abandonedTermination(at(resource, 'Properties')) : undefined;
    case WARM_POOL:
      return replacement._readinessGate
        ? {
            code: 'WarmPoolBehindGate',
            text:
              'a warm pool must not be on a group whose nodes have to join the cluster before they ' +
              'count: nodes of the pool boot without registering, so the gate would hold each of them, ' +
              'and give it up. Leave the pool out, or set `readinessGate: false`',
          }
        : undefined;
    default:
      return undefined;
  }
}

/** Left out, the result is ABANDON. */
function abandonedTermination(properties: unknown): Problem | undefined {
  if (at(properties, 'LifecycleTransition') !== 'autoscaling:EC2_INSTANCE_TERMINATING') return undefined;
  const result = at(properties, 'DefaultResult') ?? 'ABANDON';
  if (result !== 'ABANDON') return undefined;
  return {
    code: 'AbandonedTermination',
    text:
      'a termination hook must have the default result CONTINUE (left out, it is ABANDON): an ' +
      'abandoned termination skips all other hooks, and with them the one that drains the node',
  };
}
