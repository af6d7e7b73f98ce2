import type { CfnResource } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { identityOfResource, referencedResource } from '../rendered/references';
import { field } from '../rendered/resource';
import { type NamedProvider, namedProvider, type ProviderKind } from './capacity-provider';
import type { ServedCluster } from './served-cluster';
import { pathOfTaskDefinition, requiredBy } from './task-definition';

/** A strategy, and what has it: a service, a task set, a target, or the cluster itself. */
export interface Strategy {
  readonly user: IConstruct;
  readonly cluster: ServedCluster;
  readonly items: readonly Item[];
  /** What runs by it, where the app defines it. */
  readonly taskDefinition?: CfnResource;
}

/** An item, with its numbers as ECS takes them: left out is 0; undefined is known at deployment only. */
interface Item {
  readonly provider: NamedProvider;
  readonly base?: number;
  readonly weight?: number;
}

const MAX_ITEMS = 20;
const MAX_BASE = 100_000;
const MAX_WEIGHT = 1000;

/** A strategy by its items, as `user` renders them. */
export function strategyOf(
  user: IConstruct,
  cluster: ServedCluster,
  rendered: readonly unknown[],
  taskDefinition?: CfnResource,
): Strategy {
  const items = rendered.map((item) => ({
    provider: namedProvider(user, field(item, 'capacityProvider'), cluster),
    base: amount(field(item, 'base')),
    weight: amount(field(item, 'weight')),
  }));
  return { user, cluster, items, taskDefinition };
}

/**
 * What ECS refuses of a strategy in any case, each as what it must be and what it is.
 *
 * @param sharesAreChecked whether another check says how its bases and weights go together
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CapacityProviderStrategyItem.html
 */
export function strategyFaults(
  strategy: Strategy,
  clusters: readonly ServedCluster[],
  sharesAreChecked = false,
): string[] {
  const { items } = strategy;
  return [
    ...items.flatMap(({ provider }) => providerFault(provider, strategy, clusters) ?? []),
    ...kindFault(items),
    ...fargateFault(strategy),
    ...rangeFaults(items),
    ...(sharesAreChecked ? [] : shareFaults(items)),
    ...(items.length > MAX_ITEMS ? [`have at most ${MAX_ITEMS} items, got: ${items.length}`] : []),
  ];
}

/** What ECS may refuse: it is not documented, or another app may know more. */
export function strategyDoubts({ items, cluster }: Strategy): string[] {
  const identities = items.map(({ provider }) => provider.identity);
  const twice = items.filter(
    (_, index) => identities[index] !== undefined && identities.indexOf(identities[index]) < index,
  );
  const unknown = items.filter(
    ({ provider }) => provider.membership === 'unlisted' && nameOfTier(provider, cluster) === undefined,
  );
  return [
    ...twice.map(({ provider }) => `names "${provider.text}" twice: leave out one of the items`),
    ...unknown.map(
      ({ provider }) =>
        `names "${provider.text}", which is no capacity provider of the cluster as this app makes it: ` +
        'for a tier write `cluster.tier(name).strategy()`',
    ),
  ];
}

function amount(value: unknown): number | undefined {
  const given = value ?? 0;
  const number = typeof given === 'string' && /^-?[\d.]+$/.test(given) ? Number(given) : given;
  return typeof number === 'number' && !Number.isNaN(number) ? number : undefined;
}

function providerFault(
  provider: NamedProvider,
  { cluster }: Strategy,
  clusters: readonly ServedCluster[],
): string | undefined {
  const { membership, text, kind } = provider;
  if (membership === 'member') return undefined;
  const elsewhere = tierElsewhere(provider, cluster, clusters);
  if (elsewhere !== undefined) return `be of tiers of its cluster, got: ${elsewhere}`;
  const tier = nameOfTier(provider, cluster);
  if (tier !== undefined) {
    const write = `\`cluster.tier('${tier}').strategy()\``;
    return `be of capacity providers, got: "${tier}", the name of a tier. Write ${write}`;
  }
  if (membership !== 'none') return undefined;
  const added = cluster.existing === undefined ? ADDED_BY[kind ?? 'Auto Scaling groups'] : KEPT_BY;
  return `be of capacity providers of its cluster, got: "${text}". ${added}`;
}

const KEPT_BY = 'Give `ClusterProviders.keep()` its name, if the cluster has it';

const ADDED_BY: Readonly<Record<ProviderKind, string>> = {
  Fargate: 'Give the cluster `enableFargateCapacityProviders: true`',
  'Auto Scaling groups': 'Add it with `cluster.addAsgCapacityProvider()`',
  'Managed Instances': 'Add it with `cluster.addManagedInstancesCapacityProvider()`',
};

/** The tier whose name was taken for that of its provider. */
function nameOfTier({ membership, text }: NamedProvider, { tiers }: ServedCluster): string | undefined {
  return membership === 'unlisted' ? tiers?.find(({ name }) => name === text)?.name : undefined;
}

/** The tier of another cluster whose provider it is. */
function tierElsewhere(
  { identity }: NamedProvider,
  cluster: ServedCluster,
  clusters: readonly ServedCluster[],
): string | undefined {
  if (identity === undefined) return undefined;
  const others = clusters.filter((other) => other !== cluster && !mayBeOne(other, cluster));
  for (const other of others) {
    for (const { name, capacityProviderName } of other.tiers ?? []) {
      const resource = referencedResource(capacityProviderName);
      if (resource !== undefined && identityOfResource(resource) === identity)
        return `the tier "${name}" of "${other.scope.node.path}"`;
    }
  }
  return undefined;
}

/** One cluster, made in the app and imported into another stack of it. */
function mayBeOne(one: ServedCluster, other: ServedCluster): boolean {
  return one.physicalName !== undefined && one.physicalName === other.physicalName;
}

function kindFault(items: readonly Item[]): string[] {
  const kinds = [...new Set(items.flatMap(({ provider }) => provider.kind ?? []))];
  if (kinds.length < 2) return [];
  return kinds.includes('Managed Instances')
    ? [`be of one kind of capacity provider, got: ${kinds.join(' and ')}`]
    : ['be of tiers or of Fargate, got: both'];
}

/** ECS: "Task definition does not support launch_type FARGATE". */
function fargateFault({ items, taskDefinition }: Strategy): string[] {
  const named = items.find(({ provider }) => provider.kind === 'Fargate')?.provider.text;
  if (named === undefined || taskDefinition === undefined) return [];
  const needed = requiredBy(taskDefinition);
  if (needed.length === 0 || needed.includes('FARGATE')) return [];
  return [
    `be of tiers, got: ${named}, where the task definition "${pathOfTaskDefinition(taskDefinition)}" is for ${needed.join(', ')}`,
  ];
}

function rangeFaults(items: readonly Item[]): string[] {
  return items.flatMap(({ base, weight }) => [
    ...rangeFault('base', base, MAX_BASE),
    ...rangeFault('weight', weight, MAX_WEIGHT),
  ]);
}

function shareFaults(items: readonly Item[]): string[] {
  const hasNoWeight = items.length > 1 && items.every(({ weight }) => weight === 0);
  const hasBases = items.filter(({ base }) => base !== undefined && base > 0).length > 1;
  return [
    ...(hasNoWeight ? ['have a weight above 0, got: 0 for all'] : []),
    ...(hasBases ? ['have a base for one item only, got: several'] : []),
  ];
}

function rangeFault(name: string, value: number | undefined, max: number): string[] {
  if (value === undefined || (Number.isInteger(value) && value >= 0 && value <= max)) return [];
  return [`have a ${name} that is a whole number from 0 to ${max}, got: ${value}`];
}
