import type { IConstruct } from 'constructs';
import { NODE } from '../node/node-fields';
import type { NodeProps } from '../node/node-props';
import type { NodeTemplate } from '../node/node-template';
import { quoteForMessage } from '../private/errors';
import { formatFields } from '../private/fields';
import { warn } from '../private/warning';
import { type Problem, problemAt } from '../rendered/problem';
import type { InstanceTier } from '../tier/instance-tier';

/** The node fields of a cluster that none of its tiers takes. */
export function unusedNodeFields(scope: IConstruct, defaults: NodeProps, tiers: InstanceTier[]): Problem[] {
  const reached = fieldsReaching(tiers);
  const unused = NODE.set(defaults).filter((field) => !reached.has(field));
  if (unused.length === 0) return [];
  return [
    problemAt(
      scope,
      'UnusedNodeFields',
      `${formatFields(unused)} of the cluster reach no tier: every tier has a \`template\` or its own ` +
        'value. Put them there',
    ),
  ];
}

/**
 * Warns about node fields that some tiers take, and that others lack because of their template. What the
 * template sets itself was decided there, and a tier that is retired is on its way out.
 */
export function warnOfNodeFields(scope: IConstruct, tiers: InstanceTier[]): void {
  const reached = fieldsReaching(tiers);
  const shared = tiers.filter(({ template, _isRetired }) => template._isShared && !_isRetired);
  const gaps = [...new Set(shared.map(({ template }) => template))].flatMap((template) => {
    const own = new Set(template._nodeFields);
    const missed = [...reached].filter((field) => !own.has(field));
    return missed.length === 0 ? [] : gapOf(template, missed, shared);
  });
  if (gaps.length === 0) return;
  warn(
    scope,
    'EcsAutoScaledCluster.nodeFields',
    `The cluster "${scope.node.path}" has node fields that do not reach its tiers with a \`template\`: ` +
      `${gaps.join('; ')}. A template is all that its nodes are. Put them into the NodeTemplate as well, ` +
      'or into the tiers that should have them instead of the cluster; or acknowledge this where it is ' +
      'meant.',
  );
}

/** The node fields of the cluster that one tier takes, or more. */
function fieldsReaching(tiers: InstanceTier[]): Set<keyof NodeProps> {
  return new Set(tiers.flatMap((tier) => tier._inheritedNodeFields));
}

function gapOf(template: NodeTemplate, fields: (keyof NodeProps)[], tiers: InstanceTier[]): string {
  const names = tiers.filter((tier) => tier.template === template).map(({ name }) => quoteForMessage(name));
  return `${names.join(', ')} (of the template "${template.node.path}") without ${formatFields(fields)}`;
}
