const { execFileSync } = require('node:child_process');
const { mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { delimiter, dirname, join } = require('node:path');

/** What all tests find in their environment: the workers inherit it. */
module.exports = async () => {
  // CDK leaves a folder for every app of every test: they all go into one, which goes when the run is over.
  const folder = mkdtempSync(join(tmpdir(), 'cdk-tests-'));
  process.env.TMPDIR = folder;
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

  // aws-cdk-lib's own validator runs at every synth and costs a second each; test/reviewers runs it, once, on the whole estate.
  process.env.CDK_VALIDATION = 'false';
  // A stack trace for each annotation and each resource, which no test reads; through jest's source maps each
  // of them takes longer than the resource.
  process.env.CDK_DISABLE_STACK_TRACE = '1';
  process.env.CDK_CONTEXT_JSON = JSON.stringify({ 'aws:cdk:disable-creation-stack-traces': true });

  // `python3` may be a script that looks for a version, as pyenv's is, and tests start Python a thousand times.
  const python = execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], {
    encoding: 'utf8',
  }).trim();
  process.env.PATH = `${dirname(python)}${delimiter}${process.env.PATH}`;
};
