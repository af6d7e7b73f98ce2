import { cluster, joined } from '../parts';
import { type Experiment, no, undecided, yes } from '../question';
import { during, endOf, node, sample, seen } from '../seen';

const MARK = 'prove-mark';
const marked = sample('marked', 0, { nodes: [node('i-1', { attributes: [MARK] })] });
const away = sample('restarted', 60, { nodes: [node('i-1', { connected: false, attributes: [MARK] })] });

export const experiment: Experiment = {
  name: 'agent-restart',
  deploys:
    'a tier of one node, which gets an attribute by the API; then its agent is stopped for two minutes ' +
    'and registers again',
  nodes: 1,
  minutes: 40,
  steps: ['deployed'],
  app: (stack) => {
    cluster(stack, { minCapacity: 1 });
  },
  run: async (lab) => {
    await lab.deploy('deployed');
    await lab.watch('joined', 15, joined(1));
    const [found] = lab.seen.samples.at(-1)?.nodes ?? [];
    const attributes = [{ name: MARK, value: 'set', targetType: 'container-instance', targetId: found.arn }];
    await lab.call('ecs', 'put-attributes', { cluster: lab.names.cluster, attributes });
    await lab.watch('marked', 2, ({ nodes }) => nodes.some((each) => each.attributes.includes(MARK)));
    await lab.call('ssm', 'send-command', {
      DocumentName: 'AWS-RunShellScript',
      InstanceIds: [found.instance],
      Parameters: { commands: ['systemctl stop ecs', 'sleep 120', 'systemctl start ecs'] },
    });
    await lab.watch('stopped', 5, ({ nodes }) => nodes.some(({ connected }) => !connected));
    await lab.watch('restarted', 10, joined(1));
  },
  questions: [
    {
      id: 'attributes-survive-a-registration',
      asks:
        'Does an attribute that was put by the API survive a restart of the agent, which registers ' +
        'again?',
      settledBy: {
        look: 'The attributes of the container instance when its agent is connected again.',
        yes: 'It is there.',
        no: 'It is gone.',
      },
      assumes: 'It does: a mark of the cordon holds until the state machine takes it off.',
      expects: 'yes',
      documented: ['docs/rolling-replacement.md'],
      judge: (record) => {
        if (!endOf(record, 'marked')?.nodes.some(({ attributes }) => attributes.includes(MARK)))
          return undecided('it was never set');
        const stopped = [...during(record, 'stopped'), ...during(record, 'restarted')].find(({ nodes }) =>
          nodes.some(({ connected }) => !connected),
        );
        const back = during(record, 'restarted').find(
          ({ at, nodes }) => at > (stopped?.at ?? Infinity) && nodes.some(({ connected }) => connected),
        );
        if (!back) return undecided('the agent was not seen away, and back again');
        return back.nodes.some(({ attributes }) => attributes.includes(MARK))
          ? yes('it was there again')
          : no('it was gone');
      },
      examples: {
        yes: seen([marked, away, sample('restarted', 200, { nodes: [node('i-1', { attributes: [MARK] })] })]),
        no: seen([marked, away, sample('restarted', 200, { nodes: [node('i-1')] })]),
      },
    },
  ],
};
