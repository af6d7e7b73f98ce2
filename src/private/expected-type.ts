import { Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { fail, quoteForMessage } from './errors';

const CODE = 'WrongKind';

/**
 * What a value must be. jsii sees to it for Python, Java, Go and .NET and the compiler for TypeScript; plain
 * JavaScript lets anything through, and then CDK fails somewhere deep in it, or leaves out without a word
 * what it does not understand.
 *
 * Told by one member that the library uses, never by `instanceof`: an app may have two copies of aws-cdk-lib,
 * and objects of its own.
 */
export interface Kind<T> {
  /** As it stands after "must be". */
  readonly name: string;
  /** Left out where any object may be one: a struct that is all options. */
  readonly member?: keyof T & string;
  /** How to write what somebody meant who gave a text; undefined where that cannot be known. */
  readonly instead?: (quoted: string, text: string) => string | undefined;
}

/** Refuses a value of another kind; one that is left out is fine. */
export function checkKind<T>(field: string, value: T | undefined, kind: Kind<T>, scope?: IConstruct): void {
  if (value !== undefined) requireKind(field, value, kind, scope);
}

/** Refuses a value of another kind, and one that is left out. */
export function requireKind<T>(field: string, value: T | undefined, kind: Kind<T>, scope?: IConstruct): void {
  if (!isOf(kind, value))
    fail(
      CODE,
      `\`${field}\` must be ${kind.name}, got: ${quoteForMessage(value)}${suggestion(kind, value)}`,
      scope,
    );
}

/** Refuses what is no list, and each of its values that is of another kind. */
export function checkKinds<T>(
  field: string,
  values: T[] | undefined,
  kind: Kind<T>,
  scope?: IConstruct,
): void {
  if (values === undefined) return;
  if (!Array.isArray(values)) {
    const instead = isOf(kind, values)
      ? '. Put it into brackets: `[…]`'
      : suggestion(kind, values, (one) => `[${one}]`);
    fail(
      CODE,
      `\`${field}\` must be a list, each item ${kind.name}, got: ${quoteForMessage(values)}${instead}`,
      scope,
    );
  }
  values.forEach((value, index) => {
    requireKind(`${field}[${index}]`, value, kind, scope);
  });
}

/** Refuses what is no member of an enum. */
export function checkMember(
  field: string,
  value: string | undefined,
  name: string,
  members: Record<string, string>,
  scope?: IConstruct,
): void {
  if (value === undefined || Token.isUnresolved(value) || Object.values(members).includes(value)) return;
  const known = Object.keys(members).map((member) => `${name}.${member}`);
  fail(CODE, `\`${field}\` must be ${known.join(' or ')}, got: ${quoteForMessage(value)}`, scope);
}

function isOf<T>(kind: Kind<T>, value: unknown): boolean {
  return typeof value === 'object' && value !== null && (kind.member === undefined || kind.member in value);
}

/** What can stand in a line of code. */
const SHORT = /^[^\n\r]{1,80}$/;

function suggestion<T>(kind: Kind<T>, value: unknown, wrapped = (one: string) => one): string {
  if (typeof value !== 'string' || !SHORT.test(value)) return '';
  const quoted = Token.isUnresolved(value) ? '…' : `'${value.replace(/[\\']/g, '\\$&')}'`;
  const instead = kind.instead?.(quoted, value);
  return instead === undefined ? '' : `. Write \`${wrapped(instead)}\``;
}
