import type { IConstruct } from 'constructs';
import type { NodeTemplate } from '../node/node-template';
import { quoteForMessage } from '../private/errors';
import { type Problem, problemAt } from '../rendered/problem';

/** Nodes of a tier without daemons first would start held, and nothing would open them. */
export function sharedDaemonProblems(tier: IConstruct, template: NodeTemplate): Problem[] {
  const others = template._heldUnasked.map(({ node }) => quoteForMessage(node.path));
  if (others.length === 0) return [];
  return [
    problemAt(
      tier,
      'InvalidReplacement',
      '`NodeReplacement.rolling({ daemonsFirst: true })` must hold for all tiers of the template ' +
        `${quoteForMessage(template.node.path)}, as it is in their user data, and does not for: ` +
        `${others.join(', ')}. Set it there too, or give the tier node fields instead of a \`template\``,
    ),
  ];
}
