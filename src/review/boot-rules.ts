import { type CfnResource, Stack } from 'aws-cdk-lib';
import type * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { NodeTemplate } from '../node/node-template';
import { quoteForMessage } from '../private/errors';
import type { Problem } from '../rendered/problem';
import { isOverridden, rendered } from '../rendered/rendered-resource';
import { at, listAt, type RenderedStack } from '../rendered/rendered-stack';
import { CLUSTER_NAME_TAG } from '../settings/cluster-name';

/**
 * What keeps the nodes of a tier from booting, or from finding their cluster, whoever has rendered it: an
 * escape hatch, an aspect, a property injector.
 */
export function bootProblems(
  stack: RenderedStack,
  group: CfnResource,
  launchTemplate: CfnResource,
  template: NodeTemplate,
  clusterName: string,
): Problem[] {
  const data = launchTemplateData(stack, launchTemplate);
  return [
    ...metadataProblems(data, template._isShared),
    ...(template._isShared && !hasNameTag(group, clusterName)
      ? tagProblems(stack.resource(stack.idOf(group)), Stack.of(group).resolve(clusterName))
      : []),
    ...architectureProblems(stack, at(data, 'ImageId'), template),
  ];
}

/** Nobody has touched the tag: what is most often so is seen without rendering the group. */
function hasNameTag(group: CfnResource, clusterName: string): boolean {
  if (isOverridden(group, 'Tags')) return false;
  const tags = (group as Partial<autoscaling.CfnAutoScalingGroup>).tags?.renderTags() as unknown;
  const tag = Array.isArray(tags) ? tags.find((one) => one.key === CLUSTER_NAME_TAG) : undefined;
  return tag?.value === clusterName && tag?.propagateAtLaunch === true;
}

/**
 * What is looked at of a launch template: not its user data, which is most of it, unless an override has
 * to be merged in.
 */
export function launchTemplateData(stack: RenderedStack, launchTemplate: CfnResource): unknown {
  if (isOverridden(launchTemplate, 'LaunchTemplateData')) {
    return at(stack.resource(stack.idOf(launchTemplate)), 'Properties', 'LaunchTemplateData');
  }
  const read = (...path: string[]) => rendered(launchTemplate, 'launchTemplateData', ...path);
  return {
    ImageId: read('imageId'),
    InstanceRequirements: read('instanceRequirements'),
    MetadataOptions: {
      HttpEndpoint: read('metadataOptions', 'httpEndpoint'),
      InstanceMetadataTags: read('metadataOptions', 'instanceMetadataTags'),
    },
  };
}

function metadataProblems(data: unknown, shared: boolean): Problem[] {
  const options = at(data, 'MetadataOptions');
  if (at(options, 'HttpEndpoint') === 'disabled') {
    return [
      {
        code: 'InstanceMetadata',
        text:
          '`MetadataOptions.HttpEndpoint` must not be "disabled": the agent gets the credentials of ' +
          'its role from the instance metadata service, and would never join the cluster',
      },
    ];
  }
  const tags = at(options, 'InstanceMetadataTags');
  if (!shared || tags === 'enabled') return [];
  return [
    {
      code: 'InstanceMetadata',
      text:
        '`MetadataOptions.InstanceMetadataTags` must be "enabled" in the launch template of a shared ' +
        `\`template\`, got: ${quoteForMessage(tags)}: its nodes find their cluster in the tag ` +
        `${CLUSTER_NAME_TAG} of their instance. Leave it to the library (an override, an aspect or a ` +
        'property injector has changed it), or give the tier node fields of its own',
    },
  ];
}

function tagProblems(group: unknown, clusterName: unknown): Problem[] {
  const tag = listAt(group, 'Properties', 'Tags').find((one) => at(one, 'Key') === CLUSTER_NAME_TAG);
  const value = at(tag, 'Value');
  const propagates = at(tag, 'PropagateAtLaunch');
  const same = JSON.stringify(value) === JSON.stringify(clusterName);
  if (same && (propagates === true || propagates === 'true')) return [];
  const got = tag === undefined ? 'no such tag' : same ? 'one that is not' : quoteForMessage(value);
  return [
    {
      code: 'ClusterNameTag',
      text:
        `the tag ${CLUSTER_NAME_TAG} of the group must be the cluster's name, propagated at launch, ` +
        `got: ${got}: nodes of a shared template find their cluster in it, and would join another one, ` +
        'or none. Give your own tag another key, leave the group out of it (`excludeResourceTypes: ' +
        "['AWS::AutoScaling::AutoScalingGroup']`), or give the tier node fields of its own instead of " +
        'a `template`',
    },
  ];
}

/**
 * Known are Amazon's own parameters, whose names say the architecture: by reference, or looked up at
 * synthesis or at launch.
 */
function architectureProblems(stack: RenderedStack, image: unknown, template: NodeTemplate): Problem[] {
  const parameter = typeof image === 'string' ? image : stack.parameterDefault(at(image, 'Ref'));
  const architecture = architectureNamedBy(parameter);
  const needed = template._architecture;
  if (architecture === undefined || needed === undefined || needed === architecture) return [];
  return [
    {
      code: 'ImageArchitecture',
      text:
        '`machineImage` must be of the architecture of the instance types, got: ' +
        `${quoteForMessage(parameter)} (${architecture}) and ${template.instanceTypes.join(', ')} ` +
        `(${needed}). \`NodeImage.amazonLinux2023()\` follows the instance types by itself`,
    },
  ];
}

function architectureNamedBy(parameter: string | undefined): ec2.InstanceArchitecture | undefined {
  const name = /\/aws\/service\/(ecs\/optimized-ami|ami-amazon-linux-latest)\/(.*)$/.exec(parameter ?? '');
  if (name === null) return undefined;
  if (/arm64/.test(name[2])) return ec2.InstanceArchitecture.ARM_64;
  // ECS names the other architecture only: what does not say arm64 is x86_64.
  return name[1].startsWith('ecs') || /x86_64/.test(name[2]) ? ec2.InstanceArchitecture.X86_64 : undefined;
}
