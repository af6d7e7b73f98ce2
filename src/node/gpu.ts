import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import { hasKnownName } from './known-types';
import { NodeImage } from './node-image';

/**
 * Whether a type, by its name, has GPUs that the ECS agent hands to containers: NVIDIA's, which all families
 * that begin with g and p have, but for AMD's g4ad. What is newer than this library and begins otherwise
 * would be missing here; nothing but a warning comes of it.
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-gpu.html
 */
function hasGpu(type: string): boolean {
  return /^(g|gr|p)\d/.test(type) && !type.startsWith('g4ad.');
}

/** Why nodes of these types and this image offer no GPU; undefined: they may. */
export function reasonWithoutGpu(
  instanceTypes: ec2.InstanceType[],
  image: ec2.IMachineImage,
): string | undefined {
  if (!instanceTypes.some((type) => !hasKnownName(type) || hasGpu(type.toString())))
    return `${instanceTypes.join(', ')} ha${instanceTypes.length === 1 ? 's' : 've'} no NVIDIA GPU`;
  return image instanceof NodeImage && image._isWithoutGpu ? 'its image has no driver for GPUs' : undefined;
}
