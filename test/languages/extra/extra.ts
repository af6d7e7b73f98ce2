import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { App, Duration, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { EcsAutoScaledCluster, NodeLogDriver, NodeTemplate } from 'cdk-ecs-auto-scaled-cluster';
import { optionsStack } from './options';

/**
 * Tries what cannot work, and writes down what the library says about it: ../languages.test.ts compares it,
 * language by language.
 */
function messageOf(body: () => unknown): string {
  try {
    body();
  } catch (error) {
    return String(error);
  }
  return 'nothing was thrown';
}

test('all kinds of options', () => {
  const app = new App({ outdir: 'options' });
  optionsStack(app);
  app.synth();
});

test('what cannot work is refused', () => {
  const app = new App();
  const stack = new Stack(app, 'Refused');
  const vpc = new ec2.Vpc(stack, 'Vpc');
  const instanceTypes = [new ec2.InstanceType('t3.small')];
  const cluster = new EcsAutoScaledCluster(stack, 'Orders', { vpc });
  cluster.addTier('general', { instanceTypes });
  const template = new NodeTemplate(stack, 'Template', { instanceTypes });
  const agent = { containerStopTimeout: Duration.millis(500) };
  new EcsAutoScaledCluster(stack, 'Empty', { vpc });

  const messages = {
    aNegativeSize: messageOf(() => cluster.addTier('negative', { instanceTypes, maxCapacity: -1 })),
    aTemplateAndAField: messageOf(() => cluster.addTier('both', { template, instanceTypes })),
    anUnknownTier: messageOf(() => cluster.tier('compute')),
    aShortTimeout: messageOf(() => cluster.addTier('short', { instanceTypes, agent })),
    aWrongName: messageOf(() => NodeLogDriver.of('json file')),
    aClusterWithoutTiers: messageOf(() => app.synth()),
  };
  writeFileSync('refused.json', JSON.stringify(messages));
});
