import type * as ecs from 'aws-cdk-lib/aws-ecs';
import { wholeNumber } from '../private/bounds';
import { Destination, type Fields, Struct } from '../private/fields';

/**
 * A tier's part in a capacity provider strategy: ECS's own `base` and `weight`.
 *
 * @example
 * declare const vpc: ec2.IVpc;
 * new EcsAutoScaledCluster(this, 'Orders', {
 *   vpc,
 *   instanceTypes: [new ec2.InstanceType('m7i.large'), new ec2.InstanceType('m6i.large')],
 *   tiers: [
 *     { name: 'steady', defaultStrategy: { base: 2, weight: 1 } },
 *     { name: 'spare', defaultStrategy: { weight: 3 }, purchase: PurchaseOption.spot({ capacityRebalance: true }) },
 *   ],
 * });
 */
export interface TierStrategy {
  /**
   * How many tasks are placed on this tier first, 0 to 100,000. Only one tier of a strategy can have a base.
   *
   * @default 0
   */
  readonly base?: number;

  /**
   * The tier's share of the tasks above the base, relative to the weights of the other tiers, 0 to 1,000.
   *
   * @default 1
   */
  readonly weight?: number;
}

/** An item of a capacity provider strategy. */
export const STRATEGY_ITEM = new Destination<ecs.CapacityProviderStrategy>('ecs.CapacityProviderStrategy');

const CODE = 'InvalidStrategy';

/** @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CapacityProviderStrategyItem.html */
const FIELDS = {
  base: { value: wholeNumber(CODE, { min: 0, max: 100000 }), implied: 0, to: STRATEGY_ITEM.field('base') },
  weight: {
    value: wholeNumber(CODE, { min: 0, max: 1000 }),
    default: 1,
    to: STRATEGY_ITEM.field('weight'),
  },
} satisfies Fields<TierStrategy>;

export const TIER_STRATEGY = new Struct<TierStrategy, typeof FIELDS>('TierStrategy', FIELDS, {
  such: '{ weight: 1 }',
});
