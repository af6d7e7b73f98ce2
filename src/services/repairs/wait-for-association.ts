import type { CfnResource } from 'aws-cdk-lib';
import { Dependable, type IConstruct } from 'constructs';
import type { HostedService } from '../hosted-service';
import type { ServedCluster } from '../served-cluster';

/**
 * Has a resource depend on the associations of the clusters that `used` names once all aspects have run.
 *
 * CDK asks for the roots then, so an association that does not exist yet, and a service that a later aspect
 * changes, are no trouble.
 */
export function waitForAssociations(resource: CfnResource, used: () => ServedCluster[]): void {
  const associations = {};
  Dependable.implement(associations, {
    get dependencyRoots(): IConstruct[] {
      return used().flatMap(({ association }) =>
        association === undefined ? [] : Dependable.of(association).dependencyRoots,
      );
    },
  });
  resource.node.addDependency(associations);
}

/**
 * A service waits for the association: before it, its providers are unknown to the cluster. At deletion the
 * association cannot go while tasks use a provider (containers-roadmap #631), nor can nodes drain while a
 * service keeps its tasks up.
 *
 * - Replica services on the nodes wait, those with launch type EC2 too: the association is after the groups,
 *   so their nodes outlive them.
 * - Services with a strategy wait, one of Fargate's too: those providers are in the same association.
 * - A plain Fargate service does not: it would wait for each roll of nodes that it never uses.
 * - A daemon does not. It uses no provider, and nothing that goes before it needs it gone. It should be on a
 *   node before the tasks are, and a fix of it must not wait for a roll.
 */
export function waitForAssociation(service: HostedService): void {
  if (!service.refersToCluster) return;
  waitForAssociations(service.resource, () => (waits(service) ? [service.cluster] : []));
}

function waits(service: HostedService): boolean {
  return !service.isDaemon && (service.hasStrategy || service.runsOnNodes);
}
