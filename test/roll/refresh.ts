import { NEVER, ticks } from './clock';
import { runOf } from './cordon';
import { stop } from './services';
import { isOld, type Node, nodeOf, remove, type Tier, type World } from './world';

/** An instance refresh of a tier. */
export interface Refresh {
  /** The version of the launch template that it replaces nodes with. */
  readonly target: number;
  status: 'running' | 'baking' | 'successful' | 'failed' | 'cancelled';
  readonly startedAt: number;
  /** The last time an old node was taken, or was gone. */
  progressAt: number;
  /** An old node has been taken: `PercentageComplete` is above 0, or soon will be. */
  begun: boolean;
  /** The last checkpoint that it passed, in percent. */
  passed: number;
  pausedUntil: number;
  endsAt: number;
}

/** "A refresh without progress fails after an hour." */
const WITHOUT_PROGRESS = ticks(3600);
/** How long a new node is in service before old ones go: `instanceWarmup`. */
const WARM_UP = ticks(60);
/** Seconds that CloudFormation takes to begin the rollback. */
const ROLLBACK = ticks(60);

export const refreshOf = (target: number, startedAt: number): Refresh => ({
  target,
  status: 'running',
  startedAt,
  progressAt: startedAt,
  begun: false,
  passed: 0,
  pausedUntil: 0,
  endsAt: NEVER,
});

export const isPaused = (world: World, tier: Tier): boolean =>
  tier.refresh.status === 'running' && world.now < tier.refresh.pausedUntil;

/**
 * The most nodes that a group has in service or pending: with a minimum of 100 one more than it wants,
 * however small it is.
 */
export const mostNodes = ({ policy }: World, tier: Tier): number =>
  Math.max(
    Math.floor((tier.desired * policy.maxHealthyPercentage) / 100),
    tier.desired + (policy.minHealthyPercentage === 100 ? 1 : 0),
  );

const isAlive = (node: Node) => node.state !== 'terminating';
export const isWarm = (world: World, node: Node): boolean =>
  node.state === 'in service' && (!isOld(node) ? world.now - node.inServiceSince >= WARM_UP : true);

/** One tick of Auto Scaling: nodes that are missing or wanted, old ones that may go, the end. */
export function refreshTier(world: World, tier: Tier): void {
  removeGone(world, tier);
  const { refresh } = tier;
  if (refresh.status === 'running') {
    passCheckpoints(world, tier);
    launch(world, tier);
    if (!isPaused(world, tier)) terminateOld(world, tier);
    end(world, tier);
  } else {
    if (refresh.status === 'baking' && world.now >= refresh.endsAt) refresh.status = 'successful';
    launch(world, tier);
    scaleIn(world, tier, tier.nodes.filter((node) => node.state === 'in service').length - tier.desired);
  }
}

function passCheckpoints(world: World, tier: Tier): void {
  const { refresh, desired } = tier;
  const old = tier.nodes.reduce((count, node) => count + (isOld(node) && isAlive(node) ? 1 : 0), 0);
  const next = world.policy.checkpoints?.find((percent) => percent > refresh.passed);
  if (next === undefined || next >= 100 || ((desired - old) * 100) / desired < next) return;
  refresh.passed = next;
  refresh.pausedUntil = world.now + ticks(world.policy.checkpointDelay ?? 3600);
  refresh.progressAt = refresh.pausedUntil;
}

/** New nodes up to the surge and to the next checkpoint, and in place of those that were lost. */
function launch(world: World, tier: Tier): void {
  const { refresh, desired } = tier;
  let alive = 0;
  let fresh = 0;
  for (const node of tier.nodes) {
    if (!isAlive(node)) continue;
    alive++;
    if (!isOld(node)) fresh++;
  }
  const rolls = refresh.status === 'running' && !isPaused(world, tier);
  const checkpoint = world.policy.checkpoints?.find((percent) => percent > refresh.passed) ?? 100;
  const wanted = Math.min(desired, Math.ceil((desired * checkpoint) / 100));
  const most = mostNodes(world, tier);
  while (
    tier.nodes.length < tier.model.limit &&
    (alive < desired || (rolls && alive < most && fresh < wanted))
  ) {
    launchOne(world, tier);
    alive++;
    fresh++;
  }
}

function launchOne(world: World, tier: Tier): void {
  const { model } = tier;
  const number = tier.launched++;
  const counts: number[] = new Array(model.zones).fill(0);
  for (const node of tier.nodes) if (isAlive(node)) counts[node.zone]++;
  const node = nodeOf(
    tier,
    model.nodes + number,
    tier.refresh.target,
    counts.indexOf(Math.min(...counts)),
    world.fleet.seed,
  );
  // What a rollback launches is good: it is what ran before.
  const fault = tier.refresh.target === 1 ? model.faults[number % model.faults.length] : 'none';
  tier.nodes.push({
    ...node,
    fault,
    launchedAt: world.now,
    joinsAt: world.now + ticks(model.boots[number % model.boots.length]),
  });
}

/** Old nodes go while enough others are in service and warm. */
function terminateOld(world: World, tier: Tier): void {
  let warm = 0;
  let unready = false;
  for (const node of tier.nodes) {
    if (isWarm(world, node)) warm++;
    else if (!isOld(node) && isAlive(node)) unready = true;
  }
  if (unready && world.fleet.undocumented.termination === 'batch') return;
  const least = Math.ceil((tier.desired * world.policy.minHealthyPercentage) / 100);
  const old = tier.nodes
    .filter((node) => isOld(node) && node.state === 'in service')
    .sort((a, b) => a.order - b.order);
  for (const node of old) {
    if (warm-- - 1 < least) break;
    terminate(world, node);
    tier.refresh.begun = true;
    tier.refresh.progressAt = world.now;
  }
}

/** A node that is terminated waits until ECS has drained it. Without managed draining its tasks are lost. */
export function terminate(world: World, node: Node): void {
  node.state = 'terminating';
  node.draining = true;
  if (!world.policy.drains) lose(world, node);
}

/** What runs on a node is lost with it. */
export function lose(world: World, node: Node): void {
  for (const copy of [...node.copies]) stop(world, copy);
  node.jobs.length = 0;
}

/** The group's termination policy takes nodes of the oldest launch template first. */
export function scaleIn(world: World, tier: Tier, count: number): void {
  if (count <= 0) return;
  const inService = tier.nodes.filter((node) => node.state === 'in service');
  inService.sort((a, b) => a.version - b.version || a.order - b.order);
  for (const node of inService.slice(0, count)) terminate(world, node);
}

function removeGone(world: World, tier: Tier): void {
  for (const node of [...tier.nodes]) {
    const gone = node.state === 'terminating' && node.copies.length === 0 && node.jobs.length === 0;
    if (gone && isOld(node)) tier.refresh.progressAt = Math.max(tier.refresh.progressAt, world.now);
    if (gone) remove(tier.nodes, node);
  }
}

function end(world: World, tier: Tier): void {
  const { refresh } = tier;
  if (!tier.nodes.some(isOld)) {
    refresh.status = world.policy.bakeTime ? 'baking' : 'successful';
    refresh.endsAt = world.now + ticks(world.policy.bakeTime ?? 0);
  } else if (world.now - refresh.progressAt > WITHOUT_PROGRESS) {
    if (world.rollsBackAt === NEVER) fail(world, 'failed');
    else refresh.status = 'failed';
  }
}

/** The refresh of one tier fails or is cancelled, and the deployment with it. */
export function fail(world: World, status: 'failed' | 'cancelled'): void {
  if (world.rollsBackAt !== NEVER || isRolled(world)) return;
  for (const { refresh } of world.tiers)
    if (refresh.status === 'running' || refresh.status === 'baking') refresh.status = status;
  world.measures.failed = true;
  world.measures.stuck = world.tiers
    .flatMap(({ nodes }) => nodes)
    .filter((node) => isOld(node) && node.state === 'terminating').length;
  world.rollsBackAt = world.now + ROLLBACK;
}

/** All refreshes of the deployment, or of its rollback, have ended. */
export const isRolled = ({ tiers, rollsBackAt }: World): boolean =>
  tiers.every(({ refresh: { status, target } }) =>
    rollsBackAt === NEVER ? status === 'successful' : target === 2 && status !== 'running',
  );

/** CloudFormation rolls the stack back: a second refresh of each tier, to a version of its own. */
export function rollBack(world: World): void {
  if (world.now !== world.rollsBackAt) return;
  for (const tier of world.tiers) {
    tier.refresh = refreshOf(2, world.now);
    tier.cordon = runOf(world.now);
  }
}
