import type { CfnResource, aws_ecs as ecs } from 'aws-cdk-lib';
import { field, knownPath, listAtTheEnd, rendered, renderedNumber } from '../rendered/resource';
import { mayBeTier, type NamedProvider, namedProvider } from './capacity-provider';
import type { ClusterMatch } from './cluster-match';
import type { ServedCluster, ServedTier } from './served-cluster';

/**
 * A service, or a task set of one, on a cluster of ours.
 *
 * Everything is read anew at each question and overrides count, so a rule that asks after all aspects have
 * run sees the template's values.
 */
export class HostedService {
  public readonly cluster: ServedCluster;
  public readonly refersToCluster: boolean;

  public constructor(
    public readonly resource: CfnResource,
    match: ClusterMatch,
  ) {
    this.cluster = match.cluster;
    this.refersToCluster = match.byReference;
  }

  /** The path that a user knows: the L2's, where there is one. */
  public get path(): string {
    return knownPath(this.resource, 'taskDefinition');
  }

  public get isTaskSet(): boolean {
    return this.resource.cfnResourceType === 'AWS::ECS::TaskSet';
  }

  public get isDaemon(): boolean {
    return this.rendered('schedulingStrategy') === 'DAEMON';
  }

  public get isDeployedByCodeDeploy(): boolean {
    return this.rendered('deploymentController', 'type') === 'CODE_DEPLOY';
  }

  /** By ECS's own rolling deployment, which is what it does where nothing is said. */
  public get isDeployedByEcs(): boolean {
    return (
      (this.rendered('deploymentController', 'type') ?? 'ECS') === 'ECS' &&
      (this.rendered('deploymentConfiguration', 'strategy') ?? 'ROLLING') === 'ROLLING'
    );
  }

  public get launchType(): unknown {
    return this.rendered('launchType');
  }

  /** The items of its strategy: references in them are still references. */
  public get strategy(): unknown[] {
    return listAtTheEnd(this.resource, 'capacityProviderStrategy');
  }

  public get hasStrategy(): boolean {
    return this.strategy.length > 0;
  }

  /**
   * Whether its tasks may run on nodes of the cluster's tiers. Fargate, Managed Instances, groups that are no
   * tiers, and servers of the user's own (ECS Anywhere) are none.
   */
  public get runsOnNodes(): boolean {
    return this.areOnNodes(this.strategyProviders);
  }

  /** A service that ECS keeps at a number of tasks, and moves when a node goes. */
  public get isReplicaOnNodes(): boolean {
    return !this.isDaemon && this.runsOnNodes;
  }

  /**
   * The tiers on whose nodes its tasks may be placed, as far as they are known: those of its strategy, or of
   * the cluster's, or with launch type EC2 all.
   */
  public get possibleTiers(): ServedTier[] {
    return this.tiersOf(this.strategyProviders);
  }

  /**
   * The tiers on which alone its tasks can be placed; undefined where they may also be placed elsewhere, or
   * where that is not known.
   */
  public get onlyTiers(): ServedTier[] | undefined {
    const { cluster } = this;
    if (cluster.tiers === undefined) return undefined;
    const own = this.strategyProviders;
    if (!this.areOnNodes(own)) return undefined;
    if (own.length > 0) return own.every(({ tier }) => tier !== undefined) ? this.tiersOf(own) : undefined;
    // `addCapacity()` adds a group without a provider.
    if ((cluster.scope as Partial<ecs.ICluster>).autoscalingGroup !== undefined) return undefined;
    const isElsewhere = (cluster.capacityProviderNames ?? [])
      .map((name) => namedProvider(this.resource, name, cluster))
      .some(({ tier, kind }) => tier === undefined && kind !== 'Fargate');
    return isElsewhere ? undefined : this.tiersOf(own);
  }

  public rendered(...path: string[]): unknown {
    return rendered(this.resource, ...path);
  }

  public number(...path: string[]): number | undefined {
    return renderedNumber(this.resource, ...path);
  }

  private areOnNodes(providers: readonly NamedProvider[]): boolean {
    if (providers.length > 0) return providers.some((provider) => mayBeTier(provider, this.cluster));
    if (this.launchType === undefined) return this.cluster.defaultStrategyIsOurs;
    return this.launchType === 'EC2';
  }

  private tiersOf(providers: readonly NamedProvider[]): ServedTier[] {
    if (!this.areOnNodes(providers)) return [];
    const tiers = [...(this.cluster.tiers ?? [])];
    if (providers.length === 0)
      return this.launchType === 'EC2' ? tiers : tiers.filter((tier) => tier.isInDefaultStrategy);
    const named = providers.map(({ tier }) => tier?.name);
    return tiers.filter(({ name }) => named.includes(name));
  }

  private get strategyProviders(): NamedProvider[] {
    return this.strategy.map((item) =>
      namedProvider(this.resource, field(item, 'capacityProvider'), this.cluster),
    );
  }
}
