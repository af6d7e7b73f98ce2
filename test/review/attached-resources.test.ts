import { App, CfnResource, NestedStack, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import * as scalingplans from 'aws-cdk-lib/aws-autoscalingplans';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as elb from 'aws-cdk-lib/aws-elasticloadbalancing';
import * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { type InstanceTierOptions, NodeReplacement, PurchaseOption } from '../../src';
import { SMALL, TestStack, taskDefinition } from '../helpers/estate';
import { warning, warnings } from '../services/helpers';

function estate(options: InstanceTierOptions = {}) {
  const app = new App({ treeMetadata: false });
  const stack = new TestStack(app);
  const tier = stack
    .cluster({ tiers: [{ name: 'general', instanceTypes: [SMALL], ...options }] })
    .tier('general');
  const cfnGroup = tier.autoScalingGroup.node.defaultChild as autoscaling.CfnAutoScalingGroup;
  return { app, stack, tier, group: tier.autoScalingGroup, cfnGroup };
}

type Estate = ReturnType<typeof estate>;

const ROLLING = { replacement: NodeReplacement.rolling() };
const WITHOUT_GATE = { replacement: NodeReplacement.rolling({ readinessGate: false }) };
const WITH_FLAG = { agent: { warmPoolsCheck: true } };
const TERMINATING = 'autoscaling:EC2_INSTANCE_TERMINATING';

describe('a scaling policy is found', () => {
  const policy = (scope: Stack, autoScalingGroupName: string) =>
    new autoscaling.CfnScalingPolicy(scope, 'Policy', {
      autoScalingGroupName,
      policyType: 'TargetTrackingScaling',
    });

  test.each<[string, (estate: Estate) => unknown]>([
    ['in another stack', ({ app, group }) => policy(new Stack(app, 'Other'), group.autoScalingGroupName)],
    [
      'in a stack within the stack',
      ({ stack, group }) => policy(new NestedStack(stack, 'Nested'), group.autoScalingGroupName),
    ],
    [
      'on an import of the group',
      ({ app, group }) => {
        const other = new Stack(app, 'Other');
        const imported = autoscaling.AutoScalingGroup.fromAutoScalingGroupName(
          other,
          'Group',
          group.autoScalingGroupName,
        );
        imported.scaleOnCpuUtilization('Cpu', { targetUtilizationPercent: 60 });
      },
    ],
    [
      'by the name that an escape hatch gives the group',
      ({ app, cfnGroup }) => {
        cfnGroup.addPropertyOverride('AutoScalingGroupName', 'orders-nodes');
        policy(new Stack(app, 'Other'), 'orders-nodes');
      },
    ],
    [
      'where an escape hatch names the group',
      ({ stack, cfnGroup }) =>
        policy(stack, 'other').addPropertyOverride('AutoScalingGroupName', {
          Ref: stack.getLogicalId(cfnGroup),
        }),
    ],
    [
      'as a resource without a class',
      ({ stack, group }) =>
        new CfnResource(stack, 'Policy', {
          type: 'AWS::AutoScaling::ScalingPolicy',
          properties: { AutoScalingGroupName: group.autoScalingGroupName, PolicyType: 'StepScaling' },
        }),
    ],
    [
      'as a scaling plan',
      ({ app, group }) =>
        new scalingplans.CfnScalingPlan(new Stack(app, 'Other'), 'Plan', {
          applicationSource: { tagFilters: [{ key: 'team' }] },
          scalingInstructions: [
            {
              minCapacity: 1,
              maxCapacity: 2,
              resourceId: `autoScalingGroup/${group.autoScalingGroupName}`,
              scalableDimension: 'autoscaling:autoScalingGroup:DesiredCapacity',
              serviceNamespace: 'autoscaling',
              targetTrackingConfigurations: [{ targetValue: 60 }],
            },
          ],
        }),
    ],
  ])('%s', (_where, attach) => {
    const parts = estate();
    attach(parts);
    expect(() => parts.app.synth()).toThrow('(ScalingPolicyOnTier at Estate/Orders/Tiers/general)');
  });

  test('and is fine where it only forecasts, or is on the group of another account', () => {
    const { app, stack, group } = estate();
    new autoscaling.CfnScalingPolicy(stack, 'Forecast', {
      autoScalingGroupName: group.autoScalingGroupName,
      policyType: 'PredictiveScaling',
      predictiveScalingConfiguration: { metricSpecifications: [{ targetValue: 60 }] },
    });
    policy(new Stack(app, 'Other', { env: { account: '999999999999', region: 'eu-central-1' } }), 'nodes');
    expect(() => app.synth()).not.toThrow();
  });
});

test('a capacity provider of your own on the group of a tier is refused: ECS takes one for a group', () => {
  const { app, group } = estate();
  new ecs.AsgCapacityProvider(new Stack(app, 'Other'), 'Mine', {
    autoScalingGroup: group,
    enableManagedTerminationProtection: false,
  });
  expect(() => app.synth()).toThrow(
    '"Other/Mine/Mine": another capacity provider must not be on a tier\'s group: ECS takes one for a ' +
      "group. Use the tier's `capacityProvider`, or `addTier()` for another group " +
      '(TwoProvidersOfGroup at Estate/Orders/Tiers/general)',
  );
});

describe('a warm pool', () => {
  const pool = (scope: Stack, { group }: Estate, reuseOnScaleIn?: boolean) =>
    new autoscaling.CfnWarmPool(scope, 'Pool', {
      autoScalingGroupName: group.autoScalingGroupName,
      instanceReusePolicy: reuseOnScaleIn === undefined ? undefined : { reuseOnScaleIn },
    });

  test('by CDK’s method is refused where it is called, and says what works', () => {
    expect(() => estate().group.addWarmPool({ minSize: 1 })).toThrow(
      '`addWarmPool()` must not be called on the group of a tier: nodes of a pool must not register while ' +
        'they wait, and the readiness gate would give them up. Leave the pool out. Without the gate, and ' +
        'with `agent: { warmPoolsCheck: true }`, an `autoscaling.CfnWarmPool` works ' +
        '(WarmPoolOnTier at Estate/Orders/Tiers/general)',
    );
  });

  test('is refused on a group whose nodes have to join first, since its nodes never do', () => {
    const parts = estate({ ...ROLLING, ...WITH_FLAG });
    pool(new Stack(parts.app, 'Other'), parts);
    expect(() => parts.app.synth()).toThrow(
      '"Other/Pool": a warm pool must not be on a ' +
        'group whose nodes have to join the cluster before they are in service. Nodes of the pool boot ' +
        'without registering, so the gate would hold each of them, and give it up. Leave the pool out, or ' +
        'set `readinessGate: false` (WarmPoolBehindGate at Estate/Orders/Tiers/general)',
    );
  });

  test.each<[string, InstanceTierOptions, RegExp, boolean]>([
    ['the agent’s flag is missing', {}, /they would get tasks.*`agent: \{ warmPoolsCheck: true \}`/, false],
    ['the flag is off', { agent: { warmPoolsCheck: false } }, /WarmPoolOnTier/, false],
    ['nodes come back into it', WITH_FLAG, /`ReuseOnScaleIn` of a warm pool must not be true/, true],
    ['nodes are on Spot', { ...WITH_FLAG, purchase: PurchaseOption.spot() }, /with Spot instances/, false],
  ])('is refused where %s, in a nested stack too', (_why, options, message, reuse) => {
    const parts = estate(options);
    pool(new NestedStack(parts.stack, 'Nested'), parts, reuse);
    expect(() => parts.app.synth()).toThrow(message);
  });

  test.each([
    ['onNextLaunch()', {}],
    ['the gate turned off', WITHOUT_GATE],
  ])('works with the flag and %s', (_what, options) => {
    const parts = estate({ ...options, ...WITH_FLAG });
    pool(parts.stack, parts, false);
    expect(() => parts.app.synth()).not.toThrow();
  });
});

describe('a scheduled action of your own', () => {
  const action = ({ app, group }: Estate, props: Partial<autoscaling.CfnScheduledActionProps>) =>
    new autoscaling.CfnScheduledAction(new Stack(app, 'Other'), 'Action', {
      autoScalingGroupName: group.autoScalingGroupName,
      recurrence: '0 8 * * *',
      ...props,
    });

  test('that starts nodes in a retired tier is refused', () => {
    const parts = estate();
    const retired = parts.stack.cluster(
      {
        tiers: [
          { name: 'new', instanceTypes: [SMALL] },
          { name: 'old', instanceTypes: [SMALL], retired: true },
        ],
      },
      'Search',
    );
    action({ ...parts, group: retired.tier('old').autoScalingGroup }, { minSize: 2 });
    expect(() => parts.app.synth()).toThrow('(RetiredTier at Estate/Search/Tiers/old)');
  });

  test('that takes a tier that drains to zero is warned of, as the tier’s own schedules are', () => {
    const parts = estate();
    action(parts, { maxSize: 0 });
    expect(warning(parts.stack, 'InstanceTier.schedules')?.message).toContain(
      'The scheduled action "Other/Action"',
    );
  });

  test('that changes the minimum, or empties a tier that drains nothing, is fine', () => {
    const parts = estate({ replacement: NodeReplacement.allAtOnce() });
    action(parts, { maxSize: 0 });
    const minimum = estate();
    action(minimum, { minSize: 2 });
    expect(warnings(parts.stack)).toEqual([]);
    expect(warnings(minimum.stack)).toEqual([]);
  });
});

describe('a lifecycle hook', () => {
  const hook = (
    scope: Stack,
    { group }: Estate,
    props: Partial<autoscaling.CfnLifecycleHookProps> = {},
    id = 'Hook',
  ) =>
    new autoscaling.CfnLifecycleHook(scope, id, {
      autoScalingGroupName: group.autoScalingGroupName,
      lifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
      ...props,
    });

  test('that abandons a termination is found in another stack, and in the list of an escape hatch', () => {
    const parts = estate(ROLLING);
    hook(new Stack(parts.app, 'Other'), parts, { lifecycleTransition: TERMINATING });
    expect(() => parts.app.synth()).toThrow('"Other/Hook": a termination hook must have');
    const listed = estate();
    listed.cfnGroup.lifecycleHookSpecificationList = [
      { lifecycleHookName: 'logs', lifecycleTransition: TERMINATING },
    ];
    expect(() => listed.app.synth()).toThrow('(AbandonedTermination at Estate/Orders/Tiers/general)');
  });

  test.each(['joined-Estate', undefined])('with the name of the gate’s (%s) is refused', (name) => {
    const parts = estate(ROLLING);
    const other = new Stack(parts.app, 'Other');
    hook(name === undefined ? parts.stack : other, parts, {
      lifecycleHookName: name ?? `joined-${parts.stack.resolve(Stack.of(parts.group).stackName)}`,
    });
    expect(() => parts.app.synth()).toThrow(
      'a lifecycle hook must not have the name of the readiness gate\'s, which begins with "joined-": one ' +
        "would take the other's place, and nothing would be gated. Give it another name, or none " +
        '(GateHookChanged at Estate/Orders/Tiers/general)',
    );
  });

  test('is one of 50, of which the gate and ECS have one each', () => {
    const parts = estate(ROLLING);
    for (let index = 0; index < 48; index += 1) hook(parts.stack, parts, {}, `Hook${index}`);
    expect(() => parts.app.synth()).not.toThrow();
    const more = estate(ROLLING);
    for (let index = 0; index < 49; index += 1) hook(more.stack, more, {}, `Hook${index}`);
    expect(() => more.app.synth()).toThrow(
      "a group can have at most 50 lifecycle hooks, got: 51, 2 of them of the readiness gate and of ECS's " +
        'draining (TooManyHooks at Estate/Orders/Tiers/general)',
    );
  });

  test('of a launch, with any name and result of its own, is fine next to the gate', () => {
    const parts = estate(ROLLING);
    hook(new Stack(parts.app, 'Other'), parts, { lifecycleHookName: 'mine', heartbeatTimeout: 3600 });
    parts.group.addLifecycleHook('Cmdb', {
      lifecycleTransition: autoscaling.LifecycleTransition.INSTANCE_LAUNCHING,
      defaultResult: autoscaling.DefaultResult.CONTINUE,
    });
    expect(() => parts.app.synth()).not.toThrow();
  });
});

describe('nodes that get traffic themselves', () => {
  const ID = 'InstanceTier.targetGroup';

  test.each<[string, (estate: Estate) => unknown]>([
    [
      'in a target group of an application load balancer',
      ({ stack, group }) =>
        group.attachToApplicationTargetGroup(
          new elbv2.ApplicationTargetGroup(stack, 'Targets', { vpc: stack.vpc, port: 80 }),
        ),
    ],
    [
      'in one of a network load balancer',
      ({ stack, group }) =>
        new elbv2.NetworkTargetGroup(stack, 'Targets', { vpc: stack.vpc, port: 80 }).addTarget(group),
    ],
    [
      'in a classic load balancer',
      ({ stack, group }) => new elb.LoadBalancer(stack, 'Balancer', { vpc: stack.vpc }).addTarget(group),
    ],
    [
      'by an escape hatch',
      ({ cfnGroup }) => cfnGroup.addPropertyOverride('TargetGroupARNs', ['arn:aws:elasticloadbalancing:x']),
    ],
    [
      'in VPC Lattice',
      ({ cfnGroup }) => {
        cfnGroup.trafficSources = [{ identifier: 'arn:aws:vpc-lattice:x', type: 'vpc-lattice' }];
      },
    ],
  ])('are warned of: %s', (_where, attach) => {
    const parts = estate();
    attach(parts);
    expect(warning(parts.stack, ID)?.message).toContain('Register the service instead');
  });

  test('are replaced for ever where the group follows the health checks of the balancer', () => {
    const message = (options: InstanceTierOptions) => {
      const parts = estate(options);
      parts.cfnGroup.addPropertyOverride('TargetGroupARNs', ['arn:aws:elasticloadbalancing:x']);
      return warning(parts.stack, ID)?.message;
    };
    const elbChecks = autoscaling.HealthChecks.withAdditionalChecks({
      additionalTypes: [autoscaling.AdditionalHealthCheckType.ELB],
    });
    expect(message({ healthChecks: elbChecks })).toContain('then replace each node again and again');
    expect(message({})).not.toContain('again and again');
  });

  test('are none where the service is the target', () => {
    const parts = estate();
    const service = new ecs.Ec2Service(parts.stack, 'Api', {
      cluster: parts.stack.node.findChild('Orders') as ecs.Cluster,
      taskDefinition: taskDefinition(parts.stack),
      minHealthyPercent: 100,
    });
    service.attachToApplicationTargetGroup(
      new elbv2.ApplicationTargetGroup(parts.stack, 'Targets', { vpc: parts.stack.vpc, port: 80 }),
    );
    expect(warning(parts.stack, ID)).toBeUndefined();
  });
});

test('what is attached to another group is nobody’s business', () => {
  const { app, stack } = estate(ROLLING);
  const other = new autoscaling.CfnAutoScalingGroup(stack, 'Other', { minSize: '0', maxSize: '1' });
  new autoscaling.CfnWarmPool(stack, 'Pool', { autoScalingGroupName: other.ref });
  new autoscaling.CfnLifecycleHook(stack, 'Hook', {
    autoScalingGroupName: other.ref,
    lifecycleTransition: TERMINATING,
  });
  expect(() => Template.fromStack(stack)).not.toThrow();
  expect(() => app.synth()).not.toThrow();
});
