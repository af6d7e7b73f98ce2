import { AspectPriority, Aspects, Duration, Stack } from 'aws-cdk-lib';
import * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as actions from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import { Construct } from 'constructs';
import { checkInteger, checkPercentage, requireDuration } from '../private/bounds';
import { TOPIC } from '../private/cdk-types';
import { fail } from '../private/errors';
import { checkKind } from '../private/expected-type';
import { forThisAccount } from '../private/service-principal';
import { warn } from '../private/warning';
import type { InstanceTier } from '../tier/instance-tier';
import { containerInstanceCountMetric } from '../tier/tier-metrics';
import * as descriptions from './alarm-descriptions';
import type { AlarmOptions, ClusterAlarmsOptions, ClusterShareAlarmOptions } from './cluster-alarms-options';
import { childId, type OperatedCluster } from './operated-cluster';
import { SpotInterruptions } from './spot-interruptions';

const CODE = 'InvalidAlarm';

/**
 * The metrics come each minute; five of them make a data point, so that one that is late or
 * lost decides nothing.
 */
const PERIOD = Duration.minutes(5);

/** An alarm takes ten metrics, and one of them counts the nodes that have joined. */
const MAX_TIERS_WITH_ORPHANS = 9;

/**
 * Of a group or a capacity provider: they come at zero nodes too, so a gap is a delivery that was lost, and
 * says nothing new.
 */
const KEEP_STATE = cloudwatch.TreatMissingData.IGNORE;

/** Of the use of a cluster: ECS sends none while no task runs. */
const NO_TASKS = cloudwatch.TreatMissingData.NOT_BREACHING;

interface Condition {
  readonly metric: cloudwatch.IMetric;
  readonly comparisonOperator: cloudwatch.ComparisonOperator;
  readonly threshold: number;
  readonly treatMissingData: cloudwatch.TreatMissingData;
}

/**
 * The alarms of a cluster and of each of its tiers, also of tiers that are added later. Made by `addAlarms()`
 * of the cluster.
 *
 * Four on the cluster (what is reserved and used of CPU and memory), three on each tier (at its maximum, not
 * growing, a drain that does not end), one on orphans if Container Insights is on, and a rule for Spot
 * interruptions if there is a topic and a tier has `spot`. None of them fires on a tier at zero nodes.
 *
 * Each description says what the alarm means, the commands that find the cause, and what to do.
 *
 * @example
 * declare const cluster: EcsAutoScaledCluster;
 * cluster.addAlarms({
 *   topic: new sns.Topic(this, 'Operations'),
 *   cpuReservation: { enabled: false },
 *   memoryUtilization: { threshold: 80 },
 *   drainNotEnding: { duration: Duration.hours(6) },
 * });
 */
export class ClusterAlarms extends Construct {
  /** @internal */
  public static _create(operated: OperatedCluster, options: ClusterAlarmsOptions): ClusterAlarms {
    return new ClusterAlarms(operated, options);
  }

  private readonly operated: OperatedCluster;
  private readonly options: ClusterAlarmsOptions;
  private readonly tierScope: Construct;
  private readonly made: cloudwatch.Alarm[] = [];
  private interruptions?: SpotInterruptions;

  private constructor(operated: OperatedCluster, options: ClusterAlarmsOptions) {
    const { cluster } = operated;
    const id = childId(cluster, 'Alarms');
    if (cluster.node.tryFindChild(id)) {
      fail(
        'AlarmsExist',
        '`addAlarms()` can be called once for a cluster: give further `alarmActions` to that call',
        cluster,
      );
    }
    super(cluster, id);
    this.operated = operated;
    this.options = options;
    this.tierScope = new Construct(this, 'Tiers');
    this.checkOptions();
    // Alarms cannot publish to an encrypted topic whose key does not let them, and nothing says so
    // but their history.
    options.topic?.masterKey?.grant(
      forThisAccount('cloudwatch.amazonaws.com', this),
      'kms:Decrypt',
      'kms:GenerateDataKey*',
    );
    this.addShares();
    if (options.spotInterruptions) this.watchSpotInterruptions();
    // An alarm's metrics cannot be added to, and those of this one are the groups of all tiers: so it is made
    // when no more can come.
    Aspects.of(this).add(
      { visit: (node) => node === this && this.addOrphans() },
      { priority: AspectPriority.MUTATING },
    );
  }

  /**
   * The alarms that there are so far. Those of tiers that are added later follow, and that on orphans is
   * made at synthesis.
   */
  public get alarms(): cloudwatch.Alarm[] {
    return [...this.made];
  }

  /** @internal */
  public get _spotInterruptions(): SpotInterruptions | undefined {
    return this.interruptions;
  }

  /** @internal */
  public _addTier(tier: InstanceTier): void {
    const scope = new Construct(this.tierScope, tier.name);
    const { clusterName } = this.operated.cluster;
    const group = tier.autoScalingGroup.autoScalingGroupName;
    const { options } = this;
    const lowest = { period: PERIOD, statistic: cloudwatch.Stats.MINIMUM };

    const atMaximum = durationOf(options.tierAtMaximum, Duration.minutes(30));
    this.add(
      scope,
      'AtMaximum',
      options.tierAtMaximum,
      atMaximum,
      descriptions.tierAtMaximum(atMaximum, clusterName, group),
      {
        metric: new cloudwatch.MathExpression({
          // A group of a fixed size is at its maximum for good, and so is one that a schedule
          // has taken to zero.
          expression: 'IF(maximum > minimum AND inService >= maximum, 1, 0)',
          usingMetrics: {
            inService: tier.metricInServiceInstances(lowest),
            maximum: tier.metricMaxSize({ period: PERIOD }),
            minimum: tier.metricMinSize({ period: PERIOD }),
          },
          period: PERIOD,
          label: 'At the maximum size',
        }),
        comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        threshold: 1,
        treatMissingData: KEEP_STATE,
      },
    );

    const notGrowing = durationOf(options.tierNotGrowing, Duration.minutes(30));
    this.add(
      scope,
      'NotGrowing',
      options.tierNotGrowing,
      notGrowing,
      descriptions.tierNotGrowing(notGrowing, clusterName, group),
      {
        metric: tier.metricCapacityProviderReservation(lowest),
        comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
        threshold: 100,
        treatMissingData: KEEP_STATE,
      },
    );

    if (tier._replacement.drains) {
      const draining = durationOf(options.drainNotEnding, Duration.hours(2));
      this.add(
        scope,
        'DrainNotEnding',
        options.drainNotEnding,
        draining,
        descriptions.drainNotEnding(draining, clusterName, group),
        {
          metric: tier.metricTerminatingInstances(lowest),
          comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
          threshold: 1,
          treatMissingData: KEEP_STATE,
        },
      );
    }

    if (tier._isOnSpot && options.topic && options.spotInterruptions !== false) this.watchSpotInterruptions();
  }

  private checkOptions(): void {
    const { options } = this;
    checkKind('topic', options.topic, TOPIC, this);
    const all: Record<string, AlarmOptions | undefined> = {
      cpuReservation: options.cpuReservation,
      memoryReservation: options.memoryReservation,
      cpuUtilization: options.cpuUtilization,
      memoryUtilization: options.memoryUtilization,
      tierAtMaximum: options.tierAtMaximum,
      tierNotGrowing: options.tierNotGrowing,
      drainNotEnding: options.drainNotEnding,
      orphans: options.orphans,
    };
    for (const [field, { duration } = {}] of Object.entries(all)) {
      if (duration !== undefined) requireDuration(CODE, `${field}.duration`, duration, this);
      const periods = duration && duration.toMilliseconds() / PERIOD.toMilliseconds();
      // More than a day is more than CloudWatch looks back for periods below an hour.
      if (periods !== undefined && !(Number.isInteger(periods) && periods >= 1 && periods <= 288)) {
        fail(
          CODE,
          `\`${field}.duration\` must be 5 minutes or a multiple of it, up to 24 hours, got: ` +
            `${duration?.toHumanString()}`,
          this,
        );
      }
    }
    if (options.spotInterruptions && options.topic === undefined) {
      fail(CODE, '`spotInterruptions` needs a `topic`: EC2 sends an event of them, and no metric', this);
    }
    checkInteger(CODE, 'orphans.idleNodes', options.orphans?.idleNodes, { min: 0 }, this);
    if (this.watchesOrphans && this.operated.containerInsights === ecs.ContainerInsights.DISABLED) {
      fail(
        CODE,
        '`orphans` needs Container Insights, and `containerInsightsV2` of the cluster turns it off',
        this,
      );
    }
  }

  private addShares(): void {
    const { cluster } = this.operated;
    const { cpuReservation, memoryReservation, cpuUtilization, memoryUtilization } = this.options;
    const props = { period: PERIOD };
    const reserved = { threshold: 95, duration: Duration.hours(1), describe: descriptions.highReservation };
    const used = { threshold: 90, duration: Duration.minutes(15), describe: descriptions.highUtilization };
    const shares = [
      {
        id: 'CpuReservation',
        what: 'CPU' as const,
        options: cpuReservation,
        metric: cluster.metricCpuReservation(props),
        ...reserved,
      },
      {
        id: 'MemoryReservation',
        what: 'memory' as const,
        options: memoryReservation,
        metric: cluster.metricMemoryReservation(props),
        ...reserved,
      },
      {
        id: 'CpuUtilization',
        what: 'CPU' as const,
        options: cpuUtilization,
        metric: cluster.metricCpuUtilization(props),
        ...used,
      },
      {
        id: 'MemoryUtilization',
        what: 'memory' as const,
        options: memoryUtilization,
        metric: cluster.metricMemoryUtilization(props),
        ...used,
      },
    ];
    for (const { id, what, options, metric, describe, ...defaults } of shares) {
      const threshold = this.thresholdOf(id, options) ?? defaults.threshold;
      const duration = durationOf(options, defaults.duration);
      this.add(this, id, options, duration, describe(what, threshold, duration, cluster.clusterName), {
        metric,
        comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        threshold,
        treatMissingData: NO_TASKS,
      });
    }
  }

  private thresholdOf(id: string, options: ClusterShareAlarmOptions | undefined): number | undefined {
    checkPercentage(
      CODE,
      `${id[0].toLowerCase()}${id.slice(1)}.threshold`,
      options?.threshold,
      { min: 1, max: 100 },
      this,
    );
    return options?.threshold;
  }

  private get watchesOrphans(): boolean {
    const { orphans } = this.options;
    const { containerInsights } = this.operated;
    if (orphans !== undefined) return orphans.enabled ?? true;
    return (
      containerInsights === ecs.ContainerInsights.ENABLED ||
      containerInsights === ecs.ContainerInsights.ENHANCED
    );
  }

  private addOrphans(): void {
    const { cluster, tiers } = this.operated;
    const all = tiers();
    // The pass over the constructs may come by more than once; a cluster without a tier is an
    // error of its own.
    if (!this.watchesOrphans || all.length === 0 || this.node.tryFindChild('Orphans')) return;
    if (all.length > MAX_TIERS_WITH_ORPHANS) {
      warn(
        this,
        'ClusterAlarms.orphans',
        `There is no alarm on orphans: it can watch ${MAX_TIERS_WITH_ORPHANS} tiers, and the cluster ` +
          `has ${all.length}.`,
      );
      return;
    }
    const idleNodes =
      this.options.orphans?.idleNodes ?? all.reduce((sum, tier) => sum + this.largestMinimum(tier), 0);
    const duration = durationOf(this.options.orphans, Duration.hours(1));
    const inService = all.map((tier, index): [string, cloudwatch.IMetric] => [
      `inService${index + 1}`,
      tier.metricInServiceInstances({ period: PERIOD, statistic: cloudwatch.Stats.MINIMUM }),
    ]);
    // Managed scaling keeps spare nodes where its target is below 100 percent: so many for
    // each that has work.
    const target = Math.min(...all.map((tier) => tier._targetCapacityPercent));
    const atWork = target < 100 ? `CEIL(FILL(withTasks, 0) * 100 / ${target})` : 'FILL(withTasks, 0)';
    this.add(
      this,
      'Orphans',
      this.options.orphans,
      duration,
      descriptions.orphans(idleNodes, duration, cluster.clusterName),
      {
        metric: new cloudwatch.MathExpression({
          expression: `${inService.map(([name]) => name).join(' + ')} - ${atWork}`,
          usingMetrics: {
            ...Object.fromEntries(inService),
            withTasks: containerInstanceCountMetric(cluster, cluster.clusterName, {
              period: PERIOD,
              statistic: cloudwatch.Stats.MAXIMUM,
            }),
          },
          period: PERIOD,
          label: 'Nodes in service without a task',
        }),
        comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
        threshold: idleNodes,
        treatMissingData: KEEP_STATE,
      },
    );
  }

  /** The largest minimum that the group or a schedule of it sets. */
  private largestMinimum(tier: InstanceTier): number {
    const stack = Stack.of(tier);
    const minima = tier.node.findAll().flatMap((child) => {
      if (child instanceof autoscaling.CfnAutoScalingGroup) return [Number(stack.resolve(child.minSize))];
      if (child instanceof autoscaling.CfnScheduledAction) return [Number(stack.resolve(child.minSize ?? 0))];
      return [];
    });
    const largest = Math.max(...minima);
    if (Number.isNaN(largest))
      fail(CODE, '`orphans.idleNodes` must be given where a minimum size is known at deployment only', tier);
    return largest;
  }

  private watchSpotInterruptions(): void {
    const { topic } = this.options;
    if (topic) this.interruptions ??= SpotInterruptions.of(this, topic);
  }

  private add(
    scope: Construct,
    id: string,
    options: AlarmOptions | undefined,
    duration: Duration,
    alarmDescription: string,
    condition: Condition,
  ): void {
    if (options?.enabled === false) return;
    const alarm = new cloudwatch.Alarm(scope, id, {
      ...condition,
      alarmDescription,
      evaluationPeriods: duration.toMilliseconds() / PERIOD.toMilliseconds(),
    });
    const { topic, alarmActions = [], okActions = [] } = this.options;
    if (topic) alarm.addAlarmAction(new actions.SnsAction(topic));
    alarm.addAlarmAction(...alarmActions);
    alarm.addOkAction(...okActions);
    this.made.push(alarm);
  }
}

function durationOf(options: AlarmOptions | undefined, otherwise: Duration): Duration {
  return options?.duration ?? otherwise;
}
