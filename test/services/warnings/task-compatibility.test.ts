import { Template } from 'aws-cdk-lib/assertions';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { SMALL, TestStack } from '../../helpers/estate';
import { ec2Service, ec2Task, fargateTask, warning, warningIds } from '../helpers';
import { SENDERS } from '../senders';

const ID = 'Service.compatibility';

function estate() {
  const stack = new TestStack();
  const tiers = [{ name: 'general', instanceTypes: [SMALL] }];
  const cluster = stack.cluster({ tiers, enableFargateCapacityProviders: true });
  return { stack, cluster, strategy: cluster.tier('general').strategy() };
}

/** A task definition for one kind of capacity, or for none that it says. */
function taskFor(stack: TestStack, ...requiresCompatibilities: string[]): ecs.CfnTaskDefinition {
  return new ecs.CfnTaskDefinition(stack, 'Job', {
    family: 'job',
    requiresCompatibilities: requiresCompatibilities.length === 0 ? undefined : requiresCompatibilities,
    networkMode: 'awsvpc',
    cpu: '256',
    memory: '512',
    containerDefinitions: [{ name: 'job', image: 'nginx' }],
  });
}

function serviceOf(taskDefinition: ecs.CfnTaskDefinition, props: Partial<ecs.CfnServiceProps>): void {
  new ecs.CfnService(taskDefinition, 'Service', { taskDefinition: taskDefinition.ref, ...props });
}

describe('a task definition for Fargate only, on nodes, is warned of', () => {
  test('for a Fargate service with the strategy of a tier, with what to write', () => {
    const { stack, cluster, strategy } = estate();
    new ecs.FargateService(stack, 'Api', {
      cluster,
      taskDefinition: fargateTask(stack),
      capacityProviderStrategies: [strategy],
      minHealthyPercent: 100,
    });
    expect(warning(stack, ID)?.message).toBe(
      'The task definition "Estate/FargateTask" is for FARGATE only (`requiresCompatibilities`). The tasks of ' +
        'the service "Estate/Api" on the cluster "Estate/Orders" are placed on the nodes of the tier ' +
        '"general": ECS may refuse that. It refuses the platform version of a Fargate service there. Use an ' +
        '`ecs.Ec2Service` with an `ecs.Ec2TaskDefinition`, or `compatibility: ' +
        'ecs.Compatibility.EC2_AND_FARGATE`; or leave the tasks to Fargate, without the strategy of a tier.',
    );
  });

  test('for a service that is left to the default strategy', () => {
    const { stack, cluster } = estate();
    serviceOf(taskFor(stack, 'FARGATE'), { cluster: cluster.clusterName });
    expect(warningIds(stack)).toContain(ID);
  });

  test.each(SENDERS)('for what $name sends', (send) => {
    const { stack, cluster, strategy } = estate();
    const { capacityProvider } = strategy;
    const task = fargateTask(stack) as unknown as ecs.Ec2TaskDefinition;
    send(stack, cluster, { capacityProviderStrategy: [{ capacityProvider, weight: 1 }] }, task);
    expect(warningIds(stack)).toEqual([ID]);
  });

  test.each(['FARGATE', 'EXTERNAL', 'MANAGED_INSTANCES'])('for a state machine, and for %s', (kind) => {
    const { stack, cluster } = estate();
    run(stack, cluster, taskFor(stack, kind));
    expect(warningIds(stack)).toEqual([ID]);
  });
});

function run(stack: TestStack, { clusterArn }: ecs.ICluster, task: ecs.CfnTaskDefinition, parameters = {}) {
  const state = {
    Type: 'Task',
    Resource: 'arn:aws:states:::ecs:runTask',
    Parameters: { Cluster: clusterArn, TaskDefinition: task.ref, ...parameters },
    End: true,
  };
  new sfn.StateMachine(stack, 'Machine', {
    definitionBody: sfn.DefinitionBody.fromString(
      stack.toJsonString({ StartAt: 'Run', States: { Run: state } }),
    ),
  });
}

describe('nothing is said', () => {
  test.each([[[]], [['EC2']], [['EC2', 'FARGATE']]])('of a task definition for %j', (kinds) => {
    const { stack, cluster } = estate();
    run(stack, cluster, taskFor(stack, ...kinds));
    expect(warningIds(stack)).toEqual([]);
  });

  test('of a Fargate service with the launch type, and with the strategy of Fargate', () => {
    for (const capacityProviderStrategies of [undefined, [{ capacityProvider: 'FARGATE', weight: 1 }]]) {
      const { stack, cluster } = estate();
      const taskDefinition = fargateTask(stack);
      const props = { cluster, taskDefinition, capacityProviderStrategies, minHealthyPercent: 100 };
      new ecs.FargateService(stack, 'Api', props);
      expect(warningIds(stack)).not.toContain(ID);
    }
  });
});

describe('a task definition for EC2 only cannot run on Fargate', () => {
  const REFUSED =
    /must be of tiers, got: FARGATE_SPOT, where the task definition "Estate\/(ApiTask|Task|Job)" is for EC2 \(Inv/;
  const FARGATE = [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }];

  test('as a service', () => {
    const { stack, cluster } = estate();
    ec2Service(stack, cluster, { capacityProviderStrategies: FARGATE });
    expect(() => Template.fromStack(stack)).toThrow(REFUSED);
  });

  test.each(SENDERS)('as what $name sends', (send) => {
    const { stack, cluster } = estate();
    send(stack, cluster, { capacityProviderStrategy: FARGATE }, ec2Task(stack));
    expect(() => Template.fromStack(stack)).toThrow(REFUSED);
  });

  test('as a state of a state machine', () => {
    const { stack, cluster } = estate();
    run(stack, cluster, taskFor(stack, 'EC2'), {
      CapacityProviderStrategy: [{ CapacityProvider: 'FARGATE_SPOT', Weight: 1 }],
    });
    expect(() => Template.fromStack(stack)).toThrow(REFUSED);
  });

  test.each([[[]], [['EC2', 'FARGATE']]])('and one for %j can', (kinds) => {
    const { stack, cluster } = estate();
    serviceOf(taskFor(stack, ...kinds), {
      cluster: cluster.clusterName,
      capacityProviderStrategy: FARGATE,
    });
    expect(() => Template.fromStack(stack)).not.toThrow();
  });
});
