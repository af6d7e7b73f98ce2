/** An instance of the group, as Auto Scaling has it; `ec2` is its state in EC2. */
export interface SeenInstance {
  readonly id: string;
  readonly state: string;
  /** The version of the launch template. */
  readonly version: string;
  readonly ec2?: string;
}

/** A container instance, as ECS has it. */
export interface SeenNode {
  readonly arn: string;
  readonly instance: string;
  readonly status: string;
  readonly connected: boolean;
  readonly running: number;
  readonly pending: number;
  readonly attributes: readonly string[];
}

export interface SeenService {
  readonly name: string;
  readonly desired: number;
  readonly running: number;
  /** How many placement constraints it has. */
  readonly constraints?: number;
}

/** Values of a group that may stay in AWS when they leave the template. */
export interface SeenSettings {
  readonly onDemandPercentage?: number;
  readonly spotMaxPrice?: string;
  readonly warmup?: number;
  readonly maintenance?: string;
  readonly maxLifetime?: number;
}

/** One look at everything, `at` seconds after the run has begun. */
export interface Sample {
  readonly phase: string;
  readonly at: number;
  /** The status of the stack; undefined before it is there and when it is gone. */
  readonly stack?: string;
  readonly group?: {
    readonly desired: number;
    readonly max: number;
    readonly instances: readonly SeenInstance[];
    /** The ids of the instances that EC2 lists by the tag of the group. */
    readonly tagged?: readonly string[];
    readonly settings: SeenSettings;
  };
  /** The names of the group's lifecycle hooks. */
  readonly hooks: readonly string[];
  /** The group's last refresh. */
  readonly refresh?: {
    readonly id: string;
    readonly status: string;
    readonly percentage: number;
    readonly desiredConfiguration: boolean;
  };
  readonly nodes: readonly SeenNode[];
  readonly services: readonly SeenService[];
  /** Whether the capacity provider is there. */
  readonly provider: boolean;
  /** The last `CapacityProviderReservation` of the last five minutes. */
  readonly reservation?: number;
}

/** All that a run has seen, in the order of time. */
export interface Seen {
  readonly samples: readonly Sample[];
  /** How long each phase took, and why it failed if it did. */
  readonly phases: readonly { readonly name: string; readonly seconds: number; readonly failed?: string }[];
  /** What an experiment has written down itself. */
  readonly notes: Readonly<Record<string, string | number>>;
}

/** ECS's own lifecycle hook, by the beginning of its name. */
export const DRAIN_HOOK = 'ecs-managed-draining-';

export const during = (seen: Seen, phase: string): Sample[] =>
  seen.samples.filter((sample) => sample.phase === phase);
export const endOf = (seen: Seen, phase: string): Sample | undefined => during(seen, phase).at(-1);
export const phaseOf = (seen: Seen, phase: string) => seen.phases.find(({ name }) => name === phase);
export const instancesOf = (sample?: Sample): readonly SeenInstance[] => sample?.group?.instances ?? [];
export const inService = (instances: readonly SeenInstance[]): SeenInstance[] =>
  instances.filter(({ state }) => state === 'InService');

/** Tells the instances of before a phase from those that are launched in it. */
export function newSince(seen: Seen, phase: string): (instance: SeenInstance) => boolean {
  const old = new Set(instancesOf(endOf(seen, phase)).map(({ id }) => id));
  return ({ id }) => !old.has(id);
}

/**
 * From the first sample that fits to the first later one that does not, or to the last of all;
 * undefined if none fits.
 */
export function stretch(
  samples: readonly Sample[],
  fits: (sample: Sample) => boolean,
): { from: number; seconds: number; ended: boolean } | undefined {
  const first = samples.findIndex(fits);
  if (first < 0) return undefined;
  const after = samples.slice(first).find((sample) => !fits(sample));
  const last = after ?? (samples.at(-1) as Sample);
  return { from: samples[first].at, seconds: last.at - samples[first].at, ended: after !== undefined };
}

/** A constructed sample, for the examples: empty but for what is given. */
export function sample(phase: string, at: number, others: Partial<Sample> = {}): Sample {
  return {
    phase,
    at,
    stack: 'CREATE_COMPLETE',
    hooks: [],
    nodes: [],
    services: [],
    provider: true,
    ...others,
  };
}

/** A group of a constructed sample, from `id state [version [ec2 state]]`. */
export function group(
  instances: string[],
  others: Partial<NonNullable<Sample['group']>> = {},
): NonNullable<Sample['group']> {
  const found = instances.map((line) => {
    const [id, state, version = '1', ec2 = 'running'] = line.split(' ');
    return { id, state, version, ec2 };
  });
  return { desired: found.length, max: 10, settings: {}, ...others, instances: found };
}

/** A node of a constructed sample. */
export function node(instance: string, others: Partial<SeenNode> = {}): SeenNode {
  return {
    arn: `arn:${instance}`,
    instance,
    status: 'ACTIVE',
    connected: true,
    running: 0,
    pending: 0,
    attributes: [],
    ...others,
  };
}

/** Constructed observations; phases last from their first to their last sample unless said otherwise. */
export function seen(samples: Sample[], others: Partial<Omit<Seen, 'samples'>> = {}): Seen {
  const names = [...new Set(samples.map(({ phase }) => phase))];
  const phases = names.map((name) => {
    const times = samples.filter(({ phase }) => phase === name).map(({ at }) => at);
    return { name, seconds: Math.max(...times) - Math.min(...times) };
  });
  return { samples, phases, notes: {}, ...others };
}
