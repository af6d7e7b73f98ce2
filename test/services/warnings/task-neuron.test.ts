import * as ecs from 'aws-cdk-lib/aws-ecs';
import { TestStack, types } from '../../helpers/estate';
import { ec2Service, warning } from '../helpers';
import { rule } from '../senders';

const ID = 'Service.neuron';

function inference(stack: TestStack, ...hostPaths: string[]): ecs.Ec2TaskDefinition {
  const taskDefinition = new ecs.Ec2TaskDefinition(stack, 'Inference');
  const linuxParameters = new ecs.LinuxParameters(stack, 'Linux');
  for (const hostPath of hostPaths) linuxParameters.addDevices({ hostPath });
  taskDefinition.addContainer('model', {
    image: ecs.ContainerImage.fromRegistry('nginx'),
    memoryLimitMiB: 128,
    linuxParameters,
  });
  return taskDefinition;
}

function warned(names: string[], ...hostPaths: string[]): string | undefined {
  const stack = new TestStack();
  const cluster = stack.cluster({ tiers: [{ name: 'general', instanceTypes: types(...names) }] });
  ec2Service(stack, cluster, { taskDefinition: inference(stack, ...hostPaths) });
  return warning(stack, ID)?.message;
}

test('a Neuron device that no node has is named, with how many each type has', () => {
  expect(warned(['inf2.xlarge', 'inf1.6xlarge'], '/dev/neuron0', '/dev/neuron4')).toBe(
    'The container "model" of the service "Estate/Api" on the cluster "Estate/Orders" has the device ' +
      '/dev/neuron4, which no node of the tier "general" (devices of inf2.xlarge: 1, of inf1.6xlarge: 4) has: ' +
      'it does not start there. Give the tier larger `instanceTypes` of a family of Inferentia or Trainium, ' +
      'name a tier that fits in `capacityProviderStrategies` (`cluster.tier(name).strategy()`), or leave out ' +
      'the device.',
  );
});

test.each<[string[], string]>([
  [['t3.small'], '/dev/neuron0'],
  [['g5.xlarge'], '/dev/neuron0'],
  [['inf2.xlarge'], '/dev/neuron1'],
  [['inf2.48xlarge'], '/dev/neuron12'],
  [['trn1.2xlarge'], '/dev/neuron1'],
])('on %j, %s is warned of', (names, device) => {
  expect(warned(names, device)).toContain('it does not start there');
});

test.each<[string[], string]>([
  [['inf2.xlarge'], '/dev/neuron0'],
  [['inf2.48xlarge'], '/dev/neuron11'],
  [['inf2.xlarge', 'inf2.24xlarge'], '/dev/neuron5'],
  [['trn1.32xlarge'], '/dev/neuron15'],
  [['trn2u.48xlarge'], '/dev/neuron15'],
  [['inf99.xlarge'], '/dev/neuron9'],
  [['inf2.xlarge', 'inf99.xlarge'], '/dev/neuron9'],
  [['t3.small'], '/dev/fuse'],
  [['t3.small'], '/dev/neuron'],
])('on %j, %s is not', (names, device) => {
  expect(warned(names, device)).toBeUndefined();
});

test('what a rule sends is looked at too', () => {
  const stack = new TestStack();
  rule(stack, stack.cluster(), {}, inference(stack, '/dev/neuron0'));
  expect(warning(stack, ID)?.path).toBe('/Estate/Sender');
});
