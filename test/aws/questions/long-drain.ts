import { CfnOutput } from 'aws-cdk-lib';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import { NodeReplacement, Sysctl } from 'cdk-ecs-auto-scaled-cluster';
import type { Lab } from '../lab';
import { cluster, idleTask, joined, runs } from '../parts';
import { type Experiment, no, undecided, yes } from '../question';
import {
  during,
  endOf,
  group,
  instancesOf,
  newSince,
  node,
  phaseOf,
  type Sample,
  type Seen,
  sample,
  seen,
  stretch,
} from '../seen';

const ALONE = 'prove-long-drain-alone';

/**
 * A task that runs alone on one node for 25 minutes, and on the other one a task of the service that is
 * protected for 20.
 */
async function occupy(lab: Lab): Promise<void> {
  const { cluster: name } = lab.names;
  const { tasks } = await lab.call('ecs', 'run-task', { cluster: name, taskDefinition: ALONE, count: 1 });
  const { taskArns } = await lab.call('ecs', 'list-tasks', { cluster: name, serviceName: 'steady' });
  const all = await lab.call('ecs', 'describe-tasks', {
    cluster: name,
    tasks: [...taskArns, tasks[0].taskArn],
  });
  const nodeOf = new Map<string, string>(
    all.tasks.map((task: any) => [task.taskArn, task.containerInstanceArn]),
  );
  const alone = nodeOf.get(tasks[0].taskArn);
  const kept = taskArns.find((arn: string) => nodeOf.get(arn) !== alone);
  await lab.call('ecs', 'update-task-protection', {
    cluster: name,
    tasks: [kept],
    protectionEnabled: true,
    expiresInMinutes: 20,
  });
  lab.note('alone', alone ?? '');
  lab.note('protected', nodeOf.get(kept) ?? '');
}

const draining = (sample: Sample, arn: unknown) =>
  sample.nodes.find((each) => each.arn === arn && each.status === 'DRAINING');
const settled = sample('before', 0, {
  group: group(['i-1 InService', 'i-2 InService']),
  nodes: [node('i-1'), node('i-2')],
});
const NEW = ['i-3 InService 2', 'i-4 InService 2'];
const rolling = (at: number, others: Partial<Sample> = {}) =>
  sample('after', at, {
    group: group(['i-1 Terminating:Wait', 'i-2 Terminating:Wait', ...NEW], { desired: 2 }),
    nodes: [
      node('i-1', { status: 'DRAINING', running: 1 }),
      node('i-2', { status: 'DRAINING', running: 1 }),
      node('i-3'),
      node('i-4'),
    ],
    refresh: { id: 'r', status: 'InProgress', percentage: 50, desiredConfiguration: false },
    ...others,
  });
const over = (at: number) =>
  rolling(at, {
    group: group(NEW),
    nodes: [],
    refresh: { id: 'r', status: 'Successful', percentage: 100, desiredConfiguration: false },
  });
const notes = { alone: 'arn:i-1', protected: 'arn:i-2' };

/**
 * Looks in which both old nodes drain and as many new ones are in service, for at least four minutes:
 * the metric lags.
 */
function doubled(record: Seen): Sample[] {
  const fresh = newSince(record, 'before');
  const fits = during(record, 'after').filter((each) => {
    const instances = instancesOf(each);
    const old = instances.filter((instance) => !fresh(instance));
    const drained =
      old.length >= 2 &&
      old.every(({ id }) =>
        each.nodes.some(({ instance, status }) => instance === id && status === 'DRAINING'),
      );
    return (
      drained && instances.filter((instance) => fresh(instance) && instance.state === 'InService').length >= 2
    );
  });
  return fits.filter(({ at }) => at >= fits[0].at + 240);
}

export const experiment: Experiment = {
  name: 'long-drain',
  deploys:
    'a tier that managed scaling has brought to two nodes, with a service of one task on each. Then a ' +
    'roll while one node has a task that runs alone, and the other one a protected task',
  nodes: 4,
  minutes: 80,
  steps: ['deployed', 'after'],
  app: (stack, step) => {
    const made = cluster(stack, {
      sysctls: [Sysctl.somaxconn(step === 'deployed' ? 1024 : 2048)],
      replacement: NodeReplacement.rolling(),
    });
    new ecs.Ec2Service(stack, 'Steady', {
      cluster: made,
      serviceName: 'steady',
      taskDefinition: idleTask(stack, 'SteadyTask', { memory: 1100 }), // a node takes one
      desiredCount: 2,
      minHealthyPercent: 100,
      maxHealthyPercent: 200,
    });
    const alone = idleTask(stack, 'AloneTask', { family: ALONE, seconds: 1500 });
    new CfnOutput(stack, 'Alone', { value: alone.taskDefinitionArn });
  },
  run: async (lab) => {
    await lab.deploy('deployed');
    await lab.watch('before', 20, (seen) => joined(2)(seen) && runs('steady', 2)(seen));
    await occupy(lab);
    await lab.deploy('after');
  },
  questions: [
    {
      id: 'refresh-waits-for-drains',
      asks: 'Does a refresh wait for its old nodes to leave `Terminating:Wait`, that is, for their drains?',
      settledBy: {
        look: 'Drains of twenty minutes.',
        yes: 'When the refresh is `Successful`, no old node is left in the group.',
        no: 'It is, or the deployment is over, with an old node that still waits.',
      },
      assumes:
        'It does: a stack that is deployed has no node that still drains, and a long drain makes a long ' +
        'deployment.',
      expects: 'yes',
      documented: ['docs/rolling-replacement.md'],
      judge: (record) => {
        const fresh = newSince(record, 'before');
        const looks = during(record, 'after');
        const waiting = (each: Sample) =>
          instancesOf(each).filter(
            (instance) => !fresh(instance) && instance.state.startsWith('Terminating'),
          );
        if (!looks.some((each) => waiting(each).length > 0))
          return undecided('no old node was seen terminating');
        const done = looks.find(({ refresh }) => refresh?.status === 'Successful');
        if (!done) return undecided('the refresh did not succeed');
        const left = waiting(done).length;
        return left === 0
          ? yes('no old node was left when it was successful')
          : no(`${left} old nodes were still terminating when it was successful`);
      },
      examples: {
        yes: seen([settled, rolling(300), over(1900)]),
        no: seen([
          settled,
          rolling(300, {
            refresh: { id: 'r', status: 'Successful', percentage: 100, desiredConfiguration: false },
          }),
        ]),
      },
    },
    {
      id: 'drain-waits-for-protected-tasks',
      asks: 'Does a drain wait for a task with scale-in protection?',
      settledBy: {
        look: 'A task that is protected for twenty minutes, alone on its node.',
        yes: 'It runs on for ten minutes after its node is `DRAINING`.',
        no: 'It is stopped before.',
      },
      assumes: 'It does, for the 48 hours that a protection can last.',
      expects: 'yes',
      documented: ['docs/rolling-replacement.md'],
      judge: (record) => {
        const found = stretch(
          during(record, 'after'),
          (each) => (draining(each, record.notes.protected)?.running ?? 0) > 0,
        );
        if (!found) return undecided('the node of the protected task did not drain');
        if (found.seconds >= 600) return yes(`it ran for ${found.seconds} seconds of the drain`);
        return found.ended
          ? no(`it was stopped after ${found.seconds} seconds of the drain`)
          : undecided('the run ended before');
      },
      examples: {
        yes: seen([settled, rolling(300), rolling(1000)], { notes }),
        no: seen([settled, rolling(300), rolling(400, { nodes: [node('i-2', { status: 'DRAINING' })] })], {
          notes,
        }),
      },
    },
    {
      id: 'drained-node-leaves-at-once',
      asks: 'Does a node that has drained leave `Terminating:Wait` within two minutes of its last task?',
      settledBy: {
        look:
          'The time from the first look at a `DRAINING` node without tasks to the first one at which it ' +
          'no longer waits.',
        yes: 'At most two minutes.',
        no: 'More.',
      },
      assumes: 'It does: the length of a roll is that of its drains.',
      expects: 'yes',
      documented: ['docs/rolling-replacement.md', 'docs/drain-limit.md'],
      judge: (record) => {
        const looks = during(record, 'after');
        for (const arn of [record.notes.alone, record.notes.protected]) {
          const empty = looks.find((each) => {
            const found = draining(each, arn);
            return found && found.running + found.pending === 0;
          });
          const id = empty?.nodes.find((each) => each.arn === arn)?.instance;
          if (!empty || !id) continue;
          const waits = (each: Sample) =>
            instancesOf(each).some((instance) => instance.id === id && instance.state === 'Terminating:Wait');
          const found = stretch(
            looks.filter(({ at }) => at >= empty.at),
            waits,
          );
          if (!found) continue;
          if (found.ended && found.seconds <= 120) return yes(`${id} left after ${found.seconds} seconds`);
          if (found.seconds > 120) return no(`${id} still waited after ${found.seconds} seconds`);
        }
        return undecided('no empty node was seen waiting');
      },
      examples: {
        yes: seen([settled, rolling(900, { nodes: [node('i-1', { status: 'DRAINING' })] }), over(960)], {
          notes,
        }),
        no: seen(
          [
            settled,
            ...[900, 1100].map((at) => rolling(at, { nodes: [node('i-1', { status: 'DRAINING' })] })),
            over(4500),
          ],
          {
            notes,
          },
        ),
      },
    },
    {
      id: 'draining-nodes-count-in-reservation',
      asks: 'Do `DRAINING` nodes count as capacity in `CapacityProviderReservation`?',
      settledBy: {
        look:
          'The metric when two nodes drain, and the two new ones that are needed are in service. It ' +
          'has been so for four minutes.',
        yes: 'At most 60.',
        no: 'At least 90.',
      },
      assumes: 'They may: the number of nodes that a roll needs is read again at every poll.',
      documented: ['docs/rolling-replacement.md'],
      judge: (record) => {
        const values = doubled(record).flatMap(({ reservation }) => reservation ?? []);
        if (values.length === 0) return undecided('the metric had no value while nodes drained');
        const last = values.at(-1) as number;
        if (last <= 60) return yes(`it was ${last}`);
        return last >= 90 ? no(`it was ${last}`) : undecided(`it was ${last}, which fits neither`);
      },
      examples: {
        yes: seen([settled, rolling(300), rolling(600, { reservation: 50 })]),
        no: seen([settled, rolling(300), rolling(600, { reservation: 100 })]),
      },
    },
    {
      id: 'managed-scaling-shrinks-a-roll',
      asks: 'Does managed scaling lower the desired capacity while a roll has doubled the group?',
      settledBy: {
        look: 'A group that stays doubled for 18 minutes, three more than the scale-in alarm needs.',
        yes: 'Its desired capacity falls below what it was.',
        no: 'It does not.',
      },
      assumes:
        'It may: what counts nodes in a roll reads the desired capacity at every poll, and old nodes are' +
        ' the first to go.',
      documented: ['docs/rolling-replacement.md'],
      judge: (record) => {
        const wanted = endOf(record, 'before')?.group?.desired;
        const looks = during(record, 'after');
        if (wanted === undefined) return undecided('the group was not seen before');
        const least = Math.min(...looks.flatMap(({ group }) => group?.desired ?? []));
        if (least < wanted) return yes(`it fell from ${wanted} to ${least}`);
        const long =
          stretch(looks, ({ group }) => (group?.instances.length ?? 0) >= 2 * wanted)?.seconds ?? 0;
        return long >= 1080
          ? no(`it stayed at ${wanted} for ${long} seconds`)
          : undecided(`the group was doubled for ${long} seconds only`);
      },
      examples: {
        yes: seen([settled, rolling(300), rolling(1300, { group: group(NEW, { desired: 1 }) })]),
        no: seen([settled, rolling(300), rolling(1400)]),
      },
    },
    {
      id: 'tasks-run-alone-hold-the-roll',
      asks: 'Does a task that was run alone hold its node, and the deployment, until it ends?',
      settledBy: {
        look: 'A task of 25 minutes.',
        yes: 'It runs on for 15 minutes after its node is `DRAINING`, and the deployment takes that long.',
        no: 'It is stopped, or the deployment ends before.',
      },
      assumes: 'It does. The guide says to give long tasks a tier with `onNextLaunch()`.',
      expects: 'yes',
      documented: ['docs/rolling-replacement.md'],
      judge: (record) => {
        const found = stretch(
          during(record, 'after'),
          (each) => (draining(each, record.notes.alone)?.running ?? 0) > 0,
        );
        const phase = phaseOf(record, 'after');
        if (!found || !phase) return undecided('its node did not drain');
        if (found.seconds >= 900)
          return yes(
            `it ran for ${found.seconds} seconds of the drain, and the deployment took ${phase.seconds}`,
          );
        return found.ended || phase.failed === undefined
          ? no(`it ran for ${found.seconds} seconds of the drain only`)
          : undecided('the deployment failed before');
      },
      examples: {
        yes: seen([settled, rolling(300), rolling(1300)], { notes }),
        no: seen([settled, rolling(300), over(400)], { notes }),
      },
    },
  ],
};
