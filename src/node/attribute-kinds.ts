import { Token } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { IConstruct } from 'constructs';
import { fail } from '../private/errors';
import { type Accelerator, acceleratorOfType, architectureOfType } from './instance-family';
import { knownInstanceTypes } from './instance-type-specs';

const { X86_64, ARM_64 } = ec2.InstanceArchitecture;
const { INTEL, AMD, AWS } = ec2.CpuManufacturer;

type Requirements = ec2.InstanceRequirementsConfig;

/** The manufacturers of the CPUs of an architecture. */
const OF_ARCHITECTURE: Record<ec2.InstanceArchitecture, ec2.CpuManufacturer[]> = {
  [X86_64]: [INTEL, AMD],
  [ARM_64]: [AWS],
};

/** Names of accelerators that an image of Amazon's has a driver for. */
const NEURON = /^(inferentia|trainium)/;
const OTHERS = /^(radeon|vu9p|gaudi|u30)/;

/** An accelerator that nothing here drives. */
type Kind = Accelerator | 'another';

/** The types that the table knows and `allowedInstanceTypes` takes; undefined: all are allowed. */
function allowedTypes({ allowedInstanceTypes }: Requirements): string[] | undefined {
  if (allowedInstanceTypes === undefined || Token.isUnresolved(allowedInstanceTypes)) return undefined;
  const patterns = allowedInstanceTypes.map((pattern) => expressionOf(pattern));
  return knownInstanceTypes().filter((type) => patterns.some((pattern) => pattern.test(type)));
}

/** As EC2 reads one: `c5*` takes c5a and c5n too, and `m5a.*` no m5n. */
function expressionOf(pattern: string): RegExp {
  return new RegExp(`^${pattern.replace(/[.-]/g, '\\$&').replace(/\*/g, '.*')}$`);
}

/**
 * The architectures of the nodes. A type starts only from an image of the same architecture. So attributes
 * that name no manufacturer are for x86_64, unless they allow Graviton only.
 */
export function architecturesOfRequirements(
  scope: IConstruct,
  requirements: Requirements,
): ec2.InstanceArchitecture[] {
  const { cpuManufacturers } = requirements;
  const allowed = allowedTypes(requirements);
  const ofAllowed = new Set((allowed ?? []).map(architectureOfType));
  if (cpuManufacturers === undefined || cpuManufacturers.length === 0 || Token.isUnresolved(cpuManufacturers))
    return ofAllowed.size === 1 ? [...ofAllowed] : [X86_64];
  const named = [X86_64, ARM_64].filter((architecture) =>
    OF_ARCHITECTURE[architecture].some((manufacturer) => cpuManufacturers.includes(manufacturer)),
  );
  if (ofAllowed.size === 0) return named;
  const both = named.filter((architecture) => ofAllowed.has(architecture));
  if (both.length > 0) return both;
  return fail(
    'InvalidInstanceRequirements',
    `\`instanceRequirements\` must leave an instance type, got: \`cpuManufacturers\` of ${named.join(', ')}, ` +
      `and \`allowedInstanceTypes\` that take types of ${[...ofAllowed].join(', ')} only`,
    scope,
  );
}

/** The attributes for one of several architectures. */
export function requirementsFor(
  requirements: Requirements,
  architecture: ec2.InstanceArchitecture,
): Requirements {
  const { cpuManufacturers = [] } = requirements;
  return {
    ...requirements,
    cpuManufacturers: OF_ARCHITECTURE[architecture].filter((one) => cpuManufacturers.includes(one)),
  };
}

/** The accelerators that nodes have by their attributes, as far as an image has a driver for them. */
export function acceleratorOfRequirements(
  scope: IConstruct,
  requirements: Requirements,
): Accelerator | undefined {
  const kinds = kindsOf(requirements);
  if (kinds.size > 1 || (asksForOne(requirements) && kinds.size === 0)) {
    fail(
      'MixedAccelerators',
      '`instanceRequirements` must say one kind of accelerator, NVIDIA GPUs (`acceleratorManufacturers: ' +
        '[ec2.AcceleratorManufacturer.NVIDIA]`) or Inferentia and Trainium (`AWS`), got: ' +
        `${[...kinds].join(' and ') || 'any'}. One image does not fit all`,
      scope,
    );
  }
  const [kind] = kinds;
  return kind === 'another' ? undefined : kind;
}

function kindsOf(requirements: Requirements): Set<Kind> {
  const { acceleratorNames = [], acceleratorManufacturers = [], acceleratorTypes = [] } = requirements;
  if (requirements.acceleratorCountMax === 0) return new Set();
  if (acceleratorNames.length > 0) return new Set(acceleratorNames.map(kindOfName));
  if (acceleratorManufacturers.length > 0) return new Set(acceleratorManufacturers.map(kindOfManufacturer));
  if (acceleratorTypes.length > 0) return new Set(acceleratorTypes.map(kindOfKind));
  const allowed = new Set((allowedTypes(requirements) ?? []).map(acceleratorOfType));
  const [only] = allowed;
  return allowed.size === 1 && only !== undefined ? new Set([only]) : new Set();
}

function kindOfName(name: string): Kind {
  if (NEURON.test(name)) return 'Neuron';
  return OTHERS.test(name) ? 'another' : 'GPU';
}

function kindOfManufacturer(manufacturer: ec2.AcceleratorManufacturer): Kind {
  if (manufacturer === ec2.AcceleratorManufacturer.NVIDIA) return 'GPU';
  return manufacturer === ec2.AcceleratorManufacturer.AWS ? 'Neuron' : 'another';
}

function kindOfKind(type: ec2.AcceleratorType): Kind {
  if (type === ec2.AcceleratorType.GPU) return 'GPU';
  return type === ec2.AcceleratorType.INFERENCE ? 'Neuron' : 'another';
}

function asksForOne({ acceleratorCountMin: min, acceleratorTotalMemoryMin: memory }: Requirements): boolean {
  return memory !== undefined || (min !== undefined && !Token.isUnresolved(min) && min > 0);
}

/** Whether the attributes say anything of accelerators themselves. */
function saysAccelerators(requirements: Requirements): boolean {
  return Object.keys(requirements).some((name) => name.startsWith('accelerator'));
}

/**
 * The attributes with what the image asks for. Attributes take accelerated types too, unless they say
 * otherwise; and the GPUs of AMD, which no image of Amazon's has a driver for.
 */
export function withImage(
  requirements: Requirements,
  accelerator: Accelerator | undefined,
  isOfAmazon: boolean,
): Requirements {
  if (!isOfAmazon) return requirements;
  const plain = withoutA1(requirements);
  const allowed = allowedTypes(requirements);
  const mayBePlain = allowed?.some((type) => acceleratorOfType(type) === undefined) ?? true;
  if (accelerator === undefined && !saysAccelerators(requirements) && mayBePlain)
    return { ...plain, acceleratorCountMax: 0 };
  const { acceleratorManufacturers, acceleratorNames } = requirements;
  if (accelerator !== 'GPU' || acceleratorManufacturers !== undefined || acceleratorNames !== undefined)
    return plain;
  return { ...plain, acceleratorManufacturers: [ec2.AcceleratorManufacturer.NVIDIA] };
}

/** Amazon Linux 2023 does not boot on the first Graviton. Where types are allowed, none can be excluded. */
function withoutA1(requirements: Requirements): Requirements {
  const { allowedInstanceTypes, excludedInstanceTypes = [], cpuManufacturers = [] } = requirements;
  if (allowedInstanceTypes !== undefined || !cpuManufacturers.includes(AWS)) return requirements;
  return { ...requirements, excludedInstanceTypes: [...excludedInstanceTypes, 'a1.*'] };
}
