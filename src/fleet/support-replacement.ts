import { Stack } from 'aws-cdk-lib';
import type { InstanceTier } from '../tier/instance-tier';
import { Consolidator } from './consolidation/consolidator';
import { Cordon } from './cordon/cordon';
import { DrainLimits } from './drain-limit/drain-limits';
import type { FleetCluster } from './fleet-cluster';
import { ImageUpdater } from './image-updates/image-updater';
import { ReadinessGate } from './readiness-gate/readiness-gate';
import { Repair } from './repair/repair';

/**
 * What a tier's stack needs for the way in which the tier's nodes are replaced and looked after. Nothing at
 * all, unless they are rolled or an option asks for it.
 */
export function supportReplacement(tier: InstanceTier, cluster: FleetCluster): void {
  const stack = Stack.of(tier);
  if (tier._replacement._readinessGate) ReadinessGate.of(stack).add(tier, cluster);
  if (tier._replacement._cordon) Cordon.of(stack).add(tier, cluster);
  const repair = tier._repair._plan;
  if (repair !== undefined) Repair.of(stack).repair(tier, cluster, repair);
  const drainLimit = tier._drainLimit._plan;
  if (drainLimit !== undefined) DrainLimits.of(stack).limit(tier, cluster, drainLimit);
  const consolidation = tier._consolidation._plan;
  if (consolidation !== undefined) Consolidator.of(stack).consolidate(tier, cluster, consolidation);
  const imageUpdates = tier._replacement._imageUpdates;
  if (imageUpdates !== undefined) ImageUpdater.of(stack).update(tier, cluster, imageUpdates);
}
