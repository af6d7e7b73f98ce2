import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import { TestStack } from '../../helpers/estate';
import { ec2Service, warning, warningIds } from '../helpers';

const ID = 'Service.networkInterfaces';

interface Made {
  readonly types?: string[];
  readonly memory?: number;
  readonly cpu?: number;
  readonly networkMode?: ecs.NetworkMode;
  readonly props?: Partial<ecs.Ec2ServiceProps>;
}

function made({ types = ['t3.small'], memory = 128, cpu, networkMode, props }: Made): TestStack {
  const stack = new TestStack();
  const instanceTypes = types.map((type) => new ec2.InstanceType(type));
  const taskDefinition = new ecs.Ec2TaskDefinition(stack, 'Task', {
    networkMode: networkMode ?? ecs.NetworkMode.AWS_VPC,
  });
  taskDefinition.addContainer('web', {
    image: ecs.ContainerImage.fromRegistry('nginx'),
    memoryLimitMiB: memory,
    cpu,
  });
  const cluster = stack.cluster({ tiers: [{ name: 'general', instanceTypes }] });
  ec2Service(stack, cluster, { taskDefinition, desiredCount: 10, ...props });
  return stack;
}

test('tasks in awsvpc mode that a node has no network interfaces for are warned of, with the number', () => {
  expect(warning(made({}), ID)?.message).toBe(
    'Each of the 10 tasks of the service "Estate/Api" on the cluster "Estate/Orders" takes a network interface ' +
      'of its node (awsvpc mode). That is what limits the tasks on a node of the tier "general" (t3.small: 2), ' +
      'and not CPU and memory. For more, name larger `instanceTypes`, use bridge mode, or turn trunking on for ' +
      'the account, where the type supports it: `aws ecs put-account-setting-default --name awsvpcTrunking ' +
      '--value enabled`. Acknowledge this where trunking is on.',
  );
});

test.each([
  ['m7i.large', 2],
  ['c6g.medium', 1],
  ['m5.4xlarge', 7],
])('a node of %s has interfaces for %i', (type, number) => {
  expect(warning(made({ types: [type] }), ID)?.message).toContain(`(${type}: ${number})`);
});

test.each<[string, Made]>([
  ['the tasks are as many as one node takes', { props: { desiredCount: 2 } }],
  ['memory is what limits them', { memory: 1000 }],
  ['CPU is what limits them', { cpu: 1024 }],
  ['the mode is another', { networkMode: ecs.NetworkMode.BRIDGE }],
  ['the type is newer than the library', { types: ['m99.large'] }],
  ['one of several types has enough', { types: ['m7i.large', 'm7i.48xlarge'], memory: 1024 }],
  ['the number of tasks is not known', { props: { desiredCount: undefined } }],
])('nothing is said where %s', (_what, options) => {
  expect(warningIds(made(options)).filter((id) => id === ID)).toEqual([]);
});

test('a daemon takes one a node', () => {
  const props = { daemon: true, desiredCount: undefined, minHealthyPercent: 0 };
  expect(warningIds(made({ props }))).toEqual([]);
});
