import {
  type Command,
  type CommandList,
  type Pipeline,
  type Redirection,
  type Script,
  type Sequence,
  UNKNOWN,
  type Word,
} from './shell-tree';

/** What looks like a space or like nothing: pages and documents are full of it. */
const STRANGE = /[\u00a0\u00ad\u1680\u2000-\u200f\u202f\u205f-\u2064\u3000\ufeff]/;

/** Words that only mean something where a command begins. */
const ENDS = new Set(['then', 'do', 'done', 'fi', 'elif', 'else', 'esac', '}']);

const REDIRECTION = /^(?:\d+|\{\w+\})?(&>>|&>|<<<|<<-|<<|<>|<&|>>|>&|>\||<(?!\()|>(?!\())/;

const ASSIGNMENT = /^[A-Za-z_]\w*(\[[^\]]*\])?\+?=/;

/** More than fits into user data. */
const MAX_LENGTH = 65_536;

/** Thrown for what is no shell, or more than this parser understands. */
class NotUnderstood extends Error {}

interface HereDocument {
  readonly end: string;
  readonly stripsTabs: boolean;
}

/**
 * Reads commands as bash does: quotes, comments, here-documents, substitutions, compound commands. It runs
 * nothing and expands nothing. Undefined for what it does not understand.
 */
export function parseShell(text: string): Script | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const parser = new Parser(text);
  try {
    return { commands: parser.script(), openHereDocuments: parser.openHereDocuments };
  } catch (error) {
    // Brackets in brackets, thousands of them, are not understood either.
    if (error instanceof NotUnderstood || error instanceof RangeError) return undefined;
    throw error;
  }
}

class Parser {
  public readonly openHereDocuments: string[] = [];
  private at = 0;
  private readonly hereDocuments: HereDocument[] = [];

  public constructor(private readonly text: string) {}

  public script(): CommandList {
    const commands = this.list(() => false);
    if (this.at < this.text.length) throw new NotUnderstood();
    this.readHereDocuments();
    return commands;
  }

  /** Commands up to the end of the text, or up to what cannot begin one. */
  private list(isEnd: () => boolean): Sequence[] {
    const sequences: Sequence[] = [];
    for (;;) {
      this.skipLines();
      if (this.at >= this.text.length || isEnd() || this.rest().startsWith(')') || this.isWordAhead(ENDS))
        break;
      const { pipelines, isNegated } = this.pipelines();
      this.skipBlanks();
      const isBackground = /^&(?![&>])/.test(this.rest());
      if (isBackground) this.at += 1;
      else if (/^;(?!;|&)/.test(this.rest())) this.at += 1;
      else if (!/^(\n|\)|;;|;&|$)/.test(this.rest()) && !isEnd()) throw new NotUnderstood();
      sequences.push({ pipelines, isBackground, isNegated });
    }
    return sequences;
  }

  private pipelines(): Omit<Sequence, 'isBackground'> {
    const pipelines: Pipeline[] = [];
    for (;;) {
      const { commands, isNegated } = this.pipeline();
      pipelines.push(commands);
      this.skipBlanks();
      if (!/^(&&|\|\|)/.test(this.rest())) return { pipelines, isNegated };
      this.at += 2;
      this.skipLines();
    }
  }

  /** Commands, and whether `!` is before them. */
  private pipeline(): { readonly commands: Pipeline; readonly isNegated: boolean } {
    this.skipBlanks();
    let isNegated = false;
    for (;;) {
      if (this.takeWord('!')) isNegated = !isNegated;
      else if (!this.takeWord('time') && !this.takeWord('-p')) break;
      this.skipBlanks();
    }
    const commands = [this.command()];
    for (;;) {
      this.skipBlanks();
      if (!/^\|(?!\|)/.test(this.rest())) return { commands, isNegated };
      this.at += this.rest().startsWith('|&') ? 2 : 1;
      this.skipLines();
      commands.push(this.command());
    }
  }

  private command(): Command {
    this.skipBlanks();
    const compound = this.compound();
    if (compound === undefined) return this.simple();
    this.redirections();
    return compound;
  }

  private compound(): Command | undefined {
    if (this.rest().startsWith('((')) return { kind: 'test', text: this.arithmetic() };
    if (this.rest().startsWith('(')) return { kind: 'subshell', lists: [this.inParentheses()] };
    if (this.takeWord('{')) return { kind: 'group', lists: [this.listUntil('}')] };
    if (this.takeWord('[[')) return { kind: 'test', text: this.through(/\]\](?=[ \t\n;&|)]|$)/) };
    if (this.takeWord('if')) return this.ifCommand();
    if (this.takeWord('case')) return this.caseCommand();
    if (this.takeWord('while')) return this.whileLoop('while');
    if (this.takeWord('until')) return this.whileLoop('until');
    if (this.takeWord('for')) return this.forLoop('for');
    if (this.takeWord('select')) return this.forLoop('select');
    return this.functionDefinition();
  }

  private functionDefinition(): Command | undefined {
    const [head, , name] =
      /^(function[ \t]+([^ \t\n()]+)[ \t]*(?:\([ \t]*\))?|([^ \t\n()'"$`;&|<>]+)[ \t]*\([ \t]*\))[ \t\n]*(?=[{(]|\[\[|if\b|for\b|while\b|until\b|case\b)/.exec(
        this.rest(),
      ) ?? [];
    if (head === undefined) return undefined;
    this.at += head.length;
    const body = this.compound();
    if (body === undefined) throw new NotUnderstood();
    const named = name ?? /^[^ \t\n(]+/.exec(head)?.[0];
    return {
      kind: 'function',
      name: named,
      lists: [[{ pipelines: [[body]], isBackground: false, isNegated: false }]],
    };
  }

  private ifCommand(): Command {
    const lists: CommandList[] = [];
    do {
      lists.push(this.listUntil('then'));
      lists.push(this.list(() => false));
    } while (this.takeWord('elif'));
    if (this.takeWord('else')) lists.push(this.list(() => false));
    this.expectWord('fi');
    return { kind: 'if', lists };
  }

  private caseCommand(): Command {
    this.skipBlanks();
    this.word();
    this.skipLines();
    this.expectWord('in');
    const lists: CommandList[] = [];
    for (;;) {
      this.skipLines();
      if (this.takeWord('esac')) return { kind: 'case', lists };
      if (this.rest().startsWith('(')) this.at += 1;
      for (;;) {
        this.skipBlanks();
        this.word();
        this.skipBlanks();
        if (this.rest().startsWith(')')) break;
        if (!this.rest().startsWith('|')) throw new NotUnderstood();
        this.at += 1;
      }
      this.at += 1;
      lists.push(this.list(() => /^;[;&]/.test(this.rest())));
      const end = /^(;;&|;;|;&)/.exec(this.rest())?.[0];
      this.at += end?.length ?? 0;
      if (end === undefined && !this.isWordAhead(new Set(['esac']))) throw new NotUnderstood();
    }
  }

  private whileLoop(keyword: 'while' | 'until'): Command {
    const condition = this.listUntil('do');
    return { kind: 'loop', keyword, condition, body: this.listUntil('done') };
  }

  private forLoop(keyword: 'for' | 'select'): Command {
    this.skipBlanks();
    let arithmetic: string | undefined;
    if (this.rest().startsWith('((')) {
      arithmetic = this.arithmetic();
    } else {
      this.word();
      this.skipLines();
      if (this.takeWord('in')) while (!/^[ \t]*(;|\n|$)/.test(this.rest())) this.nextWord();
    }
    this.skipBlanks();
    if (this.rest().startsWith(';')) this.at += 1;
    this.skipLines();
    const inBraces = this.takeWord('{');
    if (!inBraces) this.expectWord('do');
    return {
      kind: 'loop',
      keyword,
      condition: [],
      arithmetic,
      body: this.listUntil(inBraces ? '}' : 'done'),
    };
  }

  private simple(): Command {
    const assignments: Word[] = [];
    const words: Word[] = [];
    const redirections: Redirection[] = [];
    for (;;) {
      this.skipBlanks();
      const redirection = this.redirection();
      if (redirection !== undefined) {
        redirections.push(redirection);
      } else if (/^([\n;|)]|&(?!>))/.test(this.rest()) || this.at >= this.text.length) {
        break;
      } else {
        const isAssignment = words.length === 0 && ASSIGNMENT.test(this.rest());
        (isAssignment ? assignments : words).push(this.word());
      }
    }
    if (words.length + assignments.length + redirections.length === 0) throw new NotUnderstood();
    return { kind: 'simple', assignments, words, redirections };
  }

  private redirections(): void {
    this.skipBlanks();
    while (this.redirection() !== undefined) this.skipBlanks();
  }

  private redirection(): Redirection | undefined {
    const [all, operator] = REDIRECTION.exec(this.rest()) ?? [];
    if (all === undefined || operator === undefined) return undefined;
    this.at += all.length;
    this.skipBlanks();
    const target = this.word();
    if (operator === '<<' || operator === '<<-') {
      if (target.text.includes(UNKNOWN)) throw new NotUnderstood();
      this.hereDocuments.push({ end: target.text, stripsTabs: operator === '<<-' });
    }
    return { operator, target };
  }

  private nextWord(): Word {
    this.skipBlanks();
    return this.word();
  }

  /** One word, quotes taken off; what only the node knows makes the whole of it unknown. */
  private word(): Word {
    const begin = this.at;
    const substitutions: CommandList[] = [];
    let text = '';
    let isStrange = false;
    const isEnd = () => this.at >= this.text.length || /[ \t\n;&|()<>]/.test(this.text[this.at]);
    while (!isEnd() || this.isOpenParenthesisOfWord(begin) || /^[<>]\(/.test(this.rest())) {
      const char = this.text[this.at];
      if (char === '\\') {
        text += this.text[this.at + 1] === '\n' ? '' : (this.text[this.at + 1] ?? '');
        this.at += 2;
      } else if (char === "'") {
        text += this.through(/'/, 1);
      } else if (char === '"') {
        this.at += 1;
        text += this.doubleQuoted(substitutions);
      } else if (char === '$' || char === '`') {
        text += this.expansion(substitutions);
      } else if (char === '(' || char === '<' || char === '>') {
        // An array, a pattern or a process that is not waited for.
        this.at += char === '(' ? 0 : 1;
        this.balanced('(', ')');
        text += UNKNOWN;
      } else if (STRANGE.test(char)) {
        isStrange = true;
        text += char;
        this.at += 1;
      } else {
        text += char;
        this.at += 1;
      }
    }
    if (this.at === begin) throw new NotUnderstood();
    return { text, isStrange, substitutions };
  }

  /** Behind `=`, `@`, `?`, `*`, `+` or `!` a parenthesis belongs to the word. */
  private isOpenParenthesisOfWord(begin: number): boolean {
    return this.text[this.at] === '(' && this.at > begin && /[=@?*+!]/.test(this.text[this.at - 1]);
  }

  private doubleQuoted(substitutions: CommandList[]): string {
    let text = '';
    for (;;) {
      const char = this.text[this.at];
      if (char === undefined) throw new NotUnderstood();
      if (char === '"') {
        this.at += 1;
        return text;
      }
      let part = char;
      if (char === '\\' && /["$`\\\n]/.test(this.text[this.at + 1] ?? '')) {
        part = this.text[this.at + 1] === '\n' ? '' : this.text[this.at + 1];
        this.at += 2;
      } else if (char === '$' || char === '`') {
        part = this.expansion(substitutions);
      } else {
        this.at += 1;
      }
      text += part;
    }
  }

  /** `$…` or backticks: the text of a dollar sign and of a quoted string, or else `UNKNOWN`. */
  private expansion(substitutions: CommandList[]): string {
    const rest = this.rest();
    if (rest.startsWith('`')) {
      const inner = this.through(/(?<!\\)`/, 1).replace(/\\([`$\\])/g, '$1');
      substitutions.push(this.nested(inner));
    } else if (rest.startsWith('$((')) {
      this.at += 1;
      this.balanced('(', ')');
    } else if (rest.startsWith('$(')) {
      this.at += 1;
      substitutions.push(this.inParentheses());
    } else if (rest.startsWith('${')) {
      this.at += 1;
      this.balanced('{', '}');
    } else if (rest.startsWith("$'")) {
      this.at += 2;
      const [quoted] = /^(?:[^'\\]|\\[\s\S])*'/.exec(this.rest()) ?? [];
      if (quoted === undefined) throw new NotUnderstood();
      this.at += quoted.length;
      return quoted.includes('\\') ? UNKNOWN : quoted.slice(0, -1);
    } else if (rest.startsWith('$"')) {
      this.at += 2;
      return this.doubleQuoted(substitutions);
    } else {
      const [name] = /^\$(\w+|[@*#?$!-])/.exec(rest) ?? ['$'];
      this.at += name.length;
      return name === '$' ? '$' : UNKNOWN;
    }
    return UNKNOWN;
  }

  private nested(text: string): CommandList {
    const parser = new Parser(text);
    const commands = parser.script();
    this.openHereDocuments.push(...parser.openHereDocuments);
    return commands;
  }

  private inParentheses(): CommandList {
    this.at += 1;
    const commands = this.list(() => false);
    if (!this.rest().startsWith(')')) throw new NotUnderstood();
    this.at += 1;
    return commands;
  }

  private arithmetic(): string {
    const begin = this.at;
    this.balanced('(', ')');
    return this.text.slice(begin + 2, this.at - 2);
  }

  /** Up to the bracket that closes this one; those in quotes do not count. */
  private balanced(open: string, close: string): void {
    let depth = 0;
    while (this.at < this.text.length) {
      const char = this.text[this.at];
      if (char === '\\') this.at += 1;
      else if (char === "'" && open === '(') this.skipQuoted(/'/g);
      else if (char === '"') this.skipQuoted(/(?<!\\)"/g);
      else if (char === open) depth += 1;
      else if (char === close) depth -= 1;
      this.at += 1;
      if (depth === 0) return;
    }
    throw new NotUnderstood();
  }

  private skipQuoted(quote: RegExp): void {
    quote.lastIndex = this.at + 1;
    const end = quote.exec(this.text);
    if (end === null) throw new NotUnderstood();
    this.at = end.index;
  }

  /** What is before the end, which is passed too; `skip` characters are passed first. */
  private through(end: RegExp, skip = 0): string {
    this.at += skip;
    const match = end.exec(this.rest());
    if (match === null) throw new NotUnderstood();
    const text = this.rest().slice(0, match.index);
    this.at += match.index + match[0].length;
    return text;
  }

  private listUntil(end: string): CommandList {
    const commands = this.list(() => false);
    this.expectWord(end);
    return commands;
  }

  private rest(): string {
    return this.text.slice(this.at);
  }

  private isWordAhead(words: ReadonlySet<string>): boolean {
    const [word] = /^[a-z!{}[\]-]+(?=[ \t\n;&|()<>]|$)/.exec(this.rest()) ?? [];
    return word !== undefined && words.has(word);
  }

  private takeWord(word: string): boolean {
    if (!this.isWordAhead(new Set([word]))) return false;
    this.at += word.length;
    return true;
  }

  private expectWord(word: string): void {
    this.skipLines();
    if (!this.takeWord(word)) throw new NotUnderstood();
  }

  /** Spaces, continued lines and a comment. */
  private skipBlanks(): void {
    const [blanks] = /^([ \t]|\\\n)*(#.*)?/.exec(this.rest()) ?? [''];
    const begins = this.at === 0 || /[ \t\n;&|()]/.test(this.text[this.at - 1]);
    // A `#` in the middle of a word begins no comment.
    this.at += begins || /^[ \t\\]/.test(blanks) ? blanks.length : 0;
  }

  private skipLines(): void {
    for (;;) {
      this.skipBlanks();
      if (this.text[this.at] !== '\n') return;
      this.at += 1;
      this.readHereDocuments();
    }
  }

  /** Passes the texts of the here-documents that have begun in the line before. */
  private readHereDocuments(): void {
    for (const { end, stripsTabs } of this.hereDocuments.splice(0)) {
      for (;;) {
        if (this.at >= this.text.length) {
          this.openHereDocuments.push(end);
          break;
        }
        const [line] = /^.*/.exec(this.rest()) ?? [''];
        this.at += line.length + 1;
        if ((stripsTabs ? line.replace(/^\t+/, '') : line) === end) break;
      }
    }
    // Behind the last line there is no character left.
    this.at = Math.min(this.at, this.text.length);
  }
}
