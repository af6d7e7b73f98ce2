import { App, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { checkAtSynthesis, problemAt } from '../../src/rendered/problem';

test('a problem ends in its code; CDK puts the path in front', () => {
  const app = new App();
  const stack = new Stack(app, 'Orders');
  checkAtSynthesis(stack, () => [problemAt(stack, 'NoTier', 'no tier')]);
  expect(() => app.synth()).toThrow(/\[Orders\] no tier \(NoTier\)$/m);
});

test('a problem of another construct names that one, too', () => {
  const app = new App();
  const stack = new Stack(app, 'Orders');
  const tier = new Construct(stack, 'Tier');
  checkAtSynthesis(stack, () => [problemAt(tier, 'NoTier', 'no tier')]);
  expect(() => app.synth()).toThrow(/\[Orders\] no tier \(NoTier at Orders\/Tier\)$/m);
});
