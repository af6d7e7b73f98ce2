import { Token } from 'aws-cdk-lib';
import * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import type { IConstruct } from 'constructs';
import { checkInteger, checkPercentage } from '../private/bounds';
import { fail, shown } from '../private/errors';

const CODE = 'InvalidSpot';

/**
 * How much of a tier runs on Spot Instances. Nodes whose instance is interrupted are drained.
 *
 * The names are those of EC2 Auto Scaling's instances distribution.
 *
 * @example
 * declare const cluster: EcsAutoScaledCluster;
 * cluster.addTier('workers', {
 *   instanceTypes: [new ec2.InstanceType('c7i.large'), new ec2.InstanceType('c6i.large'), new ec2.InstanceType('m7i.large')],
 *   spot: { onDemandBaseCapacity: 1, onDemandPercentageAboveBaseCapacity: 20, capacityRebalance: true },
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
   * The most to pay for an instance hour, in US dollars. Without a limit the price never passes the on-demand price.
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

/** The same for Auto Scaling. */
export function instancesDistributionOf(spot: SpotOptions, maxCapacity: number, scope: IConstruct): autoscaling.InstancesDistribution {
  const { onDemandBaseCapacity: base, onDemandPercentageAboveBaseCapacity: above } = spot;
  checkInteger(CODE, 'spot.onDemandBaseCapacity', base, { min: 0 }, scope);
  if (base !== undefined && !Token.isUnresolved(base) && !Token.isUnresolved(maxCapacity) && base >= maxCapacity) {
    fail(
      CODE,
      `\`spot.onDemandBaseCapacity\` must be below the tier's \`maxCapacity\`, or nothing is on Spot, got: ${base} and ${maxCapacity}`,
      scope,
    );
  }
  if (above === 100) {
    fail(CODE, '`spot.onDemandPercentageAboveBaseCapacity` must be below 100, got: 100. A tier that is all on demand has no `spot`', scope);
  }
  checkPercentage(CODE, 'spot.onDemandPercentageAboveBaseCapacity', above, { min: 0, max: 99 }, scope);
  if (
    spot.maxPrice !== undefined &&
    !Token.isUnresolved(spot.maxPrice) &&
    !(/^\d+(\.\d+)?$/.test(spot.maxPrice) && Number(spot.maxPrice) > 0)
  ) {
    fail(CODE, `\`spot.maxPrice\` must be a price in US dollars such as "0.05", got: ${shown(spot.maxPrice)}`, scope);
  }
  return {
    onDemandBaseCapacity: spot.onDemandBaseCapacity ?? 0,
    onDemandPercentageAboveBaseCapacity: spot.onDemandPercentageAboveBaseCapacity ?? 0,
    spotAllocationStrategy: spot.allocationStrategy ?? autoscaling.SpotAllocationStrategy.PRICE_CAPACITY_OPTIMIZED,
    spotMaxPrice: spot.maxPrice,
  };
}
