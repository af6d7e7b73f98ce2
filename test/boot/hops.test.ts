import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { whyNoBoot } from './harness';

const HOPS = join(__dirname, 'harness', 'hops.py');

/** Whether the node, and a container behind its bridge, get a token of the instance metadata service. */
function whoGetsAnAnswer(hopLimit: number): unknown {
  const { stdout, stderr, status } = spawnSync('python3', [HOPS, String(hopLimit)], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  if (status !== 0) throw new Error(stderr || 'hops.py did not end');
  return JSON.parse(stdout);
}

// The packets are real, forwarded by a real kernel; the metadata service that sets their time to live
// stands for EC2's.
(process.env.BOOT_TESTS === 'skip' ? describe.skip : describe)('the hop limit of instance metadata', () => {
  beforeAll(() => {
    const reason = whyNoBoot();
    if (reason !== undefined) throw new Error(`${reason} (BOOT_TESTS=skip leaves the boot tests out)`);
  });

  test('of 1, the default, lets the node have an answer and keeps it from containers in bridge mode', () => {
    expect(whoGetsAnAnswer(1)).toEqual({ node: true, container: false });
  });

  test('of 2, for who asks for it, lets containers in bridge mode have the role of the node', () => {
    expect(whoGetsAnAnswer(2)).toEqual({ node: true, container: true });
  });
});
