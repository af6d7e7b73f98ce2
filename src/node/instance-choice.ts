import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { IConstruct } from 'constructs';
import { fail, quoteForMessage } from '../private/errors';
import { inPython } from '../private/language';
import { acceleratorOfRequirements, architecturesOfRequirements } from './attribute-kinds';
import {
  type Accelerator,
  acceleratorOfType,
  architectureOfType,
  isInstanceTypeName,
} from './instance-family';
import { hasKnownName, knownNames } from './known-types';

/** What instances nodes may be: some types by name, or all that have some attributes. */
export interface InstanceChoice {
  readonly field: 'instanceTypes' | 'instanceRequirements';
  /** In order of preference; none where they are chosen by attributes. */
  readonly types: readonly ec2.InstanceType[];
  readonly requirements?: ec2.InstanceRequirementsConfig;
  /** That of x86_64 first; none where no type is known yet. */
  readonly architectures: readonly ec2.InstanceArchitecture[];
  readonly accelerator?: Accelerator;
  /** As it appears in a message. */
  readonly named: string;
}

const { X86_64, ARM_64 } = ec2.InstanceArchitecture;

/** What was given; what EC2 Auto Scaling, or the nodes themselves, cannot be is refused. */
export function chooseInstances(
  scope: IConstruct,
  instanceTypes: ec2.InstanceType[] | undefined,
  requirements: ec2.InstanceRequirementsConfig | undefined,
): InstanceChoice {
  if (requirements === undefined) return chosenByName(scope, instanceTypes ?? []);
  if (instanceTypes !== undefined) {
    fail(
      'TypesAndRequirements',
      '`instanceTypes` excludes `instanceRequirements`: EC2 Auto Scaling takes types by name or by ' +
        'attributes. Leave one of them out; `allowedInstanceTypes` of the attributes may have names',
      scope,
    );
  }
  return {
    field: 'instanceRequirements',
    types: [],
    requirements,
    architectures: architecturesOfRequirements(scope, requirements),
    accelerator: acceleratorOfRequirements(scope, requirements),
    named: '`instanceRequirements`',
  };
}

/** jsii drops these names before the library sees the tier. */
const DICT_IN_A_LIST =
  "Write each item of `tiers` as `InstanceTierProps(name='…', instance_types=[…])`: a dict in a list loses " +
  'all names with an underscore';

function chosenByName(scope: IConstruct, instanceTypes: ec2.InstanceType[]): InstanceChoice {
  if (instanceTypes.length === 0) {
    fail(
      'NoInstanceType',
      '`instanceTypes` must have at least one instance type, or `instanceRequirements` say what they must ' +
        `have: of the tier, its template, or the cluster${inPython(DICT_IN_A_LIST)}`,
      scope,
    );
  }
  const names = knownNames(instanceTypes);
  checkNames(scope, names);
  const architectures = new Set(names.map(architectureOfType));
  return {
    field: 'instanceTypes',
    types: [...instanceTypes],
    architectures: [X86_64, ARM_64].filter((architecture) => architectures.has(architecture)),
    accelerator: acceleratorOf(scope, names),
    named: instanceTypes.map((type) => (hasKnownName(type) ? type : '…')).join(', '),
  };
}

function checkNames(scope: IConstruct, names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    fail('InvalidInstanceTypes', `\`instanceTypes\` has ${quoteForMessage(twice)} twice`, scope);
  const unknown = names.find((name) => !isInstanceTypeName(name));
  if (unknown !== undefined) {
    fail(
      'InvalidInstanceTypes',
      '`instanceTypes` must have names of a family and a size such as m7i.large, got: ' +
        quoteForMessage(unknown),
      scope,
    );
  }
  const mac = names.find((name) => name.startsWith('mac'));
  if (mac !== undefined) {
    fail(
      'UnsupportedInstanceType',
      `\`instanceTypes\` must be of x86_64 or Graviton, got: ${mac}, which runs macOS alone`,
      scope,
    );
  }
}

/** What all types have; types that differ in it are refused. */
function acceleratorOf(scope: IConstruct, types: readonly string[]): Accelerator | undefined {
  const [first, ...others] = types;
  if (first === undefined) return undefined;
  const accelerator = acceleratorOfType(first);
  const other = others.find((type) => acceleratorOfType(type) !== accelerator);
  if (other !== undefined) {
    fail(
      'MixedAccelerators',
      `\`instanceTypes\` must have accelerators of one kind, or none at all, got: ${described(first)} and ` +
        `${described(other)}. One image does not fit both, and managed scaling would start either for a ` +
        'task that fits on one of them only. Make two tiers',
      scope,
    );
  }
  return accelerator;
}

function described(type: string): string {
  return `${type} (${acceleratorOfType(type) ?? 'none'})`;
}
