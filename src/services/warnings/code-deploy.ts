import { warn } from '../../private/warning';
import type { HostedService } from '../hosted-service';

/**
 * Warns about services that CodeDeploy deploys: they keep launch type EC2, and so are never the
 * reason for a new node.
 *
 * They are left alone because their strategy cannot be changed once they exist; only their author can decide
 * it, at creation.
 */
export function checkCodeDeploy(service: HostedService): void {
  const leftAlone =
    service.cluster.defaultStrategyIsOurs && service.isDeployedByCodeDeploy && service.launchType === 'EC2';
  if (!leftAlone || service.isDaemon) return;
  const constraint = service.cluster.constrainToNotHeld
    ? ' Give it `placementConstraints: [EcsAutoScaledCluster.notHeld()]` too, so that it takes no new ' +
      'task on a node that is about to be replaced.'
    : '';
  warn(
    service.resource,
    'Service.codeDeploy',
    `The service "${service.path}" is deployed by CodeDeploy and keeps launch type EC2 on the cluster ` +
      `"${service.cluster.scope.node.path}": its tasks start no nodes. When it is created (not later) ` +
      'give it a strategy, `capacityProviderStrategies: [cluster.tier(name).strategy()]`, and the same ' +
      `one in its AppSpec.${constraint}`,
  );
}
