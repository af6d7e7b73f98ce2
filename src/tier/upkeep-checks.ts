import type { IConstruct } from 'constructs';
import { fail } from '../private/errors';
import type { Consolidation } from '../replacement/consolidation';
import type { DrainLimit } from '../replacement/drain-limit';
import type { NodeReplacement } from '../replacement/node-replacement';
import type { InstanceTierProps } from './tier-options';

/** What looks after the running nodes of a tier, its own or its cluster's. */
export interface Upkeep {
  readonly drainLimit: DrainLimit;
  readonly consolidation: Consolidation;
}

/**
 * Refuses options that look after running nodes, where the way in which these are replaced leaves no room.
 */
export function checkUpkeep(
  scope: IConstruct,
  own: InstanceTierProps,
  { drainLimit, consolidation }: Upkeep,
  replacement: NodeReplacement,
): void {
  if (replacement.drains) return;
  const whose = (field: 'drainLimit' | 'consolidation') =>
    own[field] === undefined ? ' of the cluster' : '';
  if (drainLimit._plan !== undefined) {
    fail(
      'DrainLimitAllAtOnce',
      `\`drainLimit\`${whose('drainLimit')} must not be set with \`NodeReplacement.allAtOnce()\`, which ` +
        'waits for no drain. Write `drainLimit: DrainLimit.none()` for this tier, or replace its nodes in ' +
        'another way',
      scope,
    );
  }
  if (consolidation._plan !== undefined) {
    fail(
      'ConsolidationRefused',
      `\`consolidation\`${whose('consolidation')} must not be set with \`NodeReplacement.allAtOnce()\`, ` +
        'which waits for no drain. Write `consolidation: Consolidation.none()` for this tier, or replace ' +
        'its nodes in another way',
      scope,
    );
  }
}
