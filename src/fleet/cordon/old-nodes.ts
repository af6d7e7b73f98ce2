/**
 * The JSONata expression for the ids of the nodes that a refresh is about to replace, out of the described
 * group and, of the refresh, `$desired` (its desired configuration, `{}` without one) and `$skipMatching`.
 *
 * With skip matching those that differ from the configuration that they shall have: in the launch template's
 * id or version, or in the instance type where the group mixes some. Without it, all that there are at the
 * start. Where none differs, all too: CloudFormation starts a refresh for new subnets as well, and one that
 * replaces nothing ends at once, and the marks with it.
 */
export function oldNodes(group: string): string {
  return `(
    $group := ${group};
    $shall := $exists($desired.*) ? $desired : $group;
    $mixed := $shall.MixedInstancesPolicy.LaunchTemplate;
    $template := $exists($mixed) ? $mixed.LaunchTemplateSpecification : $shall.LaunchTemplate;
    $types := [$mixed.Overrides.InstanceType];
    $isNew := function($node) {
      ($exists($template.LaunchTemplateId)
        ? $node.LaunchTemplate.LaunchTemplateId = $template.LaunchTemplateId
        : $node.LaunchTemplate.LaunchTemplateName = $template.LaunchTemplateName)
      and $node.LaunchTemplate.Version = $template.Version
      and ($count($types) = 0 or $node.InstanceType in $types)
    };
    $differ := [$group.Instances[$not($isNew($))].InstanceId];
    $skipMatching and $count($differ) > 0 ? $differ : [$group.Instances.InstanceId]
  )`.replace(/\s+/g, ' ');
}
