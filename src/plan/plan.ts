/** What a deployment does: the result, as `--json` prints it. docs/plan.schema.json describes each field. */
export interface Plan {
  readonly version: 1;
  readonly before: string;
  readonly after: string;
  readonly tiers: readonly TierPlan[];
  readonly clusters: readonly ClusterPlan[];
  readonly services: readonly ServicePlan[];
  /** What CloudFormation will refuse, or may refuse. */
  readonly failures: readonly Finding[];
  /** What a rollback of this deployment will not give back. */
  readonly rollback: readonly Finding[];
  /** Values that are looked up at deployment and that change what happens to nodes. */
  readonly images: readonly ImagePlan[];
  readonly notes: readonly string[];
}

/** What happens to the nodes of a tier that run, the mildest first. */
export type TierVerdict =
  | 'nothing'
  | 'new'
  | 'new-nodes-only'
  | 'refresh-that-replaces-nothing'
  | 'not-known'
  | 'rolled'
  | 'replaced-at-once'
  | 'group-replaced'
  | 'deleted';

export type ClusterVerdict = 'nothing' | 'new' | 'settings' | 'not-known' | 'replaced' | 'deleted';

export type ServiceVerdict =
  | 'nothing'
  | 'new'
  | 'settings'
  | 'deployed'
  | 'replaced-or-deployed'
  | 'not-known'
  | 'replaced'
  | 'deleted';

/** Why: a property of a resource, or what is not known. */
export interface Reason {
  readonly stack: string;
  readonly id: string;
  readonly type: string;
  /** The property's path in its resource; empty for a parameter. */
  readonly property: string;
  /** The tier's or service's own property that reads it. */
  readonly through: string;
  readonly certainty: 'certain' | 'looked-up' | 'not-known';
  readonly text: string;
  /** With `--values` only. */
  readonly before?: string;
  readonly after?: string;
  /** The lines of user data that differ, with `--values` only. */
  readonly lines?: readonly string[];
}

interface Planned {
  readonly name: string;
  readonly stack: string;
  readonly id: string;
  /** Why; empty where nothing happens. */
  readonly why: readonly Reason[];
  /** It holds only if a value that is looked up at deployment has changed. */
  readonly ifLookedUp: boolean;
  readonly notes: readonly string[];
}

export interface TierPlan extends Planned {
  readonly verdict: TierVerdict;
  /** The logical id of the cluster, and its name. */
  readonly cluster?: string;
  readonly clusterName?: string;
  readonly provider?: string;
  readonly template?: string;
  readonly role?: string;
  /** Properties of the group that change and touch no node. */
  readonly settings: readonly string[];
  readonly minSize?: number;
  readonly maxSize?: number;
  /** How the roll goes, where there is one. */
  readonly roll?: RollPlan;
}

export interface ClusterPlan extends Planned {
  readonly verdict: ClusterVerdict;
}

export interface ServicePlan extends Planned {
  readonly verdict: ServiceVerdict;
  readonly cluster?: string;
}

/** A sentence on a resource. */
export interface Finding {
  readonly stack: string;
  readonly id: string;
  readonly text: string;
  /** Whether it is so in any case, or only may be. */
  readonly certain: boolean;
}

export interface ImagePlan {
  readonly stack: string;
  readonly parameter: string;
  /** The name in the Parameter Store. */
  readonly source?: string;
  /** What the deployed stack has, where a dump says so. */
  readonly deployed?: string;
  /** What the deployment will find, where an option or a dump says so. */
  readonly next?: string;
  readonly settled: 'no' | 'the same' | 'another';
}

/** Formulas of a roll; `n` is the number of nodes when it begins. */
export interface RollPlan {
  readonly minHealthyPercentage: number;
  readonly maxHealthyPercentage: number;
  readonly formulas: { readonly nodes: string; readonly surge: string; readonly batches: string };
  /** The same for as many nodes as the group may have. */
  readonly atMost?: RollNumbers;
  /** How often a task is moved; undefined where tasks are lost instead. */
  readonly movesPerTask?: string;
  readonly nodeHours: string;
  /** What could hold the roll, and what could lose tasks. */
  readonly holds: readonly string[];
  readonly loses: readonly string[];
  /** With `--nodes`. */
  readonly steps?: readonly RollStep[];
}

export interface RollNumbers {
  readonly nodes: number;
  readonly most: number;
  readonly surge: number;
  readonly batches: number;
}

/** One step: new nodes join, then old ones go. Numbers after it. */
export interface RollStep {
  readonly launched: number;
  readonly removed: number;
  readonly old: number;
  readonly new: number;
  /** The most nodes at one time in this step. */
  readonly most: number;
  /** It pauses here at a checkpoint. */
  readonly pause?: boolean;
}
