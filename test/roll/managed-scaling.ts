import { ticks } from './clock';
import { hasRoomWithoutConstraints } from './placement';
import { scaleIn } from './refresh';
import type { Tier, World } from './world';

const MINUTE = ticks(60);
/** The alarm for scale-in needs fifteen minutes below the target. */
const IDLE_MINUTES = 15;
/** `instanceWarmupPeriod`: what was launched counts as capacity after it. */
const WARM_UP = ticks(300);

/**
 * Each minute ECS publishes the nodes that a tier needs, in percent of those it has, and a target tracking
 * policy of 100 follows it: up after a minute, down after fifteen.
 */
export function scaleTier(world: World, tier: Tier): void {
  const bounds = tier.model.scaling;
  if (!bounds || world.now % MINUTE !== 0) return;
  let has = 0;
  let uses = 0;
  for (const node of tier.nodes) {
    if (
      !node.joined ||
      node.state === 'terminating' ||
      (node.draining && !world.fleet.undocumented.drainingCounts)
    )
      continue;
    has++;
    if (node.copies.length + node.jobs.length > 0) uses++;
  }
  const needs = uses + Math.ceil(provisioning(world, tier) / tier.model.slots);
  tier.idleMinutes = needs < has ? tier.idleMinutes + 1 : 0;
  if (needs > has && world.now >= tier.scalesAgainAt) {
    tier.desired = Math.max(tier.desired, Math.min(bounds.most, tier.desired + needs - has));
    tier.scalesAgainAt = world.now + WARM_UP;
  } else if (tier.idleMinutes >= IDLE_MINUTES) {
    const desired = Math.max(bounds.least, Math.min(tier.desired, Math.ceil((tier.desired * needs) / has)));
    scaleIn(world, tier, tier.desired - desired);
    tier.desired = desired;
    tier.idleMinutes = 0;
  }
}

/**
 * Tasks that wait in PROVISIONING. Those that fail on a constraint do not: ECS tries them again, and adds no
 * node.
 */
function provisioning(world: World, tier: Tier): number {
  if (hasRoomWithoutConstraints(tier)) return 0;
  let count = 0;
  for (const service of world.services)
    for (const { current, next, tier: wanted } of service.slots) {
      if (!current && wanted === tier) count++;
      else if (current && !next && current.node.tier === tier && current.node.draining) count++;
    }
  return count;
}
