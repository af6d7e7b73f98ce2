import { Aws } from 'aws-cdk-lib';

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
