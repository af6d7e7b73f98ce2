/** How a roll would go: formulas from templates. The model of test/roll is their oracle. */
import * as fc from 'fast-check';
import { leastNodes, mostNodes, rollNumbers, rollSteps } from '../../src/plan/roll-steps';
import { seeds } from '../helpers/on-demand';
import type { Fleet, Policy } from '../roll/fleet';
import { roll } from '../roll/roll';
import { planOf } from './deployment';
import { fleet } from './fleet';

const policy = (min: number, max: number, more: object = {}) => ({
  AutoScalingInstanceRefresh: {
    Preferences: { MinHealthyPercentage: min, MaxHealthyPercentage: max, SkipMatching: true, ...more },
  },
});
const rollOf = (wishes: any, nodes?: number) => {
  const plan = planOf(fleet(wishes), fleet({ ...wishes, type: 't3.large' }), {
    nodes: new Map(nodes ? [['Cluster/Group', nodes]] : []),
  });
  const [{ roll: planned }] = plan.tiers;
  if (!planned) throw new Error('no roll');
  return planned;
};

describe('the formulas', () => {
  test.each([
    [100, 200, '2 × n', 'n', '1', [30, 60, 30, 1]],
    [
      100,
      150,
      'max(floor(n × 150 / 100), n + 1)',
      'max(floor(n × 150 / 100), n + 1) - n',
      'ceil(n / surge)',
      [30, 45, 15, 2],
    ],
    [100, 100, 'max(n, n + 1)', 'max(n, n + 1) - n', 'ceil(n / surge)', [30, 31, 1, 30]],
    [
      90,
      110,
      'floor(n × 110 / 100)',
      'floor(n × 110 / 100) - n',
      'about ceil(n / (surge + n - ceil(n × 90 / 100)))',
      [30, 33, 3, 6],
    ],
    [50, 100, 'n', 'n - n', 'about ceil(n / (surge + n - ceil(n × 50 / 100)))', [30, 30, 0, 2]],
  ])('of a minimum of %i and a maximum of %i', (min, max, nodes, surge, batches, [n, most, more, count]) => {
    const planned = rollOf({ policy: policy(min, max) });
    expect(planned.formulas).toEqual({ nodes, surge, batches });
    expect(planned.atMost).toEqual({ nodes: n, most, surge: more, batches: count });
  });

  test('say how often a task moves', () => {
    const moves = (wishes: any) => rollOf(wishes).movesPerTask;
    expect(moves({ tags: { EcsCordonMode: 'drain' } })).toContain('once: the old nodes drain together');
    expect(moves({ tags: { EcsCordonMode: 'mark' }, policy: policy(100, 150) })).toContain('once as a rule');
    expect(moves({ policy: policy(100, 110) })).toContain('once for each batch at most');
    expect(moves({ draining: 'DISABLED' })).toBeUndefined();
  });
});

describe('with --nodes', () => {
  test('there are the steps of the roll, with pauses at checkpoints', () => {
    expect(rollOf({ policy: policy(100, 150) }, 3).steps).toEqual([
      { launched: 1, removed: 1, old: 2, new: 1, most: 4 },
      { launched: 1, removed: 1, old: 1, new: 2, most: 4 },
      { launched: 1, removed: 1, old: 0, new: 3, most: 4 },
    ]);
    expect(rollOf({ policy: policy(100, 200, { CheckpointPercentages: [10, 100] }) }, 10).steps).toEqual([
      { launched: 1, removed: 1, old: 9, new: 1, most: 11, pause: true },
      { launched: 9, removed: 9, old: 0, new: 10, most: 19 },
    ]);
  });

  test('a tier that is not there is refused', () => {
    expect(() => planOf(fleet(), fleet(), { nodes: new Map([['a/b', 1]]) })).toThrow(
      'there is no tier "a/b": Cluster/Group',
    );
  });
});

describe('what could hold it, and what could lose tasks', () => {
  const { holds, loses } = rollOf({ tags: { EcsReadinessGate: 'Estate' } });

  test('is nothing at first', () => {
    expect([holds, loses]).toEqual([[], []]);
  });

  test.each([
    [
      'a service that may have neither more nor fewer tasks',
      { service: { DeploymentConfiguration: { MinimumHealthyPercent: 100, MaximumPercent: 100 } } },
      'its nodes cannot drain',
    ],
    [
      'a service whose percentages round to its number',
      { service: { DeploymentConfiguration: { MinimumHealthyPercent: 90, MaximumPercent: 120 } } },
      'none more run and none stop',
    ],
    ['protected nodes', { protection: 'ENABLED' }, 'waits for protected nodes'],
    ['nodes in standby', { policy: policy(100, 200, { StandbyInstances: 'Wait' }) }, 'nodes in standby'],
    ['a bake time', { policy: policy(100, 200, { BakeTime: 600 }) }, 'waits 600 s more'],
    [
      'a checkpoint',
      { policy: policy(100, 200, { CheckpointPercentages: [10, 100], CheckpointDelay: 60 }) },
      'pauses at 10 % for 60 s',
    ],
    [
      'an alarm',
      { policy: policy(100, 200, { AlarmSpecification: { Alarms: ['a'] } }) },
      'An alarm fails it',
    ],
  ])('%s holds it', (_, wishes, text) => {
    expect(rollOf(wishes).holds).toEqual([expect.stringContaining(text)]);
  });

  test.each([
    ['no gate', {}, 'Without a gate'],
    [
      'no draining',
      { tags: { EcsReadinessGate: 'Estate' }, draining: 'DISABLED' },
      'tasks end with their node',
    ],
    [
      'a service with a minimum of 0',
      {
        tags: { EcsReadinessGate: 'Estate' },
        service: { DesiredCount: 1, DeploymentConfiguration: { MinimumHealthyPercent: 0 } },
      },
      'may be down for a moment',
    ],
    ['everything at once', { policy: policy(0, 100) }, 'All nodes may go at the same time'],
  ])('%s loses tasks', (_, wishes, text) => {
    expect(rollOf(wishes).loses).toEqual([expect.stringContaining(text)]);
  });
});

/** A tier without services, whose nodes boot in the same time: nothing but the rules of the refresh counts. */
const modelled = (nodes: number, min: number, max: number, checkpoints: number[]): [Fleet, Policy] => [
  {
    tiers: [{ nodes, slots: 1, zones: 2, boots: [60], faults: ['none'], limit: 10 * nodes + 10 }],
    services: [],
    happenings: [],
    runs: { startsAt: 0, lostAt: 1e9, endEvent: true },
    undocumented: { termination: 'batch', drainingCounts: true },
    placement: 'fullest',
    seed: 1,
  },
  {
    minHealthyPercentage: min,
    maxHealthyPercentage: max,
    cordon: 'none',
    readinessGate: false,
    drains: true,
    checkpoints,
    checkpointDelay: 300,
  },
];

/** What the model saw: the most nodes, the fewest in service, and how many were launched at a time. */
function seen(nodes: number, min: number, max: number, checkpoints: number[]) {
  const outcome = roll(...modelled(nodes, min, max, checkpoints), true);
  expect(outcome.ended && !outcome.failed).toBe(true);
  const known = new Set<number>();
  const launches: number[] = [];
  let [most, least] = [0, nodes];
  for (const moment of outcome.history) {
    const alive = moment.filter(({ state }) => state !== 'terminating');
    const fresh = alive.filter(({ id, isNew }) => isNew && !known.has(id));
    if (fresh.length > 0) launches.push(fresh.length);
    for (const { id } of fresh) known.add(id);
    most = Math.max(most, alive.length);
    least = Math.min(least, alive.filter(({ state }) => state === 'in service').length);
  }
  return { most, least, launches };
}

test('steps and formulas agree with the model of a roll', () => {
  const percentages = fc
    .record({ min: fc.integer({ min: 50, max: 100 }), spread: fc.integer({ min: 0, max: 100 }) })
    .map(({ min, spread }) => ({ min, max: Math.max(100, Math.min(200, min + spread)) }));
  const checkpoints = fc.option(fc.integer({ min: 1, max: 99 }), { nil: undefined });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 24 }), percentages, checkpoints, (nodes, { min, max }, percent) => {
      const list = percent === undefined ? [] : [percent, 100];
      const rules = { minHealthyPercentage: min, maxHealthyPercentage: max, checkpoints: list };
      // The model has no rule for a policy that lets no node come first and none go first.
      fc.pre(mostNodes(nodes, rules) > leastNodes(nodes, rules));
      const steps = rollSteps(nodes, rules);
      const model = seen(nodes, min, max, list);
      const launches = steps.map(({ launched }) => launched).filter((launched) => launched > 0);
      expect({ launches, most: Math.max(nodes, ...steps.map(({ most }) => most)) }).toEqual({
        launches: model.launches,
        most: model.most,
      });
      expect(Math.min(...steps.map((step) => step.old + step.new))).toBeGreaterThanOrEqual(
        leastNodes(nodes, rules),
      );
      if (list.length === 0) expect(rollNumbers(nodes, rules).batches).toBe(model.launches.length);
    }),
    { numRuns: seeds(60, 2000) },
  );
});
