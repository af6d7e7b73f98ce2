import type { ErrorCode } from '../private/error-code';
import { fail, quoteForMessage } from '../private/errors';

// Everything that ends a line or that systemd drops a value for (`env_value_is_valid`): control characters
// but the tab, U+2028, U+2029, and half surrogate pairs, which are no text at all.
const BREAKS_A_LINE = /[^\t\P{Cc}]|[\p{Cs}\u2028\u2029]/u;

/**
 * A string that can be a value in a file of lines: one line, and nothing at its ends that a
 * reader would trim.
 *
 * Tokens are let through as they are: their markers have no white space, so the text around them
 * is still checked.
 */
export function checkOneLine(code: ErrorCode, field: string, value: string): void {
  if (typeof value !== 'string') fail(code, `\`${field}\` must be a string, got: ${quoteForMessage(value)}`);
  if (BREAKS_A_LINE.test(value))
    fail(code, `\`${field}\` must be one line without control characters, got: ${quoteForMessage(value)}`);
  if (value !== value.trim())
    fail(code, `\`${field}\` must not begin or end with white space, got: ${quoteForMessage(value)}`);
}
