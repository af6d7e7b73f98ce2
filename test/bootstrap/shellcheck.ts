import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pythonPackages } from '../helpers/python-packages';

/**
 * What shellcheck finds in a script, at its strictest; empty when it is clean.
 *
 * SC2016 is left out: it wonders about `$` in single quotes, and text that must not be expanded is what they
 * are for.
 */
export function findingsIn(script: string, dialect: 'sh' | 'bash'): string {
  const program = join(pythonPackages(join(__dirname, 'requirements.txt')), 'bin', 'shellcheck');
  const { stdout, stderr, error } = spawnSync(
    program,
    ['-S', 'style', '-s', dialect, '-e', 'SC2016', '-f', 'gcc', '-'],
    {
      input: script,
      encoding: 'utf8',
    },
  );
  if (error) throw error;
  return stdout + stderr;
}
