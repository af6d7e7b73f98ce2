import { NodeReplacement, Sysctl } from 'cdk-ecs-auto-scaled-cluster';
import { cluster, joined } from '../parts';
import { type Experiment, no, undecided, yes } from '../question';
import { during, endOf, group, instancesOf, newSince, phaseOf, sample, seen } from '../seen';

const before = sample('joined', 0, { group: group(['i-1 InService'], { max: 1 }) });

export const experiment: Experiment = {
  name: 'at-the-maximum',
  deploys: 'a gated tier of one node whose maximum is one; then a new launch template, at a surge of 200',
  nodes: 2,
  minutes: 100,
  steps: ['before', 'after'],
  app: (stack, step) => {
    cluster(stack, {
      minCapacity: 1,
      maxCapacity: 1,
      sysctls: [Sysctl.somaxconn(step === 'before' ? 1024 : 2048)],
      replacement: NodeReplacement.rolling(),
    });
  },
  run: async (lab) => {
    await lab.deploy('before');
    await lab.watch('joined', 15, joined(1));
    await lab.deploy('after', { mayFail: true });
  },
  questions: [
    {
      id: 'refresh-goes-beyond-the-maximum',
      asks: "Does a refresh start new nodes beyond the group's maximum size?",
      settledBy: {
        look: 'A group of one with a maximum of one.',
        yes: 'An old and a new instance are seen side by side.',
        no: 'The new one comes after the old one, or the refresh gets nowhere and the deployment fails.',
      },
      assumes: 'Not for certain: the guide says to leave room in `maxCapacity`.',
      documented: ['docs/rolling-replacement.md'],
      judge: (record) => {
        const fresh = newSince(record, 'joined');
        if (!endOf(record, 'joined')?.group) return undecided('no node was there before');
        const looks = during(record, 'after');
        const both = looks.find(
          (each) => instancesOf(each).some(fresh) && instancesOf(each).some((instance) => !fresh(instance)),
        );
        if (both) return yes(`${instancesOf(both).length} instances at a maximum of ${both.group?.max}`);
        if (looks.some((each) => instancesOf(each).some(fresh)))
          return no('the new node came when the old one was gone');
        const failed = phaseOf(record, 'after')?.failed;
        return failed === undefined
          ? undecided('no new node was seen')
          : no(`no new node came, and the deployment failed: ${failed}`);
      },
      examples: {
        yes: seen([
          before,
          sample('after', 60, { group: group(['i-1 InService', 'i-2 Pending:Wait 2'], { max: 1 }) }),
        ]),
        no: seen([before, sample('after', 60, { group: group(['i-2 Pending:Wait 2'], { max: 1 }) })]),
      },
    },
  ],
};
