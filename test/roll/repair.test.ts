import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { seeds } from '../helpers/on-demand';
import { type Rules, repairedTier, repairedTiers } from './repair';

jest.setTimeout(seeds(60_000, 900_000));

/** So many random tiers for each row of the page. */
const TIERS = 300;

describe('repair, in a model of random tiers', () => {
  // On demand there are as many tiers as the page says.
  test.each([{}, { after: 5 }, { after: 20 }, { share: 1 }, { share: 10 }, { share: 32 }])(
    'never leaves fewer nodes than its bound, and never takes the last one: %j',
    (rules: Partial<Rules>) => {
      const { overTheBound, lastOneTaken, wellReplacedWhereNothingWasOut } = repairedTiers(
        seeds(200, 2000),
        rules,
      );
      expect({ overTheBound, lastOneTaken, wellReplacedWhereNothingWasOut }).toEqual({
        overTheBound: 0,
        lastOneTaken: 0,
        wellReplacedWhereNothingWasOut: 0,
      });
    },
  );

  test('ends each run, in outages that do not end too', () => {
    const { endless, gaveUp } = repairedTiers(100, {}, 2200);
    expect(endless).toBe(0);
    expect(gaveUp).toBeGreaterThan(0);
  });

  test('replaces broken nodes of small and of large tiers', () => {
    const few = Array.from({ length: 400 }, (_, seed) => repairedTier(seed)).filter(
      ({ kind, nodes }) => kind === 'few' && nodes > 1,
    );
    expect(few.length).toBeGreaterThan(20);
    // In the others more are broken than may go at once.
    const repaired = few.filter(({ waited }) => waited.length > 0);
    expect(repaired.length).toBeGreaterThan(0.7 * few.length);
    expect(Math.min(...repaired.map(({ nodes }) => nodes))).toBe(2);
  });
});

describe('the table of docs/repair.md', () => {
  const rows: [string, Partial<Rules>][] = [
    ['as it is', {}],
    ['without a second node that is well', { witness: false }],
    ['impaired nodes counted, not missing ones', { counts: 'impaired', witness: false }],
    ["the agent's connection asked, not ECS's health", { by: 'connection' }],
    ['`after` 5 minutes', { after: 5 }],
    ['`after` 20 minutes', { after: 20 }],
    ['`maxUnhealthyPercentage` 10', { share: 10 }],
    ['`maxUnhealthyPercentage` 32', { share: 32 }],
    ['40, which is refused', { share: 40 }],
  ];

  test('has what the model says', () => {
    const lines = rows.map(([title, rules]) => {
      const { overTheBound, lastOneTaken, wellReplaced, replaced, median, late } = repairedTiers(
        TIERS,
        rules,
      );
      return `| ${[title, overTheBound, lastOneTaken, wellReplaced, replaced, `${median}, ${late}`].join(' | ')} |`;
    });
    const page = readFileSync(join(__dirname, '..', '..', 'docs', 'repair.md'), 'utf8');
    expect(page.split('\n')).toEqual(expect.arrayContaining(lines));
  });
});
