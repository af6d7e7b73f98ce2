import { join } from 'node:path';
import { picture } from '../../projenrc/pictures/roll';
import { NodeReplacement } from '../../src';
import { only, TestStack } from '../helpers/estate';
import { expectGolden } from '../helpers/golden';
import { mostMoves } from './arbitrary';
import { TICK } from './clock';
import { type Fleet, type Policy, ROLLING } from './fleet';
import { roll } from './roll';

const SERVICE = {
  minHealthyPercent: 100,
  maxPercent: 200,
  protectedFor: 0,
  weights: [1],
  rebalanced: false,
};
const FLEET: Fleet = {
  tiers: [
    {
      nodes: 5,
      slots: 5,
      zones: 3,
      boots: [90, 120, 75, 180, 105],
      faults: ['none'],
      limit: Number.POSITIVE_INFINITY,
    },
  ],
  services: [
    { ...SERVICE, desired: 10 },
    { ...SERVICE, desired: 5 },
  ],
  happenings: [],
  runs: { startsAt: 15, lostAt: Number.POSITIVE_INFINITY, endEvent: true },
  undocumented: { termination: 'progressive', drainingCounts: true },
  placement: 'emptiest',
  seed: 4,
};
/** Ticks of the model in a column. */
const COLUMN = 30 / TICK;

test('the picture of the guide is what the model gives', () => {
  const outcome = roll(FLEET, ROLLING, true);
  expect(mostMoves(outcome)).toBe(1);
  expect(Math.max(...outcome.shortfall)).toBe(0);
  const ended = outcome.seconds / TICK + COLUMN;
  expectGolden(
    join(__dirname, '..', '..', 'docs', 'images', 'roll.svg'),
    picture(
      'One roll of rolling(), from the model',
      '15 tasks on 5 nodes: each moves once, and 15 run at all times',
      'Time runs to the right, 30 seconds in a column. From the model in test/roll, not measured on AWS.',
      outcome.history.filter((_, tick) => tick % COLUMN === 0 && tick <= ended),
    ),
  );
});

/** The policy of the model, as a template has it. */
function policyIn({ template }: TestStack): Policy {
  const { Properties: group, UpdatePolicy: update } = only(template, 'AWS::AutoScaling::AutoScalingGroup');
  const { MinHealthyPercentage, MaxHealthyPercentage, CheckpointPercentages } =
    update.AutoScalingInstanceRefresh.Preferences;
  expect(CheckpointPercentages).toBeUndefined();
  const provider = only(template, 'AWS::ECS::CapacityProvider').Properties.AutoScalingGroupProvider;
  const machines = Object.values<any>(template.findResources('AWS::StepFunctions::StateMachine'));
  const drains = machines.some((machine) =>
    JSON.stringify(machine).includes('updateContainerInstancesState'),
  );
  return {
    minHealthyPercentage: MinHealthyPercentage,
    maxHealthyPercentage: MaxHealthyPercentage,
    cordon: drains ? 'draining' : 'none',
    readinessGate: group.LifecycleHookSpecificationList.some(
      (hook: any) => hook.LifecycleTransition === 'autoscaling:EC2_INSTANCE_LAUNCHING',
    ),
    drains: provider.ManagedDraining !== 'DISABLED',
  };
}

test('the picture shows what `rolling()` does without options', () => {
  const stack = new TestStack();
  stack.cluster({ replacement: NodeReplacement.rolling() });
  expect(policyIn(stack)).toEqual(ROLLING);
});

test('the picture would be another one without the cordon', () => {
  const stack = new TestStack();
  stack.cluster({ replacement: NodeReplacement.rolling({ cordon: false }) });
  expect(policyIn(stack)).toEqual({ ...ROLLING, cordon: 'none' });
});
