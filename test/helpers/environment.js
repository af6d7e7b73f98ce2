const { mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

/** What all tests find in their environment: the workers inherit it. */
module.exports = async () => {
  // CDK leaves a folder for every app of every test: they all go into one, which goes when the run is over.
  const folder = mkdtempSync(join(tmpdir(), 'cdk-tests-'));
  process.env.TMPDIR = folder;
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

  // aws-cdk-lib's own validator runs at every synth and costs a second each; test/reviewers runs it, once, on the whole estate.
  process.env.CDK_VALIDATION = 'false';
};
