/** What a node may be: the values of its attributes. Undefined: the attribute is not known. */
export type AttributeOf = (name: string) => string | null | undefined;

/** True, false, or undefined for what is not known. */
type Truth = boolean | undefined;

/**
 * Whether a node meets an expression of the cluster query language. Undefined: that cannot be said, of what
 * is not understood here too.
 *
 * @param attributeOf null where a node is known not to have the attribute
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-query-language.html
 */
export function meets(expression: string, attributeOf: AttributeOf): Truth {
  const parser = new Parser(expression.match(TOKENS) ?? [], attributeOf);
  try {
    return parser.all();
  } catch (error) {
    if (error instanceof NotUnderstood) return undefined;
    throw error;
  }
}

/** The attributes that an expression names. */
export function attributesIn(expression: string): string[] {
  return [...expression.matchAll(/attribute:([^\s()!=<>~,]+)/g)].map(([, name]) => name);
}

const TOKENS = /\(|\)|\[|\]|,|&&|\|\||==|!=|>=|<=|=~|!~|>|<|!(?=[\s(])|"[^"]*"|'[^']*'|[^\s()[\],]+/g;

class NotUnderstood extends Error {}

class Parser {
  private next = 0;

  public constructor(
    private readonly tokens: readonly string[],
    private readonly attributeOf: AttributeOf,
  ) {}

  public all(): Truth {
    const truth = this.either();
    if (this.next < this.tokens.length) throw new NotUnderstood();
    return truth;
  }

  private either(): Truth {
    let truth = this.both();
    while (this.takes('or', '||')) truth = or(truth, this.both());
    return truth;
  }

  private both(): Truth {
    let truth = this.one();
    while (this.takes('and', '&&')) truth = not(or(not(truth), not(this.one())));
    return truth;
  }

  private one(): Truth {
    if (this.takes('not', '!')) return not(this.one());
    if (!this.takes('(')) return this.comparison();
    const truth = this.either();
    this.expect(')');
    return truth;
  }

  private comparison(): Truth {
    const subject = this.take();
    const operator = this.take();
    const [, name] = /^attribute:(.+)$/.exec(subject) ?? [];
    const value = name === undefined ? undefined : this.attributeOf(name);
    switch (operator) {
      case 'exists':
        return value === undefined ? undefined : value !== null;
      case '!exists':
      case 'not_exists':
        return value === undefined ? undefined : value === null;
      case 'in':
        return isOneOf(value, this.list());
      case '!in':
      case 'not_in':
        return value === null ? undefined : not(isOneOf(value, this.list()));
      default:
        return compare(value, operator, unquoted(this.take()));
    }
  }

  private list(): string[] {
    this.expect('[');
    const values: string[] = [];
    while (!this.takes(']')) if (!this.takes(',')) values.push(unquoted(this.take()));
    return values;
  }

  private takes(...wanted: string[]): boolean {
    if (!wanted.includes(this.tokens[this.next]?.toLowerCase())) return false;
    this.next += 1;
    return true;
  }

  private take(): string {
    if (this.next >= this.tokens.length) throw new NotUnderstood();
    this.next += 1;
    return this.tokens[this.next - 1];
  }

  private expect(wanted: string): void {
    if (!this.takes(wanted)) throw new NotUnderstood();
  }
}

function compare(value: string | null | undefined, operator: string, argument: string): Truth {
  switch (operator) {
    case '==':
    case 'equals':
      return value === undefined ? undefined : value === argument;
    case '!=':
    case 'not_equals':
      // What ECS makes of a node without the attribute is not documented.
      return value === undefined || value === null ? undefined : value !== argument;
    case '=~':
    case 'matches':
      return value === null ? false : value === undefined ? undefined : matches(value, argument);
    case '!~':
    case 'not_matches':
      return value === undefined || value === null ? undefined : not(matches(value, argument));
    default:
      return undefined;
  }
}

/** Only what neither a part nor the whole of the value matches is known to be none. */
function matches(value: string, pattern: string): Truth {
  try {
    if (!new RegExp(pattern).test(value)) return false;
    return new RegExp(`^(?:${pattern})$`).test(value) ? true : undefined;
  } catch {
    // A pattern of Java that JavaScript has not.
    return undefined;
  }
}

function isOneOf(value: string | null | undefined, list: string[]): Truth {
  return value === undefined ? undefined : value !== null && list.includes(value);
}

function unquoted(text: string): string {
  return /^(["']).*\1$/.test(text) ? text.slice(1, -1) : text;
}

function not(truth: Truth): Truth {
  return truth === undefined ? undefined : !truth;
}

function or(one: Truth, other: Truth): Truth {
  if (one === true || other === true) return true;
  return one === undefined || other === undefined ? undefined : false;
}
