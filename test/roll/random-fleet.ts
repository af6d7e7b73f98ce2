import type { Fault, Fleet, Happening, ServiceModel, TierModel } from './fleet';
import { random } from './random';

/** What a random fleet has: each of it may be said otherwise. */
export interface Wishes {
  readonly tiers?: number;
  readonly minHealthyPercent?: number;
  /** Seconds from launch to join, at least and at most. */
  readonly boot?: readonly [number, number];
  /** The share of new nodes that never join. */
  readonly broken?: number;
  /** What is wrong with them: their boot fails, unless said otherwise. */
  readonly fault?: Fault;
  readonly crashes?: number;
  readonly scaleOuts?: number;
  readonly deployments?: number;
  readonly tasksRun?: number;
  /** Seconds within which all of that happens. */
  readonly within?: number;
  readonly rebalanced?: boolean;
  readonly scaled?: boolean;
  readonly termination?: Fleet['undocumented']['termination'];
}

/** A random fleet: the same one for the same seed, everywhere. */
export function randomFleet(seed: number, wishes: Wishes = {}): Fleet {
  const next = random(Math.imul(seed, 7919));
  const whole = (from: number, to: number) => from + Math.floor(next() * (to - from + 1));
  const pick = <T>(...values: T[]): T => values[whole(0, values.length - 1)];
  const many = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);

  const tierCount = wishes.tiers ?? 1;
  const services: ServiceModel[] = many(whole(1, 4), () => ({
    desired: whole(2, 14),
    minHealthyPercent: wishes.minHealthyPercent ?? 100,
    maxPercent: pick(150, 200),
    protectedFor: 0,
    weights: many(tierCount, () => 1),
    rebalanced: wishes.rebalanced ?? false,
  }));
  const tasks = Math.ceil(services.reduce((sum, { desired }) => sum + desired, 0) / tierCount);
  const [from, to] = wishes.boot ?? [60, 150];
  const tiers: TierModel[] = many(tierCount, () => {
    const nodes = Math.min(whole(4, 24), tasks);
    return {
      nodes,
      slots: Math.ceil(tasks / nodes) + whole(1, 2),
      zones: 3,
      boots: many(60, () => whole(from, to)),
      faults: many(60, (): Fault => (next() < (wishes.broken ?? 0) ? (wishes.fault ?? 'dies') : 'none')),
      limit: Number.POSITIVE_INFINITY,
      scaling: wishes.scaled ? { least: 1, most: 2 * nodes + 10 } : undefined,
    };
  });
  const within = wishes.within ?? 3000;
  const events = <T extends Happening['what']>(what: T, count: number) =>
    many(count, () => ({ what, at: whole(15, within), pick: whole(0, 999), lasts: 60 }) as Happening);
  return {
    tiers,
    services,
    happenings: [
      ...events('crash', wishes.crashes ?? 6),
      ...events('scale out', wishes.scaleOuts ?? 2),
      ...events('deploy', wishes.deployments ?? 0),
      ...events('run task', wishes.tasksRun ?? 6),
    ],
    runs: { startsAt: whole(0, 20), lostAt: Number.POSITIVE_INFINITY, endEvent: true },
    undocumented: { termination: wishes.termination ?? 'progressive', drainingCounts: next() < 0.5 },
    placement: pick('fullest', 'emptiest', 'oldest'),
    seed,
  };
}
