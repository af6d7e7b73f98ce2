/**
 * How a change of what a node is (its image, its bootstrap, its type) reaches nodes that are already running.
 *
 * @example
 * declare const vpc: ec2.IVpc;
 * new EcsAutoScaledCluster(this, 'Orders', {
 *   vpc,
 *   tiers: [{ name: 'general', instanceTypes: [new ec2.InstanceType('m7i.large')] }],
 *   replacement: NodeReplacement.onNextLaunch(),
 * });
 */
export class NodeReplacement {
  /** Running nodes stay as they are; only nodes that start later are new. */
  public static onNextLaunch(): NodeReplacement {
    return new NodeReplacement('onNextLaunch');
  }

  private constructor(private readonly kind: 'onNextLaunch') {}

  /**
   * A deployment replaces running nodes.
   *
   * @internal
   */
  public get _replacesRunningNodes(): boolean {
    return this.kind !== 'onNextLaunch';
  }
}
