import { planOf } from './deployment';
import { estate, NEW_IMAGE, PAIRS } from './pairs';

describe('what happens to running nodes, and to the service', () => {
  test.each(Object.entries(PAIRS))('%s', (_, { before, after, newImage, verdict, service }) => {
    const plan = planOf(estate(before), estate(after), { images: [newImage ? NEW_IMAGE : 'same'] });
    const [tier] = plan.tiers.filter(({ verdict: own }) => own !== 'deleted');
    expect([tier.verdict, tier.ifLookedUp]).toEqual([verdict, false]);
    expect(plan.services.map((one) => one.verdict)).toEqual([service ?? 'nothing']);
  });
});
