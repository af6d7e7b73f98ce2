import { quoteForMessage } from '../../private/errors';
import { capacityProviderResource } from '../../rendered/capacity-provider';
import { type Problem, problemAt } from '../../rendered/problem';
import { rendered, renderedNumber } from '../../rendered/resource';
import type { InstanceTier } from '../../tier/instance-tier';

const PROVIDER = 'autoScalingGroupProvider';

/**
 * What of a tier's capacity provider consolidation cannot work with, as the template has it: by a field of
 * the tier, an aspect or an override.
 */
export function consolidationProblems(tier: InstanceTier): Problem[] {
  const provider = capacityProviderResource(tier.capacityProvider);
  if (provider === undefined) return [];
  const whose = tier._options.consolidation === undefined ? ' of the cluster' : '';
  const problem = (what: string) =>
    problemAt(
      tier,
      'ConsolidationRefused',
      `\`consolidation\`${whose} must not be set with ${what}. Write \`consolidation: ` +
        'Consolidation.none()` for this tier, or leave that out',
    );
  const target = renderedNumber(provider, PROVIDER, 'managedScaling', 'targetCapacity');
  const status = rendered(provider, PROVIDER, 'managedScaling', 'status');
  return [
    ...(target !== undefined && target < 100
      ? [
          problem(
            `\`targetCapacityPercent\` below 100, got: ${target}: managed scaling would launch a spare node ` +
              'for each that is given back',
          ),
        ]
      : []),
    ...(rendered(provider, PROVIDER, 'managedTerminationProtection') === 'ENABLED'
      ? [
          problem(
            '`enableManagedTerminationProtection`: each node with a task is protected, and the protection ' +
              'is not always taken off again',
          ),
        ]
      : []),
    ...(status === undefined || status === 'DISABLED'
      ? [
          problem(
            `managed scaling switched off, got: ${quoteForMessage(status)}: no node would start for what no ` +
              'longer fits',
          ),
        ]
      : []),
  ];
}
