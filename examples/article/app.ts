import { App } from 'aws-cdk-lib';
import { Estate } from './estate';

const app = new App();
new Estate(app, 'Article');
app.synth();
