import type { IConstruct } from 'constructs';

/**
 * An id for a child of a cluster: CDK gives the association of the capacity providers the cluster's own id,
 * so no other child may have that.
 */
export function childId(cluster: IConstruct, id: string, otherwise: string = `Cluster${id}`): string {
  return cluster.node.id === id ? otherwise : id;
}
