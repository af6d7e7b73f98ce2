import {
  type aws_autoscaling as autoscaling,
  aws_ecs as ecs,
  NestedStack,
  aws_ecs_patterns as patterns,
  Stack,
} from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Construct, Dependable } from 'constructs';
import { associationOf } from '../../../src/services/repairs/association-dependency';
import {
  associationIds,
  dependsOnAssociation,
  ec2Service,
  fargateTask,
  newApp,
  only,
  onlyService,
  TestCluster,
  TestStack,
} from '../helpers';

const image = { image: ecs.ContainerImage.fromRegistry('nginx') };

test('plain CDK lets a service run ahead of the association', () => {
  const stack = new TestStack();
  ec2Service(stack, stack.cluster({ served: false }));
  expect(dependsOnAssociation(stack, onlyService(stack))).toBe(false);
});

test('there is no association before synthesis, and the one of the cluster after', () => {
  const stack = new TestStack();
  const cluster = stack.cluster({ served: false });
  const roots = () => Dependable.of(associationOf(cluster)).dependencyRoots.map((root) => root.node.path);
  expect(roots()).toEqual([]);
  associationIds(stack);
  expect(roots()).toEqual(['Stack/Cluster/Cluster']);
});

describe('waits for the association:', () => {
  test.each<[string, (stack: TestStack, cluster: TestCluster) => unknown]>([
    ['Ec2Service', (stack, cluster) => ec2Service(stack, cluster)],
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
      'QueueProcessingEc2Service',
      (stack, cluster) =>
        new patterns.QueueProcessingEc2Service(stack, 'P', { cluster, memoryLimitMiB: 128, ...image }),
    ],
    [
      'a strategy of its own',
      (stack, cluster) =>
        ec2Service(stack, cluster, {
          capacityProviderStrategies: [{ capacityProvider: 'general', weight: 1 }],
        }),
    ],
    [
      'a strategy of Fargate, whose providers stand in the same association',
      (stack, cluster) => {
        cluster.enableFargateCapacityProviders();
        return new ecs.FargateService(stack, 'F', {
          cluster,
          taskDefinition: fargateTask(stack),
          capacityProviderStrategies: [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }],
        });
      },
    ],
    [
      'launch type EC2 that a user insists on: its nodes have to outlive it',
      (stack, cluster) =>
        (ec2Service(stack, cluster).node.defaultChild as ecs.CfnService).addPropertyOverride(
          'LaunchType',
          'EC2',
        ),
    ],
    [
      'a service that CodeDeploy deploys',
      (stack, cluster) =>
        ec2Service(stack, cluster, {
          circuitBreaker: undefined,
          deploymentController: { type: ecs.DeploymentControllerType.CODE_DEPLOY },
        }),
    ],
    [
      'CfnService without launch type',
      (stack, cluster) =>
        new ecs.CfnService(stack, 'L1', { cluster: cluster.clusterArn, taskDefinition: 'task' }),
    ],
  ])('%s', (_name, add) => {
    const stack = new TestStack();
    add(stack, stack.cluster());
    expect(dependsOnAssociation(stack, onlyService(stack))).toBe(true);
  });

  test('a service that stands before the cluster in the tree (row 6)', () => {
    const stack = new TestStack();
    const before = new Construct(stack, 'Before');
    ec2Service(before, stack.cluster());
    expect(stack.node.children.findIndex(({ node }) => node.id === 'Before')).toBeLessThan(
      stack.node.children.findIndex(({ node }) => node.id === 'Cluster'),
    );
    expect(dependsOnAssociation(stack, onlyService(stack))).toBe(true);
  });

  test('a task set', () => {
    const stack = new TestStack();
    const cluster = stack.cluster();
    new ecs.CfnTaskSet(stack, 'TaskSet', {
      cluster: cluster.clusterName,
      service: 'api',
      taskDefinition: 'task',
      launchType: 'EC2',
    });
    expect(dependsOnAssociation(stack, only(stack, 'AWS::ECS::TaskSet'))).toBe(true);
  });

  test('a service in another stack: that stack waits', () => {
    const stack = new TestStack();
    const other = new Stack(stack.node.root, 'Other');
    ec2Service(other, stack.cluster());
    Template.fromStack(other);
    expect(other.dependencies.map(({ node }) => node.path)).toEqual(['Stack']);
  });

  test('a service in a nested stack: the nested stack waits', () => {
    const stack = new TestStack();
    ec2Service(new NestedStack(stack, 'Nested'), stack.cluster());
    expect(dependsOnAssociation(stack, only(stack, 'AWS::CloudFormation::Stack'))).toBe(true);
  });

  test('a service beside a nested cluster waits for the nested stack', () => {
    const stack = new TestStack();
    const nested = new NestedStack(stack, 'Nested');
    ec2Service(stack, new TestCluster(nested, 'Cluster', { vpc: stack.vpc }));
    const [id] = Object.keys(Template.fromStack(stack).findResources('AWS::CloudFormation::Stack'));
    expect(onlyService(stack).DependsOn).toContain(id);
  });

  test('a service inside the nested stack of its cluster', () => {
    const stack = new TestStack();
    const nested = new NestedStack(stack, 'Nested');
    ec2Service(nested, new TestCluster(nested, 'Cluster', { vpc: stack.vpc }));
    expect(dependsOnAssociation(nested, onlyService(nested))).toBe(true);
  });
});

describe('does not wait:', () => {
  test.each<[string, (stack: TestStack, cluster: TestCluster) => unknown]>([
    [
      'a FargateService (row 33)',
      (stack, cluster) => {
        cluster.enableFargateCapacityProviders();
        return new ecs.FargateService(stack, 'F', { cluster, taskDefinition: fargateTask(stack) });
      },
    ],
    ['a daemon', (stack, cluster) => ec2Service(stack, cluster, { daemon: true })],
    [
      'a service that is on a cluster of ours by its literal name: it may stand in a stack that comes first',
      (stack, _cluster) =>
        new ecs.CfnService(stack, 'L1', { cluster: 'orders', launchType: 'EC2', taskDefinition: 'task' }),
    ],
  ])('%s', (_name, add) => {
    const stack = new TestStack();
    add(stack, stack.cluster({ clusterName: 'orders' }));
    expect(dependsOnAssociation(stack, onlyService(stack))).toBe(false);
  });

  test('a stack that knows the cluster by its literal name, although the cluster depends on it', () => {
    const app = newApp();
    const first = new TestStack(app, 'First');
    const second = new TestStack(app, 'Second');
    second.addStackDependency(first);
    second.cluster({ clusterName: 'orders' });
    ec2Service(
      first,
      ecs.Cluster.fromClusterAttributes(first, 'Imported', { clusterName: 'orders', vpc: first.vpc }),
    );
    expect(onlyService(first).Properties).not.toHaveProperty('LaunchType');
    expect(first.dependencies).toEqual([]);
  });
});

test('the nodes come before the association, so they outlive what waits for it', () => {
  const stack = new TestStack();
  const cluster = stack.cluster();
  ec2Service(stack, cluster);
  const provider = only(stack, 'AWS::ECS::CapacityProvider').Properties.AutoScalingGroupProvider;
  const group = stack.getLogicalId(
    cluster.autoScalingGroup.node.defaultChild as autoscaling.CfnAutoScalingGroup,
  );
  expect(JSON.stringify(provider)).toContain(group);
  expect(JSON.stringify(only(stack, 'AWS::ECS::ClusterCapacityProviderAssociations').Properties)).toContain(
    'Provider',
  );
});
