/** What of a CloudFormation template a plan reads. */
export interface Template {
  readonly Resources?: Readonly<Record<string, Resource>>;
  readonly Parameters?: Readonly<Record<string, Parameter>>;
  readonly Conditions?: Readonly<Record<string, unknown>>;
  readonly Mappings?: Readonly<Record<string, unknown>>;
  readonly Outputs?: Readonly<Record<string, Output>>;
  readonly Transform?: unknown;
}

export interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly UpdatePolicy?: unknown;
  readonly DeletionPolicy?: unknown;
  readonly Condition?: string;
}

export interface Parameter {
  readonly Type: string;
  readonly Default?: unknown;
}

export interface Output {
  readonly Value?: unknown;
  readonly Condition?: string;
  readonly Export?: { readonly Name?: unknown };
}

/** A stack with its nested stacks. */
export interface StackTree {
  /** The name of the stack; of a nested one, names joined by slashes. */
  readonly name: string;
  /** `aws://account/region`, where it is known. */
  readonly environment?: string;
  readonly template: Template;
  /** By logical id. Undefined is a nested stack whose template is not there. */
  readonly nested: ReadonlyMap<string, StackTree | undefined>;
  /** Paths of constructs, by logical id. */
  readonly paths: ReadonlyMap<string, string>;
}

export type Dict = Readonly<Record<string, unknown>>;

export const isDict = (value: unknown): value is Dict =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What a path of names leads to. */
export function at(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((inner, name) => (isDict(inner) ? inner[name] : undefined), value);
}

export const listAt = (value: unknown, path: string): readonly unknown[] => {
  const list = at(value, path);
  return Array.isArray(list) ? list : [];
};

/** A number, also where the template has it as text. */
export function numberAt(value: unknown, path: string): number | undefined {
  const found = at(value, path);
  const text = typeof found === 'string' ? found.trim() : found;
  return text === undefined || text === null || text === '' || Number.isNaN(Number(text))
    ? undefined
    : Number(text);
}

/** `Ref`, `Condition` or `Fn::…`: an object that stands for a value. */
export function isIntrinsic(value: unknown): value is Dict {
  if (!isDict(value)) return false;
  const names = Object.keys(value);
  return names.length === 1 && (names[0] === 'Ref' || names[0].startsWith('Fn::'));
}

/** A text that is the same for the same value: without the order of names, and with numbers as texts. */
export function canonical(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  return JSON.stringify(value, (_, inner) => {
    if (typeof inner === 'number' || typeof inner === 'boolean') return String(inner);
    if (!isDict(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

export const resourcesOf = (template: Template, type: string): [string, Resource][] =>
  Object.entries(template.Resources ?? {}).filter(([, resource]) => resource?.Type === type);
