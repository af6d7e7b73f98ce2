import { type Duration, type Size, SizeRoundingBehavior, Token } from 'aws-cdk-lib';
import type { ErrorCode } from './error-code';
import { fail, quoteForMessage } from './errors';
import type { Bounds, Unit, Value } from './value';

function allowed({ min, max }: Bounds, text: (bound: number) => string = String): string {
  if (min !== undefined && max !== undefined) return ` from ${text(min)} to ${text(max)}`;
  if (min !== undefined) return ` of at least ${text(min)}`;
  if (max !== undefined) return ` of at most ${text(max)}`;
  return '';
}

function outside(value: number, { min, max }: Bounds): boolean {
  return (min !== undefined && value < min) || (max !== undefined && value > max);
}

/** A whole number within bounds. Java and Python pass 2.5 for an integer, so that is checked too. */
export function wholeNumber(code: ErrorCode, bounds: Bounds = {}, unit?: Unit): Value<number> {
  const expected = `a whole number${allowed(bounds)}`;
  return {
    expected,
    bounds,
    unit,
    check(field, value, scope) {
      if (Token.isUnresolved(value) || (Number.isInteger(value) && !outside(value, bounds))) return;
      const instead = typeof value === 'string' && /^\d+$/.test(value) ? `. Write \`${value}\`` : '';
      fail(code, `\`${field}\` must be ${expected}, got: ${quoteForMessage(value)}${instead}`, scope);
    },
  };
}

/** A share in whole percent. What is written as 0.9 is not a share of 0 percent. */
export function percent(code: ErrorCode, bounds: Bounds): Value<number> {
  const expected = `a whole number of percent${allowed(bounds)}`;
  return {
    expected,
    bounds,
    unit: 'percent',
    check(field, value, scope) {
      if (Token.isUnresolved(value) || (Number.isInteger(value) && !outside(value, bounds))) return;
      const share = Math.round(value * 100);
      const instead = value > 0 && value < 1 ? `: ${share} percent are written as ${share}` : '';
      fail(code, `\`${field}\` must be ${expected}, got: ${quoteForMessage(value)}${instead}`, scope);
    },
  };
}

/** Long times in the unit in which they are thought of. */
function span(seconds: number): string {
  const hours = seconds / 3600;
  if (hours > 48 && hours % 24 === 0) return `${hours / 24} days`;
  if (hours >= 1 && Number.isInteger(hours)) return hours === 1 ? '1 hour' : `${hours} hours`;
  return `${seconds} s`;
}

/** A duration within bounds in seconds. Plain JavaScript passes a number, in any unit, and a text. */
export function duration(code: ErrorCode, bounds: Bounds = {}): Value<Duration> {
  const expected = 'a Duration, as `Duration.minutes(…)` makes it';
  return {
    expected,
    bounds,
    unit: 's',
    check(field, value, scope) {
      if (typeof value?.isUnresolved !== 'function' || typeof value.toMilliseconds !== 'function') {
        fail(code, `\`${field}\` must be ${expected}, got: ${quoteForMessage(value)}`, scope);
      }
      if (value.isUnresolved()) return;
      const seconds = secondsOf(value);
      if (!outside(seconds, bounds)) return;
      fail(code, `\`${field}\` must be a duration${allowed(bounds, span)}, got: ${span(seconds)}`, scope);
    },
  };
}

function secondsOf(value: Duration): number {
  return value.toMilliseconds({ integral: false }) / 1000;
}

/** A duration in whole seconds, within bounds in seconds: APIs take no part of a second. */
export function wholeSeconds(code: ErrorCode, bounds: Bounds = {}): Value<Duration> {
  const any = duration(code, bounds);
  return {
    ...any,
    check(field, value, scope) {
      any.check(field, value, scope);
      if (value.isUnresolved() || Number.isInteger(secondsOf(value))) return;
      fail(code, `\`${field}\` must be a duration in whole seconds, got: ${secondsOf(value)} s`, scope);
    },
  };
}

/** Not by `instanceof`: an app may have two copies of aws-cdk-lib. */
export function isSize(value: unknown): value is Size {
  const { isUnresolved, toMebibytes } = (value ?? {}) as Partial<Size>;
  return typeof isUnresolved === 'function' && typeof toMebibytes === 'function';
}

/** The amount of a size, which need not be whole. */
export function sizeIn(unit: 'MiB' | 'GiB', value: Size): number {
  const options = { rounding: SizeRoundingBehavior.NONE };
  return unit === 'MiB' ? value.toMebibytes(options) : value.toGibibytes(options);
}

/** A size in whole units, within bounds in that unit. */
export function size(code: ErrorCode, unit: 'MiB' | 'GiB', bounds: Bounds = {}): Value<Size> {
  const expected = `a Size, as \`Size.${unit === 'MiB' ? 'mebibytes' : 'gibibytes'}(…)\` makes it`;
  return {
    expected,
    bounds,
    unit,
    check(field, value, scope) {
      if (!isSize(value))
        fail(code, `\`${field}\` must be ${expected}, got: ${quoteForMessage(value)}`, scope);
      if (value.isUnresolved()) return;
      const amount = sizeIn(unit, value);
      if (Number.isInteger(amount) && !outside(amount, bounds)) return;
      const range = allowed(bounds, (bound) => `${bound} ${unit}`);
      fail(code, `\`${field}\` must be a size in whole ${unit}${range}, got: ${amount} ${unit}`, scope);
    },
  };
}

/** A text that matches `pattern`, which `rule` says in words. */
export function text(code: ErrorCode, pattern: RegExp, rule: string): Value<string> {
  return {
    expected: rule,
    check(field, value, scope) {
      if (Token.isUnresolved(value) || (typeof value === 'string' && pattern.test(value))) return;
      fail(code, `\`${field}\` must be ${rule}, got: ${quoteForMessage(value)}`, scope);
    },
  };
}
