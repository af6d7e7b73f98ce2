/**
 * A model of one gated node whose daemons come first. Not AWS: what is real are the waits and the limit, which come
 * from the rendered definition. Nodes join, daemons start or never do, and calls fail.
 */
import type { Template } from 'aws-cdk-lib/assertions';
import { definition } from './machine';

export const HEARTBEAT = 1200;

interface Known {
  readonly slow: number;
  readonly roll: number;
  /** Seconds since the launch. */
  readonly now: number;
}

type Seconds = (known: Known) => number;

/** What the rendered definition says of times. */
export interface Times {
  readonly first: Seconds;
  readonly later: Seconds;
  readonly moment: Seconds;
  /** When a node that is held is opened at the latest. */
  readonly until: Seconds;
}

export function timesOf(template: Template): Times {
  const { States } = definition(template, 'ReadinessGate');
  return {
    first: compiled(States['Let it boot'].Seconds),
    later: compiled(States['Not yet'].Seconds),
    moment: compiled(States['A moment'].Seconds),
    until: (known) => compiled(States['It waits for its daemons'].Assign.until)(known) / 1000,
  };
}

/** The expressions are JavaScript too, but for their functions. */
function compiled(expression: string): Seconds {
  const names = ['$slow', '$roll', '$launched', '$until', '$millis', '$min', '$max', '$floor'];
  const run = new Function(...names, `return ${expression.replace(/^\{%|%\}$/g, '')}`);
  const least = (all: number[]) => Math.min(...all);
  const greatest = (all: number[]) => Math.max(...all);
  return ({ slow, roll, now }) => run(slow, roll, 0, 0, () => now * 1000, least, greatest, Math.floor);
}

/** A node: seconds since its launch, at which its agent registers, and since then, at which its daemons run. */
export interface Node {
  readonly joins: number;
  /** `Infinity` for a daemon that is broken. */
  readonly daemons: readonly number[];
  /** The rolls of waits, and whether a call fails: as many as are needed, again and again. */
  readonly rolls: readonly number[];
  readonly fails: readonly boolean[];
}

export interface Life {
  /** When it takes replicas, and goes into service; undefined: never. */
  readonly opened?: number;
  /** The run ended with the names of daemons. */
  readonly isLate: boolean;
  /** Since when it may be opened in any case; undefined: no look yet. */
  readonly limit?: number;
}

export function live(times: Times, { joins, daemons, rolls, fails }: Node): Life {
  let turn = 0;
  const roll = () => rolls[turn++ % rolls.length];
  const works = () => !fails[turn++ % fails.length];
  let [now, slow, isRead] = [times.first({ slow: 1, roll: roll(), now: 0 }), 1, false];
  let limit: number | undefined;
  const running = () => daemons.filter((daemon) => joins + daemon <= now).length;
  const again = (wait: Seconds, failed: boolean) => {
    slow = failed ? Math.min(4, slow * 2) : Math.max(1, slow / 2);
    now += wait({ slow, roll: roll(), now });
  };
  while (now < HEARTBEAT) {
    const isClosed = now >= joins && works();
    if (!isClosed) {
      again(times.later, now >= joins);
      continue;
    }
    limit ??= times.until({ slow, roll: 0, now });
    const isLate = now >= limit;
    isRead ||= works();
    if (!isLate && !isRead) {
      again(times.later, true);
      continue;
    }
    if (isLate || (works() && running() === daemons.length)) {
      if (works()) return { opened: now, isLate: isLate && running() < daemons.length, limit };
      again(times.later, true);
      continue;
    }
    again(times.moment, false);
  }
  return { isLate: false, limit };
}
