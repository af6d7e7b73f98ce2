import * as sns from 'aws-cdk-lib/aws-sns';
import { NodeRepair } from 'cdk-ecs-auto-scaled-cluster';
import { cluster, joined } from '../parts';
import { type Experiment, no, undecided, yes } from '../question';
import { during, group, instancesOf, node, type Seen, sample, seen, stretch } from '../seen';

const STOPPED = 'agent stopped at';
const IMPAIRED = 'impaired at';
const RUNS = 'runs of repair';
const NODE = 'node';

/** The longest time in which ECS is asked, in minutes. */
const PATIENCE = 40;

const noted = (record: Seen, key: string): number | undefined => {
  const value = record.notes[key];
  return typeof value === 'number' ? value : undefined;
};

const states = (at: number, state: string) =>
  sample('given-up', at, { group: group([`i-1 ${state}`, 'i-2 InService']), nodes: [node('i-2')] });

export const experiment: Experiment = {
  name: 'lost-agent',
  deploys:
    'a tier of two nodes with `NodeRepair.notify()`. The agent of one is stopped for good. Then the node is ' +
    'given up by hand, as `replace()` would do it, without an answer to the hook of ECS',
  nodes: 3,
  minutes: 120,
  steps: ['deployed'],
  app: (stack) => {
    const topic = new sns.Topic(stack, 'Alerts');
    cluster(stack, { minCapacity: 2, repair: NodeRepair.notify(topic) });
  },
  run: async (lab) => {
    await lab.deploy('deployed');
    await lab.watch('joined', 15, joined(2));
    const [found] = lab.seen.samples.at(-1)?.nodes ?? [];
    lab.note(NODE, found.instance);
    await lab.call('ssm', 'send-command', {
      DocumentName: 'AWS-RunShellScript',
      InstanceIds: [found.instance],
      Parameters: { commands: ['systemctl stop ecs'] },
    });
    await lab.watch('stopped', 10, ({ nodes }) => nodes.some(({ connected }) => !connected));
    const from = lab.now();
    lab.note(STOPPED, from);
    const isImpaired = async () => {
      const { containerInstances } = await lab.call('ecs', 'describe-container-instances', {
        cluster: lab.names.cluster,
        containerInstances: [found.arn],
        include: ['CONTAINER_INSTANCE_HEALTH'],
      });
      return containerInstances[0]?.healthStatus?.overallStatus === 'IMPAIRED';
    };
    let impaired = false;
    while (!impaired && lab.now() - from < PATIENCE * 60) {
      await lab.watch('lost', 1);
      impaired = await isImpaired();
    }
    if (impaired) lab.note(IMPAIRED, lab.now());
    await lab.watch('told', 3);
    const { StackResources } = await lab.call('cloudformation', 'describe-stack-resources', {
      StackName: lab.stack,
    });
    const machine = StackResources.find(
      ({ ResourceType }: any) => ResourceType === 'AWS::StepFunctions::StateMachine',
    );
    const { executions } = await lab.call('stepfunctions', 'list-executions', {
      stateMachineArn: machine.PhysicalResourceId,
    });
    lab.note(RUNS, executions.length);
    await lab.call('autoscaling', 'set-instance-health', {
      InstanceId: found.instance,
      HealthStatus: 'Unhealthy',
      ShouldRespectGracePeriod: false,
    });
    await lab.call('ecs', 'deregister-container-instance', {
      cluster: lab.names.cluster,
      containerInstance: found.arn,
      force: true,
    });
    await lab.watch('given-up', 30, (look) => !instancesOf(look).some(({ id }) => id === found.instance));
  },
  cleanUp: async (lab) => {
    const instance = lab.seen.notes[NODE];
    const hook = lab.seen.samples.at(-1)?.hooks.find((name) => name.startsWith('ecs-managed-draining-'));
    const waits = instancesOf(lab.seen.samples.at(-1)).some(
      ({ id, state }) => id === instance && state === 'Terminating:Wait',
    );
    if (hook === undefined || !waits) return;
    await lab.call('autoscaling', 'complete-lifecycle-action', {
      AutoScalingGroupName: lab.names.group,
      LifecycleHookName: hook,
      InstanceId: instance,
      LifecycleActionResult: 'CONTINUE',
    });
  },
  questions: [
    {
      id: 'lost-agent-is-impaired',
      asks: 'Does ECS call a node of your own impaired within half an hour after its agent has stopped?',
      settledBy: {
        look: 'The health that ECS gives for the container instance.',
        yes: 'It is `IMPAIRED` within 30 minutes.',
        no: 'It is not.',
      },
      assumes: 'It does, after a time that is not published: repair counts `after` from then on.',
      expects: 'yes',
      documented: ['docs/repair.md'],
      judge: (record) => {
        const [from, to] = [noted(record, STOPPED), noted(record, IMPAIRED)];
        if (from === undefined) return undecided('the agent was never seen away');
        if (to === undefined)
          return no(`it was not impaired ${PATIENCE} minutes after its agent had stopped`);
        const minutes = Math.round((to - from) / 60);
        const because = `it was impaired ${minutes} minutes after its agent had stopped`;
        return minutes <= 30 ? yes(because) : no(because);
      },
      examples: {
        yes: seen([], { notes: { [STOPPED]: 0, [IMPAIRED]: 600 } }),
        no: seen([], { notes: { [STOPPED]: 0 } }),
      },
    },
    {
      id: 'health-change-comes-for-a-lost-agent',
      asks: 'Does the event `ECS Container Instance Health Change` come for it?',
      settledBy: {
        look: 'The runs of the state machine that the event starts.',
        yes: 'There is one.',
        no: 'There is none three minutes after ECS has called the node impaired.',
      },
      assumes: 'It does. Nothing else starts repair.',
      expects: 'yes',
      documented: ['docs/repair.md'],
      judge: (record) => {
        const runs = noted(record, RUNS);
        if (noted(record, IMPAIRED) === undefined || runs === undefined)
          return undecided('the node was not seen impaired');
        return runs > 0 ? yes(`there were ${runs} runs`) : no('there was no run');
      },
      examples: {
        yes: seen([], { notes: { [STOPPED]: 0, [IMPAIRED]: 600, [RUNS]: 1 } }),
        no: seen([], { notes: { [STOPPED]: 0, [IMPAIRED]: 600, [RUNS]: 0 } }),
      },
    },
    {
      id: 'deregistered-node-waits-for-the-drain-hook',
      asks:
        "Does a node that was taken out of its cluster by force wait for ECS's drain hook for ten minutes " +
        'and more?',
      settledBy: {
        look: 'Its state in the group, from the moment at which it is given up.',
        yes: 'It is in `Terminating:Wait` for ten minutes.',
        no: 'It leaves before.',
      },
      assumes: "It may: repair completes ECS's hook, which does no harm where ECS has done so.",
      documented: ['docs/repair.md', 'docs/drain-limit.md'],
      judge: (record) => {
        const id = record.notes[NODE];
        const found = stretch(during(record, 'given-up'), (look) =>
          instancesOf(look).some((each) => each.id === id && each.state === 'Terminating:Wait'),
        );
        if (!found) return undecided('it was never seen in Terminating:Wait');
        const because = `it was in Terminating:Wait for ${found.seconds} seconds`;
        if (found.seconds >= 600) return yes(because);
        return found.ended ? no(because) : undecided('the run ended before');
      },
      examples: {
        yes: seen([states(0, 'Terminating:Wait'), states(700, 'Terminating:Wait')], {
          notes: { [NODE]: 'i-1' },
        }),
        no: seen(
          [states(0, 'Terminating:Wait'), sample('given-up', 60, { group: group(['i-2 InService']) })],
          {
            notes: { [NODE]: 'i-1' },
          },
        ),
      },
    },
  ],
};
