import { fail, quoteForMessage } from '../../private/errors';
import type { Value } from '../../private/value';

const CODE = 'InvalidText';

/** A NUL byte or half a surrogate pair: neither can be in a shell word or in UTF-8. */
const NOT_TEXT = /\0|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;

/** Any text that can be brought to a node; everything else in it is quoted or encoded. */
export const DELIVERABLE: Value<string> = {
  expected: 'a text',
  check(field, value: unknown) {
    if (typeof value !== 'string') fail(CODE, `\`${field}\` must be a text, got: ${quoteForMessage(value)}`);
    if (!NOT_TEXT.test(value)) return;
    fail(
      CODE,
      `\`${field}\` must not contain a NUL character or half a surrogate pair: it was cut inside of a ` +
        'character, or read with another encoding than it has. Windows writes UTF-16 too: ' +
        "`readFileSync(path, 'utf16le')`. What is no text belongs into an image or into an S3 object",
    );
  },
};

/**
 * Text that bash reads. It takes a carriage return for a part of the last word of a line, and a byte order
 * mark for a part of the first word of all. So the words of a file from Windows are no commands.
 */
export function checkShellText(field: string, value: string): void {
  DELIVERABLE.check(field, value);
  if (value.startsWith('\uFEFF')) {
    fail(
      CODE,
      `\`${field}\` must not begin with a byte order mark, which bash takes for a part of the first word: ` +
        "leave it out, as with `.replace(/^\\uFEFF/, '')`",
    );
  }
  checkNoCarriageReturn(field, value, 'bash takes it for a part of a word');
}

/** The content of a file. What begins with `#!` is a script, which the kernel must be able to start. */
export function checkFileContent(field: string, value: string, isExecutable: boolean): void {
  DELIVERABLE.check(field, value);
  if (value.startsWith('#!'))
    checkNoCarriageReturn(field, value, 'the kernel takes it for a part of the name behind `#!`');
  const isLate = /^\uFEFF\s*#!/.test(value) || (isExecutable && /^\s+#!\s*\//.test(value));
  if (!isLate) return;
  fail(
    CODE,
    `\`${field}\` must have \`#!\` as its first two characters, or the kernel does not take it for a ` +
      `script, got: ${quoteForMessage(value.slice(0, 40))}. Leave out what is before it, as with ` +
      '`.trimStart()`',
  );
}

function checkNoCarriageReturn(field: string, value: string, why: string): void {
  const at = value.indexOf('\r');
  if (at < 0) return;
  const line = value.slice(0, at).split('\n').length;
  fail(
    CODE,
    `\`${field}\` must not contain a carriage return, got one in line ${line}: ${why}. Write ` +
      "`.replaceAll('\\r', '')` where it was read from a file with Windows' line ends; where one is meant, " +
      "the script can write `$'\\r'`",
  );
}
