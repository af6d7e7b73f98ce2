import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import type { IConstruct } from 'constructs';
import { fail } from '../private/errors';
import { warn } from '../private/warning';
import { type AmazonImage, amazonImage, namesOf } from './amazon-image';
import type { InstanceChoice } from './instance-choice';
import { type Accelerator, architectureOfType } from './instance-family';
import { knownNames } from './known-types';
import { NodeImage } from './node-image';

/** The image of nodes, and what is known of it. */
export interface ImageChoice {
  readonly image: ec2.IMachineImage;
  readonly amazonImage?: AmazonImage;
}

const IMAGE_FOR = {
  GPU: { make: () => NodeImage.amazonLinux2023Gpu(), named: 'NodeImage.amazonLinux2023Gpu()' },
  Neuron: { make: () => NodeImage.amazonLinux2023Neuron(), named: 'NodeImage.amazonLinux2023Neuron()' },
};

/** The image that was named, or Amazon's for the instances. What never boots is refused. */
export function chooseImage(
  scope: IConstruct,
  named: ec2.IMachineImage | undefined,
  instances: InstanceChoice,
): ImageChoice {
  if (
    named !== undefined &&
    !(named instanceof NodeImage) &&
    ecs.BottleRocketImage.isBottleRocketImage(named)
  ) {
    fail(
      'UnsupportedImage',
      '`machineImage` must be an image like Amazon Linux 2023: the bootstrap cannot be rendered for ' +
        'Bottlerocket yet',
      scope,
    );
  }
  const image = named ?? imageFor(instances.accelerator);
  const known = knownOf(image);
  checkArchitecture(scope, image, known, instances);
  if (named !== undefined) warnOfUnusedAccelerator(scope, known, instances);
  return { image, amazonImage: known };
}

/** The image for nodes of an architecture. */
export function imageOf({ image }: ImageChoice, architecture: ec2.InstanceArchitecture): ec2.IMachineImage {
  return image instanceof NodeImage ? image._forArchitecture(architecture) : image;
}

function imageFor(accelerator: Accelerator | undefined): NodeImage {
  return accelerator === undefined ? NodeImage.amazonLinux2023() : IMAGE_FOR[accelerator].make();
}

function knownOf(image: ec2.IMachineImage): AmazonImage | undefined {
  if (image instanceof NodeImage) return image._amazonImage;
  const { parameter } = namesOf(image);
  return parameter === undefined ? undefined : amazonImage(parameter);
}

/** Amazon has its images for accelerators for x86_64 only, and any image of yours is of one architecture. */
function checkArchitecture(
  scope: IConstruct,
  image: ec2.IMachineImage,
  known: AmazonImage | undefined,
  { field, types, architectures, accelerator, named }: InstanceChoice,
): void {
  const forX86 = known !== undefined && known.drives !== 'none' ? IMAGE_FOR[known.drives].named : undefined;
  if (forX86 === undefined) {
    if (architectures.length < 2 || (image instanceof NodeImage && image._followsArchitecture)) return;
    fail(
      'MixedArchitectures',
      `\`${field}\` must be of one architecture with this \`machineImage\`, got: ${named} ` +
        `(${architectures.join(' and ')}). \`NodeImage.amazonLinux2023()\`, the default, is for both`,
      scope,
    );
  }
  if (!architectures.includes(ec2.InstanceArchitecture.ARM_64)) return;
  const arm = knownNames(types).find((type) => architectureOfType(type) === ec2.InstanceArchitecture.ARM_64);
  if (accelerator === undefined || arm === undefined) {
    fail(
      'ImageArchitecture',
      '`machineImage` must be of the architecture of the instance types, got: ' +
        `\`${forX86}\` (x86_64 only) and ${arm ?? named} (arm64)`,
      scope,
    );
  }
  fail(
    'UnsupportedInstanceType',
    `\`instanceTypes\` must not have ${arm} with the GPU image, which is x86_64 only: Amazon has no Amazon ` +
      'Linux 2023 with a GPU driver for ECS on arm64. Take an x86_64 type such as g5.xlarge or g6.xlarge, or ' +
      'name an image of your own in `machineImage` (`NodeImage.fromSsmParameter()`)',
    scope,
  );
}

/** Says that what is paid for lies idle; nothing where the image is not one of Amazon's. */
function warnOfUnusedAccelerator(
  scope: IConstruct,
  known: AmazonImage | undefined,
  { accelerator, architectures, named }: InstanceChoice,
): void {
  if (accelerator === undefined || known === undefined || known.drives === accelerator) return;
  const isArm = architectures.includes(ec2.InstanceArchitecture.ARM_64);
  const what = accelerator === 'GPU' ? 'GPUs' : 'Inferentia or Trainium';
  warn(
    scope,
    'NodeTemplate.accelerator',
    `The instance types of "${scope.node.path}" have ${what} (${named}), for which its image has ` +
      'no driver: no container can use them. ' +
      (isArm
        ? 'Amazon has no image with one for arm64. Take x86_64 types such as g5.xlarge. '
        : `Name \`machineImage: ${IMAGE_FOR[accelerator].named}\`, which is also the default. `) +
      'Acknowledge this where they are not meant to be used.',
  );
}
