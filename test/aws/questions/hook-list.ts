import { NodeReplacement, Sysctl } from 'cdk-ecs-auto-scaled-cluster';
import { cluster, joined } from '../parts';
import { type Experiment, no, undecided, type Verdict, yes } from '../question';
import {
  DRAIN_HOOK,
  during,
  endOf,
  group,
  instancesOf,
  newSince,
  phaseOf,
  type Seen,
  sample,
  seen,
} from '../seen';

const BY_HAND = 'put-by-hand';

/** Whether a hook that was there before is there after both updates of the list. */
function keeps(record: Seen, name: string): Verdict {
  const has = (phase: string) => endOf(record, phase)?.hooks.some((hook) => hook.startsWith(name));
  if (!has('watched')) return undecided(`no hook ${name}… was there before the first update`);
  const [adopted, removed] = [has('adopted'), has('gate-off')];
  if (adopted === undefined) return undecided('the list was not updated');
  if (!adopted) return no(`${name}… was gone after the update that put a hook into the list`);
  if (removed === undefined) return undecided('the list was not emptied');
  return removed
    ? yes(`${name}… was there after both updates`)
    : no(`${name}… was gone after the update that emptied the list`);
}

const DRAIN = `${DRAIN_HOOK}termination-hook`;
const before = [sample('watched', 0, { hooks: [DRAIN, BY_HAND], group: group(['i-1 InService']) })];
const after = (hooks: string[], then = hooks) =>
  seen([
    ...before,
    sample('adopted', 9, { hooks: [...hooks, 'joined'] }),
    sample('gate-off', 99, { hooks: then }),
  ]);

export const experiment: Experiment = {
  name: 'hook-list',
  deploys:
    'a tier of one node without the readiness gate; then, in one update, the gate and a new launch ' +
    'template; then without the gate again',
  nodes: 2,
  minutes: 45,
  steps: ['without-gate', 'adopted', 'gate-off'],
  app: (stack, step) => {
    cluster(stack, {
      minCapacity: 1,
      sysctls: [Sysctl.somaxconn(step === 'without-gate' ? 1024 : 2048)],
      replacement: NodeReplacement.rolling({ readinessGate: step === 'adopted' }),
    });
  },
  run: async (lab) => {
    await lab.deploy('without-gate');
    await lab.call('autoscaling', 'put-lifecycle-hook', {
      AutoScalingGroupName: lab.names.group,
      LifecycleHookName: BY_HAND,
      LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
      HeartbeatTimeout: 30,
      DefaultResult: 'CONTINUE',
    });
    const drains = ({ hooks }: { hooks: readonly string[] }) =>
      hooks.some((hook) => hook.startsWith(DRAIN_HOOK));
    await lab.watch('watched', 10, (seen) => joined(1)(seen) && drains(seen));
    await lab.deploy('adopted');
    await lab.deploy('gate-off');
  },
  questions: [
    {
      id: 'hook-list-keeps-the-drain-hook',
      asks:
        "Does ECS's drain hook survive an update of the group's `LifecycleHookSpecificationList`, which " +
        'does not name it?',
      settledBy: {
        look: 'The hook `ecs-managed-draining-…` is there before.',
        yes: 'It is there after the update that fills the list, and after the one that empties it.',
        no: 'It is gone after one of them.',
      },
      assumes:
        'It survives. A roll looks whether the hook is there, and an alarm with the command that repairs' +
        ' it fires if it is not.',
      expects: 'yes',
      documented: ['docs/rolling-replacement.md'],
      judge: (record) => keeps(record, DRAIN_HOOK),
      examples: { yes: after([DRAIN, BY_HAND]), no: after([BY_HAND]) },
    },
    {
      id: 'machine-reads-a-group-without-instances',
      asks:
        'Does Step Functions take `IncludeInstances` in a call of DescribeAutoScalingGroups, which is ' +
        'newer than its SDK may be?',
      settledBy: {
        look: 'The update that brings the gate and its state machine.',
        yes: 'It succeeds.',
        no: 'It fails with a definition that is not valid (`SCHEMA_VALIDATION_FAILED`).',
      },
      assumes: 'It does: the gate and the cordon read the desired capacity so, in groups of any size.',
      expects: 'yes',
      documented: ['docs/rolling-replacement.md'],
      judge: (record) => {
        const failed = phaseOf(record, 'adopted')?.failed;
        if (failed !== undefined)
          return /SCHEMA_VALIDATION_FAILED|IncludeInstances/.test(failed)
            ? no(failed)
            : undecided(`the update failed for another reason: ${failed}`);
        return endOf(record, 'adopted') === undefined
          ? undecided('the gate was not deployed')
          : yes('the state machine was made');
      },
      examples: {
        yes: after([DRAIN, BY_HAND]),
        no: seen([...before], {
          phases: [{ name: 'adopted', seconds: 60, failed: 'SCHEMA_VALIDATION_FAILED: IncludeInstances' }],
        }),
      },
    },
    {
      id: 'hook-list-keeps-other-hooks',
      asks: 'Does a hook that was put by the API survive an update of the `LifecycleHookSpecificationList`?',
      settledBy: {
        look: 'A hook put by `aws autoscaling put-lifecycle-hook`.',
        yes: 'It is there after both updates of the list.',
        no: 'It is gone after one of them.',
      },
      assumes: 'It survives: the library puts no hook back that it does not know.',
      expects: 'yes',
      documented: ['docs/rolling-replacement.md'],
      judge: (record) => keeps(record, BY_HAND),
      examples: { yes: after([DRAIN, BY_HAND]), no: after([DRAIN, BY_HAND], [DRAIN]) },
    },
    {
      id: 'hook-list-before-the-refresh',
      asks:
        'In one update that adds a hook to the list and changes the launch template, is the hook there ' +
        'before the first node of the refresh?',
      settledBy: {
        look: 'Each new instance of that update.',
        yes: 'Every one was seen in `Pending:Wait`, where the gate holds it for half a minute at least.',
        no: 'One went into service and was never seen there.',
      },
      assumes: 'It is: a cluster that adopts `rolling()` has its first roll gated.',
      expects: 'yes',
      documented: ['docs/moving.md', 'docs/rolling-replacement.md'],
      judge: (record) => {
        const fresh = newSince(record, 'watched');
        const launched = during(record, 'adopted').flatMap((each) => instancesOf(each).filter(fresh));
        const ids = [...new Set(launched.map(({ id }) => id))];
        if (ids.length === 0) return undecided('the update launched no node');
        const held = new Set(
          launched.filter(({ state }) => state.startsWith('Pending:Wait')).map(({ id }) => id),
        );
        const free = ids.filter((id) => !held.has(id));
        return free.length === 0
          ? yes(`all ${ids.length} new nodes were held`)
          : no(`not held: ${free.join(', ')}`);
      },
      examples: {
        yes: seen([
          ...before,
          sample('adopted', 10, { group: group(['i-1 InService', 'i-2 Pending:Wait 2']) }),
          sample('adopted', 90, { group: group(['i-1 Terminating:Wait', 'i-2 InService 2']) }),
        ]),
        no: seen([
          ...before,
          sample('adopted', 90, { group: group(['i-1 Terminating:Wait', 'i-2 InService 2']) }),
        ]),
      },
    },
    {
      id: 'hook-list-takes-its-hook-away',
      asks: 'Does an update that takes the list out of the template take its hook out of the group?',
      settledBy: {
        look: 'The hooks of the group after the gate was switched on, and after it was switched off.',
        yes: 'The one that came with the list is gone.',
        no: 'It is still there.',
      },
      assumes: 'It does: `readinessGate: false` leaves no hook behind that nothing answers.',
      expects: 'yes',
      documented: ['docs/rolling-replacement.md'],
      judge: (record) => {
        const known = new Set(endOf(record, 'watched')?.hooks);
        const added = endOf(record, 'adopted')?.hooks.filter((hook) => !known.has(hook)) ?? [];
        const left = endOf(record, 'gate-off');
        if (added.length === 0 || !left)
          return undecided('no hook came with the list, or the list was not taken away');
        const still = added.filter((hook) => left.hooks.includes(hook));
        return still.length === 0 ? yes(`gone: ${added.join(', ')}`) : no(`still there: ${still.join(', ')}`);
      },
      examples: { yes: after([DRAIN], [DRAIN]), no: after([DRAIN], [DRAIN, 'joined']) },
    },
  ],
};
