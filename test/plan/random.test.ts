/** Random pairs of small templates: what holds for every plan. */
import * as fc from 'fast-check';
import { markdownOf } from '../../src/plan/markdown';
import type { Plan } from '../../src/plan/plan';
import { PLAIN } from '../../src/plan/styles';
import { svgOf } from '../../src/plan/svg';
import { tableOf } from '../../src/plan/table';
import { planOf } from './deployment';
import { type FleetWishes, fleet, ROLLING } from './fleet';

const type = fc.oneof(
  fc.constantFrom('t3.small', 't3.large'),
  fc.constant({ 'Fn::If': ['IsLarge', 't3.large', 't3.small'] }),
  fc.constant({ Ref: 'Missing' }),
);
const wishes: fc.Arbitrary<FleetWishes> = fc.record(
  {
    type,
    image: fc.constantFrom('ami-00000000000000001', 'resolve:ssm:/image', { Ref: 'Image' }),
    version: fc.constantFrom('$Latest', '1', { 'Fn::GetAtt': 'Template.LatestVersionNumber' }),
    policy: fc.constantFrom(
      {},
      ROLLING,
      { AutoScalingRollingUpdate: {} },
      { AutoScalingReplacingUpdate: { WillReplace: 'true' } },
    ),
    min: fc.constantFrom(0, '0', 5),
    max: fc.constantFrom(1, '30', 30, { Ref: 'Max' }),
    userData: fc.constantFrom(
      'a',
      'a\nb',
      { 'Fn::Join': ['', ['a\n', { Ref: 'Cluster' }]] },
      { 'Fn::Sub': `\${Cluster}` },
    ),
    service: fc.constantFrom({ DesiredCount: 1 }, { LaunchType: 'EC2' }, { ServiceName: 'api' }),
  },
  { requiredKeys: [] },
);

/** The same with the names of every object the other way round. */
function turned(value: any): any {
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, inner]) => [name, turned(inner)]),
  );
}

const outcome = ({ tiers, clusters, services }: Plan) =>
  [...tiers, ...clusters, ...services].map(({ name, verdict }) => `${name}: ${verdict}`).sort();
const busy = (plan: Plan) => outcome(plan).filter((line) => !line.endsWith(': nothing'));
const SETTLED = { images: ['same'] };

test('a deployment of the same templates does nothing, in any order of names', () => {
  fc.assert(
    fc.property(wishes, (same) => {
      const plan = planOf(fleet(same), turned(fleet(same)), SETTLED);
      expect([busy(plan), plan.rollback]).toEqual([[], []]);
    }),
  );
});

test('the order of names changes no plan', () => {
  fc.assert(
    fc.property(wishes, wishes, (before, after) => {
      const plan = planOf(fleet(before), fleet(after), SETTLED);
      expect(outcome(planOf(turned(fleet(before)), turned(fleet(after)), SETTLED))).toEqual(outcome(plan));
    }),
  );
});

test('what is not "nothing" has a reason, and every format can print it', () => {
  fc.assert(
    fc.property(wishes, wishes, (before, after) => {
      const plan = planOf(fleet(before), fleet(after), { values: true });
      for (const { verdict, why, notes } of [...plan.tiers, ...plan.services, ...plan.clusters])
        expect(verdict === 'nothing' || why.length + notes.length > 0).toBe(true);
      for (const print of [markdownOf, svgOf, (one: Plan) => tableOf(one, PLAIN)])
        expect(print(plan)).not.toMatch(/undefined|NaN|\[object/);
    }),
  );
});

test('a new type of instance is never "nothing" where the group reads the newest version', () => {
  fc.assert(
    fc.property(wishes, (same) => {
      const version = { 'Fn::GetAtt': ['Template', 'LatestVersionNumber'] };
      const plan = planOf(
        fleet({ ...same, version, type: 't3.small' }),
        fleet({ ...same, version, type: 't3.large' }),
        SETTLED,
      );
      expect(plan.tiers[0].verdict).not.toBe('nothing');
    }),
  );
});
