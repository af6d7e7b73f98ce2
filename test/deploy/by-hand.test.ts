import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');

jest.setTimeout(120_000);

test('the emulator for a person says how to use it, answers, and ends with its input', async () => {
  const child = spawn(process.execPath, ['--import', 'tsx', join(__dirname, 'by-hand.ts')], {
    cwd: ROOT,
    env: { ...process.env, TSX_TSCONFIG_PATH: join(ROOT, 'tsconfig.dev.json') },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  let said = '';
  child.stdout.on('data', (data) => (said += data));
  while (!said.includes('Ctrl-C')) await once(child.stdout, 'data');
  const endpoint = /AWS_ENDPOINT_URL=(\S+)/.exec(said)?.[1];
  expect((await fetch(`${endpoint}/_ministack/health`)).ok).toBe(true);
  child.stdin.end();
  expect(await ended).toEqual([0, null]);
  await expect(fetch(`${endpoint}/_ministack/health`)).rejects.toThrow();
});
