/**
 * The plan against the emulator, which judges how a change spreads from resource to resource. On demand, for it
 * deploys each app. When a refresh starts is a rule of the emulator's shim: this proves nothing of AWS.
 */
import * as fc from 'fast-check';
import { NodeReplacement } from '../../src';
import { Emulator } from '../deploy/emulator';
import { judge } from './judge';
import { PAIRS, type Wishes } from './pairs';

jest.setTimeout(1_800_000);

let aws: Emulator;
beforeAll(async () => {
  aws = await Emulator.start();
});
afterAll(() => aws?.stop());

async function agrees(before: Wishes, after: Wishes, newImage = false): Promise<void> {
  const judged = await judge(aws, before, after, newImage);
  expect(judged.map(({ id, seen }) => [id, seen])).toEqual(judged.map(({ id, said }) => [id, said]));
}

test.each(Object.entries(PAIRS))(
  'the emulator does what the plan says: %s',
  (_, { before, after, newImage }) => agrees(before, after, newImage),
);

/** The same objects again and again, for each app is synthesized once. */
const replacements = [NodeReplacement.rolling(), NodeReplacement.onNextLaunch(), NodeReplacement.allAtOnce()];
const wishes: fc.Arbitrary<Wishes> = fc.record(
  {
    replacement: fc.constantFrom(...replacements),
    types: fc.constantFrom(['t3.small'], ['t3.large'], ['t3.small', 't3a.small'], ['t3a.small', 't3.small']),
    somaxconn: fc.constantFrom(1000, 2000),
    subnet: fc.constantFrom('subnet-0bbbbbbbbbbbbbbb0', 'subnet-0ccccccccccccccc0'),
    max: fc.constantFrom(9, 30),
    shared: fc.boolean(),
    tag: fc.constantFrom('a', 'b'),
    container: fc.constantFrom('nginx:1', 'nginx:2'),
    desired: fc.constantFrom(1, 3),
    spot: fc.boolean(),
  },
  { requiredKeys: [] },
);

test('the emulator does what the plan says: random pairs', async () => {
  await fc.assert(fc.asyncProperty(wishes, wishes, fc.boolean(), agrees), {
    numRuns: 40,
    endOnFailure: true,
  });
});
