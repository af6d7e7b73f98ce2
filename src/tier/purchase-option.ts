import { instance } from '../private/expected-type';
import { type CapacityReservationOptions, RESERVATION_ID, RESERVATIONS } from './capacity-reservations';
import { SPOT, type SpotOptions } from './spot-options';

/**
 * How the EC2 instances of a tier are bought.
 *
 * @example
 * declare const cluster: EcsAutoScaledCluster;
 * cluster.addTier('workers', {
 *   instanceTypes: [new ec2.InstanceType('c7i.large'), new ec2.InstanceType('c6i.large')],
 *   purchase: PurchaseOption.spot({ onDemandBaseCapacity: 1 }),
 * });
 * cluster.addTier('training', {
 *   instanceTypes: [new ec2.InstanceType('p5.48xlarge')],
 *   maxCapacity: 2,
 *   purchase: PurchaseOption.capacityBlock('cr-0123456789abcdef0'),
 * });
 */
export class PurchaseOption {
  /** On-Demand Instances. */
  public static onDemand(): PurchaseOption {
    return new PurchaseOption({});
  }

  /** Spot Instances, all nodes or a share of them. Nodes are drained before they are interrupted. */
  public static spot(options: SpotOptions = {}): PurchaseOption {
    return new PurchaseOption({ spot: SPOT.read('options', options) });
  }

  /**
   * On-Demand Instances in capacity that is reserved, first or only. The instance types, the zones and the
   * tenancy of the tier must fit the reservations, which cannot be checked here.
   *
   * @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/target-capacity-reservations.html
   */
  public static capacityReservations(options: CapacityReservationOptions = {}): PurchaseOption {
    return new PurchaseOption({ reservations: RESERVATIONS.read('options', options) });
  }

  /**
   * The instances of one Capacity Block for ML. The tier has one instance type, that of the block, and no
   * `template`. A block has no instance to spare: `NodeReplacement.rolling()` needs a `maxHealthyPercentage`
   * of 100 and a `minHealthyPercentage` below it. Keep `maxCapacity` at the size of the block, and the
   * subnets in its zone. At its end EC2 terminates the nodes.
   *
   * @param reservationId the id of the block, such as `cr-0123456789abcdef0`. Anything else is refused.
   * @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/launch-template-capacity-blocks.html
   */
  public static capacityBlock(reservationId: string): PurchaseOption {
    RESERVATION_ID.check('reservationId', reservationId);
    return new PurchaseOption({ capacityBlock: reservationId });
  }

  private constructor(
    private readonly kind: {
      readonly spot?: SpotOptions;
      readonly reservations?: CapacityReservationOptions;
      readonly capacityBlock?: string;
    },
  ) {}

  /** Whether nodes may be Spot Instances. */
  public get usesSpot(): boolean {
    return this.kind.spot !== undefined;
  }

  /**
   * Undefined: not on Spot.
   *
   * @internal
   */
  public get _spot(): SpotOptions | undefined {
    return this.kind.spot;
  }

  /** @internal */
  public get _reservations(): CapacityReservationOptions | undefined {
    return this.kind.reservations;
  }

  /** @internal */
  public get _capacityBlock(): string | undefined {
    return this.kind.capacityBlock;
  }
}

/** As a field. */
export const PURCHASE = instance<PurchaseOption>({
  name:
    'a PurchaseOption: `PurchaseOption.onDemand()`, `spot()`, `capacityReservations()` or ' +
    '`capacityBlock()`',
  member: '_spot',
});
