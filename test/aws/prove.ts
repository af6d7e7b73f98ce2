import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Aws, AwsCli } from './aws';
import { experiments } from './experiments';
import { type Commands, Lab } from './lab';
import { page, price, type Result, type Results, today } from './page';
import type { Clock } from './patience';
import { dollars, type Experiment } from './question';
import type { Seen } from './seen';
import { byHand, NotTornDown, tearDown } from './teardown';

const ROOT = join(__dirname, '..', '..');
const PAGE = join(ROOT, 'docs', 'proved-on-aws.md');
const RESULTS = join(__dirname, 'proved.json');
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** All that a run has to do with the world, so that the tests can stand for it. */
export interface World {
  readonly aws: Aws;
  readonly commands: Commands;
  readonly clock: Clock;
  readonly region: string;
  readonly commit: string;
  say(line: string): void;
  /** What is known, and what becomes known. */
  results(): Results;
  save(results: Results): void;
  /** Keeps the observations themselves, and says where. */
  record(experiment: string, seen: Seen): string;
  /** Calls back on Ctrl-C and its like, which end nothing by themselves. Returns how to stop that. */
  onInterrupt(handler: () => void): () => void;
}

/** What to run: experiments by their names or by the ids of their questions. */
export function chosen(names: readonly string[], all = experiments()): Experiment[] {
  if (names.includes('--all')) return all;
  const known = (name: string) =>
    all.find((each) => each.name === name || each.questions.some(({ id }) => id === name));
  const unknown = names.filter((name) => !known(name));
  if (unknown.length > 0)
    throw new Error(
      `no experiment or question is called ${unknown.join(', ')}: npx projen aws:prove lists them`,
    );
  return [...new Set(names.map((name) => known(name) as Experiment))];
}

/** The dry run: what there is to ask, what it costs and how long it takes. Calls nothing. */
export function list(all: readonly Experiment[], results: Results): string[] {
  const lines = all.flatMap((experiment) => [
    `${experiment.name}: up to ${experiment.minutes} minutes, about ${price(experiment)}`,
    ...(experiment.touches ? [`  touches more than its own stack: ${experiment.touches}`] : []),
    ...experiment.questions.map(
      (question) => `  ${today(question, results).padEnd(4)}  ${question.id}: ${question.asks}`,
    ),
  ]);
  const minutes = all.reduce((sum, each) => sum + each.minutes, 0);
  const cost = all.reduce((sum, each) => sum + dollars(each), 0);
  return [
    ...lines,
    `In all: ${all.flatMap((each) => each.questions).length} questions, up to ` +
      `${Math.ceil(minutes / 60)} hours, about ${cost.toFixed(2)} dollars.`,
  ];
}

/** Runs experiments, one after the other. Whether all of them ran to their end and left nothing behind. */
export async function prove(all: readonly Experiment[], world: World): Promise<boolean> {
  const interrupted = new AbortController();
  const off = world.onInterrupt(() => {
    world.say(
      interrupted.signal.aborted
        ? 'Still deleting: please wait.'
        : 'Interrupted: what is deployed is deleted first.',
    );
    interrupted.abort(new Error('interrupted'));
  });
  let well = true;
  try {
    for (const experiment of all) {
      if (interrupted.signal.aborted) break;
      well = (await proveOne(experiment, world, interrupted.signal)) && well;
    }
  } finally {
    off();
  }
  return well && !interrupted.signal.aborted;
}

async function proveOne(experiment: Experiment, world: World, signal: AbortSignal): Promise<boolean> {
  const { aws, clock } = world;
  const say = (line: string) => world.say(line);
  say(`${experiment.name}: up to ${experiment.minutes} minutes, about ${price(experiment)}`);
  const lab = new Lab(experiment.name, aws, world.commands, clock, signal, say);
  let problem: string | undefined;
  let deleted = true;
  try {
    if (await tearDown(aws, lab.stack, clock, say)) say('  an earlier run had left it behind');
    await untilAborted(experiment.run(lab), signal);
  } catch (error) {
    problem = (error as Error).message;
    say(`  it ended early: ${problem}`);
  } finally {
    // A lab without the signal: after an interrupt the other one does nothing any more.
    const after = new Lab(experiment.name, aws, world.commands, clock, new AbortController().signal, say);
    await experiment.cleanUp?.(after).catch((error) => {
      deleted = false;
      say(`  not cleaned up: ${error.message}`);
    });
    await tearDown(aws, lab.stack, clock, say).catch((error) => {
      deleted = false;
      const isSaid = error instanceof NotTornDown;
      say(`  ${error.message}${isSaid ? '' : `. ${byHand(lab.stack)}`}`);
    });
  }
  say(`  recorded in ${world.record(experiment.name, lab.seen)}`);
  const date = new Date(clock.now() * 1000).toISOString().slice(0, 10);
  const results: Record<string, Result> = { ...world.results() };
  for (const { id, judge } of experiment.questions) {
    const { verdict, because } = judge(lab.seen);
    say(`  ${id}: ${verdict}: ${because}`);
    const given = results[id] !== undefined && results[id].verdict !== 'undecided';
    if (verdict === 'undecided' && given) continue; // a run that saw nothing takes no answer back
    const early =
      verdict === 'undecided' && problem !== undefined
        ? `; the run ended early: ${problem.split('\n')[0]}`
        : '';
    results[id] = {
      verdict,
      because: `${because}${early}`,
      date,
      region: world.region,
      commit: world.commit,
    };
  }
  world.save(results);
  return problem === undefined && deleted;
}

/** Ends with the signal, though the promise goes on: it finds that out at its next step. */
function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    promise.then(resolve, reject);
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

/** The CDK CLI of this repository. */
export class CdkCli implements Commands {
  public constructor(
    private readonly region: string,
    private readonly command = join(ROOT, 'node_modules', '.bin', 'cdk'),
  ) {}

  public deploy(experiment: string, step: string, signal: AbortSignal, express = false): Promise<void> {
    const output = mkdtempSync(join(tmpdir(), 'aws-prove-'));
    const app = `${process.execPath} --import tsx ${join(__dirname, 'app.ts')} ${experiment}`;
    const words = [
      'deploy',
      `prove-${experiment}`,
      '--context',
      `step=${step}`,
      '--require-approval',
      'never',
      '--ci',
      '--no-notices',
      ...(express ? ['--express'] : []),
    ];
    const cli = spawn(this.command, ['--app', app, '--output', output, ...words], {
      cwd: ROOT,
      env: { ...process.env, AWS_REGION: this.region, TSX_TSCONFIG_PATH: join(ROOT, 'tsconfig.dev.json') },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true, // Ctrl-C goes to aws:prove alone
      signal,
    });
    let said = '';
    for (const stream of [cli.stdout, cli.stderr]) stream.on('data', (data) => (said += data));
    return new Promise<void>((resolve, reject) => {
      cli.on('error', reject);
      cli.on('close', (status) =>
        status === 0
          ? resolve()
          : reject(new Error(`cdk deploy ${experiment} ${step}: ${said.slice(-2000)}`)),
      );
    }).finally(() => rmSync(output, { recursive: true, force: true }));
  }
}

function realWorld(region: string): World {
  const clock: Clock = {
    now: () => Date.now() / 1000,
    sleep: (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000)),
  };
  return {
    aws: new AwsCli(region),
    commands: new CdkCli(region),
    clock,
    region,
    commit: execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: ROOT, encoding: 'utf8' }).trim(),
    say: (line) => console.log(line),
    results: known,
    save: (results) => {
      const sorted = Object.fromEntries(Object.entries(results).sort(([a], [b]) => a.localeCompare(b)));
      writeFileSync(RESULTS, `${JSON.stringify(sorted, undefined, 2)}\n`);
      writeFileSync(PAGE, page(experiments(), sorted));
    },
    record: (experiment, seen) => {
      const folder = join(ROOT, '.cache', 'aws-proof');
      mkdirSync(folder, { recursive: true });
      const file = join(folder, `${experiment}-${new Date().toISOString().replace(/[:.]/g, '-')}.json`);
      writeFileSync(file, JSON.stringify(seen, undefined, 1));
      return file;
    },
    onInterrupt: (handler) => {
      for (const name of SIGNALS) process.on(name, handler);
      process.stdout.on('error', () => undefined); // the terminal may be closed, and the deletion goes on
      return () => {
        for (const name of SIGNALS) process.off(name, handler);
      };
    },
  };
}

/** What has been answered so far. */
export function known(): Results {
  return JSON.parse(readFileSync(RESULTS, 'utf8'));
}

async function main(names: string[]): Promise<number> {
  const dry = names.length === 0 || names.includes('--dry-run');
  const named = names.filter((name) => name !== '--dry-run');
  const all = named.length === 0 ? experiments() : chosen(named);
  if (dry) {
    for (const line of list(all, known())) console.log(line);
    console.log('Nothing was called. To run: npx projen aws:prove <experiment or question>…, or --all.');
    return 0;
  }
  const region = process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION;
  if (!region) throw new Error('set `AWS_REGION` to the region to run in, such as eu-central-1');
  const world = realWorld(region);
  const { Account } = await world.aws.call('sts', 'get-caller-identity');
  console.log(`In the account ${Account}, region ${region}. Ctrl-C deletes what is deployed, and ends.`);
  return (await prove(all, world)) ? 0 : 1;
}

if (require.main === module)
  main(process.argv.slice(2)).then(
    (status) => {
      process.exitCode = status;
    },
    (error) => {
      console.error(error.message);
      process.exitCode = 1;
    },
  );
