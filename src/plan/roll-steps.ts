import type { RollNumbers, RollStep } from './plan';

/** What an update policy says of a roll. */
export interface RollRules {
  readonly minHealthyPercentage: number;
  readonly maxHealthyPercentage: number;
  /** Shares of new nodes at which it pauses, in percent; the last is 100. */
  readonly checkpoints: readonly number[];
}

/**
 * The most nodes in service or pending: with a minimum of 100 one more than the group wants, however small
 * it is.
 */
export const mostNodes = (n: number, { minHealthyPercentage, maxHealthyPercentage }: RollRules): number =>
  Math.max(Math.floor((n * maxHealthyPercentage) / 100), n + (minHealthyPercentage === 100 ? 1 : 0));

/** The fewest nodes in service. */
export const leastNodes = (n: number, { minHealthyPercentage }: RollRules): number =>
  Math.ceil((n * minHealthyPercentage) / 100);

/**
 * The steps of a roll of n nodes, in which all nodes join: the rules of the model in test/roll, which a test
 * holds against it.
 */
export function rollSteps(n: number, rules: RollRules): RollStep[] {
  const most = mostNodes(n, rules);
  const least = leastNodes(n, rules);
  const steps: RollStep[] = [];
  let [old, fresh] = [n, 0];
  let passed = 0;
  while (old > 0) {
    const next = rules.checkpoints.find((percent) => percent > passed) ?? 100;
    const wanted = Math.min(n, Math.ceil((n * next) / 100));
    const launched = Math.max(0, Math.min(most - old - fresh, wanted - fresh), n - old - fresh);
    fresh += launched;
    const peak = old + fresh;
    // A refresh replaces at least one node at a time.
    const removed = Math.min(old, Math.max(peak - least, launched === 0 ? 1 : 0));
    old -= removed;
    const pause = next < 100 && ((n - old) * 100) / n >= next;
    if (pause) passed = next;
    steps.push({ launched, removed, old, new: fresh, most: peak, ...(pause ? { pause } : {}) });
    // While it pauses, the group launches what it lacks.
    if (pause && old + fresh < n) {
      steps.push({ launched: n - old - fresh, removed: 0, old, new: n - old, most: n });
      fresh = n - old;
    }
  }
  if (fresh < n) steps.push({ launched: n - fresh, removed: 0, old: 0, new: n, most: n });
  return steps;
}

/** The numbers of a roll of n nodes without checkpoints. */
export function rollNumbers(n: number, rules: RollRules): RollNumbers {
  const most = Math.max(mostNodes(n, rules), n);
  const without = { ...rules, checkpoints: [] };
  const batches = rollSteps(n, without).filter(({ launched }) => launched > 0).length;
  return { nodes: n, most, surge: most - n, batches };
}
