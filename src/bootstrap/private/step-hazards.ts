import { type CommandPlace, hazardsOfWords, stopsReading } from './command-hazards';
import { printedBy, readsCommands, type Unwrapped, unwrap, wordsOf } from './command-words';
import { endlessLoop, mayLeave } from './endless-loops';
import { endsBoot, type Hazard } from './hazard';
import { parseShell } from './shell-parser';
import {
  type Command,
  type CommandList,
  commandsIn,
  listsOf,
  type Pipeline,
  type Sequence,
  type SimpleCommand,
  UNKNOWN,
} from './shell-tree';

/** What is known of the place of a command in a script. */
interface Place extends CommandPlace {
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
    return [
      ...inCommand(command, isRead ? { ...place, isBounded: true } : place, pipeline.length > 1),
      ...inPrinted(pipeline[index - 1], command, place),
    ];
  });
}

/** What a shell reads of the command before it in a pipe: `echo reboot | sh`. */
function inPrinted(writer: Command | undefined, reader: Command, place: Place): Hazard[] {
  if (writer?.kind !== 'simple' || reader.kind !== 'simple') return [];
  const unwrapped = unwrap(reader);
  if (unwrapped.script !== undefined || !readsCommands(unwrapped.words)) return [];
  return inText(printedBy(writer), placeWithin(unwrapped, place));
}

function inText(text: string | undefined, place: Place): Hazard[] {
  const script = text === undefined ? undefined : parseShell(text);
  return script === undefined ? [] : inList(script.commands, place);
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
  const given = command.redirections.filter(({ operator }) => operator === '<<<').at(-1)?.target.text;
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
    ...(unwrapped.script === undefined && readsCommands(unwrapped.words) ? inText(given, inner) : []),
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
  // A function of the script itself is not the program of its name.
  return place.functions.has(words[0]) ? [] : hazardsOfWords(words, place, isPiped);
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
