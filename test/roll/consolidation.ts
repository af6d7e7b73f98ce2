import { random } from './random';

/** Looked up once: globals are slow in the sandbox of jest. */
const { ceil, floor, max, min } = Math;

/**
 * A model of one tier for some days, in steps of a minute. It has no AWS in it: ECS's placement, managed
 * scaling, draining, deployments, scaling of services, and evening out of zones are as AWS documents them.
 *
 * In the evening services halve, in the morning they are back; all the time some are deployed or scaled.
 */

export const DAY = 1440;
const DAYS = 4;
const CPU = 2048;
const MEMORY = 7600;
const ZONES = 3;
const BOOT = 3;
const START = 1;
const HOUR = 60;

/** Where ECS puts tasks: spread over nodes, its default; zones first, then memory; memory alone. */
export type Placement = 'spread' | 'packed' | 'memory alone';

/** What gives nodes back. `calm` is the library's; the others show what each rule is for. */
export type Rule =
  /** Managed scaling alone. */
  | 'none'
  /** As it is: at night, own and fullest zone, slots, no young node. */
  | 'calm'
  /** Without a window. */
  | 'all day'
  /** First fit in place of slots, all day. */
  | 'first fit'
  /** First fit into any zone, of any zone, all day. */
  | 'any zone'
  /** The node is drained, and managed scaling is to take it. */
  | 'left to managed scaling';

export interface Setting {
  readonly placement: Placement;
  readonly rule: Rule;
  readonly target?: number;
  readonly isProtected?: boolean;
  readonly day?: number;
}

interface Node {
  readonly zone: number;
  readonly ready: number;
  readonly since: number;
  cpu: number;
  memory: number;
  state: 'active' | 'draining' | 'going';
  readonly tasks: Task[];
}

interface Task {
  readonly service: Service;
  readonly node: Node;
  readonly runs: number;
  readonly revision: number;
}

interface Service {
  readonly cpu: number;
  readonly memory: number;
  readonly peak: number;
  readonly most: number;
  want: number;
  revision: number;
  tasks: Task[];
}

export interface Outcome {
  /** The mean number of nodes. */
  readonly nodes: number;
  readonly given: number;
  readonly undone: number;
  readonly moves: number;
  /** Minutes in which a task waited for a node. */
  readonly waited: number;
  readonly scaleOuts: number;
  /** Of them within half an hour after a node was given back. */
  readonly pingPong: number;
  /** Nodes with tasks that managed scaling took. */
  readonly busyTaken: number;
  /** How often the group evened out its zones. */
  readonly zonesEvened: number;
  /** Tasks of a node that was drained, which found no room in the minute in which it was chosen. */
  readonly withoutPlace: number;
  /** Whether a run had not ended after its time. */
  readonly endless: number;
}

export function consolidatedTier(seed: number, setting: Setting): Outcome {
  const { placement, rule, target = 100, isProtected = false, day = DAY } = setting;
  const roll = random(seed + 1);
  const events = random(seed * 31 + 7);
  const among = <T>(items: readonly T[], by = roll): T => items[floor(by() * items.length)];
  const between = (low: number, high: number, by = roll) => low + floor(by() * (high - low + 1));
  const least = 3;
  const services: Service[] = Array.from({ length: between(4, 12) }, () => {
    const peak = between(2, 24);
    return {
      cpu: among([128, 256, 512, 1024]),
      memory: among([256, 512, 1024, 2048]),
      peak,
      most: among([200, 200, 150, 125]),
      want: peak,
      revision: 0,
      tasks: [],
    };
  });
  let nodes: Node[] = [];
  let desired = least;
  let low = 0;
  let now = 0;
  let run: { readonly node: Node; readonly since: number; readonly desired: number } | undefined;
  let lastGiven = -1000;
  const count = {
    nodes: 0,
    given: 0,
    undone: 0,
    moves: 0,
    waited: 0,
    scaleOuts: 0,
    pingPong: 0,
    busyTaken: 0,
    zonesEvened: 0,
    withoutPlace: 0,
    endless: 0,
  };

  const zonesOf = (items: Iterable<{ readonly zone: number }>) => {
    const zones = Array<number>(ZONES).fill(0);
    for (const { zone } of items) zones[zone] += 1;
    return zones;
  };
  const least3 = (zones: number[]) => zones.indexOf(min(...zones));
  const most3 = (zones: number[]) => zones.indexOf(max(...zones));
  const best = <T>(items: readonly T[], score: (item: T) => number): T => {
    let found = items[0];
    let lowest = Number.POSITIVE_INFINITY;
    for (const item of items) {
      const own = score(item) + roll() * 0.001;
      if (own < lowest) [found, lowest] = [item, own];
    }
    return found;
  };

  // --- ECS places and stops tasks ---
  const takesTasks = (node: Node) => node.state === 'active' && node.ready <= now;
  const fits = (service: Service, node: Node) =>
    takesTasks(node) && node.cpu >= service.cpu && node.memory >= service.memory;
  const place = (service: Service, zone?: number): boolean => {
    const there = nodes.filter((node) => fits(service, node) && (zone === undefined || node.zone === zone));
    if (there.length === 0) return false;
    const zones = zonesOf(service.tasks.map(({ node }) => node));
    const node = best(there, (each) => {
      if (placement === 'memory alone') return each.memory;
      const own =
        placement === 'spread' ? each.tasks.filter((task) => task.service === service).length : each.memory;
      return zones[each.zone] * 100_000 + own;
    });
    const task = { service, node, runs: now + START, revision: service.revision };
    node.cpu -= service.cpu;
    node.memory -= service.memory;
    node.tasks.push(task);
    service.tasks.push(task);
    return true;
  };
  const stop = (task: Task) => {
    const { service, node } = task;
    node.cpu += service.cpu;
    node.memory += service.memory;
    node.tasks.splice(node.tasks.indexOf(task), 1);
    service.tasks.splice(service.tasks.indexOf(task), 1);
  };

  const world = () => {
    for (const service of services) {
      const chance = events();
      if (chance < 0.004) {
        service.want = max(1, min(service.peak, service.want + among([-3, -2, -1, 1, 2, 3], events)));
      } else if (chance < 0.0055) {
        service.revision += 1;
      }
    }
    if (now % day === floor(day / 4))
      for (const service of services) service.want = max(1, floor(service.peak / 2) + between(-1, 1, events));
    if (now % day === floor((day * 23) / 24))
      for (const service of services) service.want = max(1, service.peak - between(0, 2, events));
  };

  /** Deploys, moves and scales one service. The tasks that find no node. */
  const keep = (service: Service): number => {
    const cap = max(service.want + 1, floor((service.want * service.most) / 100));
    const isGood = (task: Task) => task.revision === service.revision && task.node.state === 'active';
    const good = service.tasks.filter(isGood);
    const old = service.tasks.filter((task) => !isGood(task));
    const running = good.filter(({ runs }) => runs <= now).length;
    let spare = running + old.filter(({ runs }) => runs <= now).length - service.want;
    for (const task of [...old].sort((a, b) => Number(b.runs > now) - Number(a.runs > now))) {
      if (spare <= 0 && task.runs <= now && running < service.want) continue;
      if (task.node.state !== 'active') count.moves += 1;
      stop(task);
      spare -= 1;
    }
    const missing = max(0, min(service.want - good.length, cap - service.tasks.length));
    let waiting = 0;
    for (let index = 0; index < missing; index += 1) if (!place(service)) waiting += 1;
    const settled = service.tasks.filter(isGood);
    while (settled.length > service.want) {
      const zones = zonesOf(settled.map(({ node }) => node));
      const task = best(settled, ({ node }) => {
        const own =
          placement === 'spread' ? node.tasks.filter((each) => each.service === service).length : node.memory;
        return -(zones[node.zone] * 100_000 + own);
      });
      settled.splice(settled.indexOf(task), 1);
      stop(task);
    }
    if (
      placement !== 'memory alone' &&
      settled.length === service.want &&
      service.tasks.length === service.want &&
      settled.length > 1
    ) {
      const zones = zonesOf(settled.map(({ node }) => node));
      const [fewest, fullest] = [least3(zones), most3(zones)];
      if (zones[fullest] - zones[fewest] > 1 && place(service, fewest)) {
        stop(settled.find(({ node }) => node.zone === fullest) as Task);
        count.moves += 1;
      }
    }
    return waiting;
  };

  const scaleOut = () => {
    count.scaleOuts += 1;
    if (now - lastGiven <= 30) count.pingPong += 1;
  };
  const scaling = (waiting: readonly Service[]) => {
    const alive = nodes.filter(({ state }) => state !== 'going');
    if (waiting.length > 0) {
      low = 0;
      if (nodes.some(({ ready }) => ready > now)) return;
      const fresh: { cpu: number; memory: number }[] = [];
      for (const { cpu, memory } of [...waiting].sort((a, b) => b.memory - a.memory)) {
        const bin = fresh.find((each) => each.cpu >= cpu && each.memory >= memory);
        if (bin === undefined) fresh.push({ cpu: CPU - cpu, memory: MEMORY - memory });
        else [bin.cpu, bin.memory] = [bin.cpu - cpu, bin.memory - memory];
      }
      desired = alive.length + fresh.length;
      scaleOut();
      return;
    }
    const busy = alive.filter(({ tasks }) => tasks.length > 0).length;
    const wanted = max(least, ceil((busy * 100) / target));
    if (alive.length < wanted && alive.length === desired) {
      desired = wanted;
      low = 0;
      scaleOut();
      return;
    }
    low = alive.length > wanted ? low + 1 : 0;
    if (low >= 15) desired = max(wanted, alive.length - max(1, floor(alive.length / 2)));
  };

  const launch = (zone: number): Node => {
    const node: Node = {
      zone,
      ready: now + BOOT,
      since: now,
      cpu: CPU,
      memory: MEMORY,
      state: 'active',
      tasks: [],
    };
    nodes.push(node);
    return node;
  };
  const group = () => {
    nodes = nodes.filter(({ state, tasks }) => state !== 'going' || tasks.length > 0);
    const alive = nodes.filter(({ state }) => state !== 'going');
    while (alive.length < desired) alive.push(launch(least3(zonesOf(alive))));
    while (alive.length > desired) {
      const zones = zonesOf(alive);
      const may = isProtected
        ? alive.filter(({ tasks }) => tasks.length === 0)
        : alive.filter(({ zone }) => zones[zone] === max(...zones));
      if (may.length === 0) {
        desired = alive.length;
        break;
      }
      const node = among(may);
      alive.splice(alive.indexOf(node), 1);
      node.state = 'going';
      if (node.tasks.length > 0) count.busyTaken += 1;
    }
    const zones = zonesOf(alive);
    if (max(...zones) - min(...zones) > 1 && nodes.every(({ ready }) => ready <= now)) {
      const node = among(alive.filter(({ zone }) => zone === most3(zones)));
      launch(least3(zones));
      node.state = 'going';
      count.zonesEvened += 1;
    }
  };

  // --- consolidation ---
  const isAtNight = () => now % day >= (day * 75) / 240 && now % day <= (day * 200) / 240;
  const slots = (node: Node, others: readonly Node[]) => {
    const cpu = max(1, ...node.tasks.map(({ service }) => service.cpu));
    const memory = max(1, ...node.tasks.map(({ service }) => service.memory));
    return others.reduce((sum, each) => sum + min(floor(each.cpu / cpu), floor(each.memory / memory)), 0);
  };
  const firstFit = (node: Node, others: readonly Node[]) => {
    const free = others.map(({ cpu, memory }) => ({ cpu, memory }));
    return [...node.tasks]
      .sort((a, b) => b.service.memory - a.service.memory)
      .every(({ service: { cpu, memory } }) => {
        const bin = free.find((each) => each.cpu >= cpu && each.memory >= memory);
        if (bin !== undefined) [bin.cpu, bin.memory] = [bin.cpu - cpu, bin.memory - memory];
        return bin !== undefined;
      });
  };
  /** Whether ECS, which places as it does, has a place for each of its tasks at this moment. */
  const countWithoutPlace = (node: Node) => {
    const free = new Map(
      nodes.filter(takesTasks).map((each) => [each, { cpu: each.cpu, memory: each.memory }]),
    );
    for (const { service } of [...node.tasks].sort(() => roll() - 0.5)) {
      const there = [...free].filter(([, each]) => each.cpu >= service.cpu && each.memory >= service.memory);
      const [, bin] = there.length === 0 ? [] : among(there);
      if (bin === undefined) count.withoutPlace += 1;
      else [bin.cpu, bin.memory] = [bin.cpu - service.cpu, bin.memory - service.memory];
    }
  };
  const looks = (isWaiting: boolean) => {
    if (rule === 'none') return;
    if (run !== undefined) {
      const { node, since } = run;
      if (now - since > 61) count.endless += 1;
      if (!nodes.includes(node) || node.state === 'going') run = undefined;
      else if (rule === 'left to managed scaling') run = now - since > 60 ? undefined : run;
      else if (node.tasks.length === 0 && desired === run.desired) {
        node.state = 'going';
        desired -= 1;
        count.given += 1;
        lastGiven = now;
        run = undefined;
      } else if (isWaiting || desired !== run.desired || now - since > 15) {
        node.state = 'active';
        count.undone += 1;
        run = undefined;
      }
      return;
    }
    if (now % 10 !== 0 || isWaiting) return;
    const isQuiet = services.every(
      ({ tasks, want, revision }) =>
        tasks.length === want && tasks.every((task) => task.revision === revision && task.runs <= now),
    );
    const alive = nodes.filter(takesTasks);
    if (!isQuiet || alive.length !== nodes.length || alive.length !== desired || desired <= least) return;
    const isOwnZone = rule !== 'any zone' && rule !== 'left to managed scaling';
    if (rule === 'calm' && (!isAtNight() || alive.some(({ since }) => now - since < HOUR))) return;
    if (isOwnZone && target === 100 && alive.some(({ tasks }) => tasks.length === 0)) return;
    const zones = zonesOf(alive);
    const candidates = alive
      .filter(({ tasks, zone }) => tasks.length > 0 && (!isOwnZone || zones[zone] === max(...zones)))
      .sort((a, b) => a.tasks.length - b.tasks.length);
    for (const node of candidates.slice(0, rule === 'calm' ? 5 : undefined)) {
      const others = alive.filter(
        (each) => each !== node && (!isOwnZone || (each.zone === node.zone && each.tasks.length > 0)),
      );
      const mayGo =
        rule === 'calm' || rule === 'all day'
          ? slots(node, others) >= node.tasks.length
          : firstFit(node, others);
      if (!mayGo) continue;
      node.state = 'draining';
      countWithoutPlace(node);
      run = { node, since: now, desired };
      return;
    }
  };

  for (now = 1; now <= DAYS * day; now += 1) {
    world();
    const waiting = services.flatMap((service) => Array<Service>(keep(service)).fill(service));
    if (waiting.length > 0) count.waited += 1;
    scaling(waiting);
    group();
    looks(waiting.length > 0);
    count.nodes += nodes.length;
  }
  return { ...count, nodes: count.nodes / (DAYS * day) };
}

/** The means of so many tiers. */
export function consolidatedTiers(tiers: number, setting: Setting): Outcome {
  const all = Array.from({ length: tiers }, (_, seed) => consolidatedTier(seed, setting));
  const names = Object.keys(all[0]) as (keyof Outcome)[];
  const means = names.map((name) => [name, all.reduce((sum, each) => sum + each[name], 0) / tiers]);
  return Object.fromEntries(means);
}
