import { nameOfTemplate, withoutHash } from './fleet-shape';
import type { Plan, TierPlan } from './plan';
import { type Tone, toneOf } from './tones';
import { otherWords, tierWords } from './words';

/** From left to right. */
export const COLUMNS = ['clusters', 'tiers', 'launch templates', 'roles'] as const;

/** What the picture shows of one thing. */
export interface Box {
  readonly column: (typeof COLUMNS)[number];
  readonly name: string;
  readonly lines: readonly string[];
  readonly tone: Tone;
}

export interface Link {
  readonly from: Box;
  readonly to: Box;
}

/** A name that is not too long for a box; the whole one is the title of the box. */
export const nameOf = (name: string): string => {
  const letters = [...name];
  return letters.length <= 44 ? name : `${letters.slice(0, 28).join('')}…${letters.slice(-15).join('')}`;
};

/** Clusters with their services, tiers, launch templates and roles, in the order of the templates. */
export function boxesOf(plan: Plan): { boxes: Box[]; links: Link[] } {
  const boxes = new Map<string, Box>();
  const links: Link[] = [];
  const box = (key: string, made: Box): Box => {
    const known = boxes.get(key) ?? made;
    boxes.set(key, known);
    return known;
  };
  for (const cluster of plan.clusters)
    box(`cluster|${cluster.stack}|${cluster.id}`, {
      column: 'clusters',
      name: cluster.name,
      lines: [otherWords(cluster), ...servicesOn(plan, cluster.stack, cluster.id)],
      tone: toneOf(cluster.verdict),
    });
  for (const tier of plan.tiers) {
    const own = box(`tier|${tier.stack}|${tier.id}`, {
      column: 'tiers',
      name: tier.name,
      lines: [tierWords(tier), sizes(tier)],
      tone: toneOf(tier.verdict),
    });
    if (tier.cluster !== undefined || tier.clusterName !== undefined) {
      const name = tier.clusterName ?? tier.cluster ?? '';
      const key = `cluster|${tier.stack}|${tier.cluster ?? name}`;
      links.push({
        from: box(key, { column: 'clusters', name, lines: ['of another stack'], tone: 'calm' }),
        to: own,
      });
    }
    if (tier.template === undefined) continue;
    const lines = changesOf(plan, tier);
    const template = box(`template|${tier.stack}|${tier.template}`, {
      column: 'launch templates',
      name: nameOfTemplate(tier.template),
      lines,
      tone: lines[0] === 'nothing' ? 'calm' : 'careful',
    });
    links.push({ from: own, to: template });
    if (tier.role === undefined) continue;
    const role = box(`role|${tier.stack}|${tier.role}`, {
      column: 'roles',
      name: withoutHash(tier.role.split(':').pop() ?? tier.role),
      lines: [],
      tone: 'calm',
    });
    if (!links.some(({ from, to }) => from === template && to === role))
      links.push({ from: template, to: role });
  }
  return { boxes: [...boxes.values()], links };
}

const sizes = ({ minSize, maxSize }: TierPlan): string =>
  minSize === undefined && maxSize === undefined
    ? 'size not known'
    : `${minSize ?? '?'} to ${maxSize ?? '?'} nodes`;

/** The services of a cluster to which something happens. */
function servicesOn({ services }: Plan, stack: string, cluster: string): string[] {
  const own = services.filter((service) => service.stack === stack && service.cluster === cluster);
  const busy = own.filter(({ verdict }) => verdict !== 'nothing');
  const calm = own.length - busy.length;
  return [
    ...busy.map((service) => nameOf(`${service.name}: ${otherWords(service)}`)),
    ...(calm > 0 ? [`${calm} service${calm === 1 ? '' : 's'}: nothing`] : []),
  ];
}

/** The properties of a launch template that change, of all tiers that use it. */
function changesOf({ tiers }: Plan, { stack, template }: TierPlan): string[] {
  const properties = tiers
    .filter((tier) => tier.stack === stack && tier.template === template)
    .flatMap(({ why }) => why)
    .filter(({ id, certainty }) => id === template || certainty === 'looked-up')
    .map(({ property, certainty }) =>
      certainty === 'looked-up' ? 'maybe: ImageId' : property.replace(/^LaunchTemplateData\./, ''),
    );
  const unique = [...new Set(properties)];
  if (unique.length === 0) return ['nothing'];
  return unique.length > 4
    ? [...unique.slice(0, 3), `and ${unique.length - 3} more`].map(nameOf)
    : unique.map(nameOf);
}
