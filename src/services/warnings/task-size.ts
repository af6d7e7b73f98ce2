import type { CfnResource } from 'aws-cdk-lib';
import { warn } from '../../private/warning';
import { field, fieldList, rendered, renderedList } from '../../rendered/resource';
import type { ServedNodeSize, ServedTier } from '../served-cluster';
import { type TaskRun, tiersWithout } from './task-platform';

/** ECS counts 1,024 CPU units a vCPU. */
const UNITS_PER_VCPU = 1024;

/** What a task reserves on its node; undefined where a part of it is known at deployment only. */
interface TaskSize {
  readonly cpuUnits?: number;
  readonly memoryMiB?: number;
  readonly gpus?: number;
}

/**
 * Warns about tasks that are larger than each node of a tier. They are never placed there. Managed scaling
 * starts no node that would have room for them, or starts nodes in vain ("EMPTY CAPACITY PROVIDER").
 *
 * Only where each instance type of the tier is known. There is no warning about a task that needs just what
 * the type has, although a node registers somewhat less than the memory of its type. How much less, only the
 * node knows.
 */
export function checkTaskSize(run: TaskRun): void {
  if (run.hasOwnSize) return;
  const size = taskSizeOf(run.taskDefinition);
  const tooSmall = tiersWithout(run, (tier) => fits(size, tier));
  if (tooSmall.length === 0) return;
  warn(
    run.scope,
    'Service.size',
    `The tasks of ${run.name} on the cluster "${run.cluster.scope.node.path}" need ${needed(size)}, which ` +
      `fits on no node of ${tooSmall.map((tier) => described(tier, size)).join(' and ')}: they are not placed there. Give the ` +
      'tier larger `instanceTypes`, name a tier that fits in `capacityProviderStrategies` ' +
      '(`cluster.tier(name).strategy()`), or reserve less in the task definition.',
  );
}

/** Also where a tier's types are not all known. */
function fits(size: TaskSize, { nodeSizes = [] }: ServedTier): boolean {
  return nodeSizes.length === 0 || nodeSizes.some((node) => fitsOn(size, node));
}

/** Whether a node has room for a number of tasks. */
export function fitsOn(
  { cpuUnits = 0, memoryMiB = 0, gpus = 0 }: TaskSize,
  node: ServedNodeSize,
  tasks = 1,
): boolean {
  // Of a node without GPUs another warning says so.
  const hasGpus = node.gpus === 0 || gpus * tasks <= node.gpus;
  return hasGpus && cpuUnits * tasks <= node.vCpus * UNITS_PER_VCPU && memoryMiB * tasks <= node.memoryMiB;
}

function needed({ cpuUnits, memoryMiB, gpus = 0 }: TaskSize): string {
  const cpu = cpuUnits === undefined || cpuUnits === 0 ? [] : [`${cpuUnits} CPU units`];
  const memory = memoryMiB === undefined || memoryMiB === 0 ? [] : [`${memoryMiB} MiB of memory`];
  return [...cpu, ...memory, ...(gpus === 0 ? [] : [gpusText(gpus)])].join(' and ');
}

function gpusText(count: number): string {
  return `${count} GPU${count === 1 ? '' : 's'}`;
}

function described({ name, nodeSizes = [] }: ServedTier, { gpus: wanted = 0 }: TaskSize): string {
  const types = nodeSizes.map(({ instanceType, vCpus, memoryMiB, gpus }) => {
    const own = wanted > 0 && gpus > 0 ? `, ${gpusText(gpus)}` : '';
    return `${instanceType}: ${vCpus * UNITS_PER_VCPU} CPU units, ${memoryMiB} MiB${own}`;
  });
  return `the tier "${name}" (${types.join('; ')})`;
}

/** Those of the task, or else those of its containers together: what ECS reserves for it on a node. */
export function taskSizeOf(taskDefinition: CfnResource): TaskSize {
  const containers = renderedList(taskDefinition, 'containerDefinitions');
  return {
    cpuUnits: amountOf(rendered(taskDefinition, 'cpu'), 'vCPU', UNITS_PER_VCPU) ?? sumOf(containers, cpuOf),
    memoryMiB: amountOf(rendered(taskDefinition, 'memory'), 'GB', 1024) ?? sumOf(containers, memoryOf),
    gpus: sumOf(containers, gpusOf),
  };
}

/** GPUs as a whole: a share of one is not counted. */
function gpusOf(container: unknown): number | undefined {
  const [gpu] = fieldList(container, 'resourceRequirements').filter(
    (one) => field(one, 'type') === 'GPU' && field(one, 'sharingStrategy') === undefined,
  );
  return numberOf(field(gpu, 'value') ?? 0);
}

function cpuOf(container: unknown): number | undefined {
  return numberOf(field(container, 'cpu') ?? 0);
}

/** The soft limit is what is reserved, where there is one. */
function memoryOf(container: unknown): number | undefined {
  return numberOf(field(container, 'memoryReservation') ?? field(container, 'memory') ?? 0);
}

function sumOf(containers: unknown[], amount: (container: unknown) => number | undefined): number {
  // What is not known adds nothing: the sum is the least that is needed.
  return containers.reduce<number>((sum, container) => sum + (amount(container) ?? 0), 0);
}

function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** A number of units, or of a larger unit that is written behind it: "1 vCPU", ".5 vCPU", "2 GB". */
function amountOf(value: unknown, unit: string, factor: number): number | undefined {
  const number = numberOf(value);
  if (number !== undefined || typeof value !== 'string') return number;
  const [, amount] = new RegExp(`^([\\d.]+) *${unit}$`, 'i').exec(value.trim()) ?? [];
  return amount === undefined ? undefined : Number(amount) * factor;
}
