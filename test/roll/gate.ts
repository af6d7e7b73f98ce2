import { ticks } from './clock';
import { chance } from './random';
import { isOld, type Node, remove, type Tier, type World } from './world';

/** The gate holds a node that has joined for the barrier, and no longer than this after its launch. */
const BARRIER = ticks(900);
/** A node that never joins is given up when the hook's heartbeat is over. */
const HEARTBEAT = ticks(1200);
/** One that has powered off is given up sooner. */
const DEAD = ticks(180);
/** Without the gate a node is in service as soon as EC2 runs it. */
const RUNS = ticks(30);

/** One tick of boots and of the gate. */
export function gateTier(world: World, tier: Tier): void {
  for (const node of [...tier.nodes]) {
    if (!node.joined && node.fault === 'none' && node.state !== 'terminating' && world.now >= node.joinsAt) {
      node.joined = true;
      if (node.state === 'booting') node.state = 'held';
      node.looksAt = world.now + lookAfter(world, node, 20, 80);
    }
    if (!world.policy.readinessGate) {
      const runs = world.now >= node.launchedAt + RUNS;
      if (runs && (node.state === 'booting' || node.state === 'held')) letIn(world, node);
      // EC2's status checks find the one that has powered off.
      if (node.fault === 'dies' && world.now === node.joinsAt + DEAD) remove(tier.nodes, node);
    } else if (node.state === 'booting') {
      const patience = node.fault === 'dies' ? node.joinsAt + DEAD : node.launchedAt + HEARTBEAT;
      if (world.now >= patience) remove(tier.nodes, node);
    } else if (node.state === 'held' && world.now >= node.looksAt) look(world, node);
  }
}

function look(world: World, node: Node): void {
  const last = node.launchedAt + BARRIER;
  if (world.now >= last || !barrierHolds(world, node)) letIn(world, node);
  else node.looksAt = Math.min(world.now + lookAfter(world, node, 40, 80), last);
}

function letIn(world: World, node: Node): void {
  node.state = 'in service';
  node.inServiceSince = world.now;
  world.measures.wasLetIn(world.now - node.launchedAt);
}

/**
 * The barrier ends when the old nodes have the cordon's mark, when the refresh has begun to take them, and
 * with it.
 */
function barrierHolds(world: World, node: Node): boolean {
  const { refresh, nodes } = node.tier;
  return (
    world.policy.cordon === 'draining' &&
    refresh.status === 'running' &&
    !isOld(node) &&
    !refresh.begun &&
    !nodes.some((other) => other.marked === refresh.target)
  );
}

const lookAfter = (world: World, node: Node, from: number, to: number): number =>
  ticks(from + (to - from) * chance(world.fleet.seed, node.id, world.now));
