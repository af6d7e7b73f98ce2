import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { consolidatedTiers, type Rule, type Setting } from './consolidation';

jest.setTimeout(600_000);

describe('the tables of docs/consolidation.md', () => {
  const page = readFileSync(join(__dirname, '..', '..', 'docs', 'consolidation.md'), 'utf8').split('\n');
  const TIERS = 16;
  const number = (value: number) => (value < 10 ? value.toFixed(1) : value.toFixed(0));

  test(`have what the model says, of ${TIERS} tiers`, () => {
    const base = consolidatedTiers(TIERS, { placement: 'spread', rule: 'none' });
    const rows: [string, Setting][] = [
      ['spread, ECS’s default', { placement: 'spread', rule: 'none' }],
      ['spread, with consolidation', { placement: 'spread', rule: 'calm' }],
      ['`packedPlacement()`', { placement: 'packed', rule: 'none' }],
      ['`packedPlacement()`, with consolidation', { placement: 'packed', rule: 'calm' }],
      ['packed by memory alone', { placement: 'memory alone', rule: 'none' }],
      ['packed by memory alone, with consolidation', { placement: 'memory alone', rule: 'calm' }],
    ];
    const rules: [string, Rule][] = [
      ['as it is', 'calm'],
      ['at any time of the day, young nodes too', 'all day'],
      ['first fit in place of slots', 'first fit'],
      ['any zone', 'any zone'],
      ['the drained node left to managed scaling', 'left to managed scaling'],
    ];
    const lines = [
      ...rows.map(([title, setting]) => {
        const { nodes, given, moves, waited } = consolidatedTiers(TIERS, setting);
        const saved = 100 * (1 - nodes / base.nodes);
        const percent = title.startsWith('spread, ECS') ? '–' : `${saved.toFixed(0)} %`;
        return `| ${[title, nodes.toFixed(1), percent, ...[given, moves, waited].map(number)].join(' | ')} |`;
      }),
      ...rules.map(([title, rule]) => {
        const { nodes, ...rest } = consolidatedTiers(TIERS, { placement: 'spread', rule });
        const { given, undone, pingPong, zonesEvened, busyTaken, waited } = rest;
        const saved = 100 * (1 - nodes / base.nodes);
        const cells = [given, undone, pingPong, zonesEvened, busyTaken, waited].map(number);
        return `| ${[title, `${saved.toFixed(0)} %`, ...cells].join(' | ')} |`;
      }),
    ];
    expect(page).toEqual(expect.arrayContaining(lines));
  });
});
