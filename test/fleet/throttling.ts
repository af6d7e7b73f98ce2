/**
 * A model of many gates that look at once: ECS's "cluster resource read actions" are a bucket of an account
 * and region (100 at once, 20 a second), which others use too. Not AWS: what is real are the waits, which
 * come from the rendered definition.
 */

import type { Template } from 'aws-cdk-lib/assertions';
import { definition } from './machine';

const BURST = 100;
const REFILL = 20;
const HEARTBEAT = 1200;

/** A wait of the definition, as a function of what a run knows. */
type Seconds = (known: { slow: number; roll: number; waited: number }) => number;

export interface Waits {
  readonly first: Seconds;
  readonly later: Seconds;
  readonly slower: Seconds;
  readonly faster: Seconds;
}

/** The waits of the rendered gate: its expressions are JavaScript too, but for their functions. */
export function waitsOf(template: Template): Waits {
  const { States } = definition(template, 'ReadinessGate');
  const look = States['Has the node joined'];
  const [{ Assign, ErrorEquals }] = look.Catch;
  if (ErrorEquals[0] !== 'States.ALL') throw new Error('an error is not caught');
  return {
    first: compiled(States['Let it boot'].Seconds),
    later: compiled(States['Not yet'].Seconds),
    slower: compiled(Assign.slow),
    faster: compiled(look.Assign.slow),
  };
}

function compiled(expression: string): Seconds {
  const code = expression.replace(/^\{%|%\}$/g, '');
  const run = new Function(
    '$slow',
    '$roll',
    '$launched',
    '$millis',
    '$min',
    '$max',
    '$floor',
    `return ${code}`,
  );
  return ({ slow, roll, waited }) =>
    run(
      slow,
      roll,
      0,
      () => waited * 1000,
      (all: number[]) => Math.min(...all),
      (all: number[]) => Math.max(...all),
      Math.floor,
    );
}

export interface Outcome {
  /** Nodes that have joined and were not let in before the end of their heartbeat. */
  readonly lost: number;
  /** The share of the calls of others that were throttled, in percent. */
  readonly othersThrottled: number;
  /** Between joining and being let in, in seconds: the median, and 99 of 100. */
  readonly delay: readonly [number, number];
}

export interface Launch {
  readonly nodes: number;
  /** Others' calls a second. */
  readonly others: number;
  readonly seed: number;
}

/** So many nodes within two seconds, which join after 55 to 135. */
export function simulate(waits: Waits, { nodes, others, seed }: Launch): Outcome {
  const random = randomFrom(seed);
  const between = (low: number, high: number) => low + random() * (high - low);
  const queue = new Queue();
  const runs = Array.from({ length: nodes }, () => {
    const launched = between(0, 2);
    return { launched, joins: launched + between(55, 135), slow: 1, in: false };
  });
  for (const [index, run] of runs.entries()) {
    queue.push(run.launched + waits.first({ slow: 1, roll: random(), waited: 0 }), index);
  }
  queue.push(0, OTHERS);
  let tokens = BURST;
  let last = 0;
  let left = nodes;
  let asked = 0;
  let refused = 0;
  const delays: number[] = [];
  while (left > 0) {
    const { at, who } = queue.pop();
    if (at > HEARTBEAT + 2) break;
    tokens = Math.min(BURST, tokens + (at - last) * REFILL);
    last = at;
    const granted = tokens >= 1;
    if (granted) tokens -= 1;
    if (who === OTHERS) {
      asked += 1;
      if (!granted) refused += 1;
      queue.push(at - Math.log(1 - random()) / others, OTHERS);
      continue;
    }
    const run = runs[who];
    if (granted && at >= run.joins) {
      run.in = true;
      left -= 1;
      delays.push(at - run.joins);
      continue;
    }
    const waited = at - run.launched;
    run.slow = waits[granted ? 'faster' : 'slower']({ slow: run.slow, roll: 0, waited });
    if (waited < HEARTBEAT) queue.push(at + waits.later({ slow: run.slow, roll: random(), waited }), who);
  }
  delays.sort((one, other) => one - other);
  const at = (share: number) =>
    Math.round(delays[Math.min(delays.length - 1, Math.floor(delays.length * share))]);
  return { lost: left, othersThrottled: (100 * refused) / Math.max(1, asked), delay: [at(0.5), at(0.99)] };
}

const OTHERS = -1;

/** What happens next: a heap by time. */
class Queue {
  private readonly heap: { at: number; who: number }[] = [];

  public push(at: number, who: number): void {
    const { heap } = this;
    let index = heap.push({ at, who }) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (heap[parent].at <= heap[index].at) break;
      [heap[parent], heap[index]] = [heap[index], heap[parent]];
      index = parent;
    }
  }

  public pop(): { at: number; who: number } {
    const { heap } = this;
    const [first] = heap;
    const last = heap.pop() as { at: number; who: number };
    if (heap.length > 0) {
      heap[0] = last;
      for (let index = 0; ; ) {
        let least = index;
        for (const child of [2 * index + 1, 2 * index + 2]) {
          if (child < heap.length && heap[child].at < heap[least].at) least = child;
        }
        if (least === index) break;
        [heap[least], heap[index]] = [heap[index], heap[least]];
        index = least;
      }
    }
    return first;
  }
}

/** Mulberry32: the same numbers on every machine. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
