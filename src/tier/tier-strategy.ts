import type { IConstruct } from 'constructs';
import { checkInteger } from '../private/bounds';

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
   * The first so many tasks go to this tier, 0 to 100,000. Only one tier of a strategy can have a base.
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

/** @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CapacityProviderStrategyItem.html */
export function checkTierStrategy(field: string, strategy: TierStrategy, scope: IConstruct): void {
  checkInteger('InvalidStrategy', `${field}.base`, strategy.base, { min: 0, max: 100000 }, scope);
  checkInteger('InvalidStrategy', `${field}.weight`, strategy.weight, { min: 0, max: 1000 }, scope);
}
