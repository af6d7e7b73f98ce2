import type { Cause } from './causes';
import { lineDiff } from './line-diff';
import { isDict } from './template';

/** What a property was and is, or for text of several lines those that differ. */
export function valuesOf({ before, after }: Cause): { before?: string; after?: string; lines?: string[] } {
  const [old, fresh] = [before, after].map(textOf);
  if (old?.includes('\n') || fresh?.includes('\n')) return { lines: lineDiff(old ?? '', fresh ?? '') };
  return { before: old, after: fresh };
}

function textOf(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  const text = isDict(value) && 'Fn::Base64' in value ? value['Fn::Base64'] : value;
  return rendered(text) ?? JSON.stringify(text);
}

/** A text with its references as `${Id.Attribute}`. */
function rendered(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (!isDict(value)) return undefined;
  if (typeof value.Ref === 'string') return `\${${value.Ref}}`;
  const attribute = value['Fn::GetAtt'];
  if (attribute !== undefined) return `\${${[attribute].flat().join('.')}}`;
  const sub = value['Fn::Sub'];
  if (sub !== undefined) return String([sub].flat()[0]);
  const join = value['Fn::Join'];
  if (Array.isArray(join) && Array.isArray(join[1]))
    return join[1].map((part) => rendered(part) ?? JSON.stringify(part)).join(String(join[0]));
  return undefined;
}
