import { App } from 'aws-cdk-lib';
import { experiments, synthesizable } from './experiments';

// The app that aws:prove hands to the CDK CLI:
// `cdk deploy --app 'tsx app.ts hook-list' --context step=adopted`.
const [name] = process.argv.slice(2);
const experiment = experiments().find((each) => each.name === name);
if (!experiment) throw new Error(`no experiment is called ${name}`);
const app = new App();
synthesizable(experiment, app.node.tryGetContext('step') ?? experiment.steps[0], app);
