import { type Duration, type Size, SizeRoundingBehavior, Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { ErrorCode } from './error-code';
import { fail, quoteForMessage } from './errors';

/** Lower and upper bound, both allowed; a missing one is no bound. */
export interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

function allowed({ min, max }: Bounds, text: (bound: number) => string = String): string {
  if (min !== undefined && max !== undefined) return ` from ${text(min)} to ${text(max)}`;
  if (min !== undefined) return ` of at least ${text(min)}`;
  if (max !== undefined) return ` of at most ${text(max)}`;
  return '';
}

function outside(value: number, { min, max }: Bounds): boolean {
  return (min !== undefined && value < min) || (max !== undefined && value > max);
}

/**
 * A whole number within bounds. Java and Python pass 2.5 for an integer without a word, so
 * that is checked too.
 */
export function checkInteger(
  code: ErrorCode,
  field: string,
  value: number | undefined,
  bounds: Bounds = {},
  scope?: IConstruct,
): void {
  if (value === undefined || Token.isUnresolved(value)) return;
  if (!Number.isInteger(value) || outside(value, bounds)) {
    fail(
      code,
      `\`${field}\` must be a whole number${allowed(bounds)}, got: ${quoteForMessage(value)}`,
      scope,
    );
  }
}

/** A share in whole percent. What somebody writes as 0.9 is no share of 0 percent. */
export function checkPercentage(
  code: ErrorCode,
  field: string,
  value: number | undefined,
  bounds: Bounds,
  scope?: IConstruct,
): void {
  if (
    value === undefined ||
    Token.isUnresolved(value) ||
    (Number.isInteger(value) && !outside(value, bounds))
  )
    return;
  const percent = Math.round(value * 100);
  const instead = value > 0 && value < 1 ? `: ${percent} percent are written as ${percent}` : '';
  fail(
    code,
    `\`${field}\` must be a whole number of percent${allowed(bounds)}, got: ` +
      `${quoteForMessage(value)}${instead}`,
    scope,
  );
}

/** Plain JavaScript lets a number of whatever unit through, and a text. */
export function requireDuration(code: ErrorCode, field: string, value: Duration, scope?: IConstruct): void {
  if (typeof value?.isUnresolved !== 'function' || typeof value.toMilliseconds !== 'function') {
    fail(
      code,
      `\`${field}\` must be a Duration, as \`Duration.minutes(…)\` makes it, got: ${quoteForMessage(value)}`,
      scope,
    );
  }
}

/** Long times in the unit in which they are thought of. */
function span(seconds: number): string {
  const hours = seconds / 3600;
  if (hours > 48 && hours % 24 === 0) return `${hours / 24} days`;
  if (hours >= 1 && Number.isInteger(hours)) return hours === 1 ? '1 hour' : `${hours} hours`;
  return `${seconds} s`;
}

/** A duration within bounds, both in seconds. */
export function checkDuration(
  code: ErrorCode,
  field: string,
  value: Duration | undefined,
  bounds: Bounds = {},
  scope?: IConstruct,
): void {
  if (value === undefined) return;
  requireDuration(code, field, value, scope);
  if (value.isUnresolved()) return;
  const seconds = value.toMilliseconds({ integral: false }) / 1000;
  if (outside(seconds, bounds))
    fail(code, `\`${field}\` must be a duration${allowed(bounds, span)}, got: ${span(seconds)}`, scope);
}

/** A size in whole units of `perUnit` mebibytes, within bounds in that unit. */
export function checkSize(
  code: ErrorCode,
  field: string,
  value: Size | undefined,
  unit: 'MiB' | 'GiB',
  bounds: Bounds = {},
  scope?: IConstruct,
): void {
  if (value === undefined) return;
  if (typeof value?.isUnresolved !== 'function' || typeof value.toMebibytes !== 'function') {
    fail(
      code,
      `\`${field}\` must be a Size, as \`Size.${unit === 'MiB' ? 'mebibytes' : 'gibibytes'}(…)\` makes ` +
        `it, got: ${quoteForMessage(value)}`,
      scope,
    );
  }
  if (value.isUnresolved()) return;
  const options = { rounding: SizeRoundingBehavior.NONE };
  const amount = unit === 'MiB' ? value.toMebibytes(options) : value.toGibibytes(options);
  if (!Number.isInteger(amount) || outside(amount, bounds)) {
    fail(
      code,
      `\`${field}\` must be a size in whole ${unit}${allowed(bounds, (bound) => `${bound} ${unit}`)}, ` +
        `got: ${amount} ${unit}`,
      scope,
    );
  }
}

/** A string that matches `pattern` as a whole. */
export function checkPattern(
  code: ErrorCode,
  field: string,
  value: string | undefined,
  pattern: RegExp,
  rule: string,
  scope?: IConstruct,
): void {
  if (value === undefined || Token.isUnresolved(value)) return;
  if (typeof value !== 'string' || !pattern.test(value))
    fail(code, `\`${field}\` must be ${rule}, got: ${quoteForMessage(value)}`, scope);
}
