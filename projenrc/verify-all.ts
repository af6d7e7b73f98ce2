/**
 * The tests on demand, which do not fit into the test command: the files called `*.all.test.ts`, and those
 * whose tests take more `seeds()` or `cases()`, or that have tests which run `rarely()`. What came of each is written to test/verified.json, which is
 * committed.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

const ROOT = join(__dirname, '..');
const RECORD = 'test/verified.json';

/** The last result of a test file. */
export interface Verified {
  /** The day it ran, in UTC. */
  readonly date: string;
  /** The commit it ran on, with nothing changed. */
  readonly commit: string;
  readonly passed: number;
  readonly failed: number;
  readonly seconds: number;
}

/** What jest writes with `--json`, as far as it is read here. */
interface Report {
  readonly testResults: {
    readonly name: string;
    readonly status: 'passed' | 'failed';
    readonly startTime: number;
    readonly endTime: number;
    readonly assertionResults: { readonly status: string }[];
  }[];
}

/** The files with tests on demand, as paths from the root. */
export function onDemandFiles(): string[] {
  const files = readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.test.ts'),
  );
  return files
    .map((file) => `test/${file.replaceAll('\\', '/')}`)
    .filter(
      (file) =>
        file.endsWith('.all.test.ts') ||
        /\b(seeds|cases|rarely)[(<]/.test(readFileSync(join(ROOT, file), 'utf8')),
    )
    .sort();
}

/** The last result of each file. */
export function lastResults(): Record<string, Verified> {
  return JSON.parse(readFileSync(join(ROOT, RECORD), 'utf8'));
}

const git = (...args: string[]) => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim();

/** Runs them, or those whose path has one of these words in it, and gives jest's own report. */
function run(files: string[]): Report {
  const folder = mkdtempSync(join(tmpdir(), 'verify-all-'));
  try {
    const output = join(folder, 'report.json');
    // The configuration leaves out the files called `*.all.test.ts`, by path too.
    const all = ['--testPathIgnorePatterns', '/node_modules/'];
    const which = ['--runTestsByPath', ...files];
    spawnSync('npx', ['jest', '--ci', '--json', `--outputFile=${output}`, ...all, ...which], {
      cwd: ROOT,
      env: { ...process.env, VERIFY_ALL: '1' },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    return JSON.parse(readFileSync(output, 'utf8'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What there is to write down about each file of a report. */
function resultsOf(report: Report, commit: string): Record<string, Verified> {
  const date = new Date().toISOString().slice(0, 10);
  return Object.fromEntries(
    report.testResults.map(({ name, status, startTime, endTime, assertionResults }) => {
      const count = (wanted: string) => assertionResults.filter((test) => test.status === wanted).length;
      // A file that does not load has no test that failed.
      const failed = count('failed') || (status === 'failed' ? 1 : 0);
      return [
        relative(ROOT, name).replaceAll('\\', '/'),
        { date, commit, passed: count('passed'), failed, seconds: Math.round((endTime - startTime) / 1000) },
      ];
    }),
  );
}

/** Each file on one line, so that two branches can add one each. */
function asText(results: Record<string, Verified>): string {
  const fields = (result: Verified) =>
    Object.entries(result).map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`);
  const lines = Object.entries(results)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([file, result]) => `  ${JSON.stringify(file)}: { ${fields(result).join(', ')} }`);
  return lines.length === 0 ? '{}\n' : `{\n${lines.join(',\n')}\n}\n`;
}

function main(words: string[]): void {
  const all = onDemandFiles();
  const files = all.filter((file) => words.length === 0 || words.some((word) => file.includes(word)));
  if (files.length === 0)
    throw new Error(`no file with tests on demand is called so, got: ${words.join(' ')}`);
  const report = run(files);
  const results = resultsOf(report, git('rev-parse', 'HEAD'));
  if (Object.values(results).some(({ failed }) => failed > 0)) process.exitCode = 1;
  const changed = git('status', '--porcelain', '--', '.', `:!${RECORD}`);
  if (changed !== '') {
    console.error(
      `${RECORD} stays as it is: the result belongs to no commit, because files have changed:\n${changed}`,
    );
    return;
  }
  // Files that are gone, or no longer on demand, leave the record.
  const kept = Object.entries(lastResults()).filter(([file]) => all.includes(file));
  writeFileSync(join(ROOT, RECORD), asText({ ...Object.fromEntries(kept), ...results }));
  console.log(`${RECORD} is written: commit it`);
}

if (require.main === module) main(process.argv.slice(2));
