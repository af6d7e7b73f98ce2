import { Size, Token } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import { NodeImage, NodeImageResolution, type NodeProps, NodeTemplate, NodeVolume } from '../../src';
import { only, TestStack, tierStack, types } from '../helpers/estate';
import { warning } from '../services/helpers';
import { imagesOf, OF_ECS } from './images';

/** What the launch template of the tier says. */
function dataOf(props: NodeProps): any {
  return only(tierStack(props).template, 'AWS::EC2::LaunchTemplate').Properties.LaunchTemplateData;
}

const ROOT = {
  DeviceName: '/dev/xvda',
  Ebs: { Encrypted: true, VolumeType: 'gp3', DeleteOnTermination: true },
};

describe('without a machineImage, the image follows the instance types', () => {
  test.each([
    ['m7i.large', `${OF_ECS}/recommended/image_id`],
    ['m7g.large', `${OF_ECS}/arm64/recommended/image_id`],
    ['g5.xlarge', `${OF_ECS}/gpu/recommended/image_id`],
    ['p6-b200.48xlarge', `${OF_ECS}/gpu/recommended/image_id`],
    ['gr6f.4xlarge', `${OF_ECS}/gpu/recommended/image_id`],
    ['inf2.xlarge', `${OF_ECS}/neuron/recommended/image_id`],
    ['trn1n.32xlarge', `${OF_ECS}/neuron/recommended/image_id`],
    // AMD: no image of Amazon's has its driver
    ['g4ad.xlarge', `${OF_ECS}/recommended/image_id`],
  ])('%s', (type, parameter) => {
    expect(imagesOf(tierStack({ instanceTypes: types(type) }))).toEqual([parameter]);
  });

  test('in a shared template too', () => {
    const stack = new TestStack();
    const template = new NodeTemplate(stack, 'Gpu', { instanceTypes: types('g5.xlarge', 'g6.xlarge') });
    stack.cluster({ tiers: [{ name: 'gpu', template }] });
    stack.template.hasParameter('*', { Default: `${OF_ECS}/gpu/recommended/image_id` });
  });

  test('and a type that is known at deployment only is a plain one', () => {
    const instanceTypes = types(Token.asString({ Ref: 'Type' }));
    expect(imagesOf(tierStack({ instanceTypes }))).toEqual([`${OF_ECS}/recommended/image_id`]);
  });
});

describe("each of Amazon's images, however it is named, has an encrypted gp3 root volume", () => {
  test.each<[string, NodeProps]>([
    ['the default of a GPU family', { instanceTypes: types('g5.xlarge') }],
    ['the default of Neuron', { instanceTypes: types('inf2.xlarge') }],
    ['for GPUs', { instanceTypes: types('g5.xlarge'), machineImage: NodeImage.amazonLinux2023Gpu() }],
    ['for Neuron', { instanceTypes: types('trn1.2xlarge'), machineImage: NodeImage.amazonLinux2023Neuron() }],
    [
      'for GPUs, by its parameter',
      {
        instanceTypes: types('g5.xlarge'),
        machineImage: NodeImage.fromSsmParameter(`${OF_ECS}/gpu/recommended/image_id`),
      },
    ],
    [
      'for GPUs, of CDK',
      {
        instanceTypes: types('g5.xlarge'),
        machineImage: ecs.EcsOptimizedImage.amazonLinux2023(ecs.AmiHardwareType.GPU),
      },
    ],
    [
      'of CDK, in the context',
      {
        instanceTypes: types('m7i.large'),
        machineImage: ecs.EcsOptimizedImage.amazonLinux2023(undefined, { cachedInContext: true }),
      },
    ],
  ])('%s', (_what, props) => {
    const stack = new TestStack(undefined, 'Estate', {
      env: { account: '123456789012', region: 'eu-central-1' },
    });
    stack.cluster({ tiers: [{ name: 'general', ...props }] });
    expect(
      only(stack.template, 'AWS::EC2::LaunchTemplate').Properties.LaunchTemplateData.BlockDeviceMappings,
    ).toEqual([ROOT]);
  });

  test('which cannot be smaller than the image', () => {
    const volumes = [NodeVolume.root({ size: Size.gibibytes(8) })];
    expect(() => dataOf({ instanceTypes: types('g5.xlarge'), volumes })).toThrow('of at least 30 GiB');
  });
});

describe('each image can be pinned to a release, by its own name', () => {
  const resolution = NodeImageResolution.pinned('20260820');

  test.each<[string, string, NodeImage]>([
    [
      'g5.xlarge',
      `${OF_ECS}/gpu/al2023-ami-ecs-gpu-hvm-2023.0.20260820-kernel-6.1-x86_64-ebs/image_id`,
      NodeImage.amazonLinux2023Gpu({ resolution }),
    ],
    [
      'inf2.xlarge',
      `${OF_ECS}/neuron/al2023-ami-ecs-neuron-hvm-2023.0.20260820-kernel-6.1-x86_64/image_id`,
      NodeImage.amazonLinux2023Neuron({ resolution }),
    ],
  ])('%s', (type, parameter, machineImage) => {
    expect(imagesOf(tierStack({ instanceTypes: types(type), machineImage }))).toEqual([parameter]);
  });

  test('or be looked up at launch', () => {
    const machineImage = NodeImage.amazonLinux2023Gpu({ resolution: NodeImageResolution.AT_LAUNCH });
    expect(imagesOf(tierStack({ instanceTypes: types('g5.xlarge'), machineImage }))).toEqual([
      `resolve:ssm:${OF_ECS}/gpu/recommended/image_id`,
    ]);
  });
});

test('the settings that the image for an accelerator makes of the agent are left alone: the user data has none', () => {
  const userData = (type: string) => JSON.stringify(dataOf({ instanceTypes: types(type) }).UserData);
  expect(userData('g5.xlarge')).toBe(userData('m7i.large'));
  expect(userData('inf2.xlarge')).toBe(userData('m7i.large'));
  expect(userData('g5.xlarge')).not.toMatch(
    /ECS_ENABLE_GPU_SUPPORT|ECS_ENABLE_INF_SUPPORT|var.lib.ecs.ecs.config/,
  );
});

describe('types that need different images are refused in one tier', () => {
  test.each([
    ['g5.xlarge', 'm7i.xlarge', 'got: g5.xlarge (GPU) and m7i.xlarge (none)'],
    ['m7i.xlarge', 'inf2.xlarge', 'got: m7i.xlarge (none) and inf2.xlarge (Neuron)'],
    ['g5.xlarge', 'trn1.2xlarge', 'got: g5.xlarge (GPU) and trn1.2xlarge (Neuron)'],
  ])('%s and %s', (one, other, message) => {
    expect(() => dataOf({ instanceTypes: types(one, other) })).toThrow(message);
    expect(() => dataOf({ instanceTypes: types(one, other) })).toThrow(
      '(MixedAccelerators at Estate/Orders/Tiers/general/Template)',
    );
  });
});

describe('arm64 has no image for accelerators', () => {
  test.each<[string, NodeProps]>([
    ['the default', { instanceTypes: types('g5g.xlarge') }],
    ['named', { instanceTypes: types('g5g.xlarge'), machineImage: NodeImage.amazonLinux2023Gpu() }],
    ['a family of two names', { instanceTypes: types('p6e-gb200.36xlarge') }],
  ])('a GPU family is refused by name: %s', (_what, props) => {
    expect(() => dataOf(props)).toThrow(
      `\`instanceTypes\` must not have ${props.instanceTypes?.[0]} with the GPU image, which is x86_64 only`,
    );
  });

  test('and so is the image beside plain types', () => {
    expect(() =>
      dataOf({ instanceTypes: types('m7g.large'), machineImage: NodeImage.amazonLinux2023Neuron() }),
    ).toThrow(
      '`machineImage` must be of the architecture of the instance types, got: ' +
        '`NodeImage.amazonLinux2023Neuron()` (x86_64 only) and m7g.large (arm64) (ImageArchitecture at',
    );
  });

  test('but an image of your own may be one', () => {
    const machineImage = NodeImage.fromSsmParameter('/images/graviton-gpu');
    expect(() => dataOf({ instanceTypes: types('g5g.xlarge'), machineImage })).not.toThrow();
  });
});

describe('an accelerator for which the named image has no driver', () => {
  const ID = 'NodeTemplate.accelerator';
  const found = (machineImage: ec2.IMachineImage, ...names: string[]) =>
    warning(tierStack({ instanceTypes: types(...names), machineImage }), ID)?.message;

  test('is warned of, with what to write', () => {
    expect(found(NodeImage.amazonLinux2023(), 'g5.xlarge')).toBe(
      'The instance types of "Estate/Orders/Tiers/general/Template" have GPUs (g5.xlarge), for which its ' +
        'image has no driver: no container can use them. Name `machineImage: ' +
        'NodeImage.amazonLinux2023Gpu()`, which is also the default. Acknowledge this where they are not ' +
        'meant to be used.',
    );
    expect(found(NodeImage.amazonLinux2023(), 'inf2.xlarge')).toContain('NodeImage.amazonLinux2023Neuron()');
    expect(found(NodeImage.amazonLinux2023Gpu(), 'trn1.2xlarge')).toContain('have Inferentia or Trainium');
    expect(found(ecs.EcsOptimizedImage.amazonLinux2023(), 'p5.48xlarge')).toContain(
      'have GPUs (p5.48xlarge)',
    );
    expect(found(NodeImage.amazonLinux2023(), 'g5g.xlarge')).toContain(
      'Amazon has no image with one for arm64',
    );
  });

  test.each<[string, ec2.IMachineImage, string]>([
    ['it has one', NodeImage.amazonLinux2023Gpu(), 'g5.xlarge'],
    ['there is none', NodeImage.amazonLinux2023(), 'm7i.large'],
    ['nothing drives it', NodeImage.amazonLinux2023(), 'g4ad.xlarge'],
    ['the image is your own', NodeImage.fromSsmParameter('/images/node'), 'g5.xlarge'],
    ['the type is a token', NodeImage.amazonLinux2023(), Token.asString({ Ref: 'Type' })],
  ])('is not where %s', (_what, image, name) => {
    expect(found(image, name)).toBeUndefined();
  });
});
