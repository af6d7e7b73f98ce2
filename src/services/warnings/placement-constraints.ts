import { Token } from 'aws-cdk-lib';
import { warn } from '../../private/warning';
import { field } from '../../rendered/resource';
import { HELD } from '../../replacement/held';
import { type AttributeOf, attributesIn, meets } from '../cluster-query';
import type { HostedService } from '../hosted-service';
import type { ServedTier } from '../served-cluster';
import { constraintsOf } from '../task-definition';
import { tiersText } from './task-platform';

/**
 * Warns about a `memberOf` constraint, of the service or of its task definition, that no node of its tiers
 * meets. Only where the tiers are all that there is, and each of them is known not to meet it.
 */
export function checkPlacementConstraints(service: HostedService): void {
  const expressions = expressionsOf(service);
  if (expressions.length === 0) return;
  const tiers = service.onlyTiers;
  if (tiers === undefined || tiers.length === 0) return;
  for (const expression of expressions) {
    if (!tiers.every((tier) => isNeverMet(expression, tier))) continue;
    warn(
      service.resource,
      'Service.placementConstraints',
      `No node of ${tiersText(tiers)} meets the placement constraint \`${expression}\` of the service ` +
        `"${service.path}" on the cluster "${service.cluster.scope.node.path}": its tasks are never placed. ` +
        `${remedy(expression, tiers)}`,
    );
  }
}

function expressionsOf(service: HostedService): string[] {
  return constraintsOf(service).flatMap((constraint) => {
    const expression = field(constraint, 'expression');
    return typeof expression === 'string' && !Token.isUnresolved(expression) ? [expression] : [];
  });
}

/** Whether it is false for a node of each instance type of a tier. */
function isNeverMet(expression: string, tier: ServedTier): boolean {
  // None are known where they are newer than the library, or chosen by what they need to have.
  const { nodeSizes = [] } = tier;
  const types: readonly { readonly instanceType?: string }[] = nodeSizes.length === 0 ? [{}] : nodeSizes;
  return types.every(({ instanceType }) => meets(expression, attributesOf(tier, instanceType)) === false);
}

function attributesOf(tier: ServedTier, instanceType: string | undefined): AttributeOf {
  return (name) => {
    switch (name) {
      case 'ecs.instance-type':
        return instanceType;
      case 'ecs.os-type':
        return 'linux';
      case 'ecs.cpu-architecture':
        return tier.architectures.length === 1 ? tier.architectures[0] : undefined;
    }
    const { instanceAttributes } = tier;
    // The library sets it; all others of these names are those of the agent and of ECS.
    if (instanceAttributes === undefined || name === HELD || /^(ecs|com\.amazonaws)\./.test(name))
      return undefined;
    if (!(name in instanceAttributes)) return null;
    const value = instanceAttributes[name];
    return Token.isUnresolved(value) ? undefined : value;
  };
}

function remedy(expression: string, tiers: readonly ServedTier[]): string {
  const own = attributesIn(expression).filter((name) => !name.includes('.'));
  const missing = own.filter((name) =>
    tiers.every(({ instanceAttributes = {} }) => !(name in instanceAttributes)),
  );
  return missing.length === 0
    ? 'Change the constraint, or name another tier in `capacityProviderStrategies`.'
    : `Set ${missing.map((name) => `"${name}"`).join(' and ')} in \`agent.instanceAttributes\` of a tier. ` +
        'Acknowledge this where the nodes get the attribute in another way.';
}
