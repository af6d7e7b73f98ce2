import type { AmazonImage } from './amazon-image';
import type { InstanceChoice } from './instance-choice';
import { familyOf } from './instance-family';
import { hasKnownName, knownNames } from './known-types';

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

/** The first release of the GPU image whose agent (1.107.0) places containers that share a GPU. */
const FIRST_SHARING = '20260929';

/** Families with a fraction of a GPU, which ECS does not share any further. */
const FRACTION = /^gr?6f$/;

/** Why containers share no GPU of these nodes; undefined: they may. */
export function reasonWithoutSharing(
  { types }: InstanceChoice,
  release: string | undefined,
): string | undefined {
  const part = knownNames(types).find((type) => FRACTION.test(familyOf(type)));
  if (part !== undefined) return `${part} has a fraction of a GPU, which is not shared`;
  const date = release?.replace(/^2023\.\d+\./, '');
  return date !== undefined && date < FIRST_SHARING
    ? `its image is pinned to ${release}, and the agent shares GPUs since ${FIRST_SHARING}`
    : undefined;
}
