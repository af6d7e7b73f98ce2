import { CfnParameter } from 'aws-cdk-lib';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import { fleetCluster } from '../../src/fleet/fleet-cluster';
import { TestStack } from '../helpers/estate';

describe('the length of a cluster’s name, for the limits of policies', () => {
  test('is known where the name is', () => {
    const stack = new TestStack();
    const made = new ecs.Cluster(stack, 'Made', { clusterName: 'orders' });
    const imported = ecs.Cluster.fromClusterArn(
      stack,
      'Imported',
      'arn:aws:ecs:eu-central-1:111111111111:cluster/search',
    );
    expect([made, imported].map((cluster) => fleetCluster(cluster).nameLength)).toEqual([6, 6]);
  });

  test('is the longest where the name is known at deployment only', () => {
    const stack = new TestStack();
    const name = new CfnParameter(stack, 'Name').valueAsString;
    const made = new ecs.Cluster(stack, 'Made', { clusterName: name });
    const imported = ecs.Cluster.fromClusterAttributes(stack, 'Imported', {
      clusterName: name,
      vpc: made.vpc,
    });
    expect([made, imported].map((cluster) => fleetCluster(cluster).nameLength)).toEqual([255, 255]);
  });

  test('is that of the stack and the id together where CloudFormation generates it', () => {
    const stack = new TestStack();
    const { nameLength } = fleetCluster(new ecs.Cluster(stack, 'Made'));
    expect(nameLength).toBe(stack.stackName.length + 'Made'.length + stack.node.path.length + 1 + 22);
  });
});
