import {
  App,
  Duration,
  aws_ecs as ecs,
  aws_stepfunctions as sfn,
  aws_stepfunctions_tasks as tasks,
} from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as pipes from 'aws-cdk-lib/aws-pipes';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import { TestStack } from '../../helpers/estate';
import { warning, warningIds } from '../helpers';

interface Size {
  readonly cpu?: number;
  readonly memoryLimitMiB?: number;
  readonly gpuCount?: number;
  readonly family?: string;
  readonly cpuArchitecture?: string;
}

const LARGE: Size = { cpu: 8192, memoryLimitMiB: 512 };

function task(stack: TestStack, { family, cpuArchitecture, ...size }: Size): ecs.TaskDefinition {
  const definition = new ecs.Ec2TaskDefinition(stack, 'Job', { family });
  definition.addContainer('job', { image: ecs.ContainerImage.fromRegistry('nginx'), ...size });
  if (cpuArchitecture !== undefined) {
    const resource = definition.node.defaultChild as ecs.CfnTaskDefinition;
    resource.runtimePlatform = { cpuArchitecture };
  }
  return definition;
}

type Run = (stack: TestStack, cluster: ecs.ICluster, task: ecs.TaskDefinition, overrides?: object) => unknown;

const OVERRIDES = (overrides: object | undefined) =>
  overrides === undefined ? {} : { Overrides: overrides };

function state(parameters: object, resource = 'arn:aws:states:::ecs:runTask.sync'): object {
  return {
    StartAt: 'Run',
    States: { Run: { Type: 'Task', Resource: resource, End: true, Parameters: parameters } },
  };
}

const machine = (stack: TestStack, definitionBody: sfn.DefinitionBody) =>
  new sfn.StateMachine(stack, 'Machine', { definitionBody });

const RUNS: [string, Run][] = [
  [
    'a text that names the family',
    (stack, { clusterArn }, { family }, overrides) =>
      machine(
        stack,
        sfn.DefinitionBody.fromString(
          JSON.stringify(state({ Cluster: clusterArn, TaskDefinition: family, ...OVERRIDES(overrides) })),
        ),
      ),
  ],
  [
    'a text that names the ARN',
    (stack, { clusterArn }, { taskDefinitionArn }, overrides) =>
      machine(
        stack,
        sfn.DefinitionBody.fromString(
          stack.toJsonString(
            state({ Cluster: clusterArn, TaskDefinition: taskDefinitionArn, ...OVERRIDES(overrides) }),
          ),
        ),
      ),
  ],
  [
    'a custom state of the SDK',
    (stack, { clusterArn }, { taskDefinitionArn }, overrides) =>
      machine(
        stack,
        sfn.DefinitionBody.fromChainable(
          new sfn.CustomState(stack, 'Run', {
            stateJson: {
              Type: 'Task',
              Resource: 'arn:aws:states:::aws-sdk:ecs:runTask',
              Parameters: {
                Cluster: clusterArn,
                TaskDefinition: taskDefinitionArn,
                ...OVERRIDES(overrides),
              },
            },
          }),
        ),
      ),
  ],
  [
    'a rule',
    (stack, { clusterArn: arn }, { taskDefinitionArn }, overrides) =>
      new events.CfnRule(stack, 'Rule', {
        scheduleExpression: 'rate(1 day)',
        targets: [{ arn, id: 'T', ecsParameters: { taskDefinitionArn }, input: textOf(overrides) }],
      }),
  ],
  [
    'a schedule',
    (stack, { clusterArn: arn }, { taskDefinitionArn }, overrides) =>
      new scheduler.CfnSchedule(stack, 'Schedule', {
        scheduleExpression: 'rate(1 day)',
        flexibleTimeWindow: { mode: 'OFF' },
        target: {
          arn,
          roleArn: 'arn:aws:iam::111122223333:role/r',
          ecsParameters: { taskDefinitionArn },
          input: textOf(overrides),
        },
      }),
  ],
  [
    'a pipe',
    (stack, { clusterArn: target }, { taskDefinitionArn }, overrides) =>
      new pipes.CfnPipe(stack, 'Pipe', {
        source: 'arn:aws:sqs:eu-central-1:111122223333:q',
        roleArn: 'arn:aws:iam::111122223333:role/r',
        target,
        targetParameters: { ecsTaskParameters: { taskDefinitionArn, overrides } },
      }),
  ],
];

const textOf = (overrides: object | undefined) =>
  overrides === undefined ? undefined : JSON.stringify(overrides);

const runTask: Run = (stack, cluster, taskDefinition) =>
  machine(
    stack,
    sfn.DefinitionBody.fromChainable(
      new tasks.EcsRunTask(stack, 'Run', {
        cluster,
        taskDefinition,
        launchTarget: new tasks.EcsEc2LaunchTarget({
          capacityProviderOptions: tasks.CapacityProviderOptions.default(),
        }),
      }),
    ),
  );

function ids(run: Run, size: Size, overrides?: object) {
  const stack = new TestStack();
  run(stack, stack.cluster(), task(stack, size), overrides);
  return warningIds(stack);
}

test('a state of a state machine whose task is larger than each node is warned of, by its path', () => {
  const stack = new TestStack();
  runTask(stack, stack.cluster(), task(stack, LARGE));
  expect(warning(stack, 'Service.size')).toEqual({
    id: 'cdk-ecs-auto-scaled-cluster:Service.size',
    path: '/Estate/Run',
    message: expect.stringMatching(
      /^The tasks of the state "Estate\/Run" on the cluster "Estate\/Orders" need 8192 CPU units/,
    ),
  });
});

describe.each([['a state of CDK', runTask] as [string, Run], ...RUNS])('the task of %s', (_name, run) => {
  test('that fits on no node is warned of', () => {
    expect(ids(run, LARGE)).toEqual(['Service.size']);
    expect(ids(run, { memoryLimitMiB: 128 })).toEqual([]);
  });

  test('that is for another architecture, or wants a GPU, is warned of', () => {
    expect(ids(run, { memoryLimitMiB: 128, cpuArchitecture: 'ARM64' })).toEqual(['Service.runtimePlatform']);
    expect(ids(run, { memoryLimitMiB: 128, gpuCount: 1 })).toEqual(['Service.gpu']);
  });
});

describe.each(RUNS)('the size in the task definition is none to warn of where %s', (_name, run) => {
  test.each([
    { containerOverrides: [{ name: 'job', cpu: 256 }] },
    { ContainerOverrides: [{ Name: 'job', Memory: 128, Environment: [] }] },
    { containerOverrides: [{ name: 'job', 'Cpu.$': '$.cpu' }] },
    { 'ContainerOverrides.$': '$.overrides' },
  ])('changes it: %j', (overrides) => {
    expect(ids(run, LARGE, overrides)).toEqual([]);
  });

  test('changes something else', () => {
    const overrides = { containerOverrides: [{ name: 'job', command: ['cpu', 'memory'] }] };
    expect(ids(run, LARGE, overrides)).toEqual(['Service.size']);
  });
});

test('a rule whose event becomes the overrides is not warned of, and one with a command is', () => {
  const inputs: [events.CfnRule.TargetProperty['inputTransformer'], string | undefined, string[]][] = [
    [{ inputTemplate: '{"containerOverrides": <o>}', inputPathsMap: { o: '$.detail.o' } }, undefined, []],
    [undefined, '$.detail', []],
    [
      {
        inputTemplate: '{"containerOverrides":[{"name":"job","command":[<c>]}]}',
        inputPathsMap: { c: '$.c' },
      },
      undefined,
      ['Service.size'],
    ],
  ];
  for (const [inputTransformer, inputPath, expected] of inputs) {
    const run: Run = (stack, { clusterArn: arn }, { taskDefinitionArn }) =>
      new events.CfnRule(stack, 'Rule', {
        scheduleExpression: 'rate(1 day)',
        targets: [{ arn, id: 'T', ecsParameters: { taskDefinitionArn }, inputTransformer, inputPath }],
      });
    expect(ids(run, LARGE)).toEqual(expected);
  }
});

test('a rule of CDK with a size of its own is not warned of, and one without is', () => {
  const rule =
    (size: { cpu?: number }): Run =>
    (stack, cluster, taskDefinition) =>
      new events.Rule(stack, 'Rule', {
        schedule: events.Schedule.rate(Duration.days(1)),
        targets: [
          new targets.EcsTask({
            cluster,
            taskDefinition,
            containerOverrides: [{ containerName: 'job', command: ['run'], ...size }],
          }),
        ],
      });
  expect(ids(rule({}), LARGE)).toEqual(['Service.size']);
  expect(ids(rule({ cpu: 256 }), LARGE)).toEqual([]);
});

describe('nothing is said', () => {
  test('of a revision, and of a task definition of another app', () => {
    for (const name of ['job:7', 'other', 'arn:aws:ecs:eu-central-1:111122223333:task-definition/job:7']) {
      const run: Run = (stack, { clusterArn }) =>
        machine(
          stack,
          sfn.DefinitionBody.fromString(JSON.stringify(state({ Cluster: clusterArn, TaskDefinition: name }))),
        );
      expect(ids(run, { ...LARGE, family: 'job' })).toEqual([]);
    }
  });

  test('of a family that two stacks have and a third one runs', () => {
    const app = new App({ treeMetadata: false });
    const stack = new TestStack(app);
    const cluster = stack.cluster();
    const [one, other, runner] = ['A', 'B', 'C'].map((id) => new TestStack(app, id));
    for (const each of [one, other]) task(each, { ...LARGE, family: 'job' });
    const text = state({ Cluster: cluster.clusterArn, TaskDefinition: 'job' });
    machine(runner, sfn.DefinitionBody.fromString(runner.toJsonString(text)));
    expect(warningIds(runner)).toEqual([]);
  });
});
