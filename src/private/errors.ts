import { Construct, type IConstruct } from 'constructs';

/**
 * What this library throws for input that cannot work.
 *
 * jsii hands only the message to Python, Java, Go and .NET, so the code and the construct's path stand in the message
 * itself. aws-cdk-lib's own `ValidationError` is internal and its signature has changed, so it cannot be thrown from here.
 */
export class ValidationError extends Error {
  /** The sentence without code and path: what `inScope` builds on. */
  public readonly problem: string;
  public readonly code: string;
  public readonly path?: string;

  public constructor(code: string, problem: string, path?: string) {
    super(path === undefined ? `${problem} (${code})` : `${problem} (${code} at ${path})`);
    this.name = 'ValidationError';
    this.code = code;
    this.problem = problem;
    this.path = path;
  }
}

/** Refuses: `problem` says which field, which value and what is allowed. */
export function fail(code: string, problem: string, scope?: IConstruct): never {
  throw new ValidationError(code, problem, scope?.node.path);
}

/** Runs code that knows no construct, and gives the construct's path to whatever it refuses. */
export function inScope<T>(scope: IConstruct, body: () => T): T {
  return atPath(scope.node.path, body);
}

/** The same for a construct that is not made yet, because what it is to be made of is looked at first. */
export function inChild(scope: IConstruct, id: string, body: () => void): void {
  // As constructs puts a path together: the root of an app has no id, and a slash in an id would look like two.
  const child = String(id).replace(/\//g, '--');
  atPath(scope.node.path === '' ? child : `${scope.node.path}/${child}`, body);
}

function atPath<T>(path: string, body: () => T): T {
  try {
    return body();
  } catch (error) {
    if (error instanceof ValidationError && error.path === undefined) throw new ValidationError(error.code, error.problem, path);
    throw error;
  }
}

/** A value as it stands in an error: quoted, and short. */
export function shown(value: unknown): string {
  const text = textOf(value);
  return text.length > 120 ? `${text.slice(0, 117)}…` : text;
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(textOf).join(',')}]`;
  if (typeof value === 'function') return `${value.name} (a function that was not called)`;
  // Constructs hold each other in circles, and what stands in another object says little: its class is what it was taken for.
  if (Construct.isConstruct(value)) return `the construct ${JSON.stringify(value.node.path)}`;
  if (isOfAClass(value)) return `an object of the class ${value.constructor.name}`;
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return 'an object';
  }
}

function isOfAClass(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype !== null && prototype !== Object.prototype;
}
