import { ticks } from './clock';
import { nodeFor, start, zonesOf } from './placement';
import type { Service, World } from './world';

/** How long a service has to be steady before ECS looks at its zones. AWS gives no time. */
const STEADY = ticks(120);

/**
 * Availability Zone rebalancing: one task at a time is started in the emptiest zone, and stopped in the
 * fullest.
 */
export function rebalance(world: World): void {
  for (const service of world.services) {
    if (!world.fleet.services[service.number].rebalanced) continue;
    if (!isSteady(service)) service.steadySince = world.now;
    else if (world.now - service.steadySince >= STEADY) moveOne(world, service);
  }
}

const isSteady = (service: Service) =>
  service.running === service.target &&
  service.slots.every((slot) => slot.current && !slot.next && slot.version === service.version);

function moveOne(world: World, service: Service): void {
  const { maxPercent } = world.fleet.services[service.number];
  if (Math.floor((service.target * maxPercent) / 100) <= service.target) return;
  for (const tier of world.tiers) {
    const counts = zonesOf(service.slots[0], tier);
    const fullest = counts.indexOf(Math.max(...counts));
    const emptiest = counts.indexOf(Math.min(...counts));
    if (counts[fullest] - counts[emptiest] < 2) continue;
    const slot = service.slots.find(
      ({ current }) => current?.node.tier === tier && current.node.zone === fullest,
    );
    const node = slot && nodeFor(world, tier, slot, emptiest);
    if (!node) continue;
    slot.next = start(world, slot, node, 'rebalancing');
    return;
  }
}
