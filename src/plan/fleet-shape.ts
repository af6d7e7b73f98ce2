import { referencesIn } from './references';
import { ASSOCIATION, PROVIDER } from './resource-rules';
import type { StackPair } from './stack-pairs';
import { at, listAt, type Resource, resourcesOf, type Template } from './template';

/** Which cluster, provider, launch template and role a group goes with: what refers to what in one stack. */
export interface GroupShape {
  readonly cluster?: string;
  readonly clusterName?: string;
  readonly provider?: string;
  readonly template?: string;
  readonly role?: string;
}

/** The first resource of the template that a value refers to. */
export const target = (value: unknown): string | undefined =>
  referencesIn(value).find(({ kind }) => kind === 'value')?.id;

/** The shape of a group in the new template, and of one that goes in the old one. */
export function shapeOf(pair: StackPair, id: string): GroupShape {
  const template = pair.after.Resources?.[id] ? pair.after : pair.before;
  const group = template.Resources?.[id];
  const [provider] =
    resourcesOf(template, PROVIDER).find(
      ([, { Properties }]) => target(at(Properties, 'AutoScalingGroupProvider.AutoScalingGroupArn')) === id,
    ) ?? [];
  const association = resourcesOf(template, ASSOCIATION).find(([, { Properties }]) =>
    listAt(Properties, 'CapacityProviders').some((one) => provider !== undefined && target(one) === provider),
  );
  const clusterValue =
    (association && at(association[1].Properties, 'Cluster')) ?? tagOf(group, 'ClusterName');
  const cluster = target(clusterValue);
  const launchTemplate = target(at(specificationOf(group), 'LaunchTemplateId'));
  return {
    cluster,
    clusterName: typeof clusterValue === 'string' ? clusterValue : clusterName(template, cluster),
    provider,
    template: launchTemplate,
    role: roleOf(template, launchTemplate),
  };
}

/** Where a group names its launch template. */
export const specificationOf = (group: Resource | undefined): unknown =>
  at(group?.Properties, 'LaunchTemplate') ??
  at(group?.Properties, 'MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification');

/** The value of a tag of a group. */
export const tagOf = (group: Resource | undefined, key: string): unknown =>
  at(
    listAt(group?.Properties, 'Tags').find((one) => at(one, 'Key') === key),
    'Value',
  );

/** The hook of a group that holds a new node, which is what a gate waits at. */
export const launchHook = (group: Resource | undefined): unknown =>
  listAt(group?.Properties, 'LifecycleHookSpecificationList').find(
    (one) => at(one, 'LifecycleTransition') === 'autoscaling:EC2_INSTANCE_LAUNCHING',
  );

/** Whether a launch template takes the newest image at each launch. */
export function looksUpAtLaunch(template: Template, launchTemplate: string | undefined): boolean {
  const properties = template.Resources?.[launchTemplate ?? '']?.Properties;
  const image = at(properties, 'LaunchTemplateData.ImageId');
  return typeof image === 'string' && image.startsWith('resolve:ssm:');
}

/** Whether a capacity provider strategy names a provider of the template. */
export const namesProvider = (strategy: readonly unknown[], provider: string | undefined): boolean =>
  strategy.some((one) => target(at(one, 'CapacityProvider')) === provider);

function clusterName(template: Template, id: string | undefined): string | undefined {
  const name = id === undefined ? undefined : at(template.Resources?.[id]?.Properties, 'ClusterName');
  return typeof name === 'string' ? name : undefined;
}

function roleOf(template: Template, launchTemplate: string | undefined): string | undefined {
  if (launchTemplate === undefined) return undefined;
  const data = at(template.Resources?.[launchTemplate]?.Properties, 'LaunchTemplateData');
  const profile = target(at(data, 'IamInstanceProfile'));
  const [role] = profile === undefined ? [] : listAt(template.Resources?.[profile]?.Properties, 'Roles');
  const [imported] = referencesIn(role).filter(({ kind }) => kind === 'import');
  return target(role) ?? imported?.id ?? (typeof role === 'string' ? role : profile);
}

/** What people call a cluster: its name, or the construct, or the logical id. */
export function nameOfCluster(pair: StackPair, id: string): string {
  const resource = pair.after.Resources?.[id] ?? pair.before.Resources?.[id];
  const name = at(resource?.Properties, 'ClusterName');
  if (typeof name === 'string') return name;
  const path = pair.paths.get(id)?.replace(/\/(Resource|Default)$/, '');
  return path?.split('/').pop() ?? withoutHash(id);
}

/** What people call a tier: cluster and tier. */
export function nameOfGroup(pair: StackPair, id: string, shape: GroupShape): string {
  const path = pair.paths.get(id)?.split('/') ?? [];
  const tiers = path.lastIndexOf('Tiers');
  const [, fromId] = /Tiers(\w+?)AutoScalingGroupASG[0-9A-F]{8}$/.exec(id) ?? [];
  const tier = tiers >= 0 ? path[tiers + 1] : fromId;
  const own =
    tier ?? path.filter((name) => !['ASG', 'Resource', 'Default'].includes(name)).pop() ?? withoutHash(id);
  const cluster = shape.clusterName ?? (shape.cluster && nameOfCluster(pair, shape.cluster));
  return cluster ? `${cluster}/${own}` : own;
}

export function nameOfService(pair: StackPair, id: string): string {
  const resource = pair.after.Resources?.[id] ?? pair.before.Resources?.[id];
  const name = at(resource?.Properties, 'ServiceName');
  if (typeof name === 'string') return name;
  const path = pair.paths
    .get(id)
    ?.split('/')
    .filter((part) => !['Service', 'Resource', 'Default'].includes(part));
  return path?.pop() ?? withoutHash(id).replace(/Service$/, '');
}

export const withoutHash = (id: string): string => id.replace(/[0-9A-F]{8}$/, '') || id;

/** What people call a launch template: that of a node template has the hash of its network in its id. */
export const nameOfTemplate = (id: string): string =>
  withoutHash(id).replace(/([0-9a-f]{16})?LaunchTemplate$/, '') || withoutHash(id);
