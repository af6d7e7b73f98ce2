import { RENDERED } from '../private/fields';
import { CONSOLIDATION, Consolidation } from './consolidation';
import { DRAIN_LIMIT, DrainLimit } from './drain-limit';
import { NodeRepair, REPAIR } from './node-repair';

/**
 * The rows of the options that look after running nodes, for the tables of a cluster and of a tier. A tier
 * has its cluster's value unless it sets the option; `none()` turns it off there.
 */
export const UPKEEP_FIELDS = {
  repair: { value: REPAIR, implied: NodeRepair.none(), combine: 'replace', to: RENDERED },
  consolidation: {
    value: CONSOLIDATION,
    implied: Consolidation.none(),
    combine: 'replace',
    to: RENDERED,
  },
  drainLimit: { value: DRAIN_LIMIT, implied: DrainLimit.none(), combine: 'replace', to: RENDERED },
} as const;
