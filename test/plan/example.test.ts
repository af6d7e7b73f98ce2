/** What the demo ends with: a plan of a change to the article's estate, and its picture on the page. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { planOfTheChange, synthesizeChanged } from '../../demo/plan';
import { synthesize } from '../../demo/synthesis';
import { expectGolden } from '../helpers/golden';

let folder: string;
const before = () => join(folder, 'before');
const after = () => join(folder, 'after');

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plan-'));
  synthesize(before());
  synthesizeChanged(after());
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('one command more in a shared template rolls the tiers that use it, and no other', () => {
  const { tiers } = JSON.parse(planOfTheChange(before(), after(), '--json'));
  expect(tiers.map(({ name, verdict }: any) => `${name}: ${verdict}`)).toEqual([
    'developer-staging/general: nothing',
    'shared-staging/general: nothing',
    'orders/standard: rolled',
    'billing/standard: rolled',
    'search/compute: nothing',
    'search/standard: rolled',
  ]);
  expect(planOfTheChange(before(), after(), '--values')).toContain(
    `+ run 'sysctl -w vm.max_map_count=262144'`,
  );
});

test('the picture on the page is the one that the command draws', () => {
  const file = join(__dirname, '..', '..', 'docs', 'images', 'plan.svg');
  expectGolden(file, planOfTheChange(before(), after(), '--svg'));
});
