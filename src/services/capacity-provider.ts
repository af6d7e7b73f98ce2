import { type CfnResource, Stack, Token } from 'aws-cdk-lib';
import { Dependable, type IConstruct } from 'constructs';
import { isAssociation } from '../rendered/association';
import { identityOf, identityOfResource, referencedResource } from '../rendered/references';
import { field, isOverridden, openedList, property } from '../rendered/resource';
import { clusterNamedBy } from './cluster-match';
import type { ServedCluster, ServedTier } from './served-cluster';

/** The capacity providers that every cluster can have, and that are no tiers. */
export const FARGATE_PROVIDERS: readonly unknown[] = ['FARGATE', 'FARGATE_SPOT'];

const PROVIDER = 'AWS::ECS::CapacityProvider';

/** What a capacity provider runs tasks on. ECS takes one kind in a strategy. */
export type ProviderKind = 'Auto Scaling groups' | 'Managed Instances' | 'Fargate';

/** A capacity provider that a strategy names, as far as it is known. */
export interface NamedProvider {
  /** What messages call it. */
  readonly text: string;
  /** The same for two names of one provider; undefined: cannot be compared. */
  readonly identity?: string;
  /** Undefined: known at deployment only, or a provider of another app. */
  readonly kind?: ProviderKind;
  /** The tier of the service's cluster whose provider it is. */
  readonly tier?: ServedTier;
  /** Whether the service's cluster has it; undefined: not known. */
  readonly membership?: Membership;
}

/**
 * Unlisted is a name that the app does not give to the cluster. It may still be that of Managed Instances,
 * which another app can make for the cluster: they are listed nowhere.
 */
type Membership = 'member' | 'none' | 'unlisted';

/**
 * The capacity provider that `value`, as `user` renders it, names on a cluster. Most who ask want its tier:
 * what only the checks of a strategy want is read when it is asked for.
 */
export function namedProvider(user: IConstruct, value: unknown, cluster: ServedCluster): NamedProvider {
  const name = textOf(value);
  const resource = resourceOf(user, value, cluster);
  const tier =
    resource === undefined
      ? cluster.tiers?.find(({ capacityProviderName }) => isSame(user, value, cluster, capacityProviderName))
      : cluster.tiers?.find(({ capacityProviderName }) => providerBy(capacityProviderName) === resource);
  return {
    text: resource === undefined ? (name ?? 'a capacity provider') : resource.node.path,
    kind: kindOf(name, resource, tier),
    tier,
    get identity() {
      return resource === undefined ? identityOf(user, value) : identityOfResource(resource);
    },
    get membership() {
      return tier === undefined ? membershipOf(user, value, resource, cluster) : 'member';
    },
  };
}

/**
 * Whether a provider may be that of a tier: not where it is known to be another one, of the same cluster or
 * not.
 */
export function mayBeTier(provider: NamedProvider, { tiers, existing }: ServedCluster): boolean {
  if (provider.tier !== undefined) return true;
  if (existing?.keptProviders.includes(provider.text)) return false;
  if (provider.kind === 'Auto Scaling groups') return tiers === undefined;
  return provider.kind === undefined;
}

/** The tiers that a strategy names, or those of the default one where there is none. */
export function tiersOfStrategy(
  user: IConstruct,
  strategy: readonly unknown[],
  cluster: ServedCluster,
): ServedTier[] {
  if (strategy.length > 0)
    return strategy.flatMap(
      (item) => namedProvider(user, field(item, 'capacityProvider'), cluster).tier ?? [],
    );
  const tiers = cluster.defaultStrategyIsOurs ? (cluster.tiers ?? []) : [];
  return tiers.filter((tier) => tier.isInDefaultStrategy);
}

function isSame(user: IConstruct, value: unknown, cluster: ServedCluster, name: string): boolean {
  const stacks = [Stack.of(user), Stack.of(cluster.scope)];
  return JSON.stringify(stacks[0].resolve(value)) === JSON.stringify(stacks[1].resolve(name));
}

/** A name that is known now. */
function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && !Token.isUnresolved(value) ? value : undefined;
}

function providerBy(value: unknown): CfnResource | undefined {
  return referencedResource(value, PROVIDER);
}

/** The resource of a provider: by reference, or by its name or its logical id among those of the cluster. */
function resourceOf(user: IConstruct, value: unknown, cluster: ServedCluster): CfnResource | undefined {
  const referred = providerBy(value);
  if (referred !== undefined || FARGATE_PROVIDERS.includes(value)) return referred;
  const name = textOf(value);
  const identity = identityOf(user, value);
  return providersOf(cluster).find(
    (one) => identityOfResource(one) === identity || (name !== undefined && property(one, 'name') === name),
  );
}

/** The resources of the providers that a cluster has, as far as the app makes them. */
function providersOf(cluster: ServedCluster): CfnResource[] {
  const names = [
    ...(cluster.tiers ?? []).map(({ capacityProviderName }) => capacityProviderName),
    ...(cluster.capacityProviderNames ?? []),
  ];
  return [...new Set([...names, ...associatedBy(cluster).names].flatMap((name) => providerBy(name) ?? []))];
}

/** The association of the capacity providers of a cluster, where the app has it. */
export function associationsOf({ association }: ServedCluster): CfnResource[] {
  return association === undefined ? [] : Dependable.of(association).dependencyRoots.filter(isAssociation);
}

/** What it says. */
function associatedBy(cluster: ServedCluster): { readonly names: unknown[]; readonly isKnown: boolean } {
  const associations = associationsOf(cluster);
  return {
    names: associations.flatMap((one) => openedList(one, property(one, 'capacityProviders'))),
    isKnown: associations.every((one) => !isOverridden(one, 'CapacityProviders')),
  };
}

function kindOf(
  name: string | undefined,
  resource: CfnResource | undefined,
  tier: ServedTier | undefined,
): ProviderKind | undefined {
  if (FARGATE_PROVIDERS.includes(name)) return 'Fargate';
  if (tier !== undefined) return 'Auto Scaling groups';
  if (resource === undefined) return undefined;
  if (says(resource, 'managedInstancesProvider')) return 'Managed Instances';
  return says(resource, 'autoScalingGroupProvider') ? 'Auto Scaling groups' : undefined;
}

function says(resource: CfnResource, name: string): boolean {
  return property(resource, name) !== undefined || isOverridden(resource, name);
}

function membershipOf(
  user: IConstruct,
  value: unknown,
  resource: CfnResource | undefined,
  cluster: ServedCluster,
): Membership | undefined {
  if (cluster.capacityProviderNames === undefined) return undefined;
  const associated = associatedBy(cluster);
  const listed = [...cluster.capacityProviderNames, ...associated.names];
  const identity = identityOf(user, value);
  const isListed = listed.some((name) =>
    resource === undefined ? identityOf(user, name) === identity : providerBy(name) === resource,
  );
  if (isListed) return 'member';
  if (resource !== undefined && says(resource, 'managedInstancesProvider'))
    return isMadeFor(resource, cluster) ? 'member' : undefined;
  const isComplete =
    associated.isKnown &&
    listed.every((name) => textOf(name) !== undefined || providerBy(name) !== undefined);
  if (!isComplete) return undefined;
  if (resource !== undefined || FARGATE_PROVIDERS.includes(value)) return 'none';
  return textOf(value) === undefined ? undefined : 'unlisted';
}

/** Managed Instances name their cluster themselves. */
function isMadeFor(resource: CfnResource, cluster: ServedCluster): boolean {
  return clusterNamedBy(property(resource, 'clusterName'), resource, [cluster]) !== undefined;
}
