import { App, type CfnResource, RemovalPolicies, Stack, Stage, Token } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import {
  ClusterProviders,
  type EcsAutoScaledCluster,
  type ExistingCluster,
  type ExistingClusterProps,
  type KeptProvidersOptions,
  NodeReplacement,
} from '../../src';
import { LARGE, only, SMALL, TestStack, taskDefinition } from '../helpers/estate';
import { refusalOf } from '../helpers/refusal';

const ASSOCIATION = 'AWS::ECS::ClusterCapacityProviderAssociations';
const PROVIDER = 'AWS::ECS::CapacityProvider';

const shared = (stack: TestStack, props?: Partial<ExistingClusterProps>, id?: string) =>
  stack.existingCluster(props, id);

function service(stack: Stack, cluster: ecs.ICluster, props: Partial<ecs.Ec2ServiceProps> = {}, id = 'Api') {
  return new ecs.Ec2Service(stack, id, {
    cluster,
    taskDefinition: taskDefinition(stack, `${id}Task`),
    minHealthyPercent: 100,
    ...props,
  });
}

const warnings = (stack: Stack) =>
  Annotations.fromStack(stack)
    .findWarning('*', Match.anyValue())
    .map(({ entry }) => String(entry.data));

describe('tiers on a cluster of another owner', () => {
  const stack = new TestStack();
  const cluster = shared(stack, {
    replacement: NodeReplacement.rolling({ cordon: true, maxHealthyPercentage: 150 }),
  });
  service(stack, cluster);
  const { template } = stack;

  test('leave the cluster itself alone', () => {
    template.resourceCountIs('AWS::ECS::Cluster', 0);
    expect(cluster.clusterRef).toEqual({ clusterName: 'shared', clusterArn: cluster.clusterArn });
    expect(stack.resolve(cluster.clusterArn)).toEqual({
      'Fn::Join': [
        '',
        [
          'arn:',
          { Ref: 'AWS::Partition' },
          ':ecs:',
          { Ref: 'AWS::Region' },
          ':',
          { Ref: 'AWS::AccountId' },
          ':cluster/shared',
        ],
      ],
    });
  });

  test('are added to the list that the cluster has, and not to its default strategy', () => {
    template.hasResourceProperties(ASSOCIATION, {
      Cluster: 'shared',
      CapacityProviders: ['batch', 'FARGATE', { Ref: only(template, PROVIDER).id }],
      DefaultCapacityProviderStrategy: [{ CapacityProvider: 'batch', Weight: 1 }],
    });
  });

  test('never take the list along: the association stays when the stack goes, or when its creation fails', () => {
    template.hasResource(ASSOCIATION, { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
  });

  test('get the services that are given the cluster, which wait for the list', () => {
    const { Properties, DependsOn } = only(template, 'AWS::ECS::Service');
    expect(Properties.Cluster).toBe('shared');
    expect(Properties).not.toHaveProperty('LaunchType');
    expect(Properties.CapacityProviderStrategy).toEqual([
      { CapacityProvider: { Ref: only(template, PROVIDER).id }, Weight: 1 },
    ]);
    expect(DependsOn).toContain(only(template, ASSOCIATION).id);
  });

  test('are gated, rolled and cordoned as those of a cluster of the app', () => {
    template.resourceCountIs('AWS::StepFunctions::StateMachine', 2);
    template.hasResourceProperties('AWS::ECS::Service', {
      PlacementConstraints: [{ Type: 'memberOf', Expression: Match.stringLikeRegexp('held') }],
    });
    template.hasResourceProperties('AWS::AutoScaling::AutoScalingGroup', {
      Tags: Match.arrayWith([
        { Key: 'ClusterName', PropagateAtLaunch: true, Value: 'shared' },
        { Key: 'Name', PropagateAtLaunch: true, Value: 'shared-node' },
      ]),
    });
  });

  test('are asked for by name', () => {
    expect(cluster.tiers).toEqual([cluster.tier('general')]);
    expect(() => cluster.tier('spare')).toThrow('(UnknownTier at Estate/Shared)');
    expect(cluster.hasEc2Capacity).toBe(true);
    expect(cluster.dynamicHostPorts.toString()).toBe(cluster.tier('general').dynamicHostPorts.toString());
    expect(cluster.connections.securityGroups).toHaveLength(1);
  });

  test('need no permission on anything but the cluster and their own groups', () => {
    const policies = JSON.stringify(template.findResources('AWS::IAM::Policy'));
    expect(policies).toContain(':cluster/shared');
    expect(policies).not.toContain('PutClusterCapacityProviders');
  });
});

test('a cluster without a provider gets the tiers alone, and no default strategy', () => {
  const stack = new TestStack();
  shared(stack, { capacityProviders: ClusterProviders.none() });
  stack.template.hasResourceProperties(ASSOCIATION, {
    CapacityProviders: [{ Ref: Match.stringLikeRegexp('generalCapacityProvider') }],
    DefaultCapacityProviderStrategy: [],
  });
});

test('tiers are in the default strategy of all owners if they are asked to be', () => {
  const stack = new TestStack();
  const capacityProviders = ClusterProviders.keep(['batch'], {
    defaultStrategy: [{ capacityProvider: 'batch', base: 1, weight: 1 }],
    tiersInDefaultStrategy: true,
  });
  shared(stack, { capacityProviders }).addTier('spare', {
    instanceTypes: [LARGE],
    defaultStrategy: { weight: 3 },
  });
  stack.template.hasResourceProperties(ASSOCIATION, {
    DefaultCapacityProviderStrategy: [
      { CapacityProvider: 'batch', Base: 1, Weight: 1 },
      { CapacityProvider: { Ref: Match.stringLikeRegexp('spareCapacityProvider') }, Weight: 3 },
    ],
  });
});

describe('where another owner keeps the list', () => {
  const elsewhere = (stack: TestStack) =>
    shared(stack, {
      capacityProviders: ClusterProviders.ownedElsewhere(),
      tiers: [{ name: 'general', instanceTypes: [SMALL], capacityProviderName: 'shared-general' }],
    });

  test('no association is rendered, and the provider has the name that the owner adds', () => {
    const stack = new TestStack();
    elsewhere(stack);
    stack.template.resourceCountIs(ASSOCIATION, 0);
    stack.template.hasResourceProperties(PROVIDER, { Name: 'shared-general' });
    expect(ClusterProviders.ownedElsewhere().isOwnedElsewhere).toBe(true);
    expect(ClusterProviders.none().isOwnedElsewhere).toBe(false);
  });

  test('a tier without a name of its provider is refused, and the message has one', () => {
    const stack = new TestStack();
    expect(() => shared(stack, { capacityProviders: ClusterProviders.ownedElsewhere() })).toThrow(
      "Write `capacityProviderName: 'shared-general'` (InvalidCapacityProviderName at " +
        'Estate/Shared/Tiers/general)',
    );
  });

  test('a service of the same stack is warned of, one of another stack is not', () => {
    const app = new App();
    const stack = new TestStack(app);
    const services = new Stack(app, 'Services');
    const cluster = elsewhere(stack);
    service(stack, cluster);
    service(services, cluster);
    expect(warnings(stack).filter((text) => text.includes('Service.providerList'))).toHaveLength(1);
    expect(warnings(services).filter((text) => text.includes('Service.providerList'))).toEqual([]);
  });
});

describe('a service on a cluster of another owner', () => {
  test('in another stack waits for the list there, and imports the name of the provider', () => {
    const app = new App();
    const stack = new TestStack(app);
    const services = new Stack(app, 'Services');
    service(services, shared(stack));
    app.synth();
    expect(services.dependencies).toContain(stack);
    const { Properties } = only(Template.fromStack(services), 'AWS::ECS::Service');
    expect(Properties.CapacityProviderStrategy[0].CapacityProvider).toHaveProperty('Fn::ImportValue');
  });

  test('keeps the strategy that it has, and is not taken for one on tiers', () => {
    const stack = new TestStack();
    const cluster = shared(stack, {
      replacement: NodeReplacement.rolling({ cordon: true, maxHealthyPercentage: 150 }),
    });
    service(stack, cluster, { capacityProviderStrategies: [{ capacityProvider: 'batch', weight: 1 }] });
    const { Properties } = only(stack.template, 'AWS::ECS::Service');
    expect(Properties.CapacityProviderStrategy).toEqual([{ CapacityProvider: 'batch', Weight: 1 }]);
    expect(Properties.PlacementConstraints ?? []).toEqual([]);
  });

  test.each<[string, (stack: TestStack, cluster: ExistingCluster) => unknown]>([
    ['is a daemon', (stack, cluster) => service(stack, cluster, { daemon: true, minHealthyPercent: 0 })],
    [
      'is deployed by CodeDeploy',
      (stack, cluster) =>
        service(stack, cluster, {
          deploymentController: { type: ecs.DeploymentControllerType.CODE_DEPLOY },
        }),
    ],
    [
      'has it back by an override',
      (stack, cluster) =>
        (service(stack, cluster).node.defaultChild as CfnResource).addPropertyOverride('LaunchType', 'EC2'),
    ],
    [
      'knows only the name of the cluster',
      (stack) =>
        service(
          stack,
          ecs.Cluster.fromClusterAttributes(stack, 'Known', { clusterName: 'shared', vpc: stack.vpc }),
        ),
    ],
  ])('keeps its launch type if it %s', (_, add) => {
    const stack = new TestStack();
    add(stack, shared(stack));
    const { Properties } = only(stack.template, 'AWS::ECS::Service');
    expect(Properties.LaunchType).toBe('EC2');
    expect(Properties).not.toHaveProperty('CapacityProviderStrategy');
  });

  test('of Fargate is left as it is', () => {
    const stack = new TestStack();
    const fargate = new ecs.FargateTaskDefinition(stack, 'Task');
    fargate.addContainer('web', { image: ecs.ContainerImage.fromRegistry('nginx') });
    new ecs.FargateService(stack, 'Api', {
      cluster: shared(stack),
      taskDefinition: fargate,
      minHealthyPercent: 100,
    });
    const { Properties, DependsOn = [] } = only(stack.template, 'AWS::ECS::Service');
    expect(Properties.LaunchType).toBe('FARGATE');
    expect(DependsOn).not.toContain(only(stack.template, ASSOCIATION).id);
  });

  test('that names a provider which the cluster has not is refused with what to write', () => {
    const stack = new TestStack();
    service(stack, shared(stack, { capacityProviders: ClusterProviders.none() }), {
      capacityProviderStrategies: [{ capacityProvider: 'FARGATE', weight: 1 }],
    });
    expect(() => stack.template).toThrow('Give `ClusterProviders.keep()` its name, if the cluster has it');
  });
});

describe('leaving a cluster of another owner', () => {
  test('begins with no tier, which is a warning: the list is what was kept', () => {
    const stack = new TestStack();
    service(stack, shared(stack, { tiers: [], httpPutResponseHopLimit: 2 }));
    stack.template.hasResourceProperties(ASSOCIATION, { CapacityProviders: ['batch', 'FARGATE'] });
    expect(only(stack.template, 'AWS::ECS::Service').Properties.LaunchType).toBe('EC2');
    expect(warnings(stack).some((text) => text.includes('ExistingCluster.noTier'))).toBe(true);
  });

  test('may begin with tiers that are all retired', () => {
    const stack = new TestStack();
    shared(stack, { tiers: [{ name: 'general', instanceTypes: [SMALL], retired: true }] });
    expect(() => stack.template).not.toThrow();
  });
});

describe('is refused:', () => {
  const kept = (names: string[], options?: KeptProvidersOptions) => () =>
    ClusterProviders.keep(names, options);

  test.each<[string, () => unknown, string]>([
    ['a kept name twice', kept(['batch', 'batch']), '`names` must have each name once, got "batch" twice'],
    [
      'the ARN of a provider',
      kept(['arn:aws:ecs:eu-central-1:123456789012:capacity-provider/batch']),
      "Write `'batch'` (InvalidClusterProviders)",
    ],
    ['Fargate in small letters', kept(['fargate']), "Write `'FARGATE'` (InvalidClusterProviders)"],
    ['a name that no provider can have', kept(['ecs-batch']), '`names[0]` must be the name of a capacity'],
    [
      'a default strategy with a slip of the pen',
      kept(['batch'], { defaultStrategy: [{ capacityProvider: 'bacth', weight: 1 }] }),
      '`defaultStrategy` must name capacity providers that are kept ("batch"), got: "bacth". Give `keep()` ' +
        'its name too, if the cluster has it (InvalidClusterProviders)',
    ],
    [
      'a default strategy of which one provider is not kept',
      kept(['batch'], {
        defaultStrategy: [
          { capacityProvider: 'batch', weight: 1 },
          { capacityProvider: 'idle', weight: 1 },
        ],
      }),
      'got: "idle"',
    ],
    [
      'a default strategy of Fargate that is not kept',
      kept([], { defaultStrategy: [{ capacityProvider: 'FARGATE', weight: 1 }] }),
      'kept (none), got: "FARGATE"',
    ],
    [
      'a dict of Python, of which jsii drops the name',
      kept(['batch'], { defaultStrategy: [{ weight: 1 } as any] }),
      'in Python `ecs.CapacityProviderStrategy(capacity_provider="batch", weight=1)`',
    ],
  ])('%s', (_, body, message) => {
    expect(refusalOf(body)).toContain(message);
  });

  test('a cluster that the app makes, by reference and by name', () => {
    const stack = new TestStack();
    const own = stack.cluster({ clusterName: 'shared' });
    expect(() => shared(stack, { clusterName: own.clusterName })).toThrow(
      '`clusterName` must be that of a cluster that this app does not make, got: that of "Estate/Orders". Add ' +
        'tiers to it with `addTier()` of an EcsAutoScaledCluster (ClusterOfThisApp at Estate/Shared)',
    );
    shared(stack, {}, 'Other');
    expect(() => stack.template).toThrow('got: "shared", which "Estate/Orders" makes');
  });

  test.each<[string, (stack: TestStack) => unknown, string]>([
    [
      'a second owner of the list, in another stack',
      (stack) => {
        shared(stack);
        shared(new TestStack(stack.node.root as App, 'Second'));
      },
      '"Second/Shared/CapacityProviders": another association must not name the cluster',
    ],
    [
      'a kept name that is that of a tier',
      (stack) =>
        shared(stack, {
          tiers: [{ name: 'general', instanceTypes: [SMALL], capacityProviderName: 'batch' }],
        }),
      '`ClusterProviders.keep()` must not name the capacity provider of a tier, got "batch", that of the tier',
    ],
    [
      'a kept name that CloudFormation has generated for a tier',
      (stack) => {
        const other = new TestStack();
        shared(other);
        const name = `Estate-${only(other.template, PROVIDER).id}-0aZ1bY2cX3dW`;
        shared(stack, { capacityProviders: ClusterProviders.keep([name]) });
      },
      'Leave it out: the tiers are added to the list',
    ],
    [
      'more than twenty providers in all',
      (stack) => {
        const names = [...Array(20).keys()].map((n) => `batch${n}`);
        shared(stack, { capacityProviders: ClusterProviders.keep(names) });
      },
      'a cluster can have at most 20 capacity providers, got: 21, 1 of tiers and 20 others',
    ],
    [
      'tiers in a default strategy of Fargate',
      (stack) =>
        shared(stack, {
          capacityProviders: ClusterProviders.keep(['FARGATE'], {
            defaultStrategy: [{ capacityProvider: 'FARGATE', weight: 1 }],
            tiersInDefaultStrategy: true,
          }),
        }),
      'must be of tiers or of Fargate, got: both',
    ],
    [
      'two bases in a default strategy',
      (stack) =>
        shared(stack, {
          tiers: [{ name: 'general', instanceTypes: [SMALL], defaultStrategy: { base: 1 } }],
          capacityProviders: ClusterProviders.keep(['batch'], {
            defaultStrategy: [{ capacityProvider: 'batch', base: 1, weight: 1 }],
            tiersInDefaultStrategy: true,
          }),
        }),
      'the default strategy must have a base for one capacity provider only',
    ],
    [
      'an association that a removal policy would delete',
      (stack) => {
        shared(stack);
        RemovalPolicies.of(stack).destroy();
      },
      'the association must have the removal policy RETAIN: its deletion takes the capacity providers of all',
    ],
    [
      'an association that is removed',
      (stack) => shared(stack).node.tryRemoveChild('CapacityProviders'),
      'Write `ClusterProviders.ownedElsewhere()` where another owner keeps the list',
    ],
    [
      'a node field that no tier takes',
      (stack) =>
        shared(stack, {
          instanceTypes: [LARGE],
        }),
      '`instanceTypes` of the cluster reach no tier',
    ],
  ])('%s', (_, add, message) => {
    const stack = new TestStack();
    add(stack);
    expect(refusalOf(() => (stack.node.root as App).synth())).toContain(message);
  });
});

describe('is not refused:', () => {
  test.each<[string, (stack: TestStack) => unknown]>([
    [
      'a name that is known at deployment only',
      (stack) => service(stack, shared(stack, { clusterName: Token.asString({ Ref: 'Name' }) })),
    ],
    [
      'names that are known at deployment only',
      (stack) =>
        shared(stack, {
          capacityProviders: ClusterProviders.keep(Token.asList({ Ref: 'Names' }), {
            defaultStrategy: [{ capacityProvider: 'batch', weight: 1 }],
          }),
        }),
    ],
    [
      'a second construct that leaves the list to the first',
      (stack) => {
        shared(stack);
        shared(
          stack,
          {
            capacityProviders: ClusterProviders.ownedElsewhere(),
            tiers: [{ name: 'spare', instanceTypes: [SMALL], capacityProviderName: 'spare' }],
          },
          'Second',
        );
      },
    ],
    [
      'the same name in two regions',
      (stack) => {
        for (const region of ['eu-central-1', 'eu-west-1']) {
          const env = { account: '123456789012', region };
          shared(new TestStack(stack.node.root as App, `Estate-${region}`, { env }));
        }
      },
    ],
    [
      'the same name in two stages',
      (stack) => {
        for (const name of ['Staging', 'Production'])
          shared(new TestStack(new Stage(stack, name) as unknown as App));
      },
    ],
    [
      'a cluster of a template that the app includes',
      (stack) => shared(stack, { clusterName: new ecs.CfnCluster(stack, 'Included').ref }),
    ],
  ])('%s', (_, add) => {
    const stack = new TestStack();
    add(stack);
    expect(() => (stack.node.root as App).synth()).not.toThrow();
  });
});

test('a list that is known at deployment only is put together there', () => {
  const stack = new TestStack();
  shared(stack, { capacityProviders: ClusterProviders.keep(Token.asList({ Ref: 'Names' })) });
  const tier = { Ref: only(stack.template, PROVIDER).id };
  stack.template.hasResourceProperties(ASSOCIATION, {
    CapacityProviders: {
      'Fn::Split': [',', { 'Fn::Join': [',', [{ 'Fn::Join': [',', { Ref: 'Names' }] }, tier]] }],
    },
  });
});

test('a default strategy of Managed Instances, which are in no list, is a warning', () => {
  const stack = new TestStack();
  shared(stack, {
    capacityProviders: ClusterProviders.keep(['batch'], {
      defaultStrategy: [{ capacityProvider: 'managed', weight: 1 }],
    }),
  });
  expect(warnings(stack).filter((text) => text.includes('ExistingCluster.defaultStrategy'))).toHaveLength(1);
});

test('an app with such a cluster can be synthesized twice', () => {
  const app = new App();
  const stack = new TestStack(app);
  service(stack, shared(stack, {}, 'CapacityProviders'));
  const first = JSON.stringify(app.synth().getStackByName('Estate').template);
  expect(JSON.stringify(app.synth({ force: true }).getStackByName('Estate').template)).toBe(first);
});

test('a cluster of another owner has alarms, a dashboard and metrics as one of the app', () => {
  const render = (make: (stack: TestStack) => EcsAutoScaledCluster | ExistingCluster) => {
    const stack = new TestStack();
    const cluster = make(stack);
    cluster.addAlarms();
    cluster.addDashboard();
    cluster.addTier('spare', { instanceTypes: [LARGE] });
    return stack.template;
  };
  const theirs = render((stack) => shared(stack, { containerInsightsV2: ecs.ContainerInsights.ENABLED }));
  const own = render((stack) => stack.cluster({ containerInsightsV2: ecs.ContainerInsights.ENABLED }));
  for (const type of ['AWS::CloudWatch::Alarm', 'AWS::CloudWatch::Dashboard']) {
    expect(Object.keys(theirs.findResources(type))).toHaveLength(Object.keys(own.findResources(type)).length);
  }
  const cluster = shared(new TestStack());
  const names = [
    cluster.metricCpuReservation(),
    cluster.metricCpuUtilization(),
    cluster.metricMemoryReservation(),
    cluster.metricMemoryUtilization(),
    cluster.metricContainerInstanceCount(),
  ].map(({ metricName, dimensions }) => [metricName, dimensions]);
  const dimensions = { ClusterName: 'shared' };
  expect(names).toEqual([
    ['CPUReservation', dimensions],
    ['CPUUtilization', dimensions],
    ['MemoryReservation', dimensions],
    ['MemoryUtilization', dimensions],
    ['ContainerInstanceCount', dimensions],
  ]);
});
