import { random } from './random';

/** Looked up once: globals are slow in the sandbox of jest. */
const { ceil, floor, max, min } = Math;

/**
 * A model of one tier whose impaired nodes are replaced, in steps of a minute. It has no AWS in it.
 *
 * A node is lost when it is really broken, when its zone's network is, or when ECS is. ECS calls it impaired
 * when it has been lost for a while, by a threshold that AWS does not publish, and well when its agent is
 * back. Agents also lose their connection for a minute, some times an hour, as AWS says of normal operation.
 */

export const KINDS = ['calm', 'few', 'hangs', 'outage', 'slow outage', 'zone', 'image', 'scaling'] as const;
export type Kind = (typeof KINDS)[number];

/** The rules of a run. Those of the library are the defaults; the others show what each is for. */
export interface Rules {
  /** Minutes before the first look. */
  readonly after: number;
  readonly share: number;
  /** By what a look decides: what ECS says of the health, or whether the agent is connected. */
  readonly by: 'health' | 'connection';
  /** What is held against the bound: what is missing of the desired nodes, or those that are impaired. */
  readonly counts: 'not well' | 'impaired';
  /** Whether another node must be well. */
  readonly witness: boolean;
  /** Whether at least one node may go. */
  readonly atLeastOne: boolean;
}

export const RULES: Rules = {
  after: 10,
  share: 20,
  by: 'health',
  counts: 'not well',
  witness: true,
  atLeastOne: true,
};

interface Node {
  readonly id: number;
  readonly breaks?: number;
  readonly hangs?: boolean;
  readonly zone: number;
  readonly lag: number;
  lostSince?: number;
  isConnected: boolean;
  isImpaired: boolean;
  isBroken: boolean;
  /** When its run looks next, how often it has looked, and when it began. */
  run?: { at: number; looks: number; readonly since: number };
}

export interface Outcome {
  readonly kind: Kind;
  readonly nodes: number;
  /** How often more nodes were missing after a replacement than the bound allows. */
  readonly overTheBound: number;
  readonly replaced: number;
  /** Replaced, and not broken: an outage had lost them. */
  readonly wellReplaced: number;
  /** Minutes until each broken node was replaced. */
  readonly waited: number[];
  /** Runs that have given up, and those that still look although their time is over. */
  readonly gaveUp: number;
  readonly endless: number;
  /** How often the last node that was well went. */
  readonly lastOneTaken: number;
}

/** A run gives up after a day of looks. */
const PATIENCE = 1440;

export function repairedTier(seed: number, rules: Rules = RULES, minutes = 720): Outcome {
  const roll = random(seed);
  const among = <T>(items: readonly T[]): T => items[floor(roll() * items.length)];
  const between = (low: number, high: number) => low + floor(roll() * (high - low + 1));

  let desired = among([1, 2, 3, 4, 5, 8, 10, 15, 20, 40, 80]);
  const size = desired;
  const kind = among(KINDS);
  const threshold = among([1, 2, 5, 10]);
  const boot = between(2, 6);
  const isOutage = kind === 'outage' || kind === 'slow outage';
  const outage =
    isOutage || kind === 'zone'
      ? { from: between(20, 100), lasts: among([3, 8, 15, 40, 120, 300, 5000]) }
      : undefined;
  const spread = kind === 'slow outage' ? among([15, 60, 120]) : among([0, 1, 5]);
  const broken = new Set(
    kind === 'few' || kind === 'hangs' || kind === 'outage' || kind === 'scaling'
      ? Array.from({ length: among([1, 1, 2, 3]) }, () => between(0, size - 1))
      : [],
  );
  let ids = 0;
  const node = (at: number): Node => {
    const id = ids++;
    const isFirst = at === 0;
    return {
      id,
      zone: id % 3,
      lag: between(0, spread),
      hangs: kind === 'hangs',
      breaks:
        kind === 'image' ? at + between(30, 400) : isFirst && broken.has(id) ? between(10, 400) : undefined,
      isConnected: true,
      isImpaired: false,
      isBroken: false,
    };
  };
  let nodes = Array.from({ length: size }, () => node(0));
  let starting: { at: number }[] = [];
  let [overTheBound, replaced, wellReplaced, gaveUp, lastOneTaken] = [0, 0, 0, 0, 0];
  const waited: number[] = [];
  const allowed = () => max(rules.atLeastOne ? 1 : 0, floor((desired * rules.share) / 100));

  for (let minute = 0; minute < minutes; minute += 1) {
    const isOut = outage !== undefined && minute >= outage.from && minute < outage.from + outage.lasts;

    if (kind === 'scaling' && roll() < 0.02) {
      desired = max(1, desired + between(-ceil(desired / 3), ceil(desired / 2)));
      nodes = nodes.slice(0, max(0, desired));
      starting = starting.slice(0, max(0, desired - nodes.length));
      while (nodes.length + starting.length < desired) starting.push({ at: minute + boot });
    }

    for (const each of nodes) {
      each.isBroken = each.breaks !== undefined && minute >= each.breaks;
      const isCut = isOut && (kind === 'zone' ? each.zone === 0 : minute >= (outage?.from ?? 0) + each.lag);
      const isLost = isCut || (each.isBroken && !each.hangs);
      each.isConnected = !isLost && roll() >= 4 / 60;
      each.lostSince = isLost ? (each.lostSince ?? minute) : undefined;
      const wasImpaired = each.isImpaired;
      each.isImpaired =
        (each.isBroken && each.hangs === true) ||
        (each.lostSince !== undefined && minute - each.lostSince >= threshold);
      const begins = rules.by === 'health' ? each.isImpaired && !wasImpaired : !each.isConnected;
      if (begins) each.run ??= { at: minute + rules.after + roll(), looks: 0, since: minute };
    }

    // Replacements join when they have booted and ECS answers.
    const joins = (each: { at: number }) => minute >= each.at && !(isOut && isOutage);
    for (const _ of starting.filter(joins)) nodes.push(node(minute));
    starting = starting.filter((each) => !joins(each));

    // All that look in a minute see the same: there is no lock.
    const goes = nodes.filter((each) => {
      const { run } = each;
      if (run === undefined || minute < run.at) return false;
      const isIll = rules.by === 'health' ? each.isImpaired : !each.isConnected;
      if (!isIll) {
        each.run = undefined;
        return false;
      }
      run.looks += 1;
      run.at = minute + min(60, 5 * run.looks) + roll() * max(1, desired / 60);
      if (minute - run.since >= rules.after + PATIENCE) {
        each.run = undefined;
        gaveUp += 1;
        return false;
      }
      // The APIs are out too, now and then.
      if (isOut && roll() < 0.3) return false;
      const connected = nodes.filter(({ isConnected }) => isConnected).length;
      const well = nodes.filter(({ isConnected, isImpaired }) => isConnected && !isImpaired).length;
      const missing =
        rules.counts === 'not well'
          ? desired - min(connected, well)
          : nodes.filter(({ isImpaired }) => isImpaired).length;
      return missing <= allowed() && (!rules.witness || well >= 1);
    });
    if (goes.length === 0) continue;
    nodes = nodes.filter((each) => !goes.includes(each));
    for (const each of goes) {
      replaced += 1;
      if (each.isBroken) waited.push(minute - (each.breaks ?? 0));
      else wellReplaced += 1;
      if (nodes.length + starting.length < desired) starting.push({ at: minute + boot });
    }
    const well = nodes.filter(({ isImpaired }) => !isImpaired).length;
    if (desired - well > allowed()) overTheBound += 1;
    if (well === 0) lastOneTaken += 1;
  }
  const endless = nodes.filter(
    ({ run }) => run !== undefined && minutes - run.since > rules.after + PATIENCE + 62,
  ).length;
  return { kind, nodes: size, overTheBound, replaced, wellReplaced, waited, gaveUp, endless, lastOneTaken };
}

/** What becomes of many tiers. */
export function repairedTiers(count: number, rules: Partial<Rules> = {}, minutes?: number) {
  const all = Array.from({ length: count }, (_, seed) => repairedTier(seed, { ...RULES, ...rules }, minutes));
  const sum = (of: (outcome: Outcome) => number) => all.reduce((total, each) => total + of(each), 0);
  const waited = all.flatMap((each) => each.waited).sort((a, b) => a - b);
  const at = (share: number) => waited[floor((waited.length - 1) * share)] ?? 0;
  return {
    all,
    overTheBound: all.filter((each) => each.overTheBound > 0).length,
    wellReplaced: sum((each) => each.wellReplaced),
    wellReplacedWhereNothingWasOut: sum((each) =>
      ['calm', 'few', 'hangs', 'image', 'scaling'].includes(each.kind) ? each.wellReplaced : 0,
    ),
    lastOneTaken: sum((each) => each.lastOneTaken),
    gaveUp: sum((each) => each.gaveUp),
    endless: sum((each) => each.endless),
    replaced: waited.length,
    median: at(0.5),
    late: at(0.95),
  };
}
