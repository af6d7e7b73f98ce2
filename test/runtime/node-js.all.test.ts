import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT, run, userEnvironment } from '../helpers/packages';
import { nodeJs, VERSIONS } from './node-js';

jest.setTimeout(3_600_000);

/** Tests that only synthesize, without a sandbox, an emulator or another language: what every app goes through. */
const FOLDERS = ['cluster', 'node', 'registry', 'rendered', 'replacement', 'services', 'settings', 'tier'];

interface Report {
  readonly numFailedTests: number;
  readonly numFailedTestSuites: number;
  readonly numPassedTests: number;
}

describe.each(Object.entries(VERSIONS))('with Node.js %s', (major, version) => {
  let node: string;
  beforeAll(async () => {
    node = await nodeJs(version);
  });

  test('is the version that is meant', async () => {
    expect(await run(`'${node}' --version`, { cwd: ROOT })).toBe(`v${version}\n`);
    expect(version).toMatch(new RegExp(`^${major}\\.`));
  });

  test('what every app goes through passes its tests, and the bytes of nodes are the same', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'node-js-'));
    const output = join(folder, 'report.json');
    const patterns = [...FOLDERS.map((name) => `'/test/${name}/'`), '/test/golden.test.ts'].join(' ');
    // As in the test command: without the many cases of the tests on demand.
    const { VERIFY_ALL: _, ...env } = userEnvironment();
    await run(
      `'${node}' node_modules/jest/bin/jest.js --ci --silent --maxWorkers=2 --json --outputFile='${output}' ` +
        `--testPathPatterns ${patterns}`,
      { cwd: ROOT, env, minutes: 40 },
    );
    const report: Report = JSON.parse(readFileSync(output, 'utf8'));
    rmSync(folder, { recursive: true });
    expect(report).toMatchObject({ numFailedTests: 0, numFailedTestSuites: 0 });
    expect(report.numPassedTests).toBeGreaterThan(600);
  });

  test('the command line of the package runs', async () => {
    expect(await run(`'${node}' lib/plan/cli.js --help`, { cwd: ROOT })).toMatch(/plan/);
  });
});
