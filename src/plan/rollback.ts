import type { Changes } from './changes';
import { withoutHash } from './fleet-shape';
import type { Finding, TierPlan } from './plan';
import type { StackPair } from './stack-pairs';
import { at, canonical, listAt } from './template';

/** Verdicts after which nodes are others. */
const REPLACES: readonly TierPlan['verdict'][] = [
  'rolled',
  'replaced-at-once',
  'refresh-that-replaces-nothing',
];

/** What a rollback of this deployment lacks: it takes the update policy of the previous template. */
export function rollbackOf(changes: Changes, pair: StackPair, tiers: readonly TierPlan[]): Finding[] {
  return tiers
    .filter(({ verdict, stack }) => stack === pair.name && REPLACES.includes(verdict))
    .flatMap((tier) => {
      const change = changes.resource(pair, tier.id);
      const finding = (text: string): Finding => ({
        stack: pair.name,
        id: tier.id,
        text: `${tier.name}: ${text}`,
        certain: true,
      });
      const [before, after] = [change?.before, change?.after].map((group) =>
        at(group?.UpdatePolicy, 'AutoScalingInstanceRefresh'),
      );
      if (before === undefined && at(change?.before?.UpdatePolicy, 'AutoScalingRollingUpdate') === undefined)
        return [
          finding(
            'a rollback has no refresh, for the previous template has no update policy: nodes that are new stay. ' +
              'Deploy the policy first, alone.',
          ),
        ];
      const found: Finding[] = [];
      if (canonical(before) !== canonical(after))
        found.push(
          finding(
            'the update policy changes too, and a rollback rolls with the previous one. Deploy it first, alone.',
          ),
        );
      if (hasGate(change?.after) && !hasGate(change?.before))
        found.push(finding('a rollback has no gate: the previous template does not have its hook.'));
      const image = at(pair.after.Resources?.[tier.template ?? '']?.Properties, 'LaunchTemplateData.ImageId');
      if (typeof image === 'string' && image.startsWith('resolve:ssm:'))
        found.push(
          finding(
            `a rollback launches nodes of the newest image, for ${withoutHash(tier.template ?? '')} looks it up at launch.`,
          ),
        );
      return found;
    });
}

const hasGate = (group: unknown): boolean =>
  listAt(group, 'Properties.LifecycleHookSpecificationList').some(
    (hook) => at(hook, 'LifecycleTransition') === 'autoscaling:EC2_INSTANCE_LAUNCHING',
  );
