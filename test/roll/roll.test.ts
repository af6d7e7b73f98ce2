import * as fc from 'fast-check';
import { type Estate, type Outcome, type Policy, roll, type ServiceModel } from './model';

/** Enough for thousands of estates in each test, and still a second or two. */
const RUNS = 1000;

const BASE: Omit<Policy, 'termination'> = {
  minHealthyPercentage: 100,
  maxHealthyPercentage: 200,
  cordon: false,
  readinessGate: true,
  drains: true,
};
const TERMINATIONS = ['progressive', 'batch'] as const;
const surge = (
  maxHealthyPercentage: number,
  cordon: boolean,
  termination: Policy['termination'],
): Policy => ({
  ...BASE,
  maxHealthyPercentage,
  cordon,
  termination,
});

/**
 * Whether ECS may start a replacement before it stops a task: the maximum is rounded down, so that one task
 * and 150 percent leave none.
 */
const leavesRoom = (service: ServiceModel) =>
  Math.floor((service.desired * service.maxPercent) / 100) > service.desired;

const steady: fc.Arbitrary<ServiceModel> = fc
  .record({
    desired: fc.integer({ min: 1, max: 12 }),
    minHealthyPercent: fc.constant(100),
    maxPercent: fc.constantFrom(125, 150, 200),
    protectedFor: fc.constantFrom(0, 0, 0, 5, 15),
  })
  .filter(leavesRoom);

const anyService: fc.Arbitrary<ServiceModel> = fc.record({
  desired: fc.integer({ min: 1, max: 20 }),
  minHealthyPercent: fc.integer({ min: 0, max: 100 }),
  maxPercent: fc.integer({ min: 100, max: 200 }),
  protectedFor: fc.constantFrom(0, 0, 5),
});

/**
 * Estates whose tasks fit on their nodes, with room for one more of each: what managed scaling would see to.
 */
function estates(
  service: fc.Arbitrary<ServiceModel>,
  more: Partial<{ [Key in keyof Estate]: fc.Arbitrary<Estate[Key]> }> = {},
): fc.Arbitrary<Estate> {
  return fc
    .record({
      nodes: fc.integer({ min: 1, max: 20 }),
      services: fc.array(service, { minLength: 1, maxLength: 4 }),
      bootTicks: fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 40 }),
      broken: fc.constant<readonly number[]>([]),
      spotLosses: fc.constant<readonly number[]>([]),
      placement: fc.constantFrom<Estate['placement'][]>('fullest', 'emptiest', 'oldest'),
      ...more,
    })
    .map((estate) => {
      const tasks = (estate.services as ServiceModel[]).reduce((sum, each) => sum + each.desired, 0);
      return { ...estate, slots: Math.ceil(tasks / (estate.nodes as number)) + 1 } as Estate;
    });
}

const most = (outcome: Outcome) => Math.max(...outcome.moves);

function holds(
  estate: fc.Arbitrary<Estate>,
  policy: Policy,
  property: (outcome: Outcome, estate: Estate) => boolean,
): void {
  fc.assert(
    fc.property(estate, (one) => property(roll(one, policy), one)),
    { numRuns: RUNS },
  );
}

const neverBelowMinimum = (outcome: Outcome, estate: Estate) =>
  estate.services.every(
    (service, index) =>
      outcome.fewest[index] >= Math.ceil((service.desired * service.minHealthyPercent) / 100),
  );

describe.each(TERMINATIONS)('in the model, when old nodes go in the %s way', (termination) => {
  test.each([105, 110, 150, 199])(
    'rolling() with a surge of %i and its cordon moves each task once, and never goes below a minimum',
    (percent) => {
      holds(
        estates(steady),
        surge(percent, true, termination),
        (outcome, estate) =>
          !outcome.failed &&
          outcome.oldNodesLeft === 0 &&
          most(outcome) === 1 &&
          neverBelowMinimum(outcome, estate),
      );
    },
  );

  test('rolling() never goes below the minimum of any service that leaves it room to move', () => {
    holds(estates(anyService.filter(leavesRoom)), surge(200, false, termination), neverBelowMinimum);
  });

  test('a service that leaves no room to move keeps its minimum, and holds up the roll instead', () => {
    const stuck = anyService.map((service) => ({
      ...service,
      minHealthyPercent: 100,
      maxPercent: 100,
      protectedFor: 0,
    }));
    holds(
      estates(stuck),
      surge(200, false, termination),
      (outcome, estate) => neverBelowMinimum(outcome, estate) && outcome.failed,
    );
  });

  test('nodes that never join touch no old node behind the readiness gate, and fail the refresh', () => {
    const broken = fc.constant([...Array(5000).keys()]);
    holds(
      estates(steady, { broken }),
      surge(200, false, termination),
      (outcome, estate) => outcome.failed && outcome.oldNodesLeft === estate.nodes && most(outcome) === 0,
    );
  });

  test('without the gate the same nodes leave old ones draining with nowhere to go', () => {
    const broken = fc.constant([...Array(5000).keys()]);
    const nodes = fc.integer({ min: 2, max: 40 });
    holds(
      estates(steady, { broken, nodes }),
      { ...surge(200, false, termination), readinessGate: false },
      (outcome) => outcome.failed && outcome.stuckDraining > 0,
    );
  });

  test('a node that never joins among good ones is replaced, and costs no task a second move', () => {
    const broken = fc.uniqueArray(fc.integer({ min: 0, max: 20 }), { maxLength: 5 });
    holds(
      estates(steady, { broken }),
      surge(110, true, termination),
      (outcome, estate) => !outcome.failed && most(outcome) === 1 && neverBelowMinimum(outcome, estate),
    );
  });

  test('a Spot loss in the middle of a roll is made up for, and the roll still ends', () => {
    const spotLosses = fc.uniqueArray(fc.integer({ min: 1, max: 30 }), { maxLength: 3 });
    holds(
      estates(steady, { spotLosses }),
      surge(110, true, termination),
      (outcome) => !outcome.failed && outcome.oldNodesLeft === 0,
    );
  });

  test('a lost event means no cordon: tasks may move again, and still none is lost', () => {
    holds(
      estates(steady),
      { ...surge(110, true, termination), eventLost: true },
      (outcome, estate) => !outcome.failed && neverBelowMinimum(outcome, estate),
    );
  });

  test('the group is never larger than it may be', () => {
    fc.assert(
      fc.property(estates(steady), fc.integer({ min: 100, max: 200 }), (estate, percent) => {
        const { mostAlive } = roll(estate, surge(percent, true, termination));
        const allowed = Math.max(Math.floor((estate.nodes * percent) / 100), estate.nodes + 1);
        return mostAlive <= allowed;
      }),
      { numRuns: RUNS },
    );
  });
});

test('with the doubling of the group each task moves once without a cordon, if all new nodes come first', () => {
  holds(
    estates(steady),
    surge(200, false, 'batch'),
    (outcome, estate) => !outcome.failed && most(outcome) === 1 && neverBelowMinimum(outcome, estate),
  );
});

test('without a cordon and with a small surge a task moves many times: what the cordon is for', () => {
  const estate: Estate = {
    nodes: 20,
    slots: 6,
    services: [{ desired: 60, minHealthyPercent: 100, maxPercent: 200, protectedFor: 0 }],
    bootTicks: [3],
    broken: [],
    spotLosses: [],
    placement: 'oldest',
  };
  expect(most(roll(estate, surge(110, false, 'progressive')))).toBeGreaterThan(3);
  expect(most(roll(estate, surge(110, true, 'progressive')))).toBe(1);
});

test('allAtOnce() takes everything down at once, and is over soonest', () => {
  const estate: Estate = {
    nodes: 10,
    slots: 6,
    services: [{ desired: 30, minHealthyPercent: 100, maxPercent: 200, protectedFor: 0 }],
    bootTicks: [3],
    broken: [],
    spotLosses: [],
    placement: 'emptiest',
  };
  const fast = roll(estate, {
    minHealthyPercentage: 0,
    maxHealthyPercentage: 100,
    cordon: false,
    readinessGate: false,
    drains: false,
    termination: 'progressive',
  });
  expect(fast.fewest).toEqual([0]);
  expect(fast.ticks).toBeLessThan(roll(estate, surge(110, true, 'progressive')).ticks);
});
