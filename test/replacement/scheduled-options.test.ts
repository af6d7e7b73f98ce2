import { Duration, TimeZone } from 'aws-cdk-lib';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import * as sns from 'aws-cdk-lib/aws-sns';
import { SCHEDULED_OPTIONS } from '../../src/replacement/scheduled-options';
import { TestStack } from '../helpers/estate';

const read = (options: any) => () => SCHEDULED_OPTIONS.read('options', options);

const schedule = ScheduleExpression.cron({ hour: '3', minute: '0', timeZone: TimeZone.EUROPE_BERLIN });

describe('when state machines look after nodes', () => {
  test('is a cron or a rate, in a window of whole minutes', () => {
    expect(read({ schedule, window: Duration.hours(2) })).not.toThrow();
    expect(read({ schedule: ScheduleExpression.rate(Duration.days(1)) })).not.toThrow();
    expect(read({ schedule: ScheduleExpression.expression('cron(0 3 * * ? *)') })).not.toThrow();
  });

  test('is not one time alone', () => {
    expect(read({ schedule: ScheduleExpression.at(new Date(Date.UTC(2026, 0, 1))) })).toThrow(
      /`schedule` must come again and again, as cron\(…\) or rate\(…\) .* got: "at\(2026-01-01T00:00:00\)"/,
    );
    expect(read({ schedule: 'cron(0 3 * * ? *)' })).toThrow(
      "Write `scheduler.ScheduleExpression.expression('cron(0 3 * * ? *)')`",
    );
  });

  test.each([Duration.seconds(30), Duration.hours(25)])('has no window of %s', (window) => {
    expect(read({ schedule, window })).toThrow('`window` must be a duration from 60 s to 24 hours, got:');
  });

  test('has no window in parts of a minute', () => {
    expect(read({ schedule, window: Duration.seconds(90) })).toThrow(
      '`window` must be a duration in whole minutes, got:',
    );
  });

  test('has a topic that is not FIFO', () => {
    const stack = new TestStack();
    const topic = new sns.Topic(stack, 'Topic', { fifo: true });
    expect(read({ schedule, topic })).toThrow('`topic` must be a standard topic, got: a FIFO topic');
    expect(read({ schedule, topic: new sns.Topic(stack, 'Other') })).not.toThrow();
  });
});
