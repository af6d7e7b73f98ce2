import type { CfnResource } from 'aws-cdk-lib';
import { warn } from '../private/warning';
import { rendered } from '../rendered/resource';
import type { ReviewedTier } from './reviewed-tier';

export const POLICY = 'AWS::AutoScaling::ScalingPolicy';
export const SCALING_PLAN = 'AWS::AutoScalingPlans::ScalingPlan';

const POLICIES = [POLICY, SCALING_PLAN];

/** Says where ECS does not scale a tier, and nothing else starts or takes away its nodes either. */
export function warnOfFixedSize(tier: ReviewedTier, group: CfnResource, attached: CfnResource[]): void {
  if (tier.isScaled || Number(rendered(group, 'maxSize')) === 0) return;
  const say = (text: string) =>
    warn(
      tier.scope,
      'InstanceTier.managedScaling',
      `ECS does not scale the tier "${tier.scope.node.path}" (\`managedScaling\`), ${text}`,
    );
  if (tier.isRetired) {
    say(
      'so none of its nodes goes now that it is `retired`. Let ECS scale it again, or set `maxCapacity: 0` ' +
        'once its services run on another tier.',
    );
    return;
  }
  if (startsNode(group) || attached.some(startsNode)) return;
  say(
    'and nothing else starts a node: its `minCapacity` is 0. Tasks wait until there are nodes. Set ' +
      '`minCapacity`, a schedule with a `minCapacity` or a `desiredCapacity` above 0, or a scaling policy of ' +
      "the tier's `autoScalingGroup`. If nodes are started outside of the app, acknowledge this.",
  );
}

/** Whether a group, a scaling policy or a scheduled action leads to nodes, as far as that is known. */
function startsNode(resource: CfnResource): boolean {
  if (POLICIES.includes(resource.cfnResourceType)) return true;
  return ['minSize', 'desiredCapacity'].some((name) => {
    const size = rendered(resource, name);
    return size !== undefined && Number(size) !== 0;
  });
}
