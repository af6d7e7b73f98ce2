import type { AmazonImage } from './amazon-image';
import type { InstanceChoice } from './instance-choice';
import { hasKnownName } from './known-types';

/** Why nodes of these instances and this image offer no GPU; undefined: they may. */
export function reasonWithoutGpu(
  { types, accelerator, field, named }: InstanceChoice,
  image: AmazonImage | undefined,
): string | undefined {
  const mayHave = accelerator === 'GPU' || types.some((type) => !hasKnownName(type));
  if (!mayHave) {
    const verb = field === 'instanceTypes' && types.length === 1 ? 'has' : 'have';
    return `${named} ${verb} no NVIDIA GPU`;
  }
  return image !== undefined && image.drives !== 'GPU' ? 'its image has no driver for GPUs' : undefined;
}
