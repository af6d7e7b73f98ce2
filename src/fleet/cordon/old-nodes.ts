const GROUP = '$states.result.AutoScalingGroups[0]';

/**
 * JSONata: what a node of the described group shall be started from, by the refresh's `$desired`
 * configuration (`{}` without one) or the group itself.
 */
export const SHALL = `($exists($desired.*) ? $desired : ${GROUP})`;
/** The launch templates: the group's, and those of instance types that have their own. */
export const TEMPLATES = `(
  $mixed := ${SHALL}.MixedInstancesPolicy.LaunchTemplate;
  $exists($mixed)
    ? [$mixed.LaunchTemplateSpecification, $mixed.Overrides.LaunchTemplateSpecification]
    : [${SHALL}.LaunchTemplate]
)`;
export const TYPES = `[${SHALL}.MixedInstancesPolicy.LaunchTemplate.Overrides.InstanceType]`;

/**
 * JSONata: the ids of the nodes that a refresh is about to replace, among some described instances. With skip
 * matching those that differ from what they shall be, in the launch template's id or version, or in the
 * instance type where the group mixes some. Where none differs, none: such a refresh replaces nothing.
 * Without skip matching, all of the group, but for new ones that start already.
 */
export const OLD_NODES = `(
  $isNew := function($node) {
    $exists($templates[
      ($exists(LaunchTemplateId)
        ? LaunchTemplateId = $node.LaunchTemplate.LaunchTemplateId
        : LaunchTemplateName = $node.LaunchTemplate.LaunchTemplateName)
      and Version = $node.LaunchTemplate.Version
    ])
    and ($count($types) = 0 or $node.InstanceType in $types)
  };
  [$states.result.AutoScalingInstances[
    AutoScalingGroupName = $group
    and $substring(LifecycleState, 0, 11) != 'Terminating'
    and $not($isNew($) and ($skipMatching or $substring(LifecycleState, 0, 7) = 'Pending'))
  ].InstanceId]
)`;
