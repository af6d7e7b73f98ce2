/**
 * Makes a second copy of CDK, which the tests' own environment would not.
 *
 * @jest-environment node
 */
import {
  CfnResource,
  aws_codedeploy as codedeploy,
  aws_ecs as ecs,
  aws_elasticloadbalancingv2 as elbv2,
  NestedStack,
  aws_ecs_patterns as patterns,
  Stack,
  Stage,
} from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { serve } from '../../../src/services/service-pass';
import {
  ec2Service,
  ec2Task,
  fargateTask,
  newApp,
  only,
  onlyService,
  served,
  TestCluster,
  TestStack,
} from '../helpers';

const image = { image: ecs.ContainerImage.fromRegistry('nginx') };

/** A service that asks for nothing and so takes the cluster's default strategy. */
function expectDefaultStrategy(stack: Stack): void {
  const { Properties } = onlyService(stack);
  expect(Properties).not.toHaveProperty('LaunchType');
  expect(Properties).not.toHaveProperty('CapacityProviderStrategy');
}

test('plain CDK writes the launch type although the cluster has a default strategy', () => {
  const stack = new TestStack();
  ec2Service(stack, stack.cluster({ served: false }));
  expect(onlyService(stack).Properties.LaunchType).toBe('EC2');
});

describe('drops the launch type of', () => {
  test.each<[string, (stack: TestStack, cluster: TestCluster) => unknown]>([
    ['Ec2Service', (stack, cluster) => ec2Service(stack, cluster)],
    [
      'Ec2Service in awsvpc mode',
      (stack, cluster) =>
        ec2Service(stack, cluster, {
          taskDefinition: ec2Task(stack, 'T', { networkMode: ecs.NetworkMode.AWS_VPC }),
        }),
    ],
    [
      'ApplicationLoadBalancedEc2Service',
      (stack, cluster) =>
        new patterns.ApplicationLoadBalancedEc2Service(stack, 'P', {
          cluster,
          memoryLimitMiB: 128,
          taskImageOptions: image,
        }),
    ],
    [
      'NetworkLoadBalancedEc2Service',
      (stack, cluster) =>
        new patterns.NetworkLoadBalancedEc2Service(stack, 'P', {
          cluster,
          memoryLimitMiB: 128,
          taskImageOptions: image,
        }),
    ],
    [
      'ApplicationMultipleTargetGroupsEc2Service',
      (stack, cluster) =>
        new patterns.ApplicationMultipleTargetGroupsEc2Service(stack, 'P', {
          cluster,
          memoryLimitMiB: 128,
          taskImageOptions: image,
        }),
    ],
    [
      'NetworkMultipleTargetGroupsEc2Service',
      (stack, cluster) =>
        new patterns.NetworkMultipleTargetGroupsEc2Service(stack, 'P', {
          cluster,
          memoryLimitMiB: 128,
          taskImageOptions: image,
        }),
    ],
    [
      'QueueProcessingEc2Service',
      (stack, cluster) =>
        new patterns.QueueProcessingEc2Service(stack, 'P', { cluster, memoryLimitMiB: 128, ...image }),
    ],
    [
      'a service with Service Connect',
      (stack, cluster) => {
        cluster.addDefaultCloudMapNamespace({ name: 'local' });
        return ec2Service(stack, cluster, {
          serviceConnectConfiguration: { services: [{ portMappingName: 'web' }] },
        });
      },
    ],
    [
      'CfnService by name',
      (stack, cluster) =>
        new ecs.CfnService(stack, 'L1', {
          cluster: cluster.clusterName,
          launchType: 'EC2',
          taskDefinition: 'task',
        }),
    ],
    [
      'CfnService by ARN',
      (stack, cluster) =>
        new ecs.CfnService(stack, 'L1', {
          cluster: cluster.clusterArn,
          launchType: 'EC2',
          taskDefinition: 'task',
        }),
    ],
    [
      'CfnService by the logical id',
      (stack, cluster) =>
        new CfnResource(stack, 'L1', {
          type: 'AWS::ECS::Service',
          properties: {
            Cluster: { Ref: stack.getLogicalId(cluster.node.defaultChild as CfnResource) },
            LaunchType: 'EC2',
            TaskDefinition: 'task',
          },
        }),
    ],
    [
      'a plain CfnResource',
      (stack, cluster) =>
        new CfnResource(stack, 'L1', {
          type: 'AWS::ECS::Service',
          properties: { Cluster: cluster.clusterName, LaunchType: 'EC2', TaskDefinition: 'task' },
        }),
    ],
    [
      'a service that another copy of aws-cdk-lib made',
      (stack, cluster) => {
        // CDK loads its parts when they are first used, so the copy has to be used while it is isolated.
        jest.isolateModules(() => {
          const copy: typeof ecs = require('aws-cdk-lib/aws-ecs');
          const service = new copy.CfnService(stack, 'L1', {
            cluster: cluster.clusterName,
            launchType: 'EC2',
            taskDefinition: 'task',
          });
          expect(service).not.toBeInstanceOf(ecs.CfnService);
        });
      },
    ],
  ])('%s', (_name, add) => {
    const stack = new TestStack();
    add(stack, stack.cluster());
    expectDefaultStrategy(stack);
  });

  test('a service that stands before the cluster in the tree', () => {
    const stack = new TestStack();
    const early = new Stack(stack.node.root as Stack, 'AEarly');
    const first = new NestedStack(early, 'Nested');
    const late = new TestStack(stack.node.root as Stack, 'Late');
    ec2Service(first, late.cluster());
    expectDefaultStrategy(first);
  });

  test('a service in another stack, without an export of the strategy', () => {
    const stack = new TestStack();
    const other = new Stack(stack.node.root as Stack, 'Other');
    ec2Service(other, stack.cluster());
    expectDefaultStrategy(other);
    expect(JSON.stringify(Template.fromStack(stack).findOutputs('*'))).not.toContain('Provider');
  });

  test('a service in a nested stack', () => {
    const stack = new TestStack();
    const nested = new NestedStack(stack, 'Nested');
    ec2Service(nested, stack.cluster());
    expectDefaultStrategy(nested);
  });

  test('a service of the parent of a nested cluster', () => {
    const stack = new TestStack();
    const nested = new NestedStack(stack, 'Nested');
    ec2Service(stack, new TestCluster(nested, 'Cluster', { vpc: stack.vpc }));
    expectDefaultStrategy(stack);
  });

  test('a service inside a Stage, for every cluster there', () => {
    const stage = new Stage(newApp(), 'Prod');
    const stack = new TestStack(stage);
    const [one, two] = [stack.cluster({}, 'One'), stack.cluster({}, 'Two')];
    ec2Service(stack, one, {}, 'A');
    ec2Service(stack, two, {}, 'B');
    const services = Template.fromStack(stack).findResources('AWS::ECS::Service');
    expect(Object.values(services).map(({ Properties }) => Properties.LaunchType)).toEqual([
      undefined,
      undefined,
    ]);
  });

  test('a service with an EXTERNAL controller has none, and its task set loses it', () => {
    const stack = new TestStack();
    const cluster = stack.cluster();
    const service = ec2Service(stack, cluster, {
      circuitBreaker: undefined,
      deploymentController: { type: ecs.DeploymentControllerType.EXTERNAL },
    });
    new ecs.CfnTaskSet(stack, 'TaskSet', {
      cluster: cluster.clusterName,
      service: service.serviceName,
      taskDefinition: 'task',
      launchType: 'EC2',
    });
    expectDefaultStrategy(stack);
    expect(only(stack, 'AWS::ECS::TaskSet').Properties).not.toHaveProperty('LaunchType');
  });
});

describe('leaves alone', () => {
  test.each<[string, (stack: TestStack, cluster: TestCluster) => unknown, unknown]>([
    ['a daemon', (stack, cluster) => ec2Service(stack, cluster, { daemon: true }), 'EC2'],
    [
      'a FargateService',
      (stack, cluster) => {
        cluster.enableFargateCapacityProviders();
        return new ecs.FargateService(stack, 'F', { cluster, taskDefinition: fargateTask(stack) });
      },
      'FARGATE',
    ],
    [
      'a service that CodeDeploy deploys',
      (stack, cluster) =>
        ec2Service(stack, cluster, {
          circuitBreaker: undefined,
          deploymentController: { type: ecs.DeploymentControllerType.CODE_DEPLOY },
        }),
      'EC2',
    ],
    [
      'what a user overrides',
      (stack, cluster) =>
        (ec2Service(stack, cluster).node.defaultChild as ecs.CfnService).addPropertyOverride(
          'LaunchType',
          'EC2',
        ),
      'EC2',
    ],
    ['an ExternalService', (stack, cluster) => externalService(stack, cluster), 'EXTERNAL'],
    [
      'a launch type that is known at deployment only',
      (stack, cluster) =>
        new CfnResource(stack, 'L1', {
          type: 'AWS::ECS::Service',
          properties: {
            Cluster: cluster.clusterName,
            LaunchType: { 'Fn::If': ['UseEc2', 'EC2', 'FARGATE'] },
          },
        }),
      { 'Fn::If': ['UseEc2', 'EC2', 'FARGATE'] },
    ],
  ])('%s', (_name, add, launchType) => {
    const stack = new TestStack();
    add(stack, stack.cluster());
    expect(onlyService(stack).Properties.LaunchType).toEqual(launchType);
  });

  test('a strategy of its own', () => {
    const stack = new TestStack();
    const cluster = stack.cluster();
    ec2Service(stack, cluster, {
      capacityProviderStrategies: [{ capacityProvider: cluster.provider.capacityProviderName, weight: 2 }],
    });
    expect(onlyService(stack).Properties.CapacityProviderStrategy).toEqual([
      expect.objectContaining({ Weight: 2 }),
    ]);
  });

  test('services of clusters that are not ours, of the same app and of the same logical id', () => {
    const app = newApp();
    const ours = new TestStack(app, 'Ours');
    const theirs = new TestStack(app, 'Theirs');
    ours.cluster();
    ec2Service(theirs, theirs.cluster({ served: false }));
    new ecs.CfnService(theirs, 'ByText', {
      cluster: '{"Ref":"ClusterEB0386A7"}',
      launchType: 'EC2',
      taskDefinition: 'task',
    });
    new CfnResource(theirs, 'ByRef', {
      type: 'AWS::ECS::Service',
      properties: { Cluster: { Ref: 'ClusterEB0386A7' }, LaunchType: 'EC2' },
    });
    const services = Object.values(Template.fromStack(theirs).findResources('AWS::ECS::Service'));
    expect(services.map(({ Properties }) => Properties.LaunchType)).toEqual(['EC2', 'EC2', 'EC2']);
    expect(services.flatMap(({ DependsOn }) => DependsOn).join()).not.toContain('Association');
  });

  test('a cluster whose default strategy is not ours', () => {
    const stack = new TestStack();
    ec2Service(stack, stack.cluster({ defaultStrategyIsOurs: false }));
    expect(onlyService(stack).Properties.LaunchType).toBe('EC2');
  });

  test('a service without a cluster, which is on the default one', () => {
    const stack = new TestStack();
    stack.cluster();
    new ecs.CfnService(stack, 'L1', { launchType: 'EC2', taskDefinition: 'task' });
    expect(onlyService(stack).Properties.LaunchType).toBe('EC2');
  });
});

describe('knows a cluster by its literal name', () => {
  const env = { account: '123456789012', region: 'eu-west-1' };

  function importedIn(stack: TestStack): ecs.ICluster {
    return ecs.Cluster.fromClusterAttributes(stack, 'Imported', { clusterName: 'orders', vpc: stack.vpc });
  }

  test('where an import is served', () => {
    const stack = new TestStack();
    const cluster = importedIn(stack);
    serve({ ...served(cluster), association: undefined });
    ec2Service(stack, cluster);
    expectDefaultStrategy(stack);
  });

  test('where a service of the same environment has the name only', () => {
    const app = newApp();
    new TestStack(app, 'Ours', { env }).cluster({ clusterName: 'orders' });
    const stack = new TestStack(app, 'Theirs', { env });
    ec2Service(stack, importedIn(stack));
    expectDefaultStrategy(stack);
  });

  test('where an L1 has the ARN only', () => {
    const app = newApp();
    new TestStack(app, 'Ours', { env }).cluster({ clusterName: 'orders' });
    const stack = new TestStack(app, 'Theirs', { env });
    new ecs.CfnService(stack, 'L1', {
      cluster: importedIn(stack).clusterArn,
      launchType: 'EC2',
      taskDefinition: 'task',
    });
    expectDefaultStrategy(stack);
  });

  test('and not in another region', () => {
    const app = newApp();
    new TestStack(app, 'Ours', { env }).cluster({ clusterName: 'orders' });
    const stack = new TestStack(app, 'Theirs', { env: { ...env, region: 'us-east-1' } });
    ec2Service(stack, importedIn(stack));
    expect(onlyService(stack).Properties.LaunchType).toBe('EC2');
  });
});

function externalService(stack: TestStack, cluster: TestCluster): void {
  const taskDefinition = new ecs.ExternalTaskDefinition(stack, 'T');
  taskDefinition.addContainer('web', { ...image, memoryLimitMiB: 128 });
  new ecs.ExternalService(stack, 'E', { cluster, taskDefinition });
}

test('a real CodeDeploy deployment group still synthesises', () => {
  const stack = new TestStack();
  const cluster = stack.cluster();
  const balancer = new elbv2.ApplicationLoadBalancer(stack, 'Lb', { vpc: stack.vpc });
  const service = ec2Service(stack, cluster, {
    circuitBreaker: undefined,
    deploymentController: { type: ecs.DeploymentControllerType.CODE_DEPLOY },
  });
  const [blue, green] = ['Blue', 'Green'].map(
    (id) => new elbv2.ApplicationTargetGroup(stack, id, { vpc: stack.vpc, port: 80 }),
  );
  const listener = balancer.addListener('L', { port: 80, open: false, defaultTargetGroups: [blue] });
  service.attachToApplicationTargetGroup(blue);
  new codedeploy.EcsDeploymentGroup(stack, 'Group', {
    service,
    blueGreenDeploymentConfig: { blueTargetGroup: blue, greenTargetGroup: green, listener },
  });
  expect(onlyService(stack).Properties.LaunchType).toBe('EC2');
});
