import { isOverridden, property, setProperty } from '../../rendered/resource';
import type { HostedService } from '../hosted-service';

/**
 * Gives a service on a cluster that the app does not make the strategy of the tiers, in place of the launch
 * type that CDK writes into every `Ec2Service`.
 *
 * The default strategy of such a cluster is that of its owner: without a launch type the service would be
 * placed elsewhere. With launch type EC2 it never scales a tier up.
 *
 * Only for services that were given the cluster's construct, not for those that know its name. Kept: what a
 * daemon, CodeDeploy and `addPropertyOverride('LaunchType', 'EC2')` keep on a cluster of the app.
 */
export function writeStrategy(service: HostedService): void {
  const { cluster, resource } = service;
  const strategy = cluster.existing?.strategy ?? [];
  const writes =
    strategy.length > 0 &&
    service.refersToCluster &&
    property(resource, 'launchType') === 'EC2' &&
    !isOverridden(resource, 'LaunchType') &&
    !service.hasStrategy &&
    !service.isDaemon &&
    !service.isDeployedByCodeDeploy;
  if (!writes) return;
  setProperty(resource, 'launchType', undefined);
  setProperty(resource, 'capacityProviderStrategy', strategy);
}
