import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expectGolden } from '../helpers/golden';
import { BLOCKS } from './numbers';

jest.setTimeout(300_000);

const GUIDE = join(__dirname, '..', '..', 'docs', 'rolling-replacement.md');
/** What the model gives is between two comments, which name it. */
const BLOCK = /(<!-- model: ([\w-]+) -->\n\n)[\s\S]*?(\n\n<!-- end -->)/g;

test('the numbers of the guide are what the model gives', () => {
  const page = readFileSync(GUIDE, 'utf8');
  expect([...page.matchAll(BLOCK)].map(([, , name]) => name).sort()).toEqual(Object.keys(BLOCKS).sort());
  expectGolden(
    GUIDE,
    page.replace(BLOCK, (_, start, name, end) => `${start}${BLOCKS[name]().join('\n')}${end}`),
  );
});
