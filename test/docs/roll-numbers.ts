import { type Estate, type Policy, roll } from '../roll/model';

/** How many random estates a row of the table stands for. */
export const ESTATES = 1000;

/** What the model shows for one policy, over all estates. */
export interface Row {
  /** The most often that any one task was moved. */
  readonly mostMoves: number;
  /** How often a task was moved, on average over all tasks. */
  readonly meanMoves: number;
  /** How often any service had fewer running tasks than it wants. */
  readonly below: number;
  /**
   * The most nodes at a time, in percent of the group's size, on average: old ones that are still
   * drained count too.
   */
  readonly peak: number;
}

/** Mulberry32: the same numbers on each machine and with each release of whatever library. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/**
 * Estates whose services ask for 100 percent and leave room to move, on nodes with room for
 * one task more each.
 */
function estates(): Estate[] {
  const next = random(1);
  const whole = (from: number, to: number) => from + Math.floor(next() * (to - from + 1));
  const pick = <T>(...values: T[]): T => values[whole(0, values.length - 1)];
  return Array.from({ length: ESTATES }, () => {
    const nodes = whole(1, 40);
    const services = Array.from({ length: whole(1, 4) }, () => {
      const desired = whole(1, 30);
      return {
        desired,
        minHealthyPercent: 100,
        maxPercent: desired < 4 ? 200 : pick(125, 150, 200),
        protectedFor: pick(0, 0, 0, 5, 15),
      };
    });
    const tasks = services.reduce((sum, { desired }) => sum + desired, 0);
    return {
      nodes,
      services,
      slots: Math.ceil(tasks / nodes) + 1,
      bootTicks: Array.from({ length: 40 }, () => whole(1, 8)),
      broken: [],
      spotLosses: [],
      placement: pick<Estate['placement']>('fullest', 'emptiest', 'oldest'),
    };
  });
}

let made: Estate[] | undefined;

const POLICY: Policy = {
  minHealthyPercentage: 100,
  maxHealthyPercentage: 200,
  cordon: false,
  readinessGate: true,
  drains: true,
  termination: 'progressive',
};

/** Rolls all estates with one policy. */
export function rowOf(
  maxHealthyPercentage: number,
  cordon: boolean,
  termination: Policy['termination'],
): Row {
  made ??= estates();
  let mostMoves = 0;
  let moves = 0;
  let tasks = 0;
  let below = 0;
  let peak = 0;
  for (const estate of made) {
    const outcome = roll(estate, { ...POLICY, maxHealthyPercentage, cordon, termination });
    mostMoves = Math.max(mostMoves, ...outcome.moves);
    moves += outcome.moves.reduce((sum, count) => sum + count, 0);
    tasks += outcome.moves.length;
    below += estate.services.filter((service, index) => outcome.fewest[index] < service.desired).length;
    peak += outcome.mostNodes / estate.nodes;
  }
  return { mostMoves, meanMoves: moves / tasks, below, peak: (100 * peak) / ESTATES };
}

/**
 * With an image that never joins the cluster: in how many estates old nodes are left draining, with tasks
 * that have nowhere to go.
 */
export function stuckWithBrokenImage(readinessGate: boolean): number {
  made ??= estates();
  const broken: number[] = Object.assign([], { includes: () => true }); // every one, however many are started
  return made.filter((estate) => roll({ ...estate, broken }, { ...POLICY, readinessGate }).stuckDraining > 0)
    .length;
}
