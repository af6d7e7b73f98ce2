/**
 * The test command. Two cores and much that waits: what does not depend on each other runs side by side, and
 * then jest runs all tests at once. The count of jest is the last line; before it stands when everything
 * began and how long it took.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashOfInputs, noteCompiled } from '../test/helpers/packages';

// tsx hands its --tsconfig on to all children by this, with a path that is right in this folder only.
delete process.env.TSX_TSCONFIG_PATH;

/** A part of the command that is one program. */
interface Phase {
  readonly name: string;
  readonly command: string;
  /** The phases whose output it reads. */
  readonly after?: readonly string[];
}

/** All that must be right before the tests begin. */
export const CHECKS: readonly Phase[] = [
  { name: 'compile', command: 'projen compile' },
  { name: 'rosetta', command: 'projen rosetta', after: ['compile'] },
  { name: 'docgen', command: 'projen docgen', after: ['compile'] },
  // What is generated is committed. On your own machine it may be about to be.
  ...(process.env.CI
    ? [{ name: 'committed', command: 'git diff --exit-code -- API.md', after: ['docgen'] }]
    : []),
  { name: 'lint', command: 'projen lint' },
  { name: 'types', command: 'projen types' },
];

/**
 * Goes on next to the tests, which wait for what they need of it. So it must not wait for them: with a lower
 * priority it took a quarter of an hour where the network is slow.
 */
const INPUTS: Phase = {
  name: 'inputs',
  command: 'tsx --tsconfig tsconfig.dev.json test/helpers/inputs.ts',
};

/** When a phase began and ended, in milliseconds. */
interface Span {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

const folder = mkdtempSync(join(tmpdir(), 'verify-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
const timeLine = join(folder, 'time-line.json');
const spans: Span[] = [];

/** The count is the last line: nothing is written after it. */
let silent = false;

/** Runs a phase, and shows what it has written when it is over. Gives its status. */
function run({ name, command }: Phase): Promise<number> {
  const start = Date.now();
  const child = spawn('bash', ['-c', `exec ${command}`], { stdio: ['ignore', 'pipe', 'pipe'] });
  const output: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => output.push(data));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => {
      const end = Date.now();
      spans.push({ name, start, end });
      writeFileSync(timeLine, JSON.stringify(spans));
      resolve(status ?? 1);
      if (silent) return;
      console.log(`[${name}] ${status === 0 ? 'done' : 'FAILED'} (${Math.round((end - start) / 1000)} s)`);
      process.stdout.write(Buffer.concat(output));
    });
  });
}

/** Runs each phase as soon as it can, and gives the names of those that failed. */
async function check(phases: readonly Phase[]): Promise<string[]> {
  const failed: string[] = [];
  const over = new Map<string, Promise<boolean>>();
  for (const phase of phases) {
    const before = Promise.all((phase.after ?? []).map((name) => over.get(name)));
    const passed = before.then(async (all) => {
      if (all.includes(false)) return false;
      const inputs = phase.name === 'compile' ? hashOfInputs() : undefined;
      const status = await run(phase);
      if (status !== 0) failed.push(phase.name);
      else if (inputs !== undefined && inputs === hashOfInputs()) noteCompiled(inputs);
      return status === 0;
    });
    over.set(phase.name, passed);
  }
  await Promise.all(over.values());
  return failed;
}

/** Runs jest with all tests, whose reporter writes the time line and the count. */
function test(args: string[]): Promise<number> {
  const env = { ...process.env, VERIFY_TIME_LINE: timeLine };
  const child = spawn('jest', ['--ci', ...args], { env, stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status, signal) =>
      resolve(status ?? 128 + (signal ? constants.signals[signal] : 0)),
    );
  });
}

async function main(args: string[]): Promise<void> {
  // Never ended early: a program that is ended leaves half a part, and the next run waits for it.
  const inputs = run(INPUTS);
  const failed = await check(CHECKS);
  if (failed.length > 0) {
    console.error(`no test has run: ${failed.join(', ')} failed`);
    process.exitCode = 1;
  } else {
    process.exitCode = await test(args);
    silent = true;
  }
  await inputs;
}

if (require.main === module) void main(process.argv.slice(2));
