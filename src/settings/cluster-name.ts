import { text } from '../private/bounds';

/**
 * A name that ECS takes (`CreateCluster`, `clusterName`), wherever it is given: of a cluster, of an imported
 * one, of user data that is used alone.
 */
export const CLUSTER_NAME = text(
  'InvalidClusterName',
  /^[A-Za-z0-9_-]{1,255}$/,
  '1 to 255 letters, digits, "-" and "_"',
);

/** The tag of a node in which the bootstrap of a shared template finds the node's cluster. */
export const CLUSTER_NAME_TAG = 'ClusterName';
