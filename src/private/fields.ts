import type { IConstruct } from 'constructs';
import type { ErrorCode } from './error-code';
import { fail, inScope, quoteForMessage } from './errors';
import { nearMiss } from './near-miss';
import type { Value } from './value';

/** The value of a field is rendered by code of this library, not handed on as it is. */
export const RENDERED = 'rendered';

/** The props of something that is made, to which fields are handed on. */
export class Destination<P extends object> {
  /** Never there: the type of the props. */
  public readonly props?: P;

  public constructor(public readonly name: string) {}

  /** The field of the props that takes a value as it is. */
  public field<K extends keyof P & string>(name: K): HandOver<NonNullable<P[K]>, P, K> {
    return { destination: this, name };
  }
}

export interface HandOver<T, P = object, K = string> {
  readonly destination: { readonly name: string; readonly props?: P };
  readonly name: K;
  /** Never there. It holds the compiler to the type: a row hands on what the destination takes. */
  readonly takes?: (value: T) => void;
}

/** What a table hands on. What cannot be left out, or has a default, is not missing there either. */
type Handed<F, P> = Partial<P> & Required<Pick<P, AlwaysHanded<F, P> & keyof P>>;

type AlwaysHanded<F, P> = {
  [K in keyof F]: F[K] extends ({ required: true } | { default: NonNullable<unknown> }) & {
    to: HandOver<never, P, infer N>;
  }
    ? N
    : never;
}[keyof F];

/** A field as it is checked and documented. */
export interface Checked<T> {
  readonly value: Value<T>;
  /** What is written where the field is not set. */
  readonly default?: T;
  /** What holds where the field is not set, although nothing is written: the default of CDK or of AWS. */
  readonly implied?: T;
}

/** A row: what a field must be, and what becomes of it. */
export interface Field<T> extends Checked<T> {
  readonly to: typeof RENDERED | HandOver<T> | readonly HandOver<T>[];
}

/** How the value of a tier and that of its cluster combine. */
export interface Inherited<T> {
  /** The tier's value replaces the cluster's, the two are merged, or a cluster has no such field. */
  readonly combine: 'replace' | 'not inherited' | ((cluster: T, tier: T) => T);
}

/** What cannot be left out is marked so. */
type Presence<T> = undefined extends T ? { readonly required?: never } : { readonly required: true };

/** The table of a struct: a row for each field. A field without a row does not compile. */
export type Fields<S> = { readonly [K in keyof S]-?: Field<NonNullable<S[K]>> & Presence<S[K]> };

/** The table of a struct whose fields a tier may have from its cluster. */
export type InheritedFields<S> = {
  readonly [K in keyof S]-?: Field<NonNullable<S[K]>> & Presence<S[K]> & Inherited<NonNullable<S[K]>>;
};

/** A table whose rows say what the fields must be, and something else of what becomes of them. */
export type Rows<S> = { readonly [K in keyof S]-?: Checked<NonNullable<S[K]>> & Presence<S[K]> };

/** A row as the functions below read it, of any of these tables. */
interface Row extends Checked<unknown>, Partial<Pick<Field<unknown>, 'to'>>, Partial<Inherited<unknown>> {
  readonly required?: true;
}

interface Notes<S> {
  /** An example, for the message where something else was given. */
  readonly such?: string;
  /** Fields that have another name now. */
  readonly formerNames?: { readonly [name: string]: keyof S & string };
  /** Refuses every name that is no field, and says what to write for it. */
  readonly others?: { readonly code: ErrorCode; readonly instead: (name: string) => string };
}

/** A struct of the public API: all that is known of its fields. */
export class Struct<S extends object, F extends Rows<S> = Fields<S>> implements Value<S> {
  public readonly expected: string;
  /** The fields, in the order in which they are checked and listed. */
  public readonly names: readonly (keyof S & string)[];

  public constructor(
    public readonly name: string,
    public readonly fields: F,
    private readonly notes: Notes<S> = {},
  ) {
    const { such } = notes;
    const article = /^[AEIOU]/.test(name) ? 'an' : 'a';
    this.expected = `${article} ${name}${such === undefined ? '' : ` such as \`${such}\``}`;
    this.names = Object.keys(fields) as (keyof S & string)[];
  }

  /** Refuses what one of the fields must not be; `field` is where the struct is a field itself. */
  public check(field: string, values: S, scope?: IConstruct): void {
    this.checkAll(field, `${field}.`, values, scope);
  }

  /** What was given, checked, without what is no field and what is not set. */
  public read(argument: string, values: S, scope?: IConstruct): S {
    this.checkAll(argument, '', values, scope);
    return this.pick(values);
  }

  /** Refuses what is no object at all; its fields are looked at later, where more is known. */
  public checkObject(argument: string, values: unknown, scope?: IConstruct): void {
    if (typeof values === 'object' && values !== null && !Array.isArray(values)) return;
    fail('WrongKind', `\`${argument}\` must be ${this.expected}, got: ${quoteForMessage(values)}`, scope);
  }

  /** The fields that are set. Other languages may pass null for those that are not. */
  public set(values: Partial<S>): (keyof S & string)[] {
    return this.names.filter((name) => isSet(values[name]));
  }

  /** The fields of this struct alone, of one that may have more. */
  public pick(values: S): S {
    const set = this.set(values).map((name) => {
      const { value } = this.row(name);
      return [name, value.settled?.(values[name]) ?? values[name]];
    });
    return Object.fromEntries(set) as S;
  }

  public settled(values: S): S {
    return this.pick(values);
  }

  /** What the rows hand on to the destination, defaults included. */
  public handOver<P extends object>(values: Partial<S>, destination: Destination<P>): Handed<F, P> {
    const handed = this.names.flatMap((name) => {
      const { to, default: otherwise } = this.row(name);
      const value = values[name] ?? otherwise;
      if (to === undefined || to === RENDERED || !isSet(value)) return [];
      return [to]
        .flat()
        .filter((target) => target.destination === destination)
        .map((target) => [target.name, value]);
    });
    return Object.fromEntries(handed);
  }

  /** What holds for a tier: its own values, and for those that it inherits its cluster's. */
  public inherit(cluster: Partial<S>, tier: S): S {
    const combined = this.names.map((name) => {
      const { combine } = this.row(name);
      if (combine === 'not inherited' || !isSet(cluster[name])) return [name, tier[name]];
      if (typeof combine === 'function' && isSet(tier[name])) {
        return [name, combine(cluster[name], tier[name])];
      }
      return [name, tier[name] ?? cluster[name]];
    });
    return this.pick(Object.fromEntries(combined));
  }

  /** The fields of a cluster that have a part in what holds for the tier. */
  public inherited(cluster: Partial<S>, tier: Partial<S>): (keyof S & string)[] {
    return this.set(cluster).filter((name) => {
      const { combine } = this.row(name);
      return combine !== 'not inherited' && (!isSet(tier[name]) || typeof combine === 'function');
    });
  }

  private checkAll(field: string, prefix: string, values: S, scope?: IConstruct): void {
    this.checkObject(field, values, scope);
    const checkRows = () => {
      this.checkNames(prefix, values);
      for (const name of this.names) {
        const { value, required } = this.row(name);
        if (required || isSet(values[name])) value.check(`${prefix}${name}`, values[name]);
      }
    };
    if (scope === undefined) checkRows();
    else inScope(scope, checkRows);
  }

  /**
   * Refuses a name that looks like that of a field: plain JavaScript passes it, and nothing would come of it.
   * Any other name passes, since TypeScript lets objects with further fields through. So does one that looks
   * like a field that is set as well.
   */
  private checkNames(prefix: string, values: S): void {
    for (const [name, value] of Object.entries(values)) {
      if (!isSet(value) || Object.hasOwn(this.fields, name)) continue;
      const { others } = this.notes;
      if (others !== undefined) {
        const instead = others.instead(name);
        fail(others.code, `\`${prefix}${name}\` is no field of ${this.name}: ${instead}`);
      }
      const meant = this.notes.formerNames?.[name] ?? nearMiss(name, this.names);
      if (meant === undefined || isSet(values[meant as keyof S])) continue;
      fail(
        'MisspelledField',
        `\`${prefix}${name}\` is no field of ${this.name}: did you mean \`${prefix}${meant}\`?`,
      );
    }
  }

  private row(name: keyof S & string): Row {
    return (this.fields as { readonly [K in keyof S]: Row })[name];
  }
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** Names of fields as they appear in a message. */
export function formatFields(fields: readonly string[]): string {
  return fields.map((field) => `\`${field}\``).join(', ');
}
