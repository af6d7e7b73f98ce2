import { type CfnResource, Stack } from 'aws-cdk-lib';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import type { IConstruct } from 'constructs';
import { quoteForMessage } from '../private/errors';
import { sameEnvironment } from '../private/stacks';
import { ASSOCIATION, isAssociation } from '../rendered/association';
import { isInTree } from '../rendered/in-tree';
import { type Problem, problemAt } from '../rendered/problem';
import { identityOf, identityOfResource } from '../rendered/references';
import { field, pascalCase, property, rendered, renderedWhole } from '../rendered/resource';
import { StageResources } from '../rendered/stage-resources';

/**
 * What is wrong with the association of a cluster's capacity providers: without it no service is placed on a
 * tier. A deployment of it replaces the whole list and the whole default strategy.
 */
export function associationProblems(cluster: ecs.Cluster, providerNames: string[]): Problem[] {
  const problem = (text: string) => [problemAt(cluster, 'AssociationChanged', text)];
  const association = cluster.node.children.find(isAssociation);
  if (association === undefined) {
    return problem(
      'the association of the capacity providers must not be removed: no service would be placed on a tier',
    );
  }
  const resource = cluster.node.defaultChild as CfnResource;
  const other = otherAssociation(association, identityOfResource(resource));
  if (other !== undefined) {
    return problem(
      `${quoteForMessage(other.node.path)}: another association must not name the cluster: each replaces the ` +
        'list and the default strategy of the other. Use `addAsgCapacityProvider()` and ' +
        '`addDefaultCapacityProviderStrategy()` of the cluster',
    );
  }
  const twice = ['capacityProviders', 'defaultCapacityProviderStrategy'].find(
    (name) => rendered(resource, name) !== undefined,
  );
  if (twice !== undefined) {
    return problem(
      `the cluster itself must not have \`${pascalCase(twice)}\`, next to the association of its capacity ` +
        'providers: ECS takes one of the two. Use `addDefaultCapacityProviderStrategy()`',
    );
  }
  const list = associatedWith(association);
  return [
    ...listProblems(association, list, providerNames, problem),
    ...strategyProblems(association, list ?? new Set(), problem),
  ];
}

/**
 * The same for a cluster that the app does not make. Its list is that of all owners, and its default strategy
 * may be empty, or name what is in no list (Managed Instances).
 */
export function keptAssociationProblems(cluster: IConstruct, providerNames: string[]): Problem[] {
  const problem = (text: string) => [problemAt(cluster, 'AssociationChanged', text)];
  const association = cluster.node.children.find(isAssociation);
  if (association === undefined) {
    return problem(
      'the association of the capacity providers must not be removed: no service would be placed on a tier. ' +
        'Write `ClusterProviders.ownedElsewhere()` where another owner keeps the list',
    );
  }
  const other = otherAssociation(association, identityOf(association, property(association, 'cluster')));
  if (other !== undefined) {
    return problem(
      `${quoteForMessage(other.node.path)}: another association must not name the cluster: each replaces the ` +
        'list of the other. Give all but one of them `ClusterProviders.ownedElsewhere()`, and `keep()` of that ' +
        'one the names of their capacity providers',
    );
  }
  if (field(renderedWhole(association), 'DeletionPolicy') !== 'Retain') {
    return problem(
      'the association must have the removal policy RETAIN: its deletion takes the capacity providers of all ' +
        'owners off the cluster. Leave it out of what changes removal policies, with ' +
        `\`excludeResourceTypes: ['${ASSOCIATION}']\``,
    );
  }
  return listProblems(association, associatedWith(association), providerNames, problem);
}

/** The names in its list, as text; undefined: not known. */
function associatedWith(association: CfnResource): ReadonlySet<string> | undefined {
  const list = rendered(association, 'capacityProviders') ?? [];
  return Array.isArray(list) ? new Set(list.map((one) => JSON.stringify(one))) : undefined;
}

/** Another association of a cluster. The same name in another account or region is another cluster. */
function otherAssociation(own: CfnResource, identity: string | undefined): CfnResource | undefined {
  if (identity === undefined) return undefined;
  const isName = identity.startsWith('id ');
  const named = (one: CfnResource) =>
    identityOf(one, property(one, 'cluster')) === identity && (!isName || sameEnvironment(one, own));
  return (
    StageResources.of(own)
      .ofType(ASSOCIATION)
      // CDK makes its own anew at each synthesis.
      .find((one) => one !== own && isInTree(one) && named(one))
  );
}

function listProblems(
  association: CfnResource,
  associated: ReadonlySet<string> | undefined,
  providerNames: string[],
  problem: (text: string) => Problem[],
): Problem[] {
  if (associated === undefined) return [];
  const stack = Stack.of(association);
  const missing = providerNames.filter((name) => !associated.has(JSON.stringify(stack.resolve(name))));
  if (missing.length === 0) return [];
  const named = missing.map((name) => quoteForMessage(stack.resolve(name))).join(', ');
  return problem(
    `\`CapacityProviders\` of the association must have that of each tier, missing: ${named}: nodes of the ` +
      'tier would get no tasks. Leave the list to the cluster; a tier that goes is `retired` first',
  );
}

function strategyProblems(
  association: CfnResource,
  associated: ReadonlySet<string>,
  problem: (text: string) => Problem[],
): Problem[] {
  const strategy = rendered(association, 'defaultCapacityProviderStrategy');
  if (strategy !== undefined && !Array.isArray(strategy)) return [];
  if (strategy === undefined || strategy.length === 0) {
    return problem(
      '`DefaultCapacityProviderStrategy` of the association must not be empty: services without a strategy ' +
        'would start no node. Use `defaultStrategy` of the tiers, or `addDefaultCapacityProviderStrategy()`',
    );
  }
  const unknown = strategy
    .map((item) => field(item, 'capacityProvider'))
    .find((name) => typeof name === 'string' && associated.size > 0 && !associated.has(JSON.stringify(name)));
  if (unknown === undefined) return [];
  return problem(
    `\`DefaultCapacityProviderStrategy\` of the association must have associated capacity providers, got: ` +
      `${quoteForMessage(unknown)}: ECS refuses others`,
  );
}
