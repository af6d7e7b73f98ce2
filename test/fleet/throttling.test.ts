import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NodeReplacement } from '../../src';
import { TestStack } from '../helpers/estate';
import { type Launch, simulate, type Waits, waitsOf } from './throttling';

const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];

/** The worst of eight seeds. */
function worst(waits: Waits, launch: Omit<Launch, 'seed'>) {
  const all = SEEDS.map((seed) => simulate(waits, { ...launch, seed }));
  return {
    lost: Math.max(...all.map(({ lost }) => lost)),
    othersThrottled: Math.max(...all.map(({ othersThrottled }) => othersThrottled)),
    median: Math.max(...all.map(({ delay: [median] }) => median)),
    late: Math.max(...all.map(({ delay: [, late] }) => late)),
  };
}

describe('many nodes that start within two seconds, beside 5 calls of others a second', () => {
  const stack = new TestStack();
  stack.cluster({ replacement: NodeReplacement.rolling() });
  const waits = waitsOf(stack.template);

  test('wait 30 to 90 seconds first, then 40 to 80, and up to four times as long under throttling', () => {
    const ends = (wait: Waits['first'], slow = 1) =>
      [0, 0.999999].map((roll) => wait({ slow, roll, waited: 100 }));
    expect(ends(waits.first)).toEqual([30, 90]);
    expect(ends(waits.later)).toEqual([40, 80]);
    expect([1, 2, 4].map((slow) => waits.slower({ slow, roll: 0, waited: 0 }))).toEqual([2, 4, 4]);
    expect(ends(waits.later, 4)).toEqual([160, 320]);
    expect([4, 2, 1].map((slow) => waits.faster({ slow, roll: 0, waited: 0 }))).toEqual([2, 1, 1]);
  });

  test('look at least once more before the heartbeat ends, however slow', () => {
    for (let waited = 0; waited < 1150; waited += 10) {
      for (const roll of [0, 0.5, 0.999999])
        expect(waited + waits.later({ slow: 4, roll, waited })).toBeLessThan(1190);
    }
  });

  test('1,000 of them: none is lost, and at most 5 % of the calls of others are throttled', () => {
    const result = worst(waits, { nodes: 1000, others: 5 });
    expect(result.lost).toBe(0);
    expect(result.othersThrottled).toBeLessThanOrEqual(5);
    const guide = readFileSync(join(__dirname, '..', '..', 'docs', 'rolling-replacement.md'), 'utf8');
    expect(/and (\d+) % of the others'\s+calls are throttled/.exec(guide)?.[1]).toBe(
      result.othersThrottled.toFixed(0),
    );
  });

  test('200 of them: others are not throttled, and half are let in within 40 seconds', () => {
    const result = worst(waits, { nodes: 200, others: 5 });
    expect(result).toMatchObject({ lost: 0, othersThrottled: 0 });
    expect(result.median).toBeLessThanOrEqual(40);
  });

  test('the model tells a bad gate from a good one: one that looks each 15 seconds keeps others from the API', () => {
    const impatient: Waits = {
      first: ({ roll }) => 15 * roll,
      later: ({ roll }) => 7.5 + 15 * roll,
      slower: () => 1,
      faster: () => 1,
    };
    expect(worst(impatient, { nodes: 1000, others: 5 }).othersThrottled).toBeGreaterThan(30);
  });
});
