import { aws_servicediscovery as cloudmap, aws_ecs as ecs } from 'aws-cdk-lib';
import { ec2Service, ec2Task, type TaskOptions, TestStack, warning } from '../helpers';

const ID = 'Service.peerPorts';
const offered: Partial<ecs.Ec2ServiceProps> = {
  serviceConnectConfiguration: { services: [{ portMappingName: 'web' }] },
};
const srv: Partial<ecs.Ec2ServiceProps> = {
  cloudMapOptions: { name: 'web', dnsRecordType: cloudmap.DnsRecordType.SRV },
};

function found(props: Partial<ecs.Ec2ServiceProps>, task: TaskOptions = {}, served = true): TestStack {
  const stack = new TestStack();
  const cluster = stack.cluster({ served });
  cluster.addDefaultCloudMapNamespace({ name: 'local' });
  ec2Service(stack, cluster, { ...props, taskDefinition: ec2Task(stack, 'Task', task) });
  return stack;
}

test('Service Connect in bridge mode is warned of, and the rule is named', () => {
  expect(warning(found(offered), ID)).toEqual({
    id: `cdk-ecs-auto-scaled-cluster:${ID}`,
    path: '/Stack/Api/Service',
    message:
      'The service "Stack/Api" is found by its peers on the cluster "Stack/Cluster" (Service Connect ' +
      'or SRV records) at host ports of the nodes. No rule lets one node reach another. Add ' +
      '`cluster.connections.allowInternally(cluster.dynamicHostPorts)`; or use awsvpc mode.',
  });
});

test('SRV records in bridge mode are warned of, with a fixed port if there is one', () => {
  expect(warning(found(srv, { hostPort: 8080 }), ID)?.message).toContain(
    '`cluster.connections.allowInternally(ec2.Port.tcp(8080))`',
  );
});

test.each<[string, Partial<ecs.Ec2ServiceProps>, TaskOptions, boolean]>([
  ['awsvpc mode', offered, { networkMode: ecs.NetworkMode.AWS_VPC }, true],
  [
    'A records in awsvpc mode',
    { cloudMapOptions: { name: 'web' } },
    { networkMode: ecs.NetworkMode.AWS_VPC },
    true,
  ],
  ['a mere client of Service Connect', { serviceConnectConfiguration: {} }, {}, true],
  ['a service that nobody looks for', {}, {}, true],
  ['a cluster that is not ours', offered, {}, false],
])('%s is not warned of', (_name, props, task, served) => {
  expect(warning(found(props, task, served), ID)).toBeUndefined();
});
