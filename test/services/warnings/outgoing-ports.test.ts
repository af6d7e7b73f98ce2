import { Lazy } from 'aws-cdk-lib';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import { type NodeProps, Sysctl } from '../../../src';
import { LARGE, TestStack } from '../../helpers/estate';
import { warning } from '../helpers';

const ID = 'Service.outgoingPorts';

function withPorts(
  hostPorts: (number | undefined)[],
  node: NodeProps = {},
  networkMode = ecs.NetworkMode.BRIDGE,
): TestStack {
  const stack = new TestStack();
  const cluster = stack.cluster({ tiers: [{ name: 'general', instanceTypes: [LARGE], ...node }] });
  const taskDefinition = new ecs.Ec2TaskDefinition(stack, 'Task', { networkMode });
  taskDefinition.addContainer('app', {
    image: ecs.ContainerImage.fromRegistry('rabbitmq'),
    memoryLimitMiB: 128,
    portMappings: hostPorts.map((hostPort, index) => ({ containerPort: hostPort || 80 + index, hostPort })),
  });
  new ecs.Ec2Service(stack, 'Api', { cluster, taskDefinition, minHealthyPercent: 0, maxHealthyPercent: 100 });
  return stack;
}

const reserved = (...ports: number[]) => ({ sysctls: [Sysctl.ipLocalReservedPorts(...ports)] });

test('a host port that a connection of the node can have is warned of, with what to write', () => {
  expect(warning(withPorts([15672, 8080, 27017]), ID)?.message).toBe(
    'The containers "app" of the service "Estate/Api" have the host ports 15672, 27017. The nodes of ' +
      'the tiers "general" of the cluster "Estate/Orders" take these for outgoing connections too: where ' +
      'one has the port, the container fails to start ("address already in use"). Add ' +
      '`Sysctl.ipLocalReservedPorts(15672, 27017)` to `sysctls` of the nodes.',
  );
});

test('so is a port in host mode', () => {
  expect(warning(withPorts([15672], {}, ecs.NetworkMode.HOST), ID)?.message).toContain('15672');
});

test.each<[string, TestStack]>([
  ['below the range', withPorts([8080, 9999])],
  ['above the range', withPorts([65001])],
  ['that the agent hands out', withPorts([undefined, 0])],
  ['that is reserved', withPorts([15672, 27018], reserved(15672, 27017, 27018))],
  [
    'that is reserved as a range',
    withPorts([15672], { sysctls: [Sysctl.of('net.ipv4.ip_local_reserved_ports', '15000-16000')] }),
  ],
  [
    'outside of a range that is chosen',
    withPorts([15672], { sysctls: [Sysctl.ipLocalPortRange(32768, 60999)] }),
  ],
  ['in awsvpc mode', withPorts([15672], {}, ecs.NetworkMode.AWS_VPC)],
  [
    'where a token says the range',
    withPorts([15672], { sysctls: [Sysctl.ipLocalPortRange(Lazy.number({ produce: () => 1024 }), 65535)] }),
  ],
])('a port %s is not', (_, stack) => {
  expect(warning(stack, ID)).toBeUndefined();
});

test('one that is reserved in part is named in part', () => {
  expect(warning(withPorts([15672, 27017], reserved(15672)), ID)?.message).toContain(
    'ipLocalReservedPorts(27017)',
  );
});
