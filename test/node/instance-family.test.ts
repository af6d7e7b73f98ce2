import * as ec2 from 'aws-cdk-lib/aws-ec2';
import {
  acceleratorOfType,
  architectureOfType,
  familyOf,
  isInstanceTypeName,
} from '../../src/node/instance-family';
import { knownInstanceTypes } from '../../src/node/instance-type-specs';

/** What CDK makes of a name; undefined where it throws. */
function architectureOfCdk(name: string): ec2.InstanceArchitecture | undefined {
  try {
    return new ec2.InstanceType(name).architecture;
  } catch {
    return undefined;
  }
}

const isMac = (name: string) => name.startsWith('mac');

test('each type of the table is a name of a family and a size', () => {
  expect(knownInstanceTypes().filter((name) => !isInstanceTypeName(name))).toEqual([]);
});

test.each(['m7i', 'm7i.', 'M7i.large', '.large', 'm7i large', 'm7i.large*'])('%s is none', (name) => {
  expect(isInstanceTypeName(name)).toBe(false);
});

test('the architecture of each type is what CDK says, wherever it says something', () => {
  const different = knownInstanceTypes()
    .filter((name) => !isMac(name))
    .filter((name) => ![undefined, architectureOfType(name)].includes(architectureOfCdk(name)));
  expect(different).toEqual([]);
});

test.each([
  ['p6e-gb200.36xlarge', 'arm64'],
  ['p6-b200.48xlarge', 'x86_64'],
  ['u7i-12tb.224xlarge', 'x86_64'],
  ['c7i-flex.large', 'x86_64'],
  ['g5g.xlarge', 'arm64'],
  ['g5.xlarge', 'x86_64'],
  ['gr6f.4xlarge', 'x86_64'],
  ['im4gn.large', 'arm64'],
])('%s is of %s', (name, architecture) => {
  expect(architectureOfType(name)).toBe(architecture);
});

test('of all families, these have accelerators that an image of Amazon drives', () => {
  const families = (accelerator: string) =>
    [
      ...new Set(
        knownInstanceTypes()
          .filter((name) => acceleratorOfType(name) === accelerator)
          .map(familyOf),
      ),
    ].sort();
  expect(families('GPU')).toEqual(
    'g4dn g5 g5g g6 g6e g6f g7 g7e gr6 gr6f p3dn p4d p4de p5 p5e p5en p6-b200 p6-b300'.split(' '),
  );
  expect(families('Neuron')).toEqual('inf1 inf2 trn1 trn1n trn2 trn2u'.split(' '));
});
