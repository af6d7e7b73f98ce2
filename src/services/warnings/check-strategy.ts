import { type Problem, problemAt } from '../../rendered/problem';
import { field, openedList, property } from '../../rendered/resource';
import { FARGATE_PROVIDERS, type HostedService } from '../hosted-service';
import type { ServedCluster } from '../served-cluster';

/** Refuses a strategy that CDK takes and ECS does not, or not for this cluster. */
export function checkStrategy(service: HostedService, clusters: readonly ServedCluster[]): Problem[] {
  const items = openedList(service.resource, property(service.resource, 'capacityProviderStrategy'));
  if (items.length === 0) return [];
  const providers = items.map((item) => field(item, 'capacityProvider'));
  const ours = new Set((service.cluster.tiers ?? []).map((tier) => tier.capacityProviderName));
  const problems = clusters
    .filter((cluster) => cluster !== service.cluster)
    .flatMap((cluster) => (cluster.tiers ?? []).map((tier) => ({ cluster, tier })))
    .filter(
      ({ tier }) => !ours.has(tier.capacityProviderName) && providers.includes(tier.capacityProviderName),
    )
    .map(
      ({ cluster, tier }) =>
        `be of tiers of its cluster, got: the tier "${tier.name}" of "${cluster.scope.node.path}"`,
    );
  const onFargate = providers.filter((provider) => FARGATE_PROVIDERS.includes(provider)).length;
  if (onFargate > 0 && onFargate < providers.length) problems.push('be of tiers or of Fargate, got: both');
  if (items.length > 1 && items.every((item) => field(item, 'weight') === 0)) {
    problems.push('have a weight above 0, got: 0 for all');
  }
  if (items.filter((item) => Number(field(item, 'base') ?? 0) > 0).length > 1)
    problems.push('have a base for one item only, got: several');
  return problems.map((problem) =>
    problemAt(
      service.resource,
      'InvalidServiceStrategy',
      `\`capacityProviderStrategies\` of the service "${service.path}" on the cluster ` +
        `"${service.cluster.scope.node.path}" must ${problem}`,
    ),
  );
}
