import { Duration } from 'aws-cdk-lib';
import * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import { BootstrapStep, NodeReplacement } from 'cdk-ecs-auto-scaled-cluster';
import { cluster } from '../parts';
import { type Experiment, no, undecided, type Verdict, yes } from '../question';
import { during, group, instancesOf, type Seen, sample, seen, stretch } from '../seen';

const DEAD = ['shutting-down', 'terminated', 'stopping', 'stopped'];

/** For how long an instance is dead in EC2 and still waits in the group. */
function waitsDead(record: Seen, phase: string, state: string, atLeast: number): Verdict {
  const looks = during(record, phase);
  const dead = looks.flatMap((each) => instancesOf(each)).filter(({ ec2 }) => DEAD.includes(ec2 ?? ''));
  if (dead.length === 0) return undecided('no node was seen dead in the group');
  const { id } = dead[0];
  const found = stretch(looks, (each) =>
    instancesOf(each).some((each) => each.id === id && each.state === state && DEAD.includes(each.ec2 ?? '')),
  );
  if (!found) return no(`${id} was dead, and never seen in ${state}`);
  if (found.seconds >= atLeast) return yes(`${id} was dead in ${state} for ${found.seconds} seconds`);
  return found.ended
    ? no(`${id} left ${state} ${found.seconds} seconds after it died`)
    : undecided('the run ended before');
}

const states = (phase: string, at: number, instances: string[]) =>
  sample(phase, at, { group: group(instances) });

export const experiment: Experiment = {
  name: 'dead-node',
  deploys:
    'a tier whose nodes fail at boot and power off, once behind a launch hook that nothing answers, and ' +
    'once without one',
  nodes: 1,
  minutes: 75,
  steps: ['behind-a-hook', 'without'],
  app: (stack, step) => {
    const made = cluster(
      stack,
      { bootstrapSteps: [BootstrapStep.run('false')] },
      { replacement: NodeReplacement.onNextLaunch() },
    );
    // Not the library's own gate, which gives a dead node up: the question is what Auto
    // Scaling does by itself.
    if (step === 'behind-a-hook')
      made.tier('nodes').autoScalingGroup.addLifecycleHook('Unanswered', {
        lifecycleTransition: autoscaling.LifecycleTransition.INSTANCE_LAUNCHING,
        defaultResult: autoscaling.DefaultResult.ABANDON,
        heartbeatTimeout: Duration.minutes(15),
      });
  },
  run: async (lab) => {
    const wants = (nodes: number) =>
      lab.call('autoscaling', 'set-desired-capacity', {
        AutoScalingGroupName: lab.names.group,
        DesiredCapacity: nodes,
      });
    await lab.deploy('behind-a-hook');
    await wants(1);
    await lab.watch('held', 14);
    await wants(0);
    await lab.deploy('without');
    await wants(1);
    await lab.watch('in-service', 25);
    await wants(0);
  },
  questions: [
    {
      id: 'dead-node-stays-in-pending-wait',
      asks:
        'Does a node that powers off while a launch hook holds it stay in `Pending:Wait` for five ' +
        'minutes and more?',
      settledBy: {
        look: 'A node that dies a minute after its launch, behind a hook of 15 minutes.',
        yes: 'It is dead in EC2 and in `Pending:Wait` for five minutes.',
        no: 'It leaves before.',
      },
      assumes:
        'It does. So the gate asks EC2 and gives a dead node up within three minutes, instead of after ' +
        "the hook's 20.",
      documented: ['docs/rolling-replacement.md', 'docs/troubleshooting.md'],
      judge: (record) => waitsDead(record, 'held', 'Pending:Wait', 300),
      examples: {
        yes: seen([
          states('held', 90, ['i-1 Pending:Wait 1 terminated']),
          states('held', 400, ['i-1 Pending:Wait 1 terminated']),
        ]),
        no: seen([
          states('held', 90, ['i-1 Pending:Wait 1 terminated']),
          states('held', 130, ['i-2 Pending']),
        ]),
      },
    },
    {
      id: 'dead-node-waits-for-the-drain-hook',
      asks: "Does a node that dies before it has joined wait for ECS's drain hook for ten minutes and more?",
      settledBy: {
        look: 'A node that is in service at once and powers off.',
        yes: 'It is dead and in `Terminating:Wait` for ten minutes.',
        no: 'It leaves before.',
      },
      assumes:
        'It does not: ECS answers its hook for an instance that it does not know. If it does, each ' +
        'failed boot takes an hour to go, and so does the deletion of the stack.',
      expects: 'no',
      documented: ['docs/troubleshooting.md'],
      judge: (record) => waitsDead(record, 'in-service', 'Terminating:Wait', 600),
      examples: {
        yes: seen([900, 1600].map((at) => states('in-service', at, ['i-1 Terminating:Wait 1 terminated']))),
        no: seen([
          states('in-service', 900, ['i-1 Terminating:Wait 1 terminated']),
          states('in-service', 930, ['i-2 InService']),
        ]),
      },
    },
    {
      id: 'power-off-terminates',
      asks:
        "Does a node of a group that powers itself off terminate, as the launch template's " +
        '`InstanceInitiatedShutdownBehavior` says?',
      settledBy: {
        look: "EC2's state of a node that has powered off.",
        yes: 'It is shutting down or terminated.',
        no: 'It is stopped.',
      },
      assumes: 'It does: a node whose boot fails costs nothing once it is off.',
      expects: 'yes',
      documented: ['docs/troubleshooting.md'],
      judge: (record) => {
        const ends = record.samples
          .flatMap((each) => instancesOf(each))
          .flatMap(({ ec2 }) => (DEAD.includes(ec2 ?? '') ? [ec2] : []));
        const stopped = ends.find((state) => state?.startsWith('stop'));
        if (ends.length === 0) return undecided('no node was seen dead');
        return stopped ? no(`a node was ${stopped}`) : yes(`it was ${ends[0]}`);
      },
      examples: {
        yes: seen([states('held', 90, ['i-1 Pending:Wait 1 terminated'])]),
        no: seen([states('held', 90, ['i-1 Pending:Wait 1 stopped'])]),
      },
    },
  ],
};
