import { NEVER, ticks } from './clock';
import { nodeFor, start } from './placement';
import { type Copy, remove, type Service, type Slot, tierFor, type World } from './world';

/** The fewest tasks that a deployment or a drain may leave: ECS rounds up. */
export const least = (world: World, service: Service, tasks = service.target): number =>
  Math.ceil((tasks * world.fleet.services[service.number].minHealthyPercent) / 100);

/** The most tasks there may be, those that start included: ECS rounds down. */
const most = (world: World, service: Service): number =>
  Math.max(
    Math.floor((service.target * world.fleet.services[service.number].maxPercent) / 100),
    service.target,
  );

/** Takes a copy off its node: it has been stopped, or was lost. */
export function stop(world: World, copy: Copy): void {
  const { slot } = copy;
  remove(copy.node.copies, copy);
  slot.service.copies--;
  if (copy.runsAt <= world.now) slot.service.running--;
  if (slot.next === copy) slot.next = undefined;
  else if (slot.next) {
    // What was to take its place does so now, and may still have to start.
    slot.current = slot.next;
    slot.next = undefined;
  } else {
    slot.current = undefined;
    slot.unplacedSince = world.now;
  }
}

/** Copies that run by now take the place of those before them. Tasks that run alone end. */
export function settle(world: World): void {
  for (const service of world.services) {
    service.running = 0;
    service.copies = 0;
    for (const slot of service.slots) {
      if (slot.next && slot.next.runsAt <= world.now) takeOver(world, slot, slot.next);
      if (slot.current) service.copies++;
      if (slot.next) service.copies++;
      if (slot.current && slot.current.runsAt <= world.now) {
        service.running++;
        slot.hasRun = true;
      }
    }
  }
  for (const tier of world.tiers)
    for (const node of tier.nodes)
      for (let job = node.jobs.length - 1; job >= 0; job--)
        if (node.jobs[job] <= world.now) node.jobs.splice(job, 1);
}

function takeOver(world: World, slot: Slot, next: Copy): void {
  const before = slot.current;
  if (before) {
    remove(before.node.copies, before);
    if (slot.version !== next.version) world.measures.ended(slot, next.version);
    else if (next.why === 'drain') slot.moves++;
    else if (next.why === 'rebalancing') slot.rebalanced++;
  }
  slot.current = next;
  slot.next = undefined;
}

/** ECS replaces the tasks of nodes that drain, as the service's percentages allow. */
export function drain(world: World): void {
  for (const tier of world.tiers)
    for (const node of tier.nodes) {
      if (!node.draining) continue;
      for (const copy of [...node.copies]) drainCopy(world, copy);
    }
}

function drainCopy(world: World, copy: Copy): void {
  const { slot } = copy;
  const { service } = slot;
  if (copy.runsAt > world.now) {
    // "PENDING service tasks are stopped at once." One that was to take another's place leaves that one as it
    // is.
    if (slot.next !== copy) slot.moves++;
    stop(world, copy);
    return;
  }
  const model = world.fleet.services[service.number];
  if (slot.next || world.now < ticks(model.protectedFor)) return;
  if (model.minHealthyPercent < 100 && service.running - 1 >= least(world, service)) {
    slot.moves++;
    stop(world, copy);
  } else if (service.copies < most(world, service)) slot.next = replacement(world, slot, 'drain');
}

/** Another copy for a task that runs: on the tier that the strategy says. */
function replacement(world: World, slot: Slot, why: Copy['why']): Copy | undefined {
  const tier = tierFor(world, slot.service);
  const node = nodeFor(world, tier, slot);
  return node && start(world, slot, node, why);
}

/** A deployment of a service replaces each of its tasks by one of the new version. */
export function deploy(world: World): void {
  for (const service of world.services) {
    if (service.deploysSince === NEVER) continue;
    let done = true;
    for (const slot of service.slots) {
      done &&= slot.current !== undefined && slot.next === undefined && slot.version === service.version;
      if (!slot.current || slot.next || slot.version === service.version) continue;
      if (
        world.fleet.services[service.number].minHealthyPercent < 100 &&
        service.running - 1 >= least(world, service)
      ) {
        world.measures.ended(slot);
        stop(world, slot.current);
      } else if (service.copies < most(world, service)) slot.next = replacement(world, slot, 'start');
    }
    if (!done) continue;
    world.measures.wasDeployed(world.now - service.deploysSince);
    service.deploysSince = NEVER;
  }
}

/** Tasks that have no copy are placed where there is room. */
export function place(world: World): void {
  for (const service of world.services)
    for (const slot of service.slots) {
      if (slot.current) continue;
      const since = slot.unplacedSince;
      slot.tier = tierFor(world, service);
      const node = nodeFor(world, slot.tier, slot);
      if (slot.version !== service.version) world.measures.ended(slot);
      if (node) slot.current = start(world, slot, node, 'start');
      world.measures.wasUnplaced(world.now - since);
    }
}
