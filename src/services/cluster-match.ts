import { type Reference, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { sameEnvironment } from '../private/stacks';
import { isResourceOf, referenceIn } from '../rendered/references';
import { field } from '../rendered/resource';
import type { ServedCluster } from './served-cluster';

/** A cluster and how something names it. */
export interface ClusterMatch {
  readonly cluster: ServedCluster;
  /**
   * False where only the literal name agrees: whoever writes a name and no reference has cut the
   * dependency on purpose. An L2 that was given the construct of the cluster has not.
   */
  readonly byReference: boolean;
}

/** The cluster that `value`, a name or an ARN as `user` renders it, stands for. */
export function clusterNamedBy(
  value: unknown,
  user: IConstruct,
  clusters: readonly ServedCluster[],
): ClusterMatch | undefined {
  if (value === undefined || value === null) return undefined;
  const theirs = referenceIn(value);
  const byReference =
    theirs === undefined
      ? clusters.find((cluster) => refersTo(value, user, cluster))
      : clustersOf(theirs.target, clusters).find((cluster) => refersTo(value, user, cluster));
  if (byReference !== undefined) return { cluster: byReference, byReference: true };
  const given = clusters.find((cluster) => isGivenTo(user, cluster) && namesLiterally(value, user, cluster));
  if (given !== undefined) return { cluster: given, byReference: true };
  const byText = clusters.find((cluster) => namesLiterally(value, user, cluster));
  return byText === undefined ? undefined : { cluster: byText, byReference: false };
}

/** Whether an L2 was given the very construct: one that the app does not make has no other reference. */
function isGivenTo(user: IConstruct, cluster: ServedCluster): boolean {
  return (user.node.scope as { cluster?: unknown } | undefined)?.cluster === cluster.scope;
}

/**
 * The clusters that a reference to some construct can mean, however many there are in the app: looked up,
 * since each service asks.
 */
const TARGETS = new WeakMap<
  readonly ServedCluster[],
  { seen: number; readonly byTarget: Map<IConstruct, ServedCluster[]> }
>();

function clustersOf(target: IConstruct, clusters: readonly ServedCluster[]): ServedCluster[] {
  let index = TARGETS.get(clusters);
  if (index === undefined) {
    index = { seen: 0, byTarget: new Map() };
    TARGETS.set(clusters, index);
  }
  for (; index.seen < clusters.length; index.seen += 1) {
    const cluster = clusters[index.seen];
    const targets = new Set(
      [cluster.clusterName, cluster.clusterArn].flatMap((known) => referenceIn(known)?.target ?? []),
    );
    for (const one of targets) index.byTarget.set(one, [...(index.byTarget.get(one) ?? []), cluster]);
  }
  return index.byTarget.get(target) ?? [];
}

function refersTo(value: unknown, user: IConstruct, cluster: ServedCluster): boolean {
  return [cluster.clusterName, cluster.clusterArn].some((known) => {
    const ours = referenceIn(known);
    if (ours === undefined) return false;
    const theirs = referenceIn(value);
    if (theirs !== undefined) return sameReference(theirs, ours);
    // `Fn.ref('LogicalId')` is no reference to CDK; and a logical id says something within its own stack
    // only. An import says it anywhere: a text of JSON has it in place of the reference.
    const isComparable =
      Stack.of(user) === Stack.of(cluster.scope) ||
      (field(value, 'Fn::ImportValue') !== undefined && sameEnvironment(user, cluster.scope));
    return isComparable && renderedIn(user, value) === renderedIn(user, known);
  });
}

function sameReference(one: Reference, other: Reference): boolean {
  if (one.target !== other.target) return false;
  // A cluster's name and its ARN mean the same; two outputs of another resource (a parameter store's, a
  // custom one's) do not.
  return isResourceOf('AWS::ECS::Cluster', one.target) || one.displayName === other.displayName;
}

function namesLiterally(value: unknown, user: IConstruct, cluster: ServedCluster): boolean {
  if (!sameEnvironment(user, cluster.scope)) return false;
  const text = renderedIn(user, value);
  // References are left out: to resolve one in a foreign stack would have CDK give the cluster a
  // name of its own.
  const known = [cluster.clusterName, cluster.clusterArn, cluster.physicalName].filter(
    (name) => referenceIn(name) === undefined,
  );
  if (known.some((name) => name !== undefined && renderedIn(cluster.scope, name) === text)) return true;
  return nameInArn(value) !== undefined && known.includes(nameInArn(value));
}

function nameInArn(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  return /^arn:.*:cluster\/([^/$]+)$/.exec(value)?.[1];
}

function renderedIn(scope: IConstruct, value: unknown): string {
  return JSON.stringify(Stack.of(scope).resolve(value));
}
