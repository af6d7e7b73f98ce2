import { App, Aspects, type CfnResource, type IAspect, Stack, TagManager, Tags } from 'aws-cdk-lib';
import type * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import type * as events from 'aws-cdk-lib/aws-events';
import type { IConstruct } from 'constructs';
import { NodeReplacement } from '../../src';
import { LARGE, SMALL, TestStack } from '../helpers/estate';
import { refusalOf } from '../helpers/refusal';

/** After the code, or in front of the message. */
const AT_TIER = /Estate\/Orders\/Tiers\/general[\])]/;

function estate(replacement = NodeReplacement.rolling(), instanceTypes = [SMALL]) {
  const app = new App({ treeMetadata: false });
  const stack = new TestStack(app);
  const cluster = stack.cluster({ replacement, tiers: [{ name: 'general', instanceTypes }] });
  const tier = cluster.tier('general');
  const in_ = <T extends CfnResource>(scope: IConstruct, type: string) =>
    scope.node.findAll().find((one): one is T => (one as CfnResource).cfnResourceType === type) as T;
  return {
    app,
    stack,
    cluster,
    tier,
    group: in_<autoscaling.CfnAutoScalingGroup>(tier, 'AWS::AutoScaling::AutoScalingGroup'),
    provider: in_<ecs.CfnCapacityProvider>(tier, 'AWS::ECS::CapacityProvider'),
    launchTemplate: in_<ec2.CfnLaunchTemplate>(tier, 'AWS::EC2::LaunchTemplate'),
    gate: stack.node.tryFindChild('cdk-ecs-auto-scaled-cluster:ReadinessGate') as IConstruct,
    rule: in_<events.CfnRule>(stack, 'AWS::Events::Rule'),
  };
}

type Estate = ReturnType<typeof estate>;

/** An aspect that comes after all others. */
function lateAspect(scope: IConstruct, visit: (node: IConstruct) => void): void {
  const aspect: IAspect = { visit };
  Aspects.of(scope).add(aspect, { priority: 10_000 });
}

function ofType(type: string, change: (resource: CfnResource) => void): (node: IConstruct) => void {
  return (node) => {
    if ((node as CfnResource).cfnResourceType === type) change(node as CfnResource);
  };
}

const ASSOCIATION = 'AWS::ECS::ClusterCapacityProviderAssociations';

/** What is changed, what is then said, how it is changed, and on which tier. */
const CHANGES: [string, string, (estate: Estate) => void, NodeReplacement?][] = [
  // Tags.
  [
    'the tag of the gate, removed',
    `the tag EcsReadinessGate of the group must stay as the library sets it, got: no such tag: the state machine "Estate/cdk-ecs-auto-scaled-cluster:ReadinessGate" would not look after the group`,
    ({ stack }) => Tags.of(stack).remove('EcsReadinessGate', { priority: 500 }),
  ],
  [
    'the tag of the gate, with another value',
    'the tag EcsReadinessGate of the group must stay as the library sets it, got: "theirs"',
    ({ app }) => Tags.of(app).add('EcsReadinessGate', 'theirs', { priority: 500 }),
  ],
  [
    'the tags of the cordon, that an allow-list does not have',
    'the tag EcsCordon of the group must stay',
    ({ stack }) => {
      const allowed = ['Name', 'EcsReadinessGate', 'AmazonECSManaged'];
      lateAspect(stack, (node) => {
        const tags = TagManager.of(node);
        for (const key of Object.keys(tags?.tagValues() ?? {})) {
          if (!allowed.includes(key)) tags?.removeTag(key, 1000);
        }
      });
    },
  ],
  [
    'the mode of the cordon, by an escape hatch',
    'the tag EcsCordonMode of the group must stay',
    ({ group }) =>
      group.addPropertyOverride('Tags', [{ Key: 'EcsCordon', Value: 'x', PropagateAtLaunch: false }]),
  ],
  [
    'AmazonECSManaged, removed',
    'the tag AmazonECSManaged of the group must stay as the library sets it, propagated at launch, got: no such tag: managed scaling would count nodes wrongly',
    ({ app }) => Tags.of(app).remove('AmazonECSManaged', { priority: 1000 }),
    NodeReplacement.onNextLaunch(),
  ],
  [
    'AmazonECSManaged that nodes do not get',
    'got: one that is not',
    ({ tier }) =>
      Tags.of(tier).add('AmazonECSManaged', '', { applyToLaunchedInstances: false, priority: 500 }),
    NodeReplacement.allAtOnce(),
  ],
  // The gate's hook.
  [
    'the result of the gate’s hook',
    'got: `DefaultResult` ("CONTINUE"). Its state machine counts on it',
    ({ group }) => group.addPropertyOverride('LifecycleHookSpecificationList.0.DefaultResult', 'CONTINUE'),
  ],
  [
    'the heartbeat of the gate’s hook, by an aspect',
    'got: `HeartbeatTimeout` (7200)',
    ({ stack }) =>
      lateAspect(
        stack,
        ofType('AWS::AutoScaling::AutoScalingGroup', (resource) => {
          const group = resource as autoscaling.CfnAutoScalingGroup;
          const [hook] = group.lifecycleHookSpecificationList as object[];
          group.lifecycleHookSpecificationList = [{ ...hook, heartbeatTimeout: 7200 } as never];
        }),
      ),
  ],
  [
    'the list of hooks',
    '(GateHookMissing',
    ({ group }) => group.addPropertyDeletionOverride('LifecycleHookSpecificationList'),
  ],
  // The capacity provider.
  [
    'managed draining',
    '`ManagedDraining` must not be "DISABLED": nodes would be terminated with the tasks on them',
    ({ provider }) => provider.addPropertyOverride('AutoScalingGroupProvider.ManagedDraining', 'DISABLED'),
    NodeReplacement.onNextLaunch(),
  ],
  [
    'managed scaling, by an aspect',
    '`ManagedScaling.Status` must be "ENABLED", got: "DISABLED": no task would start a node',
    ({ stack }) =>
      lateAspect(
        stack,
        ofType('AWS::ECS::CapacityProvider', (resource) =>
          resource.addPropertyOverride('AutoScalingGroupProvider.ManagedScaling.Status', 'DISABLED'),
        ),
      ),
  ],
  [
    'managed scaling, removed',
    '`ManagedScaling.Status` must be "ENABLED", got: undefined',
    ({ provider }) => provider.addPropertyDeletionOverride('AutoScalingGroupProvider.ManagedScaling'),
    NodeReplacement.allAtOnce(),
  ],
  [
    'the group of the provider',
    "`AutoScalingGroupArn` must be the tier's group",
    ({ provider }) =>
      provider.addPropertyOverride('AutoScalingGroupProvider.AutoScalingGroupArn', 'arn:aws:autoscaling:x'),
  ],
  [
    'termination protection without protected nodes',
    'ECS refuses it. Set `enableManagedTerminationProtection` of the tier, which sets both',
    ({ provider }) =>
      provider.addPropertyOverride('AutoScalingGroupProvider.ManagedTerminationProtection', 'ENABLED'),
  ],
  [
    'protected nodes without termination protection',
    'no node would ever go',
    ({ tier }) => tier.autoScalingGroup.protectNewInstancesFromScaleIn(),
  ],
  [
    'termination protection with allAtOnce()',
    '(ProtectedAllAtOnce',
    ({ provider }) =>
      provider.addPropertyOverride('AutoScalingGroupProvider.ManagedTerminationProtection', 'ENABLED'),
    NodeReplacement.allAtOnce(),
  ],
  // What nodes start from.
  [
    'the launch template of the group',
    'the group must start its nodes from the tier\'s launch template, got: "lt-0123456789abcdef0"',
    ({ group }) => group.addPropertyOverride('LaunchTemplate.LaunchTemplateId', 'lt-0123456789abcdef0'),
    NodeReplacement.onNextLaunch(),
  ],
  [
    'the instance profile',
    'the launch template must keep its `IamInstanceProfile`',
    ({ launchTemplate }) =>
      launchTemplate.addPropertyDeletionOverride('LaunchTemplateData.IamInstanceProfile'),
  ],
  [
    'the user data, removed',
    '`UserData` of the launch template must be that of the bootstrap',
    ({ launchTemplate }) => launchTemplate.addPropertyDeletionOverride('LaunchTemplateData.UserData'),
  ],
  [
    'the user data, replaced by an aspect',
    '(UserDataReplaced',
    ({ stack }) =>
      lateAspect(
        stack,
        ofType('AWS::EC2::LaunchTemplate', (resource) => {
          const template = resource as ec2.CfnLaunchTemplate;
          const data = template.launchTemplateData as ec2.CfnLaunchTemplate.LaunchTemplateDataProperty;
          const userData = Buffer.from('#!/bin/bash\necho hello').toString('base64');
          template.launchTemplateData = { ...data, userData };
        }),
      ),
    NodeReplacement.onNextLaunch(),
  ],
  [
    'the instance type, with another architecture',
    '`InstanceType` must be of the architecture of its image (x86_64), got: "m7g.large"',
    ({ launchTemplate }) =>
      launchTemplate.addPropertyOverride('LaunchTemplateData.InstanceType', 'm7g.large'),
  ],
  // The refresh.
  [
    'the update policy',
    'the update policy `AutoScalingInstanceRefresh` must not be removed where running nodes are replaced',
    ({ group }) => group.addDeletionOverride('UpdatePolicy'),
  ],
  [
    'the surge that the cordon counts on',
    '`MaxHealthyPercentage` must stay at 200, got: 110',
    ({ group }) =>
      group.addOverride('UpdatePolicy.AutoScalingInstanceRefresh.Preferences.MaxHealthyPercentage', 110),
  ],
  // The state machines.
  [
    'the rule, switched off',
    'must stay enabled, and start the state machine "Estate/cdk-ecs-auto-scaled-cluster:ReadinessGate": the ' +
      "tier's `replacement`, `repair`, `drainLimit` or `consolidation` counts on it. Leave it to the library, or " +
      'switch off there what it does',
    ({ rule }) => rule.addPropertyOverride('State', 'DISABLED'),
  ],
  [
    'the rule’s target',
    'must stay enabled, and start the state machine',
    ({ rule }) => rule.addPropertyDeletionOverride('Targets'),
  ],
  [
    'the gate’s state machine',
    'the state machine "Estate/cdk-ecs-auto-scaled-cluster:ReadinessGate", and what starts it, must not be removed',
    ({ gate }) => {
      gate.node.scope?.node.tryRemoveChild(gate.node.id);
    },
  ],
  [
    'that it comes first',
    'the group must depend on the state machine "Estate/cdk-ecs-auto-scaled-cluster:ReadinessGate"',
    ({ group }) => group.addOverride('DependsOn', []),
  ],
];

test.each(CHANGES.map(([what, ...change]) => ({ what, change })))(
  'what the library relies on is refused when it is changed: $what',
  ({ change: [message, change, replacement] }) => {
    const parts = estate(replacement);
    change(parts);
    const refusal = refusalOf(() => parts.app.synth());
    expect(refusal).toContain(message);
    expect(refusal).toMatch(AT_TIER);
  },
);

describe('the association of the capacity providers', () => {
  const changed = (change: (association: CfnResource, parts: Estate) => void) => {
    const parts = estate(NodeReplacement.onNextLaunch());
    lateAspect(
      parts.stack,
      ofType(ASSOCIATION, (association) => change(association, parts)),
    );
    return () => parts.app.synth();
  };

  test.each<[string, string, (association: CfnResource, parts: Estate) => void]>([
    [
      'a tier is taken out',
      '`CapacityProviders` of the association must have that of each tier, missing: ',
      (association) => association.addPropertyOverride('CapacityProviders', ['FARGATE']),
    ],
    [
      'there is no default strategy',
      '`DefaultCapacityProviderStrategy` of the association must not be empty',
      (association) => association.addPropertyOverride('DefaultCapacityProviderStrategy', []),
    ],
    [
      'the default strategy has other providers',
      'must have associated capacity providers, got: "FARGATE"',
      (association) =>
        association.addPropertyOverride('DefaultCapacityProviderStrategy', [
          { CapacityProvider: 'FARGATE', Weight: 1 },
        ]),
    ],
    [
      'it is removed',
      'the association of the capacity providers must not be removed',
      (association) => {
        association.node.scope?.node.tryRemoveChild(association.node.id);
      },
    ],
  ])('is refused where %s', (_why, message, change) => {
    const refusal = refusalOf(changed(change));
    expect(refusal).toContain(message);
    expect(refusal).toContain('(AssociationChanged)');
  });

  test('is refused where there is another, in another stack too', () => {
    const { app, cluster } = estate();
    new ecs.CfnClusterCapacityProviderAssociations(new Stack(app, 'Other'), 'Mine', {
      cluster: cluster.clusterName,
      capacityProviders: ['FARGATE'],
      defaultCapacityProviderStrategy: [{ capacityProvider: 'FARGATE' }],
    });
    expect(() => app.synth()).toThrow('"Other/Mine": another association must not name the cluster');
  });

  test('is refused where the cluster has a strategy of its own', () => {
    const { app, cluster } = estate();
    (cluster.node.defaultChild as ecs.CfnCluster).capacityProviders = ['FARGATE'];
    expect(() => app.synth()).toThrow('the cluster itself must not have `CapacityProviders`');
  });

  test('may have a strategy of yours, and is made anew by a second synthesis', () => {
    const { app, stack, cluster, tier } = estate();
    cluster.enableFargateCapacityProviders();
    cluster.addDefaultCapacityProviderStrategy([{ capacityProvider: tier.capacityProviderName, weight: 5 }]);
    expect(() => app.synth()).not.toThrow();
    expect(() => stack.template).not.toThrow();
  });
});

test.each<[string, (estate: Estate) => void]>([
  [
    'tags of yours, mandatory ones by an aspect too',
    ({ app, stack }) => {
      Tags.of(app).add('team', 'orders', { priority: 500 });
      lateAspect(stack, (node) => TagManager.of(node)?.setTag('cost', '42'));
    },
  ],
  ['the name of the nodes', ({ stack }) => Tags.of(stack).add('Name', 'mine', { priority: 500 })],
  [
    'how full nodes are to be',
    ({ provider }) =>
      provider.addPropertyOverride('AutoScalingGroupProvider.ManagedScaling.TargetCapacity', 80),
  ],
  [
    'a target of notifications of the gate’s hook',
    ({ group }) =>
      group.addPropertyOverride(
        'LifecycleHookSpecificationList.0.NotificationTargetARN',
        'arn:aws:sns:eu-central-1:111122223333:hooks',
      ),
  ],
  [
    'another instance profile, by its name',
    ({ launchTemplate }) =>
      launchTemplate.addPropertyOverride('LaunchTemplateData.IamInstanceProfile', { Name: 'mine' }),
  ],
  [
    'user data that names a cluster itself',
    ({ launchTemplate }) =>
      launchTemplate.addPropertyOverride('LaunchTemplateData.UserData', {
        'Fn::Base64': '#!/bin/bash\necho ECS_CLUSTER=orders >> /etc/ecs/ecs.config',
      }),
  ],
  [
    'another type of the same architecture',
    ({ launchTemplate }) =>
      launchTemplate.addPropertyOverride('LaunchTemplateData.InstanceType', 'm7i.large'),
  ],
  ['the description of a rule', ({ rule }) => rule.addPropertyOverride('Description', 'mine')],
  ['a token', ({ group }) => group.addPropertyOverride('NewInstancesProtectedFromScaleIn', { Ref: 'P' })],
])('what is harmless passes: %s', (_what, change) => {
  const parts = estate();
  change(parts);
  expect(() => parts.app.synth()).not.toThrow();
});

test('a group of several types is held to its launch template and their architecture too', () => {
  const types = estate(NodeReplacement.rolling(), [SMALL, LARGE]);
  types.group.addPropertyOverride(
    'MixedInstancesPolicy.LaunchTemplate.Overrides.1.InstanceType',
    'm7g.large',
  );
  expect(() => types.app.synth()).toThrow('(MixedArchitectures at');
  const template = estate(NodeReplacement.rolling(), [SMALL, LARGE]);
  template.group.addPropertyOverride(
    'MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification.LaunchTemplateId',
    'lt-0123456789abcdef0',
  );
  expect(() => template.app.synth()).toThrow('(LaunchTemplateReplaced at');
});
