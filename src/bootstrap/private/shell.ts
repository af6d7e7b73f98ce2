import { Fn, Token, Tokenization } from 'aws-cdk-lib';
import { isPlainToken } from './harmless-token';
import { BOUNDARY } from './multipart';

/**
 * What may be written to the letter: printable ASCII, newline, tab. The rest could be changed by MIME on its
 * way to the node.
 */
const PLAIN = /^[\t\n\x20-\x7e]*$/;

/** `$( )` drops newlines at the end; the dot keeps them. */
const DECODE = `decode() { out=$(base64 -d <<<"$1" && echo .); out=\${out%.}; }`;

/** Systemd, which reads ecs.config as well, goes on to the next line after an open quote or a backslash. */
const LINE = `line() {
  [[ $1 != *[$'\\n\\r']* ]] || { at="$at, a value of several lines"; exit 1; }
  case \${1#*=} in
    [\\"\\']* | \\\\ | [!\\ ]*\\\\) at="$at, a value that begins with a quote or ends in a backslash"; exit 1 ;;
  esac
  printf '%s\\n' "$1"
}`;

const IN_JSON = `json() {
  [[ $* != *[\\"\\\\[:cntrl:]]* ]] || { at="$at, a value that cannot stand in JSON"; exit 1; }
}`;

/** A line of a file, known to be one line as far as it is known at all. */
export interface Line {
  readonly text: string;
  /** Whether its tokens are in strings of JSON, where what they turn out to be must not end the string. */
  readonly json?: boolean;
}

/** A string cut where tokens begin and end. */
function pieces(value: string): string[] {
  const fragments = Tokenization.reverseString(value);
  if (fragments.length === 0) return [];
  const joined: string | string[] = fragments.join({ join: (left = [], right = []) => [left, right].flat() });
  return [joined].flat();
}

/** Whether a piece can be in the script as it is, if it is quoted. */
function isPlain(piece: string): boolean {
  if (!Token.isUnresolved(piece)) return PLAIN.test(piece) && !piece.includes(BOUNDARY);
  const token = Tokenization.reverseCompleteString(piece);
  return token !== undefined && isPlainToken(token);
}

/** Whether a whole string can be in a quoted here-document. */
function isPlainLine(line: string): boolean {
  return !line.includes('\n') && pieces(line).every(isPlain);
}

/**
 * The one place where a string becomes shell. The node sees it unchanged, with any characters and with any
 * values that CloudFormation puts in for its tokens. No part of it is read as shell.
 *
 * What cannot be in single quotes is declared once, as base64, and decoded into a variable at the
 * top of the script.
 */
export class Shell {
  private readonly variables = new Map<string, string>();
  private checksLines = false;
  private checksJson = false;

  /** One word with exactly this value. */
  public word(value: string): string {
    const runs: { plain: boolean; text: string }[] = [];
    for (const piece of pieces(value)) {
      const plain = isPlain(piece);
      const last = runs.at(-1);
      if (plain && last?.plain) last.text += piece;
      else runs.push({ plain, text: piece });
    }
    return (
      runs.map(({ plain, text }) => (plain ? quoted(text) : `"$${this.variable(text)}"`)).join('') ||
      quoted('')
    );
  }

  /**
   * Commands that print these lines, each checked on the node to be one line where only CloudFormation
   * knows its value.
   */
  public lines(lines: readonly Line[]): string[] {
    const blocks: (string | string[])[] = [];
    for (const { text, json = false } of lines) {
      const last = blocks.at(-1);
      if (isPlainLine(text)) {
        if (Array.isArray(last)) last.push(text);
        else blocks.push([text]);
        continue;
      }
      this.checksLines = true;
      const unknown = json
        ? pieces(text).filter((piece) => Token.isUnresolved(piece) && !isPlain(piece))
        : [];
      if (unknown.length > 0) {
        this.checksJson = true;
        blocks.push(`json ${unknown.map((piece) => this.word(piece)).join(' ')}`);
      }
      blocks.push(`line ${this.word(text)}`);
    }
    return blocks.map((block) => (Array.isArray(block) ? hereDocument('cat', block.join('\n'), 'X') : block));
  }

  /** The functions that the words and lines above call. */
  public functions(): string[] {
    return [
      ...(this.variables.size > 0 ? [DECODE] : []),
      ...(this.checksLines ? [LINE] : []),
      ...(this.checksJson ? [IN_JSON] : []),
    ];
  }

  /** The variables that the words and lines above need; empty when they need none. */
  public declarations(): string {
    return [...this.variables].map(([piece, name]) => `decode '${encoded(piece)}'; ${name}=$out`).join('\n');
  }

  private variable(piece: string): string {
    const known = this.variables.get(piece);
    if (known !== undefined) return known;
    const name = `v${this.variables.size + 1}`;
    this.variables.set(piece, name);
    return name;
  }
}

/** A command with text on its standard input, to the letter. No line of the text can end it. */
export function hereDocument(command: string, text: string, delimiter: string): string {
  const lines = text.split('\n');
  let end = delimiter;
  while (lines.includes(end)) end += delimiter;
  return `${command} <<'${end}'\n${text}\n${end}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function encoded(piece: string): string {
  return Token.isUnresolved(piece) ? Fn.base64(piece) : Buffer.from(piece, 'utf8').toString('base64');
}
