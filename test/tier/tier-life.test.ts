import { Annotations as Notes } from 'aws-cdk-lib';
import { Annotations, Match, type Template } from 'aws-cdk-lib/assertions';
import * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import { EcsAutoScaledCluster, type InstanceTierOptions, NodeReplacement, TierSchedule } from '../../src';
import { LARGE, only, SMALL, TestStack, taskDefinition } from '../helpers/estate';

const GROUP = 'AWS::AutoScaling::AutoScalingGroup';
const PROVIDER = 'AWS::ECS::CapacityProvider';
const ASSOCIATION = 'AWS::ECS::ClusterCapacityProviderAssociations';

describe('a tier that is retired', () => {
  const withRetired = (options: InstanceTierOptions = {}) => {
    const stack = new TestStack();
    const cluster = stack.cluster({ tiers: [] });
    const old = cluster.addTier('old', { instanceTypes: [SMALL], retired: true, ...options });
    const next = cluster.addTier('next', { instanceTypes: [LARGE] });
    return { stack, cluster, old, next };
  };

  test('stays associated with the cluster, so what runs on it runs on, and is in the default strategy no more', () => {
    const { stack, old, next } = withRetired();
    stack.template.hasResourceProperties(ASSOCIATION, {
      CapacityProviders: [stack.resolve(old.capacityProviderName), stack.resolve(next.capacityProviderName)],
      DefaultCapacityProviderStrategy: [
        { CapacityProvider: stack.resolve(next.capacityProviderName), Weight: 1 },
      ],
    });
  });

  test('empties: it has no minimum and no schedule', () => {
    const schedules = [
      TierSchedule.at({ schedule: autoscaling.Schedule.expression('0 8 * * *'), minCapacity: 3 }),
    ];
    const { stack } = withRetired({ minCapacity: 2, maxCapacity: 9, schedules });
    stack.template.hasResourceProperties(GROUP, { MinSize: '0', MaxSize: '9' });
    stack.template.resourceCountIs('AWS::AutoScaling::ScheduledAction', 0);
  });

  test('keeps its logical ids, and so its group, its nodes and its provider', () => {
    const idsWith = (retired: boolean) => {
      const stack = new TestStack();
      const cluster = stack.cluster();
      cluster.addTier('batch', { instanceTypes: [LARGE], retired });
      return Object.keys(stack.template.toJSON().Resources);
    };
    expect(idsWith(true)).toEqual(idsWith(false));
  });

  test('is no part of a strategy', () => {
    expect(() => withRetired().old.strategy()).toThrow(
      'the tier "old" is retired and takes no new tasks: name another tier in the strategy ' +
        '(RetiredTier at Estate/Orders/Tiers/old)',
    );
  });

  test.each<[string, InstanceTierOptions, string]>([
    [
      'a part in the default strategy',
      { defaultStrategy: { weight: 1 } },
      '`defaultStrategy` must not be set for a tier that is `retired`: it takes no new tasks',
    ],
    [
      'a desired capacity',
      { desiredCapacity: 1 },
      '`desiredCapacity` must not be set for a tier that is `retired`: each deployment would start ' +
        'nodes again',
    ],
  ])('with %s is refused', (_what, options, message) => {
    expect(() => withRetired(options)).toThrow(message);
  });

  test('may not be the only one', () => {
    const stack = new TestStack();
    stack.cluster({ tiers: [{ name: 'old', instanceTypes: [SMALL], retired: true }] });
    expect(() => stack.template).toThrow(
      'a cluster needs at least one tier that is not `retired` (RetiredTier)',
    );
  });

  test('can be removed in the deployment after, in which nothing names it any more', () => {
    const stack = new TestStack();
    stack.cluster({ tiers: [{ name: 'next', instanceTypes: [LARGE] }] });
    const { CapacityProviders, DefaultCapacityProviderStrategy } = only(
      stack.template,
      ASSOCIATION,
    ).Properties;
    expect(CapacityProviders).toHaveLength(1);
    const before = withRetired().stack;
    expect(
      before.resolve(only(before.template, ASSOCIATION).Properties.DefaultCapacityProviderStrategy),
    ).toEqual(DefaultCapacityProviderStrategy);
  });
});

test('renaming a tier makes the new one beside the old one: their ids and generated names have nothing in common', () => {
  const named = (name: string) => {
    const stack = new TestStack();
    stack.cluster({ tiers: [{ name, instanceTypes: [SMALL] }] });
    return stack.template;
  };
  const idsOf = (template: Template) =>
    [GROUP, PROVIDER, 'AWS::EC2::LaunchTemplate'].flatMap((type) =>
      Object.keys(template.findResources(type)),
    );
  expect(idsOf(named('old')).filter((id) => idsOf(named('new')).includes(id))).toEqual([]);
  for (const type of [GROUP, PROVIDER]) {
    expect(
      Object.keys(only(named('old'), type).Properties).filter((property) =>
        /^(Name|AutoScalingGroupName)$/.test(property),
      ),
    ).toEqual([]);
  }
});

/**
 * What CloudFormation makes first: everything that a resource refers to or depends on. Deletion
 * goes the other way.
 */
function neededBy(template: Template): (id: string) => Set<string> {
  const resources = template.toJSON().Resources;
  const direct = (id: string) =>
    Object.keys(resources).filter(
      (other) => other !== id && new RegExp(`"${other}[".]`).test(JSON.stringify(resources[id])),
    );
  return (id) => {
    const found = new Set<string>();
    const queue = [id];
    for (const next of queue) {
      for (const needed of direct(next)) {
        if (!found.has(needed)) queue.push(needed);
        found.add(needed);
      }
    }
    return found;
  };
}

describe('a stack is deleted in the order', () => {
  const estate = (tier: InstanceTierOptions, clusterName?: string) => {
    const stack = new TestStack();
    const cluster = new EcsAutoScaledCluster(stack, 'Orders', { vpc: stack.vpc, clusterName });
    cluster.addTier('general', { instanceTypes: [SMALL], ...tier });
    new ecs.Ec2Service(stack, 'Api', {
      cluster,
      taskDefinition: taskDefinition(stack),
      minHealthyPercent: 100,
    });
    return stack.template;
  };
  const chain = (template: Template, types: string[]) => {
    const needs = neededBy(template);
    const ids = types.map((type) => only(template, type).id);
    return ids
      .slice(1)
      .map((id, index) => (needs(ids[index]).has(id) && !needs(id).has(ids[index]) ? 'before' : 'any'));
  };

  test.each<[string, InstanceTierOptions, string | undefined]>([
    ['onNextLaunch()', {}, undefined],
    ['rolling()', { replacement: NodeReplacement.rolling() }, undefined],
    ['allAtOnce()', { replacement: NodeReplacement.allAtOnce() }, undefined],
    ['names of their own', { capacityProviderName: 'orders-general' }, 'orders'],
  ])('service, association, provider, group, cluster, with %s', (_what, tier, clusterName) => {
    const order = chain(estate(tier, clusterName), [
      'AWS::ECS::Service',
      ASSOCIATION,
      PROVIDER,
      GROUP,
      'AWS::ECS::Cluster',
    ]);
    expect(order).toEqual(['before', 'before', 'before', 'before']);
  });

  test('service, association, provider, forced deletion, group, if the group is deleted by force', () => {
    const template = estate({ forceDelete: true, replacement: NodeReplacement.rolling() });
    expect(chain(template, ['AWS::ECS::Service', ASSOCIATION, PROVIDER, 'Custom::AWS', GROUP])).toEqual([
      'before',
      'before',
      'before',
      'before',
    ]);
  });

  test('group, then what its nodes need to leave the cluster', () => {
    expect(chain(estate({}), [GROUP, 'AWS::IAM::Policy'])).toEqual(['before']);
  });
});

describe('forced deletion', () => {
  const stack = new TestStack();
  stack.cluster({ tiers: [{ name: 'general', instanceTypes: [SMALL], forceDelete: true }] });
  const { template } = stack;
  const groupId = only(template, GROUP).id;

  test('happens at deletion and at no other time', () => {
    const { Properties } = only(template, 'Custom::AWS');
    expect(Properties).toMatchObject({ InstallLatestAwsSdk: false });
    expect(Properties).not.toHaveProperty('Create');
    expect(Properties).not.toHaveProperty('Update');
    const text = Properties.Delete['Fn::Join'][1]
      .map((part: any) => (typeof part === 'string' ? part : '<group>'))
      .join('');
    expect(JSON.parse(text)).toEqual({
      service: 'AutoScaling',
      action: 'deleteAutoScalingGroup',
      parameters: { AutoScalingGroupName: '<group>', ForceDelete: true },
      ignoreErrorCodesMatching: 'ValidationError',
    });
  });

  test('may delete this one group, and do nothing else', () => {
    const policies = template.findResources('AWS::IAM::Policy', {
      Properties: { PolicyName: Match.stringLikeRegexp('ForceDelete') },
    });
    const arn = [
      '',
      [
        'arn:',
        { Ref: 'AWS::Partition' },
        ':autoscaling:',
        { Ref: 'AWS::Region' },
        ':',
        { Ref: 'AWS::AccountId' },
        ':autoScalingGroup:*:autoScalingGroupName/',
        { Ref: groupId },
      ],
    ];
    expect(Object.values(policies).map(({ Properties }) => Properties.PolicyDocument.Statement)).toEqual([
      [{ Action: 'autoscaling:DeleteAutoScalingGroup', Effect: 'Allow', Resource: { 'Fn::Join': arn } }],
    ]);
  });

  test('takes one function a stack, however many tiers ask for it', () => {
    const many = new TestStack();
    const cluster = many.cluster({ tiers: [] });
    for (const name of ['a', 'b', 'c']) cluster.addTier(name, { instanceTypes: [SMALL], forceDelete: true });
    many.template.resourceCountIs('Custom::AWS', 3);
    many.template.resourceCountIs('AWS::Lambda::Function', 1);
  });
});

describe('managed termination protection', () => {
  const ID = 'cdk-ecs-auto-scaled-cluster:InstanceTier.enableManagedTerminationProtection';
  const protectedTier = (replacement: NodeReplacement, retired = false) => {
    const stack = new TestStack();
    const cluster = stack.cluster({
      tiers: [
        {
          name: 'general',
          instanceTypes: [SMALL],
          enableManagedTerminationProtection: true,
          replacement,
          retired,
        },
      ],
    });
    return { stack, cluster };
  };

  test('is given to who asks for it, with a warning that names the price, and a refresh goes past it', () => {
    const { stack } = protectedTier(NodeReplacement.rolling());
    stack.template.hasResource(GROUP, {
      Properties: { NewInstancesProtectedFromScaleIn: true },
      UpdatePolicy: { AutoScalingInstanceRefresh: { Preferences: { ScaleInProtectedInstances: 'Refresh' } } },
    });
    Annotations.fromStack(stack).hasWarning(
      '/Estate/Orders/Tiers/general',
      Match.stringLikeRegexp(
        'has managed termination protection: nodes with any task at all stay .* deleting the stack ' +
          'will hang until the protection of its last nodes is',
      ),
    );
  });

  test('does not hang a stack whose group is deleted by force', () => {
    const stack = new TestStack();
    stack.cluster({
      tiers: [
        {
          name: 'general',
          instanceTypes: [SMALL],
          enableManagedTerminationProtection: true,
          forceDelete: true,
        },
      ],
    });
    Annotations.fromStack(stack).hasWarning(
      '*',
      Match.stringLikeRegexp('stay when the tier scales in[.] Managed draining'),
    );
  });

  test('is quiet once it is acknowledged', () => {
    const { stack, cluster } = protectedTier(NodeReplacement.onNextLaunch());
    Notes.of(cluster).acknowledgeWarning(ID);
    Annotations.fromStack(stack).hasNoWarning('*', Match.stringLikeRegexp(ID));
  });

  test('contradicts allAtOnce(), whose clusters must be deleted cleanly', () => {
    expect(() => protectedTier(NodeReplacement.allAtOnce())).toThrow(
      '`enableManagedTerminationProtection` must not be set with `NodeReplacement.allAtOnce()`: nodes ' +
        'that may go down at any time need no protection, and it would keep the stack from being deleted ' +
        '(ProtectedAllAtOnce at Estate/Orders/Tiers/general)',
    );
  });
});

describe('a desired capacity', () => {
  const withDesired = (replacement: NodeReplacement) => {
    const stack = new TestStack();
    stack.cluster({ tiers: [{ name: 'general', instanceTypes: [SMALL], desiredCapacity: 2, replacement }] });
    return Annotations.fromStack(stack);
  };
  const ours = Match.stringLikeRegexp('cdk-ecs-auto-scaled-cluster:InstanceTier.desiredCapacity');

  test.each([NodeReplacement.rolling(), NodeReplacement.allAtOnce()])(
    'is warned of where running nodes are replaced',
    (replacement) => {
      withDesired(replacement).hasWarning('/Estate/Orders/Tiers/general', ours);
    },
  );

  test("is left to CDK's own warning otherwise", () => {
    withDesired(NodeReplacement.onNextLaunch()).hasNoWarning('*', ours);
    withDesired(NodeReplacement.onNextLaunch()).hasWarning(
      '*',
      Match.stringLikeRegexp('desiredCapacity has been configured'),
    );
  });
});
