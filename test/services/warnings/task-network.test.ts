import { Annotations, aws_ec2 as ec2, aws_ecs as ecs, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { ec2Service, ec2Task, fargateTask, type ServedOptions, TestStack, warning } from '../helpers';

const ID = 'Service.publicSubnets';

function service(props: Partial<ecs.Ec2ServiceProps>, options: Partial<ServedOptions> = {}): TestStack {
  const stack = new TestStack();
  const taskDefinition = ec2Task(stack, 'Task', { networkMode: ecs.NetworkMode.AWS_VPC });
  ec2Service(stack, stack.cluster(options), { taskDefinition, ...props });
  return stack;
}

const PUBLIC = { vpcSubnets: { subnetType: ec2.SubnetType.PUBLIC } };

test('on plain CDK nothing is said of awsvpc tasks in public subnets, nor of an address that ECS refuses', () => {
  const stack = service({ ...PUBLIC, assignPublicIp: true }, { served: false });
  expect(() => Template.fromStack(stack)).not.toThrow();
});

test('awsvpc tasks in public subnets are warned of', () => {
  expect(warning(service(PUBLIC), ID)).toEqual({
    id: `cdk-ecs-auto-scaled-cluster:${ID}`,
    path: '/Stack/Api/Service',
    message:
      'The tasks of the service "Stack/Api" on the cluster "Stack/Cluster" are in public subnets ' +
      '(Stack/Vpc/PublicSubnet1, Stack/Vpc/PublicSubnet2) and in awsvpc mode. On EC2 they get no ' +
      'public address, and so have no way out, not to AWS either. Choose private subnets with a way ' +
      'out: `vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS }`.',
  });
});

test('subnets of a VPC of the app are known too, in another stack', () => {
  const stack = new TestStack();
  const vpc = new ec2.Vpc(stack, 'Own');
  const cluster = stack.cluster({ vpc });
  const services = new Stack(stack.node.root as any, 'Services');
  ec2Service(services, cluster, {
    taskDefinition: ec2Task(services, 'Task', { networkMode: ecs.NetworkMode.AWS_VPC }),
    ...PUBLIC,
  });
  expect(warning(services, ID)?.message).toContain('(Stack/Own/PublicSubnet1, Stack/Own/PublicSubnet2)');
});

test('the warning can be acknowledged', () => {
  const stack = service(PUBLIC);
  Annotations.of(stack).acknowledgeWarning(`cdk-ecs-auto-scaled-cluster:${ID}`);
  expect(warning(stack, ID)).toBeUndefined();
});

test.each<[string, Partial<ecs.Ec2ServiceProps>]>([
  ['private subnets', {}],
  ['said to be private', { vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS } }],
  ['an address is ruled out', { assignPublicIp: false }],
])('%s: nothing is said', (_what, props) => {
  const stack = service(props);
  expect(() => Template.fromStack(stack)).not.toThrow();
  expect(warning(stack, ID)).toBeUndefined();
});

test('bridge mode has the network of the node', () => {
  const stack = new TestStack();
  ec2Service(stack, stack.cluster());
  expect(warning(stack, ID)).toBeUndefined();
});

test('assignPublicIp is refused, as ECS does it on EC2', () => {
  const stack = service({ assignPublicIp: true, ...PUBLIC });
  expect(() => Template.fromStack(stack)).toThrow(
    '`assignPublicIp` must not be set for the service "Stack/Api", which runs on the nodes of the ' +
      'cluster "Stack/Cluster". ECS gives public addresses to tasks on Fargate only, and refuses it ' +
      'here. Leave it out, and put the tasks into private subnets with a way out (PublicIpOnNodes)',
  );
});

test('a Fargate service on the cluster may have it', () => {
  const stack = new TestStack();
  const cluster = stack.cluster();
  new ecs.FargateService(stack, 'Api', {
    cluster,
    taskDefinition: fargateTask(stack),
    assignPublicIp: true,
    minHealthyPercent: 100,
  });
  expect(() => Template.fromStack(stack)).not.toThrow();
  expect(warning(stack, ID)).toBeUndefined();
});
