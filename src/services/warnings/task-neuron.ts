import { warn } from '../../private/warning';
import { field, fieldList, renderedList } from '../../rendered/resource';
import type { ServedTier } from '../served-cluster';
import { type TaskRun, tiersWithout } from './task-platform';

/**
 * Warns about containers with a device of Inferentia or Trainium that no node of a tier has: docker does not
 * start them. ECS knows nothing of these devices when it places a task.
 */
export function checkTaskNeuron(run: TaskRun): void {
  const wanted = renderedList(run.taskDefinition, 'containerDefinitions').flatMap((container) =>
    devicesOf(container).map((device) => ({ container: String(field(container, 'name')), device })),
  );
  const last = wanted.reduce((one, other) => (other.device > one.device ? other : one), {
    container: '',
    device: -1,
  });
  const tiers = last.device < 0 ? [] : tiersWithout(run, (tier) => mayHave(tier, last.device));
  if (tiers.length === 0) return;
  warn(
    run.scope,
    'Service.neuron',
    `The container "${last.container}" of ${run.name} on the cluster "${run.cluster.scope.node.path}" has the ` +
      `device /dev/neuron${last.device}, which no node of ${tiers.map(described).join(' and ')} has: it does ` +
      'not start there. Give the tier larger `instanceTypes` of a family of Inferentia or Trainium, name a ' +
      'tier that fits in `capacityProviderStrategies` (`cluster.tier(name).strategy()`), or leave out the ' +
      'device.',
  );
}

/** The numbers of its devices. */
function devicesOf(container: unknown): number[] {
  return fieldList(container, 'linuxParameters', 'devices').flatMap((device) => {
    const [, number] = /^\/dev\/neuron(\d+)$/.exec(String(field(device, 'hostPath'))) ?? [];
    return number === undefined ? [] : [Number(number)];
  });
}

/** Also where a type is not known, or how many devices it has. */
function mayHave({ nodeSizes = [] }: ServedTier, device: number): boolean {
  if (nodeSizes.length === 0) return true;
  return nodeSizes.some(
    ({ instanceType, neuronDevices }) =>
      device < neuronDevices || (neuronDevices === 0 && /^(inf|trn)/.test(instanceType)),
  );
}

function described({ name, nodeSizes = [] }: ServedTier): string {
  const types = nodeSizes.map(({ instanceType, neuronDevices }) => `${instanceType}: ${neuronDevices}`);
  return `the tier "${name}" (devices of ${types.join(', of ')})`;
}
