import { mostMoves } from './arbitrary';
import { type Fleet, surge } from './fleet';
import { randomFleet } from './random-fleet';
import { roll } from './roll';

const FLEET: Fleet = {
  tiers: [{ nodes: 20, slots: 6, zones: 3, boots: [60], faults: ['none'], limit: Number.POSITIVE_INFINITY }],
  services: [
    {
      desired: 60,
      minHealthyPercent: 100,
      maxPercent: 200,
      protectedFor: 0,
      weights: [1],
      rebalanced: false,
    },
  ],
  happenings: [],
  runs: { startsAt: 15, lostAt: Number.POSITIVE_INFINITY, endEvent: true },
  undocumented: { termination: 'progressive', drainingCounts: true },
  placement: 'oldest',
  seed: 1,
};
const seeds = Array.from({ length: 20 }, (_, seed) => seed + 1);

test('without a cordon and with a small surge a task moves many times: what the cordon is for', () => {
  expect(mostMoves(roll(FLEET, surge(110, { cordon: 'none' })))).toBeGreaterThan(3);
  expect(mostMoves(roll(FLEET, surge(110)))).toBe(1);
});

test('where boots differ, draining without the barrier moves tasks twice: what the barrier is for', () => {
  const most = (cordon: 'draining' | 'draining without the barrier') =>
    Math.max(
      ...seeds.map((seed) =>
        mostMoves(roll(randomFleet(seed, { boot: [120, 600] }), surge(200, { cordon }))),
      ),
    );
  expect(most('draining without the barrier')).toBeGreaterThan(1);
  expect(most('draining')).toBe(1);
});

test('zone rebalancing moves tasks once more, with the cordon too', () => {
  const moves = seeds.flatMap((seed) => roll(randomFleet(seed, { rebalanced: true }), surge(110)).moves);
  expect(moves.some(({ drained, rebalanced }) => drained + rebalanced > 1)).toBe(true);
  expect(moves.every(({ drained }) => drained <= 1)).toBe(true);
});

test('a roll of more than fifteen minutes may be scaled in on its way, and no service loses a task by it', () => {
  const scaled = { ...FLEET.tiers[0], boots: [1100, 60], scaling: { least: 1, most: 40 } };
  const outcome = roll({ ...FLEET, tiers: [scaled] }, surge(200, { cordon: 'none' }));
  expect(outcome.fewestWanted).toBeLessThan(20);
  expect(outcome.shortfall).toEqual([0]);
});

test('allAtOnce() takes everything down at once, and is over soonest', () => {
  const fast = roll(FLEET, {
    minHealthyPercentage: 0,
    maxHealthyPercentage: 100,
    cordon: 'none',
    readinessGate: false,
    drains: false,
  });
  expect(fast.shortfall).toEqual([60]);
  expect(fast.seconds).toBeLessThan(roll(FLEET, surge(110)).seconds);
});
