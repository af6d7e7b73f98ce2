import { NodeReplacement, Sysctl } from 'cdk-ecs-auto-scaled-cluster';
import { cluster, joined } from '../parts';
import { type Experiment, no, undecided, yes } from '../question';
import { endOf, sample, seen } from '../seen';

const refresh = (id: string, status: string) => ({ id, status, percentage: 0, desiredConfiguration: false });
const rolled = (status: string, stack = 'UPDATE_COMPLETE') =>
  seen([sample('joined', 0), sample('after', 300, { stack, refresh: refresh('r', status) })]);

export const experiment: Experiment = {
  name: 'express-mode',
  deploys: "a gated tier of one node; then a new launch template, in CloudFormation's express mode",
  nodes: 2,
  minutes: 45,
  steps: ['before', 'after'],
  app: (stack, step) => {
    cluster(stack, {
      minCapacity: 1,
      sysctls: [Sysctl.somaxconn(step === 'before' ? 1024 : 2048)],
      replacement: NodeReplacement.rolling(),
    });
  },
  run: async (lab) => {
    await lab.deploy('before');
    await lab.watch('joined', 15, joined(1));
    await lab.deploy('after', { express: true, mayFail: true });
    // Nothing is deleted under a refresh that goes on.
    await lab.watch('rolled', 20, ({ refresh }) => refresh?.status !== 'InProgress');
  },
  questions: [
    {
      id: 'express-mode-waits-for-the-refresh',
      asks: "Does a deployment in CloudFormation's express mode wait until the refresh has ended?",
      settledBy: {
        look: 'The refresh, when the deployment is over.',
        yes: 'It is over as well.',
        no: 'It still runs.',
      },
      assumes:
        'It does not: the guide says not to use the mode where `rolling()` has something to roll. The mode ' +
        'is documented to end when the configuration is applied.',
      documented: ['docs/rolling-replacement.md'],
      judge: (record) => {
        const earlier = endOf(record, 'joined')?.refresh?.id;
        const { refresh: found, stack } = endOf(record, 'after') ?? {};
        if (stack !== 'UPDATE_COMPLETE') return undecided(`the stack ended in ${stack}`);
        if (found === undefined || found.id === earlier) return undecided('no refresh was seen');
        return ['Pending', 'InProgress', 'Baking'].includes(found.status)
          ? no(`the stack was complete, and the refresh ${found.status}`)
          : yes(`the stack was complete when the refresh was ${found.status}`);
      },
      examples: { yes: rolled('Successful'), no: rolled('InProgress') },
    },
  ],
};
