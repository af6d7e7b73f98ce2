import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CHECKS } from '../projenrc/verify';

const ROOT = join(__dirname, '..');
const { tasks } = JSON.parse(readFileSync(join(ROOT, '.projen', 'tasks.json'), 'utf8'));

describe('the test command', () => {
  test('is what CI runs, and nothing else', () => {
    const [command] = readFileSync(join(ROOT, '.ci', 'run'), 'utf8')
      .trimEnd()
      .split('\n')
      .slice(-1);
    expect(command).toBe('exec npm cit');
    expect(readFileSync(join(ROOT, 'README.md'), 'utf8')).toMatch(/^npm cit +#/m);
  });

  test('checks with tasks that can be run alone, each after those whose output it reads', () => {
    const names = CHECKS.map(({ name }) => name);
    for (const { name, command, after = [] } of CHECKS) {
      if (command.startsWith('projen ')) expect(tasks).toHaveProperty(command.slice('projen '.length));
      for (const earlier of after) expect(names.slice(0, names.indexOf(name))).toContain(earlier);
    }
  });

  test('ends with the count alone on its line, and before it says what took how long', () => {
    const folder = mkdtempSync(join(tmpdir(), 'time-line-'));
    try {
      const file = join(folder, 'time-line.json');
      writeFileSync(file, JSON.stringify([{ name: 'compile', start: 1_000, end: 13_400 }]));
      const testResults = [
        { testFilePath: join(ROOT, 'test/tier/a.test.ts'), perfStats: { start: 14_000, end: 20_000 } },
        { testFilePath: join(ROOT, 'test/tier/b.test.ts'), perfStats: { start: 18_000, end: 76_000 } },
        { testFilePath: join(ROOT, 'test/broken.test.ts'), perfStats: { start: 0, end: 0 } },
      ];
      const results = { numPassedTests: 7, numFailedTests: 0, numRuntimeErrorTestSuites: 1, testResults };
      const counts = { ...results, numPendingTests: 0, numTodoTests: 0 };
      const program =
        "new (require('./test/helpers/count-reporter.js'))().onRunComplete([], " +
        `${JSON.stringify(counts)})`;
      const env = { ...process.env, VERIFY_TIME_LINE: file };
      const output = execFileSync(process.execPath, ['-e', program], { cwd: ROOT, env, encoding: 'utf8' });
      expect(output).toBe(`
   start duration
    0:00     0:12  compile
    0:13     1:02  test/tier
             1:15  all of it

7 passed, 1 failed
`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
