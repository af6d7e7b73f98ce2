import type { CfnResource } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { fail } from '../private/errors';
import { field, isOverridden, opened, property } from '../rendered/resource';
import { withHardware } from './launch-hardware';
import type { LaunchTemplateInput } from './launch-template-input';
import { LAUNCH_TEMPLATE, NODE } from './node-fields';

/**
 * The launch template of nodes. What it renders is a contract: any change of it replaces every node of
 * every rolling group.
 */
export function makeLaunchTemplate(
  scope: Construct,
  id: string,
  input: LaunchTemplateInput,
): ec2.LaunchTemplate {
  const { node, securityGroups, efaGroup } = input;
  const { types } = input.instances;
  const launchTemplate = new ec2.LaunchTemplate(scope, id, {
    machineImage: input.image,
    // Several types are overrides of the group; one of them here would make their order a change
    // of the template.
    instanceType: types.length === 1 ? types[0] : undefined,
    userData: input.userData,
    role: input.role,
    securityGroup: securityGroups[0],
    requireImdsv2: true,
    httpEndpoint: true,
    instanceMetadataTags: input.instanceMetadataTags ? true : undefined,
    placementGroup: node.hardware?.placementGroup,
    ...NODE.handOver(node, LAUNCH_TEMPLATE),
    // A node whose bootstrap failed powers itself off; terminated, it is replaced under every
    // policy of the group.
    instanceInitiatedShutdownBehavior: ec2.InstanceInitiatedShutdownBehavior.TERMINATE,
  });
  const further = [...securityGroups.slice(1), ...(node.additionalSecurityGroups ?? [])];
  for (const group of efaGroup === undefined ? further : [...further, efaGroup])
    launchTemplate.addSecurityGroup(group);
  if (launchTemplate.osType === ec2.OperatingSystemType.WINDOWS) {
    fail(
      'UnsupportedImage',
      '`machineImage` must be an image like Amazon Linux 2023: the bootstrap cannot be rendered for Windows',
      scope,
    );
  }

  // Escape hatch, for two things that the L2 cannot say. A volume without a size, which takes the image's
  // own. And no tags: the L2 puts every tag of the app into the template, so that a tag with the commit's id
  // would replace all nodes at every commit.
  const resource = launchTemplate.node.defaultChild as ec2.CfnLaunchTemplate;
  const data = withHardware(
    resource.launchTemplateData as ec2.CfnLaunchTemplate.LaunchTemplateDataProperty,
    input,
  );
  const volumeTags = Object.entries(node.volumeTags ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  resource.launchTemplateData = {
    ...data,
    blockDeviceMappings: input.volumes.length > 0 ? input.volumes : undefined,
    tagSpecifications:
      volumeTags.length > 0
        ? [{ resourceType: 'volume', tags: volumeTags.map(([key, value]) => ({ key, value })) }]
        : undefined,
  };
  resource.tagSpecifications = undefined;
  userDataOf.set(resource, data.userData);
  return launchTemplate;
}

const userDataOf = new WeakMap<CfnResource, string | undefined>();

/** Whether no aspect and no override has touched the user data: to render it takes long. */
export function hasOwnUserData(resource: CfnResource): boolean {
  if (isOverridden(resource, 'LaunchTemplateData')) return false;
  const data = opened(resource, property(resource, 'launchTemplateData'));
  return userDataOf.get(resource) === field(data, 'userData');
}
