import { App, CfnParameter, Duration, NestedStack, Stack, Tags } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import {
  EcsAutoScaledCluster,
  InstanceTier,
  type InstanceTierOptions,
  type InstanceTierProps,
  NodeReplacement,
  NodeTemplate,
  PurchaseOption,
} from '../../src';
import { quoteForMessage } from '../../src/private/errors';
import { LARGE, only, SMALL, TestStack, testVpc } from '../helpers/estate';

const GROUP = 'AWS::AutoScaling::AutoScalingGroup';

function withTier(
  options: InstanceTierOptions,
  stack = new TestStack(),
): { stack: TestStack; cluster: EcsAutoScaledCluster; tier: InstanceTier } {
  const cluster = new EcsAutoScaledCluster(stack, 'Orders', { vpc: stack.vpc });
  return {
    stack,
    cluster,
    tier: cluster.addTier('general', { instanceTypes: options.template ? undefined : [SMALL], ...options }),
  };
}

describe('a tier', () => {
  const { stack } = withTier({});

  test('has 0 to 30 nodes, and no desired capacity for deployments to reset', () => {
    const { Properties } = only(stack.template, GROUP);
    expect(Properties).toMatchObject({ MinSize: '0', MaxSize: '30' });
    expect(Properties).not.toHaveProperty('DesiredCapacity');
  });

  test('counts a node as healthy by EC2 after 300 seconds, and has all eight group metrics', () => {
    stack.template.hasResourceProperties(GROUP, {
      HealthCheckType: 'EC2',
      HealthCheckGracePeriod: 300,
      MetricsCollection: [{ Granularity: '1Minute', Metrics: Match.absent() }],
    });
  });

  test('tags its nodes with their name and their cluster, and the group as ECS does', () => {
    const { Properties } = only(stack.template, GROUP);
    expect(Properties.Tags).toEqual([
      { Key: 'AmazonECSManaged', PropagateAtLaunch: true, Value: 'true' },
      { Key: 'ClusterName', PropagateAtLaunch: true, Value: { Ref: expect.stringContaining('Orders') } },
      {
        Key: 'Name',
        PropagateAtLaunch: true,
        Value: { 'Fn::Join': ['', [{ Ref: expect.stringContaining('Orders') }, '-node']] },
      },
    ]);
  });

  test('keeps its tags against those of the app', () => {
    const { stack: tagged } = withTier({});
    Tags.of(tagged.node.root).add('Name', 'theirs');
    Tags.of(tagged.node.root).add('ClusterName', 'theirs');
    const values = only(tagged.template, GROUP).Properties.Tags.map((tag: any) => tag.Value);
    expect(values).not.toContain('theirs');
  });

  test('is drained by ECS itself, is not protected, and brings no Lambda function', () => {
    stack.template.hasResourceProperties('AWS::ECS::CapacityProvider', {
      AutoScalingGroupProvider: {
        ManagedDraining: 'ENABLED',
        ManagedTerminationProtection: 'DISABLED',
        ManagedScaling: { Status: 'ENABLED', TargetCapacity: 100 },
      },
    });
    stack.template.resourceCountIs('AWS::Lambda::Function', 0);
    stack.template.resourceCountIs('AWS::SNS::Topic', 0);
  });

  test('starts no node before the node may join its cluster', () => {
    const { id } = only(stack.template, 'AWS::IAM::Policy');
    expect(only(stack.template, GROUP).DependsOn).toContain(id);
  });

  test('takes sizes, subnets, lifetime, health checks and protection as said', () => {
    const { stack: said } = withTier({
      minCapacity: 2,
      maxCapacity: 10,
      desiredCapacity: 3,
      vpcSubnets: { subnetType: undefined, availabilityZones: ['eu-central-1a'] },
      maxInstanceLifetime: Duration.days(30),
      healthChecks: autoscaling.HealthChecks.withAdditionalChecks({
        gracePeriod: Duration.minutes(10),
        additionalTypes: [autoscaling.AdditionalHealthCheckType.EBS],
      }),
      targetCapacityPercent: 80,
      enableManagedTerminationProtection: true,
      capacityProviderName: 'orders-general',
      replacement: NodeReplacement.onNextLaunch(),
    });
    said.template.hasResourceProperties(GROUP, {
      MinSize: '2',
      MaxSize: '10',
      DesiredCapacity: '3',
      VPCZoneIdentifier: ['subnet-0aaaaaaaaaaaaaaa0'],
      MaxInstanceLifetime: 2592000,
      HealthCheckType: 'EBS',
      HealthCheckGracePeriod: 600,
      NewInstancesProtectedFromScaleIn: true,
    });
    said.template.hasResourceProperties('AWS::ECS::CapacityProvider', {
      Name: 'orders-general',
      AutoScalingGroupProvider: {
        ManagedTerminationProtection: 'ENABLED',
        ManagedScaling: { TargetCapacity: 80 },
      },
    });
  });

  test('may have sizes that are known only at deployment', () => {
    const stack = new TestStack();
    const size = new CfnParameter(stack, 'Size', { type: 'Number' });
    withTier(
      {
        minCapacity: size.valueAsNumber,
        maxCapacity: size.valueAsNumber,
        desiredCapacity: size.valueAsNumber,
      },
      stack,
    );
    stack.template.hasResourceProperties(GROUP, {
      MinSize: { Ref: 'Size' },
      MaxSize: { Ref: 'Size' },
      DesiredCapacity: { Ref: 'Size' },
    });
  });

  test.each<[string, InstanceTierOptions, string]>([
    [
      'a minimum below 0',
      { minCapacity: -1 },
      '`minCapacity` must be a whole number of at least 0, got: -1 (InvalidCapacity at ' +
        'Estate/Orders/Tiers/general)',
    ],
    ['half a node', { maxCapacity: 2.5 }, '`maxCapacity` must be a whole number of at least 0, got: 2.5'],
    ['less than none', { maxCapacity: -1 }, '`maxCapacity` must be a whole number of at least 0, got: -1'],
    [
      'more at least than at most',
      { minCapacity: 5, maxCapacity: 4 },
      '`minCapacity` must be at most `maxCapacity`, got: 5 and 4 (InvalidCapacity',
    ],
    [
      'a minimum over the default maximum',
      { minCapacity: 31 },
      '`minCapacity` must be at most `maxCapacity`, got: 31 and 30, the default of `maxCapacity`: set ' +
        'it too (InvalidCapacity',
    ],
    [
      'a desired capacity out of bounds',
      { minCapacity: 1, desiredCapacity: 31 },
      '`desiredCapacity` must be at most `maxCapacity`, got: 31 and 30, the default of `maxCapacity`: ' +
        'set it too (InvalidCapacity',
    ],
    [
      'a target capacity of 0',
      { targetCapacityPercent: 0 },
      '`targetCapacityPercent` must be a whole number of percent from 1 to 100, got: 0',
    ],
    [
      'a lifetime of an hour',
      { maxInstanceLifetime: Duration.hours(1) },
      '`maxInstanceLifetime` must be a duration from 24 hours to 365 days, got: 1 hour',
    ],
    [
      'a weight below 0',
      { defaultStrategy: { weight: -1 } },
      '`defaultStrategy.weight` must be a whole number from 0 to 1000, got: -1',
    ],
  ])('with %s is refused', (_what, options, message) => {
    expect(() => withTier(options)).toThrow(message);
  });

  test.each(['', 'my tier', 'a/b', '-a', 'x'.repeat(65)])('named %p is refused', (name) => {
    const stack = new TestStack();
    const cluster = new EcsAutoScaledCluster(stack, 'Orders', { vpc: stack.vpc });
    expect(() => cluster.addTier(name, { instanceTypes: [SMALL] })).toThrow(
      '`name` must be 1 to 64 letters, digits, "-" and "_", a letter or digit first, got: ' +
        `${quoteForMessage(name)}`,
    );
  });

  test('has one name: options with another are refused, and with the same are fine', () => {
    const stack = new TestStack();
    const cluster = new EcsAutoScaledCluster(stack, 'Orders', { vpc: stack.vpc });
    const props: InstanceTierProps = { name: 'compute', instanceTypes: [SMALL] };
    expect(() => cluster.addTier('general', props)).toThrow(
      `\`options.name\` must be the tier's name "general" or be left out, got: "compute" (TwoTierNames ` +
        'at Estate/Orders)',
    );
    expect(cluster.addTier('compute', props).name).toBe('compute');
  });

  test('knows an InstanceTier, of whichever copy of the library', () => {
    expect(InstanceTier.isInstanceTier(withTier({}).tier)).toBe(true);
    expect(InstanceTier.isInstanceTier(new Stack())).toBe(false);
  });
});

describe('several instance types', () => {
  test('become a mixed-instances group, in the order of preference', () => {
    const { stack } = withTier({ instanceTypes: [LARGE, SMALL] });
    stack.template.hasResourceProperties(GROUP, {
      LaunchTemplate: Match.absent(),
      MixedInstancesPolicy: {
        InstancesDistribution: { OnDemandBaseCapacity: 0, OnDemandPercentageAboveBaseCapacity: 100 },
        LaunchTemplate: { Overrides: [{ InstanceType: 'm7i.large' }, { InstanceType: 't3.small' }] },
      },
    });
    stack.template.hasResourceProperties('AWS::EC2::LaunchTemplate', {
      LaunchTemplateData: { InstanceType: Match.absent() },
    });
  });

  test('on Spot say how much, and how the pools are chosen', () => {
    const { stack } = withTier({
      instanceTypes: [LARGE, SMALL],
      purchase: PurchaseOption.spot({
        onDemandBaseCapacity: 1,
        onDemandPercentageAboveBaseCapacity: 25,
        maxPrice: '0.05',
        capacityRebalance: true,
      }),
    });
    stack.template.hasResourceProperties(GROUP, {
      CapacityRebalance: true,
      MixedInstancesPolicy: {
        InstancesDistribution: {
          OnDemandBaseCapacity: 1,
          OnDemandPercentageAboveBaseCapacity: 25,
          SpotAllocationStrategy: 'price-capacity-optimized',
          SpotMaxPrice: '0.05',
        },
      },
    });
  });

  test('are not needed for Spot', () => {
    const { stack } = withTier({ purchase: PurchaseOption.spot() });
    stack.template.hasResourceProperties(GROUP, {
      MixedInstancesPolicy: {
        InstancesDistribution: { OnDemandBaseCapacity: 0, OnDemandPercentageAboveBaseCapacity: 0 },
        LaunchTemplate: { Overrides: [{ InstanceType: 't3.small' }] },
      },
    });
  });
});

describe('the name of a capacity provider', () => {
  const nameIn = (stackName: string) => {
    const stack = new TestStack(new App(), 'Estate', { stackName });
    withTier({}, stack);
    return only(stack.template, 'AWS::ECS::CapacityProvider').Properties.Name;
  };

  test('is generated, so that the provider can be replaced', () => {
    expect(nameIn('orders')).toBeUndefined();
  });

  test.each(['EcsStack', 'ecs-prod', 'AWS-thing', 'FargateLike', 'awesome-no', 'awsome'])(
    'is given in a stack called %s only where ECS would refuse the generated one',
    (stackName) => {
      const name = nameIn(stackName);
      if (/^(aws|ecs|fargate)/i.test(stackName))
        expect(name).toMatch(new RegExp(`^cp-${stackName}-general-[0-9a-f]{8}$`));
      else expect(name).toBeUndefined();
    },
  );

  test('is always given in a nested stack, whose name only CloudFormation knows', () => {
    const parent = new Stack(new App(), 'ecs-prod');
    const nested = new NestedStack(parent, 'Nested');
    new EcsAutoScaledCluster(nested, 'Orders', {
      vpc: testVpc(nested),
      tiers: [{ name: 'general', instanceTypes: [SMALL] }],
    });
    expect(only(Template.fromStack(nested), 'AWS::ECS::CapacityProvider').Properties.Name).toMatch(
      /^cp-ecs-prod-general-[0-9a-f]{8}$/,
    );
  });

  test.each(['ecs-mine', 'AWSmine', 'Fargate1', 'with space', ''])(
    'of your own may not be %p',
    (capacityProviderName) => {
      expect(() => withTier({ capacityProviderName })).toThrow(
        '`capacityProviderName` must be 1 to 255 letters, digits, "-" and "_", and not begin with aws, ' +
          'ecs or fargate, got: ',
      );
    },
  );
});

describe('the tags of a group whose nodes find their cluster in a tag', () => {
  const shared = () => {
    const stack = new TestStack();
    const template = new NodeTemplate(stack, 'Standard', { instanceTypes: [LARGE] });
    return withTier({ template }, stack);
  };

  test.each(['cost center', 'team/payments', '..', '_index', 'größe'])(
    'may not have the key %p, which keeps instances from launching',
    (key) => {
      const { stack } = shared();
      Tags.of(stack.node.root).add(key, 'x');
      expect(() => stack.template).toThrow(
        `the tag ${JSON.stringify(key)} would keep instances from launching`,
      );
    },
  );

  test('may not have such a key among the tags of the stack, which CloudFormation hands down', () => {
    const stack = new TestStack(new App(), 'Estate', { tags: { 'cost center': '42' } });
    const template = new NodeTemplate(stack, 'Standard', { instanceTypes: [LARGE] });
    withTier({ template }, stack);
    expect(() => stack.template).toThrow(
      'Rename the tag, or give the tier its own node fields instead of a `template` (InvalidInstanceTag ' +
        'at Estate/Orders/Tiers/general)',
    );
  });

  test('are free in a tier of its own, which needs no tags in the metadata service', () => {
    const { stack } = withTier({});
    Tags.of(stack.node.root).add('cost center', '42');
    expect(() => stack.template).not.toThrow();
  });

  test('may be any other', () => {
    const { stack } = shared();
    Tags.of(stack.node.root).add('aws-cdk:team+a=b,c.d_e@f', 'x y/z');
    expect(() => stack.template).not.toThrow();
  });
});

test('metrics of a tier name its group and its provider', () => {
  const { stack, tier } = withTier({});
  for (const [metric, name] of [
    [tier.metricDesiredCapacity(), 'GroupDesiredCapacity'],
    [tier.metricInServiceInstances(), 'GroupInServiceInstances'],
    [tier.metricPendingInstances(), 'GroupPendingInstances'],
    [tier.metricTerminatingInstances(), 'GroupTerminatingInstances'],
    [tier.metricTotalInstances(), 'GroupTotalInstances'],
  ] as const) {
    expect(metric).toMatchObject({ namespace: 'AWS/AutoScaling', metricName: name, statistic: 'Average' });
    expect(stack.resolve(metric.dimensions)).toEqual({
      AutoScalingGroupName: { Ref: expect.stringContaining('AutoScalingGroup') },
    });
  }
  const reservation = tier.metricCapacityProviderReservation({ period: Duration.minutes(1) });
  expect(reservation).toMatchObject({
    namespace: 'AWS/ECS/ManagedScaling',
    metricName: 'CapacityProviderReservation',
  });
  expect(stack.resolve(reservation.dimensions)).toEqual({
    ClusterName: { Ref: expect.stringContaining('Orders') },
    CapacityProviderName: { Ref: expect.stringContaining('CapacityProvider') },
  });
});
