import { App } from 'aws-cdk-lib';
import { Estate } from '../lib/estate';

const app = new App();
new Estate(app, 'Article');
app.synth();
