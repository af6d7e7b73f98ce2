import { App, Stack, Stage, Token } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as servicediscovery from 'aws-cdk-lib/aws-servicediscovery';
import { EcsAutoScaledCluster, NodeTemplate, Sysctl } from '../../src';
import { ARM, LARGE, only, SMALL, TestStack, taskDefinition, testVpc } from '../helpers/estate';

describe('the smallest cluster', () => {
  const stack = new TestStack();
  const cluster = new EcsAutoScaledCluster(stack, 'DeveloperStaging', { vpc: stack.vpc });
  const tier = cluster.addTier('general', { instanceTypes: [SMALL] });

  test('is an ecs.Cluster', () => {
    expect(ecs.Cluster.isCluster(cluster)).toBe(true);
    expect(cluster).toBeInstanceOf(ecs.Cluster);
    expect(cluster.hasEc2Capacity).toBe(true);
    expect(cluster.tiers).toEqual([tier]);
    expect(cluster.tier('general')).toBe(tier);
  });

  test('has one tier, which is its default strategy', () => {
    stack.template.hasResourceProperties('AWS::ECS::ClusterCapacityProviderAssociations', {
      Cluster: { Ref: Match.stringLikeRegexp('DeveloperStaging') },
      CapacityProviders: [{ Ref: Match.stringLikeRegexp('generalCapacityProvider') }],
      DefaultCapacityProviderStrategy: [
        { CapacityProvider: { Ref: Match.stringLikeRegexp('generalCapacityProvider') }, Weight: 1 },
      ],
    });
  });

  test('starts with nothing that it does not need', () => {
    const types = Object.values(stack.template.toJSON().Resources).map((resource: any) => resource.Type);
    expect(types.sort()).toEqual([
      'AWS::AutoScaling::AutoScalingGroup',
      'AWS::EC2::LaunchTemplate',
      'AWS::EC2::SecurityGroup',
      'AWS::ECS::CapacityProvider',
      'AWS::ECS::Cluster',
      'AWS::ECS::ClusterCapacityProviderAssociations',
      'AWS::IAM::InstanceProfile',
      'AWS::IAM::Policy',
      'AWS::IAM::Role',
    ]);
  });

  test('opens every tier through cluster.connections, which CDK leaves empty for capacity providers', () => {
    expect(cluster.connections.securityGroups).toEqual(tier.connections.securityGroups);
    expect(cluster.connections.securityGroups).toHaveLength(1);
  });
});

describe('a cluster', () => {
  test('without a tier is an error at synthesis', () => {
    const stack = new TestStack();
    new EcsAutoScaledCluster(stack, 'Empty', { vpc: stack.vpc });
    expect(() => stack.template).toThrow(
      'a cluster needs at least one tier: give it `tiers`, or call `addTier()` (NoTier)',
    );
  });

  test('with two tiers of one name is refused', () => {
    const cluster = new TestStack().cluster();
    expect(() => cluster.addTier('general', { instanceTypes: [SMALL] })).toThrow(
      '`name` must be unique in the cluster, got "general" twice (DuplicateTier at Estate/Orders)',
    );
  });

  test('asked for a tier that it has not lists those that it has', () => {
    const cluster = new TestStack().cluster();
    expect(() => cluster.tier('compute')).toThrow(
      '`name` must be a tier of the cluster ("general"), got: "compute" (UnknownTier at Estate/Orders)',
    );
  });

  test('with more tiers than a strategy may have is refused', () => {
    const tiers = [...Array(21).keys()].map((n) => ({ name: `tier${n}`, instanceTypes: [SMALL] }));
    expect(() => new TestStack().cluster({ tiers })).toThrow(
      'a cluster can have at most 20 tiers (TooManyTiers at Estate/Orders)',
    );
  });

  test.each(['', 'my cluster', 'a/b', 'x'.repeat(256)])('named %p is refused', (clusterName) => {
    expect(() => new TestStack().cluster({ clusterName })).toThrow(
      '`clusterName` must be 1 to 255 letters, digits, "-" and "_", got: ',
    );
  });

  test('may have a name that is known only at deployment', () => {
    const stack = new TestStack();
    stack.cluster({ clusterName: Token.asString({ Ref: 'Name' }) });
    stack.template.hasResourceProperties('AWS::ECS::Cluster', { ClusterName: { Ref: 'Name' } });
  });

  test('with the id "Resource", which crashes in CDK, says why', () => {
    expect(() => new TestStack().cluster({}, 'Resource')).toThrow(
      `the cluster's id must not be "Resource": CDK names a child of the cluster so, and another child ` +
        'after the cluster (InvalidClusterId at Estate/Resource)',
    );
  });

  test.each([
    'Tiers',
    'general',
    'SecurityGroup',
    'CapacityProvider',
    'LaunchTemplate',
    'Template',
    'AutoScalingGroup',
  ])('may have the id %p, which a child of it has too', (id) => {
    const stack = new TestStack();
    stack.cluster({}, id);
    stack.template.resourceCountIs('AWS::ECS::ClusterCapacityProviderAssociations', 1);
  });

  test('takes the default strategy that is given to it, as an ecs.Cluster does', () => {
    const stack = new TestStack();
    const cluster = stack.cluster({
      tiers: [
        { name: 'a', instanceTypes: [SMALL] },
        { name: 'b', instanceTypes: [SMALL] },
      ],
    });
    cluster.addDefaultCapacityProviderStrategy([cluster.tier('b').strategy({ weight: 3 })]);
    stack.template.hasResourceProperties('AWS::ECS::ClusterCapacityProviderAssociations', {
      DefaultCapacityProviderStrategy: [
        { CapacityProvider: { Ref: Match.stringLikeRegexp('TiersbCapacityProvider') }, Weight: 3 },
      ],
    });
  });

  test('keeps Fargate out of its default strategy', () => {
    const stack = new TestStack();
    stack.cluster({ enableFargateCapacityProviders: true });
    stack.template.hasResourceProperties('AWS::ECS::ClusterCapacityProviderAssociations', {
      CapacityProviders: ['FARGATE', 'FARGATE_SPOT', Match.anyValue()],
      DefaultCapacityProviderStrategy: [
        { CapacityProvider: { Ref: Match.stringLikeRegexp('general') }, Weight: 1 },
      ],
    });
  });

  test('passes on Cloud Map, ECS Exec and Container Insights', () => {
    const stack = new TestStack();
    stack.cluster({
      defaultCloudMapNamespace: { name: 'internal', type: servicediscovery.NamespaceType.HTTP },
      executeCommandConfiguration: { logging: ecs.ExecuteCommandLogging.DEFAULT },
      containerInsightsV2: ecs.ContainerInsights.ENHANCED,
    });
    stack.template.resourceCountIs('AWS::ServiceDiscovery::HttpNamespace', 1);
    stack.template.hasResourceProperties('AWS::ECS::Cluster', {
      ClusterSettings: [{ Name: 'containerInsights', Value: 'enhanced' }],
      Configuration: { ExecuteCommandConfiguration: { Logging: 'DEFAULT' } },
    });
  });

  test('works inside a stage, and in a nested stack', () => {
    const app = new App();
    const stage = new Stage(app, 'Production');
    const stack = new Stack(stage, 'Orders');
    new EcsAutoScaledCluster(stack, 'Cluster', {
      vpc: testVpc(stack),
      tiers: [{ name: 'general', instanceTypes: [SMALL] }],
    });
    expect(app.synth().getNestedAssembly('assembly-Production').stacks).toHaveLength(1);
  });
});

describe('several tiers', () => {
  test('share one security group, so that a rule never moves when tiers do', () => {
    const stack = new TestStack();
    const cluster = stack.cluster({
      tiers: [
        { name: 'a', instanceTypes: [SMALL] },
        { name: 'b', instanceTypes: [LARGE] },
      ],
    });
    expect(cluster.connections.securityGroups).toHaveLength(1);
    stack.template.resourceCountIs('AWS::EC2::SecurityGroup', 1);
    stack.template.resourceCountIs('AWS::ECS::CapacityProvider', 2);
  });

  test('leave the default strategy to the first, since tasks that fit on one may not fit on another', () => {
    const stack = new TestStack();
    stack.cluster({
      tiers: [
        { name: 'a', instanceTypes: [SMALL] },
        { name: 'b', instanceTypes: [LARGE] },
      ],
    });
    stack.template.hasResourceProperties('AWS::ECS::ClusterCapacityProviderAssociations', {
      CapacityProviders: [Match.anyValue(), Match.anyValue()],
      DefaultCapacityProviderStrategy: [
        { CapacityProvider: { Ref: Match.stringLikeRegexp('TiersaCapacityProvider') } },
      ],
    });
  });

  test('are in the default strategy as they say', () => {
    const stack = new TestStack();
    stack.cluster({
      tiers: [
        { name: 'a', instanceTypes: [SMALL] },
        { name: 'b', instanceTypes: [LARGE], defaultStrategy: { base: 2, weight: 1 } },
        { name: 'c', instanceTypes: [LARGE], defaultStrategy: { weight: 4 } },
      ],
    });
    stack.template.hasResourceProperties('AWS::ECS::ClusterCapacityProviderAssociations', {
      DefaultCapacityProviderStrategy: [
        { CapacityProvider: { Ref: Match.stringLikeRegexp('TiersbCapacityProvider') }, Base: 2, Weight: 1 },
        { CapacityProvider: { Ref: Match.stringLikeRegexp('TierscCapacityProvider') }, Weight: 4 },
      ],
    });
  });

  test('with two bases are refused, as ECS does', () => {
    const stack = new TestStack();
    stack.cluster({
      tiers: [
        { name: 'b', instanceTypes: [LARGE], defaultStrategy: { base: 2 } },
        { name: 'c', instanceTypes: [LARGE], defaultStrategy: { base: 1 } },
      ],
    });
    expect(() => stack.template).toThrow(
      '`defaultStrategy.base` can be set for one tier only, got: "b", "c" (InvalidStrategy)',
    );
  });

  test('can be named in a service', () => {
    const stack = new TestStack();
    const cluster = stack.cluster({
      tiers: [
        { name: 'a', instanceTypes: [SMALL] },
        { name: 'b', instanceTypes: [LARGE] },
      ],
    });
    expect(stack.resolve(cluster.tier('b').strategy({ base: 1, weight: 5 }))).toEqual({
      capacityProvider: { Ref: expect.stringContaining('TiersbCapacityProvider') },
      base: 1,
      weight: 5,
    });
    expect(() => cluster.tier('b').strategy({ weight: 1001 })).toThrow(
      '`weight` must be a whole number from 0 to 1000, got: 1001',
    );
  });
});

describe('node fields of a cluster', () => {
  test('are the defaults of its own tiers, and a tier replaces a value whole', () => {
    const stack = new TestStack();
    const cluster = stack.cluster({
      instanceTypes: [SMALL],
      detailedMonitoring: true,
      tiers: [{ name: 'a' }, { name: 'b', instanceTypes: [ARM], detailedMonitoring: false }],
    });
    expect(cluster.tier('a').template.instanceTypes).toEqual([SMALL]);
    expect(cluster.tier('b').template.instanceTypes).toEqual([ARM]);
    stack.template.hasResourceProperties('AWS::EC2::LaunchTemplate', {
      LaunchTemplateData: { InstanceType: 't3.small', Monitoring: { Enabled: true } },
    });
    stack.template.hasResourceProperties('AWS::EC2::LaunchTemplate', {
      LaunchTemplateData: { InstanceType: 'm7g.large', Monitoring: { Enabled: false } },
    });
  });

  test('that reach no tier are an error at synthesis', () => {
    const stack = new TestStack();
    const template = new NodeTemplate(stack, 'Standard', { instanceTypes: [LARGE] });
    stack.cluster({
      sysctls: [Sysctl.somaxconn(1024)],
      httpPutResponseHopLimit: 2,
      tiers: [
        { name: 'a', template },
        { name: 'b', instanceTypes: [SMALL], sysctls: [], httpPutResponseHopLimit: 1 },
      ],
    });
    expect(() => stack.template).toThrow(
      '`httpPutResponseHopLimit`, `sysctls` of the cluster reach no tier: every tier has a `template` ' +
        'or its own value. Put them there (UnusedNodeFields)',
    );
  });

  test('beside a template are refused, and named', () => {
    const stack = new TestStack();
    const template = new NodeTemplate(stack, 'Standard', { instanceTypes: [LARGE] });
    expect(() =>
      stack.cluster({ tiers: [{ name: 'a', template, instanceTypes: [SMALL], detailedMonitoring: true }] }),
    ).toThrow(
      "`template` excludes the tier's own node fields, got: `instanceTypes`, `detailedMonitoring`. " +
        'Move them into the NodeTemplate, or leave `template` out (TemplateAndNodeFields at ' +
        'Estate/Orders/Tiers/a)',
    );
  });

  test('must include instance types somewhere', () => {
    expect(() => new TestStack().cluster({ tiers: [{ name: 'a' }] })).toThrow(
      '`instanceTypes` must have at least one instance type, or `instanceRequirements` say what they ' +
        'must have: of the tier, its template, or the cluster ' +
        '(NoInstanceType',
    );
  });
});

describe('a cluster of another app', () => {
  test('can be imported with the ports and security groups of its nodes', () => {
    const stack = new TestStack();
    const securityGroup = ec2.SecurityGroup.fromSecurityGroupId(stack, 'Nodes', 'sg-0123456789abcdef0');
    const cluster = EcsAutoScaledCluster.fromEcsAutoScaledClusterAttributes(stack, 'Imported', {
      clusterName: 'orders',
      vpc: stack.vpc,
      securityGroups: [securityGroup],
    });
    expect(cluster.clusterName).toBe('orders');
    expect(cluster.hasEc2Capacity).toBe(true);
    expect(cluster.connections.securityGroups).toEqual([securityGroup]);
  });
});

test('the association keeps the logical id that a plain ecs.Cluster of the same id has, so that moving over replaces nothing', () => {
  const plain = new TestStack();
  const before = new ecs.Cluster(plain, 'Orders', { vpc: plain.vpc, enableFargateCapacityProviders: true });
  expect(before.hasEc2Capacity).toBe(false);
  const ours = new TestStack();
  ours.cluster();
  for (const type of ['AWS::ECS::Cluster', 'AWS::ECS::ClusterCapacityProviderAssociations']) {
    expect(only(ours.template, type).id).toBe(only(plain.template, type).id);
  }
});

test('packed placement spreads a service over zones first, and then fills the nodes of a zone', () => {
  const stack = new TestStack();
  const cluster = stack.cluster();
  const service = new ecs.Ec2Service(stack, 'Api', {
    cluster,
    taskDefinition: taskDefinition(stack),
    placementStrategies: EcsAutoScaledCluster.packedPlacement(),
  });
  service.addPlacementConstraints(EcsAutoScaledCluster.notHeld());
  stack.template.hasResourceProperties('AWS::ECS::Service', {
    PlacementStrategies: [
      { Type: 'spread', Field: 'attribute:ecs.availability-zone' },
      { Type: 'binpack', Field: 'MEMORY' },
    ],
    PlacementConstraints: [{ Type: 'memberOf', Expression: 'attribute:held !exists' }],
  });
});
