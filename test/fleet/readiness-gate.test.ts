import { Match } from 'aws-cdk-lib/assertions';
import { NodeReplacement } from '../../src';
import { only, SMALL, TestStack } from '../helpers/estate';
import { allowedTo, callsOf, definition, pattern, policies, resourcesOf, statesOf } from './machine';

const replacement = NodeReplacement.rolling();

describe('a gated tier', () => {
  const stack = new TestStack();
  stack.cluster({ replacement });
  const { template } = stack;
  const group = only(template, 'AWS::AutoScaling::AutoScalingGroup');

  test('has a launch hook in its group that abandons, unique to the stack, with the name of its cluster', () => {
    expect(group.Properties.LifecycleHookSpecificationList).toEqual([
      {
        LifecycleHookName: { 'Fn::Join': ['', ['joined-', { Ref: 'AWS::StackName' }]] },
        LifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
        HeartbeatTimeout: 1200,
        DefaultResult: 'ABANDON',
        NotificationMetadata: { Ref: only(template, 'AWS::ECS::Cluster').id },
      },
    ]);
    expect(template.findResources('AWS::AutoScaling::LifecycleHook')).toEqual({});
  });

  test('starts its first node only once there is what lets it go on: rule, machine, log and what they may do', () => {
    const gate: string[] = group.DependsOn.filter((id: string) => id.includes('ReadinessGate'));
    const types = gate.map((id) => template.toJSON().Resources[id].Type).sort();
    expect(types).toEqual([
      'AWS::Events::Rule',
      'AWS::IAM::Policy',
      'AWS::IAM::Policy',
      'AWS::IAM::Role',
      'AWS::IAM::Role',
      'AWS::Logs::LogGroup',
      'AWS::StepFunctions::StateMachine',
    ]);
  });

  test('has the tag that the permission asks for, on the group alone', () => {
    expect(group.Properties.Tags).toContainEqual({
      Key: 'EcsReadinessGate',
      Value: { Ref: 'AWS::StackName' },
      PropagateAtLaunch: false,
    });
  });

  test('has the same hook with and without the cordon', () => {
    const hooks = [true, false].map((cordon) => {
      const other = new TestStack();
      other.cluster({ replacement: NodeReplacement.rolling({ cordon }) });
      return only(other.template, 'AWS::AutoScaling::AutoScalingGroup').Properties
        .LifecycleHookSpecificationList;
    });
    expect(hooks[0]).toEqual(hooks[1]);
  });
});

describe('the gate of a stack', () => {
  const stack = new TestStack();
  stack.cluster({ replacement });
  const { template } = stack;
  const machine = definition(template, 'ReadinessGate');
  const states = Object.fromEntries(statesOf(machine));

  test('receives the events of the hooks of its stack and of no others, and none of a warm pool', () => {
    expect(pattern(template, 'ReadinessGate')).toEqual({
      source: ['aws.autoscaling'],
      'detail-type': ['EC2 Instance-launch Lifecycle Action'],
      detail: { LifecycleHookName: ['joined-Estate'], Destination: ['AutoScalingGroup'] },
    });
  });

  test('may let nodes of its groups go on, and look into its clusters; beyond that read, log and trace', () => {
    const cluster = only(template, 'AWS::ECS::Cluster').id;
    expect(policies(template, 'ReadinessGate')).toEqual([
      [
        {
          Sid: 'LetNodesGoOn',
          Effect: 'Allow',
          Action: 'autoscaling:CompleteLifecycleAction',
          Resource: 'arn:aws:autoscaling:eu-central-1:111122223333:autoScalingGroup:*:autoScalingGroupName/*',
          Condition: { StringEquals: { 'aws:ResourceTag/EcsReadinessGate': 'Estate' } },
        },
        {
          Sid: 'ReadNodesAndGroups',
          Effect: 'Allow',
          Action: [
            'ec2:DescribeInstanceStatus',
            'autoscaling:DescribeAutoScalingInstances',
            'autoscaling:DescribeAutoScalingGroups',
            'autoscaling:DescribeInstanceRefreshes',
          ],
          Resource: '*',
        },
        expect.objectContaining({ Sid: 'DeliverTheLog', Resource: '*' }),
        expect.objectContaining({ Sid: 'SendTraces', Resource: '*' }),
        {
          Sid: 'FindNodes',
          Effect: 'Allow',
          Action: 'ecs:ListContainerInstances',
          Resource: [`<${cluster}.Arn>`],
        },
      ],
    ]);
  });

  test('asks for each permission that it has, and for no other', () => {
    expect(callsOf(machine)).toEqual(allowedTo(template, 'ReadinessGate'));
  });

  test('goes back to waiting whatever fails, and tries no call twice: the loop does', () => {
    for (const [name, state] of statesOf(machine).filter(([, { Type }]) => Type === 'Task')) {
      const [{ ErrorEquals, Next }, ...others] = state.Catch;
      expect([name, state.Retry, ErrorEquals, others]).toEqual([name, undefined, ['States.ALL'], []]);
      expect([name, Next]).toEqual([name, expect.stringMatching(/^(Joined|Is time left|Read its state)$/)]);
    }
  });

  test('reads no description of a group with its instances', () => {
    expect(states['Does the group drain'].Arguments.IncludeInstances).toBe(false);
  });

  test('ends by itself after the heartbeat of the hook, and not before', () => {
    expect(machine.QueryLanguage).toBe('JSONata');
    expect(machine.TimeoutSeconds).toBe(1500);
    const [{ Condition }] = states['Is time left'].Choices;
    expect(Condition).toContain('>= 1190');
  });

  test('says in the cause of a run that has given a node up how its console is read', () => {
    for (const name of ['It died', 'It never joined']) {
      expect(states[name].Cause).toContain('aws ec2 get-console-output --instance-id');
      expect(states[name].Cause).toContain('--latest');
    }
  });

  test('is logged and traced, in a log group whose name takes no room in the resource policy of the region', () => {
    template.hasResourceProperties('AWS::StepFunctions::StateMachine', {
      LoggingConfiguration: { Level: 'ALL', IncludeExecutionData: true, Destinations: Match.anyValue() },
      TracingConfiguration: { Enabled: true },
    });
    template.hasResource('AWS::Logs::LogGroup', {
      Properties: {
        LogGroupName: {
          'Fn::Join': ['', ['/aws/vendedlogs/states/', { Ref: 'AWS::StackName' }, '/readiness-gate']],
        },
        RetentionInDays: 30,
      },
      DeletionPolicy: 'Delete',
    });
  });

  test('may be started by its rule alone', () => {
    const [[, policy]] = resourcesOf(template, 'ReadinessGate', 'AWS::IAM::Policy').filter(([id]) =>
      id.includes('EventsRole'),
    );
    expect(policy.Properties.PolicyDocument.Statement).toMatchObject([
      { Action: 'states:StartExecution', Resource: { Ref: expect.any(String) } },
    ]);
  });
});

test('a tier can go without, next to one that does not', () => {
  const stack = new TestStack();
  stack.cluster({
    replacement,
    tiers: [
      { name: 'gated', instanceTypes: [SMALL] },
      {
        name: 'open',
        instanceTypes: [SMALL],
        replacement: NodeReplacement.rolling({ readinessGate: false }),
      },
    ],
  });
  const gated = Object.entries<any>(stack.template.findResources('AWS::AutoScaling::AutoScalingGroup'))
    .filter(([, { Properties }]) => Properties.LifecycleHookSpecificationList !== undefined)
    .map(([id]) => id);
  expect(gated).toEqual([expect.stringContaining('Tiersgated')]);
});
