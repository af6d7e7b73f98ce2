import * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import type { IConstruct } from 'constructs';
import { fail, quoteForMessage } from '../private/errors';
import { listOf, member, refined } from '../private/expected-type';
import type { Value } from '../private/value';
import { warn } from '../private/warning';
import type { NodeReplacement } from '../replacement/node-replacement';

const CODE = 'InvalidTerminationPolicies';

const { CUSTOM_LAMBDA_FUNCTION, ...POLICIES } = autoscaling.TerminationPolicy;
const { DEFAULT, OLDEST_LAUNCH_TEMPLATE } = autoscaling.TerminationPolicy;

const KNOWN = member('autoscaling.TerminationPolicy', POLICIES);

const POLICY: Value<autoscaling.TerminationPolicy> = {
  ...KNOWN,
  check(field, policy, scope) {
    if (policy === CUSTOM_LAMBDA_FUNCTION) {
      fail(
        CODE,
        `\`${field}\` must not be \`CUSTOM_LAMBDA_FUNCTION\`: it needs the ARN of a function. Set the ` +
          "property `terminationPolicies` of the group's `CfnAutoScalingGroup` to a list that begins with it",
        scope,
      );
    }
    KNOWN.check(field, policy, scope);
  },
};

/** Which node goes first: the policies are asked one after the other, and the default policy decides. */
export const TERMINATION_POLICIES = refined(
  listOf(POLICY, { min: 1, named: 'policy', code: CODE }),
  (field, policies, scope) => {
    policies.forEach((policy, index) => {
      if (policies.indexOf(policy) === index) return;
      fail(CODE, `\`${field}\` must have each policy once, got: ${quoteForMessage(policy)} twice`, scope);
    });
    const place = policies.indexOf(DEFAULT);
    if (place < 0 || place === policies.length - 1) return;
    fail(
      CODE,
      `\`${field}\` must have \`DEFAULT\` as its last policy, got it at ${place} of ${policies.length}: it ` +
        'decides, and no policy after it is asked',
      scope,
    );
  },
);

/** Says what a roll loses whose new nodes may go first. */
export function warnOfTermination(
  scope: IConstruct,
  policies: readonly autoscaling.TerminationPolicy[] | undefined,
  replacement: NodeReplacement,
): void {
  if (policies === undefined || !replacement._isRolling || policies[0] === OLDEST_LAUNCH_TEMPLATE) return;
  warn(
    scope,
    'InstanceTier.terminationPolicies',
    `Nodes of the tier "${scope.node.path}" are rolled, and \`OLDEST_LAUNCH_TEMPLATE\` is not the first of ` +
      'its `terminationPolicies`: a scale-in during a roll may take new nodes and keep old ones. Put it ' +
      'first, or leave `terminationPolicies` out.',
  );
}
