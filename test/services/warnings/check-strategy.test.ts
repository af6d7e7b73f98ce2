import type { aws_ecs as ecs } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { EcsAutoScaledCluster } from '../../../src';
import { SMALL, TestStack } from '../../helpers/estate';
import { ec2Service } from '../helpers';

function synthesized(
  strategies: (cluster: EcsAutoScaledCluster, other: EcsAutoScaledCluster) => ecs.CapacityProviderStrategy[],
): () => unknown {
  return () => {
    const stack = new TestStack();
    const tiers = ['a', 'b'].map((name) => ({ name, instanceTypes: [SMALL] }));
    const cluster = stack.cluster({ tiers, enableFargateCapacityProviders: true });
    const other = stack.cluster({ tiers }, 'Search');
    ec2Service(stack, cluster, { capacityProviderStrategies: strategies(cluster, other) });
    return Template.fromStack(stack);
  };
}

const START = '`capacityProviderStrategies` of the service "Estate/Api" on the cluster "Estate/Orders" must ';

test.each<[string, Parameters<typeof synthesized>[0], string]>([
  [
    'a tier of another cluster',
    (_cluster, other) => [other.tier('a').strategy()],
    `${START}be of tiers of its cluster, got: the tier "a" of "Estate/Search" (InvalidServiceStrategy)`,
  ],
  [
    'Fargate beside a tier',
    (cluster) => [cluster.tier('a').strategy(), { capacityProvider: 'FARGATE', weight: 1 }],
    `${START}be of tiers or of Fargate, got: both`,
  ],
  [
    'no weight at all',
    (cluster) => ['a', 'b'].map((name) => cluster.tier(name).strategy({ weight: 0 })),
    `${START}have a weight above 0, got: 0 for all`,
  ],
  [
    'two bases',
    (cluster) => ['a', 'b'].map((name) => cluster.tier(name).strategy({ base: 1 })),
    `${START}have a base for one item only, got: several`,
  ],
])('%s in a strategy is refused', (_what, strategies, message) => {
  expect(synthesized(strategies)).toThrow(message);
});

test('what ECS takes passes', () => {
  expect(
    synthesized((cluster) => [
      cluster.tier('a').strategy({ base: 1, weight: 0 }),
      cluster.tier('b').strategy(),
    ]),
  ).not.toThrow();
  expect(synthesized(() => [{ capacityProvider: 'another', weight: 1 }])).not.toThrow();
});
