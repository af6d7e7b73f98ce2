import { cluster } from '../parts';
import { type Experiment, no, undecided, yes } from '../question';
import { seen } from '../seen';

const CALLS = 300;
const AT_ONCE = 30;

export const experiment: Experiment = {
  name: 'auto-scaling-rates',
  deploys:
    'a tier without nodes; then three hundred reads of Auto Scaling, as fast as the AWS CLI makes them',
  nodes: 0,
  minutes: 15,
  touches: 'calls of others in the account and region may be throttled for half a minute.',
  steps: ['deployed'],
  app: (stack) => {
    cluster(stack, {});
  },
  run: async (lab) => {
    await lab.deploy('deployed');
    let left = CALLS;
    let throttled = 0;
    const from = lab.now();
    const caller = async () => {
      while (left-- > 0)
        await lab
          .call('autoscaling', 'describe-auto-scaling-instances', {}, { retry: false })
          .catch((error) => {
            if (!/Throttling|RequestLimitExceeded|Rate exceeded/i.test(String(error))) throw error;
            throttled++;
          });
    };
    await Promise.all(Array.from({ length: AT_ONCE }, caller));
    lab.note('throttled', throttled);
    lab.note('rate', Math.round(CALLS / (lab.now() - from)));
  },
  questions: [
    {
      id: 'auto-scaling-answers-ten-reads-a-second',
      asks: 'Does Auto Scaling answer three hundred reads at ten a second and more without throttling one?',
      settledBy: {
        look: 'The answers to `DescribeAutoScalingInstances`, without retries.',
        yes: 'None is throttled, at ten a second or more.',
        no: 'One is.',
      },
      assumes:
        'It may not: no limit is published. What the state machines ask of Auto Scaling is ' +
        'spread over minutes, and a call that is throttled is made again.',
      documented: ['docs/rolling-replacement.md'],
      judge: ({ notes: { rate, throttled } }) => {
        if (rate === undefined || throttled === undefined) return undecided('no call was made');
        if (Number(throttled) > 0) return no(`${throttled} of ${CALLS} were throttled, at ${rate} a second`);
        return Number(rate) >= 10
          ? yes(`none was throttled, at ${rate} a second`)
          : undecided(`only ${rate} calls a second were made`);
      },
      examples: {
        yes: seen([], { notes: { rate: 22, throttled: 0 } }),
        no: seen([], { notes: { rate: 22, throttled: 41 } }),
      },
    },
  ],
};
