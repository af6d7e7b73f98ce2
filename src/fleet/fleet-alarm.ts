import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';

/** Five minutes make a data point. */
export const PERIOD = Duration.minutes(5);

/**
 * An alarm on a state machine that looks after nodes: made by `addAlarms()` of a cluster, once for each
 * stack.
 */
export interface FleetAlarm {
  /** Unique in the stack. */
  readonly id: string;
  /** What is counted: one in a period of five minutes is bad. */
  readonly metric: cloudwatch.Metric;
  /** How many such periods of the last hour make the alarm fire. */
  readonly periods: number;
  /** What it means and what to do: at most 1,024 characters, names and ARNs as they are at deployment. */
  readonly description: string;
}

/**
 * The three ways in which a run of a state machine ends badly, each an alarm: a sum of them would miss
 * those without data.
 */
export function badRuns(
  machine: sfn.StateMachine,
  name: string,
  periods: number,
  description: string,
): FleetAlarm[] {
  const props: cloudwatch.MetricOptions = { period: PERIOD, statistic: cloudwatch.Stats.SUM };
  return [
    { id: `${name}Failed`, metric: machine.metricFailed(props), periods, description },
    { id: `${name}TimedOut`, metric: machine.metricTimedOut(props), periods: 1, description },
    { id: `${name}Aborted`, metric: machine.metricAborted(props), periods: 1, description },
  ];
}
