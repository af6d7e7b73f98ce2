import type { ResourceChange } from './changes';
import { type GroupShape, launchHook, nameOfService, namesProvider, tagOf, target } from './fleet-shape';
import type { RollPlan } from './plan';
import { ASSOCIATION, SERVICE } from './resource-rules';
import { type RollRules, rollNumbers, rollSteps } from './roll-steps';
import type { StackPair } from './stack-pairs';
import { at, listAt, numberAt, type Resource, resourcesOf } from './template';

/** How a roll of a group goes, from the new template: its policy is the one that counts. */
export function rollOf(
  pair: StackPair,
  change: ResourceChange,
  shape: GroupShape,
  nodes: number | undefined,
): RollPlan | undefined {
  const group = change.after as Resource;
  const refresh = at(group.UpdatePolicy, 'AutoScalingInstanceRefresh');
  if (refresh === undefined) return undefined;
  const preferences = at(refresh, 'Preferences');
  const rules: RollRules = {
    minHealthyPercentage: numberAt(preferences, 'MinHealthyPercentage') ?? 100,
    maxHealthyPercentage: numberAt(preferences, 'MaxHealthyPercentage') ?? 110,
    checkpoints: listAt(preferences, 'CheckpointPercentages').map(Number),
  };
  const maxSize = numberAt(group.Properties, 'MaxSize');
  const atMost = maxSize ? rollNumbers(maxSize, rules) : undefined;
  const provider = pair.after.Resources?.[shape.provider ?? '']?.Properties;
  const settings = at(provider, 'AutoScalingGroupProvider');
  const drains = at(settings, 'ManagedDraining') !== 'DISABLED' && provider !== undefined;
  const cordon = tagOf(group, 'EcsCordonMode');
  const services = servicesOn(pair, shape);
  return {
    minHealthyPercentage: rules.minHealthyPercentage,
    maxHealthyPercentage: rules.maxHealthyPercentage,
    formulas: formulas(rules),
    atMost,
    movesPerTask: drains ? moves(cordon, rules) : undefined,
    nodeHours: hours(atMost?.surge, rules),
    holds: [
      ...checkpointHolds(preferences, rules),
      ...gateHolds(group),
      ...protectionHolds(preferences, settings),
      ...(drains ? services.flatMap(([id, service]) => drainHolds(nameOfService(pair, id), service)) : []),
      ...alarmHolds(preferences),
    ],
    loses: losses(pair, rules, drains, group, services),
    steps: nodes === undefined ? undefined : rollSteps(nodes, rules),
  };
}

function formulas(rules: RollRules): RollPlan['formulas'] {
  const { minHealthyPercentage: min, maxHealthyPercentage: max } = rules;
  const share = max === 100 ? 'n' : max % 100 === 0 ? `${max / 100} × n` : `floor(n × ${max} / 100)`;
  const nodes = min === 100 ? (max >= 200 ? share : `max(${share}, n + 1)`) : share;
  const simple = min === 100;
  const batch = simple ? 'surge' : `(surge + n - ceil(n × ${min} / 100))`;
  return {
    nodes,
    surge: max === 200 ? 'n' : `${nodes} - n`,
    batches: max === 200 && simple ? '1' : simple ? `ceil(n / ${batch})` : `about ceil(n / ${batch})`,
  };
}

function moves(cordon: unknown, { maxHealthyPercentage, minHealthyPercentage }: RollRules): string {
  if (cordon === 'drain') return 'once: the old nodes drain together, when enough new ones have joined';
  if (cordon === 'mark') return 'once as a rule: new tasks keep off old nodes while no service lacks a task';
  if (maxHealthyPercentage >= 200 && minHealthyPercentage === 100)
    return 'once as a rule. Nothing keeps tasks off old nodes while new ones join';
  return 'once for each batch at most: nothing keeps tasks off old nodes, which go in later batches';
}

const hours = (surge: number | undefined, rules: RollRules): string =>
  surge === 0 || (rules.maxHealthyPercentage <= 100 && rules.minHealthyPercentage < 100)
    ? 'none: no node more than before'
    : `surge × the hours that it takes${surge === undefined ? '' : `: ${surge} for each hour at most`}`;

/** Services that may run on a group: of its cluster, with its provider or without any. */
function servicesOn(pair: StackPair, shape: GroupShape): [string, Resource][] {
  if (shape.cluster === undefined && shape.clusterName === undefined) return [];
  return resourcesOf(pair.after, SERVICE).filter(([, { Properties }]) => {
    const cluster = at(Properties, 'Cluster');
    if (target(cluster) !== shape.cluster && cluster !== shape.clusterName) return false;
    const strategy = listAt(Properties, 'CapacityProviderStrategy');
    if (strategy.length > 0) return namesProvider(strategy, shape.provider);
    return (
      at(Properties, 'LaunchType') !== 'FARGATE' && isByDefault(pair, shape, at(Properties, 'LaunchType'))
    );
  });
}

/** Whether a service without a strategy may be placed on the tier. */
function isByDefault(pair: StackPair, shape: GroupShape, launchType: unknown): boolean {
  if (launchType === 'EC2') return true;
  const association = resourcesOf(pair.after, ASSOCIATION).find(
    ([, { Properties }]) => target(at(Properties, 'Cluster')) === shape.cluster,
  );
  const strategy = listAt(association?.[1].Properties, 'DefaultCapacityProviderStrategy');
  return namesProvider(strategy, shape.provider);
}

function checkpointHolds(preferences: unknown, { checkpoints }: RollRules): string[] {
  const pauses = checkpoints.filter((percent) => percent < 100);
  const bake = numberAt(preferences, 'BakeTime');
  return [
    ...(pauses.length > 0
      ? [
          `It pauses at ${pauses.map((percent) => `${percent} %`).join(', ')} for ${numberAt(preferences, 'CheckpointDelay') ?? 3600} s.`,
        ]
      : []),
    ...(bake ? [`It waits ${bake} s more (\`BakeTime\`) when all nodes are new.`] : []),
  ];
}

function gateHolds(group: Resource): string[] {
  const hook = launchHook(group);
  if (hook === undefined) return [];
  return [
    `A new node that does not join is given up after ${numberAt(hook, 'HeartbeatTimeout') ?? 3600} s at the latest, and replaced. ` +
      'After an hour without progress the refresh fails.',
  ];
}

function protectionHolds(preferences: unknown, provider: unknown): string[] {
  const holds: string[] = [];
  const protectedNodes = at(preferences, 'ScaleInProtectedInstances') ?? 'Wait';
  if (at(provider, 'ManagedTerminationProtection') === 'ENABLED' && protectedNodes === 'Wait')
    holds.push(
      'Managed termination protection is on, and the refresh waits for protected nodes: it fails after an hour.',
    );
  if (at(preferences, 'StandbyInstances') === 'Wait') holds.push('It waits for nodes in standby.');
  return holds;
}

const percents = (service: Resource) => {
  const configuration = at(service.Properties, 'DeploymentConfiguration');
  const isDaemon = at(service.Properties, 'SchedulingStrategy') === 'DAEMON';
  return {
    isDaemon,
    min: numberAt(configuration, 'MinimumHealthyPercent') ?? (isDaemon ? 0 : 100),
    max: numberAt(configuration, 'MaximumPercent') ?? (isDaemon ? 100 : 200),
    desired: numberAt(service.Properties, 'DesiredCount'),
  };
};

function drainHolds(name: string, service: Resource): string[] {
  const { isDaemon, min, max, desired } = percents(service);
  if (isDaemon) return [];
  // ECS starts a replacement where the maximum leaves room, or stops one where the minimum allows it.
  if (min >= 100 && max <= 100)
    return [
      `The service ${name} may have neither more nor fewer tasks than it wants: its nodes cannot drain.`,
    ];
  if (desired === undefined) return [];
  const [most, least] = [Math.floor((desired * max) / 100), Math.ceil((desired * min) / 100)];
  return desired > 0 && most <= desired && least >= desired
    ? [
        `The service ${name} has ${desired} tasks, of which its percentages let none more run and none stop: its nodes cannot drain.`,
      ]
    : [];
}

function alarmHolds(preferences: unknown): string[] {
  const alarms = listAt(preferences, 'AlarmSpecification.Alarms').length;
  return alarms > 0
    ? [`${alarms === 1 ? 'An alarm fails' : `${alarms} alarms fail`} it, and the stack is rolled back.`]
    : [];
}

function losses(
  pair: StackPair,
  rules: RollRules,
  drains: boolean,
  group: Resource,
  services: [string, Resource][],
): string[] {
  const lost: string[] = [];
  if (rules.minHealthyPercentage === 0) lost.push('All nodes may go at the same time, with their tasks.');
  if (!drains) lost.push('Without managed draining, tasks end with their node.');
  if (tagOf(group, 'EcsReadinessGate') === undefined && rules.minHealthyPercentage > 0)
    lost.push('Without a gate, a node counts before it has joined: with a broken image, all old nodes go.');
  for (const [id, service] of services) {
    const { isDaemon, min, desired } = percents(service);
    if (
      !isDaemon &&
      drains &&
      min < 100 &&
      (desired ?? 1) <= 1 &&
      Math.ceil(((desired ?? 1) * min) / 100) === 0
    )
      lost.push(`The service ${nameOfService(pair, id)} may be down for a moment: its minimum is ${min} %.`);
  }
  return lost;
}
