import { App, CfnParameter, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { EcsAutoScaledCluster, NodeBootstrap } from '../../src';

/** All places where a user names a cluster. */
function refusals(clusterName: string): string[] {
  const stack = new Stack(new App(), 'Estate');
  const vpc = new ec2.Vpc(stack, 'Vpc');
  const all = [
    () => new EcsAutoScaledCluster(stack, 'Cluster', { vpc, clusterName }),
    () => EcsAutoScaledCluster.fromEcsAutoScaledClusterAttributes(stack, 'Imported', { vpc, clusterName }),
    () => new NodeBootstrap({ clusterName }),
  ];
  return all.map((name) => {
    try {
      name();
      return 'fine';
    } catch (error) {
      return (error as Error).message;
    }
  });
}

test.each(['', 'two words', 'a/b', 'é', 'x'.repeat(256), 'orders\n'])(
  'a name that no cluster can have is refused everywhere in the same words: %j',
  (name) => {
    const [ofCluster, ofImport, ofBootstrap] = refusals(name);
    expect(ofCluster).toMatch(
      /^`clusterName` must be 1 to 255 letters, digits, "-" and "_", got: .* \(InvalidClusterName at Estate\/Cluster\)$/,
    );
    expect(ofImport).toBe(ofCluster.replace('Estate/Cluster', 'Estate/Imported'));
    expect(ofBootstrap).toBe(ofCluster.replace(' at Estate/Cluster', ''));
  },
);

test('a name that ECS takes is fine everywhere, and so is one that is known only at deployment', () => {
  expect(refusals(`Orders_2-${'x'.repeat(246)}`)).toEqual(['fine', 'fine', 'fine']);
  expect(refusals(new CfnParameter(new Stack(), 'Name').valueAsString)).toEqual(['fine', 'fine', 'fine']);
});
