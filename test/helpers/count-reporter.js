const { existsSync, readFileSync } = require('node:fs');
const { relative, sep } = require('node:path');

/**
 * The last line of a run, in the form that every continuous integration can read; and, in the test command, before
 * it when each phase and each folder of tests began and how long it took.
 */
class CountReporter {
  onRunComplete(_contexts, results) {
    const skipped = results.numPendingTests + results.numTodoTests;
    // A test file that does not even load fails without a failed test.
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const line = `\n${results.numPassedTests} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`;
    const folders = foldersOf(results.testResults);
    // jest's own summary comes after the reporters
    process.once('exit', () => process.stdout.write(timeLine(folders) + line));
  }
}

/** When the first test file of each folder began, and when the last one ended. */
function foldersOf(files) {
  const folders = new Map();
  for (const { testFilePath, perfStats } of files) {
    if (perfStats.end === 0) continue; // it did not load
    const parts = relative(process.cwd(), testFilePath).split(sep);
    const name = parts.length > 2 ? parts.slice(0, 2).join('/') : parts[0];
    const { start, end } = folders.get(name) ?? perfStats;
    folders.set(name, { name, start: Math.min(start, perfStats.start), end: Math.max(end, perfStats.end) });
  }
  return [...folders.values()];
}

function timeLine(folders) {
  const file = process.env.VERIFY_TIME_LINE;
  if (!file || !existsSync(file)) return '';
  const spans = [...JSON.parse(readFileSync(file, 'utf8')), ...folders].sort((a, b) => a.start - b.start);
  const first = spans[0].start;
  const clock = (from, to) => {
    const seconds = Math.round((to - from) / 1000);
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`.padStart(8);
  };
  const lines = spans.map(({ name, start, end }) => `${clock(first, start)} ${clock(start, end)}  ${name}`);
  const last = Math.max(...spans.map(({ end }) => end));
  return `\n   start duration\n${lines.join('\n')}\n         ${clock(first, last)}  all of it\n`;
}

module.exports = CountReporter;
