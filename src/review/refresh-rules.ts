import type { CfnResource } from 'aws-cdk-lib';
import { quoteForMessage } from '../private/errors';
import type { Problem } from '../rendered/problem';
import { at, listAt, type RenderedStack } from '../rendered/rendered-stack';
import { IMAGE_AT_LAUNCH } from '../replacement/image-at-launch';
import type { NodeReplacement } from '../replacement/node-replacement';
import { launchTemplateData } from './boot-rules';

/**
 * What keeps a group from being refreshed: each is accepted by CDK and CloudFormation, and fails, or does
 * nothing, at the first change of the nodes.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-updatepolicy.html
 */
export function refreshProblems(
  stack: RenderedStack,
  groupId: string,
  launchTemplate: CfnResource,
  replacement: NodeReplacement,
): Problem[] {
  if (!replacement.replacesRunningNodes) return [];
  const group = stack.resource(groupId);
  if (group === undefined) return [];
  const data = launchTemplateData(stack, launchTemplate);
  return [
    ...imageAtLaunchProblems(group, data),
    ...versionProblems(group),
    ...requirementProblems(group, data),
    ...(replacement._isRolling ? weightProblems(group) : []),
    ...policyProblems(group),
    ...alarmLoops(stack, groupId, group),
  ];
}

function imageAtLaunchProblems(group: unknown, data: unknown): Problem[] {
  const images = [at(data, 'ImageId'), ...overridesOf(group).map((override) => at(override, 'ImageId'))];
  const atLaunch = images.some(
    (image) => image !== undefined && JSON.stringify(image).includes('resolve:ssm:'),
  );
  return atLaunch ? [{ code: 'ImageAtLaunch', text: IMAGE_AT_LAUNCH }] : [];
}

function versionProblems(group: unknown): Problem[] {
  const specifications = [
    at(group, 'Properties', 'LaunchTemplate'),
    at(group, 'Properties', 'MixedInstancesPolicy', 'LaunchTemplate', 'LaunchTemplateSpecification'),
    ...overridesOf(group).map((override) => at(override, 'LaunchTemplateSpecification')),
  ];
  const moving = specifications
    .map((specification) => at(specification, 'Version'))
    .find((version) => version === '$Latest' || version === '$Default');
  if (moving === undefined) return [];
  return [
    {
      code: 'MovingVersion',
      text:
        'the version of the launch template must be a number where running nodes are replaced, got: ' +
        `${quoteForMessage(moving)}: the group would not change with the template, so nothing would be ` +
        'replaced, and there would be nothing to roll back to',
    },
  ];
}

function requirementProblems(group: unknown, data: unknown): Problem[] {
  const selected =
    at(data, 'InstanceRequirements') !== undefined ||
    overridesOf(group).some((override) => at(override, 'InstanceRequirements') !== undefined);
  if (!selected) return [];
  return [
    {
      code: 'InstanceRequirements',
      text:
        '`InstanceRequirements` (attribute-based instance selection) must not be set where running ' +
        'nodes are replaced: a refresh that passes over nodes that are up to date fails with it. Name ' +
        'the `instanceTypes`',
    },
  ];
}

function weightProblems(group: unknown): Problem[] {
  if (!overridesOf(group).some((override) => at(override, 'WeightedCapacity') !== undefined)) return [];
  return [
    {
      code: 'WeightedCapacity',
      text:
        '`WeightedCapacity` must not be set with `NodeReplacement.rolling()`: a refresh of a weighted ' +
        'group may replace all nodes at once',
    },
  ];
}

function policyProblems(group: unknown): Problem[] {
  const other = ['AutoScalingRollingUpdate', 'AutoScalingReplacingUpdate'].find(
    (policy) => at(group, 'UpdatePolicy', policy) !== undefined,
  );
  const problems: Problem[] = [];
  if (other !== undefined && at(group, 'UpdatePolicy', 'AutoScalingInstanceRefresh') !== undefined) {
    problems.push({
      code: 'TwoUpdatePolicies',
      text: `\`${other}\` must not be set beside the instance refresh: a group has one way to be updated`,
    });
  }
  if (at(group, 'CreationPolicy') !== undefined) {
    problems.push({
      code: 'SignalsWithRefresh',
      text:
        'a creation policy must not be set where running nodes are replaced: an instance refresh does ' +
        'not wait for signals, and no node sends one. The readiness gate of ' +
        '`NodeReplacement.rolling()` is what waits for a node',
    });
  }
  return problems;
}

/**
 * A group that names an alarm must stand after it; an alarm on a service stands after the service, and that
 * after the nodes.
 */
function alarmLoops(stack: RenderedStack, groupId: string, group: unknown): Problem[] {
  const alarms = listAt(
    group,
    'UpdatePolicy',
    'AutoScalingInstanceRefresh',
    'Preferences',
    'AlarmSpecification',
    'Alarms',
  );
  return alarms.flatMap((alarm) => {
    const id = at(alarm, 'Ref');
    const way = typeof id === 'string' ? stack.dependencyPath(groupId, id) : undefined;
    if (way === undefined) return [];
    const loop = [groupId, ...way].map((id) => stack.construct(id)?.node.path ?? id).join(' → ');
    return [
      {
        code: 'AlarmLoop',
        text:
          '`alarms` must not have an alarm that itself needs the nodes, since CloudFormation could ' +
          `make neither first: ${loop}. Watch the target group or the load balancer of the service, or ` +
          'name cluster and service in the metric by names of your own (`clusterName`, `serviceName`) ' +
          'instead of by reference',
      },
    ];
  });
}

function overridesOf(group: unknown): unknown[] {
  return listAt(group, 'Properties', 'MixedInstancesPolicy', 'LaunchTemplate', 'Overrides');
}
