import { INSTANCE_TYPE_TABLE } from './instance-type-table';

/** What EC2 says of an instance type. */
export interface InstanceTypeSpecs {
  readonly vCpus: number;
  readonly memoryMiB: number;
  /** Of the default network card, the primary interface included. */
  readonly networkInterfaces: number;
  /** The most Elastic Fabric Adapters, 0 where there is none. */
  readonly efaInterfaces: number;
  /** NVIDIA's, of which the agent registers each; a fraction of one is one. 0: none, or not known. */
  readonly gpus: number;
  /** Inferentia and Trainium: `/dev/neuron0` and so on. 0: none, or not known. */
  readonly neuronDevices: number;
}

let families: Map<string, string> | undefined;

/** The sizes of each family, as text: what is never asked for is never read. */
function readFamilies(): Map<string, string> {
  const found = new Map<string, string>();
  for (const line of INSTANCE_TYPE_TABLE.trim().split('\n')) {
    const [names, sizes] = splitAtFirst(line, ' ');
    for (const name of names.split(',')) {
      const [family, ratio] = splitAtFirst(name, '*');
      found.set(family, `${ratio} ${sizes}`);
    }
  }
  return found;
}

function splitAtFirst(text: string, separator: string): [string, string] {
  const index = text.indexOf(separator);
  return index < 0 ? [text, ''] : [text.slice(0, index), text.slice(index + separator.length)];
}

/**
 * The specifications of a type, by its name such as `m7i.large`.
 *
 * Undefined: a type that the table does not know, because it is newer or retired. Such a type must never lead
 * to an error or a warning.
 */
export function specsOf(instanceType: string): InstanceTypeSpecs | undefined {
  families ??= readFamilies();
  const [family, size] = splitAtFirst(instanceType, '.');
  const [ratio, sizes] = splitAtFirst(families.get(family) ?? '', ' ');
  const row = sizes.split(' ').find((one) => one.startsWith(`${size}:`));
  if (size === '' || row === undefined) return undefined;
  const [, vCpus, interfaces, ...rest] = row.split(':');
  const numberAfter = (letter: string) => Number(rest.find((one) => one.startsWith(letter))?.slice(1) ?? 0);
  return {
    vCpus: Number(vCpus),
    memoryMiB: ratio === '' ? numberAfter('m') : Math.round(Number(vCpus) * Number(ratio)),
    networkInterfaces: Number(interfaces),
    efaInterfaces: numberAfter('e'),
    gpus: numberAfter('g'),
    neuronDevices: numberAfter('n'),
  };
}

/** The names of all types that the table knows: what a pattern such as `m5*` is compared with. */
export function knownInstanceTypes(): string[] {
  families ??= readFamilies();
  return [...families].flatMap(([family, shape]) =>
    splitAtFirst(shape, ' ')[1]
      .split(' ')
      .map((row) => `${family}.${splitAtFirst(row, ':')[0]}`),
  );
}
