/**
 * A model of a rolling replacement: NOT AWS. It has the rules that AWS documents for instance refresh,
 * lifecycle hooks, managed draining and managed scaling, and the library's gate and cordon, and counts what a
 * task sees.
 *
 * The rules, and where they are from:
 * - a refresh never has more nodes in service or pending than the maximum of what the group wants, and never
 *   takes an old one when that would leave fewer than the minimum in service and warm (EC2 Auto Scaling
 *   guide, instance refresh);
 * - a new node is in service after its launch lifecycle hook; ECS places tasks on it as soon as it has
 *   joined;
 * - a terminated node waits until ECS has drained it (ECS guide, managed instance draining): it takes no new
 *   task;
 * - ECS stops a task of a draining node that has not started, and replaces one that runs as the service's
 *   percentages allow: a replacement first where the maximum leaves room; the old one first where the minimum
 *   is below 100 (UpdateContainerInstancesState);
 * - a protected task stays until its protection ends, and one that was run alone until it ends;
 * - a Spot node drains two minutes before it is lost;
 * - a refresh without progress fails after an hour, and the rollback is another refresh.
 */
import { NEVER, ticks } from './clock';
import { cordonTier } from './cordon';
import type { Fleet, Policy } from './fleet';
import { gateTier } from './gate';
import { happen } from './happenings';
import { scaleTier } from './managed-scaling';
import { Measures, type Outcome } from './measures';
import { isRolled, mostNodes, refreshTier, rollBack } from './refresh';
import { deploy, drain, place, settle } from './services';
import { type World, worldOf } from './world';
import { rebalance } from './zones';

/** The model loses its patience after this time. */
const LIMIT = ticks(36 * 3600);

/** How long it looks on when all is over: for what is given back. */
const SETTLES = ticks(60);

/**
 * Rolls a fleet, until the refresh and a rollback are over, all that happens has happened, and all tasks have
 * a node.
 */
export function roll(fleet: Fleet, policy: Policy, record = false): Outcome {
  const measures = new Measures(fleet, record);
  const world = worldOf(fleet, policy, measures);
  const last = fleet.happenings.reduce((latest, { at }) => Math.max(latest, ticks(at)), 0);
  while (world.now < LIMIT) {
    world.now++;
    settle(world);
    happen(world);
    rollBack(world);
    for (const tier of world.tiers) {
      gateTier(world, tier);
      refreshTier(world, tier);
      scaleTier(world, tier);
      cordonTier(world, tier);
    }
    // What a service lacks comes before what it replaces.
    place(world);
    drain(world);
    deploy(world);
    place(world);
    rebalance(world);
    measures.look(world, (tier) => mostNodes(world, tier));
    if (world.overAt === NEVER && isRolled(world)) {
      world.overAt = world.now;
      measures.rolled(world);
    }
    if (world.now > last + SETTLES && world.now > world.overAt + SETTLES && isPlaced(world)) break;
  }
  return measures.outcome(world, world.now < LIMIT);
}

const isPlaced = ({ services }: World): boolean =>
  services.every(({ slots }) => slots.every(({ current, next }) => current && !next));
