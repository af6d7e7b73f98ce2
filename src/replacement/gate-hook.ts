import { Aws } from 'aws-cdk-lib';
import type * as autoscaling from 'aws-cdk-lib/aws-autoscaling';

/**
 * The beginning of the name of the readiness gate's hook.
 *
 * Not `joins-its-cluster-`: in an early version the hook of that name was a separate resource.
 * CloudFormation's cleanup of it would delete the hook of the group, by its name, and nothing would be gated.
 */
export const GATE_HOOK = 'joined-';

/**
 * Unique in the account and region, in a nested stack too, so that each stack's rule receives the events of
 * this stack's groups only.
 */
export const GATE_HOOK_NAME = `${GATE_HOOK}${Aws.STACK_NAME}`;

/**
 * The bootstrap of a node may take 15 minutes, by its own limit; the instance and the agent take some more to
 * start. All of it in seconds after the launch.
 */
export const HEARTBEAT = 1200;

/** The hook, as the group has it. */
export function gateHook(
  clusterName: string,
): autoscaling.CfnAutoScalingGroup.LifecycleHookSpecificationProperty {
  return {
    lifecycleHookName: GATE_HOOK_NAME,
    lifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
    heartbeatTimeout: HEARTBEAT,
    defaultResult: 'ABANDON',
    notificationMetadata: clusterName,
  };
}
