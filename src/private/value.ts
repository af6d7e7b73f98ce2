import type { IConstruct } from 'constructs';
import type { ErrorCode } from './error-code';

/** Lower and upper bound, both allowed; a missing one is no bound. */
export interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

/** How many items a list may have, or entries a map. */
export interface Count extends Bounds {
  /** One of them, in a message. */
  readonly named: string;
  readonly code: ErrorCode;
  /** Where none is an error with a name that is not that of too many. */
  readonly codeOfNone?: ErrorCode;
}

/** The unit of bounds, as the docs write it. */
export type Unit = 's' | 'MiB' | 'GiB' | 'MiB/s' | 'percent';

/**
 * What the value of a field or of an argument must be: the check, and the same as data, to which the tests
 * hold the docs.
 */
export interface Value<T> {
  /** What follows "must be". */
  readonly expected: string;
  readonly bounds?: Bounds;
  readonly unit?: Unit;
  /** Bounds that depend on what another field is, by its value. */
  readonly boundsBy?: Readonly<Record<string, Bounds>>;
  /** The members of an enum, by name. */
  readonly members?: Readonly<Record<string, T>>;
  /** Each item of a list, each value of a map. */
  readonly item?: Value<unknown>;
  readonly count?: Count;
  /** The table of a struct. */
  readonly fields?: Readonly<Record<string, { readonly value: Value<unknown> }>>;
  /** What to write in place of a wrong value, as a line of code; undefined where that cannot be known. */
  instead?(value: unknown): string | undefined;
  /** A value without fields that are null: other languages pass it for those that are not set. */
  settled?(value: T): T;
  /** Refuses any other value. Tokens pass where what they stand for cannot be known yet. */
  check(field: string, value: T, scope?: IConstruct): void;
}
