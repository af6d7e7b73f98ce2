const { mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

/** CDK leaves a folder for every app of every test: they all go into one, which goes when the run is over. */
module.exports = async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cdk-tests-'));
  process.env.TMPDIR = folder; // the workers inherit it
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
};
