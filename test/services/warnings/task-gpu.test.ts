import {
  aws_applicationautoscaling as applicationautoscaling,
  CfnParameter,
  aws_ecs as ecs,
  aws_ecs_patterns as patterns,
} from 'aws-cdk-lib';
import { type InstanceTierProps, NodeImage, NodeImageResolution } from '../../../src';
import { TestStack, types } from '../../helpers/estate';
import { ec2Service, warning } from '../helpers';

const ID = 'Service.gpu';
const GPU_IMAGE = NodeImage.fromSsmParameter(
  '/aws/service/ecs/optimized-ami/amazon-linux-2023/gpu/recommended/image_id',
);

function training(stack: TestStack, gpuCount?: number): ecs.Ec2TaskDefinition {
  const taskDefinition = new ecs.Ec2TaskDefinition(stack, 'Training');
  taskDefinition.addContainer('model', {
    image: ecs.ContainerImage.fromRegistry('nginx'),
    memoryLimitMiB: 128,
    gpuCount,
  });
  return taskDefinition;
}

function warned(tier: Partial<InstanceTierProps>, gpuCount = 1): string | undefined {
  const stack = new TestStack();
  const cluster = stack.cluster({ tiers: [{ name: 'general', ...tier }] });
  ec2Service(stack, cluster, { taskDefinition: training(stack, gpuCount) });
  return warning(stack, ID)?.message;
}

describe('a container that asks for a GPU', () => {
  test('is warned of where no instance type has one', () => {
    expect(warned({ instanceTypes: types('t3.small') })).toBe(
      'The containers "model" of the service "Estate/Api" on the cluster "Estate/Orders" ask for GPUs, ' +
        'which the tier "general" (t3.small has no NVIDIA GPU) does not offer: their tasks are not ' +
        'placed there. Give them a tier of a GPU family (`instanceTypes`, such as g5.xlarge), whose image ' +
        'is `NodeImage.amazonLinux2023Gpu()` where you name none, and name the tier in ' +
        '`capacityProviderStrategies` (`cluster.tier(name).strategy()`).',
    );
  });

  test.each([
    'g4dn.xlarge',
    'g5.xlarge',
    'g6.xlarge',
    'g6e.xlarge',
    'g6f.large',
    'gr6.4xlarge',
    'p3.2xlarge',
    'p4d.24xlarge',
    'p5.48xlarge',
  ])(
    'is fine on %s without a named image, with the GPU image, and with one of your own; a warning is about the standard image',
    (name) => {
      const instanceTypes = types(name);
      expect(warned({ instanceTypes })).toBeUndefined();
      expect(warned({ instanceTypes, machineImage: GPU_IMAGE })).toBeUndefined();
      expect(warned({ instanceTypes, machineImage: NodeImage.amazonLinux2023Gpu() })).toBeUndefined();
      expect(
        warned({ instanceTypes, machineImage: NodeImage.fromSsmParameter('/my/image') }),
      ).toBeUndefined();
      expect(warned({ instanceTypes, machineImage: NodeImage.amazonLinux2023() })).toContain(
        'which the tier "general" (its image has no driver for GPUs) does not offer',
      );
    },
  );

  test.each([
    'm7i.large',
    'g4ad.xlarge',
    'inf2.xlarge',
    'trn1.2xlarge',
    'dl1.24xlarge',
    'vt1.3xlarge',
    'f1.2xlarge',
  ])('is warned of on %s, whatever the image', (name) => {
    expect(warned({ instanceTypes: types(name), machineImage: GPU_IMAGE })).toContain(
      `(${name} has no NVIDIA GPU)`,
    );
  });

  test.each<[string, NodeImage]>([
    ['a pinned one', NodeImage.amazonLinux2023({ resolution: NodeImageResolution.pinned('20260414') })],
    [
      'that for arm64',
      NodeImage.fromSsmParameter('/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id'),
    ],
    [
      'that for Neuron',
      NodeImage.fromSsmParameter(
        '/aws/service/ecs/optimized-ami/amazon-linux-2023/neuron/recommended/image_id',
      ),
    ],
  ])('is warned of with another image of Amazon’s: %s', (_, machineImage) => {
    expect(warned({ instanceTypes: types('g5.xlarge'), machineImage })).toContain(
      'its image has no driver for GPUs',
    );
  });

  test('is fine where a type of the tier is not known yet', () => {
    const stack = new TestStack();
    const type = new CfnParameter(stack, 'Type').valueAsString;
    const cluster = stack.cluster({
      tiers: [{ name: 'general', instanceTypes: types(type), machineImage: GPU_IMAGE }],
    });
    ec2Service(stack, cluster, { taskDefinition: training(stack, 1) });
    expect(warning(stack, ID)).toBeUndefined();
  });

  test('is fine on the tier of its strategy, and is warned of on another', () => {
    const place = (tier: string) => {
      const stack = new TestStack();
      const cluster = stack.cluster({
        tiers: [
          { name: 'general', instanceTypes: types('t3.small', 't3.medium') },
          { name: 'gpu', instanceTypes: types('g5.xlarge'), machineImage: GPU_IMAGE },
        ],
      });
      ec2Service(stack, cluster, {
        taskDefinition: training(stack, 1),
        capacityProviderStrategies: [cluster.tier(tier).strategy()],
      });
      return warning(stack, ID)?.message;
    };
    expect(place('gpu')).toBeUndefined();
    expect(place('general')).toContain('the tier "general" (t3.small, t3.medium have no NVIDIA GPU)');
  });

  test('is warned of on a schedule too', () => {
    const stack = new TestStack();
    new patterns.ScheduledEc2Task(stack, 'Nightly', {
      cluster: stack.cluster(),
      schedule: applicationautoscaling.Schedule.cron({ hour: '3', minute: '0' }),
      scheduledEc2TaskDefinitionOptions: { taskDefinition: training(stack, 1) },
    });
    expect(warning(stack, ID)?.message).toContain(
      'The containers "model" of "Estate/Nightly/ScheduledEventRule/Resource"',
    );
  });
});

test('a container that asks for none is fine anywhere', () => {
  const stack = new TestStack();
  ec2Service(stack, stack.cluster(), { taskDefinition: training(stack) });
  expect(warning(stack, ID)).toBeUndefined();
});

describe('containers that share a GPU by MPS', () => {
  function sharing(tier: Partial<InstanceTierProps>): string | undefined {
    const stack = new TestStack();
    const cluster = stack.cluster({ tiers: [{ name: 'general', ...tier }] });
    const taskDefinition = training(stack, 1);
    const resource = taskDefinition.node.defaultChild as ecs.CfnTaskDefinition;
    const gpu = 'ContainerDefinitions.0.ResourceRequirements.0';
    resource.addPropertyDeletionOverride(`${gpu}.Value`);
    resource.addPropertyOverride(`${gpu}.SharingStrategy.NvidiaMps.Memory`, 4096);
    ec2Service(stack, cluster, { taskDefinition });
    expect(
      Object.values(stack.template.findResources('AWS::ECS::TaskDefinition'))[0].Properties
        .ContainerDefinitions[0].ResourceRequirements,
    ).toEqual([{ Type: 'GPU', SharingStrategy: { NvidiaMps: { Memory: 4096 } } }]);
    return (warning(stack, ID) ?? warning(stack, 'Service.gpuSharing'))?.message;
  }
  const pinnedTo = (release: string) =>
    NodeImage.amazonLinux2023Gpu({ resolution: NodeImageResolution.pinned(release) });

  test('are fine on the newest image, and on a release that places by it', () => {
    expect(sharing({ instanceTypes: types('g5.xlarge') })).toBeUndefined();
    expect(
      sharing({ instanceTypes: types('g5.xlarge'), machineImage: pinnedTo('20260929') }),
    ).toBeUndefined();
  });

  test.each(['20260918', '2023.0.20260918'])('are warned about on an older release: %s', (release) => {
    expect(sharing({ instanceTypes: types('g5.xlarge'), machineImage: pinnedTo(release) })).toBe(
      'The containers "model" of the service "Estate/Api" on the cluster "Estate/Orders" share a GPU by ' +
        `MPS, which the tier "general" (its image is pinned to ${release}, and the agent shares GPUs since ` +
        '20260929) does not offer: their tasks are not placed there. Pin a newer release of the GPU image, ' +
        'or take another GPU family.',
    );
  });

  test('are warned about where there is a fraction of a GPU, or none', () => {
    expect(sharing({ instanceTypes: types('g6f.2xlarge') })).toContain('g6f.2xlarge has a fraction of a GPU');
    expect(sharing({ instanceTypes: types('m7i.large') })).toContain('m7i.large has no NVIDIA GPU');
  });
});
