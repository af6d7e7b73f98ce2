import { type App, Aspects, CfnResource, aws_ecs as ecs, type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { serve } from '../../../src/services/service-pass';
import {
  ec2Service,
  ec2Task,
  fargateTask,
  only,
  onlyService,
  type ServedOptions,
  served,
  type TestCluster,
  TestStack,
} from '../helpers';

const MARK = { Type: 'memberOf', Expression: 'attribute:held !exists' };
const CORDON = { constrainToNotHeld: true };
const onAz = (az: string) => ecs.PlacementConstraint.memberOf(`attribute:ecs.availability-zone == ${az}`);
const rendered = (az: string) => ({
  Type: 'memberOf',
  Expression: `attribute:ecs.availability-zone == ${az}`,
});

function constraints(stack: Stack): unknown {
  return onlyService(stack).Properties.PlacementConstraints;
}

test('on plain CDK only the last call to addPlacementConstraints survives (row 11)', () => {
  const stack = new TestStack();
  const service = ec2Service(stack, stack.cluster({ served: false }), { placementConstraints: [onAz('a')] });
  service.addPlacementConstraints(onAz('b'));
  expect(constraints(stack)).toEqual([rendered('b')]);
});

describe('where the cluster asks for it', () => {
  test('a service gets the constraint', () => {
    const stack = new TestStack();
    ec2Service(stack, stack.cluster(CORDON));
    expect(constraints(stack)).toEqual([MARK]);
  });

  test('it is appended to what is there, now and later', () => {
    const stack = new TestStack();
    const service = ec2Service(stack, stack.cluster(CORDON), { placementConstraints: [onAz('a')] });
    service.addPlacementConstraints(ecs.PlacementConstraint.distinctInstances(), onAz('b'));
    Aspects.of(stack).add({
      visit: (node) => node === service && service.addPlacementConstraints(onAz('c')),
    });
    expect(constraints(stack)).toEqual([rendered('c'), MARK]);
  });

  test('it is not added twice', () => {
    const stack = new TestStack();
    ec2Service(stack, stack.cluster(CORDON), {
      placementConstraints: [ecs.PlacementConstraint.memberOf(MARK.Expression)],
    });
    expect(constraints(stack)).toEqual([MARK]);
    (stack.node.root as App).synth({ force: true });
    expect(constraints(stack)).toEqual([MARK]);
  });

  test.each<[string, (stack: TestStack, cluster: TestCluster) => unknown]>([
    [
      'CfnService',
      (stack, cluster) =>
        new ecs.CfnService(stack, 'L1', { cluster: cluster.clusterName, taskDefinition: 'task' }),
    ],
    [
      'a plain CfnResource',
      (stack, cluster) =>
        new CfnResource(stack, 'L1', {
          type: 'AWS::ECS::Service',
          properties: { Cluster: cluster.clusterName, TaskDefinition: 'task' },
        }),
    ],
    [
      'a service with a strategy of its own',
      (stack, cluster) =>
        ec2Service(stack, cluster, {
          capacityProviderStrategies: [{ capacityProvider: 'cluster-general', weight: 1 }],
        }),
    ],
    [
      'a service with an EXTERNAL controller',
      (stack, cluster) =>
        ec2Service(stack, cluster, {
          circuitBreaker: undefined,
          deploymentController: { type: ecs.DeploymentControllerType.EXTERNAL },
        }),
    ],
  ])('%s gets it', (_name, add) => {
    const stack = new TestStack();
    add(stack, stack.cluster(CORDON));
    expect(constraints(stack)).toEqual([MARK]);
  });

  test.each<[string, (stack: TestStack, cluster: TestCluster) => unknown]>([
    ['a daemon, which ECS would stop', (stack, cluster) => ec2Service(stack, cluster, { daemon: true })],
    [
      'a FargateService, which may have none',
      (stack, cluster) => new ecs.FargateService(stack, 'F', { cluster, taskDefinition: fargateTask(stack) }),
    ],
    [
      'a strategy of Fargate',
      (stack, cluster) =>
        new ecs.FargateService(stack, 'F', {
          cluster,
          taskDefinition: fargateTask(stack),
          capacityProviderStrategies: [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }],
        }),
    ],
    [
      'a service that CodeDeploy deploys',
      (stack, cluster) =>
        ec2Service(stack, cluster, {
          circuitBreaker: undefined,
          deploymentController: { type: ecs.DeploymentControllerType.CODE_DEPLOY },
        }),
    ],
  ])('%s does not', (_name, add) => {
    const stack = new TestStack();
    const cluster = stack.cluster(CORDON);
    cluster.enableFargateCapacityProviders();
    add(stack, cluster);
    expect(constraints(stack)).toBeUndefined();
  });

  test('a task set has none to give it to', () => {
    const stack = new TestStack();
    new ecs.CfnTaskSet(stack, 'TaskSet', {
      cluster: stack.cluster(CORDON).clusterName,
      service: 'api',
      taskDefinition: 'task',
    });
    expect(only(stack, 'AWS::ECS::TaskSet').Properties).not.toHaveProperty('PlacementConstraints');
  });
});

test.each<[string, Partial<ServedOptions>]>([
  ['a cluster without the cordon', {}],
  ['a cluster that is not ours', { ...CORDON, served: false }],
])('%s leaves the constraints alone', (_name, options) => {
  const stack = new TestStack();
  ec2Service(stack, stack.cluster(options), { placementConstraints: [onAz('a')] });
  expect(constraints(stack)).toEqual([rendered('a')]);
});

test('whether the cluster asks is read at the end', () => {
  const stack = new TestStack();
  let asks = false;
  const cluster = stack.cluster({ served: false });
  serve({
    ...served(cluster),
    get constrainToNotHeld() {
      return asks;
    },
  });
  ec2Service(stack, cluster);
  asks = true;
  expect(constraints(stack)).toEqual([MARK]);
});

describe('ten constraints are the most of a task', () => {
  function withConstraints(own: number, inherited: number): TestStack {
    const stack = new TestStack();
    const taskDefinition = ec2Task(stack);
    for (let i = 0; i < inherited; i++) taskDefinition.addPlacementConstraint(onAz(`t${i}`));
    ec2Service(stack, stack.cluster(CORDON), {
      taskDefinition,
      placementConstraints: [...Array(own).keys()].map((i) => onAz(`s${i}`)),
    });
    return stack;
  }

  test.each([
    [9, 0],
    [4, 5],
  ])('%d of the service and %d of the task definition leave room for ours', (own, inherited) => {
    expect(constraints(withConstraints(own, inherited))).toHaveLength(own + 1);
  });

  test.each([
    [10, 0],
    [5, 5],
  ])('%d of the service and %d of the task definition do not', (own, inherited) => {
    expect(() => Template.fromStack(withConstraints(own, inherited))).toThrow(
      '[Stack/Api/Service] `placementConstraints` must be at most 10 for a task, got: 11. One of them ' +
        '(`attribute:held !exists`) the cluster "Stack/Cluster" adds so that a roll of its nodes moves ' +
        'each task once. Leave out one of the others, or turn that off with `NodeReplacement.rolling({ ' +
        'cordon: false })` (TooManyConstraints)',
    );
  });
});
