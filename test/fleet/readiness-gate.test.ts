import { Match } from 'aws-cdk-lib/assertions';
import { NodeReplacement } from '../../src';
import { only, SMALL, TestStack } from '../helpers/estate';
import { definition, pattern, policies, resourcesOf, statesOf } from './machine';

const replacement = NodeReplacement.rolling();

describe('a gated tier', () => {
  const stack = new TestStack();
  stack.cluster({ replacement });
  const { template } = stack;
  const hook = only(template, 'AWS::AutoScaling::LifecycleHook');

  test('has a launch hook that abandons, unique to the stack, with the name of its cluster', () => {
    expect(hook.Properties).toEqual({
      AutoScalingGroupName: { Ref: only(template, 'AWS::AutoScaling::AutoScalingGroup').id },
      LifecycleHookName: { 'Fn::Join': ['', ['joins-its-cluster-', { Ref: 'AWS::StackName' }]] },
      LifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
      HeartbeatTimeout: 1200,
      DefaultResult: 'ABANDON',
      NotificationMetadata: { Ref: only(template, 'AWS::ECS::Cluster').id },
    });
  });

  test('is held only once there is what lets it go on: rule, machine and what both may do', () => {
    const types = hook.DependsOn.map((id: string) => template.toJSON().Resources[id].Type).sort();
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

  test('keeps its group free of a list of hooks, in which the first instances would wait for a rule that is not there yet', () => {
    const group = only(template, 'AWS::AutoScaling::AutoScalingGroup');
    expect(group.Properties).not.toHaveProperty('LifecycleHookSpecificationList');
    expect(group.DependsOn.join()).not.toContain('ReadinessGate');
  });

  test('has the tag that the permission asks for, on the group alone', () => {
    expect(only(template, 'AWS::AutoScaling::AutoScalingGroup').Properties.Tags).toContainEqual({
      Key: 'EcsReadinessGate',
      Value: { Ref: 'AWS::StackName' },
      PropagateAtLaunch: false,
    });
  });
});

describe('the gate of a stack', () => {
  const stack = new TestStack();
  stack.cluster({ replacement });
  const { template } = stack;

  test('hears of the hooks of its stack and of no others', () => {
    expect(pattern(template, 'ReadinessGate')).toEqual({
      source: ['aws.autoscaling'],
      'detail-type': ['EC2 Instance-launch Lifecycle Action'],
      detail: { LifecycleHookName: ['joins-its-cluster-Estate'] },
    });
  });

  test('may let nodes of its groups go on, and look into its clusters; beyond that log and trace', () => {
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

  test('looks every 15 seconds until the agent is there, and gives up with the hook', () => {
    const machine = definition(template, 'ReadinessGate');
    expect(machine.QueryLanguage).toBe('JSONata');
    expect(machine.TimeoutSeconds).toBe(1260);
    const states = Object.fromEntries(statesOf(machine));
    expect(states['Has the node joined']).toMatchObject({
      Resource: 'arn:aws:states:::aws-sdk:ecs:listContainerInstances',
      Arguments: {
        Cluster: '{% $states.context.Execution.Input.detail.NotificationMetadata %}',
        Filter:
          `{% "ec2InstanceId in ['" & $states.context.Execution.Input.detail.EC2InstanceId & "'] and ` +
          'agentConnected == true" %}',
        Status: 'ACTIVE',
      },
    });
    expect(states['Not yet']).toMatchObject({ Type: 'Wait', Seconds: 15, Next: 'Has the node joined' });
    expect(states.Joined.Choices.map((choice: any) => [choice.Condition, choice.Next])).toEqual([
      ['{% $states.input > 0 %}', 'Let it go into service'],
      ['{% $tries >= 80 %}', 'It never joined'],
    ]);
    expect(states['Let it go into service']).toMatchObject({
      Resource: 'arn:aws:states:::aws-sdk:autoscaling:completeLifecycleAction',
      Arguments: { LifecycleActionResult: 'CONTINUE' },
    });
  });

  test('tries every call again, bounded, as throttling asks for', () => {
    for (const [name, state] of statesOf(definition(template, 'ReadinessGate')).filter(
      ([, { Type }]) => Type === 'Task',
    )) {
      expect([name, state.Retry.at(-1)]).toEqual([
        name,
        {
          ErrorEquals: ['States.ALL'],
          IntervalSeconds: 2,
          BackoffRate: 2,
          MaxDelaySeconds: 60,
          MaxAttempts: 8,
          JitterStrategy: 'FULL',
        },
      ]);
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
  expect(
    only(stack.template, 'AWS::AutoScaling::LifecycleHook').Properties.AutoScalingGroupName.Ref,
  ).toContain('Tiersgated');
});
