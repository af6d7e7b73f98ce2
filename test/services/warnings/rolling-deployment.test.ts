import { Annotations, CfnParameter, aws_ecs as ecs, aws_ecs_patterns as patterns } from 'aws-cdk-lib';
import {
  ec2Service,
  ec2Task,
  fargateTask,
  type TestCluster,
  TestStack,
  warning,
  warningIds,
} from '../helpers';

const ROLLING = { replacesRunningNodes: true };
const MIN = 'Service.minHealthyPercent';
const MAX = 'Service.maxHealthyPercent';
const FIXED = 'Service.fixedHostPort';

function deployed(props: Partial<ecs.Ec2ServiceProps>, options = ROLLING): TestStack {
  const stack = new TestStack();
  ec2Service(stack, stack.cluster(options), props);
  return stack;
}

test.each<[string, Partial<ecs.Ec2ServiceProps>, string[]]>([
  ['CDK as it comes', { minHealthyPercent: undefined }, [MIN]],
  ['all kept, room for twice as many', { minHealthyPercent: 100, maxHealthyPercent: 200 }, []],
  ['half of four', { minHealthyPercent: 50, desiredCount: 4 }, [MIN]],
  ['half of one, which ECS rounds up to one', { minHealthyPercent: 50, desiredCount: 1 }, []],
  ['none of one', { minHealthyPercent: 0, desiredCount: 1 }, [MIN]],
  ['90 % of ten', { minHealthyPercent: 90, desiredCount: 10 }, [MIN]],
  ['90 % of three, rounded up to three', { minHealthyPercent: 90, desiredCount: 3 }, []],
  ['one at a time, never two', { minHealthyPercent: 0, maxHealthyPercent: 100, desiredCount: 1 }, [MAX, MIN]],
  [
    '150 % of one, which ECS rounds down to one',
    { minHealthyPercent: 100, maxHealthyPercent: 150, desiredCount: 1 },
    [MAX],
  ],
  ['150 % of two', { minHealthyPercent: 100, maxHealthyPercent: 150, desiredCount: 2 }, []],
  ['150 % of an unknown number', { minHealthyPercent: 100, maxHealthyPercent: 150 }, []],
  ['no tasks at all', { minHealthyPercent: undefined, desiredCount: 0 }, []],
])('%s', (_name, props, ids) => {
  expect(warningIds(deployed(props)).sort()).toEqual(ids);
});

test('say what is lost and what to change', () => {
  expect(warning(deployed({ minHealthyPercent: undefined, desiredCount: 4 }), MIN)).toEqual({
    id: `cdk-ecs-auto-scaled-cluster:${MIN}`,
    path: '/Stack/Api/Service',
    message:
      'The cluster "Stack/Cluster" replaces running nodes, and for each of them the service ' +
      '"Stack/Api" may lose tasks before others run in their place: at least 50 % of its 4 tasks are ' +
      'kept. Set `minHealthyPercent: 100` (left out, CDK writes 50).',
  });
});

test('do not say what CDK writes where the service says it', () => {
  const messageOf = (props: Partial<ecs.Ec2ServiceProps>) => warning(deployed(props), MIN)?.message;
  expect(messageOf({ minHealthyPercent: 50 })).toMatch(/Set `minHealthyPercent: 100`\.$/);
  expect(messageOf({ minHealthyPercent: undefined })).toMatch(/\(left out, CDK writes 50\)\.$/);
});

test('say what stands still', () => {
  expect(
    warning(deployed({ minHealthyPercent: 100, maxHealthyPercent: 150, desiredCount: 1 }), MAX)?.message,
  ).toBe(
    'The cluster "Stack/Cluster" replaces running nodes, and the service "Stack/Api" leaves no room ' +
      'for that: at most 150 % of its 1 task may run, so no task can start before another has stopped, ' +
      'none may stop either, and the node waits until its time is up. Set `maxHealthyPercent: 200`, and ' +
      '`minHealthyPercent: 100`.',
  );
});

test.each<[string, (stack: TestStack, cluster: TestCluster) => unknown]>([
  ['a daemon', (stack, cluster) => ec2Service(stack, cluster, { daemon: true })],
  [
    'a FargateService',
    (stack, cluster) => new ecs.FargateService(stack, 'F', { cluster, taskDefinition: fargateTask(stack) }),
  ],
  [
    'limits that are known at deployment only',
    (stack, cluster) =>
      new ecs.CfnService(stack, 'L1', {
        cluster: cluster.clusterName,
        taskDefinition: 'task',
        deploymentConfiguration: {
          minimumHealthyPercent: new CfnParameter(stack, 'Min', { type: 'Number' }).valueAsNumber,
          maximumPercent: new CfnParameter(stack, 'Max', { type: 'Number' }).valueAsNumber,
        },
      }),
  ],
  [
    'an L1 that leaves ECS its defaults',
    (stack, cluster) =>
      new ecs.CfnService(stack, 'L1', { cluster: cluster.clusterName, taskDefinition: 'task' }),
  ],
  [
    'what an override repairs',
    (stack, cluster) =>
      (
        ec2Service(stack, cluster, { minHealthyPercent: undefined }).node.defaultChild as ecs.CfnService
      ).addPropertyOverride('DeploymentConfiguration.MinimumHealthyPercent', 100),
  ],
])('%s is not warned of', (_name, add) => {
  const stack = new TestStack();
  add(stack, stack.cluster(ROLLING));
  expect(warningIds(stack)).toEqual([]);
});

test('what an override spoils is warned of', () => {
  const stack = new TestStack();
  const service = ec2Service(stack, stack.cluster(ROLLING));
  (service.node.defaultChild as ecs.CfnService).addPropertyOverride(
    'DeploymentConfiguration.MinimumHealthyPercent',
    10,
  );
  expect(warningIds(stack)).toEqual([MIN]);
});

test('a cluster that leaves its nodes alone is not warned of', () => {
  expect(warningIds(deployed({ minHealthyPercent: undefined }, { replacesRunningNodes: false }))).toEqual([]);
});

test('a pattern is warned of', () => {
  const stack = new TestStack();
  new patterns.ApplicationLoadBalancedEc2Service(stack, 'P', {
    cluster: stack.cluster(ROLLING),
    memoryLimitMiB: 128,
    taskImageOptions: { image: ecs.ContainerImage.fromRegistry('nginx') },
    desiredCount: 2,
  });
  expect(warningIds(stack)).toEqual([MIN]);
});

test('it can be acknowledged for one service', () => {
  const stack = new TestStack();
  const cluster = stack.cluster(ROLLING);
  const one = ec2Service(stack, cluster, { minHealthyPercent: 0 }, 'One');
  ec2Service(stack, cluster, { minHealthyPercent: 0 }, 'Two');
  Annotations.of(one).acknowledgeWarning(`cdk-ecs-auto-scaled-cluster:${MIN}`);
  expect(warning(stack, MIN)?.path).toBe('/Stack/Two/Service');
});

describe('fixed host ports', () => {
  test.each<[string, ecs.NetworkMode | undefined, number | undefined, string[]]>([
    ['in bridge mode', undefined, 8080, [FIXED]],
    ['in host mode', ecs.NetworkMode.HOST, undefined, [FIXED]],
    ['of the agent', undefined, undefined, []],
    ['in awsvpc mode', ecs.NetworkMode.AWS_VPC, undefined, []],
  ])('%s', (_name, networkMode, hostPort, ids) => {
    const stack = new TestStack();
    ec2Service(stack, stack.cluster(ROLLING), {
      taskDefinition: ec2Task(stack, 'Task', { networkMode, hostPort }),
    });
    expect(warningIds(stack)).toEqual(ids);
  });

  test('say which', () => {
    const stack = new TestStack();
    ec2Service(stack, stack.cluster(ROLLING), { taskDefinition: ec2Task(stack, 'Task', { hostPort: 8080 }) });
    expect(warning(stack, FIXED)?.message).toBe(
      'The cluster "Stack/Cluster" replaces running nodes, and the service "Stack/Api" has fixed host ' +
        'ports (8080 of "web"). A node takes one copy of it, so every task that moves needs a node ' +
        'without one. Leave the host port to the agent (no `hostPort`, bridge mode) or use awsvpc mode; ' +
        'or see to it that there is always one node more than there are copies.',
    );
  });
});

describe('where nodes are not replaced', () => {
  const NOT_ROLLING = { replacesRunningNodes: false };

  test('a service of which no deployment ever ends is warned of', () => {
    const props = { minHealthyPercent: 100, maxHealthyPercent: 150, desiredCount: 1 };
    expect(warning(deployed(props, NOT_ROLLING), MAX)?.message).toBe(
      'A deployment of the service "Stack/Api" on the cluster "Stack/Cluster" never ends: at least 100 % and ' +
        'at most 150 % of its 1 task may run. ECS rounds the one up and the other down, so that no task may ' +
        'stop and none may start. Set `maxHealthyPercent: 200`.',
    );
  });

  test.each<[string, Partial<ecs.Ec2ServiceProps>]>([
    ['125 % of three', { minHealthyPercent: 100, maxHealthyPercent: 125, desiredCount: 3 }],
    ['half of one, and no second', { minHealthyPercent: 50, maxHealthyPercent: 100, desiredCount: 1 }],
  ])('%s is one', (_name, props) => {
    expect(warningIds(deployed(props, NOT_ROLLING))).toEqual([MAX]);
  });

  test.each<[string, Partial<ecs.Ec2ServiceProps>]>([
    ['CDK as it comes', { minHealthyPercent: undefined }],
    ['one at a time, never two', { minHealthyPercent: 0, maxHealthyPercent: 100, desiredCount: 1 }],
    ['150 % of two', { minHealthyPercent: 100, maxHealthyPercent: 150, desiredCount: 2 }],
    ['no tasks at all', { minHealthyPercent: 100, maxHealthyPercent: 150, desiredCount: 0 }],
    [
      'a service that something else deploys',
      {
        minHealthyPercent: 100,
        maxHealthyPercent: 150,
        desiredCount: 1,
        circuitBreaker: undefined,
        deploymentController: { type: ecs.DeploymentControllerType.EXTERNAL },
        taskDefinition: undefined,
      },
    ],
  ])('%s is none', (_name, props) => {
    expect(warningIds(deployed(props, NOT_ROLLING))).toEqual([]);
  });
});

describe('a daemon', () => {
  const STANDS = /^A deployment of the daemon "Stack\/Api" on the cluster "Stack\/Cluster" never ends/;

  test('that keeps all of its tasks is warned of, in each way to make one', () => {
    const l2 = deployed({ daemon: true, minHealthyPercent: 100 }, { replacesRunningNodes: false });
    expect(warning(l2, MAX)?.message).toMatch(STANDS);
    const l1 = new TestStack();
    new ecs.CfnService(l1, 'Api', {
      cluster: l1.cluster(ROLLING).clusterName,
      taskDefinition: 'task',
      schedulingStrategy: 'DAEMON',
      deploymentConfiguration: { minimumHealthyPercent: 100, maximumPercent: 200 },
    });
    expect(warning(l1, MAX)?.message).toMatch(STANDS);
  });

  test('that may stop its tasks, or says nothing, is none', () => {
    for (const minHealthyPercent of [undefined, 0, 50])
      expect(warningIds(deployed({ daemon: true, minHealthyPercent }))).toEqual([]);
  });
});
