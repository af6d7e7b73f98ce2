import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { NodeTemplate } from '../node/node-template';
import { shown } from '../private/errors';
import type { Problem } from './group-neighbours';
import { at, listAt, type RenderedStack } from './rendered-stack';

/** The name of the tag in which the nodes of a shared template find their cluster. */
export const CLUSTER_NAME_TAG = 'ClusterName';

/** What keeps the nodes of a tier from booting, or from finding their cluster, whoever has rendered it: an escape hatch, an aspect, a property injector. */
export function bootProblems(
  stack: RenderedStack,
  groupId: string,
  templateId: string,
  template: NodeTemplate,
  clusterName: unknown,
): Problem[] {
  const data = at(stack.resource(templateId), 'Properties', 'LaunchTemplateData');
  return [
    ...metadataProblems(data, template._isShared),
    ...(template._isShared ? tagProblems(stack.resource(groupId), clusterName) : []),
    ...imageProblems(stack, data, template),
  ];
}

function metadataProblems(data: unknown, shared: boolean): Problem[] {
  const options = at(data, 'MetadataOptions');
  if (at(options, 'HttpEndpoint') === 'disabled') {
    return [
      {
        code: 'InstanceMetadata',
        text: '`MetadataOptions.HttpEndpoint` must not be "disabled": the agent gets the credentials of its role from the instance metadata service, and would never join the cluster',
      },
    ];
  }
  const tags = at(options, 'InstanceMetadataTags');
  if (!shared || tags === 'enabled') return [];
  return [
    {
      code: 'InstanceMetadata',
      text:
        `\`MetadataOptions.InstanceMetadataTags\` must be "enabled" in the launch template of a shared \`template\`, got: ${shown(tags)}: its nodes find their cluster in the tag ` +
        `${CLUSTER_NAME_TAG} of their instance. Leave it to the library (an override, an aspect or a property injector has changed it), or give the tier node fields of its own`,
    },
  ];
}

function tagProblems(group: unknown, clusterName: unknown): Problem[] {
  const tag = listAt(group, 'Properties', 'Tags').find((one) => at(one, 'Key') === CLUSTER_NAME_TAG);
  const value = at(tag, 'Value');
  const propagates = at(tag, 'PropagateAtLaunch');
  const same = JSON.stringify(value) === JSON.stringify(clusterName);
  if (same && (propagates === true || propagates === 'true')) return [];
  const got = tag === undefined ? 'no such tag' : same ? 'one that is not' : shown(value);
  return [
    {
      code: 'ClusterNameTag',
      text:
        `the tag ${CLUSTER_NAME_TAG} of the group must be the cluster's name, propagated at launch, got: ${got}: nodes of a shared template find their cluster in it, and would ` +
        'join another one, or none. Give your own tag another key, leave the group out of it ' +
        "(`excludeResourceTypes: ['AWS::AutoScaling::AutoScalingGroup']`), or give the tier node fields of its own instead of a `template`",
    },
  ];
}

/** Known are Amazon's own parameters, whose names say the architecture: by reference, or looked up at synthesis or at launch. */
function imageProblems(stack: RenderedStack, data: unknown, template: NodeTemplate): Problem[] {
  const image = at(data, 'ImageId');
  const parameter = typeof image === 'string' ? image : stack.parameterDefault(at(image, 'Ref'));
  const architecture = architectureNamedBy(parameter);
  const needed = template._architecture;
  if (architecture === undefined || needed === undefined || needed === architecture) return [];
  return [
    {
      code: 'ImageArchitecture',
      text:
        `\`machineImage\` must be of the architecture of the instance types, got: ${shown(parameter)} (${architecture}) and ${template.instanceTypes.join(', ')} (${needed}). \`NodeImage.amazonLinux2023()\` ` +
        'follows the instance types by itself',
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
