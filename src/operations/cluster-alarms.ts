import { AspectPriority, Aspects, Stack } from 'aws-cdk-lib';
import * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import { Construct } from 'constructs';
import { childId } from '../private/child-id';
import { fail, inChild } from '../private/errors';
import { checkRegion } from '../private/regions';
import { forThisAccount } from '../private/service-principal';
import { warn } from '../private/warning';
import type { InstanceTier } from '../tier/instance-tier';
import { ALARM, ALARMS, type Alarm, alarmsOf, CODE, type Condition, PERIOD } from './alarm-fields';
import type { AlarmOptions, ClusterAlarmsOptions } from './cluster-alarms-options';
import { alarmsOnMachines, announce } from './machine-alarms';
import type { OperatedCluster } from './operated-cluster';
import { SpotInterruptions } from './spot-interruptions';

/** An alarm takes ten metrics, and one of them counts the nodes that have joined. */
const MAX_TIERS_WITH_ORPHANS = 9;

/**
 * The alarms of a cluster and of each of its tiers, also of tiers that are added later. Made by `addAlarms()`
 * of the cluster.
 *
 * Four on the cluster: what is reserved and used of CPU and memory. Three on each tier: at its maximum, not
 * growing, a drain that does not end. One on orphans if Container Insights is on, and a rule for Spot
 * interruptions if there is a topic and a tier has `spot`. Three on each state machine that looks after the
 * nodes, and one on each tier with the cordon. None of them fires on a tier at zero nodes.
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
  private readonly machineScope: Construct;
  private readonly made: cloudwatch.Alarm[] = [];
  private interruptions?: SpotInterruptions;

  private constructor(operated: OperatedCluster, options: ClusterAlarmsOptions) {
    const { scope } = operated;
    const id = childId(scope, 'Alarms');
    if (scope.node.tryFindChild(id)) {
      fail(
        'AlarmsExist',
        '`addAlarms()` can be called once for a cluster: give further `alarmActions` to that call',
        scope,
      );
    }
    const own = inChild(scope, id, () => ALARMS.read('options', options));
    super(scope, id);
    this.operated = operated;
    this.options = own;
    this.tierScope = new Construct(this, 'Tiers');
    this.machineScope = new Construct(this, 'Machines');
    this.checkOptions();
    // CloudWatch sends to no other.
    checkRegion(this, own.topic, { code: CODE, field: '`topic`', at: this });
    // Alarms cannot publish to an encrypted topic whose key does not let them, and nothing says so
    // but their history.
    own.topic?.masterKey?.grant(
      forThisAccount('cloudwatch.amazonaws.com', this),
      'kms:Decrypt',
      'kms:GenerateDataKey*',
    );
    this.addClusterAlarms();
    if (own.spotInterruptions) this.watchSpotInterruptions();
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
    const { clusterName } = this.operated;
    const { autoScalingGroupName } = tier.autoScalingGroup;
    const { options } = this;
    for (const { alarm, own } of alarmsOf(options)) {
      if (alarm.on !== 'tier' || alarm.isFor?.(tier) === false) continue;
      const { duration = alarm.duration } = own;
      const description = alarm.describe(tier.name, duration, clusterName, autoScalingGroupName);
      this.add(scope, alarm, own, description, alarm.condition(tier));
    }
    if (options.stateMachines !== false) {
      for (const alarm of alarmsOnMachines(this.machineScope, scope, tier)) this.announce(alarm);
    }
    if (tier._isOnSpot && options.topic && options.spotInterruptions !== false) this.watchSpotInterruptions();
  }

  private checkOptions(): void {
    const { options } = this;
    if (options.spotInterruptions && options.topic === undefined) {
      fail(CODE, '`spotInterruptions` needs a `topic`: EC2 sends an event of them, and no metric', this);
    }
    if (this.watchesOrphans && this.operated.containerInsights === ecs.ContainerInsights.DISABLED) {
      fail(
        CODE,
        '`orphans` needs Container Insights, and `containerInsightsV2` of the cluster turns it off',
        this,
      );
    }
  }

  private addClusterAlarms(): void {
    for (const { alarm, own } of alarmsOf(this.options)) {
      if (alarm.on !== 'cluster') continue;
      const { threshold = alarm.threshold, duration = alarm.duration } = own;
      const description = alarm.describe(threshold, duration, this.operated.clusterName);
      this.add(this, alarm, own, description, alarm.condition(this.operated, threshold));
    }
  }

  private get watchesOrphans(): boolean {
    const { orphans } = this.options;
    const { containerInsights } = this.operated;
    if (orphans !== undefined) return orphans.enabled ?? ALARM.fields.enabled.default;
    return (
      containerInsights === ecs.ContainerInsights.ENABLED ||
      containerInsights === ecs.ContainerInsights.ENHANCED
    );
  }

  private addOrphans(): void {
    const { clusterName, tiers } = this.operated;
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
    const { orphans = {} } = this.options;
    const { alarm } = ALARMS.fields.orphans;
    const { duration = alarm.duration } = orphans;
    const idleNodes = orphans.idleNodes ?? all.reduce((sum, tier) => sum + this.largestMinimum(tier), 0);
    const description = alarm.describe(idleNodes, duration, clusterName);
    this.add(this, alarm, orphans, description, alarm.condition(this.operated, all, idleNodes));
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
    { id, duration: otherwise }: Alarm,
    { enabled = ALARM.fields.enabled.default, duration = otherwise }: AlarmOptions,
    alarmDescription: string,
    condition: Condition,
  ): void {
    if (!enabled) return;
    const alarm = new cloudwatch.Alarm(scope, id, {
      ...condition,
      alarmDescription,
      evaluationPeriods: duration.toMilliseconds() / PERIOD.toMilliseconds(),
    });
    this.announce(alarm);
  }

  private announce(alarm: cloudwatch.Alarm): void {
    announce(alarm, this.options);
    if (!this.made.includes(alarm)) this.made.push(alarm);
  }
}
