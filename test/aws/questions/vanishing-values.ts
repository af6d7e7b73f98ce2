import { Duration } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { NodeReplacement, PurchaseOption } from 'cdk-ecs-auto-scaled-cluster';
import { cluster } from '../parts';
import { type Experiment, no, undecided, type Verdict, yes } from '../question';
import { endOf, group, type Seen, type SeenSettings, sample, seen } from '../seen';

/** Whether a value that was there in the first step is away, or at its default, in the second. */
function isTakenBack(
  record: Seen,
  what: string,
  read: (settings: SeenSettings) => unknown,
  isDefault: (value: unknown) => boolean,
): Verdict {
  const [set, unset] = ['set', 'unset'].map((step) => endOf(record, step)?.group?.settings);
  if (!set || isDefault(read(set))) return undecided(`${what} was never set`);
  if (!unset) return undecided('the second step was not deployed');
  const [before, after] = [read(set), read(unset)];
  return isDefault(after)
    ? yes(`${what} was ${before}, and is ${after ?? 'unset'}`)
    : no(`${what} was ${before}, and is ${after}`);
}

const after = (set: SeenSettings, unset: SeenSettings) =>
  seen([
    sample('set', 0, { group: group([], { settings: set }) }),
    sample('unset', 60, { group: group([], { settings: unset }) }),
  ]);

const unsetNumber = (value: unknown) => value === undefined || value === -1 || value === 0;

export const experiment: Experiment = {
  name: 'vanishing-values',
  deploys:
    'a tier without nodes, on Spot with a price, an age and a rolling replacement; then the same tier ' +
    'without all of them',
  nodes: 0,
  minutes: 20,
  steps: ['set', 'unset'],
  app: (stack, step) => {
    const set = step === 'set';
    cluster(stack, {
      instanceTypes: [new ec2.InstanceType('t3.small'), new ec2.InstanceType('t3a.small')],
      ...(set
        ? { purchase: PurchaseOption.spot({ maxPrice: '0.02' }), maxInstanceLifetime: Duration.days(30) }
        : {}),
      replacement: set ? NodeReplacement.rolling() : NodeReplacement.onNextLaunch(),
    });
  },
  run: async (lab) => {
    await lab.deploy('set');
    await lab.deploy('unset');
  },
  questions: [
    {
      id: 'spot-share-is-taken-back',
      asks: 'Is a tier of several instance types on demand again when Spot leaves its template?',
      settledBy: {
        look: 'The share on demand of the group.',
        yes: 'It is 100, or unset.',
        no: 'It is what it was.',
      },
      assumes: 'Not for certain: the guide says how to look, and how to set it.',
      documented: ['docs/spot.md'],
      judge: (record) =>
        isTakenBack(
          record,
          'the share on demand',
          ({ onDemandPercentage }) => onDemandPercentage,
          (value) => value === undefined || value === 100,
        ),
      examples: {
        yes: after({ onDemandPercentage: 0 }, { onDemandPercentage: 100 }),
        no: after({ onDemandPercentage: 0 }, { onDemandPercentage: 0 }),
      },
    },
    {
      id: 'spot-price-is-taken-back',
      asks: 'Does the highest price for Spot leave the group when it leaves the template?',
      settledBy: {
        look: '`SpotMaxPrice` of the group.',
        yes: 'It is empty.',
        no: 'It is what it was.',
      },
      assumes: 'Not for certain: the guide says how to look, and how to set it.',
      documented: ['docs/spot.md'],
      judge: (record) =>
        isTakenBack(
          record,
          'the price',
          ({ spotMaxPrice }) => spotMaxPrice,
          (value) => value === undefined || value === '',
        ),
      examples: {
        yes: after({ spotMaxPrice: '0.02' }, {}),
        no: after({ spotMaxPrice: '0.02' }, { spotMaxPrice: '0.02' }),
      },
    },
    {
      id: 'warmup-is-taken-back',
      asks: 'Does the default warm-up leave the group when `rolling()` does?',
      settledBy: {
        look: '`DefaultInstanceWarmup` of the group.',
        yes: 'It is unset.',
        no: 'It is what it was.',
      },
      assumes: 'Either: it only makes the group count a new node a minute later.',
      documented: ['docs/rolling-replacement.md'],
      judge: (record) => isTakenBack(record, 'the warm-up', ({ warmup }) => warmup, unsetNumber),
      examples: { yes: after({ warmup: 60 }, {}), no: after({ warmup: 60 }, { warmup: 60 }) },
    },
    {
      id: 'maintenance-policy-is-taken-back',
      asks: 'Does the instance maintenance policy leave the group when `rolling()` does?',
      settledBy: {
        look: '`InstanceMaintenancePolicy` of the group.',
        yes: 'It is unset.',
        no: 'It is what it was.',
      },
      assumes: 'Either: it only makes the group replace an unhealthy node new one first.',
      documented: ['docs/rolling-replacement.md'],
      judge: (record) =>
        isTakenBack(
          record,
          'the policy',
          ({ maintenance }) => maintenance,
          (value) => value === undefined || value === '-1--1',
        ),
      examples: {
        yes: after({ maintenance: '100-200' }, {}),
        no: after({ maintenance: '100-200' }, { maintenance: '100-200' }),
      },
    },
    {
      id: 'lifetime-is-taken-back',
      asks: 'Does the greatest age of nodes leave the group when it leaves the template?',
      settledBy: {
        look: '`MaxInstanceLifetime` of the group.',
        yes: 'It is unset.',
        no: 'It is what it was.',
      },
      assumes: 'Not for certain: the guide says how to look, and how to set it.',
      documented: ['docs/operations.md'],
      judge: (record) => isTakenBack(record, 'the age', ({ maxLifetime }) => maxLifetime, unsetNumber),
      examples: {
        yes: after({ maxLifetime: 2592000 }, {}),
        no: after({ maxLifetime: 2592000 }, { maxLifetime: 2592000 }),
      },
    },
  ],
};
