import {
  aws_ecs as ecs,
  aws_elasticloadbalancingv2 as elbv2,
  aws_ecs_patterns as patterns,
} from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { ec2Service, ec2Task, newApp, type TaskOptions, TestStack, warning } from '../helpers';

const ID = 'Service.networkLoadBalancer';

function balanced(task: TaskOptions = {}, served = true): TestStack {
  const stack = new TestStack();
  const service = ec2Service(stack, stack.cluster({ served }), {
    taskDefinition: ec2Task(stack, 'Task', task),
  });
  const balancer = new elbv2.NetworkLoadBalancer(stack, 'Lb', { vpc: stack.vpc });
  balancer.addListener('Listener', { port: 80 }).addTargets('Target', { port: 80, targets: [service] });
  return stack;
}

test('plain CDK adds no rule', () => {
  const stack = balanced({}, false);
  expect(Template.fromStack(stack).findResources('AWS::EC2::SecurityGroupIngress')).toEqual({});
});

test.each<[string, TaskOptions, string]>([
  ['dynamic ports', {}, '`loadBalancer.connections.allowTo(cluster, cluster.dynamicHostPorts)`'],
  ['a fixed port', { hostPort: 8080 }, '`loadBalancer.connections.allowTo(cluster, ec2.Port.tcp(8080))`'],
  [
    'host mode',
    { networkMode: ecs.NetworkMode.HOST, containerPort: 9000 },
    '`loadBalancer.connections.allowTo(cluster, ec2.Port.tcp(9000))`',
  ],
  [
    'awsvpc mode',
    { networkMode: ecs.NetworkMode.AWS_VPC },
    '`loadBalancer.connections.allowTo(service, ec2.Port.tcp(80))`',
  ],
])('%s: the rule is named', (_name, task, rule) => {
  const stack = balanced(task);
  expect(warning(stack, ID)?.message).toContain(`Add ${rule}; for one without security groups`);
});

test('the pattern is warned of, with the whole message', () => {
  const stack = new TestStack(newApp());
  new patterns.NetworkLoadBalancedEc2Service(stack, 'P', {
    cluster: stack.cluster(),
    memoryLimitMiB: 128,
    taskImageOptions: { image: ecs.ContainerImage.fromRegistry('nginx') },
  });
  expect(warning(stack, ID)).toEqual({
    id: `cdk-ecs-auto-scaled-cluster:${ID}`,
    path: '/Stack/P/Service/Service',
    message:
      'The service "Stack/P/Service" on the cluster "Stack/Cluster" stands behind a network load ' +
      'balancer, and CDK adds no rule between the two. Add `loadBalancer.connections.allowTo(cluster, ' +
      'cluster.dynamicHostPorts)`; for one without security groups ' +
      '`cluster.connections.allowFrom(ec2.Peer.ipv4(vpc.vpcCidrBlock), cluster.dynamicHostPorts)`, and ' +
      "the same for the clients' addresses where they are preserved.",
  });
});

test('an application load balancer is not warned of', () => {
  const stack = new TestStack();
  new patterns.ApplicationLoadBalancedEc2Service(stack, 'P', {
    cluster: stack.cluster(),
    memoryLimitMiB: 128,
    taskImageOptions: { image: ecs.ContainerImage.fromRegistry('nginx') },
  });
  expect(warning(stack, ID)).toBeUndefined();
});
