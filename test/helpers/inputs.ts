/**
 * Fetches and builds what the tests need and a new machine does not have, while the library is compiled: the
 * test command begins with it. Each part is kept in .cache under a hash of what it is made from. A test that
 * comes to a part before it is there waits for it.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { BOOT, whyNoBoot } from '../boot/harness';
import { pythonPackages } from './python-packages';

/** In the order in which the tests come to them. */
const PYTHON_PACKAGES = ['reviewers', 'bootstrap', 'deploy/emulator', 'iam', 'languages'];

if (process.env.BOOT_TESTS !== 'skip' && whyNoBoot() === undefined) {
  const machine = spawn('python3', [BOOT, 'setup'], { stdio: ['ignore', 'ignore', 'inherit'] });
  machine.on('exit', (code) => {
    if (code !== 0) process.exitCode = 1;
  });
}
if (process.env.LANGUAGES === 'skip') PYTHON_PACKAGES.pop();
for (const folder of PYTHON_PACKAGES) pythonPackages(join(__dirname, '..', folder, 'requirements.txt'));
