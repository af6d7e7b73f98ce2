import {
  type CfnElement,
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
  readonly rawOverrides?: Record<string, unknown>;
  _toCloudFormation(): object;
  [property: string]: unknown;
}

function internalsOf(resource: CfnResource): Internals {
  return resource as unknown as Internals;
}

/** The name that a template has for a field of an L1. */
export function pascalCase(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/**
 * A field of a nested object, or of an object in it: named as in the L1s, or as in the template (overrides,
 * `new CfnResource(…)`).
 */
export function field(object: unknown, ...path: string[]): unknown {
  return path.reduce((inner, name) => {
    if (typeof inner !== 'object' || inner === null) return undefined;
    const fields = inner as Record<string, unknown>;
    return fields[name] ?? fields[pascalCase(name)];
  }, object);
}

/** What is on or off, which a template may also say in words; undefined: neither, or not known yet. */
export function flagOf(value: unknown): boolean | undefined {
  if (value === true || value === 'true') return true;
  return value === false || value === 'false' ? false : undefined;
}

/** The elements of a field that is a list; none where there is no list. */
export function fieldList(object: unknown, ...path: string[]): unknown[] {
  const list = field(object, ...path);
  return Array.isArray(list) ? list : [];
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
 * members for its properties. So neither the class nor its type is asked for.
 */
export function property(resource: CfnResource, name: string): unknown {
  const internals = internalsOf(resource);
  const value = name in resource ? internals[name] : internals._cfnProperties[pascalCase(name)];
  // What aspects have added to the tags is in CDK's manager of them.
  return isTagManager(value) ? value.renderTags() : value;
}

/** Sets a property where `property` reads it: later reads, by any aspect, see the new value. */
export function setProperty(resource: CfnResource, name: string, value: unknown): void {
  const internals = internalsOf(resource);
  if (name in resource) internals[name] = value;
  else internals._cfnProperties[pascalCase(name)] = value;
}

/**
 * Opens a token one step: its content keeps its own tokens, so that references can still be distinguished
 * from text.
 */
export function opened(resource: CfnResource, value: unknown): unknown {
  let current = decodedList(value);
  while (Tokenization.isResolvable(current)) {
    current = decodedList((current as IResolvable).resolve(contextOf(resource)));
  }
  return current;
}

/** A list that stands for a token, such as that of a lazy list, is the token. */
function decodedList(value: unknown): unknown {
  return Array.isArray(value) && Token.isUnresolved(value)
    ? Tokenization.reverse(value, { failConcat: false })
    : value;
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
 * What the template will say at a path in the properties of a resource, overrides included: an escape hatch
 * is the user's last word, so what it says counts.
 *
 * Only the value at the end of the path is resolved. To resolve an L1 as a whole takes long, and calls its
 * producers (lifecycle hooks create roles) before their time. So that is done only where an override changes
 * a part of the value, for CDK to merge.
 */
export function rendered(resource: CfnResource, ...path: string[]): unknown {
  const [first, ...rest] = path;
  return read(resource, ['Properties', ...path], () => valueIn(resource, property(resource, first), rest));
}

/** The same for a policy, which is not among the properties. */
export function renderedPolicy(
  resource: CfnResource,
  policy: 'creationPolicy' | 'updatePolicy',
  ...path: string[]
): unknown {
  return read(resource, [policy, ...path], () => valueIn(resource, resource.cfnOptions[policy], path));
}

/** A whole resource, as the template will have it. */
export function renderedWhole(resource: CfnResource): unknown {
  const template = Stack.of(resource).resolve(internalsOf(resource)._toCloudFormation());
  return Object.values(field(template, 'Resources') ?? {})[0];
}

function read(resource: CfnResource, path: string[], ofL1: () => unknown): unknown {
  const override = overrideAt(resource, path);
  if (override === 'none') return resolvedIn(resource, ofL1());
  return override === 'part' ? field(renderedWhole(resource), ...path) : resolvedIn(resource, override.value);
}

function valueIn(resource: CfnResource, value: unknown, path: string[]): unknown {
  const inner = path.reduce((outer, name) => field(opened(resource, outer), name), value);
  return opened(resource, inner);
}

function resolvedIn(resource: CfnResource, value: unknown): unknown {
  return Token.isUnresolved(value) || typeof value === 'object' ? Stack.of(resource).resolve(value) : value;
}

/** Whether a raw override says something of a property, or of something in it. */
export function isOverridden(resource: CfnResource, name: string): boolean {
  return isOverriddenAt(resource, 'Properties', name);
}

/** The same of what is not a property. */
export function isOverriddenAt(resource: CfnResource, ...path: string[]): boolean {
  return overrideAt(resource, path) !== 'none';
}

/** What the raw overrides say of a path: nothing, a part of the value, or all of it. */
function overrideAt(resource: CfnResource, path: string[]): 'none' | 'part' | { readonly value: unknown } {
  let current: unknown = internalsOf(resource).rawOverrides ?? {};
  for (const [index, name] of path.entries()) {
    if (Tokenization.isResolvable(current)) return 'part';
    if (!isMergedByCdk(current)) return { value: field(current, ...path.slice(index)) };
    const key = pascalCase(name);
    // An intrinsic function stands for what is not seen here.
    if (!(key in current)) return Object.keys(current).some(isIntrinsic) ? 'part' : 'none';
    current = current[key];
  }
  return isMergedByCdk(current) ? 'part' : { value: current };
}

/** An object merges into what the L1 has; anything else, a deletion too, stands for itself. */
function isMergedByCdk(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !Tokenization.isResolvable(value)
  );
}

function isIntrinsic(name: string): boolean {
  return name === 'Ref' || name.startsWith('Fn::');
}

function isTagManager(value: unknown): value is { renderTags(): unknown } {
  return typeof (value as { renderTags?: unknown } | null | undefined)?.renderTags === 'function';
}

/** A rendered property if it is a list. */
export function renderedList(resource: CfnResource, ...path: string[]): unknown[] {
  const value = rendered(resource, ...path);
  return Array.isArray(value) ? value : [];
}

/**
 * A property as the template will have it, opened. What is in it keeps its references, unless an override
 * changes a part of it.
 */
export function valueAtTheEnd(resource: CfnResource, name: string): unknown {
  return isOverridden(resource, name) ? rendered(resource, name) : opened(resource, property(resource, name));
}

/** The elements of such a list, each opened. */
export function listAtTheEnd(resource: CfnResource, name: string): unknown[] {
  return openedList(resource, valueAtTheEnd(resource, name));
}

/** A rendered property if its value is known now: a parameter's or a condition's is not. */
export function renderedNumber(resource: CfnResource, ...path: string[]): number | undefined {
  const value = rendered(resource, ...path);
  return typeof value === 'number' ? value : undefined;
}

/** The path that a user knows: that of the L2, which has this member, where there is one. */
export function knownPath({ node: { scope, path } }: CfnResource, member: string): string {
  return scope !== undefined && member in scope ? scope.node.path : path;
}

/** The logical id as the template has it. */
export function logicalIdOf(element: CfnElement): string {
  return String(Stack.of(element).resolve(element.logicalId));
}
