import * as ec2 from 'aws-cdk-lib/aws-ec2';

/** What drives the accelerators of an instance type: NVIDIA's GPUs, or Inferentia and Trainium. */
export type Accelerator = 'GPU' | 'Neuron';

/** A family and a size: `m7i.large`, `c7i-flex.xlarge`, `u-3tb1.56xlarge`. */
const NAME = /^[a-z]+\d*[a-z0-9]*(-[a-z0-9]+)*\.[a-z0-9-]+$/;

/** Whether a name is one of a family and a size, so that the family says something. */
export function isInstanceTypeName(type: string): boolean {
  return NAME.test(type);
}

/** The family of a type: `p6-b200` of `p6-b200.48xlarge`. */
export function familyOf(type: string): string {
  return type.split('.')[0];
}

/**
 * The architecture of a type, by its name: a `g` behind the number of the generation is Graviton, as in m7g,
 * c8gn, im4gn and g5g. CDK's own reading throws at families with a hyphen.
 */
export function architectureOfType(type: string): ec2.InstanceArchitecture {
  const family = familyOf(type);
  const isArm =
    family === 'a1' || family.startsWith('p6e-gb') || /^[a-z]+\d+[a-z]*g[a-z]*$/.test(family.split('-')[0]);
  return isArm ? ec2.InstanceArchitecture.ARM_64 : ec2.InstanceArchitecture.X86_64;
}

/**
 * What drives the accelerators of a type, by its name. NVIDIA's GPUs are in all families that begin with g
 * and p, but for AMD's g4ad. Undefined: the type has none, or none that an image of Amazon's for ECS drives.
 * What is newer than this library and begins otherwise is missing here: nothing but a warning comes of it.
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-gpu.html
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-inference.html
 */
export function acceleratorOfType(type: string): Accelerator | undefined {
  const family = familyOf(type);
  if (/^(inf|trn)\d/.test(family)) return 'Neuron';
  return /^(g|gr|p)\d/.test(family) && family !== 'g4ad' ? 'GPU' : undefined;
}
