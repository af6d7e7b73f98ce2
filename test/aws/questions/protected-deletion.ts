import * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import { NodeReplacement } from 'cdk-ecs-auto-scaled-cluster';
import { cluster, joined } from '../parts';
import { type Experiment, no, undecided, yes } from '../question';
import { endOf, group, phaseOf, sample, seen } from '../seen';

const gone = sample('destroy', 300, { stack: undefined });

export const experiment: Experiment = {
  name: 'protected-deletion',
  deploys:
    'a tier without nodes that leaves zonal shift; then two nodes in it, and no deletion by force. Then the ' +
    'stack is deleted as it is',
  nodes: 2,
  minutes: 40,
  steps: ['unshifted', 'protected'],
  app: (stack, step) => {
    const replacement = NodeReplacement.allAtOnce();
    if (step === 'unshifted') {
      cluster(stack, { zonalShift: false }, { replacement });
      return;
    }
    const { PREVENT_FORCE_DELETION } = autoscaling.DeletionProtection;
    cluster(stack, { minCapacity: 2, deletionProtection: PREVENT_FORCE_DELETION }, { replacement });
  },
  run: async (lab) => {
    await lab.deploy('unshifted', { mayFail: true });
    await lab.deploy('protected');
    await lab.watch('joined', 15, joined(2));
    await lab.destroy(30);
  },
  questions: [
    {
      id: 'new-group-leaves-zonal-shift',
      asks: 'Does a new group take a `ZonalShiftEnabled` of false, although it has no zonal shift to leave?',
      settledBy: {
        look: 'The first deployment.',
        yes: 'The group is there.',
        no: 'It fails.',
      },
      assumes: 'Either: `zonalShift: false` is for groups that had it, and nothing is named without it.',
      documented: ['docs/capacity.md'],
      judge: (record) => {
        const failed = phaseOf(record, 'unshifted')?.failed;
        if (failed !== undefined) {
          return /zonal/i.test(failed)
            ? no(failed)
            : undecided(`the first deployment failed for another reason: ${failed}`);
        }
        return endOf(record, 'unshifted')?.group ? yes('the group was made') : undecided('no group was seen');
      },
      examples: {
        yes: seen([sample('unshifted', 0, { group: group([]) })]),
        no: seen([sample('unshifted', 0, { stack: 'ROLLBACK_COMPLETE' })], {
          phases: [{ name: 'unshifted', seconds: 60, failed: 'Zonal shift is not enabled for the group' }],
        }),
      },
    },
    {
      id: 'protected-group-goes',
      asks: 'Does CloudFormation delete a group that cannot be deleted by force, and that has nodes?',
      settledBy: {
        look: 'One deletion of the stack.',
        yes: 'The stack is gone.',
        no: 'It fails because of the protection.',
      },
      assumes: 'It does: its deletion brings the group to zero first. The guide calls it open.',
      expects: 'yes',
      documented: ['docs/capacity.md'],
      judge: (record) => {
        const last = endOf(record, 'destroy');
        const failed = String(record.notes['deletion failed'] ?? '');
        if (!last) return undecided('nothing was deleted');
        if (last.stack === undefined) return yes('the stack was gone after one deletion');
        return /protection/i.test(failed)
          ? no(failed)
          : undecided(`the deletion did not end, or failed for another reason: ${failed}`);
      },
      examples: {
        yes: seen([gone]),
        no: seen([{ ...gone, stack: 'DELETE_FAILED' }], {
          notes: { 'deletion failed': 'Group: deletion protection prevents this operation' },
        }),
      },
    },
  ],
};
