import type { IConstruct } from 'constructs';
import { fail } from '../private/errors';
import type { AgentConfig } from '../settings/agent-config';
import { MAX_INSTANCE_ATTRIBUTES } from '../settings/agent-variables';
import { HELD } from './held';

/** Refuses attributes that leave no room for the cordon's mark, or look like it. */
export function checkCordonAttributes(
  scope: IConstruct,
  { instanceAttributes = {} }: AgentConfig,
  cordon: boolean,
): void {
  const names = Object.keys(instanceAttributes);
  if (names.includes(HELD)) {
    fail(
      'CordonAttributes',
      `\`agent.instanceAttributes\` must not have the name "${HELD}": services of clusters with the ` +
        'cordon keep off nodes that have it',
      scope,
    );
  }
  if (cordon && names.length >= MAX_INSTANCE_ATTRIBUTES) {
    fail(
      'CordonAttributes',
      `\`agent.instanceAttributes\` must have at most ${MAX_INSTANCE_ATTRIBUTES - 1} entries with the ` +
        `cordon, got: ${names.length}: ECS takes ${MAX_INSTANCE_ATTRIBUTES} attributes a node, and the ` +
        `mark "${HELD}" is one of them. Leave one out, or set \`NodeReplacement.rolling({ cordon: false ` +
        '})`',
      scope,
    );
  }
}
