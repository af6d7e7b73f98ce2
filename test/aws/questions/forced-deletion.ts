import { NodeReplacement } from 'cdk-ecs-auto-scaled-cluster';
import { cluster, joined } from '../parts';
import { type Experiment, no, undecided, yes } from '../question';
import { endOf, sample, seen } from '../seen';

const gone = sample('destroy', 300, { stack: undefined });

export const experiment: Experiment = {
  name: 'forced-deletion',
  deploys:
    'a tier of two nodes that drains nothing and is deleted by force; then the stack is deleted as it is',
  nodes: 2,
  minutes: 40,
  steps: ['deployed'],
  app: (stack) => {
    cluster(stack, { minCapacity: 2, forceDelete: true }, { replacement: NodeReplacement.allAtOnce() });
  },
  run: async (lab) => {
    await lab.deploy('deployed');
    await lab.watch('joined', 15, joined(2));
    await lab.destroy(30);
  },
  questions: [
    {
      id: 'cluster-goes-right-after-its-group',
      asks:
        'Can a cluster be deleted right after its group was deleted by force, though its nodes have not ' +
        'deregistered?',
      settledBy: {
        look: 'One deletion of the stack.',
        yes: 'The stack is gone.',
        no: 'It fails because the cluster has container instances.',
      },
      assumes: 'Not for certain: the guide says to delete the stack once more when it fails with that text.',
      documented: ['docs/operations.md'],
      judge: (record) => {
        const last = endOf(record, 'destroy');
        const failed = String(record.notes['deletion failed'] ?? '');
        if (!last) return undecided('nothing was deleted');
        if (last.stack === undefined) return yes('the stack was gone after one deletion');
        return /container instances/i.test(failed)
          ? no(failed)
          : undecided(`the deletion did not end, or failed for another reason: ${failed}`);
      },
      examples: {
        yes: seen([gone]),
        no: seen([{ ...gone, stack: 'DELETE_FAILED' }], {
          notes: {
            'deletion failed':
              'Cluster: The Cluster cannot be deleted while Container Instances are active or draining.',
          },
        }),
      },
    },
  ],
};
