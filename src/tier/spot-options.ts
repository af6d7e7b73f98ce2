import { Token } from 'aws-cdk-lib';
import * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import type { IConstruct } from 'constructs';
import { percent, wholeNumber } from '../private/bounds';
import { fail, quoteForMessage } from '../private/errors';
import { flag, member } from '../private/expected-type';
import { Destination, type Fields, Struct } from '../private/fields';
import type { Value } from '../private/value';
import { GROUP } from './destinations';

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
   * How many nodes are on demand before any are Spot, less than the tier's `maxCapacity`.
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
   * The most to pay for an instance hour, in US dollars: at least 0.001. Without a limit the price never
   * passes the on-demand price.
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

const SHARE = percent(CODE, { min: 0, max: 99 });

const ON_DEMAND_SHARE: Value<number> = {
  ...SHARE,
  check(field, value, scope) {
    if (value === 100) {
      fail(
        CODE,
        `\`${field}\` must be below 100, got: 100. A tier that is all on demand has ` +
          '`PurchaseOption.onDemand()`',
        scope,
      );
    }
    SHARE.check(field, value, scope);
  },
};

/** EC2 takes no lower price (`CreateFleet`, `SpotMaxPrice`). */
const LOWEST_PRICE = 0.001;

const PRICE: Value<string> = {
  expected: `a price in US dollars of at least ${LOWEST_PRICE}, such as "0.05"`,
  bounds: { min: LOWEST_PRICE },
  check(field, value: unknown, scope) {
    if (Token.isUnresolved(value)) return;
    if (typeof value === 'string' && /^\d+(\.\d+)?$/.test(value) && Number(value) >= LOWEST_PRICE) return;
    const instead = typeof value === 'number' ? `. Write \`'${value}'\`` : '';
    fail(CODE, `\`${field}\` must be ${PRICE.expected}, got: ${quoteForMessage(value)}${instead}`, scope);
  },
};

const DISTRIBUTION = new Destination<autoscaling.InstancesDistribution>('autoscaling.InstancesDistribution');

const FIELDS = {
  onDemandBaseCapacity: {
    value: wholeNumber(CODE, { min: 0 }),
    default: 0,
    to: DISTRIBUTION.field('onDemandBaseCapacity'),
  },
  onDemandPercentageAboveBaseCapacity: {
    value: ON_DEMAND_SHARE,
    default: 0,
    to: DISTRIBUTION.field('onDemandPercentageAboveBaseCapacity'),
  },
  allocationStrategy: {
    value: member('autoscaling.SpotAllocationStrategy', autoscaling.SpotAllocationStrategy),
    default: autoscaling.SpotAllocationStrategy.PRICE_CAPACITY_OPTIMIZED,
    to: DISTRIBUTION.field('spotAllocationStrategy'),
  },
  maxPrice: { value: PRICE, to: DISTRIBUTION.field('spotMaxPrice') },
  capacityRebalance: { value: flag, default: false, to: GROUP.field('capacityRebalance') },
} satisfies Fields<SpotOptions>;

export const SPOT = new Struct<SpotOptions, typeof FIELDS>('SpotOptions', FIELDS, {
  such: '{ onDemandBaseCapacity: 1 }',
});

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
    // a tier that is parked has no node of either kind
    maxCapacity > 0 &&
    base >= maxCapacity
  ) {
    fail(
      CODE,
      "`onDemandBaseCapacity` must be below the tier's `maxCapacity`, or nothing is on Spot, got: " +
        `${base} and ${maxCapacity}`,
      scope,
    );
  }
  // An empty text clears a price: left out, one that was set before would stay.
  return { spotMaxPrice: '', ...SPOT.handOver(spot, DISTRIBUTION) };
}
