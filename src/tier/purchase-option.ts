import { instance } from '../private/expected-type';
import { SPOT, type SpotOptions } from './spot-options';

/**
 * How the instances of a tier are bought.
 *
 * @example
 * declare const cluster: EcsAutoScaledCluster;
 * cluster.addTier('workers', {
 *   instanceTypes: [new ec2.InstanceType('c7i.large'), new ec2.InstanceType('c6i.large')],
 *   purchase: PurchaseOption.spot({ onDemandBaseCapacity: 1 }),
 * });
 */
export class PurchaseOption {
  /** On-Demand Instances. */
  public static onDemand(): PurchaseOption {
    return new PurchaseOption();
  }

  /** Spot Instances, all nodes or a share of them. Nodes are drained before they are interrupted. */
  public static spot(options: SpotOptions = {}): PurchaseOption {
    return new PurchaseOption(SPOT.read('options', options));
  }

  private constructor(private readonly spot?: SpotOptions) {}

  /** Whether nodes may be Spot Instances. */
  public get usesSpot(): boolean {
    return this.spot !== undefined;
  }

  /**
   * Undefined: the tier is on demand.
   *
   * @internal
   */
  public get _spot(): SpotOptions | undefined {
    return this.spot;
  }
}

/** As a field. */
export const PURCHASE = instance<PurchaseOption>({
  name: 'a PurchaseOption: `PurchaseOption.onDemand()` or `PurchaseOption.spot()`',
  member: '_spot',
});
