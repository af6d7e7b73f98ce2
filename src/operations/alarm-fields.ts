import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { duration, percent, wholeNumber } from '../private/bounds';
import { ALARM_ACTION, TOPIC } from '../private/cdk-types';
import { fail } from '../private/errors';
import { known, knownFlag, listOf } from '../private/expected-type';
import { type Field, type Fields, RENDERED, Struct } from '../private/fields';
import type { Value } from '../private/value';
import type { InstanceTier } from '../tier/instance-tier';
import * as descriptions from './alarm-descriptions';
import type {
  AlarmOptions,
  ClusterAlarmsOptions,
  ClusterOrphanAlarmOptions,
  ClusterShareAlarmOptions,
} from './cluster-alarms-options';
import { clusterMetric, containerInstanceCountMetric } from './cluster-metrics';
import type { OperatedCluster } from './operated-cluster';

export const CODE = 'InvalidAlarm';

/**
 * The metrics come each minute; five of them make a data point, so that one that is late or lost decides
 * nothing.
 */
export const PERIOD = Duration.minutes(5);

const KNOWN_DURATION = known(duration(CODE), CODE);

const ALARM_DURATION: Value<Duration> = {
  ...KNOWN_DURATION,
  // More than a day is more than CloudWatch looks back for periods below an hour.
  bounds: { min: PERIOD.toSeconds(), max: 86400 },
  check(field, value, scope) {
    KNOWN_DURATION.check(field, value, scope);
    const periods = value.toMilliseconds() / PERIOD.toMilliseconds();
    if (Number.isInteger(periods) && periods >= 1 && periods <= 288) return;
    fail(
      CODE,
      `\`${field}\` must be 5 minutes or a multiple of it, up to 24 hours, got: ${value.toHumanString()}`,
      scope,
    );
  },
};

const ALARM_FIELDS = {
  enabled: { value: knownFlag, default: true, to: RENDERED },
  duration: { value: ALARM_DURATION, to: RENDERED },
} satisfies Fields<AlarmOptions>;

export const ALARM = new Struct<AlarmOptions, typeof ALARM_FIELDS>('AlarmOptions', ALARM_FIELDS, {
  such: '{ duration: Duration.minutes(15) }',
});

const SHARE_FIELDS = {
  ...ALARM_FIELDS,
  threshold: { value: percent(CODE, { min: 1, max: 100 }), to: RENDERED },
} satisfies Fields<ClusterShareAlarmOptions>;

export const SHARE_ALARM = new Struct<ClusterShareAlarmOptions, typeof SHARE_FIELDS>(
  'ClusterShareAlarmOptions',
  SHARE_FIELDS,
  { such: '{ threshold: 80 }' },
);

const ORPHAN_FIELDS = {
  ...ALARM_FIELDS,
  idleNodes: { value: wholeNumber(CODE, { min: 0 }), to: RENDERED },
} satisfies Fields<ClusterOrphanAlarmOptions>;

export const ORPHAN_ALARM = new Struct<ClusterOrphanAlarmOptions, typeof ORPHAN_FIELDS>(
  'ClusterOrphanAlarmOptions',
  ORPHAN_FIELDS,
  { such: '{ idleNodes: 0 }' },
);

/** When an alarm fires. */
export interface Condition {
  readonly metric: cloudwatch.IMetric;
  readonly comparisonOperator: cloudwatch.ComparisonOperator;
  readonly threshold: number;
  readonly treatMissingData: cloudwatch.TreatMissingData;
}

/** An alarm: what it is unless the user says otherwise, what it says, and when it fires. */
interface AlarmRow {
  readonly id: string;
  readonly duration: Duration;
}

export interface ClusterAlarm extends AlarmRow {
  readonly on: 'cluster';
  readonly threshold: number;
  describe(threshold: number, duration: Duration, clusterName: string): string;
  condition(cluster: OperatedCluster, threshold: number): Condition;
}

export interface TierAlarm extends AlarmRow {
  readonly on: 'tier';
  /** Left out where every tier has it. */
  isFor?(tier: InstanceTier): boolean;
  describe(tierName: string, duration: Duration, clusterName: string, groupName: string): string;
  condition(tier: InstanceTier): Condition;
}

export interface AllTiersAlarm extends AlarmRow {
  readonly on: 'all tiers';
  describe(threshold: number, duration: Duration, clusterName: string): string;
  condition(cluster: OperatedCluster, tiers: readonly InstanceTier[], threshold: number): Condition;
}

export type Alarm = ClusterAlarm | TierAlarm | AllTiersAlarm;

const { GREATER_THAN_OR_EQUAL_TO_THRESHOLD, GREATER_THAN_THRESHOLD } = cloudwatch.ComparisonOperator;

/**
 * Of a group or a capacity provider: they come at zero nodes too, so a gap is a delivery that was lost, and
 * means nothing new.
 */
const KEEP_STATE = cloudwatch.TreatMissingData.IGNORE;

/** Of the use of a cluster: ECS sends none while no task runs. */
const NO_TASKS = cloudwatch.TreatMissingData.NOT_BREACHING;

type What = 'CPU' | 'memory';

function shareOf(
  metricName: Parameters<typeof clusterMetric>[2],
  what: What,
  describe: (what: What, threshold: number, duration: Duration, clusterName: string) => string,
): Pick<ClusterAlarm, 'on' | 'describe' | 'condition'> {
  return {
    on: 'cluster',
    describe: (threshold, duration, clusterName) => describe(what, threshold, duration, clusterName),
    condition: (cluster, threshold) => ({
      metric: clusterMetric(cluster.scope, cluster.clusterName, metricName, { period: PERIOD }),
      comparisonOperator: GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      threshold,
      treatMissingData: NO_TASKS,
    }),
  };
}

/** The lowest of a data point: all of it must be so. */
const LOWEST = { period: PERIOD, statistic: cloudwatch.Stats.MINIMUM };

const AT_MAXIMUM: TierAlarm = {
  id: 'AtMaximum',
  on: 'tier',
  duration: Duration.minutes(30),
  describe: descriptions.tierAtMaximum,
  condition: (tier) => ({
    metric: new cloudwatch.MathExpression({
      // A group of a fixed size is at its maximum for good, and so is one that a schedule has taken to zero.
      expression: 'IF(maximum > minimum AND inService >= maximum, 1, 0)',
      usingMetrics: {
        inService: tier.metricInServiceInstances(LOWEST),
        maximum: tier.metricMaxSize({ period: PERIOD }),
        minimum: tier.metricMinSize({ period: PERIOD }),
      },
      period: PERIOD,
      label: 'At the maximum size',
    }),
    comparisonOperator: GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    threshold: 1,
    treatMissingData: KEEP_STATE,
  }),
};

const NOT_GROWING: TierAlarm = {
  id: 'NotGrowing',
  on: 'tier',
  duration: Duration.minutes(30),
  // ECS sends the metric for tiers that it scales.
  isFor: (tier) => tier._isScaled,
  describe: descriptions.tierNotGrowing,
  condition: (tier) => ({
    metric: tier.metricCapacityProviderReservation(LOWEST),
    comparisonOperator: GREATER_THAN_THRESHOLD,
    threshold: 100,
    treatMissingData: KEEP_STATE,
  }),
};

const DRAIN_NOT_ENDING: TierAlarm = {
  id: 'DrainNotEnding',
  on: 'tier',
  duration: Duration.hours(2),
  isFor: (tier) => tier._replacement.drains,
  describe: descriptions.drainNotEnding,
  condition: (tier) => ({
    metric: tier.metricTerminatingInstances(LOWEST),
    comparisonOperator: GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    threshold: 1,
    treatMissingData: KEEP_STATE,
  }),
};

const ORPHANS: AllTiersAlarm = {
  id: 'Orphans',
  on: 'all tiers',
  duration: Duration.hours(1),
  describe: descriptions.orphans,
  condition(cluster, tiers, threshold) {
    const inService = tiers.map((tier, index): [string, cloudwatch.IMetric] => [
      `inService${index + 1}`,
      tier.metricInServiceInstances(LOWEST),
    ]);
    // Managed scaling keeps spare nodes where its target is below 100 percent: so many for
    // each that has work.
    const target = Math.min(...tiers.map((tier) => tier._targetCapacityPercent));
    const atWork = target < 100 ? `CEIL(FILL(withTasks, 0) * 100 / ${target})` : 'FILL(withTasks, 0)';
    return {
      metric: new cloudwatch.MathExpression({
        expression: `${inService.map(([name]) => name).join(' + ')} - ${atWork}`,
        usingMetrics: {
          ...Object.fromEntries(inService),
          withTasks: containerInstanceCountMetric(cluster.scope, cluster.clusterName, {
            period: PERIOD,
            statistic: cloudwatch.Stats.MAXIMUM,
          }),
        },
        period: PERIOD,
        label: 'Nodes in service without a task',
      }),
      comparisonOperator: GREATER_THAN_THRESHOLD,
      threshold,
      treatMissingData: KEEP_STATE,
    };
  },
};

/** A field of the options of an alarm has a row with the alarm. */
type AlarmsTable = {
  readonly [K in keyof ClusterAlarmsOptions]-?: Field<NonNullable<ClusterAlarmsOptions[K]>> &
    (NonNullable<ClusterAlarmsOptions[K]> extends AlarmOptions
      ? { readonly alarm: Alarm }
      : { readonly alarm?: never });
};

const FIELDS = {
  topic: { value: TOPIC, to: RENDERED },
  alarmActions: { value: listOf(ALARM_ACTION), to: RENDERED },
  okActions: { value: listOf(ALARM_ACTION), to: RENDERED },
  cpuReservation: {
    value: SHARE_ALARM,
    to: RENDERED,
    alarm: {
      id: 'CpuReservation',
      threshold: 95,
      duration: Duration.hours(1),
      ...shareOf('CPUReservation', 'CPU', descriptions.highReservation),
    },
  },
  memoryReservation: {
    value: SHARE_ALARM,
    to: RENDERED,
    alarm: {
      id: 'MemoryReservation',
      threshold: 95,
      duration: Duration.hours(1),
      ...shareOf('MemoryReservation', 'memory', descriptions.highReservation),
    },
  },
  cpuUtilization: {
    value: SHARE_ALARM,
    to: RENDERED,
    alarm: {
      id: 'CpuUtilization',
      threshold: 90,
      duration: Duration.minutes(15),
      ...shareOf('CPUUtilization', 'CPU', descriptions.highUtilization),
    },
  },
  memoryUtilization: {
    value: SHARE_ALARM,
    to: RENDERED,
    alarm: {
      id: 'MemoryUtilization',
      threshold: 90,
      duration: Duration.minutes(15),
      ...shareOf('MemoryUtilization', 'memory', descriptions.highUtilization),
    },
  },
  tierAtMaximum: { value: ALARM, to: RENDERED, alarm: AT_MAXIMUM },
  tierNotGrowing: { value: ALARM, to: RENDERED, alarm: NOT_GROWING },
  drainNotEnding: { value: ALARM, to: RENDERED, alarm: DRAIN_NOT_ENDING },
  orphans: { value: ORPHAN_ALARM, to: RENDERED, alarm: ORPHANS },
  stateMachines: { value: knownFlag, to: RENDERED },
  spotInterruptions: { value: knownFlag, to: RENDERED },
} satisfies AlarmsTable;

export const ALARMS = new Struct<ClusterAlarmsOptions, typeof FIELDS>('ClusterAlarmsOptions', FIELDS, {
  such: '{ topic }',
});

/** The alarms, each with what the user says of it. */
export function alarmsOf(options: ClusterAlarmsOptions): { alarm: Alarm; own: ClusterShareAlarmOptions }[] {
  const rows: AlarmsTable = FIELDS;
  return ALARMS.names.flatMap((name) => {
    const { alarm } = rows[name];
    return alarm === undefined ? [] : [{ alarm, own: (options[name] ?? {}) as ClusterShareAlarmOptions }];
  });
}
