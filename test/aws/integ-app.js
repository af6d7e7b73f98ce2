/**
 * The apps as CDK's integ-runner takes them: each in its first step, with the manifest of an `IntegTest`.
 * With an integ-runner that reads assemblies
 * of schema 54 (2.197.10 does not: it lists the tests and refuses to read them), and absolute paths, as it
 * changes the folder:
 *
 *   npx integ-runner --directory test/aws/questions --test-regex '\.ts$' --language typescript \
 *     --app "npx tsx --tsconfig $PWD/tsconfig.dev.json $PWD/test/aws/integ-app.js {filePath}"
 *
 * aws:prove deploys with the CDK CLI itself. An integ-runner test is one deployment, or one and its
 * update, and what it asserts runs in AWS when
 * that is over. The questions here are about what happens meanwhile, about several updates, and about the
 * deletion.
 * It is JavaScript so that the types of an alpha package are no part of the type check.
 */
const { resolve } = require('node:path');
const { IntegTest } = require('@aws-cdk/integ-tests-alpha');
const { App } = require('aws-cdk-lib');
const { synthesizable } = require('./experiments');

const { experiment } = require(resolve(process.argv[2]));
const app = new App();
const stack = synthesizable(experiment, experiment.steps[0], app);
new IntegTest(app, 'Proof', { testCases: [stack], stackUpdateWorkflow: false });
