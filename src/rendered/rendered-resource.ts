import {
  type CfnResource,
  type IResolvable,
  type IResolveContext,
  Stack,
  Token,
  Tokenization,
} from 'aws-cdk-lib';

/** What CDK keeps of an L1 beyond its declared members. */
interface Internals {
  readonly _cfnProperties: Record<string, unknown>;
  readonly rawOverrides?: { readonly Properties?: Record<string, unknown> };
  [property: string]: unknown;
}

function pascalCase(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/**
 * A field of a nested object: named as in the L1s, or as in the template (overrides, `new CfnResource(…)`).
 */
export function field(object: unknown, name: string): unknown {
  if (typeof object !== 'object' || object === null) return undefined;
  const fields = object as Record<string, unknown>;
  return fields[name] ?? fields[pascalCase(name)];
}

/** The same object without a field, however it is spelled. */
export function without(object: object, name: string): object {
  return Object.fromEntries(
    Object.entries(object).filter(([key]) => key !== name && key !== pascalCase(name)),
  );
}

/** Replaces a field under the spelling that it has. */
export function withField(object: object, name: string, value: unknown): object {
  return { ...object, [pascalCase(name) in object ? pascalCase(name) : name]: value };
}

/**
 * A property of an L1, not yet resolved.
 *
 * L1 classes of another copy of aws-cdk-lib are not `instanceof` ours, and a plain `CfnResource` has no
 * members for its properties, so neither the class nor its type is asked for.
 */
export function property(resource: CfnResource, name: string): unknown {
  const internals = resource as unknown as Internals;
  return name in resource ? internals[name] : internals._cfnProperties[pascalCase(name)];
}

/** Sets a property where `property` reads it: later reads, by whatever aspect, see the new value. */
export function setProperty(resource: CfnResource, name: string, value: unknown): void {
  const internals = resource as unknown as Internals;
  if (name in resource) internals[name] = value;
  else internals._cfnProperties[pascalCase(name)] = value;
}

/**
 * Opens a token one step: what stands in it keeps its own tokens, so that references can still
 * be told from text.
 */
export function opened(resource: CfnResource, value: unknown): unknown {
  let current = value;
  while (Tokenization.isResolvable(current)) current = (current as IResolvable).resolve(contextOf(resource));
  return current;
}

function contextOf(resource: CfnResource): IResolveContext {
  return {
    scope: resource,
    preparing: false,
    documentPath: [],
    registerPostProcessor: () => undefined,
    resolve: (value: unknown) => Stack.of(resource).resolve(value),
  };
}

/** A list and its elements, each opened. */
export function openedList(resource: CfnResource, value: unknown): unknown[] {
  const list = opened(resource, value);
  return Array.isArray(list) ? list.map((element) => opened(resource, element)) : [];
}

/**
 * A property as the template will have it, overrides included: an escape hatch is the user's last word, so
 * what it says counts. Only the value at the end of the path is resolved. To resolve an L1 as a whole would
 * call its producers (lifecycle hooks create roles) before their time.
 */
export function rendered(resource: CfnResource, ...path: string[]): unknown {
  const override = overridden(resource, path);
  if (override !== undefined) return override.value;
  const [first, ...rest] = path;
  let value = property(resource, first);
  for (const name of rest) value = field(opened(resource, value), name);
  const open = opened(resource, value);
  return Token.isUnresolved(open) || typeof open === 'object' ? Stack.of(resource).resolve(open) : open;
}

/** Whether a raw override says something of a property, or of something in it. */
export function isOverridden(resource: CfnResource, name: string): boolean {
  return name in ((resource as unknown as Internals).rawOverrides?.Properties ?? {});
}

function overridden(resource: CfnResource, path: string[]): { value: unknown } | undefined {
  let current: unknown = (resource as unknown as Internals).rawOverrides?.Properties;
  for (const [index, name] of path.entries()) {
    if (typeof current !== 'object' || current === null || Array.isArray(current)) return undefined;
    const key = pascalCase(name);
    if (!(key in current)) return undefined;
    current = (current as Record<string, unknown>)[key];
    const last = index === path.length - 1;
    // An object merges into what the L1 has; anything else, a deletion too, stands for itself.
    if (!last && typeof current !== 'object') return { value: undefined };
  }
  const merges =
    typeof current === 'object' &&
    current !== null &&
    !Array.isArray(current) &&
    !Tokenization.isResolvable(current);
  return merges ? undefined : { value: Stack.of(resource).resolve(current) };
}

/** A rendered property if it is a list. */
export function renderedList(resource: CfnResource, ...path: string[]): unknown[] {
  const value = rendered(resource, ...path);
  return Array.isArray(value) ? value : [];
}

/** A rendered property if its value is known now: a parameter's or a condition's is not. */
export function renderedNumber(resource: CfnResource, ...path: string[]): number | undefined {
  const value = rendered(resource, ...path);
  return typeof value === 'number' ? value : undefined;
}
