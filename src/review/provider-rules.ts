import type { CfnResource } from 'aws-cdk-lib';
import type { ErrorCode } from '../private/error-code';
import { quoteForMessage } from '../private/errors';
import { capacityProviderResource } from '../rendered/capacity-provider';
import { type Problem, problemAt } from '../rendered/problem';
import { flagOf, rendered } from '../rendered/resource';
import { groupsNamedBy, identitiesOfGroup } from './group-identities';
import type { ReviewedTier } from './reviewed-tier';

/** What is wrong with a tier's capacity provider, and with the group where the two must fit together. */
export function providerProblems(tier: ReviewedTier, group: CfnResource): Problem[] {
  const provider = capacityProviderResource(tier.capacityProvider);
  if (provider === undefined) return [];
  return [...changes(tier, group, provider), ...protectionProblems(tier, group, provider)];
}

function setting(provider: CfnResource, ...path: string[]): unknown {
  return rendered(provider, 'autoScalingGroupProvider', ...path);
}

function changes(tier: ReviewedTier, group: CfnResource, provider: CfnResource): Problem[] {
  const problem = (what: string) => [
    problemAt(
      tier.scope,
      'CapacityProviderChanged',
      `${quoteForMessage(provider.node.path)}: ${what} (an override or an aspect has changed it)`,
    ),
  ];
  const draining = setting(provider, 'managedDraining');
  const scaling = setting(provider, 'managedScaling', 'status');
  const own = identitiesOfGroup(group);
  return [
    ...(tier.replacement.drains && draining === 'DISABLED'
      ? problem(
          '`ManagedDraining` must not be "DISABLED": nodes would be terminated with the tasks on them. For ' +
            'nodes that may go down at any time there is `NodeReplacement.allAtOnce()`',
        )
      : []),
    ...(tier.isScaled && (scaling === 'DISABLED' || scaling === undefined)
      ? problem(
          `\`ManagedScaling.Status\` must be "ENABLED", got: ${quoteForMessage(scaling)}: no task would ` +
            'start a node. Where ECS should not scale the tier, set `managedScaling: { enabled: false }`',
        )
      : []),
    ...(!tier.isScaled && scaling !== 'DISABLED'
      ? problem(
          `\`ManagedScaling.Status\` must be "DISABLED", as \`managedScaling.enabled\` is false, got: ` +
            quoteForMessage(scaling),
        )
      : []),
    ...(groupsNamedBy(provider, 'autoScalingGroupProvider', 'autoScalingGroupArn').some((one) =>
      own.includes(one),
    )
      ? []
      : problem("`AutoScalingGroupArn` must be the tier's group: no other one is scaled for its tasks")),
  ];
}

/** Protection is two settings, of group and provider, and ECS wants both or none. */
function protectionProblems(tier: ReviewedTier, group: CfnResource, provider: CfnResource): Problem[] {
  const ofProvider = setting(provider, 'managedTerminationProtection');
  const isProtected = flagOf(rendered(group, 'newInstancesProtectedFromScaleIn') ?? false);
  const problem = (code: ErrorCode, text: string) => [problemAt(tier.scope, code, text)];
  if (ofProvider === 'ENABLED' && !tier.replacement.drains) {
    return problem(
      'ProtectedAllAtOnce',
      '`ManagedTerminationProtection` must not be "ENABLED" with `NodeReplacement.allAtOnce()`: it would ' +
        'keep the stack from being deleted',
    );
  }
  if (ofProvider === 'ENABLED' && isProtected === false) {
    return problem(
      'ScaleInProtection',
      '`ManagedTerminationProtection` must not be "ENABLED" where new instances of the group are not ' +
        'protected: ECS refuses it. Set `enableManagedTerminationProtection` of the tier, which sets both',
    );
  }
  if ((ofProvider ?? 'DISABLED') === 'DISABLED' && isProtected === true) {
    return problem(
      'ScaleInProtection',
      'new instances of the group must not be protected from scale-in where ECS does not manage the ' +
        'protection: no node would ever go. Leave `NewInstancesProtectedFromScaleIn` out, or set ' +
        '`enableManagedTerminationProtection` of the tier',
    );
  }
  return [];
}
