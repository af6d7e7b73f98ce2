import { warn } from '../../private/warning';
import { field, renderedList } from '../../rendered/resource';
import { deploymentLimitsOf } from '../deployment-limits';
import type { HostedService } from '../hosted-service';
import { publishedPorts } from '../task-definition';

/**
 * Warns about services of which a node takes one task, and which want more tasks than there can be nodes.
 * Also where they want just as many, and a deployment finds no node for one more.
 */
export function checkOnePerNode(service: HostedService): void {
  const why = reasonForOne(service);
  const { desired, min, losesTasks } = deploymentLimitsOf(service);
  if (why === undefined || desired === undefined || service.isDaemon) return;
  const tiers = service.onlyTiers ?? [];
  const nodes = tiers.reduce((sum, { maxNodes }) => sum + (maxNodes ?? Number.POSITIVE_INFINITY), 0);
  if (tiers.length === 0 || desired < nodes || desired === 0) return;
  const start =
    `A node takes one task of the service "${service.path}" (${why}), and its tiers in the cluster ` +
    `"${service.cluster.scope.node.path}" have at most ${nodes} node${nodes === 1 ? '' : 's'}`;
  if (desired > nodes) {
    warn(
      service.resource,
      'Service.onePerNode',
      `${start}: of its ${desired} tasks, ${desired - nodes} are never placed. Raise \`maxCapacity\` of a ` +
        'tier, or lower `desiredCount`.',
    );
  } else if (service.isDeployedByEcs && min !== undefined && !losesTasks) {
    warn(
      service.resource,
      'Service.onePerNode',
      `${start}. That is enough for its ${desired} task${desired === 1 ? '' : 's'} until it is deployed ` +
        'again: then no new task finds a node, and no old one may stop. Raise `maxCapacity` of a tier by at ' +
        'least one, or set `minHealthyPercent` so that a task may stop.',
    );
  }
}

function reasonForOne(service: HostedService): string | undefined {
  const constraints = renderedList(service.resource, 'placementConstraints');
  if (constraints.some((constraint) => field(constraint, 'type') === 'distinctInstance'))
    return 'its constraint `distinctInstance`';
  const fixed = publishedPorts(service).find(({ hostPort }) => hostPort !== 0);
  return fixed === undefined ? undefined : `the host port ${fixed.hostPort} of "${fixed.container}"`;
}
