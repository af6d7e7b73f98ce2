import { Token } from 'aws-cdk-lib';
import * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import type { IConstruct } from 'constructs';
import { checkInteger, checkPercentage } from '../private/bounds';
import { fail, quoteForMessage } from '../private/errors';

const CODE = 'InvalidSpot';

/**
 * How much of a tier runs on Spot Instances: `PurchaseOption.spot()`. Nodes whose instance is interrupted are
 * drained.
 *
 * The names are those of EC2 Auto Scaling's instances distribution.
 *
 * @example
 * declare const cluster: EcsAutoScaledCluster;
 * cluster.addTier('workers', {
 *   instanceTypes: [new ec2.InstanceType('c7i.large'), new ec2.InstanceType('c6i.large'), new ec2.InstanceType('m7i.large')],
 *   purchase: PurchaseOption.spot({ onDemandBaseCapacity: 1, onDemandPercentageAboveBaseCapacity: 20, capacityRebalance: true }),
 * });
 */
export interface SpotOptions {
  /**
   * The first so many nodes are on demand, less than the tier's `maxCapacity`.
   *
   * @default 0
   */
  readonly onDemandBaseCapacity?: number;

  /**
   * The share of on-demand nodes above the base, 0 to 99 percent: at 100 nothing would be on Spot.
   *
   * @default 0 - everything above the base is on Spot
   */
  readonly onDemandPercentageAboveBaseCapacity?: number;

  /**
   * How Auto Scaling chooses among the Spot pools.
   *
   * @default autoscaling.SpotAllocationStrategy.PRICE_CAPACITY_OPTIMIZED
   */
  readonly allocationStrategy?: autoscaling.SpotAllocationStrategy;

  /**
   * The most to pay for an instance hour, in US dollars. Without a limit the price never passes
   * the on-demand price.
   *
   * @default - the on-demand price
   */
  readonly maxPrice?: string;

  /**
   * Start a replacement when EC2 says that an interruption has become likely, before it is certain.
   *
   * @default false
   */
  readonly capacityRebalance?: boolean;
}

/** Refuses what Auto Scaling would, as far as it can be told without the tier. */
export function checkSpot(spot: SpotOptions): void {
  const { onDemandPercentageAboveBaseCapacity: above, maxPrice } = spot;
  checkInteger(CODE, 'onDemandBaseCapacity', spot.onDemandBaseCapacity, { min: 0 });
  if (above === 100) {
    fail(
      CODE,
      '`onDemandPercentageAboveBaseCapacity` must be below 100, got: 100. A tier that is all on demand ' +
        'has `PurchaseOption.onDemand()`',
    );
  }
  checkPercentage(CODE, 'onDemandPercentageAboveBaseCapacity', above, { min: 0, max: 99 });
  if (
    maxPrice !== undefined &&
    !Token.isUnresolved(maxPrice) &&
    !(/^\d+(\.\d+)?$/.test(maxPrice) && Number(maxPrice) > 0)
  ) {
    fail(
      CODE,
      `\`maxPrice\` must be a price in US dollars such as "0.05", got: ${quoteForMessage(maxPrice)}`,
    );
  }
}

/** The same for Auto Scaling. */
export function instancesDistributionOf(
  spot: SpotOptions,
  maxCapacity: number,
  scope: IConstruct,
): autoscaling.InstancesDistribution {
  const { onDemandBaseCapacity: base } = spot;
  if (
    base !== undefined &&
    !Token.isUnresolved(base) &&
    !Token.isUnresolved(maxCapacity) &&
    base >= maxCapacity
  ) {
    fail(
      CODE,
      "`onDemandBaseCapacity` must be below the tier's `maxCapacity`, or nothing is on Spot, got: " +
        `${base} and ${maxCapacity}`,
      scope,
    );
  }
  return {
    onDemandBaseCapacity: base ?? 0,
    onDemandPercentageAboveBaseCapacity: spot.onDemandPercentageAboveBaseCapacity ?? 0,
    spotAllocationStrategy:
      spot.allocationStrategy ?? autoscaling.SpotAllocationStrategy.PRICE_CAPACITY_OPTIMIZED,
    spotMaxPrice: spot.maxPrice,
  };
}
