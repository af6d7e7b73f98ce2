import { type Duration, type Size, SizeRoundingBehavior, Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { fail, shown } from './errors';

/** Lower and upper bound, both allowed; a missing one is no bound. */
export interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

function allowed(bounds: Bounds, unit = ''): string {
  const { min, max } = bounds;
  if (min !== undefined && max !== undefined) return ` from ${min}${unit} to ${max}${unit}`;
  if (min !== undefined) return ` of at least ${min}${unit}`;
  if (max !== undefined) return ` of at most ${max}${unit}`;
  return '';
}

function outside(value: number, { min, max }: Bounds): boolean {
  return (min !== undefined && value < min) || (max !== undefined && value > max);
}

/** A whole number within bounds. Java and Python pass 2.5 for an integer without a word, so that is checked too. */
export function checkInteger(code: string, field: string, value: number | undefined, bounds: Bounds = {}, scope?: IConstruct): void {
  if (value === undefined || Token.isUnresolved(value)) return;
  if (!Number.isInteger(value) || outside(value, bounds)) {
    fail(code, `\`${field}\` must be a whole number${allowed(bounds)}, got: ${shown(value)}`, scope);
  }
}

/** Plain JavaScript lets a number of whatever unit through, and a text. */
export function requireDuration(code: string, field: string, value: Duration, scope?: IConstruct): void {
  if (typeof value?.isUnresolved !== 'function' || typeof value.toMilliseconds !== 'function') {
    fail(code, `\`${field}\` must be a Duration, as \`Duration.minutes(…)\` makes it, got: ${shown(value)}`, scope);
  }
}

/** A duration within bounds, both in seconds. */
export function checkDuration(code: string, field: string, value: Duration | undefined, bounds: Bounds = {}, scope?: IConstruct): void {
  if (value === undefined) return;
  requireDuration(code, field, value, scope);
  if (value.isUnresolved()) return;
  const seconds = value.toMilliseconds({ integral: false }) / 1000;
  if (outside(seconds, bounds)) fail(code, `\`${field}\` must be a duration${allowed(bounds, ' s')}, got: ${seconds} s`, scope);
}

/** A size in whole units of `perUnit` mebibytes, within bounds in that unit. */
export function checkSize(
  code: string,
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
      `\`${field}\` must be a Size, as \`Size.${unit === 'MiB' ? 'mebibytes' : 'gibibytes'}(…)\` makes it, got: ${shown(value)}`,
      scope,
    );
  }
  if (value.isUnresolved()) return;
  const options = { rounding: SizeRoundingBehavior.NONE };
  const amount = unit === 'MiB' ? value.toMebibytes(options) : value.toGibibytes(options);
  if (!Number.isInteger(amount) || outside(amount, bounds)) {
    fail(code, `\`${field}\` must be a size in whole ${unit}${allowed(bounds, ` ${unit}`)}, got: ${amount} ${unit}`, scope);
  }
}

/** A string that matches `pattern` as a whole. */
export function checkPattern(
  code: string,
  field: string,
  value: string | undefined,
  pattern: RegExp,
  rule: string,
  scope?: IConstruct,
): void {
  if (value === undefined || Token.isUnresolved(value)) return;
  if (typeof value !== 'string' || !pattern.test(value)) fail(code, `\`${field}\` must be ${rule}, got: ${shown(value)}`, scope);
}
