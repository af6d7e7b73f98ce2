import type { Changes } from './changes';
import { launchHook, looksUpAtLaunch, withoutHash } from './fleet-shape';
import type { Finding, TierPlan } from './plan';
import type { StackPair } from './stack-pairs';
import { at, canonical } from './template';

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
      if (launchHook(change?.after) && !launchHook(change?.before))
        found.push(finding('a rollback has no gate: the previous template does not have its hook.'));
      if (looksUpAtLaunch(pair.after, tier.template))
        found.push(
          finding(
            `a rollback launches nodes of the newest image, for ${withoutHash(tier.template ?? '')} looks it up at launch.`,
          ),
        );
      return found;
    });
}
