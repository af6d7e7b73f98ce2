import type { IConstruct } from 'constructs';
import { fail } from '../private/errors';
import type { AgentConfig } from '../settings/agent-config';
import { MAX_INSTANCE_ATTRIBUTES } from '../settings/agent-variables';
import { HELD } from './held';

/**
 * Refuses attributes that leave no room for the mark of a held node, or look like it.
 *
 * @param waysOut how to switch off what sets the mark on nodes of this tier, one for each of them
 */
export function checkHeldAttributes(
  scope: IConstruct,
  { instanceAttributes = {} }: AgentConfig,
  waysOut: string[],
): void {
  const names = Object.keys(instanceAttributes);
  if (names.includes(HELD)) {
    fail(
      'CordonAttributes',
      `\`agent.instanceAttributes\` must not have the name "${HELD}": it says that a state machine of ` +
        'the library holds the node, and services may keep off nodes that have it',
      scope,
    );
  }
  if (waysOut.length > 0 && names.length >= MAX_INSTANCE_ATTRIBUTES) {
    fail(
      'CordonAttributes',
      `\`agent.instanceAttributes\` must have at most ${MAX_INSTANCE_ATTRIBUTES - 1} entries, got: ` +
        `${names.length}: ECS takes ${MAX_INSTANCE_ATTRIBUTES} attributes a node, and the mark "${HELD}" ` +
        `is one of them. Leave one out, or set ${waysOut.join(' and ')}`,
      scope,
    );
  }
}
