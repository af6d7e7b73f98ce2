import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

const CACHE = join(__dirname, '..', '..', '.cache', 'python');

/** uv, which installs the other lists in a twentieth of the time that pip takes. */
const UV = join(__dirname, 'uv', 'requirements.txt');

/** A run that was killed leaves its lock behind. The network may be slow. */
const STALE_MS = 1_800_000;

/**
 * The folder with the Python packages of a list of exact versions, for `PYTHONPATH`; installed once for all
 * test workers, without what the packages themselves would ask for, so that the list is all that there is.
 */
export function pythonPackages(requirements: string): string {
  const hash = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12);
  const folder = join(CACHE, `${basename(dirname(requirements))}-${hash}`);
  const lock = `${folder}.lock`;
  mkdirSync(CACHE, { recursive: true });
  while (!existsSync(folder)) {
    if (!locked(lock)) {
      pause(200);
      continue;
    }
    try {
      if (!existsSync(folder)) install(requirements, folder);
    } finally {
      // Whoever took it for stale has removed it.
      rmSync(lock, { recursive: true, force: true });
    }
  }
  return folder;
}

function install(requirements: string, folder: string): void {
  const unfinished = `${folder}.new`;
  rmSync(unfinished, { recursive: true, force: true });
  const what = ['--no-deps', '--target', unfinished, '-r', requirements];
  if (requirements === UV) {
    const quietly = ['--quiet', '--disable-pip-version-check', '--no-warn-script-location', '--no-compile'];
    const pip = ['-m', 'pip', 'install', ...quietly, '--root-user-action=ignore'];
    execFileSync('python3', [...pip, ...what], { stdio: 'pipe' });
  } else {
    const uv = join(pythonPackages(UV), 'bin', 'uv');
    execFileSync(uv, ['pip', 'install', '--quiet', '--no-config', '--no-cache', ...what], { stdio: 'pipe' });
  }
  renameSync(unfinished, folder);
}

function locked(lock: string): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch {
    const { mtimeMs } = statSync(lock, { throwIfNoEntry: false }) ?? { mtimeMs: Date.now() };
    if (Date.now() - mtimeMs > STALE_MS) rmSync(lock, { recursive: true, force: true });
    return false;
  }
}

function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
