import { warn } from '../../private/warning';
import { field, renderedList } from '../../rendered/resource';
import type { HostedService } from '../hosted-service';
import type { ServedCluster } from '../served-cluster';

/** A message names so many services. */
const MOST = 5;

/**
 * Warns once of each tier whose nodes are given back while its services spread their tasks. Packing them
 * leaves more nodes empty by itself than moving tasks does.
 */
export function checkPlacement(cluster: ServedCluster, services: readonly HostedService[]): void {
  const tiers = (cluster.tiers ?? []).flatMap(({ name, consolidated }) =>
    consolidated === undefined ? [] : [{ name, consolidated }],
  );
  if (tiers.length === 0) return;
  const spread = services
    .filter((service) => service.isReplicaOnNodes && !isPacked(service))
    .map(({ path, possibleTiers }) => ({ path, on: possibleTiers.map(({ name }) => name) }));
  for (const { name, consolidated } of tiers) {
    const own = spread.filter(({ on }) => on.includes(name));
    if (own.length === 0) continue;
    const named = own.slice(0, MOST).map(({ path }) => `"${path}"`);
    const more = own.length > MOST ? ` and ${own.length - MOST} more` : '';
    warn(
      consolidated,
      'InstanceTier.consolidation',
      `The tier "${consolidated.node.path}" has \`consolidation\`, and services on it spread their tasks over all ` +
        `nodes of a zone: ${named.join(', ')}${more}. Packing them saves more nodes than moving their tasks, ` +
        'and moves none. Give them `placementStrategies: EcsAutoScaledCluster.packedPlacement()`.',
    );
  }
}

/** ECS spreads tasks over zones, and then over nodes, unless a strategy packs them. */
function isPacked({ resource }: HostedService): boolean {
  return renderedList(resource, 'placementStrategies').some((item) => field(item, 'type') === 'binpack');
}
