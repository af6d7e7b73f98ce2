const GROUP = '$states.result.AutoScalingGroups[0]';

/**
 * JSONata: what a node of the described group shall be started from, by the refresh's `$desired`
 * configuration (`{}` without one) or the group itself.
 */
export const SHALL = `($exists($desired.*) ? $desired : ${GROUP})`;
export const TEMPLATE = `(
  $mixed := ${SHALL}.MixedInstancesPolicy.LaunchTemplate;
  $found := $exists($mixed) ? $mixed.LaunchTemplateSpecification : ${SHALL}.LaunchTemplate;
  $exists($found) ? $found : {}
)`;
export const TYPES = `[${SHALL}.MixedInstancesPolicy.LaunchTemplate.Overrides.InstanceType]`;

/**
 * JSONata: the ids of the nodes that a refresh is about to replace, among some described instances. With skip
 * matching those that differ from what they shall be, in the launch template's id or version, or in the
 * instance type where the group mixes some. Where none differs, none: such a refresh replaces nothing.
 * Without skip matching, all of the group.
 */
export const OLD_NODES = `(
  $isNew := function($node) {
    ($exists($template.LaunchTemplateId)
      ? $node.LaunchTemplate.LaunchTemplateId = $template.LaunchTemplateId
      : $node.LaunchTemplate.LaunchTemplateName = $template.LaunchTemplateName)
    and $node.LaunchTemplate.Version = $template.Version
    and ($count($types) = 0 or $node.InstanceType in $types)
  };
  [$states.result.AutoScalingInstances[
    AutoScalingGroupName = $group
    and $substring(LifecycleState, 0, 11) != 'Terminating'
    and ($not($skipMatching) or $not($isNew($)))
  ].InstanceId]
)`;
