import { ticks } from './clock';
import type { Happening } from './fleet';
import { runTask } from './placement';
import { fail, lose } from './refresh';
import { stop } from './services';
import { type Node, remove, type Service, type Slot, slotOf, tierFor, type World } from './world';

/** Seconds between a Spot notice and the loss. */
const NOTICE = ticks(120);

/** What happens to the fleet at this tick. */
export function happen(world: World): void {
  for (const happening of world.fleet.happenings)
    if (ticks(happening.at) === world.now) hit(world, happening);
  for (const tier of world.tiers)
    for (const node of [...tier.nodes]) {
      if (node.lostAt > world.now) continue;
      lose(world, node);
      remove(tier.nodes, node);
    }
}

function hit(world: World, happening: Happening): void {
  if (happening.what === 'alarm') fail(world, 'failed');
  else if (happening.what === 'cancel') fail(world, 'cancelled');
  else if (happening.what === 'spot loss') noticeSpot(world, happening.pick);
  else if (happening.what === 'run task') runAlone(world, happening.pick, happening.lasts);
  else hitService(world, happening.what, happening.pick);
}

function runAlone(world: World, pick: number, lasts: number): void {
  world.measures.tasksRun++;
  if (!runTask(world, world.tiers[pick % world.tiers.length], ticks(lasts))) world.measures.runTaskFailed++;
}

function hitService(world: World, what: 'crash' | 'scale out' | 'scale in' | 'deploy', pick: number): void {
  const service = world.services[pick % world.services.length];
  const slot = service.slots[Math.floor(pick / world.services.length) % service.slots.length];
  if (what === 'crash') {
    if (slot.current && slot.current.runsAt <= world.now) stop(world, slot.current);
  } else if (what === 'scale out') {
    service.target++;
    service.slots.push(slotOf(service, tierFor(world, service), world.now));
  } else if (what === 'deploy') {
    service.version++;
    service.deploysSince = world.now;
  } else if (service.target > 1) scaleInTo(world, service, service.target - 1, slot);
}

/** A service stops one of its tasks: one that does not run yet, if there is one. */
function scaleInTo(world: World, service: Service, target: number, otherwise: Slot): void {
  const slot = service.slots.find(({ current }) => !current || current.runsAt > world.now) ?? otherwise;
  service.target = target;
  world.measures.ended(slot);
  remove(service.slots, slot);
  for (const copy of [slot.next, slot.current]) {
    if (!copy) continue;
    remove(copy.node.copies, copy);
    service.copies--;
    if (copy.runsAt <= world.now) service.running--;
  }
}

/** The node drains at once, and is lost two minutes later. */
function noticeSpot(world: World, pick: number): void {
  const nodes = world.tiers
    .flatMap((tier) => tier.nodes)
    .filter((node): node is Node => node.state === 'in service');
  if (nodes.length === 0) return;
  const node = nodes[pick % nodes.length];
  node.draining = true;
  node.lostAt = Math.min(node.lostAt, world.now + NOTICE);
}
