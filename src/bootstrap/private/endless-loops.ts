import { AGENT } from './command-hazards';
import { unwrap } from './command-words';
import { type Hazard, neverEnds } from './hazard';
import { type CommandList, commandsIn, type Loop, listsOf, UNKNOWN } from './shell-tree';

/** A loop that never ends, or that waits for what comes after it. */
export function endlessLoop(loop: Loop, functions: ReadonlySet<string>): Hazard[] {
  if (mayLeave(loop.body, functions) || mayLeave(loop.condition, functions)) return [];
  if (isEndless(loop)) return [neverEnds(`a loop that nothing leaves (\`${loop.keyword}\`)`)];
  return isUntilAgentRuns(loop) ? [neverEnds('a loop until the agent runs, which starts after it')] : [];
}

/** What the condition of a loop does, its `!` aside, as long as the loop goes on; undefined: it has none. */
function goesOnWhile({ keyword, condition }: Loop): 'succeeds' | 'fails' | undefined {
  if (keyword !== 'while' && keyword !== 'until') return undefined;
  const isNegated = condition.at(-1)?.isNegated === true;
  return (keyword === 'while') === isNegated ? 'fails' : 'succeeds';
}

/** Whether a loop asks for the agent's own interface, or for its service, until there is one. */
function isUntilAgentRuns(loop: Loop): boolean {
  if (goesOnWhile(loop) !== 'fails') return false;
  return commandsIn(loop.condition).some((command) => {
    if (command.kind !== 'simple') return false;
    const { words } = unwrap(command);
    return (
      (/^(curl|wget|nc)$/.test(words[0]) && words.some((word) => /(:|^)51678(\/|$)/.test(word))) ||
      (words[0] === 'systemctl' && words.includes('is-active') && words.some((word) => AGENT.test(word)))
    );
  });
}

/** Whether a loop goes on for good, unless something in it ends it. */
function isEndless(loop: Loop): boolean {
  if (loop.arithmetic !== undefined) return isAlwaysTrue(loop.arithmetic.split(';')[1]);
  const outcome = goesOnWhile(loop);
  return outcome !== undefined && isConstant(loop.condition, outcome);
}

/** The same of the condition between the brackets of `for ((…))`: it is empty, or a number but 0. */
function isAlwaysTrue(condition: string | undefined): boolean {
  return condition !== undefined && /^\s*[1-9]?\d*\s*$/.test(condition) && !/^\s*0+\s*$/.test(condition);
}

/** Commands that always succeed, with their words. */
const ALWAYS = /^(true|:|test \S+|\[ \S+ \]|sleep \S+)$/;
const NEVER = /^false$/;

/** Whether the last pipeline of a condition always does the same, its `!` aside. */
function isConstant(condition: CommandList, outcome: 'succeeds' | 'fails'): boolean {
  const last = condition.at(-1)?.pipelines;
  if (last?.length !== 1 || last[0].length !== 1) return false;
  const [command] = last[0];
  if (command.kind === 'test')
    return outcome === 'succeeds' && /^\s*[1-9]\d*\s*$|^ (true|[1-9]) $/.test(command.text);
  if (command.kind !== 'simple' || command.assignments.length > 0) return false;
  const { words } = unwrap(command);
  const pattern = outcome === 'succeeds' ? ALWAYS : NEVER;
  return !words.some((word) => word.includes(UNKNOWN)) && pattern.test(words.join(' '));
}

/** Commands that leave a script, or run what is not known here. */
const LEAVES = /^(exit|return|exec|kill|eval|trap|source|\.)$/;

/**
 * Whether something in it may leave a loop or the script, a function that it calls included. A `break` leaves
 * the innermost loop; `depth` is how many there are in between.
 */
export function mayLeave(commands: CommandList, functions: ReadonlySet<string>, depth = 0): boolean {
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
