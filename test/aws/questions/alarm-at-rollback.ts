import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { NodeReplacement, Sysctl } from 'cdk-ecs-auto-scaled-cluster';
import { cluster, joined } from '../parts';
import { type Experiment, no, undecided, yes } from '../question';
import { during, endOf, sample, seen } from '../seen';

const ALARM = 'prove-alarm-at-rollback';

export const experiment: Experiment = {
  name: 'alarm-at-rollback',
  deploys:
    'a gated tier of one node whose roll is watched by an alarm; then a roll in which the alarm fires, ' +
    'and goes on',
  nodes: 2,
  minutes: 75,
  steps: ['before', 'after'],
  app: (stack, step) => {
    const alarm = new cloudwatch.Alarm(stack, 'Alarm', {
      alarmName: ALARM,
      metric: new cloudwatch.Metric({ namespace: 'aws-prove', metricName: 'Never' }),
      threshold: 1,
      evaluationPeriods: 1,
      treatMissingData: cloudwatch.TreatMissingData.IGNORE, // it stays in the state that it is set to
    });
    cluster(stack, {
      minCapacity: 1,
      sysctls: [Sysctl.somaxconn(step === 'before' ? 1024 : 2048)],
      replacement: NodeReplacement.rolling({ alarms: [alarm] }),
    });
  },
  run: async (lab) => {
    await lab.deploy('before');
    await lab.watch('joined', 15, joined(1));
    const earlier = lab.seen.samples.at(-1)?.refresh?.id;
    let fired = false;
    await lab.deploy('after', {
      mayFail: true,
      meanwhile: async ({ refresh }) => {
        if (fired || refresh?.status !== 'InProgress' || refresh.id === earlier) return;
        fired = true;
        await lab.call('cloudwatch', 'set-alarm-state', {
          AlarmName: ALARM,
          StateValue: 'ALARM',
          StateReason: 'aws:prove',
        });
        lab.note('fired', 'in the refresh');
      },
    });
  },
  questions: [
    {
      id: 'rollback-passes-a-firing-alarm',
      asks: 'Does a rollback succeed while the alarm that caused it still fires?',
      settledBy: {
        look: 'A roll whose alarm goes to ALARM and stays there.',
        yes: 'The stack ends in `UPDATE_ROLLBACK_COMPLETE`.',
        no: 'In `UPDATE_ROLLBACK_FAILED`.',
      },
      assumes:
        'Not for certain: the guide has the command that continues such a rollback once the alarm is ' +
        'quiet.',
      documented: ['docs/rolling-replacement.md'],
      judge: (record) => {
        const status = endOf(record, 'after')?.stack;
        if (record.notes.fired === undefined)
          return undecided('the alarm was not set: no refresh was seen in progress');
        if (status === 'UPDATE_ROLLBACK_COMPLETE')
          return yes(`the rollback was complete, after ${during(record, 'after').length} looks`);
        return status === 'UPDATE_ROLLBACK_FAILED'
          ? no('the rollback failed')
          : undecided(`the stack ended in ${status}`);
      },
      examples: {
        yes: seen([sample('after', 900, { stack: 'UPDATE_ROLLBACK_COMPLETE' })], {
          notes: { fired: 'in the refresh' },
        }),
        no: seen([sample('after', 900, { stack: 'UPDATE_ROLLBACK_FAILED' })], {
          notes: { fired: 'in the refresh' },
        }),
      },
    },
  ],
};
