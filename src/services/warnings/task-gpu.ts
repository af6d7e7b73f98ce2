import type { CfnResource } from 'aws-cdk-lib';
import { warn } from '../../private/warning';
import { field, renderedList } from '../../rendered/resource';
import { type TaskRun, tiersWithout } from './task-platform';

/**
 * Warns of containers that ask for a GPU where nodes are known to have none, or no driver for it: the agent
 * then registers no GPU, so their tasks are never placed, and managed scaling may start nodes
 * for them in vain.
 */
export function checkTaskGpu(run: TaskRun): void {
  const containers = containersWithGpu(run.taskDefinition);
  const without =
    containers.length === 0 ? [] : tiersWithout(run, ({ withoutGpu }) => withoutGpu === undefined);
  if (without.length === 0) return;
  const tiers = without.map(({ name, withoutGpu }) => `the tier "${name}" (${withoutGpu})`).join(' and ');
  warn(
    run.resource,
    'Service.gpu',
    `The containers ${containers.map((name) => `"${name}"`).join(', ')} of ${run.name} on the cluster ` +
      `"${run.cluster.scope.node.path}" ask for GPUs, which ${tiers} does not offer: their tasks are not ` +
      'placed there. Give them a tier of a GPU family (`instanceTypes`, such as g5.xlarge), whose image is ' +
      '`NodeImage.amazonLinux2023Gpu()` where you name none, and name the tier in ' +
      '`capacityProviderStrategies` (`cluster.tier(name).strategy()`).',
  );
}

function containersWithGpu(taskDefinition: CfnResource): string[] {
  return renderedList(taskDefinition, 'containerDefinitions').flatMap((container) => {
    const requirements = field(container, 'resourceRequirements');
    const gpu =
      Array.isArray(requirements) && requirements.some((requirement) => field(requirement, 'type') === 'GPU');
    return gpu ? [String(field(container, 'name'))] : [];
  });
}
