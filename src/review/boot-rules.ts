import type { CfnResource } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { reasonAgainstTypes } from '../node/image-checks';
import type { LaunchVariant } from '../node/launch-overrides';
import { quoteForMessage } from '../private/errors';
import { insteadOfTag } from '../rendered/group-tag';
import { type Problem, problemAt } from '../rendered/problem';
import { field, isOverridden, rendered } from '../rendered/resource';
import type { RenderedStack } from '../rendered/stack';
import { CLUSTER_NAME_TAG } from '../settings/cluster-name';
import type { ReviewedTier } from './reviewed-tier';

/**
 * What keeps the nodes of a tier from booting, or from finding their cluster, whoever has rendered it: an
 * escape hatch, an aspect, a property injector.
 */
export function bootProblems(stack: RenderedStack, tier: ReviewedTier, group: CfnResource): Problem[] {
  const [{ launchTemplate: main }] = tier.variants;
  return [
    ...metadataProblems(tier, main.node.defaultChild as CfnResource),
    ...(tier.template._isShared ? clusterTagProblems(tier, group) : []),
    ...tier.variants.flatMap((variant) => imageProblems(stack, tier, variant)),
  ];
}

function metadataProblems(tier: ReviewedTier, launchTemplate: CfnResource): Problem[] {
  const option = (name: string) => rendered(launchTemplate, 'launchTemplateData', 'metadataOptions', name);
  if (option('httpEndpoint') === 'disabled') {
    return [
      problemAt(
        tier.scope,
        'InstanceMetadata',
        '`MetadataOptions.HttpEndpoint` must not be "disabled": the agent gets the credentials of ' +
          'its role from the instance metadata service, and would never join the cluster',
      ),
    ];
  }
  const tags = option('instanceMetadataTags');
  if (!tier.template._isShared || tags === 'enabled') return [];
  return [
    problemAt(
      tier.scope,
      'InstanceMetadata',
      '`MetadataOptions.InstanceMetadataTags` must be "enabled" in the launch template of a shared ' +
        `\`template\`, got: ${quoteForMessage(tags)}: its nodes find their cluster in the tag ` +
        `${CLUSTER_NAME_TAG} of their instance. Leave it to the library (an override, an aspect or a ` +
        'property injector has changed it), or give the tier its own node fields',
    ),
  ];
}

function clusterTagProblems({ scope, clusterName }: ReviewedTier, group: CfnResource): Problem[] {
  const got = insteadOfTag(group, { key: CLUSTER_NAME_TAG, value: clusterName, ofNodes: true });
  if (got === undefined) return [];
  return [
    problemAt(
      scope,
      'ClusterNameTag',
      `the tag ${CLUSTER_NAME_TAG} of the group must be the cluster's name, propagated at launch, got: ` +
        `${got}. Nodes of a shared template find their cluster in it, and would join another one, or none. ` +
        'Give your own tag another key, leave the group out of it (`excludeResourceTypes: ' +
        "['AWS::AutoScaling::AutoScalingGroup']`), or give the tier its own node fields instead of a " +
        '`template`',
    ),
  ];
}

/**
 * Known are Amazon's own parameters, whose names say what the image is: by reference, or looked up at
 * launch. Of an id nothing is known, but for an image of CDK's that was looked up at synthesis.
 */
function imageProblems(stack: RenderedStack, tier: ReviewedTier, variant: LaunchVariant): Problem[] {
  const launchTemplate = variant.launchTemplate.node.defaultChild as CfnResource;
  const image = rendered(launchTemplate, 'launchTemplateData', 'imageId');
  const parameter = parameterNamed(
    typeof image === 'string' ? image : stack.parameterDefault(field(image, 'Ref')),
  );
  const asGiven = parameter === undefined && isOverridden(launchTemplate, 'LaunchTemplateData');
  const against = asGiven ? undefined : tier.template._reasonAgainstImage(parameter);
  const types = reasonAgainstTypes(parameter, tier.template.instanceTypes);
  return [
    ...(against === undefined ? [] : [problemAt(tier.scope, 'UnsupportedImage', against)]),
    ...(types === undefined ? [] : [problemAt(tier.scope, 'UnsupportedInstanceType', types)]),
    ...architectureProblems(tier, parameter, variant.architecture),
  ];
}

/** The parameter of an image that is read at deployment, or at launch (`resolve:ssm:`). */
function parameterNamed(image: string | undefined): string | undefined {
  return /^(?:resolve:ssm:)?(\/[^:]+)/.exec(image ?? '')?.[1];
}

function architectureProblems(
  { scope, template }: ReviewedTier,
  parameter: string | undefined,
  needed: ec2.InstanceArchitecture | undefined,
): Problem[] {
  const architecture = architectureNamedBy(parameter);
  if (architecture === undefined || needed === undefined || needed === architecture) return [];
  return [
    problemAt(
      scope,
      'ImageArchitecture',
      '`machineImage` must be of the architecture of the instance types, got: ' +
        `${quoteForMessage(parameter)} (${architecture}) and ${template._instances} ` +
        `(${needed}). \`NodeImage.amazonLinux2023()\` follows the instance types by itself`,
    ),
  ];
}

function architectureNamedBy(parameter: string | undefined): ec2.InstanceArchitecture | undefined {
  const name = /\/aws\/service\/(ecs\/optimized-ami|ami-amazon-linux-latest)\/(.*)$/.exec(parameter ?? '');
  if (name === null) return undefined;
  if (/arm64/.test(name[2])) return ec2.InstanceArchitecture.ARM_64;
  // ECS names the other architecture only: what does not say arm64 is x86_64.
  return name[1].startsWith('ecs') || /x86_64/.test(name[2]) ? ec2.InstanceArchitecture.X86_64 : undefined;
}
