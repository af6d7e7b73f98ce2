import {
  Annotations,
  aws_ecs as ecs,
  aws_elasticloadbalancingv2 as elbv2,
  aws_ecs_patterns as patterns,
} from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import {
  ec2Service,
  ec2Task,
  newApp,
  type ServedOptions,
  type TaskOptions,
  TestStack,
  warning,
} from '../helpers';

const ID = 'Service.dynamicHostPorts';
const WIDE = { dynamicHostPortRange: { fromPort: 10000, toPort: 65000 } };
const image = { image: ecs.ContainerImage.fromRegistry('nginx') };

function balanced(task: TaskOptions = {}, cluster: Partial<ServedOptions> = WIDE): TestStack {
  const stack = new TestStack();
  const service = ec2Service(stack, stack.cluster(cluster), { taskDefinition: ec2Task(stack, 'Task', task) });
  const balancer = new elbv2.ApplicationLoadBalancer(stack, 'Lb', { vpc: stack.vpc });
  balancer
    .addListener('Listener', { port: 80, open: false })
    .addTargets('Target', { port: 80, targets: [service] });
  return stack;
}

function opened(stack: TestStack): unknown[] {
  const rules = Object.values(Template.fromStack(stack).findResources('AWS::EC2::SecurityGroupIngress'));
  return rules.map(({ Properties: { FromPort, ToPort } }) => [FromPort, ToPort]);
}

test('plain CDK opens nothing to the nodes of a capacity provider: they are not in the connections of the cluster', () => {
  expect(opened(balanced({}, { served: false }))).toEqual([]);
});

test('once they are, it opens 32768-65535 and nothing else', () => {
  expect(opened(balanced())).toEqual([[32768, 65535]]);
});

test('a range that CDK does not open is warned of, and the rules are named', () => {
  expect(warning(balanced(), ID)).toEqual({
    id: `cdk-ecs-auto-scaled-cluster:${ID}`,
    path: '/Stack/Api/Service',
    message:
      'The nodes of the cluster "Stack/Cluster" hand out the host ports 10000-65000, but between a ' +
      'load balancer and the nodes CDK opens 32768-65535 only. A container of the service "Stack/Api" ' +
      'on another port never becomes healthy. Add `loadBalancer.connections.allowTo(cluster, ' +
      'cluster.dynamicHostPorts)`; for a network load balancer without security groups ' +
      '`cluster.connections.allowFrom(ec2.Peer.ipv4(vpc.vpcCidrBlock), cluster.dynamicHostPorts)`.',
  });
});

test.each<[string, Partial<ServedOptions>]>([
  ['the default range', { dynamicHostPortRange: { fromPort: 32768, toPort: 65535 } }],
  ['a part of it', { dynamicHostPortRange: { fromPort: 40000, toPort: 50000 } }],
  ['an unknown range', { dynamicHostPortRange: undefined }],
  ['a cluster that is not ours', { ...WIDE, served: false }],
])('%s is not warned of', (_name, options) => {
  expect(warning(balanced({}, options), ID)).toBeUndefined();
});

test.each<[string, TaskOptions]>([
  ['awsvpc mode', { networkMode: ecs.NetworkMode.AWS_VPC }],
  ['host mode', { networkMode: ecs.NetworkMode.HOST }],
  ['a fixed host port', { hostPort: 8080 }],
])('%s is not warned of', (_name, task) => {
  expect(warning(balanced(task), ID)).toBeUndefined();
});

test('a service without a load balancer is not warned of', () => {
  const stack = new TestStack();
  ec2Service(stack, stack.cluster(WIDE));
  expect(warning(stack, ID)).toBeUndefined();
});

test('the pattern is warned of in the stack of the service', () => {
  const app = newApp();
  const cluster = new TestStack(app, 'One').cluster(WIDE);
  const stack = new TestStack(app, 'Two');
  new patterns.ApplicationLoadBalancedEc2Service(stack, 'P', {
    cluster,
    memoryLimitMiB: 128,
    taskImageOptions: image,
  });
  expect(warning(stack, ID)?.path).toBe('/Two/P/Service/Service');
});

test('an L1 whose task is defined elsewhere is warned of, unless it has an address of its own', () => {
  const stack = new TestStack();
  const cluster = stack.cluster(WIDE).clusterName;
  const loadBalancers = [{ containerName: 'web', containerPort: 80, targetGroupArn: 'arn' }];
  new ecs.CfnService(stack, 'Bridge', { cluster, loadBalancers, taskDefinition: 'task' });
  new ecs.CfnService(stack, 'Awsvpc', {
    cluster,
    loadBalancers,
    taskDefinition: 'task',
    networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-0123456789abcdef0'] } },
  });
  expect(warning(stack, ID)?.path).toBe('/Stack/Bridge');
});

test.each<[string, string]>([
  ['the service', 'Api'],
  ['the L1', 'Api/Service'],
  ['the stack', ''],
])('can be acknowledged on %s', (_name, path) => {
  const stack = balanced();
  const scope =
    path === ''
      ? stack
      : (path
          .split('/')
          .reduce<TestStack>((at, id) => at.node.findChild(id) as TestStack, stack) as TestStack);
  Annotations.of(scope).acknowledgeWarning(`cdk-ecs-auto-scaled-cluster:${ID}`);
  expect(warning(stack, ID)).toBeUndefined();
});
