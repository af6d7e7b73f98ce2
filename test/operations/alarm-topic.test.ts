import { App, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as sns from 'aws-cdk-lib/aws-sns';
import { EcsAutoScaledCluster } from '../../src';

const env = { account: '111122223333', region: 'eu-central-1' };

function alarms(stack: Stack, topic: sns.ITopic): () => unknown {
  const cluster = new EcsAutoScaledCluster(stack, 'Cluster', { vpc: new ec2.Vpc(stack, 'Vpc') });
  return () => cluster.addAlarms({ topic });
}

test('a topic of another region is refused, by its ARN and as one of another stack', () => {
  const message = '`topic` must be of the region of the cluster (eu-central-1), got: one of us-east-1';
  const byArn = new Stack(new App(), 'Estate', { env });
  const arn = 'arn:aws:sns:us-east-1:111122223333:operations';
  expect(alarms(byArn, sns.Topic.fromTopicArn(byArn, 'Topic', arn))).toThrow(message);
  const app = new App();
  const other = new Stack(app, 'Other', {
    env: { ...env, region: 'us-east-1' },
    crossRegionReferences: true,
  });
  const stack = new Stack(app, 'Estate', { env, crossRegionReferences: true });
  expect(alarms(stack, new sns.Topic(other, 'Topic'))).toThrow(message);
});

test('a topic passes in its own region, and where a region is not known', () => {
  const stack = new Stack(new App(), 'Estate', { env });
  expect(alarms(stack, new sns.Topic(stack, 'Topic'))).not.toThrow();
  const agnostic = new Stack(new App(), 'Estate');
  const arn = 'arn:aws:sns:us-east-1:111122223333:operations';
  expect(alarms(agnostic, sns.Topic.fromTopicArn(agnostic, 'Topic', arn))).not.toThrow();
});
