import { warn } from '../../private/warning';
import { field, renderedList } from '../../rendered/resource';
import { deploymentLimitsOf } from '../deployment-limits';
import type { HostedService } from '../hosted-service';

const ZONE = 'attribute:ecs.availability-zone';

/**
 * Warns about services whose tasks ECS moves once more after a roll that is to move each task once.
 *
 * Only where marks on the old nodes were asked for, below a surge of 200. There nodes go in batches, and
 * tasks crowd in the zones of the first new ones. At 200 all new nodes are there before a task moves.
 */
export function checkZoneRebalancing(service: HostedService): void {
  const tiers = service.possibleTiers.filter(({ marksOldNodes, zones }) => marksOldNodes && (zones ?? 0) > 1);
  if (tiers.length === 0 || !isRebalanced(service)) return;
  const names = tiers.map(({ name }) => `"${name}"`).join(', ');
  warn(
    service.resource,
    'Service.availabilityZoneRebalancing',
    `A roll of the tiers ${names} of the cluster "${service.cluster.scope.node.path}" moves each task once ` +
      `(\`cordon: true\`). ECS then moves tasks of the service "${service.path}" once more, to even ` +
      'out Availability Zones. It does so for new services unless they say otherwise. Where a task must ' +
      'move once only, set `availabilityZoneRebalancing: ecs.AvailabilityZoneRebalancing.DISABLED`.',
  );
}

/**
 * Whether ECS evens out its zones.
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-rebalancing.html
 */
function isRebalanced(service: HostedService): boolean {
  const { resource } = service;
  if (service.isTaskSet || !service.isReplicaOnNodes || service.isDeployedByCodeDeploy) return false;
  const said = service.rendered('availabilityZoneRebalancing');
  if (said !== undefined && said !== 'ENABLED') return false;
  if (service.rendered('deploymentController', 'type') === 'EXTERNAL') return false;
  const [first] = renderedList(resource, 'placementStrategies');
  if (first !== undefined && field(first, 'field') !== ZONE) return false;
  const constraints = JSON.stringify(renderedList(resource, 'placementConstraints'));
  if (constraints.includes('ecs.availability-zone')) return false;
  const balancers = renderedList(resource, 'loadBalancers');
  if (balancers.some((balancer) => field(balancer, 'loadBalancerName') !== undefined)) return false;
  return hasRoom(service);
}

/** It starts a task before it stops one, and one task alone has nowhere better to be. */
function hasRoom(service: HostedService): boolean {
  const { max, desired } = deploymentLimitsOf(service);
  return max !== undefined && max > 100 && (desired === undefined || desired > 1);
}
