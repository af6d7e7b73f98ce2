import { Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { ErrorCode } from './error-code';
import { fail, quoteForMessage, ValidationError } from './errors';
import type { Count, Value } from './value';

const CODE = 'WrongKind';

/**
 * A class, and how it is recognized. jsii checks classes for Python, Java, Go and .NET, and the compiler does
 * for TypeScript. Plain JavaScript lets anything through: then CDK fails somewhere deep in it, or leaves out
 * what it does not understand, without a message.
 *
 * By one member that the library uses, never by `instanceof`: an app may have two copies of aws-cdk-lib, and
 * objects that are not of any class.
 */
export interface Kind<T> {
  /** As it appears after "must be". */
  readonly name: string;
  /** Left out where any object may be one: a struct that is all options. */
  readonly member?: keyof T & string;
  /** How to write what was meant by a text; undefined where that cannot be known. */
  readonly instead?: (quoted: string, text: string) => string | undefined;
}

/** An object of a class or interface. */
export function instance<T>(kind: Kind<T>): Value<T> {
  const { name: expected, member } = kind;
  return {
    expected,
    instead: (value) => lineOf(kind, value),
    check(field, value: unknown, scope) {
      if (isObject(value) && (member === undefined || member in value)) return;
      const line = lineOf(kind, value);
      const instead = line === undefined ? '' : `. Write \`${line}\``;
      fail(CODE, `\`${field}\` must be ${expected}, got: ${quoteForMessage(value)}${instead}`, scope);
    },
  };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What fits into a line of code. */
const SHORT = /^[^\n\r]{1,80}$/;

function lineOf<T>(kind: Kind<T>, value: unknown): string | undefined {
  if (typeof value !== 'string' || !SHORT.test(value)) return undefined;
  const quoted = Token.isUnresolved(value) ? '…' : `'${value.replace(/[\\']/g, '\\$&')}'`;
  return kind.instead?.(quoted, value);
}

/** A member of an enum, which users write as `name`. */
export function member<T extends string>(name: string, members: Record<string, T>): Value<T> {
  const known: unknown[] = Object.values(members);
  const expected = Object.keys(members)
    // Of several names for one value the first is the current one.
    .filter((key, index) => known.indexOf(members[key]) === index)
    .map((key) => `${name}.${key}`)
    .join(' or ');
  return {
    expected,
    members,
    check(field, value: unknown, scope) {
      if (Token.isUnresolved(value) || known.includes(value)) return;
      fail(CODE, `\`${field}\` must be ${expected}, got: ${quoteForMessage(value)}`, scope);
    },
  };
}

/** True or false: to plain JavaScript the text 'false' is true. */
export const flag: Value<boolean> = {
  expected: 'true or false',
  check(field, value: unknown, scope) {
    if (typeof value === 'boolean' || Token.isUnresolved(value)) return;
    const instead = value === 'true' || value === 'false' ? `. Write \`${value}\`` : '';
    fail(CODE, `\`${field}\` must be true or false, got: ${quoteForMessage(value)}${instead}`, scope);
  },
};

/** Any text. */
export const anyText: Value<string> = {
  expected: 'a text',
  check(field, value: unknown, scope) {
    if (typeof value !== 'string')
      fail(CODE, `\`${field}\` must be a text, got: ${quoteForMessage(value)}`, scope);
  },
};

/** A list of values that are all of one kind. */
export function listOf<T>(item: Value<T>, count?: Count): Value<T[]> {
  const expected = `a list, each item ${item.expected}`;
  return {
    expected,
    item,
    count,
    check(field, values: unknown, scope) {
      if (!Array.isArray(values)) {
        const instead = asList(item, values);
        fail(CODE, `\`${field}\` must be ${expected}, got: ${quoteForMessage(values)}${instead}`, scope);
      }
      if (Token.isUnresolved(values)) return;
      values.forEach((value, index) => {
        item.check(`${field}[${index}]`, value, scope);
      });
      checkCount(field, values.length, count, scope);
    },
  };
}

function asList<T>(item: Value<T>, value: unknown): string {
  const line = item.instead?.(value);
  if (line !== undefined) return `. Write \`[${line}]\``;
  return accepts(item, value) ? '. Put it into brackets: `[…]`' : '';
}

function accepts<T>(value: Value<T>, given: unknown): boolean {
  try {
    value.check('', given as T);
    return true;
  } catch (error) {
    if (error instanceof ValidationError) return false;
    throw error;
  }
}

function checkCount(field: string, length: number, count: Count | undefined, scope?: IConstruct): void {
  if (count === undefined) return;
  const { min = 0, max = Number.POSITIVE_INFINITY, named, code, codeOfNone = code } = count;
  if (length < min) fail(codeOfNone, `\`${field}\` must have at least one ${named}, or be left out`, scope);
  if (length > max)
    fail(code, `\`${field}\` must have at most ${max} ${pluralOf(named)}, got: ${length}`, scope);
}

function pluralOf(noun: string): string {
  return noun.replace(/y$/, 'ie').concat('s');
}

/** A map from names to values of one kind. */
export function mapOf<T>(item: Value<T>, count?: Count): Value<Record<string, T>> {
  const expected = `a map of names to values, each ${item.expected}`;
  return {
    expected,
    item,
    count,
    check(field, values: unknown, scope) {
      if (!isPlain(values))
        fail(CODE, `\`${field}\` must be ${expected}, got: ${quoteForMessage(values)}`, scope);
      const entries = Object.entries(values);
      checkCount(field, entries.length, count, scope);
      for (const [name, value] of entries) item.check(`${field}.${name}`, value, scope);
    },
  };
}

/**
 * An object that holds its own fields alone. The entries of a JavaScript `Map` are no fields, and those of a
 * list have numbers for names.
 *
 * By the length of its chain of prototypes, not by `Object.prototype`: another realm has another one.
 */
export function isPlain(value: unknown): value is object {
  if (!isObject(value)) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** A value that is checked further, once it is of its kind. */
export function refined<T>(
  value: Value<T>,
  further: (field: string, value: T, scope?: IConstruct) => void,
): Value<T> {
  return {
    ...value,
    check(field, given, scope) {
      value.check(field, given, scope);
      further(field, given, scope);
    },
  };
}

/** A value that decides what is made, or is calculated with: no token can be waited for. */
export function known<T>(value: Value<T>, code: ErrorCode = CODE): Value<T> {
  return refined(value, (field, given, scope) => {
    if (isToken(given)) fail(code, `\`${field}\` must be known at synthesis, got: a token`, scope);
  });
}

/** A Duration and a Size hold their token. */
function isToken(value: unknown): boolean {
  const { isUnresolved } = value as { isUnresolved?: unknown };
  return Token.isUnresolved(value) || (typeof isUnresolved === 'function' && isUnresolved.call(value));
}

/** True or false, where it decides what is made. */
export const knownFlag = known(flag);
