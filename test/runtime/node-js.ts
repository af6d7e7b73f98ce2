import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, run } from '../helpers/packages';

/** The newest of each version that AWS CDK supports next to the oldest, which CI and the lock file have. */
export const VERSIONS: Readonly<Record<string, string>> = { 22: '22.23.3', 24: '24.22.3' };

/**
 * A Node.js of this version, from the package of npm that has it for this system. The package `node` would
 * fetch the same by a script.
 */
export async function nodeJs(version: string): Promise<string> {
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const folder = join(ROOT, '.cache', 'node-js', version);
  const node = join(folder, 'node_modules', name, 'bin', 'node');
  if (existsSync(node)) return node;
  const unfinished = `${folder}-${process.pid}`;
  mkdirSync(unfinished, { recursive: true });
  await run(`npm install --prefix . --no-save --no-audit --no-fund --ignore-scripts ${name}@${version}`, {
    cwd: unfinished,
  });
  rmSync(folder, { recursive: true, force: true });
  renameSync(unfinished, folder);
  return node;
}
