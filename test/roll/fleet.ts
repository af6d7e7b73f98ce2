/** What a roll begins with, and what happens meanwhile. Times are in seconds, from the start of the roll. */
export interface Fleet {
  readonly tiers: readonly TierModel[];
  readonly services: readonly ServiceModel[];
  readonly happenings: readonly Happening[];
  readonly runs: RunsModel;
  readonly undocumented: Undocumented;
  /** Where a task goes that finds several nodes. Services that ECS rebalances look at the zone first. */
  readonly placement: 'fullest' | 'emptiest' | 'oldest';
  /**
   * Decides what is left to chance: when the gate looks, and in which order a refresh takes the old nodes.
   */
  readonly seed: number;
}

/** One tier: its nodes, and what becomes of those that a roll launches. */
export interface TierModel {
  readonly nodes: number;
  /** Tasks that fit on a node. */
  readonly slots: number;
  readonly zones: number;
  /**
   * Seconds from the launch of the nth new node until it has joined; after the last value they begin again.
   */
  readonly boots: readonly number[];
  /** What is wrong with the nth new node; after the last value they begin again. */
  readonly faults: readonly Fault[];
  /** The most nodes that EC2 or the group's maximum gives the tier, those that still drain included. */
  readonly limit: number;
  /** Whether ECS scales the tier, and what it may not go below. */
  readonly scaling?: { readonly least: number; readonly most: number };
}

/** A node joins, or its boot fails and it powers off, or it runs and never joins. */
export type Fault = 'none' | 'dies' | 'silent';

export interface ServiceModel {
  readonly desired: number;
  readonly minHealthyPercent: number;
  readonly maxPercent: number;
  /** Seconds for which its tasks are protected from scale-in. */
  readonly protectedFor: number;
  /** Its share of tasks on each tier, by the tier's number: a capacity provider strategy. */
  readonly weights: readonly number[];
  /** Availability Zone rebalancing, which ECS does unless it is switched off. */
  readonly rebalanced: boolean;
}

/** What happens while a roll goes on. `pick` chooses who is hit, in the same way under each policy. */
export type Happening =
  | {
      readonly what: 'crash' | 'scale out' | 'scale in' | 'deploy';
      readonly at: number;
      readonly pick: number;
    }
  | { readonly what: 'run task'; readonly at: number; readonly pick: number; readonly lasts: number }
  | { readonly what: 'spot loss'; readonly at: number; readonly pick: number }
  | { readonly what: 'alarm'; readonly at: number }
  | { readonly what: 'cancel'; readonly at: number };

/** What becomes of the run of the cordon's state machine. */
export interface RunsModel {
  /** Seconds after the refresh at which its event arrives; never, if it is lost. */
  readonly startsAt: number;
  /** Seconds after which the run is lost, throttled or stopped. */
  readonly lostAt: number;
  /** Whether the event arrives that a refresh has ended, and starts a run that gives back. */
  readonly endEvent: boolean;
}

/** Where AWS's documents leave a choice open, the model takes both. */
export interface Undocumented {
  /**
   * Old nodes go as soon as a new one makes up for one of them, or when all new ones of a batch are ready.
   */
  readonly termination: 'progressive' | 'batch';
  /** Whether nodes that drain count as nodes in `CapacityProviderReservation`. */
  readonly drainingCounts: boolean;
}

/** How nodes are replaced. */
export interface Policy {
  readonly minHealthyPercentage: number;
  readonly maxHealthyPercentage: number;
  readonly cordon: Cordon;
  readonly readinessGate: boolean;
  /** Managed draining. */
  readonly drains: boolean;
  /** Shares of new nodes at which a refresh pauses, and for how long, in seconds. The last is 100. */
  readonly checkpoints?: readonly number[];
  readonly checkpointDelay?: number;
  readonly bakeTime?: number;
}

/**
 * None; a mark on old nodes with a constraint on services, off in need; ECS's own DRAINING once all new nodes
 * have joined, with the gate as its barrier or without.
 */
export type Cordon = 'none' | 'constraint' | 'draining' | 'draining without the barrier';

/** The default: `NodeReplacement.rolling()`. */
export const ROLLING: Policy = {
  minHealthyPercentage: 100,
  maxHealthyPercentage: 200,
  cordon: 'draining',
  readinessGate: true,
  drains: true,
};

/** A surge, with the cordon that the library has for it. */
export function surge(maxHealthyPercentage: number, more: Partial<Policy> = {}): Policy {
  return {
    ...ROLLING,
    maxHealthyPercentage,
    cordon: maxHealthyPercentage === 200 ? 'draining' : 'constraint',
    ...more,
  };
}
