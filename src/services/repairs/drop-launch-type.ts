import { property, setProperty } from '../../rendered/resource';
import type { HostedService } from '../hosted-service';

/**
 * Drops the launch type that CDK writes into every `Ec2Service`, so that ECS takes the cluster's default
 * strategy.
 *
 * With `LaunchType: EC2` the capacity providers are passed over: such a service never scales a group up from
 * zero, and the groups start at zero (aws-cdk #24961, containers-roadmap #1688). No strategy is written in
 * its place. It would change, and so deploy the service, whenever tiers change. Across stacks it would be an
 * export that can never be removed.
 *
 * For a service that is running already this is a change, and CloudFormation may replace the service for it
 * (aws-cdk #29826); docs/moving.md has the way to hold it back. What is deployed cannot be known here.
 *
 * Kept: a daemon's, which uses no provider; CodeDeploy's, which may not be changed later; and
 * `addPropertyOverride('LaunchType', 'EC2')`, with which a user can have it back.
 */
export function dropLaunchType(service: HostedService): void {
  const drops =
    service.cluster.defaultStrategyIsOurs &&
    property(service.resource, 'launchType') === 'EC2' &&
    !service.hasStrategy &&
    !service.isDaemon &&
    !service.isDeployedByCodeDeploy;
  if (drops) setProperty(service.resource, 'launchType', undefined);
}
