import { Aws } from 'aws-cdk-lib';

/**
 * The beginning of the name of the readiness gate's hook.
 *
 * Not `joins-its-cluster-`, the name of a resource of its own in an early version: CloudFormation's cleanup of
 * that resource would delete the hook of the group, by its name, and nothing would be gated.
 */
export const GATE_HOOK = 'joined-';

/**
 * Unique in the account and region, in a nested stack too, so that each stack's rule receives the events of its
 * own groups only.
 */
export const GATE_HOOK_NAME = `${GATE_HOOK}${Aws.STACK_NAME}`;
