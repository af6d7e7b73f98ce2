import { hasOption, operandsOf, type Unwrapped, unwrap, wordsOf } from './command-words';
import { parseShell } from './shell-parser';
import {
  type Command,
  type CommandList,
  type Loop,
  type Pipeline,
  type Sequence,
  type SimpleCommand,
  UNKNOWN,
} from './shell-tree';

/** Why a command is no step of a boot. */
export type HazardKind =
  /** It waits for the agent, which waits for the boot. */
  | 'waitsForAgent'
  | 'startsAgent'
  | 'endsBoot'
  /** It always ends with a status other than 0. */
  | 'fails'
  | 'neverEnds'
  /** Commands behind it are never run. */
  | 'exits'
  /** It is not what bash reads. */
  | 'text';

/** What was found, in words that have nothing of the command in them but names of programs. */
export interface Hazard {
  readonly kind: HazardKind;
  readonly what: string;
}

/** Longer than a whole boot may take. */
const LONG_SECONDS = 900;

/** What is known of the place of a command. */
interface Place {
  /** Whether it is waited for. */
  readonly isForeground: boolean;
  /** Whether something ends it after a while. */
  readonly isBounded: boolean;
  /** Names of functions of the script itself, and those of them that are called and waited for. */
  readonly functions: ReadonlySet<string>;
  readonly calls: ReadonlySet<string>;
  /** Names of functions that no word outside of their definition has. */
  readonly unused: ReadonlySet<string>;
}

/** What a step's command does that no boot survives, as far as its words say. */
export function hazardsOf(text: string): Hazard[] {
  const script = parseShell(text);
  if (script === undefined) return [];
  const functions = new Set(functionsIn(script.commands));
  const calls = new Set(callsIn(script.commands));
  const unused = new Set([...functions].filter((name) => isUnused(name, text)));
  const hazards = [
    ...inList(script.commands, { isForeground: true, isBounded: false, functions, calls, unused }),
    ...exitsOf(script.commands),
    ...script.openHereDocuments.map(
      (end): Hazard => ({
        kind: 'text',
        what:
          `a here-document has no line with ${end} alone, without white space, at its end: it takes ` +
          'all that is behind it',
      }),
    ),
  ];
  return hazards.filter(
    ({ kind, what }, index) =>
      hazards.findIndex((other) => other.kind === kind && other.what === what) === index,
  );
}

function functionsIn(commands: CommandList): string[] {
  return commandsIn(commands).flatMap((command) => {
    const inner = listsOf(command).flatMap(functionsIn);
    return command.kind === 'function' && command.name !== undefined ? [command.name, ...inner] : inner;
  });
}

/** Whether a name is in a text only where it is defined, so that nothing calls it. */
function isUnused(name: string, text: string): boolean {
  return text.split(/[^\w.:+-]+/).filter((word) => word === name).length === 1;
}

/** The names of commands that are waited for. */
function callsIn(commands: CommandList): string[] {
  return commandsIn(commands.filter(({ isBackground }) => !isBackground)).flatMap((command) =>
    command.kind === 'simple' ? (command.words[0]?.text ?? []) : listsOf(command).flatMap(callsIn),
  );
}

function commandsIn(commands: CommandList): Command[] {
  return commands.flatMap(({ pipelines }) => pipelines.flat());
}

function listsOf(command: Command): readonly CommandList[] {
  if (command.kind === 'loop') return [command.condition, command.body];
  return command.kind === 'simple' || command.kind === 'test' ? [] : command.lists;
}

function inList(commands: CommandList, place: Place): Hazard[] {
  return commands.flatMap(({ pipelines, isBackground }, index) => {
    const isAwaited = place.isForeground && commands.slice(index + 1).some(waitsForOthers);
    const inner = isBackground && !isAwaited ? { ...place, isForeground: false } : place;
    return pipelines.flatMap((pipeline) => inPipeline(pipeline, inner));
  });
}

/** `wait` for all that is in the background, or for the last of it. */
function waitsForOthers({ pipelines, isBackground }: Sequence): boolean {
  const [command] = pipelines[0];
  if (isBackground || pipelines[0].length > 1 || command.kind !== 'simple') return false;
  const [name, ...others] = command.words.map(({ text }) => text);
  return name === 'wait' && (others.length === 0 || (others.length === 1 && others[0] === UNKNOWN));
}

function inPipeline(pipeline: Pipeline, place: Place): Hazard[] {
  return pipeline.flatMap((command, index) => {
    // What writes to a command that reads no more ends with it.
    const isRead = pipeline.slice(index + 1).some((reader) => stopsReading(reader));
    return inCommand(command, isRead ? { ...place, isBounded: true } : place, pipeline.length > 1);
  });
}

function inCommand(command: Command, place: Place, isPiped: boolean): Hazard[] {
  switch (command.kind) {
    case 'simple':
      return inSimple(command, place, isPiped);
    case 'loop':
      return [
        ...(place.isForeground && !place.isBounded ? endlessLoop(command, place.functions) : []),
        ...listsOf(command).flatMap((list) => inList(list, place)),
      ];
    case 'function': {
      if (command.name !== undefined && place.unused.has(command.name)) return [];
      const isCalled = command.name !== undefined && place.calls.has(command.name);
      return command.lists.flatMap((list) =>
        inList(list, isCalled ? place : { ...place, isForeground: false }),
      );
    }
    default:
      return listsOf(command).flatMap((list) => inList(list, place));
  }
}

function inSimple(command: SimpleCommand, place: Place, isPiped: boolean): Hazard[] {
  const unwrapped = unwrap(command);
  const inner = placeWithin(unwrapped, place);
  const substituted = wordsOf(command).flatMap(({ substitutions }) => substitutions);
  const writes = command.redirections.some(
    ({ operator, target }) => operator.startsWith('>') && target.text === '/proc/sysrq-trigger',
  );
  const strange = wordsOf(command).some(({ isStrange }) => isStrange);
  return [
    ...substituted.flatMap((list) => inList(list, place)),
    ...(writes ? [endsBoot('a write to /proc/sysrq-trigger')] : []),
    ...(strange
      ? [
          {
            kind: 'text',
            what: 'a character that looks like a space or like nothing is outside of quotes',
          } as const,
        ]
      : []),
    ...(unwrapped.script === undefined
      ? byWords(unwrapped.words, inner, isPiped)
      : inList(unwrapped.script, unwrapped.words[0] === 'trap' ? { ...inner, isForeground: false } : inner)),
  ];
}

function placeWithin({ isBounded, isBackground }: Unwrapped, place: Place): Place {
  return {
    ...place,
    isBounded: place.isBounded || isBounded,
    isForeground: place.isForeground && !isBackground,
  };
}

function byWords(words: readonly string[], place: Place, isPiped: boolean): Hazard[] {
  const [name] = words;
  if (name === undefined || place.functions.has(name)) return [];
  if (hasOption(words, '', 'help', 'version')) return [];
  const waits = place.isForeground && !place.isBounded;
  const endless = waits ? endlessBy(name, words, isPiped) : undefined;
  return [
    ...systemctlHazards(name, words, place),
    ...endOfBootBy(name, words).map(endsBoot),
    ...(startsAgent(name, words) ? [{ kind: 'startsAgent', what: `\`${name}\`` } as const] : []),
    ...(endless === undefined ? [] : [neverEnds(endless)]),
  ];
}

const endsBoot = (what: string): Hazard => ({ kind: 'endsBoot', what });
const neverEnds = (what: string): Hazard => ({ kind: 'neverEnds', what });

/** Units that are up only when the boot, and with it user data, is over. */
const AFTER_THE_BOOT =
  /^(cloud-final(\.service)?|cloud-init\.target|multi-user\.target|default\.target|graphical\.target|ecs-bootstrap-guard(\.service)?)$/;
const OF_CLOUD_INIT = /^cloud-(init|init-local|config|final)(\.service|\.target)?$/;
const AGENT = /^ecs(\.service)?$/;
const OFF_TARGETS = /^(reboot|poweroff|halt|shutdown|kexec|rescue|emergency)\.target$/;
const OFF_VERBS =
  /^(reboot|poweroff|halt|kexec|soft-reboot|rescue|emergency|exit|suspend|hibernate|hybrid-sleep)$/;
const START_VERBS = /^(start|restart|reload-or-restart|try-restart)$/;
const STOP_VERBS = /^(stop|restart|kill|try-restart|reload-or-restart)$/;

const SYSTEMCTL_OPTIONS = /^-[tpsnoPHM]$/;

function systemctlHazards(name: string, words: readonly string[], place: Place): Hazard[] {
  if (name === 'service') return serviceHazards(words[1], words[2], place);
  if (name.startsWith('/etc/init.d/'))
    return serviceHazards(name.slice('/etc/init.d/'.length), words[1], place);
  if (name !== 'systemctl' || hasOption(words, 'HM', 'host', 'machine', 'root', 'image', 'user')) return [];
  const [verb, ...units] = operandsOf(words, SYSTEMCTL_OPTIONS);
  if (verb === undefined) return [];
  const are = (pattern: RegExp) => units.some((unit) => pattern.test(unit));
  const starts = START_VERBS.test(verb) || (/^(re)?enable$/.test(verb) && hasOption(words, '', 'now'));
  const waits = place.isForeground && !hasOption(words, '', 'no-block');
  const shown = `\`systemctl ${verb}\``;
  return [
    ...(OFF_VERBS.test(verb) ? [endsBoot(shown)] : []),
    ...(/^(start|isolate)$/.test(verb) && are(OFF_TARGETS) ? [endsBoot(shown)] : []),
    ...(STOP_VERBS.test(verb) && are(OF_CLOUD_INIT)
      ? [endsBoot(`${shown} of cloud-init, which runs the step`)]
      : []),
    ...(verb === 'mask' && are(AGENT)
      ? [endsBoot(`${shown} of the agent's service, which cannot be started then`)]
      : []),
    ...(starts && waits && are(AGENT) ? [{ kind: 'waitsForAgent', what: shown } as const] : []),
    ...(starts && waits && !place.isBounded && are(AFTER_THE_BOOT)
      ? [neverEnds(`${shown} of a unit that waits for the end of user data`)]
      : []),
    ...(waits && !place.isBounded && verb === 'is-system-running' && hasOption(words, '', 'wait')
      ? [neverEnds('`systemctl is-system-running --wait`')]
      : []),
  ];
}

function serviceHazards(
  unit: string | undefined,
  verb: string | undefined,
  { isForeground }: Place,
): Hazard[] {
  if (unit === undefined || verb === undefined || !/^(start|restart|reload)$/.test(verb)) return [];
  return AGENT.test(unit) && isForeground ? [{ kind: 'waitsForAgent', what: `\`service\`` }] : [];
}

function endOfBootBy(name: string, words: readonly string[]): string[] {
  switch (name) {
    case 'reboot':
    case 'poweroff':
    case 'halt':
      return hasOption(words, 'w', 'wtmp-only') ? [] : [`\`${name}\``];
    case 'shutdown':
      return hasOption(words, 'ck', 'show') || isLater(operandsOf(words)[0]) ? [] : ['`shutdown`'];
    case 'init':
    case 'telinit':
      return /^[016sS]$/.test(words[1] ?? '') ? [`\`${name} ${words[1]}\``] : [];
    case 'kexec':
      return hasOption(words, 'e', 'exec') ? ['`kexec`'] : [];
    case 'cloud-init':
      return operandsOf(words)[0] === 'clean'
        ? ['`cloud-init clean`, which takes away the folder that the boot is written down in']
        : [];
    case 'rm':
      return hasOption(words, 'rR', 'recursive') && words.some(isFolderOfBoot)
        ? ['`rm` of the folder that the boot is written down in']
        : [];
    case 'pkill':
    case 'killall':
      return words.some((word) => word === 'cloud-init')
        ? [`\`${name}\` of cloud-init, which runs the step`]
        : [];
    case 'kill':
      return endOfBootByKill(words.slice(1));
    case 'tee':
      return words.includes('/proc/sysrq-trigger') ? ['a write to /proc/sysrq-trigger'] : [];
    default:
      return [];
  }
}

/** Signals on which systemd, as the first process, reboots or powers off. */
const SIGNALS_OF_INIT = /^(SIG)?(2|INT|RTMIN\+[3-7]|RTMIN\+1[3-7])$/;

function endOfBootByKill(words: readonly string[]): string[] {
  const [first, second] = words;
  const isNamed = first === '-s' || first === '-n';
  const signal = isNamed ? second : /^-./.test(first ?? '') ? first.slice(1) : undefined;
  const processes = words.slice(isNamed ? 2 : signal === undefined ? 0 : 1);
  if (signal === 'l' || signal === 'L' || signal === '0') return [];
  return [
    ...(processes.includes('-1') ? ['`kill` of every process'] : []),
    ...(processes.includes('1') && SIGNALS_OF_INIT.test(signal ?? '') ? ['`kill` of the first process'] : []),
  ];
}

/** Whether a shutdown is after the boot: in a quarter of an hour or more, or at an hour of the day. */
function isLater(time: string | undefined): boolean {
  if (time === undefined) return false;
  const minutes = /^\+?(\d+)$/.exec(time)?.[1];
  return minutes === undefined ? /^\d{1,2}:\d{2}$/.test(time) : Number(minutes) * 60 >= LONG_SECONDS;
}

function isFolderOfBoot(word: string): boolean {
  return /^\/var\/lib\/cloud(\/(\*|instances?(\/\S*)?)?)?$/.test(word);
}

function startsAgent(name: string, words: readonly string[]): boolean {
  const known = words.map((word) => word ?? '');
  switch (name) {
    case 'docker':
    case 'podman': {
      const [verb] = verbsOfDocker(known);
      return (
        (/^(run|create)$/.test(verb) && known.some((word) => /(^|\/)amazon-ecs-agent(:|@|$)/.test(word))) ||
        (/^(start|restart)$/.test(verb) && known.includes('ecs-agent'))
      );
    }
    case '/usr/libexec/amazon-ecs-init':
    case 'amazon-ecs-init':
      return known.includes('start');
    case 'start': // Amazon Linux 1
      return known[1] === 'ecs';
    case 'initctl':
      return known[1] === 'start' && known[2] === 'ecs';
    default:
      return false;
  }
}

/** What docker is asked for, behind its own options and the word `container`. */
function verbsOfDocker(words: readonly string[]): readonly string[] {
  const operands = operandsOf(words, /^(-[HcDl]|--(host|config|context|log-level|tls\w+))$/);
  return operands[0] === 'container' ? operands.slice(1) : operands;
}

/** What a command is that runs until it is stopped; undefined: it may end. */
function endlessBy(name: string, words: readonly string[], isPiped: boolean): string | undefined {
  const [first] = operandsOf(words);
  const isUnknown = words.some((word) => word.includes(UNKNOWN));
  switch (name) {
    case 'tail':
      return hasOption(words, 'fF', 'follow') && !hasOption(words, '', 'pid') ? '`tail -f`' : undefined;
    case 'sleep':
      return isLong(words.slice(1)) ? '`sleep` of more than the whole boot has' : undefined;
    case 'journalctl':
      return words.some((word) => /^(-[aefklmqrx]*f|--follow$)/.test(word ?? ''))
        ? '`journalctl -f`'
        : undefined;
    case 'dmesg':
      return hasOption(words, 'wW', 'follow', 'follow-new') ? '`dmesg -w`' : undefined;
    case 'watch':
      return hasOption(words, 'ge', 'chgexit', 'errexit') ? undefined : '`watch`';
    case 'ping':
    case 'ping6':
      return hasOption(words, 'cw', 'count', 'deadline') || isUnknown
        ? undefined
        : `\`${name}\` without a count`;
    case 'yes':
      return isPiped ? undefined : '`yes`';
    case 'inotifywait':
      return hasOption(words, 'm', 'monitor') ? '`inotifywait -m`' : undefined;
    case 'top':
      return hasOption(words, 'n') || isUnknown ? undefined : '`top`';
    case 'tcpdump':
      return hasOption(words, 'cGWrdDhL') || isUnknown ? undefined : '`tcpdump` without a count';
    case 'cloud-init':
      return first === 'status' && hasOption(words, 'w', 'wait')
        ? '`cloud-init status --wait`, which waits for the end of user data'
        : undefined;
    case 'vmstat':
    case 'iostat':
    case 'mpstat':
      // An interval without a count.
      return operandsOf(words).filter((word) => /^\d+$/.test(word)).length === 1 && !isUnknown
        ? `\`${name}\` without a count`
        : undefined;
    case 'docker':
    case 'podman': {
      const [verb, subverb] = verbsOfDocker(words);
      return endlessOfDocker(name, verb, subverb, words);
    }
    case 'docker-compose':
      return endlessOfCompose(name, first, words);
    default:
      return undefined;
  }
}

function endlessOfDocker(
  name: string,
  verb: string | undefined,
  subverb: string | undefined,
  words: readonly string[],
): string | undefined {
  if (verb === 'compose') return endlessOfCompose(`${name} compose`, subverb, words);
  if (verb === 'logs' && hasOption(words, 'f', 'follow')) return `\`${name} logs -f\``;
  if (verb === 'events' && !hasOption(words, '', 'until')) return `\`${name} events\``;
  if (verb === 'stats' && !hasOption(words, '', 'no-stream')) return `\`${name} stats\``;
  return undefined;
}

function endlessOfCompose(
  name: string,
  verb: string | undefined,
  words: readonly string[],
): string | undefined {
  if (verb === 'logs' && hasOption(words, 'f', 'follow')) return `\`${name} logs -f\``;
  const ends = hasOption(
    words,
    'd',
    'detach',
    'wait',
    'no-start',
    'abort-on-container-exit',
    'exit-code-from',
  );
  return verb === 'up' && !ends ? `\`${name} up\`` : undefined;
}

const SLEEP_UNITS: { readonly [unit: string]: number } = { '': 1, s: 1, m: 60, h: 3600, d: 86_400 };

function isLong(words: readonly string[]): boolean {
  const seconds = words.map((word) => {
    if (word === 'infinity' || word === 'inf') return Number.POSITIVE_INFINITY;
    const [, amount, unit] = /^(\d+(?:\.\d+)?)([smhd]?)$/.exec(word ?? '') ?? [];
    return amount === undefined ? 0 : Number(amount) * SLEEP_UNITS[unit];
  });
  return seconds.reduce((sum, one) => sum + one, 0) >= LONG_SECONDS;
}

/** Whether a reader of a pipe can end before what it reads. */
function stopsReading(command: Command): boolean {
  if (command.kind !== 'simple') return true;
  const { words, isBounded } = unwrap(command);
  const [name] = words;
  if (isBounded || name === undefined || name.includes(UNKNOWN)) return true;
  if (/^[ef]?grep$|^rg$/.test(name)) return hasOption(words, 'qmlL', 'quiet', 'silent', 'max-count');
  return /^(head|sed|awk|gawk|mawk|perl|python3?|ruby|node|dd|read|timeout|expect)$/.test(name);
}

function endlessLoop(loop: Loop, functions: ReadonlySet<string>): Hazard[] {
  if (mayLeave(loop.body, functions) || mayLeave(loop.condition, functions)) return [];
  if (isEndless(loop)) return [neverEnds(`a loop that nothing leaves (\`${loop.keyword}\`)`)];
  return isUntilAgentRuns(loop) ? [neverEnds('a loop until the agent runs, which starts after it')] : [];
}

/** Whether it asks for the agent's own interface, or for its service, until there is one. */
function isUntilAgentRuns({ keyword, condition }: Loop): boolean {
  const commands = commandsIn(condition).flatMap((command) => (command.kind === 'simple' ? [command] : []));
  const isNegated = condition.at(-1)?.isNegated === true;
  if (keyword !== (isNegated ? 'while' : 'until')) return false;
  return commands.some((command) => {
    const { words } = unwrap(command);
    return (
      (/^(curl|wget|nc)$/.test(words[0]) && words.some((word) => /(:|^)51678(\/|$)/.test(word))) ||
      (words[0] === 'systemctl' && words.includes('is-active') && words.some((word) => AGENT.test(word)))
    );
  });
}

/** Whether a loop goes on for good, unless something in it ends it. */
function isEndless(loop: Loop): boolean {
  if (loop.arithmetic !== undefined) {
    const [, condition] = loop.arithmetic.split(';');
    if (condition === undefined || !/^\s*[1-9]?\d*\s*$/.test(condition) || /^\s*0+\s*$/.test(condition))
      return false;
  } else if (loop.keyword === 'while') {
    return isConstant(loop.condition, 'succeeds');
  } else {
    return loop.keyword === 'until' && isConstant(loop.condition, 'fails');
  }
  return true;
}

/** Commands that always succeed, with their words. */
const ALWAYS = /^(true|:|test \S+|\[ \S+ \]|sleep \S+)$/;
const NEVER = /^false$/;

function isConstant(condition: CommandList, outcome: 'succeeds' | 'fails'): boolean {
  const sequence = condition.at(-1);
  const last = sequence?.pipelines;
  const pattern = (outcome === 'succeeds') === (sequence?.isNegated !== true) ? ALWAYS : NEVER;
  if (last?.length !== 1 || last[0].length !== 1) return false;
  const [command] = last[0];
  if (command.kind === 'test')
    return pattern === ALWAYS && /^\s*[1-9]\d*\s*$|^ (true|[1-9]) $/.test(command.text);
  if (command.kind !== 'simple' || command.assignments.length > 0) return false;
  const { words } = unwrap(command);
  return !words.some((word) => word.includes(UNKNOWN)) && pattern.test(words.join(' '));
}

/** Commands that leave a script, or run what is not known here. */
const LEAVES = /^(exit|return|exec|kill|eval|trap|source|\.)$/;

/**
 * Whether something in it may leave a loop or the script, a function that it calls included. A `break` leaves
 * the innermost loop; `depth` is how many there are in between.
 */
function mayLeave(commands: CommandList, functions: ReadonlySet<string>, depth = 0): boolean {
  return commandsIn(commands).some((command) => {
    if (command.kind !== 'simple') {
      const within = command.kind === 'loop' ? depth + 1 : depth;
      return listsOf(command).some((list) => mayLeave(list, functions, within));
    }
    const [name, count = '1'] = command.words.map(({ text }) => text);
    if (name === 'break') return !/^\d+$/.test(count) || Number(count) > depth;
    return name !== undefined && (LEAVES.test(name) || functions.has(name));
  });
}

/**
 * An `exit`, or an `exec` of another program, that is always reached: what is behind it never runs, and a
 * status other than 0 fails the step.
 */
function exitsOf(commands: CommandList): Hazard[] {
  const at = commands.findIndex(isExit);
  if (at < 0) return [];
  const status = isExec(commands[at]) ? undefined : statusOf(commands[at]);
  if (status !== undefined && Number(status) !== 0) {
    const isReached = !mayLeave(commands.slice(0, at), new Set());
    return isReached ? [{ kind: 'fails', what: `\`exit ${status}\`` }] : [];
  }
  const behind = commandsIn(commands.slice(at + 1)).some(({ kind }) => kind !== 'function');
  return behind ? [{ kind: 'exits', what: isExec(commands[at]) ? '`exec`' : '`exit`' }] : [];
}

function isExec({ pipelines: [[command]] }: Sequence): boolean {
  return command.kind === 'simple' && command.words[0]?.text === 'exec';
}

function isExit({ pipelines, isBackground }: Sequence): boolean {
  const [[command], ...others] = [pipelines[0], ...pipelines.slice(1)];
  if (isBackground || others.length > 0 || pipelines[0].length > 1) return false;
  if (command.kind !== 'simple') return false;
  // Without a program `exec` redirects, and goes on.
  const [name, program] = command.words.map(({ text }) => text);
  return name === 'exit' || (name === 'exec' && program !== undefined);
}

function statusOf({ pipelines: [[command]] }: Sequence): string | undefined {
  return command.kind === 'simple' && /^\d+$/.test(command.words[1]?.text ?? '')
    ? command.words[1].text
    : undefined;
}
