import type { CfnResource } from 'aws-cdk-lib';
import { quoteForMessage } from '../private/errors';
import { type Problem, problemAt } from '../rendered/problem';
import { field, fieldList, rendered, renderedPolicy } from '../rendered/resource';
import type { RenderedStack } from '../rendered/stack';
import { IMAGE_AT_LAUNCH } from '../replacement/image-at-launch';
import type { GroupLaunch } from './group-launch';
import type { ReviewedTier } from './reviewed-tier';

/** A group that is refreshed, and what it launches. */
interface Refreshed {
  readonly tier: ReviewedTier;
  readonly group: CfnResource;
  readonly launch: GroupLaunch;
  readonly launchTemplate: CfnResource;
  /** What CloudFormation does at an update of the group. */
  readonly policies: unknown;
}

/**
 * What keeps a group from being refreshed: each is accepted by CDK and CloudFormation, and fails, or does
 * nothing, at the first change of the nodes.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-updatepolicy.html
 */
export function refreshProblems(
  stack: RenderedStack,
  tier: ReviewedTier,
  group: CfnResource,
  launch: GroupLaunch,
  launchTemplate: CfnResource,
): Problem[] {
  const weights = weightProblems(tier, launch);
  if (!tier.replacement.replacesRunningNodes) return weights;
  const policies = renderedPolicy(group, 'updatePolicy');
  const refreshed: Refreshed = { tier, group, launch, launchTemplate, policies };
  return [
    ...weights,
    ...imageAtLaunchProblems(refreshed),
    ...versionProblems(refreshed),
    ...requirementProblems(refreshed),
    ...policyProblems(refreshed),
    ...alarmLoops(stack, refreshed),
  ];
}

/** A field of the launch template, and those that replace it for an instance type. */
function launched({ launchTemplate, launch }: Refreshed, name: string): unknown[] {
  return [rendered(launchTemplate, 'launchTemplateData', name), ...overridden(launch, name)];
}

function overridden({ overrides }: GroupLaunch, name: string): unknown[] {
  return overrides.map((override) => field(override, name));
}

function preferencesOf({ policies }: Refreshed): unknown {
  return field(policies, 'autoScalingInstanceRefresh', 'preferences');
}

function imageAtLaunchProblems(refreshed: Refreshed): Problem[] {
  const atLaunch = launched(refreshed, 'imageId').some(
    (image) => image !== undefined && JSON.stringify(image).includes('resolve:ssm:'),
  );
  return atLaunch ? [problemAt(refreshed.tier.scope, 'ImageAtLaunch', IMAGE_AT_LAUNCH)] : [];
}

function versionProblems({ tier, launch }: Refreshed): Problem[] {
  const specifications = [
    launch.specification,
    launch.mixedSpecification,
    ...overridden(launch, 'launchTemplateSpecification'),
  ];
  const moving = specifications
    .map((specification) => field(specification, 'version'))
    .find((version) => version === '$Latest' || version === '$Default');
  if (moving === undefined) return [];
  return [
    problemAt(
      tier.scope,
      'MovingVersion',
      'the version of the launch template must be a number where running nodes are replaced, got: ' +
        `${quoteForMessage(moving)}. The group would not change with the template, so nothing would be ` +
        'replaced, and there would be nothing to roll back to',
    ),
  ];
}

function requirementProblems(refreshed: Refreshed): Problem[] {
  if (field(preferencesOf(refreshed), 'skipMatching') === false) return [];
  if (launched(refreshed, 'instanceRequirements').every((one) => one === undefined)) return [];
  return [
    problemAt(
      refreshed.tier.scope,
      'InstanceRequirements',
      '`InstanceRequirements` (attribute-based instance selection) must not be set by an escape hatch where ' +
        'running nodes are replaced. A refresh that passes over nodes that are up to date fails with it. ' +
        'Set `instanceRequirements` of the tier, whose refresh replaces all nodes',
    ),
  ];
}

function weightProblems(tier: ReviewedTier, launch: GroupLaunch): Problem[] {
  if (overridden(launch, 'weightedCapacity').every((weight) => weight === undefined)) return [];
  return [
    problemAt(
      tier.scope,
      'WeightedCapacity',
      '`WeightedCapacity` must not be set: the group of an ECS capacity provider cannot have weights, and a ' +
        'refresh of a weighted group may replace all nodes at once',
    ),
  ];
}

function policyProblems(refreshed: Refreshed): Problem[] {
  const { tier, group, policies } = refreshed;
  const other = ['RollingUpdate', 'ReplacingUpdate'].find(
    (name) => field(policies, `autoScaling${name}`) !== undefined,
  );
  const problems = [...missingPolicy(refreshed), ...narrowedSurge(refreshed)];
  if (other !== undefined && field(policies, 'autoScalingInstanceRefresh') !== undefined) {
    problems.push(
      problemAt(
        tier.scope,
        'TwoUpdatePolicies',
        `\`AutoScaling${other}\` must not be set together with the instance refresh: a group has one ` +
          'way to be updated',
      ),
    );
  }
  if (renderedPolicy(group, 'creationPolicy') !== undefined) {
    problems.push(
      problemAt(
        tier.scope,
        'SignalsWithRefresh',
        'a creation policy must not be set where running nodes are replaced: an instance refresh does ' +
          'not wait for signals, and no node sends one. The readiness gate of ' +
          '`NodeReplacement.rolling()` is what waits for a node',
      ),
    );
  }
  return problems;
}

function missingPolicy({ tier: { scope }, policies }: Refreshed): Problem[] {
  if (field(policies, 'autoScalingInstanceRefresh') !== undefined) return [];
  return [
    problemAt(
      scope,
      'UpdatePolicyMissing',
      'the update policy `AutoScalingInstanceRefresh` must not be removed where running nodes are replaced: ' +
        'nothing would replace them. Use `NodeReplacement.onNextLaunch()` for that',
    ),
  ];
}

/** The cordon drains only when as many new nodes have joined as the group wants. */
function narrowedSurge(refreshed: Refreshed): Problem[] {
  const { scope, replacement } = refreshed.tier;
  const most = field(preferencesOf(refreshed), 'maxHealthyPercentage');
  if (replacement._cordon !== 'drain' || most === undefined || !(Number(most) < 200)) return [];
  return [
    problemAt(
      scope,
      'InvalidReplacement',
      `\`MaxHealthyPercentage\` must stay at 200, got: ${quoteForMessage(most)}: the cordon waits for as ` +
        'many new nodes as old ones. Use `NodeReplacement.rolling({ maxHealthyPercentage })`',
    ),
  ];
}

/**
 * A group that names an alarm is made after it. An alarm on a service is made after the service, and that
 * after the nodes.
 */
function alarmLoops(stack: RenderedStack, refreshed: Refreshed): Problem[] {
  const { tier, group } = refreshed;
  const groupId = stack.idOf(group);
  return fieldList(preferencesOf(refreshed), 'alarmSpecification', 'alarms').flatMap((alarm) => {
    const id = field(alarm, 'Ref');
    const way = typeof id === 'string' ? stack.dependencyPath(groupId, id) : undefined;
    if (way === undefined) return [];
    const loop = [groupId, ...way].map((one) => stack.resource(one)?.node.path ?? one).join(' → ');
    return [
      problemAt(
        tier.scope,
        'AlarmLoop',
        '`alarms` must not have an alarm that itself needs the nodes, since CloudFormation could ' +
          `make neither first: ${loop}. Watch the target group or the load balancer of the service, or ` +
          'name cluster and service in the metric by names of your own (`clusterName`, `serviceName`) ' +
          'instead of by reference',
      ),
    ];
  });
}
