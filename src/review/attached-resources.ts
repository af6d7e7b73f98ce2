import type { CfnResource } from 'aws-cdk-lib';
import type { ErrorCode } from '../private/error-code';
import { quoteForMessage } from '../private/errors';
import { warn } from '../private/warning';
import { type Problem, problemAt } from '../rendered/problem';
import { field, rendered, renderedList, renderedNumber } from '../rendered/resource';
import type { StageResources } from '../rendered/stage-resources';
import { groupsNamedBy, groupsNamedByItems, identitiesOfGroup } from './group-identities';
import { hookProblems } from './hook-rules';
import type { ReviewedTier } from './reviewed-tier';
import { POLICY, SCALING_PLAN, warnOfFixedSize } from './scaling-rules';

const HOOK = 'AWS::AutoScaling::LifecycleHook';
const SCHEDULED_ACTION = 'AWS::AutoScaling::ScheduledAction';
const WARM_POOL = 'AWS::AutoScaling::WarmPool';
const PROVIDER = 'AWS::ECS::CapacityProvider';

/** Which groups a resource names that changes how they work. */
const NAMED_BY: Readonly<Record<string, (resource: CfnResource) => string[]>> = {
  [HOOK]: byName,
  [POLICY]: byName,
  [SCHEDULED_ACTION]: byName,
  [WARM_POOL]: byName,
  [SCALING_PLAN]: (plan) => groupsNamedByItems(plan, 'scalingInstructions', 'resourceId'),
  [PROVIDER]: (provider) => groupsNamedBy(provider, 'autoScalingGroupProvider', 'autoScalingGroupArn'),
};

function byName(resource: CfnResource): string[] {
  return groupsNamedBy(resource, 'autoScalingGroupName');
}

/** What is attached to groups, in any stack of a stage, by what the groups are known by. */
function attachedResources(resources: StageResources): Map<string, CfnResource[]> {
  const attached = new Map<string, CfnResource[]>();
  for (const [type, groups] of Object.entries(NAMED_BY)) {
    for (const resource of resources.ofType(type)) {
      for (const group of new Set(groups(resource)))
        attached.set(group, [...(attached.get(group) ?? []), resource]);
    }
  }
  return attached;
}

/**
 * What is wrong with what is attached to a tier's group, wherever it is: CDK and CloudFormation
 * accept all of it.
 */
export function attachmentProblems(
  resources: StageResources,
  tier: ReviewedTier,
  group: CfnResource,
): Problem[] {
  const byGroup = resources.index(attachedResources);
  const attached = [...new Set(identitiesOfGroup(group).flatMap((one) => byGroup.get(one) ?? []))];
  warnOfFixedSize(
    tier,
    group,
    attached.filter((resource) => !onlyForecasts(resource)),
  );
  return [
    ...hookProblems(
      tier,
      group,
      attached.filter((resource) => resource.cfnResourceType === HOOK),
    ),
    ...attached.flatMap((resource) => problemsOf(resource, tier, group)),
  ];
}

function problemsOf(resource: CfnResource, tier: ReviewedTier, group: CfnResource): Problem[] {
  const problem = (code: ErrorCode, text: string) => [
    problemAt(tier.scope, code, `${quoteForMessage(resource.node.path)}: ${text}`),
  ];
  switch (resource.cfnResourceType) {
    case POLICY:
      if (!tier.isScaled || onlyForecasts(resource)) return [];
      return problem('ScalingPolicyOnTier', `a scaling policy of yours ${NO_OTHER_SCALING}`);
    case SCALING_PLAN:
      if (!tier.isScaled) return [];
      return problem('ScalingPolicyOnTier', `a scaling plan ${NO_OTHER_SCALING}`);
    case WARM_POOL: {
      const against = reasonAgainstPool(resource, tier, group);
      return against === undefined ? [] : problem(...against);
    }
    case PROVIDER:
      if (resource.node.scope === tier.capacityProvider) return [];
      return problem(
        'TwoProvidersOfGroup',
        "another capacity provider must not be on a tier's group: ECS takes one for a group. Use the " +
          "tier's `capacityProvider`, or `addTier()` for another group",
      );
    case SCHEDULED_ACTION:
      return scheduleProblems(resource, tier, problem);
    default:
      return [];
  }
}

const NO_OTHER_SCALING =
  "must not be on a tier's group: ECS scales it, by what its tasks need, and forbids other policies than " +
  "managed scaling. Scale the services, and use the tier's `targetCapacityPercent`, `minCapacity` or " +
  '`schedules` for spare nodes; or let ECS not scale it, with `managedScaling: { enabled: false }`';

/** A predictive policy that scales nothing, which is the default of one. */
function onlyForecasts(policy: CfnResource): boolean {
  if (rendered(policy, 'policyType') !== 'PredictiveScaling') return false;
  return (rendered(policy, 'predictiveScalingConfiguration', 'mode') ?? 'ForecastOnly') === 'ForecastOnly';
}

function reasonAgainstPool(
  pool: CfnResource,
  tier: ReviewedTier,
  group: CfnResource,
): [ErrorCode, string] | undefined {
  if (tier.replacement._readinessGate) {
    return [
      'WarmPoolBehindGate',
      'a warm pool must not be on a group whose nodes have to join the cluster before they are in ' +
        'service. Nodes of the pool boot without registering, so the gate would hold each of them, and ' +
        'give it up. Leave the pool out, or set `readinessGate: false`',
    ];
  }
  // A token is known on the node only.
  const flag = tier.template.bootstrap._agentConfig.warmPoolsCheck ?? false;
  if (flag === false) {
    return [
      'WarmPoolOnTier',
      'the nodes of a warm pool must not register while they wait: they would get tasks, and be stopped ' +
        'with them. Leave the pool out, or set `agent: { warmPoolsCheck: true }`',
    ];
  }
  if (rendered(pool, 'instanceReusePolicy', 'reuseOnScaleIn') === true) {
    return [
      'WarmPoolOnTier',
      '`ReuseOnScaleIn` of a warm pool must not be true: ECS does not support it, as a node that comes ' +
        'back has registered already. Leave it out',
    ];
  }
  if (isOnSpot(group)) {
    return [
      'WarmPoolOnTier',
      'a warm pool must not be on a group with Spot instances: Auto Scaling refuses it. Leave the pool out, ' +
        'or `purchase`',
    ];
  }
  return undefined;
}

function isOnSpot(group: CfnResource): boolean {
  const distribution = rendered(group, 'mixedInstancesPolicy', 'instancesDistribution');
  const onDemand = field(distribution, 'onDemandPercentageAboveBaseCapacity');
  return typeof onDemand === 'number' && onDemand < 100;
}

function scheduleProblems(
  action: CfnResource,
  tier: ReviewedTier,
  problem: (code: ErrorCode, text: string) => Problem[],
): Problem[] {
  const above0 = ['minSize', 'desiredCapacity'].find((name) => (renderedNumber(action, name) ?? 0) > 0);
  if (tier.isRetired && above0 !== undefined) {
    return problem(
      'RetiredTier',
      'a scheduled action must not start nodes in a tier that is `retired`: it takes no new tasks. Leave ' +
        'the action out',
    );
  }
  // The tier's own schedules have been looked at where they were given.
  if (
    renderedNumber(action, 'maxSize') === 0 &&
    tier.replacement.drains &&
    !tier.isOwnSchedule(action.node.scope)
  ) {
    warn(
      tier.scope,
      'InstanceTier.schedules',
      `The scheduled action "${action.node.path}" takes the tier "${tier.scope.node.path}" to zero, which ` +
        'drains its nodes: a node waits, for up to 48 hours, until each of its tasks runs elsewhere. Scale ' +
        'the services on the same schedule, a little earlier, or let the tier go down without draining, ' +
        'with `NodeReplacement.allAtOnce()`.',
    );
  }
  return [];
}

/** Target groups, which have another name in templates, load balancers, and other sources of traffic. */
const TRAFFIC = ['targetGroupArns', 'targetGroupARNs', 'loadBalancerNames', 'trafficSources'] as const;

/** Says which nodes get traffic themselves, next to the tasks on them. */
export function warnOfTraffic(tier: ReviewedTier, group: CfnResource): void {
  const targets = TRAFFIC.flatMap((name) => renderedList(group, name));
  if (targets.length === 0) return;
  const replaces = checksTraffic(group);
  warn(
    tier.scope,
    'InstanceTier.targetGroup',
    `The nodes of the tier "${tier.scope.node.path}" are in a target group or a load balancer themselves. ` +
      'Each node is registered at one port, next to the ports of its tasks, and is unhealthy where nothing ' +
      `listens there. ${replaces ? "The group's health checks then replace each node again and again. " : ''}` +
      'Register the service instead (`listener.addTargets({ targets: [service] })`, ' +
      '`service.attachToApplicationTargetGroup()`), and take the group out of it.',
  );
}

/** Whether a node that its load balancer finds unhealthy is replaced. */
function checksTraffic(group: CfnResource): boolean {
  const type = rendered(group, 'healthCheckType');
  return typeof type === 'string' && /ELB|VPC_LATTICE/.test(type);
}
