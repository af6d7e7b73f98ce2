import { Construct, type IConstruct } from 'constructs';
import type { ErrorCode } from './error-code';

/**
 * What this library throws for input that cannot work.
 *
 * jsii hands only the message to Python, Java, Go and .NET. So the code and the construct's path are in the
 * message itself. The `ValidationError` of aws-cdk-lib is internal and its signature has changed, so it
 * cannot be thrown from here.
 */
export class ValidationError extends Error {
  // Behind accessors: Node.js prints the fields of an error that nobody catches below its stack, and the
  // message has said it all.
  readonly #text: string;
  readonly #code: ErrorCode;
  readonly #path?: string;

  public constructor(code: ErrorCode, text: string, path?: string) {
    super(messageOf(text, code, path));
    this.name = 'ValidationError';
    this.#code = code;
    this.#text = text;
    this.#path = path;
    hideOwnFrames(this);
  }

  /** The sentence without code and path: what `inScope` builds on. */
  public get text(): string {
    return this.#text;
  }

  public get code(): ErrorCode {
    return this.#code;
  }

  public get path(): string | undefined {
    return this.#path;
  }
}

/**
 * A sentence with its code and, where it is not said otherwise, the path: as users read it in any language.
 */
export function messageOf(text: string, code: ErrorCode, path?: string): string {
  return path === undefined ? `${text} (${code})` : `${text} (${code} at ${path})`;
}

/** More than the library ever has between a call of the user's and what refuses it. */
const OWN_FRAMES = 40;

/**
 * The place of a function of this file, and before it the folder of the library's code: `lib`, or `src` where
 * source maps are read.
 */
const IN_THIS_FILE = /^ {4}at \S+ \((.+[\\/])private[\\/]errors\.[jt]s:\d+:\d+\)$/;

/**
 * Takes the library's own files out of the stack, so that it begins at the line that has to be corrected.
 * Node.js and jsii show it next to the message. In a bundle nothing tells the library's code from the app's,
 * and all of it stays.
 */
function hideOwnFrames(error: Error): void {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = limit + OWN_FRAMES;
  Error.captureStackTrace(error, ValidationError);
  Error.stackTraceLimit = limit;
  const { stack } = error;
  // an app may have an Error.prepareStackTrace that makes something else of it
  if (typeof stack !== 'string') return;
  const lines = stack.split('\n');
  const header = error.message.split('\n').length;
  const frames = lines.slice(header);
  const own = IN_THIS_FILE.exec(frames[0] ?? '')?.[1];
  const others = own === undefined ? frames : frames.filter((frame) => !frame.includes(own));
  error.stack = [...lines.slice(0, header), ...others.slice(0, limit)].join('\n');
}

/** Refuses: `text` says which field, which value and what is allowed. */
export function fail(code: ErrorCode, text: string, scope?: IConstruct): never {
  throw new ValidationError(code, text, scope?.node.path);
}

/** Runs code that knows no construct, and adds the construct's path to its errors. */
export function inScope<T>(scope: IConstruct, body: () => T): T {
  return atPath(scope.node.path, body);
}

/** The same for a construct that is not made yet, because what it is to be made of is looked at first. */
export function inChild<T>(scope: IConstruct, id: string, body: () => T): T {
  // As constructs puts a path together: the root of an app has no id, and a slash in an id
  // would look like two.
  const child = String(id).replace(/\//g, '--');
  return atPath(scope.node.path === '' ? child : `${scope.node.path}/${child}`, body);
}

function atPath<T>(path: string, body: () => T): T {
  try {
    return body();
  } catch (error) {
    if (error instanceof ValidationError && error.path === undefined)
      throw new ValidationError(error.code, error.text, path);
    throw error;
  }
}

/** A value as an error shows it: quoted, and short. */
export function quoteForMessage(value: unknown): string {
  const text = quote(value);
  return text.length > 120 ? `${text.slice(0, 117)}…` : text;
}

function quote(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(quote).join(',')}]`;
  if (typeof value === 'function') return `${value.name} (a function that was not called)`;
  // Constructs hold each other in circles, and what stands in another object says little: its class is what
  // it was taken for.
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
