import type { Duration } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as sns from 'aws-cdk-lib/aws-sns';

/**
 * One alarm of a cluster or of each of its tiers: whether it is there, and after how long it fires.
 *
 * @example
 * declare const cluster: EcsAutoScaledCluster;
 * declare const topic: sns.ITopic;
 * cluster.addAlarms({
 *   topic,
 *   tierAtMaximum: { enabled: false },
 *   drainNotEnding: { duration: Duration.hours(6) },
 * });
 */
export interface AlarmOptions {
  /**
   * Whether the alarm is made.
   *
   * @default true
   */
  readonly enabled?: boolean;

  /**
   * How long the state must last before the alarm fires: whole steps of 5 minutes, up to a day.
   *
   * @default - see the alarm's own default in `ClusterAlarmsOptions`
   */
  readonly duration?: Duration;
}

/**
 * An alarm on a share of the nodes' CPU or memory.
 *
 * @example
 * declare const cluster: EcsAutoScaledCluster;
 * declare const topic: sns.ITopic;
 * cluster.addAlarms({
 *   topic,
 *   cpuReservation: { enabled: false },
 *   memoryUtilization: { threshold: 80, duration: Duration.minutes(30) },
 * });
 */
export interface ClusterShareAlarmOptions extends AlarmOptions {
  /**
   * The percentage, 1 to 100, from which on the alarm fires.
   *
   * @default - see the alarm's own default in `ClusterAlarmsOptions`
   */
  readonly threshold?: number;
}

/**
 * The alarm on orphans: nodes in service that have not joined the cluster.
 *
 * @example
 * declare const cluster: EcsAutoScaledCluster;
 * declare const topic: sns.ITopic;
 * declare const logForwarder: ecs.Ec2TaskDefinition;
 * new ecs.Ec2Service(this, 'LogForwarder', { cluster, taskDefinition: logForwarder, daemon: true });
 * cluster.addAlarms({ topic, orphans: { idleNodes: 0 } });
 */
export interface ClusterOrphanAlarmOptions extends AlarmOptions {
  /**
   * How many nodes may be in service without a task, 0 or more. `0` where a daemon service runs on each node:
   * then no other node goes unnoticed.
   *
   * @default - the minimum sizes of all tiers together, the largest that a schedule sets: so many nodes stay
   * even if there is nothing to run
   */
  readonly idleNodes?: number;
}

/**
 * Options of `addAlarms()`.
 *
 * @example
 * declare const cluster: EcsAutoScaledCluster;
 * declare const page: cloudwatch.IAlarmAction;
 * cluster.addAlarms({
 *   topic: new sns.Topic(this, 'Operations'),
 *   alarmActions: [page],
 *   memoryReservation: { enabled: false },
 *   tierNotGrowing: { duration: Duration.minutes(15) },
 * });
 */
export interface ClusterAlarmsOptions {
  /**
   * Where alarms are sent when they fire, and Spot interruptions.
   *
   * If the topic is encrypted, its key must let `cloudwatch.amazonaws.com` use it, and `events.amazonaws.com`
   * for Spot interruptions. The library adds that to a key of this app. The policy of another key, and of an
   * imported topic, is yours to write. With the key that AWS manages (`alias/aws/sns`) alarms never arrive.
   *
   * @default - nowhere, unless `alarmActions` are given: the alarms are seen in the console
   */
  readonly topic?: sns.ITopic;

  /**
   * What else happens when an alarm fires.
   *
   * @default - nothing but the message to the `topic`
   */
  readonly alarmActions?: cloudwatch.IAlarmAction[];

  /**
   * What happens when an alarm is over. Each alarm is also «over» once when it is made.
   *
   * @default - nothing
   */
  readonly okActions?: cloudwatch.IAlarmAction[];

  /**
   * Tasks have reserved nearly all of the nodes' CPU. Full nodes are what managed scaling aims at: turn it
   * off for tasks that fill a node each.
   *
   * @default - 95 percent for 1 hour
   */
  readonly cpuReservation?: ClusterShareAlarmOptions;

  /**
   * Tasks have reserved nearly all of the nodes' memory. Full nodes are what managed scaling aims at: turn it
   * off for tasks that fill a node each.
   *
   * @default - 95 percent for 1 hour
   */
  readonly memoryReservation?: ClusterShareAlarmOptions;

  /**
   * Tasks use nearly all of the nodes' CPU.
   *
   * @default - 90 percent for 15 minutes
   */
  readonly cpuUtilization?: ClusterShareAlarmOptions;

  /**
   * Tasks use nearly all of the nodes' memory.
   *
   * @default - 90 percent for 15 minutes
   */
  readonly memoryUtilization?: ClusterShareAlarmOptions;

  /**
   * A tier is at its maximum size and cannot grow. A tier whose minimum is its maximum never fires it.
   *
   * @default - for 30 minutes
   */
  readonly tierAtMaximum?: AlarmOptions;

  /**
   * Tasks wait for nodes that a tier does not bring: its capacity provider reservation stays
   * above 100 percent.
   *
   * It is also what shows, without Container Insights, that nodes start and do not join the cluster while
   * there is work for them.
   *
   * @default - for 30 minutes
   */
  readonly tierNotGrowing?: AlarmOptions;

  /**
   * A tier has nodes that stay in `Terminating`: a drain that does not end. Managed draining waits for up to
   * 48 hours, and a replacement of nodes with it (containers-roadmap #2467). Not made for tiers that do not
   * drain (`NodeReplacement.allAtOnce()`).
   *
   * The metric counts nodes and does not name them: a long chain of short drains, such as the replacement of
   * a large tier in small steps, fires it too.
   *
   * @default - for 2 hours
   */
  readonly drainNotEnding?: AlarmOptions;

  /**
   * Nodes are in service in their groups and have not joined the cluster. **Needs Container Insights**
   * (`containerInsightsV2`), whose `ContainerInstanceCount` is the only metric that counts what has joined;
   * no metric that is free does.
   *
   * It counts nodes that run a task. So a node that has joined and is idle looks the same: up to `idleNodes`
   * of them are ignored. With a daemon service on each node the count is exact. It knows the cluster and not
   * the tier, so there is one alarm for all tiers: nine at most, since an alarm takes ten metrics.
   *
   * Without Container Insights orphans cannot be seen as such. What becomes of them can: `tierNotGrowing`
   * fires if there is work for them, `tierAtMaximum` if they are started again and again. A node whose
   * bootstrap fails does not stay (it powers off and is replaced), and with `NodeReplacement.rolling()` a
   * node that has not joined never goes into service.
   *
   * @default - for 1 hour, if the cluster's `containerInsightsV2` is on. Where only the account's setting
   * says so, ask for it: `orphans: {}`
   */
  readonly orphans?: ClusterOrphanAlarmOptions;

  /**
   * Alarms on the state machines that look after nodes, where a tier has one: the readiness gate and the
   * cordon of `NodeReplacement.rolling()`, `repair` and `drainLimit`. They fire when runs fail, time out or are
   * stopped. For failed runs of the gate, that is at the second within an hour. One for each tier with the
   * cordon fires when ECS's own hook for draining is missing. The texts have the commands that repair it, by
   * hand where need be.
   *
   * A state machine serves a whole stack: its alarms are there once, and go where those of all clusters
   * of the stack go.
   *
   * @default true
   */
  readonly stateMachines?: boolean;

  /**
   * Send EC2's warnings of Spot interruptions to the `topic`. There is no metric of them. The event names the
   * instance and neither group nor cluster. So what is sent are **all of the account's interruptions in the
   * region**, once for each stack and topic. The message has the command that shows whose node it is.
   *
   * @default - if there is a `topic` and a tier has `spot`
   * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-instance-termination-notices.html
   */
  readonly spotInterruptions?: boolean;
}
