import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as actions from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { Construct } from 'constructs';
import type { FleetAlarm } from '../fleet/fleet-alarm';
import { FleetMachine } from '../fleet/fleet-machine';
import type { InstanceTier } from '../tier/instance-tier';
import type { ClusterAlarmsOptions } from './cluster-alarms-options';

/** The alarms on a state machine. It serves a whole stack, so several clusters may have them. */
const known = new WeakMap<FleetMachine, cloudwatch.Alarm[]>();

/** What an alarm does already. */
const announced = new WeakMap<
  cloudwatch.Alarm,
  { readonly alarm: Set<unknown>; readonly ok: Set<unknown> }
>();

/**
 * The alarms on the state machines that look after a tier: those of a state machine once for the stack,
 * those of the tier.
 */
export function alarmsOnMachines(
  machineScope: Construct,
  tierScope: Construct,
  tier: InstanceTier,
): cloudwatch.Alarm[] {
  return FleetMachine.lookingAfter(tier).flatMap((machine) => {
    const ofMachine = known.get(machine) ?? machine.alarms().map((alarm) => onMachine(machineScope, alarm));
    known.set(machine, ofMachine);
    return [...ofMachine, ...machine.alarmsOf(tier).map((alarm) => onMachine(tierScope, alarm))];
  });
}

function onMachine(scope: Construct, { id, metric, periods, description }: FleetAlarm): cloudwatch.Alarm {
  return new cloudwatch.Alarm(scope, id, {
    metric,
    alarmDescription: description,
    comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    threshold: 1,
    datapointsToAlarm: periods,
    // Of the last hour, where more than one is asked for.
    evaluationPeriods: periods === 1 ? 1 : 12,
    treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
  });
}

/** Has an alarm do what the options say, each thing once, however many clusters ask for it. */
export function announce(alarm: cloudwatch.Alarm, options: ClusterAlarmsOptions): void {
  const { topic, alarmActions = [], okActions = [] } = options;
  const done = announced.get(alarm) ?? { alarm: new Set(), ok: new Set() };
  announced.set(alarm, done);
  if (topic && !done.alarm.has(topic)) alarm.addAlarmAction(new actions.SnsAction(topic));
  alarm.addAlarmAction(...alarmActions.filter((action) => !done.alarm.has(action)));
  alarm.addOkAction(...okActions.filter((action) => !done.ok.has(action)));
  for (const each of [topic, ...alarmActions]) done.alarm.add(each);
  for (const each of okActions) done.ok.add(each);
}
