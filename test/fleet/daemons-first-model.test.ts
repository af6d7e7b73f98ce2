import fc from 'fast-check';
import { NodeReplacement } from '../../src';
import { TestStack } from '../helpers/estate';
import { seeds } from '../helpers/on-demand';
import { HEARTBEAT, live, type Node, timesOf } from './daemons-first-model';

jest.setTimeout(seeds(60_000, 600_000));

/** The longest wait between two looks, slow. */
const LONGEST = 4 * 80;

const stack = new TestStack();
stack.cluster({ replacement: NodeReplacement.rolling({ daemonsFirst: true }) });
const times = timesOf(stack.template);

/** Nodes that join within ten minutes; each call may fail with so many in a hundred. */
const nodes = (broken: boolean): fc.Arbitrary<Node> =>
  fc.record({
    joins: fc.integer({ min: 20, max: 600 }),
    daemons: fc.array(
      fc.oneof(fc.integer({ min: 1, max: 400 }), ...(broken ? [fc.constant(Number.POSITIVE_INFINITY)] : [])),
      { maxLength: 6 },
    ),
    rolls: fc.array(fc.double({ min: 0, max: 0.999999, noNaN: true }), { minLength: 5, maxLength: 40 }),
    fails: fc.array(
      fc.integer({ min: 0, max: 99 }).map((one) => one < 20),
      { minLength: 5, maxLength: 40 },
    ),
  });

const RUNS = { numRuns: seeds(400, 50_000), seed: 21 };

test('no replica runs on a node before its daemons, unless the limit has passed', () => {
  fc.assert(
    fc.property(nodes(true), (node) => {
      const { opened, limit } = live(times, node);
      if (opened === undefined) return;
      const ready = Math.max(0, ...node.daemons.map((daemon) => node.joins + daemon));
      expect(opened >= ready || opened >= (limit ?? 0)).toBe(true);
    }),
    RUNS,
  );
});

test('a broken daemon keeps no node out: each goes into service, and those without a daemon say so', () => {
  fc.assert(
    fc.property(nodes(true), (node) => {
      fc.pre(node.fails.filter(Boolean).length * 3 < node.fails.length);
      const { opened = Number.POSITIVE_INFINITY, isLate, limit = 0 } = live(times, node);
      expect(opened).toBeLessThan(HEARTBEAT);
      expect(limit).toBeLessThanOrEqual(HEARTBEAT - 200);
      if (node.daemons.includes(Number.POSITIVE_INFINITY)) expect(isLate).toBe(true);
    }),
    RUNS,
  );
});

test('without failures a node is open soon after the last of its daemons runs, or soon after the limit', () => {
  fc.assert(
    fc.property(nodes(true), (node) => {
      const { opened = Number.POSITIVE_INFINITY, limit = 0 } = live(times, { ...node, fails: [false] });
      const ready = Math.max(node.joins, ...node.daemons.map((daemon) => node.joins + daemon));
      expect(opened - Math.min(ready, limit)).toBeLessThanOrEqual(90);
    }),
    RUNS,
  );
});

test('no run ends badly where all daemons start in time', () => {
  fc.assert(
    fc.property(nodes(false), (node) => {
      const daemons = node.daemons.map((daemon) => daemon % 250);
      expect(live(times, { ...node, daemons, fails: [false] }).isLate).toBe(false);
    }),
    RUNS,
  );
});

test('waits stay below what the heartbeat leaves', () => {
  expect(times.moment({ slow: 4, roll: 0.999999, now: 0 })).toBeLessThanOrEqual(LONGEST);
  expect(times.until({ slow: 1, roll: 0, now: 100 })).toBe(400);
  expect(times.until({ slow: 1, roll: 0, now: 900 })).toBe(1000);
});
