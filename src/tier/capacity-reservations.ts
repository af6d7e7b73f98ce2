import type * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import { text } from '../private/bounds';
import { knownFlag, listOf } from '../private/expected-type';
import { type Fields, RENDERED, Struct } from '../private/fields';

const CODE = 'InvalidPurchase';

/**
 * The On-Demand Capacity Reservations of a tier: `PurchaseOption.capacityReservations()`.
 *
 * @example
 * declare const cluster: EcsAutoScaledCluster;
 * cluster.addTier('reserved', {
 *   instanceTypes: [new ec2.InstanceType('m7i.2xlarge')],
 *   maxCapacity: 4,
 *   purchase: PurchaseOption.capacityReservations({ reservationIds: ['cr-0123456789abcdef0'] }),
 * });
 */
export interface CapacityReservationOptions {
  /**
   * The ids of the reservations, such as `cr-0123456789abcdef0`.
   *
   * @default - those of `resourceGroupArns`, or any open reservation that fits
   */
  readonly reservationIds?: string[];

  /**
   * The ARNs of resource groups of reservations.
   *
   * @default - those of `reservationIds`, or any open reservation that fits
   */
  readonly resourceGroupArns?: string[];

  /**
   * Start nodes on demand once the reservations are used up. Without it a node that finds no place in them
   * does not start, and neither do those of the surge of a roll.
   *
   * @default true
   */
  readonly onDemandFallback?: boolean;
}

export const RESERVATION_ID = text(
  CODE,
  /^cr-[0-9a-f]{8,17}$/,
  'the id of a capacity reservation such as "cr-0123456789abcdef0"',
);

const RESOURCE_GROUP = text(
  CODE,
  /^arn:[a-z-]+:resource-groups:[a-z0-9-]+:\d{12}:group\/.+$/,
  'the ARN of a resource group such as "arn:aws:resource-groups:eu-central-1:123456789012:group/reserved"',
);

const FIELDS = {
  reservationIds: {
    value: listOf(RESERVATION_ID, { min: 1, named: 'reservation', code: CODE }),
    to: RENDERED,
  },
  resourceGroupArns: { value: listOf(RESOURCE_GROUP, { min: 1, named: 'group', code: CODE }), to: RENDERED },
  onDemandFallback: { value: knownFlag, implied: true, to: RENDERED },
} satisfies Fields<CapacityReservationOptions>;

export const RESERVATIONS = new Struct<CapacityReservationOptions, typeof FIELDS>(
  'CapacityReservationOptions',
  FIELDS,
  { such: "{ reservationIds: ['cr-0123456789abcdef0'] }" },
);

/** The same as the group has it: the L2 cannot say it. */
export function reservationSpecification({
  reservationIds,
  resourceGroupArns,
  onDemandFallback = FIELDS.onDemandFallback.implied,
}: CapacityReservationOptions): autoscaling.CfnAutoScalingGroup.CapacityReservationSpecificationProperty {
  return {
    capacityReservationPreference: onDemandFallback
      ? 'capacity-reservations-first'
      : 'capacity-reservations-only',
    capacityReservationTarget:
      reservationIds === undefined && resourceGroupArns === undefined
        ? undefined
        : { capacityReservationIds: reservationIds, capacityReservationResourceGroupArns: resourceGroupArns },
  };
}
