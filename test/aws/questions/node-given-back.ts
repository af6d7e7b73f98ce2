import { Duration, aws_scheduler as scheduler } from 'aws-cdk-lib';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import { Consolidation } from 'cdk-ecs-auto-scaled-cluster';
import { cluster, idleTask, joined, runs } from '../parts';
import { type Experiment, no, undecided, yes } from '../question';
import { during, group, instancesOf, node, type Sample, sample, seen, stretch } from '../seen';

const NODES = ['i-1 InService', 'i-2 InService', 'i-3 InService', 'i-4 InService'];
const FOUR = NODES.map((text) => node(text.slice(0, 3), { running: 2 }));

/** The node that drains, if one does. */
const drained = ({ nodes }: Sample) => nodes.find(({ status }) => status === 'DRAINING');

const before = sample('older', 0, { group: group(NODES), nodes: FOUR });
const emptying = (at: number, running: number) =>
  sample('given', at, {
    group: group(NODES),
    nodes: [node('i-1', { status: 'DRAINING', running }), ...FOUR.slice(1)],
  });
const given = sample('given', 400, { group: group(NODES.slice(1)), nodes: FOUR.slice(1) });
const byHand = (at: number, desired: number) =>
  sample('by-hand', at, {
    group: group(NODES.slice(1), { desired }),
    nodes: [node('i-2', { status: 'DRAINING' }), ...FOUR.slice(2)],
  });

export const experiment: Experiment = {
  name: 'node-given-back',
  deploys:
    'a tier of four nodes with consolidation, a service of one small task on each, and a daemon. After an ' +
    'hour its state machine is started. Then another node is drained by hand, and left',
  nodes: 4,
  minutes: 170,
  steps: ['deployed', 'fewer'],
  app: (stack, step) => {
    const made = cluster(stack, {
      minCapacity: 1,
      consolidation: Consolidation.scheduled({
        schedule: scheduler.ScheduleExpression.rate(Duration.days(7)),
        minimumNodes: 3,
      }),
    });
    const service = (id: string, memory: number, desiredCount: number) =>
      new ecs.Ec2Service(stack, id, {
        cluster: made,
        serviceName: id.toLowerCase(),
        taskDefinition: idleTask(stack, `${id}Task`, { memory }),
        desiredCount,
        minHealthyPercent: 100,
        maxHealthyPercent: 200,
      });
    // A node takes one: it brings the nodes.
    service('Large', 1100, step === 'deployed' ? 4 : 1);
    service('Small', 64, 4);
    new ecs.Ec2Service(stack, 'Daemon', {
      cluster: made,
      taskDefinition: idleTask(stack, 'DaemonTask', { memory: 32 }),
      daemon: true,
      minHealthyPercent: 0,
    });
  },
  run: async (lab) => {
    await lab.deploy('deployed');
    await lab.watch('joined', 25, (look) => joined(4)(look) && runs('small', 4)(look));
    await lab.deploy('fewer');
    await lab.watch('older', 65);
    const { StackResources } = await lab.call('cloudformation', 'describe-stack-resources', {
      StackName: lab.stack,
    });
    const machine = StackResources.find(
      ({ ResourceType }: any) => ResourceType === 'AWS::StepFunctions::StateMachine',
    );
    await lab.call('stepfunctions', 'start-execution', {
      stateMachineArn: machine.PhysicalResourceId,
      input: JSON.stringify({ group: lab.names.group }),
    });
    await lab.watch('given', 20, ({ group: found }) => found?.instances.length === 3);
    const [another] = lab.seen.samples.at(-1)?.nodes.filter(({ status }) => status === 'ACTIVE') ?? [];
    await lab.call('ecs', 'update-container-instances-state', {
      cluster: lab.names.cluster,
      containerInstances: [another.arn],
      status: 'DRAINING',
    });
    await lab.watch('by-hand', 30, ({ group: found }) => (found?.desired ?? 3) < 3);
  },
  questions: [
    {
      id: 'consolidation-gives-one-node-back',
      asks: 'Does consolidation give one node back, with the desired capacity lowered, and touch no other?',
      settledBy: {
        look: 'The group before and after a run, and which node has drained.',
        yes: 'Three of the four nodes are left, and the one that drained is gone.',
        no: 'Another one is gone, or the group starts a node.',
      },
      assumes: 'It does: a termination with a lower desired capacity takes the node that it names.',
      expects: 'yes',
      documented: ['docs/consolidation.md'],
      judge: (record) => {
        const first = instancesOf(during(record, 'older').at(-1)).map(({ id }) => id);
        const looks = during(record, 'given');
        const which = looks.flatMap((look) => drained(look)?.instance ?? [])[0];
        const left = instancesOf(looks.at(-1)).map(({ id }) => id);
        if (which === undefined) return undecided('no node was seen drained');
        if (left.length >= first.length) return undecided('no node had gone when the run ended');
        const others = first.filter((id) => id !== which);
        const same = left.length === others.length && others.every((id) => left.includes(id));
        return same
          ? yes(`${which} drained and went, and ${left.length} nodes were left`)
          : no(`${which} drained, and ${left.join(', ')} were left of ${first.join(', ')}`);
      },
      examples: {
        yes: seen([before, emptying(60, 2), emptying(120, 1), given]),
        no: seen([
          before,
          emptying(60, 2),
          sample('given', 400, { group: group(NODES.slice(0, 3)), nodes: FOUR.slice(0, 3) }),
        ]),
      },
    },
    {
      id: 'daemons-stop-on-a-drained-node',
      asks: 'Does ECS stop daemons on a node that is `DRAINING` and not terminated?',
      settledBy: {
        look: 'The tasks of the node that is drained by hand, and stays in service.',
        yes: 'It runs none within ten minutes.',
        no: 'It runs one for ten minutes and more.',
      },
      assumes: 'It may or may not: consolidation does not count daemons.',
      documented: ['docs/consolidation.md'],
      judge: (record) => {
        const looks = during(record, 'by-hand');
        const drains = looks.filter((look) => drained(look) !== undefined);
        if (drains.length === 0) return undecided('the node was not seen drained');
        const empty = drains.find((look) => {
          const found = drained(look);
          return found !== undefined && found.running + found.pending === 0;
        });
        if (empty !== undefined)
          return yes(`it ran none ${empty.at - drains[0].at} seconds after the first look`);
        const seconds = drains[drains.length - 1].at - drains[0].at;
        return seconds >= 600
          ? no(`it still ran a task after ${seconds} seconds`)
          : undecided(`it was seen for ${seconds} seconds only`);
      },
      examples: {
        yes: seen([byHand(0, 3), byHand(60, 3)]),
        no: seen(
          [0, 700].map((at) =>
            sample('by-hand', at, {
              group: group(NODES.slice(1)),
              nodes: [node('i-2', { status: 'DRAINING', running: 1 })],
            }),
          ),
        ),
      },
    },
    {
      id: 'managed-scaling-sees-a-drained-node',
      asks: 'Does managed scaling take an empty `DRAINING` node for one that is not needed?',
      settledBy: {
        look: 'The desired capacity, for half an hour after a node was drained by hand.',
        yes: 'It falls.',
        no: 'It stays for 25 minutes, ten more than the scale-in alarm needs.',
      },
      assumes: 'It may: consolidation terminates the node itself, within half a minute of its being empty.',
      documented: ['docs/consolidation.md'],
      judge: (record) => {
        const looks = during(record, 'by-hand').filter((look) => look.group !== undefined);
        if (looks.length === 0) return undecided('the group was not seen');
        const [first] = looks;
        const fell = looks.find((look) => (look.group?.desired ?? 0) < (first.group?.desired ?? 0));
        if (fell !== undefined) return yes(`it fell after ${fell.at - first.at} seconds`);
        const long = stretch(looks, (look) => look.group?.desired === first.group?.desired)?.seconds ?? 0;
        return long >= 1500
          ? no(`it stayed for ${long} seconds`)
          : undecided(`it was seen for ${long} seconds`);
      },
      examples: {
        yes: seen([byHand(0, 3), byHand(1200, 2)]),
        no: seen([byHand(0, 3), byHand(1700, 3)]),
      },
    },
  ],
};
