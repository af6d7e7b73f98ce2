import { isOverridden, setProperty } from '../../rendered/resource';
import type { HostedService } from '../hosted-service';

/**
 * Gives a daemon that says nothing the launch type EC2, as `Ec2Service` does.
 *
 * ECS takes no strategy for a daemon, and where there is neither, it takes the cluster's default strategy and
 * refuses the daemon for it (containers-roadmap #692). Our clusters always have a default strategy.
 *
 * What an override says of the launch type, its deletion too, is the user's last word.
 */
export function keepDaemonLaunchType(service: HostedService): void {
  const isMissing = service.isDaemon && service.launchType === undefined && !service.hasStrategy;
  if (isMissing && !isOverridden(service.resource, 'LaunchType'))
    setProperty(service.resource, 'launchType', 'EC2');
}
