import { SMALL, TestStack } from '../helpers/estate';

const agent = process.env.JSII_AGENT;

afterEach(() => {
  if (agent === undefined) delete process.env.JSII_AGENT;
  else process.env.JSII_AGENT = agent;
});

/** What comes of `tiers=[{"name": "general", "instance_types": […]}]`, after jsii. */
function withoutInstanceTypes(): void {
  new TestStack().cluster({ tiers: [{ name: 'general' }] });
}

test('in Python a tier without instance types gets what to write in place of a dict in a list', () => {
  process.env.JSII_AGENT = 'Python/3.11.4';
  expect(withoutInstanceTypes).toThrow(
    "Write each item of `tiers` as `InstanceTierProps(name='…', instance_types=[…])`: a dict in a list " +
      'loses all names with an underscore (NoInstanceType at ',
  );
});

test.each([undefined, 'Java/17', 'DotNet/8.0', 'go1.22'])('in other languages it does not: %s', (other) => {
  if (other === undefined) delete process.env.JSII_AGENT;
  else process.env.JSII_AGENT = other;
  expect(withoutInstanceTypes).toThrow('or the cluster (NoInstanceType at ');
  expect(() =>
    new TestStack().cluster({ tiers: [{ name: 'general', instanceTypes: [SMALL] }] }),
  ).not.toThrow();
});
