import type * as ecs from 'aws-cdk-lib/aws-ecs';
import { type EcsAutoScaledCluster, NodeReplacement } from '../../src';
import { only, SMALL, TestStack } from '../helpers/estate';
import { ec2Service, ec2Task, warningIds } from './helpers';
import { managedInstances, ownProvider } from './other-providers';

type Add = (stack: TestStack, cluster: EcsAutoScaledCluster) => string;

const OTHERS: [string, Add][] = [
  [
    'a group that is no tier',
    (stack, cluster) => {
      const provider = ownProvider(stack);
      cluster.addAsgCapacityProvider(provider);
      return provider.capacityProviderName;
    },
  ],
  [
    'Managed Instances',
    (stack, cluster) => {
      const provider = managedInstances(stack);
      cluster.addManagedInstancesCapacityProvider(provider);
      return provider.capacityProviderName;
    },
  ],
  [
    'Fargate',
    (_stack, cluster) => {
      cluster.enableFargateCapacityProviders();
      return 'FARGATE';
    },
  ],
];

const service = (stack: TestStack) => only(stack.template, 'AWS::ECS::Service').Properties;

function rolling(): [TestStack, EcsAutoScaledCluster] {
  const stack = new TestStack();
  const replacement = NodeReplacement.rolling({ maxHealthyPercentage: 150, cordon: true });
  return [stack, stack.cluster({ tiers: [{ name: 'general', instanceTypes: [SMALL], replacement }] })];
}

describe.each(OTHERS)('a service on %s of the same cluster', (_name, add) => {
  test('is left alone: no constraint, and no word of rolls that never meet it', () => {
    const [stack, cluster] = rolling();
    const capacityProviderStrategies = [{ capacityProvider: add(stack, cluster), weight: 1 }];
    const taskDefinition = ec2Task(stack, 'Fixed', { hostPort: 8080 });
    // One that says nothing of where it runs: what is for EC2 only does not run on Fargate.
    (taskDefinition.node.defaultChild as ecs.CfnTaskDefinition).requiresCompatibilities = undefined;
    ec2Service(stack, cluster, {
      capacityProviderStrategies,
      taskDefinition,
      minHealthyPercent: 0,
      maxHealthyPercent: 100,
      desiredCount: 2,
    });
    expect(service(stack).PlacementConstraints).toBeUndefined();
    expect(warningIds(stack)).toEqual([]);
  });
});

test('a service on a tier and on a group that is no tier has the constraint and the warnings', () => {
  const [stack, cluster] = rolling();
  const provider = ownProvider(stack);
  cluster.addAsgCapacityProvider(provider);
  const capacityProviderStrategies: ecs.CapacityProviderStrategy[] = [
    { capacityProvider: provider.capacityProviderName, weight: 1 },
    cluster.tier('general').strategy(),
  ];
  ec2Service(stack, cluster, { capacityProviderStrategies, minHealthyPercent: 0, desiredCount: 2 });
  expect(service(stack).PlacementConstraints).toHaveLength(1);
  expect(warningIds(stack).sort()).toEqual([
    'Service.availabilityZoneRebalancing',
    'Service.minHealthyPercent',
  ]);
});
