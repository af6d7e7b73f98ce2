import type { CfnResource } from 'aws-cdk-lib';
import { architectureOfType, isInstanceTypeName } from '../node/instance-family';
import type { LaunchVariant } from '../node/launch-overrides';
import { hasOwnUserData } from '../node/node-launch-template';
import { quoteForMessage } from '../private/errors';
import { type Problem, problemAt } from '../rendered/problem';
import { field, logicalIdOf, rendered } from '../rendered/resource';
import type { GroupLaunch } from './group-launch';
import type { ReviewedTier } from './reviewed-tier';

/** What keeps nodes from starting as the tier says: another launch template, or what its own lacks. */
export function launchProblems(tier: ReviewedTier, launch: GroupLaunch): Problem[] {
  const [main] = tier.variants;
  return [
    ...templateProblems(tier, launch, main),
    ...tier.variants.flatMap((variant) => [
      ...profileProblems(tier, resourceOf(variant)),
      ...userDataProblems(tier, resourceOf(variant)),
      ...typeProblems(tier, variant, [rendered(resourceOf(variant), 'launchTemplateData', 'instanceType')]),
    ]),
    ...typeProblems(tier, main, typesOf(launch)),
  ];
}

function resourceOf({ launchTemplate }: LaunchVariant): CfnResource {
  return launchTemplate.node.defaultChild as CfnResource;
}

function templateProblems(tier: ReviewedTier, launch: GroupLaunch, main: LaunchVariant): Problem[] {
  const launchTemplate = resourceOf(main);
  const specification = launch.specification ?? launch.mixedSpecification;
  const id = field(specification, 'launchTemplateId');
  const own = { Ref: logicalIdOf(launchTemplate) };
  if (JSON.stringify(id) === JSON.stringify(own)) return [];
  const got = id ?? field(specification, 'launchTemplateName');
  return [
    problemAt(
      tier.scope,
      'LaunchTemplateReplaced',
      "the group must start its nodes from the tier's launch template, got: " +
        `${quoteForMessage(got)}: with another one they would not join the cluster. Say what a node is ` +
        'by the fields of the tier, or by a `template`',
    ),
  ];
}

function profileProblems(tier: ReviewedTier, launchTemplate: CfnResource): Problem[] {
  const profile = rendered(launchTemplate, 'launchTemplateData', 'iamInstanceProfile');
  if (field(profile, 'arn') !== undefined || field(profile, 'name') !== undefined) return [];
  if (
    typeof profile === 'object' &&
    profile !== null &&
    Object.keys(profile).some((key) => /::|^Ref$/.test(key))
  )
    return [];
  return [
    problemAt(
      tier.scope,
      'UnusableRole',
      'the launch template must keep its `IamInstanceProfile`: without it no node gets the credentials of its ' +
        'role, and none joins the cluster. Use `role` for another role',
    ),
  ];
}

/** What another user data must have, at least, for a node to join a cluster that is not called `default`. */
const CONFIGURED = /ECS_CLUSTER|ecs\.config/;

function userDataProblems(tier: ReviewedTier, launchTemplate: CfnResource): Problem[] {
  if (hasOwnUserData(launchTemplate)) return [];
  const userData = rendered(launchTemplate, 'launchTemplateData', 'userData');
  const text = textOf(userData);
  if (text === undefined || CONFIGURED.test(text)) return [];
  return [
    problemAt(
      tier.scope,
      'UserDataReplaced',
      '`UserData` of the launch template must be that of the bootstrap, or name the cluster itself ' +
        '(`ECS_CLUSTER`): nodes would join no cluster of this app. Add commands by `bootstrapSteps`, or by ' +
        '`template.bootstrap.addCommands()`',
    ),
  ];
}

/** The user data as far as it is known; undefined: it is not. */
function textOf(userData: unknown): string | undefined {
  if (userData === undefined) return '';
  if (typeof userData === 'string') return Buffer.from(userData, 'base64').toString();
  const text = field(userData, 'Fn::Base64');
  return text === undefined ? undefined : JSON.stringify(text);
}

/** The types that start from the group's launch template. */
function typesOf({ overrides }: GroupLaunch): unknown[] {
  return overrides
    .filter(
      (one) => field(one, 'imageId') === undefined && field(one, 'launchTemplateSpecification') === undefined,
    )
    .map((one) => field(one, 'instanceType'));
}

/** Types that an escape hatch names: of another architecture than the image, they do not start. */
function typeProblems(tier: ReviewedTier, { architecture }: LaunchVariant, types: unknown[]): Problem[] {
  const other = types.find((type) => {
    const known = typeof type === 'string' && isInstanceTypeName(type) ? architectureOfType(type) : undefined;
    return known !== undefined && architecture !== undefined && known !== architecture;
  });
  if (other === undefined) return [];
  return [
    problemAt(
      tier.scope,
      'MixedArchitectures',
      `\`InstanceType\` must be of the architecture of its image (${architecture}), got: ` +
        `${quoteForMessage(other)} (an override or an aspect has added it): its nodes would not start. Use ` +
        '`instanceTypes`, and another tier for another architecture',
    ),
  ];
}
