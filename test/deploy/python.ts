import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const EMULATOR = join(__dirname, 'emulator');

const CACHE = join(__dirname, '..', '..', '.cache', 'emulator');
const LOCK = join(CACHE, 'lock');
const STALE_MS = 180_000;

/** The python of a virtual environment with the pinned packages; made on first use, some ten seconds. */
export async function emulatorPython(): Promise<string> {
  const requirements = join(EMULATOR, 'requirements.txt');
  const venv = join(CACHE, createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12));
  const python = join(venv, 'bin', 'python');
  mkdirSync(CACHE, { recursive: true });
  // Test files run side by side.
  while (!existsSync(join(venv, 'complete'))) {
    if (!locked()) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      continue;
    }
    try {
      if (existsSync(join(venv, 'complete'))) break;
      rmSync(venv, { recursive: true, force: true });
      execFileSync('python3', ['-m', 'venv', venv], { stdio: 'pipe' });
      execFileSync(python, ['-m', 'pip', 'install', '--quiet', '--no-deps', '--disable-pip-version-check', '-r', requirements], {
        stdio: 'pipe',
      });
      writeFileSync(join(venv, 'complete'), '');
    } finally {
      rmdirSync(LOCK);
    }
  }
  return python;
}

function locked(): boolean {
  try {
    mkdirSync(LOCK);
    return true;
  } catch {
    // Left behind by a run that was killed.
    const { mtimeMs } = statSync(LOCK, { throwIfNoEntry: false }) ?? { mtimeMs: Date.now() };
    if (Date.now() - mtimeMs > STALE_MS) rmSync(LOCK, { recursive: true, force: true });
    return false;
  }
}
