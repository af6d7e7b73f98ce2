import { Aspects, CfnParameter, Fn, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import { EcsAutoScaledCluster } from '../../../src';
import { SMALL, TestStack } from '../../helpers/estate';
import { ec2Service, ec2Task, warning, warningIds } from '../helpers';
import { managedInstances, ownProvider } from '../other-providers';

type Items = (
  cluster: EcsAutoScaledCluster,
  other: EcsAutoScaledCluster,
  stack: TestStack,
) => ecs.CapacityProviderStrategy[];

const TIERS = ['a', 'b'].map((name) => ({ name, instanceTypes: [SMALL] }));

/** A task definition that nodes and Fargate can run. */
function forBoth(stack: TestStack, id = 'Task'): ecs.TaskDefinition {
  const compatibility = ecs.Compatibility.EC2_AND_FARGATE;
  const taskDefinition = new ecs.TaskDefinition(stack, id, { compatibility, cpu: '256', memoryMiB: '512' });
  taskDefinition.addContainer('web', { image: ecs.ContainerImage.fromRegistry('nginx') });
  return taskDefinition;
}

/** A stack with a service on a cluster of two tiers and Fargate. */
function stackWith(strategies: Items, props: Partial<ecs.Ec2ServiceProps> = {}): TestStack {
  const stack = new TestStack();
  const cluster = stack.cluster({ tiers: TIERS, enableFargateCapacityProviders: true });
  const other = stack.cluster({ tiers: TIERS }, 'Search');
  const taskDefinition = forBoth(stack);
  const capacityProviderStrategies = strategies(cluster, other, stack);
  ec2Service(stack, cluster, { taskDefinition, capacityProviderStrategies, ...props });
  return stack;
}

const synthesized = (strategies: Items) => () => Template.fromStack(stackWith(strategies));

const START = '`capacityProviderStrategies` of the service "Estate/Api" on the cluster "Estate/Orders" must ';

test.each<[string, Items, string]>([
  [
    'a tier of another cluster',
    (_cluster, other) => [other.tier('a').strategy()],
    `${START}be of tiers of its cluster, got: the tier "a" of "Estate/Search" (InvalidServiceStrategy)`,
  ],
  [
    'the name of a tier in place of its provider',
    () => [{ capacityProvider: 'a', weight: 1 }],
    `${START}be of capacity providers, got: "a", the name of a tier. Write ` +
      "`cluster.tier('a').strategy()` (InvalidServiceStrategy)",
  ],
  [
    'Fargate beside a tier',
    (cluster) => [cluster.tier('a').strategy(), { capacityProvider: 'FARGATE', weight: 1 }],
    `${START}be of tiers or of Fargate, got: both`,
  ],
  [
    'Fargate beside a group that is no tier',
    (cluster, _other, stack) => {
      const provider = ownProvider(stack);
      cluster.addAsgCapacityProvider(provider);
      return [
        { capacityProvider: provider.capacityProviderName, weight: 1 },
        { capacityProvider: 'FARGATE_SPOT', weight: 1 },
      ];
    },
    `${START}be of tiers or of Fargate, got: both`,
  ],
  [
    'Managed Instances beside a tier',
    (cluster, _other, stack) => {
      const provider = managedInstances(stack);
      cluster.addManagedInstancesCapacityProvider(provider);
      return [cluster.tier('a').strategy(), { capacityProvider: provider.capacityProviderName, weight: 1 }];
    },
    `${START}be of one kind of capacity provider, got: Auto Scaling groups and Managed Instances`,
  ],
  [
    'a group that the cluster was not given',
    (_cluster, _other, stack) => [{ capacityProvider: ownProvider(stack).capacityProviderName, weight: 1 }],
    `${START}be of capacity providers of its cluster, got: "Estate/Own/Own". Add it with ` +
      '`cluster.addAsgCapacityProvider()` (InvalidServiceStrategy)',
  ],
  [
    'no weight at all',
    (cluster) => ['a', 'b'].map((name) => cluster.tier(name).strategy({ weight: 0 })),
    `${START}have a weight above 0, got: 0 for all`,
  ],
  [
    'weights that are left out, which is 0,',
    (cluster) =>
      ['a', 'b'].map((name) => ({ capacityProvider: cluster.tier(name).capacityProviderName, base: 0 })),
    `${START}have a weight above 0, got: 0 for all`,
  ],
  [
    'no weight, with a base,',
    (cluster) => [
      cluster.tier('a').strategy({ weight: 0, base: 3 }),
      cluster.tier('b').strategy({ weight: 0 }),
    ],
    `${START}have a weight above 0, got: 0 for all`,
  ],
  [
    'two bases',
    (cluster) => ['a', 'b'].map((name) => cluster.tier(name).strategy({ base: 1 })),
    `${START}have a base for one item only, got: several`,
  ],
  [
    'a weight above 1000',
    (cluster) => [{ ...cluster.tier('a').strategy(), weight: 1001 }],
    `${START}have a weight that is a whole number from 0 to 1000, got: 1001`,
  ],
  [
    'a base below 0',
    (cluster) => [{ ...cluster.tier('a').strategy(), base: -1 }],
    `${START}have a base that is a whole number from 0 to 100000, got: -1`,
  ],
  [
    'half a weight',
    (cluster) => [{ ...cluster.tier('a').strategy(), weight: 0.5 }],
    `${START}have a weight that is a whole number from 0 to 1000, got: 0.5`,
  ],
  [
    'a list of 21',
    () => Array.from({ length: 21 }, (_, index) => ({ capacityProvider: `own-${index}`, weight: 1 })),
    `${START}have at most 20 items, got: 21`,
  ],
])('%s in a strategy is refused', (_what, strategies, message) => {
  expect(synthesized(strategies)).toThrow(message);
});

test.each(['FARGATE', 'FARGATE_SPOT'])('%s on a cluster that has not got it is refused', (name) => {
  const stack = new TestStack();
  const strategy = [{ capacityProvider: name, weight: 1 }];
  ec2Service(stack, stack.cluster(), { capacityProviderStrategies: strategy });
  expect(() => stack.template).toThrow(
    `${START}be of capacity providers of its cluster, got: "${name}". Give the cluster ` +
      '`enableFargateCapacityProviders: true` (InvalidServiceStrategy)',
  );
});

test('FARGATE that an aspect gives to the association passes', () => {
  const stack = new TestStack();
  const cluster = stack.cluster();
  ec2Service(stack, cluster, {
    taskDefinition: forBoth(stack),
    capacityProviderStrategies: [{ capacityProvider: 'FARGATE', weight: 1 }],
  });
  Aspects.of(stack).add({
    visit: (node) => {
      if (node instanceof ecs.CfnClusterCapacityProviderAssociations)
        node.addPropertyOverride('CapacityProviders', [
          cluster.tier('general').capacityProviderName,
          'FARGATE',
        ]);
    },
  });
  expect(() => stack.template).not.toThrow();
});

test('what ECS takes passes, without a warning', () => {
  for (const strategies of PASSES) {
    const stack = stackWith(strategies);
    expect(() => stack.template).not.toThrow();
    expect(warningIds(stack)).toEqual([]);
  }
});

const PASSES: Items[] = [
  (cluster) => [
    cluster.tier('a').strategy({ base: 1, weight: 0 }),
    cluster.tier('b').strategy({ weight: 1000 }),
  ],
  (cluster) => [cluster.tier('a').strategy({ weight: 0 })],
  (cluster) => [{ capacityProvider: cluster.tier('a').capacityProviderName }],
  () => ['FARGATE', 'FARGATE_SPOT'].map((capacityProvider) => ({ capacityProvider, weight: 1 })),
  (cluster, _other, stack) => {
    const provider = ownProvider(stack);
    cluster.addAsgCapacityProvider(provider);
    return [{ capacityProvider: provider.capacityProviderName, weight: 1 }, cluster.tier('a').strategy()];
  },
  (cluster, _other, stack) => {
    const provider = managedInstances(stack);
    cluster.addManagedInstancesCapacityProvider(provider);
    return [{ capacityProvider: provider.capacityProviderName, weight: 1 }];
  },
  (_cluster, _other, stack) => [
    { capacityProvider: new CfnParameter(stack, 'Provider').valueAsString, weight: 1 },
    { capacityProvider: Fn.importValue('provider'), weight: 1 },
  ],
];

test('a provider of the cluster may be named by its own name', () => {
  const stack = new TestStack();
  const cluster = stack.cluster({
    tiers: [{ name: 'a', instanceTypes: [SMALL], capacityProviderName: 'orders-a' }],
  });
  const strategy = [{ capacityProvider: 'orders-a', weight: 1 }];
  ec2Service(stack, cluster, { capacityProviderStrategies: strategy });
  expect(() => stack.template).not.toThrow();
  expect(warningIds(stack)).toEqual([]);
});

test('a name that the app does not give to the cluster is warned of: Managed Instances of another app may have it', () => {
  const stack = stackWith(() => [{ capacityProvider: 'another', weight: 1 }]);
  expect(warning(stack, 'Service.strategy')?.message).toBe(
    '`capacityProviderStrategies` of the service "Estate/Api" on the cluster "Estate/Orders" names "another", ' +
      'which is no capacity provider of the cluster as this app makes it: for a tier write ' +
      '`cluster.tier(name).strategy()`. ECS may refuse it.',
  );
});

test('a provider twice is warned of', () => {
  const stack = stackWith((cluster) => [cluster.tier('a').strategy(), cluster.tier('a').strategy()]);
  expect(warning(stack, 'Service.strategy')?.message).toContain(
    'names "Estate/Orders/Tiers/a/CapacityProvider',
  );
});

test('the strategies of an imported cluster are left alone', () => {
  const stack = new TestStack();
  const cluster = EcsAutoScaledCluster.fromEcsAutoScaledClusterAttributes(stack, 'Imported', {
    clusterName: 'orders',
    vpc: stack.vpc,
  });
  for (const [index, capacityProvider] of ['a', 'FARGATE', 'whatever'].entries()) {
    const capacityProviderStrategies = [{ capacityProvider, weight: 1 }];
    const taskDefinition = forBoth(stack, `Task${index}`);
    ec2Service(stack, cluster, { taskDefinition, capacityProviderStrategies }, `Api${index}`);
  }
  expect(() => stack.template).not.toThrow();
  expect(warningIds(stack)).toEqual([]);
});

describe('a strategy that is written by hand', () => {
  function l1(props: Partial<ecs.CfnServiceProps>): [TestStack, ecs.CfnService] {
    const stack = new TestStack();
    const cluster = stack.cluster({ tiers: TIERS });
    const service = new ecs.CfnService(stack, 'Api', {
      cluster: cluster.clusterName,
      taskDefinition: ec2Task(stack).taskDefinitionArn,
      ...props,
    });
    return [stack, service];
  }

  test('is refused as an L1, by an override, and beside a launch type', () => {
    const [stack] = l1({ capacityProviderStrategy: [{ capacityProvider: 'a', weight: 1 }] });
    expect(() => stack.template).toThrow(`${START}be of capacity providers, got: "a", the name of a tier`);

    const [overridden, service] = l1({});
    service.addPropertyOverride('CapacityProviderStrategy', [{ CapacityProvider: 'FARGATE', Weight: 1 }]);
    expect(() => overridden.template).toThrow('got: "FARGATE". Give the cluster');

    const [both] = l1({
      launchType: 'EC2',
      capacityProviderStrategy: [{ capacityProvider: 'another', weight: 1 }],
    });
    expect(() => both.template).toThrow(
      '`capacityProviderStrategies` of the service "Estate/Api" on the cluster "Estate/Orders" must not be ' +
        'set together with a launch type, got: "EC2". Leave out `launchType` (InvalidServiceStrategy)',
    );
  });

  test('is refused where an override changes one number in it', () => {
    const stack = stackWith((cluster) => [cluster.tier('a').strategy()]);
    const service = stack.node.findChild('Api').node.defaultChild as ecs.CfnService;
    service.addPropertyOverride('CapacityProviderStrategy.0.Weight', 2000);
    expect(() => stack.template).toThrow(`${START}have a weight that is a whole number from 0 to 1000`);
  });

  test("by the logical id of a tier's provider passes", () => {
    const [stack, service] = l1({});
    const tier = stack.node.findChild('Orders').node.findChild('Tiers').node.findChild('a');
    const provider = tier.node.findAll().find((one) => one instanceof ecs.CfnCapacityProvider);
    const id = Stack.of(stack).resolve((provider as ecs.CfnCapacityProvider).logicalId);
    service.capacityProviderStrategy = [{ capacityProvider: Fn.ref(id), weight: 1 }];
    expect(() => stack.template).not.toThrow();
    expect(warningIds(stack)).toEqual([]);
  });
});

describe('the default strategy of the cluster', () => {
  const START_OF_DEFAULT = 'the default strategy of the cluster "Estate/Orders" must ';
  const association = (stack: TestStack) =>
    stack.node
      .findAll()
      .find(
        (one): one is ecs.CfnClusterCapacityProviderAssociations =>
          'defaultCapacityProviderStrategy' in one && 'cluster' in one,
      );

  function withDefault(items: (cluster: EcsAutoScaledCluster) => ecs.CapacityProviderStrategy[]): TestStack {
    const stack = new TestStack();
    const cluster = stack.cluster({ tiers: TIERS });
    cluster.addDefaultCapacityProviderStrategy(items(cluster));
    return stack;
  }

  test.each<[string, (cluster: EcsAutoScaledCluster) => ecs.CapacityProviderStrategy[], string]>([
    [
      'a weight out of bounds',
      (cluster) => [{ ...cluster.tier('a').strategy(), weight: 5000 }],
      `${START_OF_DEFAULT}have a weight that is a whole number from 0 to 1000, got: 5000 (InvalidStrategy)`,
    ],
  ])('with %s is refused', (_what, items, message) => {
    expect(() => withDefault(items).template).toThrow(message);
  });

  test('is refused as an override leaves it', () => {
    const stack = new TestStack();
    stack.cluster();
    Aspects.of(stack).add({
      visit: () =>
        association(stack)?.addPropertyOverride('DefaultCapacityProviderStrategy', [
          { CapacityProvider: 'FARGATE', Weight: 1 },
        ]),
    });
    expect(() => stack.template).toThrow(
      `${START_OF_DEFAULT}be of capacity providers of its cluster, got: "FARGATE". Give the cluster`,
    );
  });

  test('passes as ECS takes it', () => {
    const stack = withDefault((cluster) => [
      cluster.tier('b').strategy({ base: 2 }),
      cluster.tier('a').strategy(),
    ]);
    expect(() => stack.template).not.toThrow();
    expect(warningIds(stack)).toEqual([]);
  });
});
