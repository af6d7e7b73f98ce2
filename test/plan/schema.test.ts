import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { planOf } from './deployment';
import { estate, PAIRS } from './pairs';
import { problems } from './schema';

const schema = JSON.parse(readFileSync(join(__dirname, '..', '..', 'docs', 'plan.schema.json'), 'utf8'));

test.each(['a sysctl', 'the name of a tier', "a cluster's name", "a group's name", 'nothing'])(
  'the plan has the documented shape: %s',
  (name) => {
    const { before, after } = PAIRS[name];
    const nodes = new Map(name === 'a sysctl' ? [['Orders/general', 3]] : []);
    const plan = planOf(estate(before), estate(after), { values: true, nodes });
    expect(problems(JSON.parse(JSON.stringify(plan)), schema, schema)).toEqual([]);
  },
);

test('what is not documented is noticed', () => {
  const plan: any = planOf(estate(PAIRS.nothing.before), estate(PAIRS.nothing.after));
  const other = { ...plan, more: 1, tiers: [{ ...plan.tiers[0], verdict: 'gone' }], notes: undefined };
  expect(problems(JSON.parse(JSON.stringify(other)), schema, schema)).toEqual([
    'plan.notes is missing',
    'plan.more is not documented',
    'plan.tiers.0.verdict: "gone"',
  ]);
});
