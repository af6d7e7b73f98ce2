import { Duration } from 'aws-cdk-lib';
import type * as sns from 'aws-cdk-lib/aws-sns';
import { percent, wholeSeconds } from '../private/bounds';
import { instance, known } from '../private/expected-type';
import { type Fields, RENDERED, Struct } from '../private/fields';
import { MESSAGES } from './messages';

/**
 * Options of `NodeRepair.replace()`.
 *
 * @example
 * declare const vpc: ec2.IVpc;
 * declare const topic: sns.ITopic;
 * new EcsAutoScaledCluster(this, 'Orders', {
 *   vpc,
 *   tiers: [{ name: 'general', instanceTypes: [new ec2.InstanceType('m7i.large')] }],
 *   repair: NodeRepair.replace({ after: Duration.minutes(15), maxUnhealthyPercentage: 10, topic }),
 * });
 */
export interface RepairOptions {
  /**
   * How long ECS must call a node impaired before it is replaced, in whole seconds, 5 minutes to 24 hours.
   *
   * @default - 10 minutes
   */
  readonly after?: Duration;

  /**
   * The most nodes that may be missing or impaired, 1 to 32 percent of the nodes that the tier wants, rounded
   * down, but at least one node. Where there are more, nothing is replaced: the cause is not a node. It is
   * below 33, because a zone may hold a third of the nodes.
   *
   * @default 20
   */
  readonly maxUnhealthyPercentage?: number;

  /**
   * The topic that gets a message for each node that was replaced, and one for an outage in which none is. A
   * topic of another region and a FIFO topic are refused.
   *
   * @default - alarms alone (`addAlarms()`)
   */
  readonly topic?: sns.ITopic;
}

/**
 * Options of `NodeRepair.notify()`.
 *
 * @example
 * declare const cluster: EcsAutoScaledCluster;
 * declare const topic: sns.ITopic;
 * cluster.addTier('databases', {
 *   instanceTypes: [new ec2.InstanceType('r7i.large')],
 *   repair: NodeRepair.notify(topic, { after: Duration.minutes(20) }),
 * });
 */
export interface RepairNotificationOptions {
  /**
   * How long ECS must call a node impaired before the topic gets a message, in whole seconds, 5 minutes to
   * 24 hours.
   *
   * @default - 10 minutes
   */
  readonly after?: Duration;
}

const CODE = 'InvalidRepair';

const AFTER = known(wholeSeconds(CODE, { min: 5 * 60, max: 24 * 60 * 60 }), CODE);

const NOTIFICATION_FIELDS = {
  after: { value: AFTER, implied: Duration.minutes(10), to: RENDERED },
} satisfies Fields<RepairNotificationOptions>;

const FIELDS = {
  ...NOTIFICATION_FIELDS,
  maxUnhealthyPercentage: {
    value: known(percent(CODE, { min: 1, max: 32 }), CODE),
    default: 20,
    to: RENDERED,
  },
  topic: { value: MESSAGES, to: RENDERED },
} satisfies Fields<RepairOptions>;

export const REPAIR_OPTIONS = new Struct<RepairOptions, typeof FIELDS>('RepairOptions', FIELDS, {
  such: '{ maxUnhealthyPercentage: 10 }',
});

export const REPAIR_NOTIFICATION = new Struct<RepairNotificationOptions, typeof NOTIFICATION_FIELDS>(
  'RepairNotificationOptions',
  NOTIFICATION_FIELDS,
  { such: '{ after: Duration.minutes(20) }' },
);

/** What becomes of a node that is impaired. */
export interface RepairPlan {
  readonly action: 'replace' | 'notify';
  readonly after: Duration;
  readonly maxUnhealthyPercentage: number;
  readonly topic?: sns.ITopic;
}

/**
 * What becomes of a running node that ECS calls impaired: its container runtime hangs, or its agent has been
 * out of reach for a while. Auto Scaling sees neither, so such a node stays in service.
 *
 * A state machine, without a Lambda function, looks again after a while. It replaces the node only where few
 * nodes of its tier are impaired, and another one is well. A tier of one node gets a message only.
 * Nothing is replaced during a roll, or while the group has the tag `EcsHold`.
 *
 * @example
 * declare const vpc: ec2.IVpc;
 * declare const topic: sns.ITopic;
 * new EcsAutoScaledCluster(this, 'Orders', {
 *   vpc,
 *   tiers: [
 *     { name: 'general', instanceTypes: [new ec2.InstanceType('m7i.large')] },
 *     { name: 'databases', instanceTypes: [new ec2.InstanceType('r7i.large')], repair: NodeRepair.notify(topic) },
 *   ],
 *   repair: NodeRepair.replace({ topic }),
 * });
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/container-instance-health.html
 */
export class NodeRepair {
  /** An impaired node is replaced: its tasks start elsewhere at once, and a new node takes its place. */
  public static replace(options: RepairOptions = {}): NodeRepair {
    const { after, maxUnhealthyPercentage, topic } = REPAIR_OPTIONS.read('options', options);
    return new NodeRepair({
      action: 'replace',
      after: after ?? FIELDS.after.implied,
      maxUnhealthyPercentage: maxUnhealthyPercentage ?? FIELDS.maxUnhealthyPercentage.default,
      topic,
    });
  }

  /**
   * A topic gets a message about an impaired node, and nothing is done.
   *
   * @param topic a standard topic of the cluster's region.
   */
  public static notify(topic: sns.ITopic, options: RepairNotificationOptions = {}): NodeRepair {
    MESSAGES.check('topic', topic);
    const { after } = REPAIR_NOTIFICATION.read('options', options);
    return new NodeRepair({
      action: 'notify',
      after: after ?? FIELDS.after.implied,
      maxUnhealthyPercentage: FIELDS.maxUnhealthyPercentage.default,
      topic,
    });
  }

  /** An impaired node stays as it is: for a tier of a cluster that repairs the nodes of others. */
  public static none(): NodeRepair {
    return new NodeRepair();
  }

  private constructor(private readonly plan?: RepairPlan) {}

  /** Whether impaired nodes are replaced. */
  public get replacesImpairedNodes(): boolean {
    return this.plan?.action === 'replace';
  }

  /**
   * Undefined: nothing is done.
   *
   * @internal
   */
  public get _plan(): RepairPlan | undefined {
    return this.plan;
  }
}

const FACTORIES = ['replace', 'none'];

/** As a field. */
export const REPAIR = instance<NodeRepair>({
  name: 'a NodeRepair: `NodeRepair.replace()`, `NodeRepair.notify(topic)` or `NodeRepair.none()`',
  member: '_plan',
  instead: (_, text) => (FACTORIES.includes(text) ? `NodeRepair.${text}()` : undefined),
});
