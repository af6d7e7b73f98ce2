import { Duration } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import { NodeReplacement, PurchaseOption } from 'cdk-ecs-auto-scaled-cluster';
import { cluster, idleTask } from '../parts';
import { type Experiment, no, undecided, type Verdict, yes } from '../question';
import { endOf, group, phaseOf, type Seen, type SeenSettings, sample, seen } from '../seen';

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

const constrained = (set: number, unset: number) =>
  seen(
    Object.entries({ set, unset }).map(([step, constraints]) =>
      sample(step, 0, { services: [{ name: 'idle', desired: 0, running: 0, constraints }] }),
    ),
  );

const unsetNumber = (value: unknown) => value === undefined || value === -1 || value === 0;

export const experiment: Experiment = {
  name: 'vanishing-values',
  deploys:
    'a tier without nodes; then the same tier on Spot with a price, an age and a rolling replacement; ' +
    'then without all of them again. With a service of no task',
  nodes: 0,
  minutes: 25,
  steps: ['plain', 'set', 'unset'],
  app: (stack, step) => {
    const set = step === 'set';
    const made = cluster(stack, {
      instanceTypes: [new ec2.InstanceType('t3.small'), new ec2.InstanceType('t3a.small')],
      ...(set
        ? { purchase: PurchaseOption.spot({ maxPrice: '0.02' }), maxInstanceLifetime: Duration.days(30) }
        : {}),
      // Below 200, so that the service gets the constraint.
      replacement: set
        ? NodeReplacement.rolling({ maxHealthyPercentage: 150, cordon: true })
        : NodeReplacement.onNextLaunch(),
    });
    new ecs.Ec2Service(stack, 'Idle', {
      cluster: made,
      taskDefinition: idleTask(stack, 'Task'),
      desiredCount: 0,
      minHealthyPercent: 100,
    });
  },
  run: async (lab) => {
    await lab.deploy('plain', { mayFail: true });
    await lab.deploy('set');
    await lab.deploy('unset');
  },
  questions: [
    {
      id: 'new-group-takes-an-empty-price',
      asks: 'Does a new group take an empty `SpotMaxPrice`, which clears one of an existing group?',
      settledBy: {
        look: 'The first deployment.',
        yes: 'The group is there.',
        no: 'It fails.',
      },
      assumes: "It does: Terraform's provider has sent one with each new group for years.",
      expects: 'yes',
      documented: ['docs/spot.md'],
      judge: (record) => {
        const phase = phaseOf(record, 'plain');
        if (phase?.failed !== undefined)
          return /SpotMaxPrice|price/i.test(phase.failed)
            ? no(phase.failed)
            : undecided(`the first deployment failed for another reason: ${phase.failed}`);
        return endOf(record, 'plain')?.group ? yes('the group was made') : undecided('no group was seen');
      },
      examples: {
        yes: seen([sample('plain', 0, { group: group([]) })]),
        no: seen([sample('plain', 0, { stack: 'ROLLBACK_COMPLETE' })], {
          phases: [{ name: 'plain', seconds: 60, failed: 'Invalid SpotMaxPrice' }],
        }),
      },
    },
    {
      id: 'spot-share-is-taken-back',
      asks: 'Is a tier of several instance types on demand again when Spot leaves its template?',
      settledBy: {
        look: 'The share on demand of the group.',
        yes: 'It is 100, or unset.',
        no: 'It is what it was.',
      },
      assumes: 'It is: the template names the share.',
      expects: 'yes',
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
      assumes: 'It does: the template has an empty one.',
      expects: 'yes',
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
        yes: after({ maintenance: '100-150' }, {}),
        no: after({ maintenance: '100-150' }, { maintenance: '100-150' }),
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
      assumes: 'It does: the template has 0, which clears it.',
      expects: 'yes',
      documented: ['docs/operations.md'],
      judge: (record) => isTakenBack(record, 'the age', ({ maxLifetime }) => maxLifetime, unsetNumber),
      examples: {
        yes: after({ maxLifetime: 2592000 }, {}),
        no: after({ maxLifetime: 2592000 }, { maxLifetime: 2592000 }),
      },
    },
    {
      id: 'constraint-is-taken-back',
      asks: 'Does the placement constraint leave a service when it leaves the template?',
      settledBy: {
        look: '`placementConstraints` of the service.',
        yes: 'It has none.',
        no: 'It has what it had.',
      },
      assumes:
        'Either: it keeps tasks off held nodes only. The guide says how to take it away with the API, which ' +
        'leaves it alone unless a call names it.',
      documented: ['docs/rolling-replacement.md'],
      judge: (record) => {
        const [set, unset] = ['set', 'unset'].map((step) => endOf(record, step)?.services[0]?.constraints);
        if (!set) return undecided('the service never had one');
        if (unset === undefined) return undecided('the second step was not deployed');
        return unset === 0 ? yes('it is gone') : no(`the service has ${unset}`);
      },
      examples: { yes: constrained(1, 0), no: constrained(1, 1) },
    },
  ],
};
