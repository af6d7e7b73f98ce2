import * as ecs from 'aws-cdk-lib/aws-ecs';
import { NodeReplacement, Sysctl } from 'cdk-ecs-auto-scaled-cluster';
import { cluster, idleTask, runs } from '../parts';
import { type Experiment, no, undecided, yes } from '../question';
import { during, endOf, group, instancesOf, node, phaseOf, sample, seen } from '../seen';

const service = (name: string, running: number) => ({ name, desired: 1, running });
const empty = sample('start', 0, { group: group([]) });

export const experiment: Experiment = {
  name: 'scale-from-zero',
  deploys:
    'a gated tier without nodes, and two services without tasks: one with a `memberOf` constraint that ' +
    'every node meets, one without',
  nodes: 1,
  minutes: 60,
  steps: ['start', 'rolled-empty'],
  app: (stack, step) => {
    const made = cluster(
      stack,
      { sysctls: [Sysctl.somaxconn(step === 'start' ? 1024 : 2048)] },
      { replacement: NodeReplacement.rolling() },
    );
    const bounds = { cluster: made, desiredCount: 0, minHealthyPercent: 100, maxHealthyPercent: 200 };
    new ecs.Ec2Service(stack, 'Constrained', {
      ...bounds,
      serviceName: 'constrained',
      taskDefinition: idleTask(stack, 'ConstrainedTask'),
      placementConstraints: [ecs.PlacementConstraint.memberOf('attribute:never-set !exists')],
    });
    new ecs.Ec2Service(stack, 'Plain', {
      ...bounds,
      serviceName: 'plain',
      taskDefinition: idleTask(stack, 'PlainTask'),
    });
  },
  run: async (lab) => {
    await lab.deploy('start');
    await lab.deploy('rolled-empty');
    // By the API: a deployment would wait for hours for a task that is never placed.
    const wants = (name: string) =>
      lab.call('ecs', 'update-service', { cluster: lab.names.cluster, service: name, desiredCount: 1 });
    await wants('constrained');
    if (await lab.watch('constrained', 15, runs('constrained', 1))) return;
    await wants('plain');
    await lab.watch('control', 15, runs('plain', 1));
  },
  questions: [
    {
      id: 'member-of-scales-from-zero',
      asks: 'Does a service with a `memberOf` constraint start a node in a tier that has none?',
      settledBy: {
        look: 'The service wants one task.',
        yes: 'It runs within 15 minutes.',
        no: 'It does not, and then a service without a constraint does, within 15 minutes more.',
      },
      assumes:
        'Not for certain. So nothing has a constraint unless it is asked for: the cordon at a surge of ' +
        '200 needs none, and below 200 it is opt-in.',
      documented: ['docs/rolling-replacement.md'],
      judge: (record) => {
        const waited = during(record, 'constrained');
        const run = waited.find(runs('constrained', 1));
        if (run) return yes(`it ran after ${run.at - waited[0].at} seconds`);
        const control = during(record, 'control').find(runs('plain', 1));
        return control
          ? no('it did not, and the service without a constraint did')
          : undecided('neither service ran');
      },
      examples: {
        yes: seen([
          sample('constrained', 0),
          sample('constrained', 200, { services: [service('constrained', 1)] }),
        ]),
        no: seen([
          sample('constrained', 0, { services: [service('constrained', 0)] }),
          sample('control', 999, { services: [service('plain', 1)] }),
        ]),
      },
    },
    {
      id: 'held-node-takes-tasks',
      asks: 'Does ECS place tasks on a node that a launch hook still holds in `Pending:Wait`?',
      settledBy: {
        look: 'The first node from zero, with a task that waits for it.',
        yes: 'A look shows the instance in `Pending:Wait` and a task on it.',
        no: 'Looks show it joined in `Pending:Wait`, and its first task only after that.',
      },
      assumes: 'It does: the gate delays the refresh, and not the task that made the tier grow.',
      expects: 'yes',
      documented: ['docs/rolling-replacement.md'],
      judge: (record) => {
        let joined = false;
        for (const each of [...during(record, 'constrained'), ...during(record, 'control')]) {
          for (const { id, state } of instancesOf(each)) {
            const found = each.nodes.find(({ instance }) => instance === id);
            const tasks = (found?.running ?? 0) + (found?.pending ?? 0);
            if (state === 'Pending:Wait' && tasks > 0) return yes(`${id} had ${tasks} in Pending:Wait`);
            if (state === 'Pending:Wait' && found?.connected) joined = true;
            if (state === 'InService' && tasks > 0)
              return joined
                ? no(`${id} had its first task in service`)
                : undecided('it was never seen joined and held');
          }
        }
        return undecided('no node was seen with a task');
      },
      examples: {
        yes: seen([
          sample('constrained', 90, {
            group: group(['i-1 Pending:Wait']),
            nodes: [node('i-1', { pending: 1 })],
          }),
        ]),
        no: seen([
          sample('constrained', 90, { group: group(['i-1 Pending:Wait']), nodes: [node('i-1')] }),
          sample('constrained', 130, {
            group: group(['i-1 InService']),
            nodes: [node('i-1', { running: 1 })],
          }),
        ]),
      },
    },
    {
      id: 'refresh-of-an-empty-group',
      asks: 'Does a roll of a tier without nodes end well, and within ten minutes?',
      settledBy: {
        look: 'A deployment that changes the launch template while the group is empty.',
        yes: 'It succeeds within ten minutes.',
        no: 'It fails, or takes longer.',
      },
      assumes: 'It does: a tier at zero nodes is deployed like any other.',
      expects: 'yes',
      documented: ['docs/rolling-replacement.md'],
      judge: (record) => {
        const phase = phaseOf(record, 'rolled-empty');
        if (!phase || instancesOf(endOf(record, 'start')).length > 0)
          return undecided('the group was not empty, or not rolled');
        if (phase.failed !== undefined) return no(`the deployment failed: ${phase.failed}`);
        const refresh = endOf(record, 'rolled-empty')?.refresh?.status ?? 'none';
        return phase.seconds <= 600
          ? yes(`${phase.seconds} seconds; its refresh: ${refresh}`)
          : no(`it took ${phase.seconds} seconds`);
      },
      examples: {
        yes: seen([empty, sample('rolled-empty', 10), sample('rolled-empty', 90)]),
        no: seen([empty, sample('rolled-empty', 10)], {
          phases: [{ name: 'rolled-empty', seconds: 3700, failed: 'no progress' }],
        }),
      },
    },
  ],
};
