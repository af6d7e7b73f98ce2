import { readdirSync, readFileSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { picture } from '../../projenrc/pictures/graph';
import { PALETTE } from '../../projenrc/pictures/palette';
import { contrast } from '../helpers/contrast';
import { expectGolden } from '../helpers/golden';
import { pages, prose, ROOT } from './markdown';

const IMAGES = 'docs/images';
const named = (extension: string) =>
  readdirSync(join(ROOT, IMAGES))
    .filter((name) => name.endsWith(extension))
    .sort();

test.each(named('.dot'))('the picture of %s is what its source draws', async (name) => {
  const drawn = await picture(readFileSync(join(ROOT, IMAGES, name), 'utf8'));
  expect(drawn).not.toMatch(/undefined|NaN/);
  expectGolden(join(ROOT, IMAGES, name.replace(/\.dot$/, '.svg')), drawn);
});

// Many renderers ignore it, and letters then lie upon each other: test/docs/pictures draws them for real.
test.each(named('.svg'))('no text of %s has a fixed length', (name) => {
  expect(readFileSync(join(ROOT, IMAGES, name), 'utf8')).not.toMatch(/textLength|lengthAdjust/);
});

test('each picture stands on a page, with words for those who do not see it', () => {
  const described = pages('README.md').flatMap((of) =>
    prose(of).flatMap((line) =>
      [...line.matchAll(/!\[([^\]]{40,})\]\(([^)]+)\)/g)].map(([, , file]) =>
        normalize(join(of.path, '..', file)),
      ),
    ),
  );
  expect([...new Set(described)].sort()).toEqual(named('.svg').map((name) => `${IMAGES}/${name}`));
});

test.each([
  ['text', 'card', 4.5],
  ['text', 'surface', 4.5],
  ['digit', 'solid', 4.5],
  ['line', 'card', 3],
  ['line', 'surface', 3],
  ['solid', 'card', 3],
] as const)('every %s can be told from every %s, on light pages and on dark ones', (above, below, least) => {
  const faint = Object.entries(PALETTE[above]).flatMap(([name, shades]) =>
    Object.entries(PALETTE[below]).flatMap(([other, behind]) =>
      shades.flatMap((shade, scheme) => {
        const given = contrast(shade, behind[scheme]);
        return given < least ? [`${name} on ${other}: ${given.toFixed(2)}`] : [];
      }),
    ),
  );
  expect(faint).toEqual([]);
});
