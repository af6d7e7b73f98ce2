import * as fc from 'fast-check';
import { seeds } from '../helpers/on-demand';
import {
  calm,
  crashes,
  fleets,
  holds,
  life,
  mostMoves,
  SURGES,
  spotLosses,
  steady,
  withAndWithout,
} from './arbitrary';
import { LOOK } from './cordon';
import { type Fault, type Policy, surge } from './fleet';
import { roll } from './roll';

jest.setTimeout(seeds(60_000, 1_800_000));

const neverJoins = fc.constantFrom<Fault[][]>(['dies'], ['silent'], ['dies', 'silent']);
const isBelow = (shortfall: number[]) => Math.max(...shortfall) > 0;

describe.each(SURGES)('in a roll with a surge of %s', (_, policy) => {
  test('an image that never joins touches no old node, fails no task that is run alone, and is rolled back', () => {
    holds(fleets({ faults: neverJoins, happenings: life, service: steady }), (fleet) => {
      const [cordoned, plain] = withAndWithout(fleet, policy);
      expect(cordoned).toMatchObject({ failed: true, ended: true, stuck: 0, leftOver: 0 });
      expect(cordoned.runTaskFailed).toBeLessThanOrEqual(plain.runTaskFailed);
      expect(cordoned.longestUnplaced).toBeLessThanOrEqual(plain.longestUnplaced);
    });
  });

  test('the group is never larger than it may be', () => {
    holds(fleets({ happenings: fc.oneof(crashes, spotLosses) }), (fleet) => {
      expect(roll(fleet, policy).overSurge).toBeLessThanOrEqual(0);
    });
  });

  test('Spot losses are made up for, and the roll ends', () => {
    holds(fleets({ happenings: spotLosses, service: steady }), (fleet) => {
      expect(roll(fleet, policy)).toMatchObject({ failed: false, ended: true, leftOver: 0 });
    });
  });

  test('Spot losses leave no task without a node for longer than two looks of the cordon where others have room', () => {
    holds(fleets({ happenings: spotLosses, service: steady, room: fc.constant(28) }), (fleet) => {
      const [cordoned, plain] = withAndWithout(fleet, policy);
      expect(cordoned.longestUnplaced).toBeLessThanOrEqual(plain.longestUnplaced + 2 * LOOK);
    });
  });

  test('launches that stall end the barrier: the roll goes on in batches, and no service falls below its minimum', () => {
    holds(fleets({ spare: fc.integer({ min: 1, max: 8 }) }), (fleet) => {
      const outcome = roll(fleet, policy);
      expect(outcome).toMatchObject({ failed: false, ended: true, leftOver: 0 });
      expect(isBelow(outcome.shortfall)).toBe(false);
    });
  });

  test('a cancel or an alarm in the middle is rolled back, and leaves nothing marked', () => {
    const ends = fc.record({
      what: fc.constantFrom('alarm' as const, 'cancel' as const),
      at: fc.integer({ min: 15, max: 900 }),
    });
    holds(fleets({ happenings: ends.map((end) => [end]) }), (fleet) => {
      const outcome = roll(fleet, policy);
      expect(outcome).toMatchObject({ ended: true, leftOver: 0 });
      expect(isBelow(outcome.shortfall)).toBe(false);
    });
  });

  test('a late or lost event, and a run that is lost with marks on nodes, cost no service a task', () => {
    const runs = fc.record({
      startsAt: fc.oneof(fc.integer({ min: 0, max: 3600 }), fc.constant(Number.POSITIVE_INFINITY)),
      lostAt: fc.oneof(fc.integer({ min: 60, max: 1800 }), fc.constant(Number.POSITIVE_INFINITY)),
      endEvent: fc.boolean(),
    });
    const alarms = fc.array(
      fc.record({ what: fc.constant('alarm' as const), at: fc.integer({ min: 15, max: 900 }) }),
      { maxLength: 1 },
    );
    holds(fleets({ runs, happenings: alarms }), (fleet) => {
      const outcome = roll(fleet, policy);
      expect(outcome).toMatchObject({ ended: true, leftOver: 0 });
      expect(isBelow(outcome.shortfall)).toBe(false);
    });
  });

  test('a drain that is stuck for hours fails the refresh, and what drains for the cordon is given back', () => {
    const long = fc.record({
      what: fc.constant('run task' as const),
      at: fc.constant(15),
      pick: fc.nat(99),
      lasts: fc.constant(3 * 3600),
    });
    holds(fleets({ happenings: long.map((one) => [one]), slowestBoot: 120 }), (fleet) => {
      const outcome = roll(fleet, policy);
      expect(outcome).toMatchObject({ ended: true, leftOver: 0 });
      expect(isBelow(outcome.shortfall)).toBe(false);
    });
  });

  test('managed scaling in the middle takes no service below its minimum', () => {
    holds(
      fleets({ scaled: true, happenings: life.map((all) => all.filter(({ what }) => what !== 'crash')) }),
      (fleet) => {
        const outcome = roll(fleet, policy);
        expect(outcome).toMatchObject({ ended: true, leftOver: 0 });
        expect(isBelow(outcome.shortfall)).toBe(false);
      },
    );
  });

  test('a service over two tiers moves each task once for each tier at most', () => {
    holds(fleets({ tiers: 2, service: steady, room: fc.constant(14) }), (fleet) => {
      const outcome = roll(fleet, policy);
      expect(mostMoves(outcome)).toBeLessThanOrEqual(2);
      expect(outcome).toMatchObject({ failed: false, ended: true, leftOver: 0 });
      expect(isBelow(outcome.shortfall)).toBe(false);
    });
  });

  test('two tiers that roll together, managed scaling, rebalancing, broken nodes and deployments at once take no service below its minimum', () => {
    const everything = {
      tiers: 2,
      scaled: true,
      service: steady.map((service) => ({ ...service, rebalanced: true })),
      faults: fc.array(fc.constantFrom<Fault>('none', 'none', 'none', 'dies', 'silent'), {
        minLength: 5,
        maxLength: 20,
      }),
      happenings: calm,
    };
    holds(fleets(everything), (fleet) => {
      const outcome = roll(fleet, policy);
      expect(outcome).toMatchObject({ ended: true, leftOver: 0 });
      expect(isBelow(outcome.shortfall)).toBe(false);
    });
  });

  test('zone rebalancing moves tasks that the roll has moved, and never leaves a service below its minimum', () => {
    const rebalanced = steady.map((service) => ({ ...service, rebalanced: true }));
    holds(fleets({ service: rebalanced }), (fleet) => {
      const outcome = roll(fleet, policy);
      expect(mostMoves(outcome)).toBe(1);
      expect(isBelow(outcome.shortfall)).toBe(false);
    });
  });
});

describe.each(SURGES.filter(([, { cordon }]) => cordon === 'constraint'))(
  'with checkpoints and a surge of %s',
  (_, policy) => {
    const checkpoints: Policy = { ...policy, checkpoints: [20, 50, 100], checkpointDelay: 1200 };

    test('no task waits for the end of a pause', () => {
      holds(fleets({ happenings: life }), (fleet) => {
        const [cordoned, plain] = withAndWithout(fleet, checkpoints);
        expect(cordoned).toMatchObject({ failed: false, ended: true, leftOver: 0 });
        expect(cordoned.longestUnplaced).toBeLessThanOrEqual(plain.longestUnplaced + 2 * LOOK);
      });
    });
  },
);

test('without the gate an image that never joins leaves old nodes draining with nowhere for their tasks to go', () => {
  holds(fleets({ faults: fc.constant(['silent']), service: steady }), (fleet) => {
    expect(roll(fleet, surge(200, { readinessGate: false, cordon: 'none' })).stuck).toBeGreaterThan(0);
    expect(roll(fleet, surge(200)).stuck).toBe(0);
  });
});

test('a service that leaves no room to move keeps its minimum, and holds up the roll until it fails', () => {
  const stuck = steady.map((service) => ({ ...service, maxPercent: 100 }));
  holds(fleets({ anyService: stuck }), (fleet) => {
    const outcome = roll(fleet, surge(200));
    expect(isBelow(outcome.shortfall)).toBe(false);
    expect(outcome.failed).toBe(true);
  });
});
