import { type CfnResource, Stack } from 'aws-cdk-lib';
import { quoteForMessage } from '../private/errors';
import { type Problem, problemAt } from '../rendered/problem';
import { field, pascalCase, rendered, renderedList } from '../rendered/resource';
import { GATE_HOOK, GATE_HOOK_NAME, gateHook } from '../replacement/gate-hook';
import type { ReviewedTier } from './reviewed-tier';

/** A lifecycle hook of a group: in its list, or a separate resource. */
interface Hook {
  readonly path: string;
  readonly read: (name: string) => unknown;
}

/** EC2 Auto Scaling's quota of a group. */
const MAX_HOOKS = 50;

/** What is wrong with the hooks of a tier's group: those in its list, and those that are attached to it. */
export function hookProblems(tier: ReviewedTier, group: CfnResource, attached: CfnResource[]): Problem[] {
  const listed: Hook[] = renderedList(group, 'lifecycleHookSpecificationList').map((hook) => ({
    path: group.node.path,
    read: (name) => field(hook, name),
  }));
  const separate: Hook[] = attached.map((resource) => ({
    path: resource.node.path,
    read: (name) => rendered(resource, name),
  }));
  return [
    ...(tier.replacement._readinessGate ? gateProblems(tier, group, listed, separate) : []),
    ...(tier.replacement.drains ? terminationProblems(tier, [...listed, ...separate]) : []),
    ...countProblems(tier, listed.length + separate.length),
  ];
}

/** Only where nodes are drained: else there is no hook to skip. */
function terminationProblems(tier: ReviewedTier, hooks: Hook[]): Problem[] {
  return hooks
    .filter(abandonsTermination)
    .map(({ path }) =>
      problemAt(
        tier.scope,
        'AbandonedTermination',
        `${quoteForMessage(path)}: a termination hook must have the default result CONTINUE (left out, it is ` +
          'ABANDON): an abandoned termination skips all other hooks, with them the one that drains the node',
      ),
    );
}

/** Left out, the result is ABANDON. */
function abandonsTermination({ read }: Hook): boolean {
  return (
    read('lifecycleTransition') === 'autoscaling:EC2_INSTANCE_TERMINATING' &&
    (read('defaultResult') ?? 'ABANDON') === 'ABANDON'
  );
}

function gateProblems(tier: ReviewedTier, group: CfnResource, listed: Hook[], separate: Hook[]): Problem[] {
  const [gate, ...others] = listed.filter((hook) => isGate(group, hook));
  if (gate === undefined) {
    return [
      problemAt(
        tier.scope,
        'GateHookMissing',
        "the group's `LifecycleHookSpecificationList` must keep the hook of the readiness gate, or nodes " +
          'go into service before they have joined: add yours by `autoScalingGroup.addLifecycleHook()`, or ' +
          'set `readinessGate: false`',
      ),
    ];
  }
  const twins = [...others, ...separate.filter((hook) => isGate(group, hook))];
  return [...changes(tier, group, gate), ...twins.map(({ path }) => twinProblem(tier, path))];
}

function twinProblem(tier: ReviewedTier, path: string): Problem {
  return problemAt(
    tier.scope,
    'GateHookChanged',
    `${quoteForMessage(path)}: a lifecycle hook must not have the name of the readiness gate's, which ` +
      `begins with "${GATE_HOOK}": one would take the other's place, and nothing would be gated. Give it ` +
      'another name, or none',
  );
}

function isGate(group: CfnResource, { read }: Hook): boolean {
  const name = read('lifecycleHookName');
  const { stackName } = Stack.of(group);
  return sameIn(group, name, GATE_HOOK_NAME) || sameIn(group, name, `${GATE_HOOK}${stackName}`);
}

function sameIn(group: CfnResource, one: unknown, other: unknown): boolean {
  const stack = Stack.of(group);
  return JSON.stringify(stack.resolve(one)) === JSON.stringify(stack.resolve(other));
}

/** What the gate's state machine counts on. Anything else of a hook is the user's. */
function changes(tier: ReviewedTier, group: CfnResource, gate: Hook): Problem[] {
  const expected = Object.entries(gateHook(tier.clusterName));
  const changed = expected.filter(
    ([name, value]) =>
      name !== 'lifecycleHookName' && !sameIn(group, numeral(gate.read(name)), numeral(value)),
  );
  if (changed.length === 0) return [];
  const fields = changed.map(([name]) => `\`${pascalCase(name)}\` (${quoteForMessage(gate.read(name))})`);
  return [
    problemAt(
      tier.scope,
      'GateHookChanged',
      `the hook of the readiness gate must stay as the library sets it, got: ${fields.join(', ')}. Its state ` +
        'machine counts on it, and without it nodes go into service before they have joined, or are given ' +
        'up. Leave the hook to the library, or set `readinessGate: false`',
    ),
  ];
}

/** An override may write a number as a text. */
function numeral(value: unknown): unknown {
  return typeof value === 'number' ? String(value) : value;
}

function countProblems(tier: ReviewedTier, given: number): Problem[] {
  const ofEcs = tier.replacement.drains ? 1 : 0;
  const count = given + ofEcs;
  if (count <= MAX_HOOKS) return [];
  const own = (tier.replacement._readinessGate ? 1 : 0) + ofEcs;
  return [
    problemAt(
      tier.scope,
      'TooManyHooks',
      `a group can have at most ${MAX_HOOKS} lifecycle hooks, got: ${count}` +
        (own === 0 ? '' : `, ${own} of them of the readiness gate and of ECS's draining`),
    ),
  ];
}
