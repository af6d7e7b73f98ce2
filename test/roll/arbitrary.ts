import * as fc from 'fast-check';
import { seeds } from '../helpers/on-demand';
import { type Fleet, type Happening, type Policy, type ServiceModel, surge, type TierModel } from './fleet';
import type { Outcome } from './measures';
import { roll } from './roll';

/** How many random fleets a property is held against. */
export const RUNS = seeds(20, 600);

/** Whether ECS may start a replacement before it stops a task: the maximum is rounded down. */
const leavesRoom = ({ desired, maxPercent }: Pick<ServiceModel, 'desired' | 'maxPercent'>) =>
  Math.floor((desired * maxPercent) / 100) > desired;

const service: fc.Arbitrary<Omit<ServiceModel, 'weights'>> = fc.record({
  desired: fc.integer({ min: 1, max: 14 }),
  minHealthyPercent: fc.constantFrom(0, 50, 90, 100, 100, 100),
  maxPercent: fc.constantFrom(125, 150, 200),
  protectedFor: fc.constantFrom(0, 0, 0, 300),
  rebalanced: fc.constant(false),
});
/** A service that loses no task in a roll. */
export const steady = fc.record({
  desired: fc.integer({ min: 1, max: 14 }),
  minHealthyPercent: fc.constant(100),
  maxPercent: fc.constantFrom(125, 150, 200),
  protectedFor: fc.constantFrom(0, 0, 0, 300),
  rebalanced: fc.constant(false),
});

/** What random fleets of a property have. Each is said otherwise where the property is about it. */
export interface Wishes {
  readonly tiers?: number;
  /** Any service: one that cannot move holds up the roll. */
  readonly anyService?: fc.Arbitrary<Omit<ServiceModel, 'weights'>>;
  /** One that leaves room to move. */
  readonly service?: fc.Arbitrary<Omit<ServiceModel, 'weights'>>;
  /** Seconds from launch to join, at most. */
  readonly slowestBoot?: number;
  readonly faults?: fc.Arbitrary<TierModel['faults']>;
  readonly happenings?: fc.Arbitrary<readonly Happening[]>;
  readonly runs?: fc.Arbitrary<Fleet['runs']>;
  /** Places left on each node. */
  readonly room?: fc.Arbitrary<number>;
  /** Nodes that EC2 gives beyond those of the group; all that are asked for, unless it is said. */
  readonly spare?: fc.Arbitrary<number>;
  readonly scaled?: boolean;
  readonly drainingCounts?: boolean;
}

/** Fleets whose tasks fit on their nodes, those that come later included. */
export function fleets(wishes: Wishes = {}): fc.Arbitrary<Fleet> {
  const tiers = wishes.tiers ?? 1;
  const tier = fc.record({
    nodes: fc.integer({ min: 1, max: 16 }),
    room: wishes.room ?? fc.integer({ min: 1, max: 3 }),
    zones: fc.integer({ min: 1, max: 3 }),
    boots: fc.array(fc.integer({ min: 30, max: wishes.slowestBoot ?? 600 }), { minLength: 1, maxLength: 30 }),
    faults: wishes.faults ?? fc.constant<TierModel['faults']>(['none']),
    spare: wishes.spare ?? fc.constant(Number.POSITIVE_INFINITY),
  });
  return fc
    .record({
      tiers: fc.array(tier, { minLength: tiers, maxLength: tiers }),
      services: fc.array(wishes.anyService ?? (wishes.service ?? service).filter(fits), {
        minLength: 1,
        maxLength: 4,
      }),
      happenings: wishes.happenings ?? fc.constant<readonly Happening[]>([]),
      runs: wishes.runs ?? startsInTime,
      undocumented: fc.record({
        termination: fc.constantFrom('progressive' as const, 'batch' as const),
        drainingCounts:
          wishes.drainingCounts === undefined ? fc.boolean() : fc.constant(wishes.drainingCounts),
      }),
      placement: fc.constantFrom('fullest' as const, 'emptiest' as const, 'oldest' as const),
      seed: fc.nat(10_000),
    })
    .map((fleet) => {
      const added = fleet.happenings.filter(({ what }) => what === 'scale out' || what === 'run task').length;
      const tasks = fleet.services.reduce((sum, { desired }) => sum + Math.ceil(desired / tiers), added);
      return {
        ...fleet,
        services: fleet.services.map((one) => ({ ...one, weights: fleet.tiers.map(() => 1) })),
        tiers: fleet.tiers.map(({ room, spare, ...one }) => ({
          ...one,
          slots: Math.ceil(tasks / one.nodes) + room,
          limit: one.nodes + spare,
          scaling: wishes.scaled ? { least: 1, most: 3 * one.nodes } : undefined,
        })),
      };
    });
}

/** It leaves room, and still does after it has been scaled in. */
const fits = (one: Omit<ServiceModel, 'weights'>) =>
  leavesRoom(one) && (one.desired === 1 || leavesRoom({ ...one, desired: one.desired - 1 }));

const startsInTime = fc.record({
  startsAt: fc.integer({ min: 0, max: 60 }),
  lostAt: fc.constant(Number.POSITIVE_INFINITY),
  endEvent: fc.constant(true),
});

const at = fc.integer({ min: 15, max: 2400 });
const pick = fc.nat(999);
const some = (what: 'crash' | 'scale out' | 'scale in' | 'deploy', maxLength: number) =>
  fc.array(fc.record({ what: fc.constant(what), at, pick }), { maxLength });
const tasksRun = fc.array(
  fc.record({ what: fc.constant('run task' as const), at, pick, lasts: fc.integer({ min: 15, max: 900 }) }),
  {
    maxLength: 3,
  },
);

/** Tasks crash, services scale and are deployed, others are run alone. */
export const life = fc
  .tuple(some('crash', 4), some('scale out', 2), some('scale in', 1), some('deploy', 2), tasksRun)
  .map((lists) => lists.flat());
export const calm = fc
  .tuple(some('scale out', 2), some('scale in', 1), some('deploy', 2), tasksRun)
  .map((lists) => lists.flat());
/** Each lost task runs again before the next one is lost. */
const apart = <T extends 'crash' | 'spot loss'>(what: T, seconds: number, maxLength: number) =>
  fc
    .uniqueArray(fc.integer({ min: 1, max: 20 }), { maxLength })
    .chain((times) =>
      fc.tuple(...times.map((time) => pick.map((one) => ({ what, at: seconds * time, pick: one })))),
    );
export const crashes = apart('crash', 120, 6);
export const spotLosses = apart('spot loss', 300, 3);

/** The surges with the cordon that the library has for each. */
export const SURGES: readonly [string, Policy][] = [105, 110, 150, 199, 200].map((percent) => [
  `${percent} %`,
  surge(percent),
]);

/** Looks for a fleet that breaks a property. */
export function holds(fleet: fc.Arbitrary<Fleet>, property: (fleet: Fleet) => void, numRuns = RUNS): void {
  fc.assert(fc.property(fleet, property), { numRuns });
}

/** The same fleet with a policy, and with the same policy without its cordon. */
export function withAndWithout(fleet: Fleet, policy: Policy): [Outcome, Outcome] {
  return [roll(fleet, policy), roll(fleet, { ...policy, cordon: 'none' })];
}

/** How often a task was moved for the roll, at most. */
export const mostMoves = ({ moves }: Outcome): number => Math.max(0, ...moves.map(({ drained }) => drained));
