import { type Policy, surge } from './fleet';
import type { Outcome } from './measures';
import { randomFleet, type Wishes } from './random-fleet';
import { roll } from './roll';

/** How many random fleets a cell of the tables stands for, each with both ways in which old nodes may go. */
export const FLEETS = 30;
const TERMINATIONS = ['progressive', 'batch'] as const;

/** How nodes are replaced: the rows. */
const POLICIES: readonly [string, Policy][] = [
  ['200, no cordon', surge(200, { cordon: 'none' })],
  ['**200, cordon (the default)**', surge(200)],
  ['150, no cordon', surge(150, { cordon: 'none' })],
  ['150, cordon', surge(150)],
  ['110, no cordon', surge(110, { cordon: 'none' })],
  ['110, cordon', surge(110)],
];

interface Scenario {
  readonly title: string;
  readonly wishes: Wishes;
  readonly checkpoint?: boolean;
}

/** What happens meanwhile: the columns. */
const SCENARIOS: readonly Scenario[] = [
  { title: 'boots of 1 to 2.5 min', wishes: {} },
  { title: 'boots of 2 to 10 min', wishes: { boot: [120, 600], within: 4500 } },
  { title: 'one boot in five fails', wishes: { broken: 0.2 } },
  { title: 'no node joins', wishes: { broken: 1, within: 3600 } },
  { title: 'checkpoint: 10 %, 1 h', wishes: { within: 4500 }, checkpoint: true },
  { title: 'services deployed', wishes: { deployments: 3, within: 600 } },
  { title: 'services over two tiers', wishes: { tiers: 2 } },
];

const seeds = Array.from({ length: FLEETS }, (_, seed) => seed + 1);
/** The rolls of a cell, in each of the two ways. */
type Rolls = readonly (readonly Outcome[])[];
const rolled = new Map<string, Rolls>();

/** All fleets of a cell; none where the library switches the cordon off. */
function cell(policy: Policy, { title, wishes, checkpoint }: Scenario): Rolls | undefined {
  if (checkpoint && policy.cordon === 'draining') return undefined;
  const key = `${title} ${policy.maxHealthyPercentage} ${policy.cordon}`;
  const known = rolled.get(key);
  if (known) return known;
  const paused = checkpoint ? { ...policy, checkpoints: [10, 100], checkpointDelay: 3600 } : policy;
  const rolls = TERMINATIONS.map((termination) =>
    seeds.map((seed) => roll(randomFleet(seed, { ...wishes, termination }), paused)),
  );
  rolled.set(key, rolls);
  return rolls;
}

const percent = (share: number) => `${share === 0 || share >= 10 ? share.toFixed(0) : share.toFixed(1)} %`;
const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
/** The worse of the two ways. */
const worst = (rolls: Rolls, of: (outcomes: readonly Outcome[]) => number) => Math.max(...rolls.map(of));
const drained = (outcomes: readonly Outcome[]) =>
  outcomes.flatMap(({ moves }) => moves.map((move) => move.drained));

/** What is measured: one table each. */
const MEASURES = {
  /** Tasks that were moved more than once, and how often one of them was at the most. */
  moves: (rolls: Rolls) => {
    const share = worst(rolls, (outcomes) => {
      const moves = drained(outcomes);
      return (100 * moves.filter((count) => count > 1).length) / moves.length;
    });
    return `${percent(share)}, ${worst(rolls, (outcomes) => Math.max(...drained(outcomes)))}`;
  },
  /** The longest that a task had no node to be placed on. */
  unplaced: (rolls: Rolls) =>
    `${worst(rolls, (outcomes) => Math.max(...outcomes.map(({ longestUnplaced }) => longestUnplaced)))} s`,
  /** The share of `RunTask` calls that found no node. */
  'run-task': (rolls: Rolls) =>
    percent(
      worst(
        rolls,
        (outcomes) =>
          (100 * sum(outcomes.map(({ runTaskFailed }) => runTaskFailed))) /
          sum(outcomes.map(({ tasksRun }) => tasksRun)),
      ),
    ),
  /** How long the deployment took, on average, with its rollback. */
  minutes: (rolls: Rolls) =>
    `${worst(rolls, (outcomes) => sum(outcomes.map(({ seconds }) => seconds)) / outcomes.length / 60).toFixed(0)} ` +
    'min',
  /** The longest that a deployment of a service took. */
  deployment: (rolls: Rolls) =>
    `${worst(rolls, (outcomes) => Math.max(...outcomes.map(({ longestDeployment }) => longestDeployment)))} ` +
    's',
} satisfies Record<string, (rolls: Rolls) => string>;

export type Measure = keyof typeof MEASURES;

function table(measure: Measure): string[] {
  const scenarios =
    measure === 'deployment' ? SCENARIOS.filter(({ wishes }) => wishes.deployments) : SCENARIOS;
  const titles =
    measure === 'deployment' ? ['longest deployment of a service'] : scenarios.map(({ title }) => title);
  const rows = POLICIES.map(([name, policy]) => [
    name,
    ...scenarios.map((scenario) => {
      const rolls = cell(policy, scenario);
      return rolls ? MEASURES[measure](rolls) : 'off';
    }),
  ]);
  return [['surge', ...titles], ['', ...titles].map(() => '---'), ...rows].map(
    (row) => `| ${row.join(' | ')} |`,
  );
}

/** Zone rebalancing: the share of tasks that ECS moved once more, by surge. */
function rebalanced(): string[] {
  const share = (policy: Policy) => {
    const ways = TERMINATIONS.map((termination) =>
      seeds.map((seed) => roll(randomFleet(seed, { rebalanced: true, termination }), policy)),
    );
    return worst(ways, (outcomes) => {
      const moves = outcomes.flatMap((outcome) => outcome.moves);
      return (100 * moves.filter((move) => move.rebalanced > 0).length) / moves.length;
    });
  };
  const [most, middle, little] = [200, 150, 110].map((size) => percent(share(surge(size))));
  return [
    `In the model it moved ${most} of the tasks once more at a surge of 200, ${middle} at 150 and ` +
      `${little} at 110.`,
  ];
}

/** In how many fleets old nodes wait in vain for their drain, with an image that never joins. */
function stuck(readinessGate: boolean): number {
  const policy = surge(200, readinessGate ? {} : { readinessGate, cordon: 'none' });
  return seeds.filter((seed) => roll(randomFleet(seed, { broken: 1, fault: 'silent' }), policy).stuck > 0)
    .length;
}

/** What the guide takes from the model, by the name of its place on the page. */
export const BLOCKS: Readonly<Record<string, () => string[]>> = {
  ...Object.fromEntries(Object.keys(MEASURES).map((measure) => [measure, () => table(measure as Measure)])),
  rebalanced,
  gate: () => [
    'With an image whose nodes run and never join, old nodes waited in vain for their drain in ' +
      `${stuck(false)}`,
    `of ${FLEETS} fleets without the gate, and in ${stuck(true)} with it.`,
  ],
  fleets: () => [
    `Each cell is ${FLEETS} random fleets, in the worse of the two ways. A fleet has 4 to 24 nodes, ` +
      'with room for one',
    'or two tasks more on each. It has 1 to 4 services of 2 to 14 tasks, at a minimum of 100. Within ' +
      '50 minutes six',
    'tasks crash, services scale out twice, and six tasks are run alone.',
  ],
};
