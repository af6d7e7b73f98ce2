import { page, prose } from './markdown';
import { ESTATES, rowOf, stuckWithBrokenImage } from './roll-numbers';

jest.setTimeout(300_000);

const WAYS = { 'one by one': 'progressive', 'all of a batch': 'batch' } as const;
const text = prose(page('docs/rolling-replacement.md'));

test('the numbers of the guide are what the model gives', () => {
  const rows = text.filter((line) => /^\| \d+ \| (on|off) \|/.test(line));
  expect(rows.length).toBeGreaterThan(6);
  const given = rows.map((row) => {
    const [surge, cordon, way] = row
      .split('|')
      .slice(1, 4)
      .map((cell) => cell.trim());
    const { mostMoves, meanMoves, below, peak } = rowOf(
      Number(surge),
      cordon === 'on',
      WAYS[way as keyof typeof WAYS],
    );
    return (
      `| ${surge} | ${cordon} | ${way} | ${mostMoves} | ${meanMoves.toFixed(2)} | ${below} | ` +
      `${Math.round(peak)} % |`
    );
  });
  expect(rows).toEqual(given);
});

test('and so is what it says of an image that never joins', () => {
  const all = text.join('\n');
  expect(all).toContain(`${ESTATES.toLocaleString('en')} random estates`);
  expect(all).toContain(
    `in ${stuckWithBrokenImage(true)} of ${ESTATES.toLocaleString('en')} estates with the gate, and in ` +
      `${stuckWithBrokenImage(false)} without it`,
  );
});
