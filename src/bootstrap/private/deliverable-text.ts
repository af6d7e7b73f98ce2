import { fail, quoteForMessage } from '../../private/errors';

/** A NUL byte or half a surrogate pair: neither can stand in a shell word or in UTF-8. */
const NOT_TEXT = /\0|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;

/** Any text that can be brought to a node; everything else in it is quoted or encoded. */
export function checkDeliverableText(field: string, value: string): void {
  if (typeof value !== 'string')
    fail('InvalidText', `\`${field}\` must be a text, got: ${quoteForMessage(value)}`);
  if (NOT_TEXT.test(value))
    fail('InvalidText', `\`${field}\` must not contain a NUL character or half a surrogate pair`);
}
