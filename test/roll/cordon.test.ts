import * as fc from 'fast-check';
import { seeds } from '../helpers/on-demand';
import { calm, crashes, fleets, holds, life, mostMoves, SURGES, steady, withAndWithout } from './arbitrary';
import { LOOK, SOONER } from './cordon';
import type { Fault } from './fleet';
import { roll } from './roll';

jest.setTimeout(seeds(60_000, 1_800_000));

/** The longest pause between two looks of the gate. */
const GATE = 80;
const faults = fc.array(fc.constantFrom<Fault>('none', 'none', 'none', 'dies', 'silent'), {
  minLength: 5,
  maxLength: 20,
});

describe.each(SURGES)('with a surge of %s, the cordon', (_, policy) => {
  test('moves each task once', () => {
    holds(fleets(), (fleet) => {
      const outcome = roll(fleet, policy);
      expect(mostMoves(outcome)).toBe(1);
      expect(outcome).toMatchObject({ failed: false, ended: true, leftOver: 0 });
    });
  });

  test('never leaves a service below its minimum while services are deployed and scale, and tasks are run', () => {
    holds(fleets({ happenings: calm, faults }), (fleet) => {
      expect(Math.max(...roll(fleet, policy).shortfall)).toBeLessThanOrEqual(0);
    });
  });

  test('leaves a service whose tasks crash no further below its minimum than it would be without', () => {
    holds(fleets({ happenings: crashes, faults, service: steady }), (fleet) => {
      const [cordoned, plain] = withAndWithout(fleet, policy);
      cordoned.shortfall.forEach((missing, service) => {
        expect(missing).toBeLessThanOrEqual(plain.shortfall[service]);
      });
    });
  });

  test('leaves no task without a node for longer than it would be without, and two looks of the cordon', () => {
    holds(fleets({ happenings: life, faults }), (fleet) => {
      const [cordoned, plain] = withAndWithout(fleet, policy);
      expect(cordoned.longestUnplaced).toBeLessThanOrEqual(
        plain.longestUnplaced + LOOK + (policy.cordon === 'constraint' ? SOONER : 0),
      );
    });
  });

  test('makes the roll longer by two looks of the cordon and of the gate at most', () => {
    holds(fleets({ happenings: crashes }), (fleet) => {
      const [cordoned, plain] = withAndWithout(fleet, policy);
      expect(cordoned.seconds).toBeLessThanOrEqual(plain.seconds + 2 * (LOOK + GATE));
    });
  });

  test('holds no node for longer than fifteen minutes from its launch, or than it takes to join', () => {
    holds(fleets({ happenings: life, faults, slowestBoot: 1100 }), (fleet) => {
      const slowest = Math.max(...fleet.tiers.flatMap(({ boots }) => boots));
      expect(roll(fleet, policy).oldestLetIn).toBeLessThanOrEqual(Math.max(900, slowest + GATE) + 15);
    });
  });
});
