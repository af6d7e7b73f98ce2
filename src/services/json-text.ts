import { type CfnResource, Token, Tokenization } from 'aws-cdk-lib';
import { field, opened, property, valueAtTheEnd } from '../rendered/resource';

/** Data from a text of JSON, with holes that are filled at deployment. */
export class JsonText {
  /** The text of a property; undefined: it is no JSON, or known at deployment only. */
  public static in(resource: CfnResource, name: string, substitutions?: string): JsonText | undefined {
    const given =
      substitutions === undefined ? undefined : opened(resource, property(resource, substitutions));
    return JsonText.of(resource, valueAtTheEnd(resource, name), given);
  }

  /** The same for a value that was read elsewhere. */
  public static of(resource: CfnResource, value: unknown, substitutions?: unknown): JsonText | undefined {
    const read = textOf(openedText(resource, value));
    if (read === undefined) return undefined;
    const { text, holes = [], variables = {}, isSub = false } = read;
    try {
      return new JsonText(JSON.parse(text), holes, { ...variables, ...(substitutions as object) }, isSub);
    } catch {
      // A text that is no JSON is not ours to judge.
      return undefined;
    }
  }

  /** Data that is no text. */
  public static ofData(data: unknown, substitutions?: unknown): JsonText {
    return new JsonText(data, [], { ...(substitutions as object) }, false);
  }

  private constructor(
    public readonly data: unknown,
    private readonly holes: readonly unknown[],
    private readonly variables: object,
    /** In `Fn::Sub`, what is no variable is a parameter or a resource. */
    private readonly isSub: boolean,
  ) {}

  /** A field, with what fills it where it is a hole as a whole. */
  public field(object: unknown, name: string): unknown {
    const value = field(object, name);
    if (typeof value !== 'string') return value;
    const hole = HOLE.exec(value);
    if (hole !== null) return this.holes[Number(hole[1])];
    const [, variable] = /^\$\{([\w:.]+)\}$/.exec(value) ?? [];
    if (variable === undefined) return value;
    const given = (this.variables as Record<string, unknown>)[variable];
    return given ?? (this.isSub ? intrinsicOf(variable) : value);
  }
}

/** Opens a text that is a token as a whole, as `toJsonString()` gives it, and what is in it. */
function openedText(resource: CfnResource, value: unknown): unknown {
  const token = Token.isUnresolved(value) ? Tokenization.reverse(value, { failConcat: false }) : undefined;
  const inner = opened(resource, token ?? value);
  return typeof inner === 'string' && inner !== value ? openedText(resource, inner) : inner;
}

const HOLE = /^@@hole(\d+)@@$/;

interface Read {
  readonly text: string;
  readonly holes?: readonly unknown[];
  readonly variables?: object;
  readonly isSub?: boolean;
}

/** Reads a text, and texts in `Fn::Join` and `Fn::Sub`. Tokens in a text are still tokens. */
function textOf(value: unknown): Read | undefined {
  if (typeof value === 'string') return { text: value };
  const join = field(value, 'Fn::Join');
  if (Array.isArray(join) && Array.isArray(join[1])) {
    const holes: unknown[] = [];
    const parts = (join[1] as unknown[]).map((part) =>
      typeof part === 'string' ? part : `@@hole${holes.push(part) - 1}@@`,
    );
    return { text: parts.join(String(join[0])), holes };
  }
  const sub: unknown = field(value, 'Fn::Sub');
  const [text, variables] = Array.isArray(sub) ? sub : [sub, {}];
  return typeof text === 'string' && !Token.isUnresolved(variables)
    ? { text, variables, isSub: true }
    : undefined;
}

function intrinsicOf(variable: string): object {
  const [name, ...attribute] = variable.split('.');
  return attribute.length === 0 ? { Ref: name } : { 'Fn::GetAtt': [name, attribute.join('.')] };
}
