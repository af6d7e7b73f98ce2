import type { FailOn } from './options';
import type { Plan } from './plan';
import { otherWords, tierWords } from './words';

/** What `--fail-on` stops a deployment for. What is not known counts, as does what may be. */
export function reasonsToFail({ tiers, clusters, services, failures }: Plan, failOn: FailOn): string[] {
  const replaced = ['replaced-at-once', 'group-replaced', 'deleted', 'not-known'];
  const rolled = failOn === 'rolled' ? ['rolled', ...replaced] : replaced;
  const gone = ['replaced', 'replaced-or-deployed', 'deleted', 'not-known'];
  return [
    ...tiers
      .filter(({ verdict }) => rolled.includes(verdict))
      .map((tier) => `tier ${tier.name}: ${tierWords(tier)}`),
    ...clusters
      .filter(({ verdict }) => gone.includes(verdict))
      .map((one) => `cluster ${one.name}: ${otherWords(one)}`),
    ...services
      .filter(({ verdict }) => gone.includes(verdict))
      .map((one) => `service ${one.name}: ${otherWords(one)}`),
    ...failures.filter(({ certain }) => certain).map(({ text }) => text),
  ];
}
