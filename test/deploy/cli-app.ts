import { App } from 'aws-cdk-lib';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import { NodeReplacement, Sysctl } from '../../src';
import { TestStack, taskDefinition } from '../helpers/estate';
import { image } from './account';

// The app that cdk-cli.all.test.ts hands to the CDK CLI: `cdk deploy --context somaxconn=1024`.
const app = new App();
const stack = new TestStack(app, 'CliEstate', {
  env: { account: process.env.CDK_DEFAULT_ACCOUNT, region: process.env.CDK_DEFAULT_REGION },
});
const cluster = stack.cluster({
  machineImage: image,
  sysctls: [Sysctl.somaxconn(Number(app.node.tryGetContext('somaxconn') ?? 65535))],
  replacement: NodeReplacement.rolling(),
});
new ecs.Ec2Service(stack, 'Api', { cluster, taskDefinition: taskDefinition(stack), minHealthyPercent: 100 });
