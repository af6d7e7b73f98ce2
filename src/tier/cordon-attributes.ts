import type { IConstruct } from 'constructs';
import { fail } from '../private/errors';
import type { AgentConfig } from '../settings/agent-config';

/** The mark of the cordon: an attribute of the node, beside those of the user. */
const RETIRING = 'retiring';

/** ECS takes ten custom attributes a node. */
const MAX_ATTRIBUTES = 10;

/** Refuses attributes that leave no room for the cordon's mark, or look like it. */
export function checkCordonAttributes(scope: IConstruct, { instanceAttributes = {} }: AgentConfig, cordon: boolean): void {
  const names = Object.keys(instanceAttributes);
  if (names.includes(RETIRING)) {
    fail(
      'CordonAttributes',
      `\`agent.instanceAttributes\` must not have the name "${RETIRING}": services of clusters with the cordon keep off nodes that have it`,
      scope,
    );
  }
  if (cordon && names.length >= MAX_ATTRIBUTES) {
    fail(
      'CordonAttributes',
      `\`agent.instanceAttributes\` must have at most ${MAX_ATTRIBUTES - 1} entries with the cordon, got: ${names.length}: ECS takes ${MAX_ATTRIBUTES} attributes a node, and the mark ` +
        `"${RETIRING}" is one of them. Leave one out, or set \`NodeReplacement.rolling({ cordon: false })\``,
      scope,
    );
  }
}
