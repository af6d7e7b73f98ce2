import type { IConstruct } from 'constructs';
import { fail } from '../private/errors';
import type { DrainLimit } from '../replacement/drain-limit';
import type { NodeReplacement } from '../replacement/node-replacement';
import type { InstanceTierProps } from './tier-options';

/**
 * Refuses options that look after running nodes, where the way in which these are replaced leaves no room.
 */
export function checkUpkeep(
  scope: IConstruct,
  own: InstanceTierProps,
  drainLimit: DrainLimit,
  replacement: NodeReplacement,
): void {
  if (drainLimit._plan === undefined || replacement.drains) return;
  const whose = own.drainLimit === undefined ? ' of the cluster' : '';
  fail(
    'DrainLimitAllAtOnce',
    `\`drainLimit\`${whose} must not be set with \`NodeReplacement.allAtOnce()\`, which waits for no drain. ` +
      'Write `drainLimit: DrainLimit.none()` for this tier, or replace its nodes in another way',
    scope,
  );
}
