import type { CfnResource } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { warn } from '../../private/warning';
import { field, rendered, renderedList } from '../../rendered/resource';
import type { HostedService } from '../hosted-service';
import type { ServedCluster, ServedTier } from '../served-cluster';
import { taskDefinitionOf } from '../task-definition';

/** What runs tasks on nodes: a service, a state of a state machine, a rule, a schedule, a pipe. */
export interface TaskRun {
  readonly scope: IConstruct;
  /** As a message shows it: what it is, and its path. */
  readonly name: string;
  readonly cluster: ServedCluster;
  readonly taskDefinition: CfnResource;
  /** Where its tasks may be placed. */
  readonly tiers: readonly ServedTier[];
  /** One tier that fits is enough. */
  readonly anyTier: boolean;
  /** ECS Exec is on. */
  readonly execIsEnabled?: boolean;
  /** What starts them may say another size than the task definition. */
  readonly hasOwnSize?: boolean;
}

/**
 * What needs nothing of the node: docker's own default where a container says nothing, and what the agent
 * offers on every Linux.
 */
const ALWAYS_OFFERED = 'awsfirelens';

const ARCHITECTURES: Record<string, ServedTier['architectures'][number]> = {
  ARM64: 'arm64',
  X86_64: 'x86_64',
};

/** What a service runs; nothing where that is not known. */
export function taskRunsOf(service: HostedService): TaskRun[] {
  const taskDefinition = taskDefinitionOf(service);
  if (taskDefinition === undefined) return [];
  const { resource: scope, cluster } = service;
  // A strategy shares the tasks out among its tiers whether they fit or not, and a daemon is
  // meant for each node.
  const anyTier = service.launchType === 'EC2' && !service.isDaemon;
  return [
    {
      scope,
      name: `the service "${service.path}"`,
      cluster,
      taskDefinition,
      tiers: service.possibleTiers,
      anyTier,
      execIsEnabled: service.rendered('enableExecuteCommand') === true,
    },
  ];
}

/**
 * Warns about tasks that find no node: ECS places a task only where all is offered that its task definition
 * asks for, and says so only in events.
 */
export function checkTaskPlatform(run: TaskRun): void {
  if (run.tiers.length === 0) return;
  checkLogDrivers(run);
  checkRuntimePlatform(run);
}

function checkLogDrivers(run: TaskRun): void {
  const missing = logDriversOf(run.taskDefinition).flatMap(({ container, driver }) => {
    const without = tiersWithout(run, (tier) => tier.logDrivers.includes(driver));
    return without.length === 0
      ? []
      : [{ driver, text: `"${driver}" of "${container}" on ${tiersText(without)}` }];
  });
  if (missing.length === 0) return;
  const drivers = [...new Set(missing.map(({ driver }) => `\`NodeLogDriver.of('${driver}')\``))];
  warn(
    run.scope,
    'Service.logDriver',
    `Nodes of the cluster "${run.cluster.scope.node.path}" do not offer the log drivers of ${run.name} ` +
      `(${missing.map(({ text }) => text).join(', ')}): its tasks are not placed there. Add ` +
      `${drivers.join(' and ')} to \`logDrivers\` of the nodes, which replaces the default as a whole, ` +
      'or give the containers another driver.',
  );
}

function logDriversOf(taskDefinition: CfnResource): { container: string; driver: string }[] {
  return renderedList(taskDefinition, 'containerDefinitions').flatMap((container) => {
    const driver = field(field(container, 'logConfiguration'), 'logDriver');
    return typeof driver === 'string' && driver !== ALWAYS_OFFERED
      ? [{ container: String(field(container, 'name')), driver }]
      : [];
  });
}

function checkRuntimePlatform(run: TaskRun): void {
  const { taskDefinition } = run;
  const cpu = rendered(taskDefinition, 'runtimePlatform', 'cpuArchitecture');
  const needed = ARCHITECTURES[String(cpu)];
  const without =
    needed === undefined
      ? []
      : tiersWithout(run, ({ architectures }) => architectures.every((one) => one === needed));
  const system = rendered(taskDefinition, 'runtimePlatform', 'operatingSystemFamily');
  const forWindows = typeof system === 'string' && system.startsWith('WINDOWS');
  if (without.length === 0 && !forWindows) return;
  const inPart = without.some(({ architectures }) => architectures.includes(needed));
  const why = forWindows
    ? `${system}, and the nodes run Linux`
    : `${cpu}, and ${tiersText(without)} ${inPart ? 'has nodes that are not' : 'is not'}`;
  warn(
    run.scope,
    'Service.runtimePlatform',
    `The tasks of ${run.name} on the cluster "${run.cluster.scope.node.path}" are for ${why}: they ` +
      'cannot run there. Name a tier that fits in `capacityProviderStrategies` ' +
      '(`cluster.tier(name).strategy()`), or change the `runtimePlatform` of the task definition ' +
      'together with its images.',
  );
}

/** The tiers on which its tasks do not run, where that matters. */
export function tiersWithout({ tiers, anyTier }: TaskRun, fits: (tier: ServedTier) => boolean): ServedTier[] {
  const without = tiers.filter((tier) => !fits(tier));
  return anyTier && without.length < tiers.length ? [] : without;
}

/** As a message names them. */
export function tiersText(tiers: readonly ServedTier[]): string {
  return `the tier${tiers.length === 1 ? '' : 's'} ${tiers.map(({ name }) => `"${name}"`).join(', ')}`;
}
