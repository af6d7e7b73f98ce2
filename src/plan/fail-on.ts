import type { FailOn } from './options';
import type { Plan } from './plan';
import { othersOf, otherWords, tierWords } from './words';

/** What `--fail-on` stops a deployment for. What is not known counts, as does what may be. */
export function reasonsToFail(plan: Plan, failOn: FailOn): string[] {
  const replaced = ['replaced-at-once', 'group-replaced', 'deleted', 'not-known'];
  const rolled = failOn === 'rolled' ? ['rolled', ...replaced] : replaced;
  const gone = ['replaced', 'replaced-or-deployed', 'deleted', 'not-known'];
  return [
    ...plan.tiers
      .filter(({ verdict }) => rolled.includes(verdict))
      .map((tier) => `tier ${tier.name}: ${tierWords(tier)}`),
    ...othersOf(plan)
      .filter(({ verdict }) => gone.includes(verdict))
      .map((one) => `${one.kind} ${one.name}: ${otherWords(one)}`),
    ...plan.failures.filter(({ certain }) => certain).map(({ text }) => text),
  ];
}
