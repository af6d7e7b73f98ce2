// node projenrc/newer.js TARGET SOURCE...: succeeds where TARGET is missing, or a file below a SOURCE is newer.
const { existsSync, readdirSync, statSync } = require('node:fs');
const { join } = require('node:path');

function newest(path) {
  const entry = statSync(path);
  if (!entry.isDirectory()) return entry.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name))));
}

const [target, ...sources] = process.argv.slice(2);
const isCurrent = existsSync(target) && sources.every((source) => newest(source) <= statSync(target).mtimeMs);
process.exit(isCurrent ? 1 : 0);
