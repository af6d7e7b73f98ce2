import * as ecs from 'aws-cdk-lib/aws-ecs';
import { NodeReplacement } from 'cdk-ecs-auto-scaled-cluster';
import { cluster, idleTask, runs } from '../parts';
import { type Experiment, no, undecided, yes } from '../question';
import { sample, seen } from '../seen';

const service = (name: string, running: number) => ({ name, desired: 1, running });
const services = (daemon: number, replica: number) => ({
  services: [service('daemon', daemon), service('replica', replica)],
});

export const experiment: Experiment = {
  name: 'daemons-first',
  deploys:
    'a tier without nodes whose daemons come first, with a daemon and with a replica service of no task. ' +
    'Then the service wants one task',
  nodes: 1,
  minutes: 50,
  steps: ['start'],
  app: (stack) => {
    const made = cluster(stack, {}, { replacement: NodeReplacement.rolling({ daemonsFirst: true }) });
    new ecs.Ec2Service(stack, 'Daemon', {
      cluster: made,
      serviceName: 'daemon',
      taskDefinition: idleTask(stack, 'DaemonTask'),
      daemon: true,
      minHealthyPercent: 0,
    });
    new ecs.Ec2Service(stack, 'Replica', {
      cluster: made,
      serviceName: 'replica',
      taskDefinition: idleTask(stack, 'ReplicaTask'),
      desiredCount: 0,
      minHealthyPercent: 100,
      maxHealthyPercent: 200,
    });
  },
  run: async (lab) => {
    await lab.deploy('start');
    // By the API: a deployment would wait for hours for a task that is never placed.
    const params = { cluster: lab.names.cluster, service: 'replica', desiredCount: 1 };
    await lab.call('ecs', 'update-service', params);
    await lab.watch('replica', 20, runs('replica', 1));
  },
  questions: [
    {
      id: 'daemon-runs-before-replica',
      asks: 'Does the daemon of a new node run before the first replica does?',
      settledBy: {
        look: 'The service wants one task, in a tier that has no node.',
        yes: 'When the replica runs, the daemon does.',
        no: 'The replica runs first.',
      },
      assumes:
        'It does, where services with a constraint scale a tier up at all. The guide calls it unproved.',
      expects: 'yes',
      documented: ['docs/rolling-replacement.md'],
      judge: (record) => {
        const ran = record.samples.find(runs('replica', 1));
        if (ran === undefined) return undecided('the replica never ran');
        return runs('daemon', 1)(ran)
          ? yes(`the daemon ran when the replica was first seen, after ${ran.at} seconds`)
          : no(`the replica ran after ${ran.at} seconds, and the daemon did not`);
      },
      examples: {
        yes: seen([sample('replica', 100, services(1, 0)), sample('replica', 140, services(1, 1))]),
        no: seen([sample('replica', 100, services(0, 1))]),
      },
    },
  ],
};
