import { NEVER } from './clock';
import { type Run, runOf } from './cordon';
import type { Fault, Fleet, Policy, TierModel } from './fleet';
import type { Measures } from './measures';
import { chance } from './random';
import { type Refresh, refreshOf } from './refresh';

/** The state of a roll at one tick. Times are in ticks. */
export interface World {
  readonly fleet: Fleet;
  readonly policy: Policy;
  readonly tiers: Tier[];
  readonly services: Service[];
  readonly measures: Measures;
  now: number;
  rollsBackAt: number;
  /** When the deployment was over, with its rollback. */
  overAt: number;
}

export interface Tier {
  readonly number: number;
  readonly model: TierModel;
  readonly nodes: Node[];
  refresh: Refresh;
  desired: number;
  launched: number;
  /** Minutes for which managed scaling has seen nodes without tasks, and when it may scale again. */
  idleMinutes: number;
  scalesAgainAt: number;
  /** What the cordon's run knows of this refresh. */
  cordon: Run;
}

export interface Node {
  readonly id: number;
  readonly tier: Tier;
  /** The version of the launch template that it was launched with. */
  readonly version: number;
  readonly zone: number;
  readonly fault: Fault;
  readonly launchedAt: number;
  readonly joinsAt: number;
  /** The order in which a refresh takes it. */
  readonly order: number;
  /** Auto Scaling's state; `held` is `Pending:Wait` of a node that has joined. */
  state: 'booting' | 'held' | 'in service' | 'terminating';
  /** Its agent is connected: tasks can be placed. */
  joined: boolean;
  inServiceSince: number;
  looksAt: number;
  /** ECS's `DRAINING`. */
  draining: boolean;
  /** The cordon's mark: the version that the refresh of the mark replaces nodes with. */
  marked?: number;
  /** When Spot takes it. */
  lostAt: number;
  readonly copies: Copy[];
  /** Ticks at which tasks that run alone end. */
  readonly jobs: number[];
}

export interface Service {
  readonly number: number;
  readonly slots: Slot[];
  target: number;
  version: number;
  steadySince: number;
  /** A deployment of it goes on since then; NEVER while none does. */
  deploysSince: number;
  /** Counted anew at each tick. */
  running: number;
  copies: number;
}

/** One of the tasks that a service wants, in all its copies. */
export interface Slot {
  readonly service: Service;
  tier: Tier;
  current?: Copy;
  /** The copy that will take its place. */
  next?: Copy;
  /** It wants a copy since then; NEVER while it has one. */
  unplacedSince: number;
  hasRun: boolean;
  version: number;
  /** How often a copy of this version has been moved off a node by a drain, and by ECS's rebalancing. */
  moves: number;
  rebalanced: number;
}

export interface Copy {
  readonly slot: Slot;
  readonly node: Node;
  readonly version: number;
  readonly why: 'start' | 'drain' | 'rebalancing';
  readonly runsAt: number;
}

export const isOld = (node: Node): boolean => node.version !== node.tier.refresh.target;

/** Room for tasks on a node; constraints are not looked at. */
export const room = (node: Node): number => node.tier.model.slots - node.copies.length - node.jobs.length;

/**
 * ECS would place tasks on it, were it not for constraints. Whether Auto Scaling has it in service does not
 * count.
 */
export const isActive = (node: Node): boolean => node.joined && !node.draining;

export function remove<T>(list: T[], item: T): void {
  const at = list.indexOf(item);
  if (at >= 0) list.splice(at, 1);
}

/**
 * All services run what they want, on nodes of the first version, and a refresh of each tier has just begun.
 */
export function worldOf(fleet: Fleet, policy: Policy, measures: Measures): World {
  const tiers = fleet.tiers.map((model, number) => tierOf(model, number, fleet.seed));
  const services = fleet.services.map(
    (model, number): Service => ({
      number,
      slots: [],
      target: model.desired,
      version: 0,
      steadySince: 0,
      deploysSince: NEVER,
      running: model.desired,
      copies: model.desired,
    }),
  );
  const world: World = {
    fleet,
    policy,
    tiers,
    services,
    measures,
    now: 0,
    rollsBackAt: NEVER,
    overAt: NEVER,
  };
  const next = tiers.map(() => 0);
  for (const service of services) {
    for (let count = 0; count < service.target; count++) {
      const tier = tierFor(world, service);
      const node = tier.nodes[next[tier.number]++ % tier.nodes.length];
      const slot = slotOf(service, tier, NEVER);
      slot.current = { slot, node, version: 0, why: 'start', runsAt: 0 };
      slot.hasRun = true;
      node.copies.push(slot.current);
      service.slots.push(slot);
    }
  }
  return world;
}

function tierOf(model: TierModel, number: number, seed: number): Tier {
  const tier: Tier = {
    number,
    model,
    nodes: [],
    refresh: refreshOf(1, 0),
    desired: model.nodes,
    launched: 0,
    idleMinutes: 0,
    scalesAgainAt: 0,
    cordon: runOf(0),
  };
  for (let id = 0; id < model.nodes; id++)
    tier.nodes.push({ ...nodeOf(tier, id, 0, id % model.zones, seed), state: 'in service', joined: true });
  return tier;
}

/** A node that has just been launched. */
export function nodeOf(tier: Tier, id: number, version: number, zone: number, seed: number): Node {
  return {
    id,
    tier,
    version,
    zone,
    fault: 'none',
    launchedAt: 0,
    joinsAt: 0,
    order: chance(seed, id, 0),
    state: 'booting',
    joined: false,
    inServiceSince: Number.NEGATIVE_INFINITY,
    looksAt: NEVER,
    draining: false,
    lostAt: NEVER,
    copies: [],
    jobs: [],
  };
}

export function slotOf(service: Service, tier: Tier, unplacedSince: number): Slot {
  return {
    service,
    tier,
    unplacedSince,
    hasRun: false,
    version: service.version,
    moves: 0,
    rebalanced: 0,
  };
}

/** The tier that has the fewest tasks of a service for its share, as a capacity provider strategy has it. */
export function tierFor(world: World, service: Service): Tier {
  const { weights } = world.fleet.services[service.number];
  if (weights.length === 1) return world.tiers[0];
  const counts = weights.map(() => 0);
  for (const { current, next, tier } of service.slots) {
    counts[(current?.node.tier ?? tier).number]++;
    if (next) counts[next.node.tier.number]++;
  }
  let best = weights.findIndex((weight) => weight > 0);
  for (let tier = best + 1; tier < weights.length; tier++)
    if (weights[tier] > 0 && counts[tier] * weights[best] < counts[best] * weights[tier]) best = tier;
  return world.tiers[best];
}
