import {
  Annotations,
  aws_applicationautoscaling as appscaling,
  CfnResource,
  Duration,
  aws_ecs as ecs,
  aws_events as events,
  Lazy,
  aws_lambda as lambda,
  aws_ecs_patterns as patterns,
  Stack,
  aws_scheduler as scheduler,
  aws_scheduler_targets as schedulerTargets,
  aws_stepfunctions as sfn,
  aws_events_targets as targets,
  aws_stepfunctions_tasks as tasks,
} from 'aws-cdk-lib';
import {
  dependsOnAssociation,
  ec2Task,
  fargateTask,
  newApp,
  only,
  type RenderedTarget,
  TestStack,
  warnings,
} from '../helpers';

const RULE = 'AWS::Events::Rule';
const SCHEDULE = 'AWS::Scheduler::Schedule';

function ruleTargets(stack: Stack): RenderedTarget[] {
  return only(stack, RULE).Properties.Targets as RenderedTarget[];
}

function awsvpcTask(stack: Stack, id = 'Task'): ecs.Ec2TaskDefinition {
  return ec2Task(stack, id, { networkMode: ecs.NetworkMode.AWS_VPC });
}

function rule(stack: Stack, id = 'Rule'): events.Rule {
  return new events.Rule(stack, id, { schedule: events.Schedule.rate(Duration.hours(1)) });
}

describe('rules', () => {
  test('plain CDK writes the launch type of an awsvpc task', () => {
    const stack = new TestStack();
    const cluster = stack.cluster({ served: false });
    rule(stack).addTarget(new targets.EcsTask({ cluster, taskDefinition: awsvpcTask(stack) }));
    expect(ruleTargets(stack)[0].EcsParameters.LaunchType).toBe('EC2');
  });

  test('lose the launch type, and keep the rest of the target', () => {
    const stack = new TestStack();
    const cluster = stack.cluster();
    rule(stack).addTarget(new targets.EcsTask({ cluster, taskDefinition: awsvpcTask(stack), taskCount: 2 }));
    const [{ Arn, EcsParameters }] = ruleTargets(stack);
    expect(Arn).toEqual(stack.resolve(cluster.clusterArn));
    expect(EcsParameters).not.toHaveProperty('LaunchType');
    expect(EcsParameters).toMatchObject({
      TaskCount: 2,
      NetworkConfiguration: { AwsVpcConfiguration: { AssignPublicIp: 'DISABLED' } },
    });
    expect(dependsOnAssociation(stack, only(stack, RULE))).toBe(true);
  });

  test('keep other targets as they are: Fargate, other clusters, other services', () => {
    const stack = new TestStack();
    const cluster = stack.cluster();
    const other = stack.cluster({ served: false }, 'Other');
    const code = lambda.Code.fromInline('exports.handler = () => {}');
    const handler = new lambda.Function(stack, 'Fn', {
      code,
      handler: 'index.handler',
      runtime: lambda.Runtime.NODEJS_22_X,
    });
    const all = rule(stack);
    all.addTarget(new targets.EcsTask({ cluster, taskDefinition: fargateTask(stack) }));
    all.addTarget(new targets.EcsTask({ cluster: other, taskDefinition: awsvpcTask(stack) }));
    all.addTarget(new targets.LambdaFunction(handler));
    const [fargate, foreign, fn] = ruleTargets(stack);
    expect(fargate.EcsParameters.LaunchType).toBe('FARGATE');
    expect(foreign.EcsParameters.LaunchType).toBe('EC2');
    expect(fn).not.toHaveProperty('EcsParameters');
    expect(only(stack, RULE).DependsOn ?? []).toEqual([]);
  });

  test('take targets that are added after the pass was there', () => {
    const stack = new TestStack();
    const cluster = stack.cluster();
    const late = rule(stack);
    stack.node.addValidation({
      validate: () => {
        late.addTarget(new targets.EcsTask({ cluster, taskDefinition: awsvpcTask(stack) }));
        return [];
      },
    });
    expect(ruleTargets(stack)[0].EcsParameters).not.toHaveProperty('LaunchType');
  });

  test('as L1s: data stays data, a strategy is kept, a plain CfnResource works', () => {
    const stack = new TestStack();
    const cluster = stack.cluster();
    const target = { id: 'T', arn: cluster.clusterArn, roleArn: 'arn:aws:iam::123456789012:role/r' };
    const parameters = {
      taskDefinitionArn: 'arn:aws:ecs:eu-west-1:123456789012:task-definition/t',
      launchType: 'EC2',
    };
    const l1 = new events.CfnRule(stack, 'L1', {
      scheduleExpression: 'rate(1 hour)',
      targets: [
        { ...target, ecsParameters: parameters },
        {
          ...target,
          id: 'U',
          ecsParameters: {
            ...parameters,
            launchType: undefined,
            capacityProviderStrategy: [{ capacityProvider: 'general', weight: 1 }],
          },
        },
      ],
    });
    const [dropped, kept] = ruleTargets(stack);
    expect(Array.isArray(l1.targets)).toBe(true);
    expect(dropped.EcsParameters).not.toHaveProperty('LaunchType');
    expect(kept.EcsParameters.CapacityProviderStrategy).toHaveLength(1);
  });

  test('as a plain CfnResource, and with lazy parts', () => {
    const stack = new TestStack();
    const cluster = stack.cluster();
    new CfnResource(stack, 'Raw', {
      type: RULE,
      properties: {
        Targets: [
          {
            Id: 'T',
            Arn: cluster.clusterArn,
            EcsParameters: Lazy.any({ produce: () => ({ TaskDefinitionArn: 't', LaunchType: 'EC2' }) }),
          },
        ],
      },
    });
    expect(ruleTargets(stack)[0].EcsParameters).toEqual({ TaskDefinitionArn: 't' });
  });

  test('of ScheduledEc2Task had none, and wait now', () => {
    const stack = new TestStack();
    new patterns.ScheduledEc2Task(stack, 'P', {
      cluster: stack.cluster(),
      schedule: appscaling.Schedule.rate(Duration.hours(1)),
      scheduledEc2TaskImageOptions: { image: ecs.ContainerImage.fromRegistry('nginx'), memoryLimitMiB: 128 },
    });
    expect(ruleTargets(stack)[0].EcsParameters).not.toHaveProperty('LaunchType');
    expect(dependsOnAssociation(stack, only(stack, RULE))).toBe(true);
  });

  test('in another stack', () => {
    const stack = new TestStack();
    const cluster = stack.cluster();
    const other = new Stack(stack.node.root, 'Other');
    rule(other).addTarget(new targets.EcsTask({ cluster, taskDefinition: awsvpcTask(other) }));
    expect(ruleTargets(other)[0].EcsParameters).not.toHaveProperty('LaunchType');
    expect(other.dependencies).toEqual([stack]);
  });
});

describe('schedules', () => {
  function schedule(
    stack: Stack,
    cluster: ecs.ICluster,
    props: Partial<schedulerTargets.Ec2TaskProps> = {},
  ): scheduler.Schedule {
    return new scheduler.Schedule(stack, 'Schedule', {
      schedule: scheduler.ScheduleExpression.rate(Duration.hours(1)),
      target: new schedulerTargets.EcsRunEc2Task(cluster, { taskDefinition: ec2Task(stack), ...props }),
    });
  }

  function parameters(stack: Stack): Record<string, unknown> {
    return (only(stack, SCHEDULE).Properties.Target as RenderedTarget).EcsParameters;
  }

  test('plain CDK writes the launch type', () => {
    const stack = new TestStack();
    schedule(stack, stack.cluster({ served: false }));
    expect(parameters(stack).LaunchType).toBe('EC2');
  });

  test('lose it, keep their lazy constraints, and wait', () => {
    const stack = new TestStack();
    schedule(stack, stack.cluster(), { placementConstraints: [ecs.PlacementConstraint.distinctInstances()] });
    expect(parameters(stack)).not.toHaveProperty('LaunchType');
    expect(parameters(stack).PlacementConstraints).toEqual([{ Type: 'distinctInstance' }]);
    expect(dependsOnAssociation(stack, only(stack, SCHEDULE))).toBe(true);
  });

  test('keep a strategy', () => {
    const stack = new TestStack();
    schedule(stack, stack.cluster(), {
      capacityProviderStrategies: [{ capacityProvider: 'general', weight: 1 }],
    });
    expect(parameters(stack).CapacityProviderStrategy).toHaveLength(1);
  });

  test('of Fargate stay and do not wait', () => {
    const stack = new TestStack();
    new scheduler.Schedule(stack, 'Schedule', {
      schedule: scheduler.ScheduleExpression.rate(Duration.hours(1)),
      target: new schedulerTargets.EcsRunFargateTask(stack.cluster(), { taskDefinition: fargateTask(stack) }),
    });
    expect(parameters(stack).LaunchType).toBe('FARGATE');
    expect(dependsOnAssociation(stack, only(stack, SCHEDULE))).toBe(false);
  });
});

describe('state machines', () => {
  const id = 'cdk-ecs-auto-scaled-cluster:EcsRunTask.launchType';

  function runTask(
    stack: TestStack,
    cluster: ecs.ICluster,
    launchTarget: tasks.IEcsLaunchTarget,
  ): tasks.EcsRunTask {
    const task = new tasks.EcsRunTask(stack, 'Run', {
      cluster,
      taskDefinition: ec2Task(stack),
      launchTarget,
      integrationPattern: sfn.IntegrationPattern.RUN_JOB,
    });
    new sfn.StateMachine(stack, 'Machine', { definitionBody: sfn.DefinitionBody.fromChainable(task) });
    return task;
  }

  test('are warned of launch type EC2, with the way out', () => {
    const stack = new TestStack();
    runTask(stack, stack.cluster(), new tasks.EcsEc2LaunchTarget());
    expect(warnings(stack)).toEqual([
      {
        id,
        path: '/Stack/Run',
        message:
          'The state "Stack/Run" runs its task on the cluster "Stack/Cluster" with launch type EC2, ' +
          'which passes over the capacity providers. The task fails when no node is running, and none ' +
          'is started for it. Let it use the default strategy of the cluster: `launchTarget: new ' +
          'tasks.EcsEc2LaunchTarget({ capacityProviderOptions: tasks.CapacityProviderOptions.default() ' +
          '})`, or leave out `LaunchType` where the parameters are written by hand.',
      },
    ]);
  });

  test.each<[string, () => tasks.IEcsLaunchTarget]>([
    [
      'the way out',
      () =>
        new tasks.EcsEc2LaunchTarget({ capacityProviderOptions: tasks.CapacityProviderOptions.default() }),
    ],
    [
      'a strategy',
      () =>
        new tasks.EcsEc2LaunchTarget({
          capacityProviderOptions: tasks.CapacityProviderOptions.custom([
            { capacityProvider: 'general', weight: 1 },
          ]),
        }),
    ],
  ])('are not warned of %s', (_name, target) => {
    const stack = new TestStack();
    runTask(stack, stack.cluster(), target());
    expect(warnings(stack)).toEqual([]);
  });

  test('on a cluster that is not ours are not warned of', () => {
    const stack = new TestStack();
    stack.cluster();
    runTask(stack, stack.cluster({ served: false }, 'Other'), new tasks.EcsEc2LaunchTarget());
    expect(warnings(stack)).toEqual([]);
  });

  test.each<[string, (stack: TestStack, task: tasks.EcsRunTask) => TestStack | tasks.EcsRunTask]>([
    ['the stack', (stack) => stack],
    ['the state itself, which CDK does not look at', (_stack, task) => task],
  ])('can acknowledge it on %s', (_name, where) => {
    const stack = new TestStack();
    const task = runTask(stack, stack.cluster(), new tasks.EcsEc2LaunchTarget());
    acknowledge(where(stack, task));
    expect(warnings(stack)).toEqual([]);
  });

  test('in other spellings are warned of too', () => {
    const stack = new TestStack(newApp());
    const cluster = stack.cluster();
    const taskDefinition = ec2Task(stack);
    tasks.EcsRunTask.jsonata(stack, 'Jsonata', {
      cluster,
      taskDefinition,
      launchTarget: new tasks.EcsEc2LaunchTarget(),
    });
    new sfn.CustomState(stack, 'Custom', {
      stateJson: {
        Type: 'Task',
        Resource: 'arn:aws:states:::ecs:runTask.sync',
        Parameters: { Cluster: cluster.clusterArn, LaunchType: 'EC2', TaskDefinition: 'task' },
      },
    });
    new tasks.CallAwsService(stack, 'Call', {
      service: 'ecs',
      action: 'runTask',
      iamResources: ['*'],
      parameters: { Cluster: cluster.clusterName, LaunchType: 'EC2', TaskDefinition: 'task' },
    });
    new tasks.CallAwsService(stack, 'Another', {
      service: 'ecs',
      action: 'stopTask',
      iamResources: ['*'],
      parameters: { Task: 'task' },
    });
    expect(warnings(stack).map(({ path }) => path)).toEqual([
      '/Stack/Jsonata',
      '/Stack/Custom',
      '/Stack/Call',
    ]);
  });
});

function acknowledge(scope: Stack | tasks.EcsRunTask): void {
  Annotations.of(scope).acknowledgeWarning('cdk-ecs-auto-scaled-cluster:EcsRunTask.launchType');
}
