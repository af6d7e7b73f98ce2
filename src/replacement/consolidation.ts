import { wholeNumber } from '../private/bounds';
import { instance, known } from '../private/expected-type';
import { type Fields, RENDERED, Struct } from '../private/fields';
import { SCHEDULED_FIELDS, type ScheduledOptions } from './scheduled-options';

/**
 * Options of `Consolidation.scheduled()`.
 *
 * @example
 * declare const cluster: EcsAutoScaledCluster;
 * declare const topic: sns.ITopic;
 * cluster.addTier('general', {
 *   instanceTypes: [new ec2.InstanceType('m7i.large')],
 *   consolidation: Consolidation.scheduled({
 *     schedule: scheduler.ScheduleExpression.cron({ hour: '3', minute: '0', timeZone: TimeZone.EUROPE_BERLIN }),
 *     minimumNodes: 3,
 *     maxNodesPerRun: 2,
 *     topic,
 *   }),
 * });
 */
export interface ConsolidationOptions extends ScheduledOptions {
  /**
   * The least nodes that a run leaves in a tier, 1 to 500. The group's own minimum holds too.
   *
   * @default 2
   */
  readonly minimumNodes?: number;

  /**
   * The most nodes of a tier that one run gives back, 1 to 10, one after the other.
   *
   * @default 1
   */
  readonly maxNodesPerRun?: number;
}

const CODE = 'InvalidConsolidation';

/** A run reads so many nodes of a group. */
export const MOST_NODES = 500;

const FIELDS = {
  ...SCHEDULED_FIELDS,
  minimumNodes: {
    value: known(wholeNumber(CODE, { min: 1, max: MOST_NODES }), CODE),
    default: 2,
    to: RENDERED,
  },
  maxNodesPerRun: {
    value: known(wholeNumber(CODE, { min: 1, max: 10 }), CODE),
    default: 1,
    to: RENDERED,
  },
} satisfies Fields<ConsolidationOptions>;

export const CONSOLIDATION_OPTIONS = new Struct<ConsolidationOptions, typeof FIELDS>(
  'ConsolidationOptions',
  FIELDS,
  { such: "{ schedule: scheduler.ScheduleExpression.cron({ hour: '3', minute: '0' }) }" },
);

/** When nodes are given back, and how many. */
export interface ConsolidationPlan extends ScheduledOptions {
  readonly minimumNodes: number;
  readonly maxNodesPerRun: number;
}

/**
 * Whether nodes whose tasks fit elsewhere are given back. Managed scaling only takes nodes that are empty,
 * and moves no task to make one empty.
 *
 * In its window a state machine, without a Lambda function, looks for a node of the fullest zone. Its tasks
 * must fit into the other nodes of that zone, wherever ECS puts them. It drains the node. When the node is
 * empty, it is terminated, and the group wants one node less. It is set back to `ACTIVE` if it is not empty in
 * 15 minutes.
 *
 * A node stays for a task that runs alone or is protected. It stays for one with a fixed host port, a
 * constraint, or a volume with a path of the node. And it stays for a service that is deployed, may not run
 * more tasks than it wants, or has the tag `EcsConsolidation=never`. While the group is refreshed, grows, or
 * has the tag `EcsHold`, nothing is done.
 *
 * Services that pack their tasks save more: `EcsAutoScaledCluster.packedPlacement()` comes first.
 *
 * Refused with `targetCapacityPercent` below 100, with managed termination protection, without managed scaling,
 * and with `NodeReplacement.allAtOnce()`.
 *
 * @example
 * declare const vpc: ec2.IVpc;
 * new EcsAutoScaledCluster(this, 'Orders', {
 *   vpc,
 *   tiers: [
 *     { name: 'general', instanceTypes: [new ec2.InstanceType('m7i.large')] },
 *     { name: 'batch', instanceTypes: [new ec2.InstanceType('c7i.large')], consolidation: Consolidation.none() },
 *   ],
 *   consolidation: Consolidation.scheduled({
 *     schedule: scheduler.ScheduleExpression.cron({ hour: '3', minute: '0', timeZone: TimeZone.EUROPE_BERLIN }),
 *   }),
 * });
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-auto-scaling.html
 */
export class Consolidation {
  /** Nodes whose tasks fit elsewhere are given back at certain times. */
  public static scheduled(options: ConsolidationOptions): Consolidation {
    const read = CONSOLIDATION_OPTIONS.read('options', options);
    return new Consolidation({
      ...read,
      minimumNodes: read.minimumNodes ?? FIELDS.minimumNodes.default,
      maxNodesPerRun: read.maxNodesPerRun ?? FIELDS.maxNodesPerRun.default,
    });
  }

  /** Managed scaling alone takes nodes: for a tier of a cluster that consolidates the others. */
  public static none(): Consolidation {
    return new Consolidation();
  }

  private constructor(private readonly plan?: ConsolidationPlan) {}

  /** Whether nodes whose tasks fit elsewhere are given back. */
  public get givesNodesBack(): boolean {
    return this.plan !== undefined;
  }

  /**
   * How to switch off what holds nodes, by a mark that is one of their attributes.
   *
   * @internal
   */
  public get _holds(): string[] {
    return this.givesNodesBack ? ['`consolidation: Consolidation.none()`'] : [];
  }

  /**
   * Undefined: nothing is done.
   *
   * @internal
   */
  public get _plan(): ConsolidationPlan | undefined {
    return this.plan;
  }
}

/** As a field. */
export const CONSOLIDATION = instance<Consolidation>({
  name:
    'a Consolidation: `Consolidation.scheduled({ schedule: scheduler.ScheduleExpression.cron({ hour: ' +
    "'3', minute: '0' }) })` or `Consolidation.none()`",
  member: 'givesNodesBack',
  instead: (_, text) => (text === 'none' ? 'Consolidation.none()' : undefined),
});
