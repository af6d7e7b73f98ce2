import type * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import { EcsAutoScaledCluster, NodeReplacement } from '../../src';
import { MARKING_POLLS, NODES_AT_ONCE, SECONDS_TO_WAIT } from '../../src/fleet/cordon/cordon-steps';
import { HELD, NOT_HELD } from '../../src/replacement/held';
import { only, SMALL, TestStack, taskDefinition } from '../helpers/estate';
import { definition, pattern, policies, resourcesOf, statesOf } from './machine';

const replacement = NodeReplacement.rolling({ maxHealthyPercentage: 110 });

describe('the cordon of a stack', () => {
  const stack = new TestStack();
  stack.cluster({ replacement });
  const { template } = stack;
  const machine = definition(template, 'Cordon');
  const states = Object.fromEntries(statesOf(machine));

  test('hears of the refreshes of groups that CloudFormation has named for the stack', () => {
    expect(pattern(template, 'Cordon')).toEqual({
      source: ['aws.autoscaling'],
      'detail-type': ['EC2 Auto Scaling Instance Refresh Started'],
      detail: { AutoScalingGroupName: [{ prefix: 'Estate-' }] },
    });
  });

  test('may mark nodes of its clusters, and read; beyond that log and trace', () => {
    const cluster = only(template, 'AWS::ECS::Cluster').id;
    expect(policies(template, 'Cordon')).toEqual([
      [
        {
          Sid: 'ReadGroups',
          Effect: 'Allow',
          Action: ['autoscaling:DescribeAutoScalingGroups', 'autoscaling:DescribeInstanceRefreshes'],
          Resource: '*',
        },
        expect.objectContaining({ Sid: 'DeliverTheLog' }),
        expect.objectContaining({ Sid: 'SendTraces' }),
        {
          Sid: 'FindNodes',
          Effect: 'Allow',
          Action: ['ecs:ListContainerInstances', 'ecs:ListAttributes'],
          Resource: [`<${cluster}.Arn>`],
        },
        {
          Sid: 'MarkNodes',
          Effect: 'Allow',
          Action: ['ecs:PutAttributes', 'ecs:DeleteAttributes'],
          Resource: 'arn:aws:ecs:eu-central-1:111122223333:container-instance/*',
          Condition: { ArnEquals: { 'ecs:cluster': [`<${cluster}.Arn>`] } },
        },
      ],
    ]);
  });

  test('asks for no permission that it has not', () => {
    const allowed = policies(template, 'Cordon').flatMap((statements) =>
      statements.flatMap((statement) => statement.Action),
    );
    const called = statesOf(machine)
      .filter(([, { Type }]) => Type === 'Task')
      .map(([, { Resource }]) => /aws-sdk:(\w+):(\w)(\w+)$/.exec(Resource) ?? [])
      .map(([, service, first, rest]) => `${service}:${first.toUpperCase()}${rest}`);
    expect(called.length).toBe(7);
    expect(called.filter((action) => !allowed.includes(action))).toEqual([]);
  });

  test('looks after groups with the tag of its stack', () => {
    expect(states['Read the group'].Assign.ours).toBe(
      "{% $exists($states.result.AutoScalingGroups[0].Tags[Key = 'EcsCordon' and Value = 'Estate']) %}",
    );
    expect(only(template, 'AWS::AutoScaling::AutoScalingGroup').Properties.Tags).toContainEqual({
      Key: 'EcsCordon',
      Value: { Ref: 'AWS::StackName' },
      PropagateAtLaunch: false,
    });
  });

  test('marks with the id of the refresh, and clears by it', () => {
    expect(states['Mark a node'].Arguments.Attributes).toEqual([
      {
        Name: 'held',
        Value: '{% $refresh %}',
        TargetType: 'container-instance',
        TargetId: '{% $states.input %}',
      },
    ]);
    expect(states['Find its marks'].Arguments).toMatchObject({
      AttributeName: 'held',
      AttributeValue: '{% $refresh %}',
    });
    expect(states['Clear a mark'].Arguments.Attributes).toEqual([
      { Name: 'held', TargetType: 'container-instance', TargetId: '{% $states.input %}' },
    ]);
  });

  test('marks what the constraint of services asks for', () => {
    expect(NOT_HELD).toBe(`attribute:${HELD} !exists`);
  });

  test('clears when the refresh is over in whatever way, is rolled back, or its group has gone', () => {
    const { Choices, Default } = states['Has it ended'];
    const running = "$states.input in ['Pending', 'InProgress', 'Baking', 'Cancelling']";
    expect(Choices.map((choice: any) => [choice.Condition, choice.Next])).toEqual([
      [`{% ${running} and $polls <= 20 %}`, 'Mark the old nodes'],
      [`{% ${running} %}`, 'Wait'],
    ]);
    expect(Default).toBe('Find its marks');
    expect(states['Read its progress'].Catch).toEqual([
      { ErrorEquals: ['States.ALL'], Next: 'Find its marks' },
    ]);
  });

  test('is there before its groups are changed, so that a deployment that brings both has it', () => {
    const { DependsOn } = only(template, 'AWS::AutoScaling::AutoScalingGroup');
    for (const type of ['AWS::Events::Rule', 'AWS::StepFunctions::StateMachine', 'AWS::IAM::Policy']) {
      for (const [id] of resourcesOf(template, 'Cordon', type)) expect(DependsOn).toContain(id);
    }
  });

  test('stays within the 25,000 entries of a history: 500 nodes for 14 days, 700 for the 36 hours of CloudFormation', () => {
    expect(entries(500, 14 * 24)).toBeLessThan(25_000);
    expect(entries(700, 36)).toBeLessThan(25_000);
  });

  test('keeps its filters below the 2,000 characters of an expression, and its lists on one page', () => {
    expect(NODES_AT_ONCE * "i-0123456789abcdef0', '".length + 100).toBeLessThan(2000);
    expect(NODES_AT_ONCE).toBeLessThanOrEqual(100);
  });
});

/**
 * How many entries the history of a run has: five a task, four a map, two a choice or a wait
 * and an iteration.
 */
function entries(nodes: number, hours: number): number {
  const wait = new Function('$polls', `return ${SECONDS_TO_WAIT}`);
  let polls = 0;
  for (let seconds = 0; seconds < hours * 3600; polls++) seconds += wait(polls);
  const perNode = 7;
  const marking = 4 + Math.ceil(nodes / NODES_AT_ONCE) * (2 + 5 + 4);
  const clearing = Math.ceil(nodes / 100) * (5 + 2 + 4 + 2) + perNode * nodes;
  return 20 + polls * (2 + 5 + 2) + (MARKING_POLLS + 1) * marking + perNode * nodes + clearing;
}

describe('the name of a group that CloudFormation does not begin with that of the stack', () => {
  const anyGroup = { AutoScalingGroupName: [{ exists: true }] };

  test('a name by an escape hatch: the rule hears of all, and the machine looks at the tag', () => {
    const stack = new TestStack();
    const group = stack.cluster({ replacement }).tier('general').autoScalingGroup.node
      .defaultChild as autoscaling.CfnAutoScalingGroup;
    group.autoScalingGroupName = 'legacy';
    expect(pattern(stack.template, 'Cordon').detail).toEqual(anyGroup);
  });

  test('a name that would be too long, which CloudFormation shortens', () => {
    const stack = new TestStack(undefined, `Estate${'-long'.repeat(20)}`);
    stack.cluster({ replacement }, 'Orders'.repeat(20));
    expect(pattern(stack.template, 'Cordon').detail).toEqual(anyGroup);
  });
});

describe('the constraint of services', () => {
  const constrained = { PlacementConstraints: [{ Type: 'memberOf', Expression: 'attribute:held !exists' }] };
  const service = (given: NodeReplacement, kind: 'Ec2Service' | 'Daemon' = 'Ec2Service') => {
    const stack = new TestStack();
    const cluster = stack.cluster({ replacement: given });
    new ecs.Ec2Service(stack, 'Api', {
      cluster,
      taskDefinition: taskDefinition(stack),
      daemon: kind === 'Daemon',
      minHealthyPercent: 0,
    });
    return only(stack.template, 'AWS::ECS::Service').Properties;
  };

  test('is there as soon as one tier has the cordon', () => {
    expect(service(replacement)).toMatchObject(constrained);
    const stack = new TestStack();
    const cluster = stack.cluster();
    new ecs.Ec2Service(stack, 'Api', {
      cluster,
      taskDefinition: taskDefinition(stack),
      minHealthyPercent: 100,
    });
    cluster.addTier('rolled', { instanceTypes: [SMALL], replacement });
    expect(only(stack.template, 'AWS::ECS::Service').Properties).toMatchObject(constrained);
  });

  test.each([
    ['at a surge of 200', NodeReplacement.rolling()],
    ['when it is turned off', NodeReplacement.rolling({ maxHealthyPercentage: 110, cordon: false })],
    ['all at once', NodeReplacement.allAtOnce()],
    ['on the next launch', NodeReplacement.onNextLaunch()],
  ])('is not there %s', (_, given) => {
    expect(service(given)).not.toHaveProperty('PlacementConstraints');
  });

  test('is never on a daemon, whose running tasks ECS would stop', () => {
    expect(service(replacement, 'Daemon')).not.toHaveProperty('PlacementConstraints');
  });

  test('can be had for tasks that the app does not define', () => {
    expect(EcsAutoScaledCluster.notHeld().toJson()).toEqual([
      { type: 'memberOf', expression: 'attribute:held !exists' },
    ]);
  });

  test.each([
    [true, constrained.PlacementConstraints],
    [false, undefined],
  ])('is there on a cluster of another app that says so: %p', (cordon, expected) => {
    const stack = new TestStack();
    const cluster = EcsAutoScaledCluster.fromEcsAutoScaledClusterAttributes(stack, 'Imported', {
      clusterName: 'orders',
      vpc: stack.vpc,
      cordon,
    });
    new ecs.Ec2Service(stack, 'Api', {
      cluster,
      taskDefinition: taskDefinition(stack),
      minHealthyPercent: 100,
    });
    expect(only(stack.template, 'AWS::ECS::Service').Properties.PlacementConstraints).toEqual(expected);
  });
});
