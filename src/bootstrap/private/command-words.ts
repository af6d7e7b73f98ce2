import { parseShell } from './shell-parser';
import type { CommandList, SimpleCommand, Word } from './shell-tree';

/** What is really run, behind `sudo`, `env` and the like. */
export interface Unwrapped {
  /** The name, without the folder of programs, and the arguments. */
  readonly words: readonly string[];
  /** What another shell is given: `bash -c '…'`, `eval`. */
  readonly script?: CommandList;
  /** Whether something ends it after a while. */
  readonly isBounded: boolean;
  /** Whether it is not waited for. */
  readonly isBackground: boolean;
}

/** What `sudo`, `env` and others take, and which of their options have a word behind them. */
interface Wrapper {
  readonly optionsWithValue?: RegExp;
  /** Words before the command, such as the time of `timeout`. */
  readonly operands?: number;
  readonly takesAssignments?: boolean;
  readonly isBounded?: boolean;
  /** An option that starts the command and does not wait for it; or one without which it does not wait. */
  readonly background?: RegExp;
  readonly waits?: RegExp;
  /** An option with which no command is run now. */
  readonly runsNothing?: RegExp;
}

const WRAPPERS: { readonly [name: string]: Wrapper } = {
  sudo: {
    optionsWithValue: /^(-[ugphCrtTUDR]|--(user|group|prompt|host|close-from|role|type|chdir|chroot))$/,
    takesAssignments: true,
    runsNothing: /^(-[lveKkV]|--(list|validate|edit|version))$/,
  },
  doas: { optionsWithValue: /^-[uC]$/ },
  env: { optionsWithValue: /^(-[uC]|--(unset|chdir))$/, takesAssignments: true },
  nohup: {},
  setsid: { background: /^(-\w*f\w*|--fork)$/ },
  nice: { optionsWithValue: /^(-n|--adjustment)$/ },
  ionice: { optionsWithValue: /^(-[cnpPut]|--(class|classdata))$/, runsNothing: /^(-[pPu]|--pid)/ },
  chrt: { optionsWithValue: /^-[TPD]$/, operands: 1 },
  taskset: { operands: 1, runsNothing: /^(-\w*p\w*|--pid)$/ },
  stdbuf: { optionsWithValue: /^(-[ioe]|--(input|output|error))$/ },
  command: { runsNothing: /^-\w*[vV]\w*$/ },
  builtin: {},
  exec: { optionsWithValue: /^-a$/ },
  time: { optionsWithValue: /^-[fo]$/ },
  timeout: { optionsWithValue: /^(-[ks]|--(kill-after|signal))$/, operands: 1, isBounded: true },
  flock: { optionsWithValue: /^(-[wE]|--(timeout|wait|conflict-exit-code))$/, operands: 1 },
  'systemd-cat': { optionsWithValue: /^(-[tp]|--(identifier|priority))$/ },
  'systemd-inhibit': {},
  'systemd-run': {
    optionsWithValue:
      /^(-[puEHM]|--(property|unit|setenv|slice|description|uid|gid|nice|working-directory))$/,
    waits: /^(-\w*[tP]\w*|--(wait|pty|pipe|scope|shell))$/,
    // Later is not during the boot.
    runsNothing: /^--(on-\w+|timer-property|path-property|socket-property)(=|$)/,
  },
  runuser: { optionsWithValue: /^(-[uggG]|--(user|group|supp-group))$/ },
  unshare: {},
  nsenter: { optionsWithValue: /^(-[tSG]|--(target|setuid|setgid))$/ },
  // Never waited for.
  coproc: { waits: /^$/ },
  xargs: {
    optionsWithValue:
      /^(-[adEILnPs]|--(arg-file|delimiter|replace|max-lines|max-args|max-procs|max-chars|process-slot-var))$/,
  },
  busybox: { runsNothing: /^--(list|list-full|install|help)$/ },
  toybox: { runsNothing: /^--/ },
  pkexec: { optionsWithValue: /^--user$/ },
  setpriv: {
    optionsWithValue:
      /^--(r?e?[ug]id|groups|inh-caps|ambient-caps|bounding-set|securebits|pdeathsig|selinux-label|apparmor-profile)$/,
    runsNothing: /^(-d|--dump)$/,
  },
  prlimit: { runsNothing: /^(-p|--pid)/ },
};

const SHELLS = /^(ba|da|a|z|k|mk|)sh$/;

/** Functions, aliases and programs of the same name in another folder are not meant. */
function nameOf(word: string): string {
  return word?.replace(/^(\/usr)?(\/local)?\/s?bin\//, '');
}

/** What a command runs in the end. */
export function unwrap(command: SimpleCommand): Unwrapped {
  let words: readonly string[] = command.words.map(({ text }) => text);
  let isBounded = false;
  let isBackground = false;
  for (;;) {
    const name = nameOf(words[0]);
    words = [name, ...words.slice(1)];
    if (name === undefined) break;
    const script = scriptOf(name, words);
    if (script !== undefined) return { words, script, isBounded, isBackground };
    const wrapper = Object.hasOwn(WRAPPERS, name) ? WRAPPERS[name] : undefined;
    if (wrapper === undefined) break;
    const { options, rest } = splitOptions(words.slice(1), wrapper.optionsWithValue);
    const has = (pattern: RegExp | undefined) =>
      pattern !== undefined && options.some((option) => pattern.test(option));
    if (has(wrapper.runsNothing)) return { words: [], isBounded, isBackground };
    isBounded ||= wrapper.isBounded === true;
    isBackground ||= has(wrapper.background) || (wrapper.waits !== undefined && !has(wrapper.waits));
    const operands = wrapper.operands ?? 0;
    words = rest.slice(operands);
    while (wrapper.takesAssignments && /^\w+=/.test(words[0] ?? '')) words = words.slice(1);
    if (words.length === 0) break;
  }
  return { words, isBounded, isBackground };
}

/** The options before the first other word. */
function splitOptions(
  words: readonly string[],
  withValue: RegExp | undefined,
): { options: string[]; rest: readonly string[] } {
  const options: string[] = [];
  let at = 0;
  while (at < words.length) {
    const word = words[at];
    if (word === '--') {
      at += 1;
      break;
    }
    if (!/^-./.test(word)) break;
    options.push(word);
    at += withValue?.test(word) ? 2 : 1;
  }
  return { options, rest: words.slice(at) };
}

/** The commands in the arguments of a shell, of `eval`, of `su -c` and of `find -exec`. */
function scriptOf(name: string, words: readonly string[]): CommandList | undefined {
  if (name === 'find') return commandsOfFind(words);
  const text = scriptTextOf(name, words);
  return text === undefined ? undefined : parseShell(text)?.commands;
}

/** What `find` runs for what it finds: the words up to a semicolon or a plus. */
function commandsOfFind(words: readonly string[]): CommandList | undefined {
  const commands: SimpleCommand[] = [];
  for (let at = 1; at < words.length; at += 1) {
    if (!/^-exec(dir)?$/.test(words[at])) continue;
    const end = words.findIndex((word, index) => index > at && (word === ';' || word === '+'));
    const own = words.slice(at + 1, end < 0 ? undefined : end);
    commands.push({
      kind: 'simple',
      assignments: [],
      words: own.map((text) => ({ text, isStrange: false, substitutions: [] })),
      redirections: [],
    });
    at += own.length;
  }
  if (commands.length === 0) return undefined;
  return commands.map((command) => ({ pipelines: [[command]], isBackground: false, isNegated: false }));
}

function scriptTextOf(name: string, words: readonly string[]): string | undefined {
  if (name === 'eval') return words.slice(1).join(' ');
  if (name === 'trap') return /^(-|$)/.test(words[1] ?? '-') ? undefined : words[1];
  if (name === 'su' || name === 'runuser' || name === 'script') {
    const isCommand = name === 'script' ? /^(-[aefq]*c|--command)$/ : /^(-c|--command)$/;
    const option = words.findIndex((word) => isCommand.test(word));
    return option < 0 ? undefined : words[option + 1];
  }
  if (!SHELLS.test(name)) return undefined;
  const option = words.findIndex((word, index) => index > 0 && SCRIPT_OPTION.test(word));
  if (option < 0) return undefined;
  // Between `-c` and the text there may be options: `bash -c -e '…'`, `-o pipefail`.
  let at = option + 1;
  while (words[at]?.startsWith('-') || words[at]?.startsWith('+'))
    at += /^[-+]\w*o$/.test(words[at] ?? '') ? 2 : 1;
  return words[at];
}

/** The option of a shell behind which its commands are. */
const SCRIPT_OPTION = /^-[a-z]*c[a-z]*$/;

/** Whether a shell runs the commands that it reads, from a pipe or a text. */
export function readsCommands([name, ...words]: readonly string[]): boolean {
  if (name === undefined || !SHELLS.test(name)) return false;
  if (words.some((word) => SCRIPT_OPTION.test(word) || /^-[a-z]*n[a-z]*$/.test(word))) return false;
  const { options, rest } = splitOptions(words, /^[-+]\w*o$/);
  return rest.length === 0 || rest[0] === '-' || options.some((option) => /^-[a-z]*s[a-z]*$/.test(option));
}

/** What `echo` and `printf` write; undefined: it is another command, or not known. */
export function printedBy(command: SimpleCommand): string | undefined {
  const { words } = unwrap(command);
  const [name, ...others] = words;
  if (name === 'echo') {
    const { options, rest } = splitOptions(others, undefined);
    const text = rest.join(' ');
    return options.some((option) => option.includes('e')) ? withLines(text) : text;
  }
  if (name !== 'printf' || others.length === 0) return undefined;
  const [format, ...values] = others;
  if (!format.includes('%')) return withLines(format);
  return /^%s(\\n)?$/.test(format) ? values.join('\n') : undefined;
}

function withLines(text: string): string {
  return text.replace(/\\n/g, '\n');
}

/** Whether a word is one of these options, alone or, for one letter, among others behind one hyphen. */
export function hasOption(words: readonly string[], letters: string, ...names: string[]): boolean {
  return words.some((word) => {
    if (!word.startsWith('-')) return false;
    if (word.startsWith('--')) return names.includes(word.slice(2).split('=')[0]);
    return [...word.slice(1)].some((letter) => letters.includes(letter));
  });
}

/** The words of a command that are no options. */
export function operandsOf(words: readonly string[], withValue?: RegExp): readonly string[] {
  const operands: string[] = [];
  for (let at = 1; at < words.length; at += 1) {
    const word = words[at];
    if (!/^-./.test(word)) operands.push(word);
    else if (withValue?.test(word)) at += 1;
  }
  return operands;
}

/** All words of a command. */
export function wordsOf({ assignments, words, redirections }: SimpleCommand): readonly Word[] {
  return [...assignments, ...words, ...redirections.map(({ target }) => target)];
}
