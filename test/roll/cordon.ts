import { ticks } from './clock';
import { isPaused } from './refresh';
import { isOld, type Node, type Service, type Tier, type World } from './world';

/** Seconds between two looks of the cordon's state machine, and after a look that finds a service in need. */
export const LOOK = 30;
export const SOONER = 15;
/**
 * Launches have stalled when all nodes that were launched have joined, and neither number grew for this long.
 */
const STALLED = ticks(120);
/**
 * A service that lacks tasks after as many looks without a mark is not helped by it, and not counted until it
 * is whole.
 */
const UNHELPED = 8;

/** What the cordon's state machine keeps of one refresh from look to look. */
export interface Run {
  looksAt: number;
  /** The services that lacked tasks at the last look. */
  lacked: ReadonlySet<Service>;
  /** For how many looks each of them has lacked tasks although no node was marked. */
  readonly unhelped: Map<Service, number>;
  marks: boolean;
  /** The nodes that the group wanted when as many new ones had joined. */
  enough: number | undefined;
  /** The new nodes that were launched and those that had joined, and since when it is so. */
  launched: number;
  joined: number;
  since: number;
}

export const runOf = (now: number): Run => ({
  looksAt: now,
  lacked: new Set(),
  unhelped: new Map(),
  marks: false,
  enough: undefined,
  launched: 0,
  joined: 0,
  since: now,
});

/** One look of the cordon's state machine at a tier. */
export function cordonTier(world: World, tier: Tier): void {
  const { cordon } = world.policy;
  if (cordon === 'none' || world.now < tier.cordon.looksAt) return;
  tier.cordon.looksAt = world.now + ticks(LOOK);
  const runs = isWorking(world, tier);
  const { status, target } = tier.refresh;
  const marks = tier.nodes.filter((node) => node.marked !== undefined && node.state !== 'terminating');
  if (status !== 'running') {
    if (runs || world.fleet.runs.endEvent) giveBack(marks);
    return;
  }
  if (!runs) return;
  giveBack(marks.filter((node) => node.marked !== target));
  if (cordon === 'constraint') mark(world, tier);
  else drainOld(world, tier);
}

/** Whether the state machine's run for this refresh is there. That of a rollback always is. */
function isWorking(world: World, { refresh }: Tier): boolean {
  const { startsAt, lostAt } = world.fleet.runs;
  const age = world.now - refresh.startedAt;
  return refresh.target > 1 || (age >= ticks(startsAt) && age < ticks(lostAt));
}

function giveBack(nodes: Node[]): void {
  for (const node of nodes) {
    node.marked = undefined;
    node.draining = false;
  }
}

const joinedNew = (tier: Tier) =>
  tier.nodes.filter((node) => !isOld(node) && node.joined && node.state !== 'terminating');
const oldInService = (tier: Tier) => tier.nodes.filter((node) => isOld(node) && node.state === 'in service');

/**
 * Below a surge of 200: marks on the old nodes from the first new one on that has joined; off while a service
 * is in need, and while the refresh pauses.
 */
function mark(world: World, tier: Tier): void {
  const run = tier.cordon;
  const lacking = new Set<Service>();
  for (const service of world.services) {
    if (!lacksTasks(world, service, tier)) {
      run.unhelped.delete(service);
      continue;
    }
    const looks = (run.unhelped.get(service) ?? 0) + (run.marks ? 0 : 1);
    run.unhelped.set(service, looks);
    if (looks <= UNHELPED) lacking.add(service);
  }
  // A task that can be placed is placed before the next look: what lasts has no room.
  const needs = [...lacking].some((service) => run.lacked.has(service));
  if (lacking.size > 0 && !needs) run.looksAt = world.now + ticks(SOONER);
  run.lacked = lacking;
  const hasNew = joinedNew(tier).some((node) => !node.draining);
  run.marks = hasNew && !isPaused(world, tier) && !needs;
  for (const node of oldInService(tier)) node.marked = run.marks ? tier.refresh.target : undefined;
}

/** Its deployment, the last one, runs and starts fewer tasks than it wants. */
const lacksTasks = (world: World, service: Service, tier: Tier): boolean =>
  world.fleet.services[service.number].weights[tier.number] > 0 &&
  service.slots.some(({ current, next }) => (next ?? current)?.version !== service.version);

/**
 * At a surge of 200: the old nodes drain when as many new ones have joined as the group wants. When launches
 * stall, the barrier is lifted: as many drain as new ones have joined. In both cases those that stay open,
 * old or new, are as many as the group wants: when new ones are lost, or the refresh takes others than those
 * that drain, old ones are given back.
 */
function drainOld(world: World, tier: Tier): void {
  const run = tier.cordon;
  const joined = joinedNew(tier).filter((node) => !node.draining).length;
  const old = oldInService(tier);
  const open = old.filter((node) => node.marked === undefined);
  if (joined >= tier.desired) run.enough ??= tier.desired;
  if (run.enough === undefined && !isStalled(world, tier, joined) && open.length === old.length) return;
  const surplus = open.length + joined - Math.min(run.enough ?? tier.desired, tier.desired);
  for (const node of open.slice(0, Math.max(0, surplus))) {
    node.draining = true;
    node.marked = tier.refresh.target;
  }
  if (surplus < 0) giveBack(old.filter((node) => node.marked !== undefined).slice(surplus));
}

function isStalled(world: World, { nodes, cordon: run }: Tier, joined: number): boolean {
  const launched = nodes.filter((node) => !isOld(node) && node.state !== 'terminating').length;
  if (launched > run.launched || joined > run.joined) run.since = world.now;
  run.launched = Math.max(run.launched, launched);
  run.joined = Math.max(run.joined, joined);
  return joined === launched && joined > 0 && world.now - run.since >= STALLED;
}
