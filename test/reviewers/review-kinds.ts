import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import type { Review } from './finding';
import { Kinds } from './kinds';

// A program of its own, as the newest CDK needs a process of its own. aws-cdk-lib's own validator makes its
// findings errors here, so that the program fails with them.
const [outdir] = process.argv.slice(2);
const app = new App({ outdir, context: { '@aws-cdk/core:validateAgainstDefaultRules': true } });
new Kinds(app, 'Kinds');
app.synth();
const review: Review = {
  cdk: require('aws-cdk-lib/package.json').version,
  findings: [],
  paths: { 'Kinds.template.json': {} },
};
writeFileSync(join(outdir, 'review.json'), JSON.stringify(review));
