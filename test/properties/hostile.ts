import * as fc from 'fast-check';

/**
 * Strings that somebody could pass, and that mean something to one of the many readers between
 * TypeScript and the node.
 */
export const HOSTILE = [
  '',
  ' ',
  "'",
  '"',
  '\\',
  '\n',
  '\r',
  '\r\n',
  '\t',
  '\0',
  'a\0b',
  '\ud800',
  '\udfff',
  "it's",
  "'; touch broken; '",
  '"; touch broken; "',
  '\ntouch broken\n',
  '$(touch broken)',
  '`touch broken`',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: that is the point
  '${HOME}$0 $@ $$ $((1+1))',
  'a[$(touch broken)]',
  '!history !! !$',
  '%s%n %d %%',
  '~ * ? [a] {a,b}',
  '-n',
  '--',
  '#!/bin/bash',
  'X',
  '\nX\n',
  '\nPY\n',
  'EOF',
  '--?(+)?',
  '\n--?(+)?--\n',
  '=',
  'a=b',
  'a\nECS_CLUSTER=other',
  '","ECS":"x',
  '{"a":"b"}',
  'é',
  '日本語 🚀',
  '\u2028\u2029\u0085\u00a0\ufeff',
  '\x01\x1b[31m\x7f',
  'ends in a backslash\\',
  ' spaces around ',
  'x'.repeat(10_000),
  '🚀\n'.repeat(2_000),
];

/** Any string, of the kinds above and at random, up to 10 KB. */
export const hostile: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...HOSTILE) },
  {
    weight: 4,
    arbitrary: fc.string({
      unit: fc.constantFrom(
        ...'\'"\\$`!%\n\r\t =#;&|<>(){}[]*?~-:,@'.split(''),
        'X',
        'PY',
        'é',
        '🚀',
        '\u2028',
        '\u0085',
        '\x7f',
        '--?(+)?',
        '$(touch broken)',
      ),
      maxLength: 24,
    }),
  },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
);

/** Whether a string has a place in a shell and in UTF-8 at all. */
export function isText(value: string): boolean {
  return !value.includes('\0') && isWellFormed(value);
}

/** What UTF-8 makes of a string: half a surrogate pair becomes U+FFFD. */
export function wellFormed(value: string): string {
  return Buffer.from(value, 'utf8').toString('utf8');
}

export function isWellFormed(value: string): boolean {
  return wellFormed(value) === value;
}
