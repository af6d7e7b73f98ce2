import { App, CfnParameter, Fn, NestedStack, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import {
  EcsAutoScaledCluster,
  type InstanceTier,
  NodeImage,
  NodeImageResolution,
  NodeReplacement,
} from '../../src';
import { LARGE, SMALL, TestStack, taskDefinition, testVpc } from '../helpers/estate';

const ROLLING = NodeReplacement.rolling();

function estate(replacement = ROLLING, instanceTypes = [SMALL]) {
  const stack = new TestStack();
  const cluster = stack.cluster({ replacement, tiers: [{ name: 'general', instanceTypes }] });
  const tier = cluster.tier('general');
  return {
    stack,
    cluster,
    tier,
    group: tier.autoScalingGroup,
    cfnGroup: tier.autoScalingGroup.node.defaultChild as autoscaling.CfnAutoScalingGroup,
  };
}

function launchTemplateOf(tier: InstanceTier): ec2.CfnLaunchTemplate {
  return tier.template.node.findChild('LaunchTemplate').node.defaultChild as ec2.CfnLaunchTemplate;
}

describe('an image that is looked up when a node starts', () => {
  const cluster = (replacement: NodeReplacement, machineImage: ec2.IMachineImage) => {
    const stack = new TestStack();
    stack.cluster({ replacement, machineImage });
    return () => stack.template;
  };
  const ours = NodeImage.amazonLinux2023({ resolution: NodeImageResolution.AT_LAUNCH });
  const theirs = ec2.MachineImage.resolveSsmParameterAtLaunch('/my/image');
  const message =
    '`machineImage` must not be looked up when a node starts (`NodeImageResolution.AT_LAUNCH`, or ' +
    '`resolve:ssm:` in the launch template) where running nodes are replaced. Auto Scaling refuses it: ' +
    'it could not see which nodes are up to date, nor roll nodes back. Use ' +
    '`NodeImageResolution.AT_DEPLOYMENT` or `pinned()`, or `NodeReplacement.onNextLaunch()` ' +
    '(ImageAtLaunch at Estate/Orders/Tiers/general)';

  test.each([
    ['rolling()', ROLLING],
    ['allAtOnce()', NodeReplacement.allAtOnce()],
  ])('is refused with %s where the tier is made', (_what, replacement) => {
    expect(() => cluster(replacement, ours)).toThrow(message);
  });

  test("is refused as CDK's own image as well, at synthesis", () => {
    expect(cluster(ROLLING, theirs)).toThrow(message);
  });

  test('is refused where an escape hatch brings it, with a token in its name', () => {
    const { stack, tier } = estate();
    const name = new CfnParameter(stack, 'Name');
    launchTemplateOf(tier).addPropertyOverride(
      'LaunchTemplateData.ImageId',
      Fn.join('', ['resolve:ssm:', name.valueAsString]),
    );
    expect(() => stack.template).toThrow(message);
  });

  test('is fine where only new nodes change', () => {
    expect(cluster(NodeReplacement.onNextLaunch(), ours)).not.toThrow();
  });
});

describe('an escape hatch on a group whose running nodes are replaced', () => {
  test.each(['$Latest', '$Default'])('may not name the version %s of the launch template', (version) => {
    const { stack, cfnGroup } = estate();
    cfnGroup.addPropertyOverride('LaunchTemplate.Version', version);
    expect(() => stack.template).toThrow(
      'the version of the launch template must be a number where running nodes are replaced, got: ' +
        `"${version}". The group would not change with the template, so nothing would be replaced, and ` +
        'there would be nothing to roll back to (MovingVersion at Estate/Orders/Tiers/general)',
    );
  });

  test('may not lose the hook of the readiness gate to a list of hooks by an escape hatch', () => {
    const hooks = (replacement: NodeReplacement) => {
      const { stack, cfnGroup } = estate(replacement);
      cfnGroup.addPropertyOverride('LifecycleHookSpecificationList', [
        { LifecycleHookName: 'mine', LifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING' },
      ]);
      return () => stack.template;
    };
    expect(hooks(ROLLING)).toThrow(
      "the group's `LifecycleHookSpecificationList` must keep the hook of the readiness gate, or nodes " +
        'go into service before they have joined: add yours by `autoScalingGroup.addLifecycleHook()`, or ' +
        'set `readinessGate: false` (GateHookMissing at Estate/Orders/Tiers/general)',
    );
    expect(hooks(NodeReplacement.rolling({ readinessGate: false }))).not.toThrow();
  });

  test('may not name such a version in a mixed-instances group either', () => {
    const { stack, cfnGroup } = estate(ROLLING, [SMALL, LARGE]);
    cfnGroup.addPropertyOverride(
      'MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification.Version',
      '$Latest',
    );
    expect(() => stack.template).toThrow('(MovingVersion at');
  });

  test.each<[string, (parts: ReturnType<typeof estate>) => void]>([
    [
      'of the group',
      ({ cfnGroup }) =>
        cfnGroup.addPropertyOverride('MixedInstancesPolicy.LaunchTemplate.Overrides', [
          { InstanceRequirements: { VCpuCount: { Min: 2 }, MemoryMiB: { Min: 1 } } },
        ]),
    ],
    [
      'of the launch template',
      ({ tier }) =>
        launchTemplateOf(tier).addPropertyOverride('LaunchTemplateData.InstanceRequirements', {
          VCpuCount: { Min: 2 },
          MemoryMiB: { Min: 1 },
        }),
    ],
  ])(
    'may not select instances by attributes %s, which a refresh with skip matching fails on',
    (_where, override) => {
      const parts = estate(ROLLING, [SMALL, LARGE]);
      override(parts);
      expect(() => parts.stack.template).toThrow(
        '`InstanceRequirements` (attribute-based instance selection) must not be set by an escape hatch ' +
          'where running nodes are replaced. A refresh that passes over nodes that are up to date fails ' +
          'with it. Set `instanceRequirements` of the tier, whose refresh replaces all nodes ' +
          '(InstanceRequirements at Estate/Orders/Tiers/general)',
      );
    },
  );

  test.each(['onNextLaunch', 'rolling', 'allAtOnce'] as const)(
    'may not weigh instance types, which a capacity provider cannot have, with %s()',
    (kind) => {
      const { stack, cfnGroup } = estate(NodeReplacement[kind](), [SMALL, LARGE]);
      cfnGroup.addPropertyOverride('MixedInstancesPolicy.LaunchTemplate.Overrides.0.WeightedCapacity', '2');
      expect(() => stack.template).toThrow(
        '`WeightedCapacity` must not be set: the group of an ECS capacity provider cannot have weights, ' +
          'and a refresh of a weighted group may replace all nodes at once (WeightedCapacity at',
      );
    },
  );

  test.each(['AutoScalingRollingUpdate', 'AutoScalingReplacingUpdate'])(
    'may not have the policy %s as well',
    (policy) => {
      const { stack, cfnGroup } = estate();
      cfnGroup.addOverride(`UpdatePolicy.${policy}`, { WillReplace: true });
      expect(() => stack.template).toThrow(
        `\`${policy}\` must not be set together with the instance refresh: a group has one way to be ` +
          'updated (TwoUpdatePolicies at Estate/Orders/Tiers/general)',
      );
    },
  );

  test('may not wait for signals, which no node sends', () => {
    const { stack, cfnGroup } = estate();
    cfnGroup.cfnOptions.creationPolicy = { resourceSignal: { count: 1 } };
    expect(() => stack.template).toThrow(
      'a creation policy must not be set where running nodes are replaced: an instance refresh does ' +
        'not wait for signals, and no node sends one. The readiness gate of `NodeReplacement.rolling()` ' +
        'is what waits for a node (SignalsWithRefresh at',
    );
  });

  test('may do all of that where running nodes stay as they are', () => {
    const { stack, cfnGroup } = estate(NodeReplacement.onNextLaunch(), [SMALL, LARGE]);
    cfnGroup.addPropertyOverride(
      'MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification.Version',
      '$Latest',
    );
    cfnGroup.addOverride('UpdatePolicy.AutoScalingRollingUpdate', { MaxBatchSize: 1 });
    expect(() => stack.template).not.toThrow();
  });
});

describe('a scaling policy on the group of a tier', () => {
  test.each(['onNextLaunch', 'rolling', 'allAtOnce'] as const)(
    'is refused beside managed scaling, with %s()',
    (kind) => {
      const { stack, group } = estate(NodeReplacement[kind]());
      group.scaleOnCpuUtilization('Cpu', { targetUtilizationPercent: 60 });
      expect(() => stack.template).toThrow(
        '"Estate/Orders/Tiers/general/AutoScalingGroup/ScalingPolicyCpu/Resource": a scaling policy of ' +
          "yours must not be on a tier's group: ECS scales it, by what its tasks need, and forbids " +
          "other policies than managed scaling. Scale the services, and use the tier's " +
          '`targetCapacityPercent`, `minCapacity` or `schedules` for spare nodes; or let ECS not ' +
          'scale it, with `managedScaling: { enabled: false }` (ScalingPolicyOnTier at ' +
          'Estate/Orders/Tiers/general)',
      );
    },
  );

  test('is found anywhere in the stack', () => {
    const { stack, group } = estate();
    new autoscaling.CfnScalingPolicy(stack, 'Policy', {
      autoScalingGroupName: group.autoScalingGroupName,
      policyType: 'TargetTrackingScaling',
    });
    expect(() => stack.template).toThrow('"Estate/Policy": a scaling policy');
  });

  test('of another group of the stack is nobody’s business', () => {
    const { stack } = estate();
    const other = new autoscaling.AutoScalingGroup(stack, 'Other', {
      vpc: stack.vpc,
      instanceType: SMALL,
      machineImage: ec2.MachineImage.latestAmazonLinux2023(),
    });
    other.scaleOnCpuUtilization('Cpu', { targetUtilizationPercent: 60 });
    other.addWarmPool();
    expect(() => stack.template).not.toThrow();
  });
});

describe('a termination hook on the group of a tier', () => {
  const withHook = (
    replacement: NodeReplacement,
    props: Partial<autoscaling.BasicLifecycleHookProps> = {},
  ) => {
    const { stack, group } = estate(replacement);
    group.addLifecycleHook('Logs', {
      lifecycleTransition: autoscaling.LifecycleTransition.INSTANCE_TERMINATING,
      ...props,
    });
    return () => stack.template;
  };
  const message =
    'a termination hook must have the default result CONTINUE (left out, it is ABANDON): an abandoned ' +
    'termination skips all other hooks, with them the one that drains the node ' +
    '(AbandonedTermination at Estate/Orders/Tiers/general)';

  test.each([undefined, autoscaling.DefaultResult.ABANDON])(
    'with the default result %s would keep the node from being drained',
    (defaultResult) => {
      expect(withHook(ROLLING, { defaultResult })).toThrow(message);
      expect(withHook(NodeReplacement.onNextLaunch(), { defaultResult })).toThrow(message);
    },
  );

  test('is fine with CONTINUE, where nothing is drained, and at a launch', () => {
    expect(withHook(ROLLING, { defaultResult: autoscaling.DefaultResult.CONTINUE })).not.toThrow();
    expect(withHook(NodeReplacement.allAtOnce())).not.toThrow();
    expect(
      withHook(ROLLING, { lifecycleTransition: autoscaling.LifecycleTransition.INSTANCE_LAUNCHING }),
    ).not.toThrow();
  });
});

describe('an alarm that stops a replacement', () => {
  const serviceOn = (stack: TestStack, cluster: EcsAutoScaledCluster) =>
    new ecs.Ec2Service(stack, 'Api', {
      cluster,
      taskDefinition: taskDefinition(stack),
      minHealthyPercent: 100,
    });
  const alarmOn = (stack: TestStack, metric: cloudwatch.IMetric) =>
    new cloudwatch.Alarm(stack, 'Alarm', { metric, threshold: 1, evaluationPeriods: 1 });
  /** A tier that is added late, when there are a service and other tiers to watch. */
  const lateTier = (
    metric: (parts: { cluster: EcsAutoScaledCluster; service: ecs.Ec2Service }) => cloudwatch.IMetric,
  ) => {
    const stack = new TestStack();
    const cluster = stack.cluster();
    const alarm = alarmOn(stack, metric({ cluster, service: serviceOn(stack, cluster) }));
    cluster.addTier('late', {
      instanceTypes: [LARGE],
      replacement: NodeReplacement.rolling({ alarms: [alarm] }),
    });
    return () => stack.template;
  };

  test('and watches a service of the same stack makes a loop, which is named', () => {
    expect(lateTier(({ service }) => service.metricCpuUtilization())).toThrow(
      '`alarms` must not have an alarm that itself needs the nodes, since CloudFormation could make ' +
        'neither first: Estate/Orders/Tiers/late/AutoScalingGroup/ASG → Estate/Alarm/Resource → ' +
        'Estate/Api/Service → Estate/Orders/Orders → ' +
        'Estate/Orders/Tiers/late/CapacityProvider/CapacityProvider → ' +
        'Estate/Orders/Tiers/late/AutoScalingGroup/ASG. Watch the target group or the load balancer of ' +
        'the service, or name cluster and service in the metric by names of your own (`clusterName`, ' +
        '`serviceName`) instead of by reference (AlarmLoop at Estate/Orders/Tiers/late)',
    );
  });

  test('may watch the cluster, which stands before the nodes, another tier, and what goes by a name', () => {
    expect(lateTier(({ cluster }) => cluster.metricCpuReservation())).not.toThrow();
    expect(lateTier(({ cluster }) => cluster.tier('general').metricInServiceInstances())).not.toThrow();
    const dimensionsMap = { ClusterName: 'orders', ServiceName: 'api' };
    expect(
      lateTier(
        () => new cloudwatch.Metric({ namespace: 'AWS/ECS', metricName: 'CPUUtilization', dimensionsMap }),
      ),
    ).not.toThrow();
  });

  test('may watch a target group, which is made before the cluster', () => {
    const stack = new TestStack();
    const balancer = new elbv2.ApplicationLoadBalancer(stack, 'Balancer', { vpc: stack.vpc });
    const targets = new elbv2.ApplicationTargetGroup(stack, 'Targets', { vpc: stack.vpc, port: 80 });
    balancer.addListener('Http', { port: 80, open: false, defaultTargetGroups: [targets] });
    const cluster = stack.cluster({
      replacement: NodeReplacement.rolling({
        alarms: [alarmOn(stack, targets.metrics.unhealthyHostCount())],
      }),
    });
    serviceOn(stack, cluster).attachToApplicationTargetGroup(targets);
    expect(() => stack.template).not.toThrow();
  });

  test('may have a name that is known, and no alarm here', () => {
    const stack = new TestStack();
    stack.cluster({
      replacement: NodeReplacement.rolling({
        alarms: [cloudwatch.Alarm.fromAlarmName(stack, 'Alarm', 'orders-errors')],
      }),
    });
    stack.template.hasResource('AWS::AutoScaling::AutoScalingGroup', {
      UpdatePolicy: {
        AutoScalingInstanceRefresh: { Preferences: { AlarmSpecification: { Alarms: ['orders-errors'] } } },
      },
    });
  });
});

test('tiers are checked in a nested stack and in each of several stacks', () => {
  const app = new App();
  const parent = new Stack(app, 'Parent');
  const nested = new NestedStack(parent, 'Nested');
  const cluster = new EcsAutoScaledCluster(nested, 'Orders', {
    vpc: testVpc(nested),
    tiers: [{ name: 'general', instanceTypes: [SMALL] }],
  });
  new TestStack(app, 'Other').cluster();
  cluster.tier('general').autoScalingGroup.scaleOnCpuUtilization('Cpu', { targetUtilizationPercent: 60 });
  expect(() => Template.fromStack(nested)).toThrow(
    '(ScalingPolicyOnTier at Parent/Nested/Orders/Tiers/general)',
  );
});
