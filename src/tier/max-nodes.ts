import type { CfnResource } from 'aws-cdk-lib';
import { identityOf, identityOfResource } from '../rendered/references';
import { property, rendered } from '../rendered/resource';
import { StageResources } from '../rendered/stage-resources';

/**
 * The most nodes that a group ever has, scheduled actions counted; undefined where that is known at
 * deployment only. To be asked when all aspects have run.
 */
export function maxNodesOf(group: CfnResource): number | undefined {
  const identity = identityOfResource(group);
  const sizes = StageResources.of(group)
    .ofType('AWS::AutoScaling::ScheduledAction')
    .filter((action) => identityOf(action, property(action, 'autoScalingGroupName')) === identity)
    .map((action) => rendered(action, 'maxSize'));
  const known = [rendered(group, 'maxSize'), ...sizes.filter((size) => size !== undefined)].map(Number);
  return known.some(Number.isNaN) ? undefined : Math.max(...known);
}
