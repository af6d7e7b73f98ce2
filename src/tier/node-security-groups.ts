import type { CfnResource } from 'aws-cdk-lib';
import { identityOf } from '../rendered/references';
import { field, isOverridden, opened, openedList, property } from '../rendered/resource';

/**
 * The identities of the security groups that a launch template gives to nodes, those that were added later
 * too. Undefined where they are not known.
 */
export function nodeSecurityGroups(launchTemplate: CfnResource): string[] | undefined {
  if (isOverridden(launchTemplate, 'LaunchTemplateData')) return undefined;
  const data = opened(launchTemplate, property(launchTemplate, 'launchTemplateData'));
  const [network] = openedList(launchTemplate, field(data, 'networkInterfaces'));
  const groups = openedList(launchTemplate, field(network, 'groups') ?? field(data, 'securityGroupIds'));
  const identities = groups.map((group) => identityOf(launchTemplate, group));
  return identities.some((identity) => identity === undefined) ? undefined : (identities as string[]);
}
