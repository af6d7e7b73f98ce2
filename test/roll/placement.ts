import { NEVER, ticks } from './clock';
import { type Copy, isActive, type Node, room, type Slot, type Tier, type World } from './world';

/** Seconds from when a task is placed until it runs and is healthy. */
const START = ticks(30);

/**
 * Where a task may be placed: a node with the cordon's mark takes none while the constraint is the cordon.
 */
const isOpen = (world: World, node: Node): boolean =>
  isActive(node) && room(node) > 0 && (node.marked === undefined || world.policy.cordon !== 'constraint');

/** The node on which ECS places a task, if one has room. */
export function nodeFor(world: World, tier: Tier, slot?: Slot, zone?: number): Node | undefined {
  let best: Node | undefined;
  const spread =
    slot && world.fleet.services[slot.service.number].rebalanced ? zonesOf(slot, tier) : undefined;
  for (const node of tier.nodes) {
    if (!isOpen(world, node) || (zone !== undefined && node.zone !== zone)) continue;
    if (!best || isBetter(world, node, best, spread)) best = node;
  }
  return best;
}

function isBetter(world: World, node: Node, than: Node, spread: number[] | undefined): boolean {
  if (spread && spread[node.zone] !== spread[than.zone]) return spread[node.zone] < spread[than.zone];
  if (world.fleet.placement === 'oldest') return false;
  const more = node.copies.length - than.copies.length;
  return world.fleet.placement === 'fullest' ? more > 0 : more < 0;
}

/** The tasks of a service in each zone of a tier, those that start included. */
export function zonesOf(slot: Slot, tier: Tier): number[] {
  const counts: number[] = new Array(tier.model.zones).fill(0);
  for (const { current, next } of slot.service.slots) {
    const copy = next ?? current;
    if (copy && copy.node.tier === tier) counts[copy.node.zone]++;
  }
  return counts;
}

/** Starts a copy on a node. */
export function start(world: World, slot: Slot, node: Node, why: Copy['why']): Copy {
  const copy = { slot, node, version: slot.service.version, why, runsAt: world.now + START };
  node.copies.push(copy);
  slot.service.copies++;
  slot.unplacedSince = NEVER;
  return copy;
}

/** Whether a node without constraints would take a task: if none would, managed scaling sees the need. */
export const hasRoomWithoutConstraints = (tier: Tier): boolean =>
  tier.nodes.some((node) => isActive(node) && room(node) > 0);

/** `RunTask` with the services' constraint: it places the task at once, or fails. */
export function runTask(world: World, tier: Tier, lasts: number): boolean {
  const node = nodeFor(world, tier);
  node?.jobs.push(world.now + lasts);
  return node !== undefined;
}
