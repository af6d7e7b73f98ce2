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
  const all = [
    { field: 'drainLimit', code: 'DrainLimitAllAtOnce', plan: drainLimit._plan, none: 'DrainLimit.none()' },
    {
      field: 'consolidation',
      code: 'ConsolidationRefused',
      plan: consolidation._plan,
      none: 'Consolidation.none()',
    },
  ] as const;
  for (const { field, code, none } of all.filter(({ plan }) => plan !== undefined)) {
    const whose = own[field] === undefined ? ' of the cluster' : '';
    fail(
      code,
      `\`${field}\`${whose} must not be set with \`NodeReplacement.allAtOnce()\`, which waits for no drain. ` +
        `Write \`${field}: ${none}\` for this tier, or replace its nodes in another way`,
      scope,
    );
  }
}
