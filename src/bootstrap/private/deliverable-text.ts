import { fail, quoteForMessage } from '../../private/errors';
import type { Value } from '../../private/value';

/** A NUL byte or half a surrogate pair: neither can be in a shell word or in UTF-8. */
const NOT_TEXT = /\0|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;

/** Any text that can be brought to a node; everything else in it is quoted or encoded. */
export const DELIVERABLE: Value<string> = {
  expected: 'a text',
  check(field, value: unknown) {
    if (typeof value !== 'string')
      fail('InvalidText', `\`${field}\` must be a text, got: ${quoteForMessage(value)}`);
    if (NOT_TEXT.test(value))
      fail('InvalidText', `\`${field}\` must not contain a NUL character or half a surrogate pair`);
  },
};
