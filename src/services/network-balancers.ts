import type { CfnResource } from 'aws-cdk-lib';
import { identityOf, identityOfResource } from '../rendered/references';
import { field, opened, openedList, property, rendered } from '../rendered/resource';
import type { StageResources } from '../rendered/stage-resources';

/** A network load balancer of the app, as far as its security groups and its clients go. */
export interface NetworkBalancer {
  /** The identities of its security groups; none: it has none. */
  readonly securityGroups: readonly string[];
  readonly isPublic: boolean;
}

/**
 * The balancers that send to a target group, by the listeners of the app.
 *
 * Undefined where one of them is not known: it is of another app, or the listener is.
 */
export function balancersOf(
  resources: StageResources,
  targetGroup: CfnResource,
): readonly NetworkBalancer[] | undefined {
  const listeners = resources.index(readListeners).get(identityOfResource(targetGroup)) ?? [];
  const balancers = listeners.map((listener) =>
    resources.index(readBalancers).get(identityIn(listener, 'loadBalancerArn') ?? ''),
  );
  return balancers.length === 0 || balancers.some((balancer) => balancer === undefined)
    ? undefined
    : (balancers as NetworkBalancer[]);
}

function readListeners(resources: StageResources): Map<string, CfnResource[]> {
  const byTargetGroup = new Map<string, CfnResource[]>();
  for (const listener of resources.ofType('AWS::ElasticLoadBalancingV2::Listener')) {
    for (const targetGroup of targetGroupsOf(listener)) {
      byTargetGroup.set(targetGroup, [...(byTargetGroup.get(targetGroup) ?? []), listener]);
    }
  }
  return byTargetGroup;
}

function targetGroupsOf(listener: CfnResource): Set<string> {
  const actions = openedList(listener, property(listener, 'defaultActions'));
  const arns = actions.flatMap((action) => {
    const forward = opened(listener, field(action, 'forwardConfig'));
    const several = openedList(listener, field(forward, 'targetGroups'));
    return [field(action, 'targetGroupArn'), ...several.map((one) => field(one, 'targetGroupArn'))];
  });
  return new Set(arns.flatMap((arn) => identityOf(listener, arn) ?? []));
}

function readBalancers(resources: StageResources): Map<string, NetworkBalancer> {
  return new Map(
    resources.ofType('AWS::ElasticLoadBalancingV2::LoadBalancer').map((resource) => {
      const groups = openedList(resource, property(resource, 'securityGroups'));
      return [
        identityOfResource(resource),
        {
          securityGroups: groups.map((group) => identityOf(resource, group) ?? 'unknown'),
          isPublic: rendered(resource, 'scheme') !== 'internal',
        },
      ];
    }),
  );
}

function identityIn(resource: CfnResource, name: string): string | undefined {
  return identityOf(resource, opened(resource, property(resource, name)));
}
