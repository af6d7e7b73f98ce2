/**
 * A model of a rolling replacement: NOT AWS. It has the documented rules of instance refresh and of ECS's
 * managed draining, and counts what a task sees. One tick is a minute or so. Where the documents leave a
 * choice open, the model takes both (`termination`).
 *
 * The rules, and where they are from:
 * - a refresh never has more than the maximum of desired capacity (in service and pending), and never takes
 *   an old node away when that would leave fewer than the minimum in service and warmed up (EC2 Auto Scaling
 *   guide, instance refresh);
 * - a new node is in service after its launch lifecycle hook; one that never joins is abandoned by the gate,
 *   or goes into service all the same without it;
 * - a terminated node waits until ECS has drained it (ECS guide, managed instance draining): a draining node
 *   takes no new task;
 * - ECS replaces a running task of a draining node as the service's minimum and maximum healthy percent
 *   allow: a replacement first, when the maximum leaves room; the old task goes when the minimum still holds
 *   without it (UpdateContainerInstancesState);
 * - a protected task stays until its protection ends;
 * - a Spot node is drained two minutes before it is lost, whatever runs on it.
 */
export interface Estate {
  readonly nodes: number;
  /** Tasks that fit on a node. */
  readonly slots: number;
  readonly services: ServiceModel[];
  /** Ticks that the nth new node takes to join; the last value holds for all further ones. */
  readonly bootTicks: readonly number[];
  /** Which of the new nodes never join, by number. */
  readonly broken: readonly number[];
  /** Ticks at which a Spot node is lost. */
  readonly spotLosses: readonly number[];
  /** Where a task goes that finds several nodes. */
  readonly placement: 'fullest' | 'emptiest' | 'oldest';
}

export interface ServiceModel {
  readonly desired: number;
  readonly minHealthyPercent: number;
  readonly maxPercent: number;
  /** Ticks for which its tasks are protected from scale-in. */
  readonly protectedFor: number;
}

export interface Policy {
  readonly minHealthyPercentage: number;
  readonly maxHealthyPercentage: number;
  readonly cordon: boolean;
  readonly readinessGate: boolean;
  readonly drains: boolean;
  /** The event that starts the cordon never arrives. */
  readonly eventLost?: boolean;
  /**
   * Old nodes go as soon as one new node makes up for one of them, or when the whole batch of
   * new ones is ready.
   */
  readonly termination: 'progressive' | 'batch';
}

export interface Outcome {
  /** For each service, the fewest running tasks at any time. */
  readonly fewest: number[];
  /** For each task slot of all services, how often it was moved. */
  readonly moves: number[];
  readonly mostNodes: number;
  readonly ticks: number;
  readonly failed: boolean;
  readonly oldNodesLeft: number;
  /** Of them, those that wait for a drain which cannot end. */
  readonly stuckDraining: number;
  /** The most nodes that were in service or starting. */
  readonly mostAlive: number;
  /** For the picture, when asked for: at each tick, the tasks by node. */
  readonly history: { id: number; isNew: boolean; state: State; tasks: number }[][];
}

type State = 'pending' | 'in service' | 'draining';

interface Node {
  readonly id: number;
  readonly isNew: boolean;
  state: State;
  /** The agent has joined the cluster: tasks can be placed. */
  joined: boolean;
  inServiceSince: number;
  readyAt: number;
  readonly broken: boolean;
  tasks: Task[];
  lostAt?: number;
}

interface Task {
  readonly service: number;
  readonly slot: number;
}

const WARM_UP = 2;
/** Auto Scaling fails a refresh that makes no progress for an hour. */
const TIMEOUT = 60;

export function roll(estate: Estate, policy: Policy, record = false): Outcome {
  const nodes: Node[] = [];
  let launched = 0;
  let clock = 0;
  const desired = estate.nodes;
  for (let n = 0; n < desired; n++) {
    nodes.push({
      id: n,
      isNew: false,
      state: 'in service',
      joined: true,
      inServiceSince: -WARM_UP,
      readyAt: 0,
      broken: false,
      tasks: [],
    });
  }
  const slotsOf = estate.services.map((service) => service.desired);
  const offsets = slotsOf.map((_, index) => slotsOf.slice(0, index).reduce((sum, count) => sum + count, 0));
  const moves: number[] = new Array(slotsOf.reduce((sum, count) => sum + count, 0)).fill(0);
  let next = 0;
  estate.services.forEach((service, index) => {
    for (let slot = 0; slot < service.desired; slot++)
      nodes[next++ % desired].tasks.push({ service: index, slot });
  });

  const running = (service: number) =>
    nodes.reduce((sum, node) => sum + node.tasks.filter((task) => task.service === service).length, 0);
  const fewest = estate.services.map((_, index) => running(index));
  const history: Outcome['history'] = [];
  let mostNodes = nodes.length;
  let mostAlive = nodes.length;
  let idle = 0;
  let failed = false;

  const marked = (node: Node) => policy.cordon && !policy.eventLost && !node.isNew;
  const roomFor = (avoidMarked: boolean) =>
    nodes.filter(
      (node) =>
        node.state === 'in service' &&
        node.joined &&
        node.tasks.length < estate.slots &&
        !(avoidMarked && marked(node)),
    );
  const place = (task: Task): boolean => {
    const candidates = roomFor(true);
    if (candidates.length === 0) return false;
    const order = {
      fullest: (a: Node, b: Node) => b.tasks.length - a.tasks.length,
      emptiest: (a: Node, b: Node) => a.tasks.length - b.tasks.length,
      oldest: (a: Node, b: Node) => a.id - b.id,
    };
    candidates.sort(order[estate.placement])[0].tasks.push(task);
    moves[offsets[task.service] + task.slot]++;
    return true;
  };
  const lost: Task[] = [];

  const boot = () => {
    for (const node of [...nodes]) {
      if (node.state !== 'pending' || clock < node.readyAt) continue;
      if (node.broken && policy.readinessGate) nodes.splice(nodes.indexOf(node), 1);
      else Object.assign(node, { state: 'in service', joined: !node.broken, inServiceSince: clock });
    }
  };
  const launch = () => {
    const alive = () => nodes.filter((node) => node.state !== 'draining').length;
    // With a minimum of 100 at least one new node comes first, however small the group.
    const most = Math.max(
      Math.floor((desired * policy.maxHealthyPercentage) / 100),
      desired + (policy.minHealthyPercentage === 100 ? 1 : 0),
    );
    const wanted = () => nodes.filter((node) => node.isNew).length < desired;
    while ((alive() < most && wanted()) || alive() < desired) {
      const ticks = estate.bootTicks[Math.min(launched, estate.bootTicks.length - 1)];
      nodes.push({
        id: desired + launched,
        isNew: true,
        state: 'pending',
        joined: false,
        inServiceSince: 0,
        readyAt: clock + ticks,
        broken: estate.broken.includes(launched),
        tasks: [],
      });
      launched++;
    }
  };
  const terminate = (): boolean => {
    const isWarm = (node: Node) =>
      node.state === 'in service' && (!node.isNew || clock - node.inServiceSince >= WARM_UP);
    if (
      policy.termination === 'batch' &&
      nodes.some((node) => node.isNew && node.state !== 'draining' && !isWarm(node))
    )
      return false;
    const least = Math.ceil((desired * policy.minHealthyPercentage) / 100);
    let warm = nodes.filter(isWarm).length;
    let progress = false;
    for (const node of nodes.filter((candidate) => !candidate.isNew && candidate.state === 'in service')) {
      if (warm - 1 < least) break;
      warm--;
      progress = true;
      node.state = 'draining';
      if (!policy.drains) lost.push(...node.tasks.splice(0));
    }
    return progress;
  };
  const drain = () => {
    for (const node of nodes.filter((candidate) => candidate.state === 'draining')) {
      for (const task of [...node.tasks]) {
        const service = estate.services[task.service];
        if (clock < service.protectedFor) continue;
        const most = Math.max(Math.floor((service.desired * service.maxPercent) / 100), service.desired);
        const least = Math.ceil((service.desired * service.minHealthyPercent) / 100);
        const startsFirst = most > service.desired && place(task);
        // Where the maximum leaves no room, the old task goes first, if the minimum holds without it.
        const goesFirst = !startsFirst && most <= service.desired && running(task.service) - 1 >= least;
        if (startsFirst || goesFirst) node.tasks.splice(node.tasks.indexOf(task), 1);
        if (goesFirst) lost.push(task);
      }
    }
    const before = nodes.length;
    for (const node of nodes.filter(
      (candidate) => candidate.state === 'draining' && candidate.tasks.length === 0,
    ))
      nodes.splice(nodes.indexOf(node), 1);
    return nodes.length < before;
  };
  const spot = () => {
    if (estate.spotLosses.includes(clock)) {
      const node = nodes.find(
        (candidate) => candidate.state === 'in service' && candidate.lostAt === undefined,
      );
      if (node) Object.assign(node, { state: 'draining', lostAt: clock + 2 });
    }
    for (const node of nodes.filter(
      (candidate) => candidate.lostAt !== undefined && clock >= candidate.lostAt,
    ))
      lost.push(...node.tasks.splice(0));
  };

  while (clock < 5000) {
    clock++;
    boot();
    spot();
    launch();
    const terminated = terminate();
    if (record)
      history.push(nodes.map(({ id, isNew, state, tasks }) => ({ id, isNew, state, tasks: tasks.length })));
    const gone = drain();
    mostNodes = Math.max(mostNodes, nodes.length);
    mostAlive = Math.max(mostAlive, nodes.filter((node) => node.state !== 'draining').length);
    // A task counts as down from when it is lost until it runs again; it is placed in the next tick.
    estate.services.forEach((_, index) => {
      fewest[index] = Math.min(fewest[index], running(index));
    });
    for (const task of lost.splice(0)) if (!place(task)) lost.push(task);
    if (!nodes.some((node) => !node.isNew) && lost.length === 0) break;
    idle = terminated || gone ? 0 : idle + 1;
    if (idle > TIMEOUT) {
      failed = true;
      break;
    }
  }
  return {
    fewest,
    moves,
    mostNodes,
    ticks: clock,
    failed,
    oldNodesLeft: nodes.filter((node) => !node.isNew).length,
    stuckDraining: nodes.filter((node) => node.state === 'draining').length,
    mostAlive,
    history,
  };
}
