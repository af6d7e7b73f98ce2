import { CfnParameter } from 'aws-cdk-lib';
import type * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import { EcsAutoScaledCluster, NodeReplacement } from '../../src';
import { MEMBERS_IN_A_PAGE, NODES_AT_ONCE, NODES_IN_A_CALL } from '../../src/fleet/at-once';
import { MAX_ENTRIES } from '../../src/fleet/cordon/cordon-steps';
import { HELD, heldBy, NOT_HELD } from '../../src/replacement/held';
import { only, SMALL, TestStack, taskDefinition } from '../helpers/estate';
import { allowedTo, callsOf, definition, pattern, policies, resourcesOf, statesOf } from './machine';

const draining = NodeReplacement.rolling();
const marking = NodeReplacement.rolling({ maxHealthyPercentage: 110, cordon: true });

describe('the cordon of a stack', () => {
  const stack = new TestStack();
  stack.cluster({ replacement: draining });
  const { template } = stack;
  const machine = definition(template, 'Cordon');
  const states = Object.fromEntries(statesOf(machine));
  const cluster = only(template, 'AWS::ECS::Cluster').id;

  test('receives begin and end of the refreshes of groups that CloudFormation has named for the stack', () => {
    expect(pattern(template, 'Cordon')).toEqual({
      source: ['aws.autoscaling'],
      'detail-type': ['Started', 'Failed', 'Cancelled', 'Rollback Started', 'Succeeded'].map(
        (what) => `EC2 Auto Scaling Instance Refresh ${what}`,
      ),
      detail: { AutoScalingGroupName: [{ prefix: 'Estate-' }] },
    });
  });

  test('may hold nodes of its clusters, and read; beyond that log, trace, report and start itself', () => {
    expect(policies(template, 'Cordon')).toEqual([
      [
        {
          Sid: 'ReadGroups',
          Effect: 'Allow',
          Action: [
            'autoscaling:DescribeAutoScalingGroups',
            'autoscaling:DescribeAutoScalingInstances',
            'autoscaling:DescribeInstanceRefreshes',
            'autoscaling:DescribeLifecycleHooks',
            'ec2:DescribeTags',
          ],
          Resource: '*',
        },
        {
          Sid: 'ReportTheMissingHook',
          Effect: 'Allow',
          Action: 'cloudwatch:PutMetricData',
          Resource: '*',
          Condition: { StringEquals: { 'cloudwatch:namespace': 'EcsAutoScaledCluster' } },
        },
        expect.objectContaining({ Sid: 'DeliverTheLog' }),
        expect.objectContaining({ Sid: 'SendTraces' }),
        {
          Sid: 'FindNodes',
          Effect: 'Allow',
          Action: 'ecs:ListContainerInstances',
          Resource: [`<${cluster}.Arn>`],
        },
        {
          Sid: 'HoldNodes',
          Effect: 'Allow',
          Action: [
            'ecs:DescribeContainerInstances',
            'ecs:UpdateContainerInstancesState',
            'ecs:PutAttributes',
            'ecs:DeleteAttributes',
          ],
          Resource: 'arn:aws:ecs:eu-central-1:111122223333:container-instance/*',
          Condition: { ArnEquals: { 'ecs:cluster': [`<${cluster}.Arn>`] } },
        },
      ],
      [{ Sid: 'Continue', Effect: 'Allow', Action: 'states:StartExecution', Resource: expect.any(String) }],
    ]);
  });

  test('may read the services of clusters where nodes are marked, and of no others', () => {
    const other = new TestStack();
    other.cluster({ replacement: draining }, 'Drained');
    other.cluster({ replacement: marking }, 'Marked');
    const marked = Object.keys(other.template.findResources('AWS::ECS::Cluster')).find((id) =>
      id.includes('Marked'),
    );
    const found = policies(other.template, 'Cordon')
      .flat()
      .filter(({ Sid }) => ['ListServices', 'ReadServices'].includes(Sid));
    expect(found.map(({ Action, Condition }) => [Action, Condition.ArnEquals['ecs:cluster']])).toEqual([
      ['ecs:ListServices', [`<${marked}.Arn>`]],
      ['ecs:DescribeServices', [`<${marked}.Arn>`]],
    ]);
  });

  test('asks for each permission that it has, and for no other', () => {
    const other = new TestStack();
    other.cluster({ replacement: marking });
    expect(callsOf(definition(other.template, 'Cordon'))).toEqual(allowedTo(other.template, 'Cordon'));
  });

  test('looks after groups with the tag of its stack, which says how', () => {
    expect(states['Read the group'].Assign.ours).toBe(
      "{% $exists($states.result.AutoScalingGroups[0].Tags[Key = 'EcsCordon' and Value = 'Estate']) %}",
    );
    const modes = [draining, marking].map((replacement) => {
      const other = new TestStack();
      other.cluster({ replacement });
      const { Tags } = only(other.template, 'AWS::AutoScaling::AutoScalingGroup').Properties;
      expect(Tags).toContainEqual({
        Key: 'EcsCordon',
        Value: { Ref: 'AWS::StackName' },
        PropagateAtLaunch: false,
      });
      return Tags.find(({ Key }: { Key: string }) => Key === 'EcsCordonMode');
    });
    expect(modes.map(({ Value, PropagateAtLaunch }) => [Value, PropagateAtLaunch])).toEqual([
      ['drain', false],
      ['mark', false],
    ]);
  });

  test('reads the status first, and touches nothing of a refresh that has ended but what it holds', () => {
    expect(machine.States[machine.StartAt].Default).toBe('A refresh begins or has ended');
    expect(states['A refresh begins or has ended'].Next).toBe('Read the refresh');
    const { Choices, Default } = states['Is there anything to do'];
    expect(Choices.map((choice: any) => [choice.Condition, choice.Next])).toEqual([
      ['{% $not($ours) %}', 'Not ours'],
      ["{% $status in ['Pending', 'InProgress', 'Cancelling'] and $knowsOld %}", 'Wait'],
      ["{% $status in ['Pending', 'InProgress', 'Cancelling'] %}", 'What an earlier refresh has left'],
    ]);
    expect(states[Default].Assign).toEqual({
      purpose: "{% 'give back' %}",
      filter: "{% 'attribute:held == ' & $mark %}",
    });
  });

  test('marks with the id of the refresh before it drains, ten nodes a call, and takes off by it', () => {
    expect(states['A refresh begins or has ended'].Assign.mark).toBe(
      "{% 'cordon:' & $states.input.detail.InstanceRefreshId %}",
    );
    expect(states['Mark them'].Arguments.Attributes).toContain("'Name': 'held', 'Value': $mark");
    expect(states['Mark them'].Next).toBe('Are they drained too');
    expect(states['Hold them'].Items).toBe('{% $partition($chosen, 10) %}');
    expect(states['Give them back'].Items).toMatch(/ \$found, 10\) %}$/);
  });

  test('leaves alone what others hold: another mark, or a drain without one', () => {
    const { Filter, Status } = states['Which are free'].Arguments;
    expect(Status).toBe('ACTIVE');
    expect(Filter).toContain('and (attribute:held !exists');
    expect(states['What an earlier refresh has left'].Assign.filter).toContain('attribute:held =~ cordon:.*');
  });

  test('sets what the constraint of services asks for', () => {
    expect(NOT_HELD).toBe(`attribute:${HELD} !exists`);
    expect(heldBy).toEqual({ cordon: 'cordon:', repair: 'repair:', consolidation: 'consolidation:' });
  });

  test('reads no description of a group with its instances, which would not fit into a state', () => {
    const groups = statesOf(machine).filter(([, { Resource = '' }]) =>
      Resource.endsWith('describeAutoScalingGroups'),
    );
    expect(groups.map(([, { Arguments }]) => Arguments.IncludeInstances)).toEqual([false, false]);
  });

  test('is there before its groups are changed, so that a deployment that brings both has it', () => {
    const { DependsOn } = only(template, 'AWS::AutoScaling::AutoScalingGroup');
    for (const type of ['AWS::Events::Rule', 'AWS::StepFunctions::StateMachine', 'AWS::IAM::Policy']) {
      for (const [id] of resourcesOf(template, 'Cordon', type)) expect(DependsOn).toContain(id);
    }
  });

  test('hands over to another run all that it knows, long before its history has 25,000 entries', () => {
    const input = states['Go on with another run'].Arguments.Input;
    const { Assign } = states['It goes on'];
    const handedOver = Object.entries(Assign).filter(([, value]) =>
      String(value).includes('$states.input.goesOn'),
    );
    expect(handedOver.length).toBeGreaterThan(10);
    for (const [name] of handedOver) expect(input).toContain(`'${name}': $${name}`);
    // One look of a group of 1,000 nodes and one hold of 500 fit into what is left.
    expect(MAX_ENTRIES + entriesOfALook(1000) + entriesOfAHold(500)).toBeLessThan(25_000);
  });

  test('estimates the entries of its history, and not too few of them', () => {
    const estimated = (name: string, known: Record<string, unknown>) =>
      evaluated(states[name].Assign.entries, known);
    const looks = estimated('Wait', {}) + estimated('Compare with the last time', { ids: Array(1000) });
    expect(looks).toBeGreaterThanOrEqual(entriesOfALook(1000));
    expect(estimated('Hold them', { chosen: Array(500) })).toBeGreaterThanOrEqual(entriesOfAHold(500));
  });

  test('keeps its filters below the 2,000 characters of an expression, and its lists on one page', () => {
    const rest =
      ' and (attribute:held !exists or attribute:held == cordon:01234567-0123-0123-0123-0123456789ab)';
    expect(NODES_AT_ONCE * "i-0123456789abcdef0', '".length + rest.length + 30).toBeLessThan(2000);
    expect(NODES_AT_ONCE).toBeLessThanOrEqual(100);
    expect(MEMBERS_IN_A_PAGE * (255 + 200)).toBeLessThan(262_144);
  });
});

/** A task has five entries; a map two, and two for each item; a choice, a pass or a wait two. */
function entriesOfALook(nodes: number): number {
  const pages = Math.ceil(nodes / MEMBERS_IN_A_PAGE);
  const parts = Math.ceil(nodes / NODES_AT_ONCE);
  const loop = 2 + 5 + 2 + 5 + 2 + 2 + 2 + 2 + 2 + 2;
  const services = 2 + 5 + 2 + 2 + 2 + 2 + 2;
  return loop + services + pages * (5 + 2) + parts * (2 + 5 + 2 + 5 + 2 + 5 + 2);
}

function entriesOfAHold(nodes: number): number {
  return 2 + 2 + Math.ceil(nodes / NODES_IN_A_CALL) * (2 + 2 + 5 + 2 + 5 + 2);
}

/** What an expression adds to the entries that there are. */
function evaluated(expression: string, known: Record<string, unknown>): number {
  const names = Object.keys(known).map((name) => `$${name}`);
  const run = new Function('$entries', '$count', '$ceil', ...names, `return ${expression.slice(2, -2)}`);
  return run(0, (list: unknown[]) => list.length, Math.ceil, ...Object.values(known));
}

describe('the name of a group that CloudFormation does not begin with that of the stack', () => {
  const anyGroup = { AutoScalingGroupName: [{ exists: true }] };

  test('a name that is given is in the pattern, next to the beginning of those that are not', () => {
    const stack = new TestStack();
    const cluster = stack.cluster({ replacement: draining });
    cluster.addTier('batch', { instanceTypes: [SMALL], autoScalingGroupName: 'batch' });
    const hatch = cluster.addTier('legacy', { instanceTypes: [SMALL] }).autoScalingGroup.node
      .defaultChild as autoscaling.CfnAutoScalingGroup;
    hatch.addPropertyOverride('AutoScalingGroupName', 'legacy');
    expect(pattern(stack.template, 'Cordon').detail).toEqual({
      AutoScalingGroupName: [{ prefix: 'Estate-' }, 'batch', 'legacy'],
    });
  });

  test('a name that is known at deployment only: the rule matches all, and the machine looks at the tag', () => {
    const stack = new TestStack();
    const name = new CfnParameter(stack, 'Name').valueAsString;
    stack.cluster({
      replacement: draining,
      tiers: [{ name: 'general', instanceTypes: [SMALL], autoScalingGroupName: name }],
    });
    expect(pattern(stack.template, 'Cordon').detail).toEqual(anyGroup);
  });

  test('more names than a pattern has room for', () => {
    const stack = new TestStack();
    const tiers = [...'abcdef'].map((name) => ({
      name,
      instanceTypes: [SMALL],
      autoScalingGroupName: name.repeat(255),
    }));
    stack.cluster({ replacement: draining, tiers });
    expect(pattern(stack.template, 'Cordon').detail).toEqual(anyGroup);
  });

  test('a name that would be too long, which CloudFormation shortens', () => {
    const stack = new TestStack(undefined, `Estate${'-long'.repeat(20)}`);
    stack.cluster({ replacement: draining }, 'Orders'.repeat(20));
    expect(pattern(stack.template, 'Cordon').detail).toEqual(anyGroup);
  });
});

describe('the constraint of services', () => {
  const constrained = {
    PlacementConstraints: [{ Type: 'memberOf', Expression: 'attribute:held !exists' }],
  };
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

  test('is there as soon as one tier marks its nodes', () => {
    expect(service(marking)).toMatchObject(constrained);
    const stack = new TestStack();
    const cluster = stack.cluster();
    new ecs.Ec2Service(stack, 'Api', {
      cluster,
      taskDefinition: taskDefinition(stack),
      minHealthyPercent: 100,
    });
    cluster.addTier('rolled', { instanceTypes: [SMALL], replacement: marking });
    expect(only(stack.template, 'AWS::ECS::Service').Properties).toMatchObject(constrained);
  });

  test.each([
    ['at a surge of 200, where nodes are drained', NodeReplacement.rolling()],
    ['at a surge of 200 where the cordon is asked for', NodeReplacement.rolling({ cordon: true })],
    ['below it, unless asked for', NodeReplacement.rolling({ maxHealthyPercentage: 110 })],
    ['when it is turned off', NodeReplacement.rolling({ maxHealthyPercentage: 110, cordon: false })],
    ['all at once', NodeReplacement.allAtOnce()],
    ['on the next launch', NodeReplacement.onNextLaunch()],
  ])('is not there %s', (_, given) => {
    expect(service(given)).not.toHaveProperty('PlacementConstraints');
  });

  test('is never on a daemon, whose running tasks ECS would stop', () => {
    expect(service(marking, 'Daemon')).not.toHaveProperty('PlacementConstraints');
  });

  test('can be had for tasks that the app does not define', () => {
    expect(EcsAutoScaledCluster.notHeld().toJson()).toEqual([
      { type: 'memberOf', expression: 'attribute:held !exists' },
    ]);
  });

  test.each([
    [true, constrained.PlacementConstraints],
    [false, undefined],
  ])('is there on a cluster of another app that says so: %p', (needsPlacementConstraint, expected) => {
    const stack = new TestStack();
    const cluster = EcsAutoScaledCluster.fromEcsAutoScaledClusterAttributes(stack, 'Imported', {
      clusterName: 'orders',
      vpc: stack.vpc,
      needsPlacementConstraint,
    });
    new ecs.Ec2Service(stack, 'Api', {
      cluster,
      taskDefinition: taskDefinition(stack),
      minHealthyPercent: 100,
    });
    expect(only(stack.template, 'AWS::ECS::Service').Properties.PlacementConstraints).toEqual(expected);
  });
});
