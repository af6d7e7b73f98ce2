import { type Cause, isCertain, keyOf } from './causes';
import type { ResourceChange } from './changes';
import { nameOfTemplate, withoutHash } from './fleet-shape';
import type { Reason } from './plan';
import { isWithin, LAUNCH_TEMPLATE } from './resource-rules';
import { valuesOf } from './values';

const LONG = {
  'looked up': 'looked-up',
  'not known': 'not-known',
  edited: 'certain',
  image: 'certain',
} as const;

/** The reasons of what happens to a resource: what was edited, or may be another, and where it comes in. */
export function reasonsOf(
  change: ResourceChange,
  paths: readonly string[] | undefined,
  values: boolean,
): Reason[] {
  const found = new Map<string, Reason>();
  for (const [through, causes] of change.properties) {
    if (paths && !paths.some((outer) => isWithin(through, outer))) continue;
    for (const cause of causes.list()) {
      const key = keyOf(cause);
      if (!found.has(key)) found.set(key, reason(change, through, cause, values));
    }
  }
  const all = [...found.values()];
  // What is certain needs no doubt next to it.
  const certain = all.filter(({ certainty }) => certainty === 'certain');
  return certain.length > 0 ? certain : all;
}

function reason(change: ResourceChange, through: string, cause: Cause, values: boolean): Reason {
  const own = cause.id === change.id;
  return {
    stack: cause.stack,
    id: cause.id,
    type: cause.type,
    property: cause.path,
    through: own ? '' : through,
    certainty: LONG[cause.kind],
    text: textOf(cause, own),
    ...(values && isCertain(cause) ? valuesOf(cause) : {}),
  };
}

/** What a person reads. Never a value: that may be a secret. */
function textOf(cause: Cause, own: boolean): string {
  if (cause.text !== undefined) return cause.text;
  if (cause.kind === 'looked up') return `${cause.id} is looked up at deployment`;
  if (own || cause.path === '') return cause.path || cause.id;
  if (cause.type === LAUNCH_TEMPLATE)
    return `${cause.path.replace(/^LaunchTemplateData\./, '')} of the launch template ${nameOfTemplate(cause.id)}`;
  return `${cause.path} of ${withoutHash(cause.id)}`;
}
