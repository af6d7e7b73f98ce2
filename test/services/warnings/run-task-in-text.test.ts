import { App, CfnResource, Fn } from 'aws-cdk-lib';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { AwsCustomResource, AwsCustomResourcePolicy, PhysicalResourceId } from 'aws-cdk-lib/custom-resources';
import { TestStack } from '../../helpers/estate';
import { ec2Task, warning, warningIds, warnings } from '../helpers';

const ID = 'EcsRunTask.launchType';
const ROLE = 'arn:aws:iam::111122223333:role/r';

/** A definition with one state that runs a task. */
function definition(parameters: object, resource = 'arn:aws:states:::ecs:runTask.sync'): object {
  return {
    StartAt: 'Run',
    States: { Run: { Type: 'Task', Resource: resource, End: true, Parameters: parameters } },
  };
}

/** What Step Functions or CloudFormation fill in. */
const hole = (name: string) => `\${${name}}`;

type Make = (stack: TestStack, cluster: ecs.ICluster) => unknown;

const l1 = (stack: TestStack, props: Partial<sfn.CfnStateMachineProps>) =>
  new sfn.CfnStateMachine(stack, 'Machine', { roleArn: ROLE, ...props });

const logicalIdOf = (stack: TestStack, cluster: ecs.ICluster) =>
  stack.getLogicalId(cluster.node.defaultChild as ecs.CfnCluster);

const WRITTEN: [string, Make][] = [
  [
    'fromString()',
    (stack, cluster) =>
      new sfn.StateMachine(stack, 'Machine', {
        definitionBody: sfn.DefinitionBody.fromString(
          JSON.stringify(definition({ Cluster: cluster.clusterArn, LaunchType: 'EC2' })),
        ),
      }),
  ],
  [
    'fromString() with substitutions',
    (stack, cluster) =>
      new sfn.StateMachine(stack, 'Machine', {
        definitionBody: sfn.DefinitionBody.fromString(
          JSON.stringify(definition({ Cluster: hole('Cluster'), LaunchType: hole('Type') })),
        ),
        definitionSubstitutions: { Cluster: cluster.clusterName, Type: 'EC2' },
      }),
  ],
  [
    'toJsonString(), which is Fn::Join',
    (stack, cluster) =>
      l1(stack, {
        definitionString: stack.toJsonString(definition({ Cluster: cluster.clusterArn, LaunchType: 'EC2' })),
      }),
  ],
  [
    'Fn::Join',
    (stack, cluster) =>
      l1(stack, {
        definitionString: Fn.join('', [
          '{"StartAt":"Run","States":{"Run":{"Type":"Task","Resource":"arn:aws:states:::ecs:runTask","Parameters":{"Cluster":"',
          Fn.ref(logicalIdOf(stack, cluster)),
          '","LaunchType":"EC2"}}}}',
        ]),
      }),
  ],
  [
    'Fn::Sub',
    (stack, cluster) =>
      l1(stack, {
        definitionString: Fn.sub(
          JSON.stringify(
            definition({ Cluster: `\${${logicalIdOf(stack, cluster)}.Arn}`, LaunchType: 'EC2' }),
          ),
        ),
      }),
  ],
  [
    'Fn::Sub with variables',
    (stack, cluster) =>
      l1(stack, {
        definitionString: Fn.sub(JSON.stringify(definition({ Cluster: hole('C'), LaunchType: 'EC2' })), {
          C: cluster.clusterArn,
        }),
      }),
  ],
  [
    'an object',
    (stack, cluster) =>
      l1(stack, { definition: definition({ Cluster: cluster.clusterArn, LaunchType: 'EC2' }) }),
  ],
  [
    'an override',
    (stack, cluster) =>
      l1(stack, {}).addPropertyOverride(
        'DefinitionString',
        JSON.stringify(definition({ Cluster: 'orders', LaunchType: 'EC2' })),
      ) ?? cluster,
  ],
  [
    'JSONata, in a parallel state of a map',
    (stack, cluster) => {
      const run = {
        Type: 'Task',
        Resource: 'arn:aws:states:::aws-sdk:ecs:runTask',
        Arguments: { Cluster: cluster.clusterArn, LaunchType: 'EC2' },
        End: true,
      };
      const branches = [{ StartAt: 'Run', States: { Run: run } }];
      const all = { Type: 'Parallel', Branches: branches, End: true };
      const map = { Type: 'Map', ItemProcessor: { StartAt: 'All', States: { All: all } }, End: true };
      l1(stack, {
        definitionString: JSON.stringify({ QueryLanguage: 'JSONata', StartAt: 'Map', States: { Map: map } }),
      });
    },
  ],
];

test.each(WRITTEN)('a state with launch type EC2 is warned of in a definition by %s', (_name, make) => {
  const stack = new TestStack();
  make(stack, stack.cluster({ clusterName: 'orders' }));
  expect(warning(stack, ID)?.message).toMatch(
    /^The state "Run" of the state machine "Estate\/Machine" runs its task on the cluster "Estate\/Orders" /,
  );
});

test('and in a stack that imports the cluster of another', () => {
  const app = new App();
  const cluster = new TestStack(app, 'Infra').cluster();
  const stack = new TestStack(app, 'App');
  const text = definition({ Cluster: cluster.clusterArn, LaunchType: 'EC2' });
  l1(stack, { definitionString: stack.toJsonString(text) });
  expect(warningIds(stack)).toEqual([ID]);
});

test('a state that is a construct is warned of once', () => {
  const stack = new TestStack();
  const run = new tasks.EcsRunTask(stack, 'Run', {
    cluster: stack.cluster(),
    taskDefinition: ec2Task(stack),
    launchTarget: new tasks.EcsEc2LaunchTarget(),
  });
  new sfn.StateMachine(stack, 'Machine', { definitionBody: sfn.DefinitionBody.fromChainable(run) });
  expect(warnings(stack).map(({ path }) => path)).toEqual(['/Estate/Run']);
});

test.each<[string, Make]>([
  [
    'another cluster',
    (stack) =>
      l1(stack, {
        definitionString: JSON.stringify(definition({ Cluster: 'another', LaunchType: 'EC2' })),
      }),
  ],
  [
    'no launch type',
    (stack, cluster) =>
      l1(stack, { definitionString: stack.toJsonString(definition({ Cluster: cluster.clusterArn })) }),
  ],
  [
    'Fargate',
    (stack, cluster) =>
      l1(stack, {
        definitionString: stack.toJsonString(
          definition({ Cluster: cluster.clusterArn, LaunchType: 'FARGATE' }),
        ),
      }),
  ],
  [
    'a cluster that the input says',
    (stack) =>
      l1(stack, {
        definitionString: JSON.stringify(definition({ 'Cluster.$': '$.cluster', LaunchType: 'EC2' })),
      }),
  ],
  [
    'a call of another kind',
    (stack, cluster) =>
      l1(stack, {
        definitionString: stack.toJsonString(
          definition(
            { Cluster: cluster.clusterArn, LaunchType: 'EC2' },
            'arn:aws:states:::aws-sdk:ecs:listContainerInstances',
          ),
        ),
      }),
  ],
  ['a text that is no JSON', (stack) => l1(stack, { definitionString: 'ecs:runTask' })],
  ['a text in S3', (stack) => l1(stack, { definitionS3Location: { bucket: 'b', key: 'k' } })],
  [
    'a strategy that ECS takes',
    (stack, cluster) => {
      const { capacityProviderName } = (cluster as ReturnType<TestStack['cluster']>).tier('general');
      const strategy = [{ CapacityProvider: capacityProviderName, Weight: 1 }];
      const parameters = { Cluster: cluster.clusterArn, CapacityProviderStrategy: strategy };
      l1(stack, { definitionString: stack.toJsonString(definition(parameters)) });
    },
  ],
])('nothing is said of %s', (_name, make) => {
  const stack = new TestStack();
  make(stack, stack.cluster());
  expect(() => stack.template).not.toThrow();
  expect(warningIds(stack)).toEqual([]);
});

test('a strategy that ECS does not take is refused', () => {
  const stack = new TestStack();
  const cluster = stack.cluster();
  const strategy = [{ CapacityProvider: 'general', Weight: 1 }];
  const parameters = { Cluster: cluster.clusterArn, CapacityProviderStrategy: strategy };
  l1(stack, { definitionString: stack.toJsonString(definition(parameters)) });
  expect(() => stack.template).toThrow(
    '`capacityProviderStrategy` of the state "Run" of the state machine "Estate/Machine" on the cluster ' +
      '"Estate/Orders" must be of capacity providers, got: "general", the name of a tier.',
  );
});

test('a universal target of Scheduler is warned of', () => {
  const stack = new TestStack();
  new scheduler.CfnSchedule(stack, 'Sender', {
    scheduleExpression: 'rate(1 day)',
    flexibleTimeWindow: { mode: 'OFF' },
    target: {
      arn: 'arn:aws:scheduler:::aws-sdk:ecs:runTask',
      roleArn: ROLE,
      input: stack.toJsonString({ Cluster: stack.cluster().clusterArn, LaunchType: 'EC2' }),
    },
  });
  expect(warning(stack, ID)?.message).toContain(
    'The call of `RunTask` of "Estate/Sender" runs its task on the cluster "Estate/Orders" with launch type',
  );
});

test.each<[string, (stack: TestStack, parameters: object) => unknown]>([
  [
    'a universal target of Scheduler',
    (stack, parameters) =>
      new scheduler.CfnSchedule(stack, 'Sender', {
        scheduleExpression: 'rate(1 day)',
        flexibleTimeWindow: { mode: 'OFF' },
        target: {
          arn: 'arn:aws:scheduler:::aws-sdk:ecs:runTask',
          roleArn: ROLE,
          input: stack.toJsonString(parameters),
        },
      }),
  ],
  [
    'an AwsCustomResource',
    (stack, parameters) =>
      new AwsCustomResource(stack, 'Migrate', {
        onCreate: {
          service: 'ECS',
          action: 'runTask',
          parameters,
          physicalResourceId: PhysicalResourceId.of('migrate'),
        },
        policy: AwsCustomResourcePolicy.fromSdkCalls({ resources: ['*'] }),
      }),
  ],
])('nothing is said of %s with the strategy of a tier', (_name, make) => {
  const stack = new TestStack();
  const cluster = stack.cluster();
  const { capacityProviderName } = cluster.tier('general');
  make(stack, {
    Cluster: cluster.clusterArn,
    CapacityProviderStrategy: [{ CapacityProvider: capacityProviderName }],
  });
  expect(() => stack.template).not.toThrow();
  expect(warningIds(stack)).toEqual([]);
});

test('an AwsCustomResource that runs a task is warned of, and one that does something else is not', () => {
  const stack = new TestStack();
  const cluster = stack.cluster();
  const call = (id: string, action: string) =>
    new AwsCustomResource(stack, id, {
      onCreate: {
        service: 'ECS',
        action,
        parameters: { cluster: cluster.clusterArn, launchType: 'EC2', taskDefinition: 'migrate' },
        physicalResourceId: PhysicalResourceId.of('migrate'),
      },
      policy: AwsCustomResourcePolicy.fromSdkCalls({ resources: ['*'] }),
    });
  call('Migrate', 'runTask');
  call('Stop', 'stopTask');
  expect(warnings(stack).map(({ path }) => path)).toEqual(['/Estate/Migrate/Resource/Default']);
  expect(CfnResource.isCfnResource(stack.node.findChild('Migrate'))).toBe(false);
});
