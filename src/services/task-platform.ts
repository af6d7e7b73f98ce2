import { warn } from '../private/warning';
import type { HostedService } from './hosted-service';
import { field, rendered, renderedList } from './properties';
import type { ServedTier } from './served-cluster';
import { taskDefinitionOf } from './task-definition';

/** What needs nothing of the node: docker's own default where a container says nothing, and what the agent offers on every Linux. */
const ALWAYS_OFFERED = 'awsfirelens';

const ARCHITECTURES: Record<string, ServedTier['architecture']> = { ARM64: 'arm64', X86_64: 'x86_64' };

/** Warns of tasks that find no node: ECS places a task only where all is offered that its task definition asks for, and says so only in the service's events. */
export function checkTaskPlatform(service: HostedService): void {
  const tiers = service.possibleTiers;
  if (tiers.length === 0) return;
  checkLogDrivers(service, tiers);
  checkRuntimePlatform(service, tiers);
}

function checkLogDrivers(service: HostedService, tiers: readonly ServedTier[]): void {
  const missing = logDriversOf(service).flatMap(({ container, driver }) => {
    const without = tiersWithout(service, tiers, (tier) => tier.logDrivers.includes(driver));
    return without.length === 0 ? [] : [{ driver, text: `"${driver}" of "${container}" on ${named(without)}` }];
  });
  if (missing.length === 0) return;
  const drivers = [...new Set(missing.map(({ driver }) => `\`NodeLogDriver.of('${driver}')\``))];
  warn(
    service.resource,
    'Service.logDriver',
    `Nodes of the cluster "${service.cluster.scope.node.path}" do not offer the log drivers of the service "${service.path}" (${missing.map(({ text }) => text).join(', ')}): its tasks are ` +
      `not placed there. Add ${drivers.join(' and ')} to \`logDrivers\` of the nodes, which replaces the default as a whole, or give the containers another driver.`,
  );
}

function logDriversOf(service: HostedService): { container: string; driver: string }[] {
  const taskDefinition = taskDefinitionOf(service);
  if (taskDefinition === undefined) return [];
  return renderedList(taskDefinition, 'containerDefinitions').flatMap((container) => {
    const driver = field(field(container, 'logConfiguration'), 'logDriver');
    return typeof driver === 'string' && driver !== ALWAYS_OFFERED ? [{ container: String(field(container, 'name')), driver }] : [];
  });
}

function checkRuntimePlatform(service: HostedService, tiers: readonly ServedTier[]): void {
  const taskDefinition = taskDefinitionOf(service);
  if (taskDefinition === undefined) return;
  const cpu = rendered(taskDefinition, 'runtimePlatform', 'cpuArchitecture');
  const needed = ARCHITECTURES[String(cpu)];
  const without =
    needed === undefined ? [] : tiersWithout(service, tiers, ({ architecture }) => architecture === undefined || architecture === needed);
  const system = rendered(taskDefinition, 'runtimePlatform', 'operatingSystemFamily');
  const forWindows = typeof system === 'string' && system.startsWith('WINDOWS');
  if (without.length === 0 && !forWindows) return;
  const why = forWindows ? `${system}, and the nodes run Linux` : `${cpu}, and ${named(without)} is not`;
  warn(
    service.resource,
    'Service.runtimePlatform',
    `The tasks of the service "${service.path}" on the cluster "${service.cluster.scope.node.path}" are for ${why}: they cannot run there. Name a tier that fits in ` +
      '`capacityProviderStrategies` (`cluster.tier(name).strategy()`), or change the `runtimePlatform` of the task definition together with its images.',
  );
}

/** A strategy shares the tasks out among its tiers whether they fit or not, and a daemon is meant for each node; otherwise one tier that fits is enough. */
function tiersWithout(service: HostedService, tiers: readonly ServedTier[], fits: (tier: ServedTier) => boolean): ServedTier[] {
  const without = tiers.filter((tier) => !fits(tier));
  const passesOverTiers = service.launchType === 'EC2' && !service.isDaemon;
  return passesOverTiers && without.length < tiers.length ? [] : without;
}

function named(tiers: readonly ServedTier[]): string {
  return `the tier${tiers.length === 1 ? '' : 's'} ${tiers.map(({ name }) => `"${name}"`).join(', ')}`;
}
