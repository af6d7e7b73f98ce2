import type { CfnResource } from 'aws-cdk-lib';
import { identityOf, identityOfResource } from '../rendered/references';
import { property, rendered } from '../rendered/resource';
import { StageResources } from '../rendered/stage-resources';

/**
 * The most nodes that a group ever has, scheduled actions counted; undefined where that is known at
 * deployment only. To be asked when all aspects have run.
 */
export function maxNodesOf(group: CfnResource): number | undefined {
  const sizes = StageResources.of(group).index(sizesByGroup).get(identityOfResource(group)) ?? [];
  const known = [rendered(group, 'maxSize'), ...sizes].map(Number);
  return known.some(Number.isNaN) ? undefined : Math.max(...known);
}

/** What scheduled actions make the greatest size, by the identity of the group. */
function sizesByGroup(resources: StageResources): Map<string, unknown[]> {
  const byGroup = new Map<string, unknown[]>();
  for (const action of resources.ofType('AWS::AutoScaling::ScheduledAction')) {
    const group = identityOf(action, property(action, 'autoScalingGroupName'));
    const size = rendered(action, 'maxSize');
    if (group === undefined || size === undefined) continue;
    byGroup.set(group, [...(byGroup.get(group) ?? []), size]);
  }
  return byGroup;
}
