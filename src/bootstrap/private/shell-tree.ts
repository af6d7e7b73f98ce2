/** In place of what only the node knows. No command that comes to a node has this character. */
export const UNKNOWN = '\0';

/** A word of a command, as the shell hands it on. */
export interface Word {
  /** Without quotes, and with `UNKNOWN` for each part that only the node knows. */
  readonly text: string;
  /** Whether a character outside of quotes looks like a space or like nothing, and is neither to bash. */
  readonly isStrange: boolean;
  /** The commands of `$(…)` and backticks in it, which are waited for. */
  readonly substitutions: readonly CommandList[];
}

/** Where a command reads from or writes to. */
export interface Redirection {
  readonly operator: string;
  readonly target: Word;
}

/** Words, the first of which is what is run. */
export interface SimpleCommand {
  readonly kind: 'simple';
  /** Variables that are set before it. */
  readonly assignments: readonly Word[];
  readonly words: readonly Word[];
  readonly redirections: readonly Redirection[];
}

/** `while`, `until`, `for`, `select`. */
export interface Loop {
  readonly kind: 'loop';
  readonly keyword: 'while' | 'until' | 'for' | 'select';
  /** What is run before each round. */
  readonly condition: CommandList;
  /** What is between the double brackets of `for ((…))`. */
  readonly arithmetic?: string;
  readonly body: CommandList;
}

/** Commands that belong together, in a separate shell or not, each list run or not. */
export interface Group {
  readonly kind: 'group' | 'subshell' | 'if' | 'case';
  readonly lists: readonly CommandList[];
}

/** A function, which runs when it is called. */
export interface FunctionDefinition {
  readonly kind: 'function';
  readonly name?: string;
  readonly lists: readonly CommandList[];
}

/** A test or a calculation: `[[ … ]]`, `(( … ))`. */
export interface Test {
  readonly kind: 'test';
  readonly text: string;
}

export type Command = SimpleCommand | Loop | Group | FunctionDefinition | Test;

/** Commands of which each reads what the one before it writes. */
export type Pipeline = readonly Command[];

/** Pipelines with `&&` and `||` between them. */
export interface Sequence {
  readonly pipelines: readonly Pipeline[];
  /** Whether `&` is behind it, so that it is not waited for. */
  readonly isBackground: boolean;
  /** Whether `!` is before the last pipeline. */
  readonly isNegated: boolean;
}

export type CommandList = readonly Sequence[];

/** What a text of shell commands is made of. */
export interface Script {
  readonly commands: CommandList;
  /** Words that should have ended here-documents, which are not there. */
  readonly openHereDocuments: readonly string[];
}

/** The commands of a list, not those within them. */
export function commandsIn(commands: CommandList): Command[] {
  return commands.flatMap(({ pipelines }) => pipelines.flat());
}

/** The lists within a command. */
export function listsOf(command: Command): readonly CommandList[] {
  if (command.kind === 'loop') return [command.condition, command.body];
  return command.kind === 'simple' || command.kind === 'test' ? [] : command.lists;
}
