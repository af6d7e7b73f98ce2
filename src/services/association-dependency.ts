import { CfnResource } from 'aws-cdk-lib';
import { Dependable, type IConstruct, type IDependable } from 'constructs';

const ASSOCIATIONS = 'AWS::ECS::ClusterCapacityProviderAssociations';

/**
 * Something to depend on in place of the association of a cluster's capacity providers.
 *
 * `ecs.Cluster` makes the association in an aspect, when its own turn in the tree comes. A service that stands before the cluster is
 * visited earlier, so there is nothing yet to depend on. CDK asks for the roots of a dependency once all aspects have run: by then it is there.
 */
export function associationOf(cluster: IConstruct): IDependable {
  const association = {};
  Dependable.implement(association, {
    get dependencyRoots(): IConstruct[] {
      return cluster.node.children.filter((child) => CfnResource.isCfnResource(child) && child.cfnResourceType === ASSOCIATIONS);
    },
  });
  return association;
}
