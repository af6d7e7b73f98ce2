import type {
  ClusterVerdict,
  Plan,
  Reason,
  RollPlan,
  RollStep,
  ServiceVerdict,
  TierPlan,
  TierVerdict,
} from './plan';

/** What happens to the nodes of a tier that run. */
const TIER: Readonly<Record<TierVerdict, string>> = {
  nothing: 'nothing',
  new: 'new tier',
  'new-nodes-only': 'new nodes only',
  'refresh-that-replaces-nothing': 'a refresh that replaces nothing',
  'not-known': 'not known',
  rolled: 'rolled',
  'replaced-at-once': 'replaced at once',
  'group-replaced': 'group replaced',
  deleted: 'deleted',
};

const OTHER: Readonly<Record<ClusterVerdict | ServiceVerdict, string>> = {
  nothing: 'nothing',
  new: 'new',
  settings: 'settings',
  deployed: 'deployed',
  'replaced-or-deployed': 'replaced or deployed',
  'not-known': 'not known',
  replaced: 'replaced',
  deleted: 'deleted',
};

const IF = ' if the image is newer';
const IF_VALUE = ' if a looked-up value is newer';

export function tierWords({ verdict, ifLookedUp, why }: TierPlan): string {
  return `${TIER[verdict]}${ifLookedUp ? ifWords(why) : ''}`;
}

export const otherWords = (one: {
  verdict: ClusterVerdict | ServiceVerdict;
  ifLookedUp: boolean;
  why: readonly Reason[];
}): string => `${OTHER[one.verdict]}${one.ifLookedUp ? ifWords(one.why) : ''}`;

const ifWords = (why: readonly Reason[]) =>
  why.every(({ id, through }) => /image|ami/i.test(id) || through.startsWith('LaunchTemplate'))
    ? IF
    : IF_VALUE;

/** Clusters and services to which something happens. */
export const othersOf = ({ clusters, services }: Plan) =>
  [
    ...clusters.map((cluster) => ({ ...cluster, kind: 'cluster' })),
    ...services.map((service) => ({ ...service, kind: 'service' })),
  ].filter(({ verdict }) => verdict !== 'nothing');

/** Why, each reason in one line; for a tier that only gets other settings, these. Then the notes. */
export function whyLines(one: {
  why: readonly Reason[];
  settings?: readonly string[];
  notes: readonly string[];
}): string[] {
  if (one.why.length > 0) return [...one.why.map(({ text }) => text), ...one.notes];
  const settings = one.settings ?? [];
  return [...(settings.length > 0 ? [`settings only: ${settings.join(', ')}`] : []), ...one.notes];
}

/** What properties were and are, each once. With `--values`. */
export const valuesOf = ({ tiers, clusters, services }: Plan): string[] => [
  ...new Set([...tiers, ...clusters, ...services].flatMap(({ why }) => why.flatMap(valueLines))),
];

function valueLines({ id, property, before, after, lines }: Reason): string[] {
  const place = property === '' ? id : `${id} ${property}`;
  if (lines !== undefined) return [`${place}:`, ...lines.map((line) => `  ${line}`)];
  return before === undefined && after === undefined
    ? []
    : [`${place}: ${before ?? '(none)'} → ${after ?? '(none)'}`];
}

/** One sentence on the whole. */
export function summary({ tiers, services, clusters, failures }: Plan): string {
  const counts = (list: readonly string[], noun: string) => {
    const by = new Map<string, number>();
    for (const words of list) by.set(words, (by.get(words) ?? 0) + 1);
    return [...by].map(([words, count]) => `${count} ${noun}${count === 1 ? '' : 's'}: ${words}`);
  };
  const busy = <T extends { verdict: string }>(list: readonly T[]) =>
    list.filter(({ verdict }) => verdict !== 'nothing');
  const parts = [
    ...counts(busy(tiers).map(tierWords), 'tier'),
    ...counts(busy(clusters).map(otherWords), 'cluster'),
    ...counts(busy(services).map(otherWords), 'service'),
    ...(failures.length > 0
      ? [`${failures.length} thing${failures.length === 1 ? '' : 's'} that may fail`]
      : []),
  ];
  if (tiers.length === 0 && clusters.length === 0)
    return 'No cluster and no Auto Scaling group is in these templates.';
  return parts.length === 0 ? 'Nothing happens to any node, cluster or service.' : `${parts.join('; ')}.`;
}

/** What is known of a roll, line by line. */
function rollLines(roll: RollPlan): string[] {
  const { formulas, atMost, steps } = roll;
  const most = atMost ? `; at MaxSize ${atMost.nodes}: ${atMost.most} nodes, ${atMost.surge} more` : '';
  return [
    `nodes at one time: ${formulas.nodes}, for n nodes now${most}`,
    `batches: ${formulas.batches}${atMost ? `; at MaxSize: ${atMost.batches}` : ''}`,
    `moves of a task: ${roll.movesPerTask ?? 'none, it ends with its node'}`,
    `node hours above today's: ${roll.nodeHours}`,
    ...roll.holds.map((text) => `could hold it: ${text}`),
    ...roll.loses.map((text) => `could lose tasks: ${text}`),
    ...(steps ?? []).map((step, index) => `step ${index + 1}: ${stepWords(step)}`),
  ];
}

const stepWords = ({ launched, removed, old, new: fresh, most, pause }: RollStep): string =>
  `${launched} new join (${most} nodes), ${removed} old go; then ${old} old, ${fresh} new` +
  (pause ? ', and a pause' : '');

/** Rolls with the tiers that roll in the same way. */
export function rollsOf({ tiers }: Plan): { names: string[]; lines: string[] }[] {
  const rolls = new Map<string, { names: string[]; lines: string[] }>();
  for (const { name, roll } of tiers) {
    if (!roll) continue;
    const lines = rollLines(roll);
    const key = lines.join();
    rolls.set(key, { names: [...(rolls.get(key)?.names ?? []), name], lines });
  }
  return [...rolls.values()];
}

/** What is known of an image that is looked up. */
export function imageWords({ parameter, source, deployed, next, settled }: Plan['images'][number]): string {
  const name = source ?? parameter;
  if (settled === 'the same') return `${name}: the same as deployed${deployed ? ` (${deployed})` : ''}`;
  if (settled === 'another')
    return `${name}: ${next}, ${deployed ? `in place of ${deployed}` : 'taken to be another than the deployed one'}`;
  return (
    `${name} is looked up at deployment, and may roll nodes although the templates are equal. ` +
    `${deployed ? `Deployed is ${deployed}. ` : ''}Settle it: --image ${name}=<ami>, or --image ${name}=same`
  );
}
