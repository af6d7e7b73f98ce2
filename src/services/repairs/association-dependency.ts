import type { CfnResource } from 'aws-cdk-lib';
import { Dependable, type IConstruct, type IDependable } from 'constructs';
import { isAssociation } from '../../rendered/association';

/**
 * Something to depend on in place of the association of a cluster's capacity providers.
 *
 * `ecs.Cluster` makes the association in an aspect, when its own turn in the tree comes. A service before the
 * cluster in the tree is visited earlier, so there is nothing yet to depend on. CDK asks for the roots of a
 * dependency once all aspects have run: by then it is there.
 */
export function associationOf(cluster: IConstruct): IDependable {
  const association = {};
  Dependable.implement(association, {
    get dependencyRoots(): IConstruct[] {
      return cluster.node.children.filter(isAssociation);
    },
  });
  return association;
}

/**
 * Removes the association that an earlier synthesis left, so that CDK's aspect can make it again.
 *
 * That aspect makes it each time it comes by a cluster with a default strategy, and fails the second time:
 * "There is already a Construct with name …". A test with two assertions on annotations is enough to
 * synthesise twice.
 */
export function forgetAssociation(cluster: IConstruct): CfnResource | undefined {
  const { id } = cluster.node;
  const association = cluster.node.tryFindChild(id);
  if (!isAssociation(association)) return undefined;
  cluster.node.tryRemoveChild(id);
  return association;
}
