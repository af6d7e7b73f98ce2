import { Stack } from 'aws-cdk-lib';
import { warn } from '../../private/warning';
import type { HostedService } from '../hosted-service';

/**
 * Warns about a service that names a tier before the owner of the list can have added its capacity provider.
 * It is deployed together with the tier.
 */
export function checkProviderList(service: HostedService): void {
  const { cluster, resource, possibleTiers, path } = service;
  if (!cluster.existing?.listIsOwnedElsewhere || !service.hasStrategy || possibleTiers.length === 0) return;
  if (Stack.of(resource) !== Stack.of(cluster.scope)) return;
  const named = possibleTiers.map(({ name }) => `"${name}"`).join(', ');
  warn(
    resource,
    'Service.providerList',
    `The service "${path}" is in one stack with the tiers that it names (${named}), and another owner keeps ` +
      `the list of capacity providers of the cluster "${cluster.scope.node.path}". Its deployment fails until ` +
      "the list has the tiers' providers. Deploy the tiers first, have their names added, and add the service " +
      'then, or put it into another stack. Acknowledge this once the list has them.',
  );
}
