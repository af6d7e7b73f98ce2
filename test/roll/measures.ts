import { NEVER, TICK } from './clock';
import type { Fleet } from './fleet';
import { least } from './services';
import type { Node, Slot, World } from './world';

/** How often one task was moved off a node by a drain, and by ECS's rebalancing. */
export interface Moves {
  readonly drained: number;
  readonly rebalanced: number;
}

/** A node as it is at one time, for the picture. */
export type Seen = Pick<Node, 'id' | 'state' | 'draining'> & {
  readonly isNew: boolean;
  readonly tasks: number;
};

/** What a roll did to the fleet. Times are in seconds. */
export interface Outcome {
  /** Of each task, whose life ends with a deployment of its service or with the roll. */
  readonly moves: Moves[];
  /** For each service, how far it was below its minimum at the worst moment. */
  readonly shortfall: number[];
  /** The longest that a task had no node. */
  readonly longestUnplaced: number;
  readonly tasksRun: number;
  readonly runTaskFailed: number;
  /** The longest from a node's launch until the gate let it in. */
  readonly oldestLetIn: number;
  /** The longest that a deployment of a service took. */
  readonly longestDeployment: number;
  /** How long the deployment took, with its rollback. */
  readonly seconds: number;
  /** The deployment failed, and was rolled back. */
  readonly failed: boolean;
  /** Everything was over before the model lost its patience. */
  readonly ended: boolean;
  /** The fewest nodes that managed scaling had the tiers want. */
  readonly fewestWanted: number;
  /** The old nodes that still waited for their drain when the deployment failed. */
  readonly stuck: number;
  /** The most nodes in service or on their way, in nodes above what the policy allows. */
  readonly overSurge: number;
  /** At the end: nodes with a mark or a drain that are in service. */
  readonly leftOver: number;
  readonly history: Seen[][];
}

/** Counts while a roll goes on. */
export class Measures {
  public tasksRun = 0;
  public runTaskFailed = 0;
  public failed = false;
  /** Old nodes that still waited for their drain when the deployment failed. */
  public stuck = 0;
  public fewestWanted = NEVER;
  public overSurge = 0;
  public readonly history: Seen[][] = [];
  private readonly moves: Moves[] = [];
  private readonly shortfall: number[];
  private unplaced = 0;
  private deployment = 0;
  private over = false;
  private letIn = 0;

  public constructor(
    fleet: Fleet,
    private readonly record: boolean,
  ) {
    this.shortfall = fleet.services.map(() => 0);
  }

  /** A task's life ends: its service has been deployed, or scaled in. The next one is of a version. */
  public ended(slot: Slot, version = slot.service.version): void {
    if (!this.over) this.moves.push({ drained: slot.moves, rebalanced: slot.rebalanced });
    slot.moves = 0;
    slot.rebalanced = 0;
    slot.version = version;
  }

  public wasUnplaced(ticks: number): void {
    this.unplaced = Math.max(this.unplaced, ticks);
  }

  public wasDeployed(ticks: number): void {
    this.deployment = Math.max(this.deployment, ticks);
  }

  public wasLetIn(ticks: number): void {
    this.letIn = Math.max(this.letIn, ticks);
  }

  /** Looks at the fleet at the end of a tick. */
  public look(world: World, mostAlive: (tier: World['tiers'][number]) => number): void {
    for (const tier of world.tiers) {
      let alive = 0;
      for (const node of tier.nodes) if (node.state !== 'terminating') alive++;
      this.overSurge = Math.max(this.overSurge, alive - mostAlive(tier));
    }
    this.fewestWanted = Math.min(
      this.fewestWanted,
      world.tiers.reduce((sum, { desired }) => sum + desired, 0),
    );
    for (const service of world.services) {
      // A task that a service has just added was never there to be missed.
      let established = 0;
      let running = 0;
      for (const { current, hasRun } of service.slots) {
        if (hasRun) established++;
        if (current && current.runsAt <= world.now) running++;
      }
      const missing = least(world, service, established) - running;
      if (missing > this.shortfall[service.number]) this.shortfall[service.number] = missing;
    }
    if (this.record)
      this.history.push(
        world.tiers.flatMap((tier) =>
          tier.nodes.map(({ id, version, state, draining, copies }) => ({
            id,
            isNew: version > 0,
            state,
            draining,
            tasks: copies.length,
          })),
        ),
      );
  }

  /** The deployment is over: what moves later does not move for it. */
  public rolled(world: World): void {
    for (const service of world.services) for (const slot of service.slots) this.ended(slot);
    this.over = true;
  }

  public outcome(world: World, ended: boolean): Outcome {
    this.rolled(world);
    return {
      moves: this.moves,
      shortfall: this.shortfall,
      longestUnplaced: this.unplaced * TICK,
      longestDeployment: this.deployment * TICK,
      tasksRun: this.tasksRun,
      runTaskFailed: this.runTaskFailed,
      oldestLetIn: this.letIn * TICK,
      seconds: Math.min(world.overAt, world.now) * TICK,
      failed: this.failed,
      ended,
      fewestWanted: this.fewestWanted,
      stuck: this.stuck,
      overSurge: this.overSurge,
      leftOver: world.tiers
        .flatMap(({ nodes }) => nodes)
        .filter(
          (node) =>
            node.state === 'in service' &&
            node.lostAt === NEVER &&
            (node.marked !== undefined || node.draining),
        ).length,
      history: this.history,
    };
  }
}
