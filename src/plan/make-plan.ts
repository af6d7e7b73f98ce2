import { Changes } from './changes';
import { failuresOf } from './failures';
import { Images, type LookedUp, NO_DUMPS, type ParameterDumps } from './images';
import type { Plan, TierPlan } from './plan';
import { PlanError } from './plan-error';
import { rollbackOf } from './rollback';
import { clustersOf, servicesOf } from './services';
import { everyPair, pairStacks, type StackPair } from './stack-pairs';
import type { StackTree } from './template';
import { tiersOf } from './tiers';

export interface PlanWishes {
  readonly before: string;
  readonly after: string;
  /** `--image` */
  readonly images?: readonly string[];
  readonly dumps?: ParameterDumps;
  readonly values?: boolean;
  /** Nodes now, by tier. */
  readonly nodes?: ReadonlyMap<string, number>;
}

/** What a deployment does, from the stacks as they are and as they will be. */
export function makePlan(
  before: readonly StackTree[],
  after: readonly StackTree[],
  wishes: PlanWishes,
): Plan {
  const { pairs, untouched } = pairStacks(before, after);
  const every = everyPair(pairs);
  const images = new Images(every, wishes.images ?? [], wishes.dumps ?? NO_DUMPS);
  const changes = new Changes(every, images);
  const values = wishes.values ?? false;
  const nodes = wishes.nodes ?? new Map<string, number>();
  const tiers = every.flatMap((pair) => tiersOf(changes, pair, { values, nodes }));
  const unknown = [...nodes.keys()].find((name) => !tiers.some((tier) => tier.name === name));
  if (unknown !== undefined)
    throw new PlanError(
      `--nodes: there is no tier "${unknown}": ${tiers.map(({ name }) => name).join(', ') || 'there is none'}`,
    );
  return {
    version: 1,
    before: wishes.before,
    after: wishes.after,
    tiers,
    clusters: every.flatMap((pair) => clustersOf(changes, pair, values)),
    services: every.flatMap((pair) => servicesOf(changes, pair, values)),
    failures: every.flatMap((pair) => failuresOf(changes, pair)),
    rollback: every.flatMap((pair) => rollbackOf(changes, pair, tiers)),
    images: images
      .list()
      .filter((image) => matters(image, tiers))
      .map(({ isImage: _, ...image }) => image),
    notes: notesOf(every, untouched),
  };
}

/** An image that has been settled, or a value that is looked up and that some tier depends on. */
const matters = ({ parameter, isImage, settled }: LookedUp, tiers: readonly TierPlan[]): boolean =>
  (isImage && settled !== 'no') || tiers.some(({ why }) => why.some(({ id }) => id === parameter));

function notesOf(pairs: readonly StackPair[], untouched: readonly string[]): string[] {
  return [
    ...pairs
      .filter(({ is, parent }) => is === 'new' && !parent)
      .map(({ name }) => `The stack ${name} is new: there is nothing of it on the side that is deployed.`),
    ...pairs.flatMap(({ name, opaque }) =>
      opaque ? [`Nothing of the stack ${name} is known: ${opaque}.`] : [],
    ),
    ...untouched.map(
      (name) => `The stack ${name} is on the deployed side only: this deployment leaves it as it is.`,
    ),
  ];
}
