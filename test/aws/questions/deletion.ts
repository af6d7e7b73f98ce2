import { NodeReplacement } from 'cdk-ecs-auto-scaled-cluster';
import { cluster, joined } from '../parts';
import { type Experiment, no, undecided, yes } from '../question';
import { DRAIN_HOOK, during, endOf, group, phaseOf, sample, seen } from '../seen';

const before = sample('joined', 0, {
  group: group(['i-1 InService']),
  hooks: [`${DRAIN_HOOK}termination-hook`],
});
const going = (at: number, others = {}) =>
  sample('destroy', at, {
    stack: 'DELETE_IN_PROGRESS',
    provider: false,
    group: group(['i-1 Terminating:Wait']),
    ...others,
  });
const gone = (at: number) => sample('destroy', at, { stack: undefined, provider: false });

export const experiment: Experiment = {
  name: 'deletion',
  deploys: 'a tier of one node that drains, which never goes below one; then the stack is deleted as it is',
  nodes: 1,
  minutes: 90,
  steps: ['deployed'],
  app: (stack) => {
    cluster(stack, { minCapacity: 1 }, { replacement: NodeReplacement.onNextLaunch() });
  },
  run: async (lab) => {
    await lab.deploy('deployed');
    await lab.watch(
      'joined',
      15,
      (seen) => joined(1)(seen) && seen.hooks.some((hook) => hook.startsWith(DRAIN_HOOK)),
    );
    await lab.destroy(80);
  },
  questions: [
    {
      id: 'deletion-waits-for-nodes',
      asks: 'Does the deletion of a stack that still has a draining node take more than 20 minutes?',
      settledBy: {
        look: 'The time from `DeleteStack` until the stack is gone.',
        yes: 'More than 20 minutes, or it fails.',
        no: 'At most 20.',
      },
      assumes:
        "It does, up to an hour: nothing answers ECS's drain hook once the capacity provider is gone. " +
        'The guide says to bring the nodes to zero first.',
      documented: ['docs/operations.md'],
      judge: (record) => {
        const phase = phaseOf(record, 'destroy');
        const last = endOf(record, 'destroy');
        if (!phase || !last || !endOf(record, 'joined')?.group)
          return undecided('no stack with a node was deleted');
        if (last.stack === 'DELETE_FAILED') return yes(`it failed: ${record.notes['deletion failed']}`);
        if (phase.seconds > 1200) return yes(`it took ${phase.seconds} seconds`);
        return last.stack === undefined
          ? no(`it took ${phase.seconds} seconds`)
          : undecided('the run ended before');
      },
      examples: { yes: seen([before, going(10), gone(3700)]), no: seen([before, going(10), gone(400)]) },
    },
    {
      id: 'drain-hook-goes-with-the-provider',
      asks: "Is ECS's drain hook taken out of the group when the capacity provider is deleted?",
      settledBy: {
        look: 'The hooks of the group in the deletion, when the provider is gone and the group is not.',
        yes: 'At the last such look it is gone.',
        no: 'It is still there.',
      },
      assumes:
        'It may stay, and hold the last nodes. The guide says to bring the nodes to zero first, and has ' +
        'the command that completes the hook.',
      documented: ['docs/operations.md'],
      judge: (record) => {
        if (!endOf(record, 'joined')?.hooks.some((hook) => hook.startsWith(DRAIN_HOOK)))
          return undecided('it was not there before');
        const last = during(record, 'destroy')
          .filter((each) => !each.provider && each.group)
          .at(-1);
        if (!last) return undecided('the group went before it was seen without its provider');
        return last.hooks.some((hook) => hook.startsWith(DRAIN_HOOK))
          ? no('it was there without the provider')
          : yes('it was gone with the provider');
      },
      examples: {
        yes: seen([before, going(60)]),
        no: seen([before, going(60, { hooks: before.hooks })]),
      },
    },
  ],
};
