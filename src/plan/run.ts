import { reasonsToFail } from './fail-on';
import { NO_DUMPS, readDump } from './images';
import { makePlan } from './make-plan';
import { markdownOf } from './markdown';
import { HELP, type PlanOptions, readOptions } from './options';
import type { Plan } from './plan';
import { PlanError } from './plan-error';
import { readJson, readTemplates } from './read-templates';
import { styleFor } from './styles';
import { svgOf } from './svg';
import { tableOf } from './table';

/** Where the command writes, and what it knows of the terminal. */
export interface Output {
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
  readonly isTerminal: boolean;
  readonly environment: NodeJS.ProcessEnv;
}

/** Runs the command; returns its exit code. */
export function runCommand(args: readonly string[], output: Output): number {
  try {
    const options = readOptions(args);
    if (options === 'help') {
      output.out(HELP);
      return 0;
    }
    const plan = planOf(options);
    output.out(printed(plan, options, output));
    const stops = options.failOn ? reasonsToFail(plan, options.failOn) : [];
    if (stops.length === 0) return 0;
    output.error(`--fail-on ${options.failOn}:\n${stops.map((text) => `  ${text}\n`).join('')}`);
    return 2;
  } catch (error) {
    if (!(error instanceof PlanError)) throw error;
    output.error(`${error.message}\n`);
    return 1;
  }
}

function planOf(options: PlanOptions): Plan {
  const dumps = options.parameters.reduce((all, file) => readDump(readJson(file), file, all), NO_DUMPS);
  return makePlan(readTemplates(options.against), readTemplates(options.after), {
    before: options.against,
    after: options.after,
    images: options.images,
    dumps,
    values: options.values,
    nodes: options.nodes,
  });
}

function printed(plan: Plan, { format }: PlanOptions, { isTerminal, environment }: Output): string {
  if (format === 'json') return `${JSON.stringify(plan, undefined, 2)}\n`;
  if (format === 'markdown') return markdownOf(plan);
  if (format === 'svg') return svgOf(plan);
  return tableOf(plan, styleFor(isTerminal, environment));
}
