import type { CfnResource } from 'aws-cdk-lib';
import { rendered, renderedList } from '../rendered/resource';

/** What a group starts its nodes from, as the template will have it. */
export interface GroupLaunch {
  /** The launch template of a group of one instance type. */
  readonly specification: unknown;
  /** The launch template of a group that mixes some. */
  readonly mixedSpecification: unknown;
  /** The instance types that it mixes: each may override what the launch template says. */
  readonly overrides: readonly unknown[];
}

export function launchOf(group: CfnResource): GroupLaunch {
  return {
    specification: rendered(group, 'launchTemplate'),
    mixedSpecification: rendered(
      group,
      'mixedInstancesPolicy',
      'launchTemplate',
      'launchTemplateSpecification',
    ),
    overrides: renderedList(group, 'mixedInstancesPolicy', 'launchTemplate', 'overrides'),
  };
}
