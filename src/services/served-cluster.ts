import type { aws_ecs as ecs } from 'aws-cdk-lib';
import type { IConstruct, IDependable } from 'constructs';
import type { HostPortRange } from '../settings/agent-config';
import type { OutgoingPorts } from '../settings/outgoing-ports';

/** What a node of an instance type has for tasks, at the most. */
export interface ServedNodeSize {
  readonly instanceType: string;
  readonly vCpus: number;
  /** Without what `agent.reservedMemory` keeps from tasks. */
  readonly memoryMiB: number;
  /** Its own included. */
  readonly networkInterfaces: number;
  /** NVIDIA's. 0: none, or not known. */
  readonly gpus: number;
  /** Inferentia and Trainium. 0: none, or not known. */
  readonly neuronDevices: number;
}

/** A tier of a cluster, as far as it decides which tasks run on it. */
export interface ServedTier {
  readonly name: string;
  readonly capacityProviderName: string;
  readonly isInDefaultStrategy: boolean;
  /** The ports that its nodes take for outgoing connections; undefined: not known. */
  readonly outgoingPorts?: OutgoingPorts;
  /** What its nodes offer to containers. */
  readonly logDrivers: readonly string[];
  /** None: not known yet. */
  readonly architectures: readonly ('x86_64' | 'arm64')[];
  /** What nodes of each of its instance types have; undefined: a type is not known. */
  readonly nodeSizes?: readonly ServedNodeSize[];
  /** The most nodes that it ever has; undefined: not known. */
  readonly maxNodes?: number;
  /** The attributes that its agents register; undefined: not known. */
  readonly instanceAttributes?: Readonly<Record<string, string>>;
  /** Why its nodes offer no GPU to containers; undefined: they may. */
  readonly withoutGpu?: string;
  /** Why containers cannot share a GPU of its nodes; undefined: they may. */
  readonly withoutGpuSharing?: string;
  /** The identities of the security groups of its nodes; undefined: not known. */
  readonly securityGroups?: readonly string[];
  /** Whether a roll marks its old nodes, so that each task moves once; undefined: no. */
  readonly marksOldNodes?: boolean;
  /** The tier, if its nodes are given back when their tasks fit elsewhere. */
  readonly consolidated?: IConstruct;
  /** In how many Availability Zones its nodes start; undefined: not known. */
  readonly zones?: number;
}

/** What is particular of a cluster that the app puts tiers on, and does not make. */
export interface ServedExistingCluster {
  /** What services get that were given the cluster and no strategy. */
  readonly strategy: readonly ecs.CapacityProviderStrategy[];
  /** Capacity providers that were there before: none of them is a tier's. */
  readonly keptProviders: readonly string[];
  /** Whether another owner adds the tiers' capacity providers to the list, once they are there. */
  readonly listIsOwnedElsewhere: boolean;
}

/**
 * What the service pass has to know of a cluster: our own, or one imported from another app.
 *
 * The pass knows clusters by this alone, so that this folder needs nothing from the layers above it. Every
 * member is read when the app is synthesised and not before: a cluster that gets its tiers
 * later gives getters.
 */
export interface ServedCluster {
  /**
   * The cluster's construct: its path is in messages, its stage is where the pass runs, and its
   * `connections` hold the security groups of its nodes.
   */
  readonly scope: IConstruct;

  /**
   * What a service renders as `Cluster`: a reference to the cluster, or what an imported one was given as its
   * name.
   */
  readonly clusterName: string;

  /** What rules, schedules and some L1 services render instead of the name. */
  readonly clusterArn: string;

  /**
   * The name that the user chose, where it is a literal. A service of the same environment that has only the
   * name, such as from `Cluster.fromClusterAttributes`, is then known as one of this cluster. Undefined: only
   * references find it.
   */
  readonly physicalName?: string;

  /**
   * Whether the cluster's default strategy names providers of ours. Only then is a launch type dropped.
   * Without a default strategy ECS would take launch type EC2 all the same. With one of Fargate's the service
   * would end up there.
   */
  readonly defaultStrategyIsOurs: boolean;

  /** The association of the capacity providers, from `associationOf`; an imported cluster has none here. */
  readonly association?: IDependable;

  /**
   * The host ports that the agents hand out to containers without a fixed one; undefined is unknown, and then
   * there is no warning.
   */
  readonly dynamicHostPortRange?: HostPortRange;

  /** Undefined is unknown (a cluster of another app), and then there is no warning. */
  readonly tiers?: readonly ServedTier[];

  /**
   * The capacity providers that it has, those of its tiers too, as a strategy names them; undefined is
   * unknown (a cluster of another app).
   */
  readonly capacityProviderNames?: readonly string[];

  /**
   * Whether a change of the nodes replaces those that are running, so that services had
   * better survive a move.
   */
  readonly replacesRunningNodes: boolean;

  /** Whether replica services are kept off nodes that carry the mark `held`. */
  readonly constrainToNotHeld: boolean;

  /** Undefined: the app makes the cluster, or only runs services on it. */
  readonly existing?: ServedExistingCluster;
}
