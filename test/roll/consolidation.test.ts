import { seeds } from '../helpers/on-demand';
import { consolidatedTier, type Outcome, type Setting } from './consolidation';
import { random } from './random';

jest.setTimeout(seeds(60_000, 1_800_000));

/** Days of four hours, so that tests see many of them. */
const SHORT = 240;

const all = (count: number, setting: Setting): Outcome[] =>
  Array.from({ length: count }, (_, seed) => consolidatedTier(1000 + seed, setting));

const sum = (outcomes: readonly Outcome[], name: keyof Outcome): number =>
  outcomes.reduce((total, each) => total + each[name], 0);

describe('consolidation, in a model of random tiers', () => {
  test.each(['spread', 'packed', 'memory alone'] as const)(
    'has a place for each task, never makes the group even out its zones, and ends: %s',
    (placement) => {
      const outcomes = all(seeds(6, 300), { placement, rule: 'calm', day: SHORT });
      const without = all(seeds(6, 300), { placement, rule: 'none', day: SHORT });
      expect(sum(outcomes, 'withoutPlace')).toBe(0);
      expect(sum(outcomes, 'endless')).toBe(0);
      expect(sum(outcomes, 'zonesEvened')).toBeLessThanOrEqual(sum(without, 'zonesEvened'));
    },
  );

  test('gives nodes back, and rarely needs one again within half an hour', () => {
    const outcomes = all(seeds(12, 300), { placement: 'spread', rule: 'calm', day: SHORT });
    const given = sum(outcomes, 'given');
    expect(given).toBeGreaterThan(outcomes.length);
    expect(sum(outcomes, 'pingPong')).toBeLessThan(0.2 * given);
    expect(sum(outcomes, 'undone')).toBeLessThan(0.02 * given);
  });

  test('would be a pump below a target of 100, and so is refused there', () => {
    const setting = { placement: 'spread', rule: 'all day', target: 80, day: SHORT } as const;
    const outcomes = all(seeds(3, 30), setting);
    expect(sum(outcomes, 'pingPong')).toBeGreaterThan(0.5 * sum(outcomes, 'given'));
  });
});

// As many slots as tasks, each as large as the largest: then a task never waits, in any order and by any strategy.
test('slots are enough where another order than first fit fails', () => {
  const roll = random(1);
  const among = <T>(items: readonly T[]): T => items[Math.floor(roll() * items.length)];
  const many = (most: number) => Array.from({ length: 1 + Math.floor(roll() * most) });
  let [yes, wrong, firstFit, firstFitWrong] = [0, 0, 0, 0];
  interface Size {
    cpu: number;
    memory: number;
  }
  const places = (nodes: readonly Size[], tasks: readonly Size[], choose: (there: Size[]) => Size) => {
    const free = nodes.map((node) => ({ ...node }));
    return tasks.every(({ cpu, memory }) => {
      const there = free.filter((node) => node.cpu >= cpu && node.memory >= memory);
      if (there.length === 0) return false;
      const node = choose(there);
      [node.cpu, node.memory] = [node.cpu - cpu, node.memory - memory];
      return true;
    });
  };
  const by = (score: (node: Size) => number) => (there: Size[]) =>
    there.reduce((best, node) => (score(node) > score(best) ? node : best));
  const strategies = [
    by(({ cpu }) => cpu),
    by(({ memory }) => memory),
    by(({ memory }) => -memory),
    (there: Size[]) => among(there),
  ];
  for (let index = 0; index < seeds(20_000, 1_000_000); index += 1) {
    const nodes = many(6).map(() => ({
      cpu: 64 * Math.floor(roll() * 33),
      memory: 128 * Math.floor(roll() * 60),
    }));
    const tasks = many(8).map(() => ({
      cpu: among([64, 128, 256, 512, 1024]),
      memory: among([128, 256, 512, 1024, 2048]),
    }));
    const cpu = Math.max(...tasks.map((task) => task.cpu));
    const memory = Math.max(...tasks.map((task) => task.memory));
    const slots = nodes.reduce(
      (total, node) => total + Math.min(Math.floor(node.cpu / cpu), Math.floor(node.memory / memory)),
      0,
    );
    const sorted = [...tasks].sort((a, b) => b.memory - a.memory);
    const fails = strategies.some((choose) =>
      [tasks, sorted, [...sorted].reverse()].some((order) => !places(nodes, order, choose)),
    );
    if (slots >= tasks.length) {
      yes += 1;
      if (fails) wrong += 1;
    }
    if (places(nodes, sorted, ([first]) => first)) {
      firstFit += 1;
      if (fails) firstFitWrong += 1;
    }
  }
  expect(yes).toBeGreaterThan(1000);
  expect(wrong).toBe(0);
  // docs/consolidation.md: in a sixth and more.
  expect(firstFitWrong / firstFit).toBeGreaterThan(1 / 6);
});
