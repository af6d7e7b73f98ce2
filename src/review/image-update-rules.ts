import { type CfnResource, CliCredentialsStackSynthesizer, LegacyStackSynthesizer, Stack } from 'aws-cdk-lib';
import { lookedUpImages } from '../rendered/looked-up-image';
import { type Problem, problemAt } from '../rendered/problem';
import type { ReviewedTier } from './reviewed-tier';

const CODE = 'ImageUpdates';

/**
 * What keeps a stack from being deployed again as it is for new images, or makes that dangerous. Each would
 * fail, or do nothing, in the first window, or take nodes away in it.
 */
export function imageUpdateProblems(tiers: readonly ReviewedTier[]): Problem[] {
  const updated = tiers.filter(({ replacement }) => replacement._imageUpdates !== undefined);
  if (updated.length === 0) return [];
  return [
    ...updated.flatMap((tier) => [...stackProblems(tier), ...imageProblems(tier)]),
    ...tiers.flatMap((tier) => unattendedProblems(tier, updated[0])),
  ];
}

function stackProblems({ scope }: ReviewedTier): Problem[] {
  const reason = whyNotDeployed(Stack.of(scope));
  return reason === undefined
    ? []
    : [problemAt(scope, CODE, `\`imageUpdates\` must not be set in a stack that ${reason}`)];
}

function whyNotDeployed(stack: Stack): string | undefined {
  if (stack.nested) {
    return (
      'is nested: CloudFormation deploys it only together with the stack that contains it. Move the cluster ' +
      'into a stack that is not nested'
    );
  }
  if (hasNoServiceRole(stack)) {
    return (
      'has no CloudFormation execution role: the deployment would have the permissions of whoever starts it. ' +
      'Use the `DefaultStackSynthesizer`, whose role `cdk bootstrap` makes'
    );
  }
  if (stack.templateOptions.transforms?.includes('AWS::LanguageExtensions')) {
    return (
      'uses `AWS::LanguageExtensions`: CloudFormation does not deploy its previous template. Leave out what ' +
      'needs it, such as `Fn.toJsonString()`'
    );
  }
  return undefined;
}

/**
 * A synthesizer of others may add the role without a member that says so. The state machine looks at the
 * deployed stack, too.
 */
function hasNoServiceRole({ synthesizer }: Stack): boolean {
  const hasNone =
    synthesizer instanceof LegacyStackSynthesizer || synthesizer instanceof CliCredentialsStackSynthesizer;
  return hasNone && synthesizer.cloudFormationExecutionRole === undefined;
}

/** Whether a deployment of the stack as it is may give the nodes another image. */
function isLookedUp({ variants }: ReviewedTier): boolean {
  return variants.some(
    ({ launchTemplate }) => lookedUpImages(launchTemplate.node.defaultChild as CfnResource).length > 0,
  );
}

function imageProblems(tier: ReviewedTier): Problem[] {
  if (isLookedUp(tier)) return [];
  return [
    problemAt(
      tier.scope,
      CODE,
      '`imageUpdates` needs a `machineImage` that is looked up at each deployment, such as ' +
        '`NodeImage.amazonLinux2023()`, got: one that stays (`NodeImageResolution.pinned()`, an id, or ' +
        '`cdk.context.json`). Leave out one of the two. Where `imageUpdates` is of the cluster, write ' +
        '`replacement: NodeReplacement.rolling()` for this tier',
    ),
  ];
}

/** A deployment brings new images to all tiers of the stack, also to those that have no `imageUpdates`. */
function unattendedProblems(tier: ReviewedTier, updated: ReviewedTier): Problem[] {
  const { replacement } = tier;
  if (replacement._mayRunUnattended || !isLookedUp(tier)) return [];
  const what = replacement.drains
    ? '`readinessGate: false` must not be set'
    : '`NodeReplacement.allAtOnce()` must not be used';
  const then = replacement.drains
    ? 'nodes whose image does not work would take the place of all others'
    : 'the tier would go down';
  return [
    problemAt(
      tier.scope,
      CODE,
      `${what} in a stack with \`imageUpdates\` (of ${updated.scope.node.path}) while \`machineImage\` is ` +
        `looked up at deployment: ${then} in a window. Pin the image of this tier ` +
        '(`NodeImageResolution.pinned()`), or move it into another stack',
    ),
  ];
}
