import type { CfnResource } from 'aws-cdk-lib';
import { warn } from '../../private/warning';
import { field, fieldList, renderedList } from '../../rendered/resource';
import { type TaskRun, tiersWithout } from './task-platform';

/**
 * Warns about containers that ask for a GPU where nodes are known to have none, or no driver for it. The
 * agent then registers no GPU, so their tasks are never placed, and managed scaling may start nodes for them
 * in vain. Also about containers that ask for a share of one where no share is given.
 */
export function checkTaskGpu(run: TaskRun): void {
  if (run.hasOwnSize) return;
  const containers = containersWithGpu(run.taskDefinition);
  const tiers = lacking(run, containers, 'withoutGpu');
  if (tiers !== undefined) {
    warn(
      run.scope,
      'Service.gpu',
      `The containers ${named(containers)} of ${run.name} on the cluster ` +
        `"${run.cluster.scope.node.path}" ask for GPUs, which ${tiers} does not offer: their tasks are not ` +
        'placed there. Give them a tier of a GPU family (`instanceTypes`, such as g5.xlarge), whose image is ' +
        '`NodeImage.amazonLinux2023Gpu()` where you name none, and name the tier in ' +
        '`capacityProviderStrategies` (`cluster.tier(name).strategy()`).',
    );
    return;
  }
  checkSharing(
    run,
    containers.filter(({ shares }) => shares),
  );
}

function checkSharing(run: TaskRun, containers: GpuContainer[]): void {
  const tiers = lacking(run, containers, 'withoutGpuSharing');
  if (tiers === undefined) return;
  warn(
    run.scope,
    'Service.gpuSharing',
    `The containers ${named(containers)} of ${run.name} on the cluster "${run.cluster.scope.node.path}" ` +
      `share a GPU by MPS, which ${tiers} does not offer: their tasks are not placed there. Pin a newer ` +
      'release of the GPU image, or take another GPU family.',
  );
}

/** The tiers that do not offer what the containers ask for, and why; undefined where all do. */
function lacking(
  run: TaskRun,
  containers: readonly GpuContainer[],
  why: 'withoutGpu' | 'withoutGpuSharing',
): string | undefined {
  if (containers.length === 0) return undefined;
  const tiers = tiersWithout(run, (tier) => tier[why] === undefined);
  if (tiers.length === 0) return undefined;
  return tiers.map((tier) => `the tier "${tier.name}" (${tier[why]})`).join(' and ');
}

/** A container that asks for GPUs, or for a share of one. */
interface GpuContainer {
  readonly name: string;
  readonly shares: boolean;
}

function containersWithGpu(taskDefinition: CfnResource): GpuContainer[] {
  return renderedList(taskDefinition, 'containerDefinitions').flatMap((container) => {
    const gpu = fieldList(container, 'resourceRequirements').find(
      (requirement) => field(requirement, 'type') === 'GPU',
    );
    if (gpu === undefined) return [];
    const shares = field(gpu, 'sharingStrategy', 'nvidiaMps') !== undefined;
    return [{ name: String(field(container, 'name')), shares }];
  });
}

function named(containers: readonly GpuContainer[]): string {
  return containers.map(({ name }) => `"${name}"`).join(', ');
}
