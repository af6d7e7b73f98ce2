import { Token } from 'aws-cdk-lib';
import type * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { isSize, sizeIn } from '../private/bounds';
import { fail, quoteForMessage } from '../private/errors';
import { instance, refined } from '../private/expected-type';
import { nearMiss } from '../private/near-miss';
import type { Value } from '../private/value';

type Requirements = ec2.InstanceRequirementsConfig;
type Property = autoscaling.CfnAutoScalingGroup.InstanceRequirementsProperty;

const CODE = 'InvalidInstanceRequirements';

/** What a limit is: its least and greatest value are a pair of fields of CDK's, and one property. */
interface Range {
  readonly min: keyof Requirements;
  readonly max: keyof Requirements;
  readonly property: keyof Property;
  /** Not only whole numbers, or a size in this unit. */
  readonly of?: 'decimals' | 'MiB' | 'GiB';
}

const RANGES: readonly Range[] = [
  { min: 'vCpuCountMin', max: 'vCpuCountMax', property: 'vCpuCount' },
  { min: 'memoryMin', max: 'memoryMax', property: 'memoryMiB', of: 'MiB' },
  { min: 'memoryPerVCpuMin', max: 'memoryPerVCpuMax', property: 'memoryGiBPerVCpu', of: 'GiB' },
  { min: 'acceleratorCountMin', max: 'acceleratorCountMax', property: 'acceleratorCount' },
  {
    min: 'acceleratorTotalMemoryMin',
    max: 'acceleratorTotalMemoryMax',
    property: 'acceleratorTotalMemoryMiB',
    of: 'MiB',
  },
  {
    min: 'baselineEbsBandwidthMbpsMin',
    max: 'baselineEbsBandwidthMbpsMax',
    property: 'baselineEbsBandwidthMbps',
  },
  {
    min: 'networkBandwidthGbpsMin',
    max: 'networkBandwidthGbpsMax',
    property: 'networkBandwidthGbps',
    of: 'decimals',
  },
  { min: 'networkInterfaceCountMin', max: 'networkInterfaceCountMax', property: 'networkInterfaceCount' },
  {
    min: 'totalLocalStorageGBMin',
    max: 'totalLocalStorageGBMax',
    property: 'totalLocalStorageGb',
    of: 'decimals',
  },
];

/** What is handed on as it is, by the same name. */
const SAME = [
  'acceleratorManufacturers',
  'acceleratorNames',
  'acceleratorTypes',
  'allowedInstanceTypes',
  'bareMetal',
  'burstablePerformance',
  'cpuManufacturers',
  'excludedInstanceTypes',
  'instanceGenerations',
  'localStorage',
  'localStorageTypes',
  'maxSpotPriceAsPercentageOfOptimalOnDemandPrice',
  'onDemandMaxPricePercentageOverLowestPrice',
  'requireHibernateSupport',
  'spotMaxPricePercentageOverLowestPrice',
] as const satisfies readonly (keyof Requirements & keyof Property)[];

const NAMES: readonly string[] = [...RANGES.flatMap(({ min, max }) => [min, max]), ...SAME];

const PATTERNS = ['allowedInstanceTypes', 'excludedInstanceTypes'] as const;

/** The API's bounds of a list of patterns, and of one of them. */
const MOST_PATTERNS = 400;
const PATTERN = /^[a-zA-Z0-9.*-]{1,30}$/;

/** Without what is not set: other languages may pass null for it. */
function settled(given: Requirements): Requirements {
  const set = Object.entries(given).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(set) as unknown as Requirements;
}

const OBJECT = instance<Requirements>({
  name: 'an ec2.InstanceRequirementsConfig such as `{ vCpuCountMin: 2, memoryMin: Size.gibibytes(4) }`',
  member: 'vCpuCountMin',
});

/** CDK and its validator, CloudFormation's schema and cfn-lint take what EC2 Auto Scaling refuses. */
export const INSTANCE_REQUIREMENTS: Value<Requirements> = {
  ...refined(OBJECT, (field, given) => checkAll(field, settled(given))),
  settled,
};

function checkAll(field: string, given: Requirements): void {
  checkNames(field, given);
  for (const name of ['vCpuCountMin', 'memoryMin'] as const) {
    if (given[name] === undefined)
      fail(CODE, `\`${field}.${name}\` is required: EC2 Auto Scaling takes no attributes without it`);
  }
  for (const range of RANGES) checkRange(field, range, given);
  checkPatterns(field, given);
  checkExcluding(field, given, PATTERNS);
  checkExcluding(field, given, [
    'spotMaxPricePercentageOverLowestPrice',
    'maxSpotPriceAsPercentageOfOptimalOnDemandPrice',
  ]);
  if (given.cpuManufacturers?.includes(ec2.CpuManufacturer.APPLE)) {
    fail(
      CODE,
      `\`${field}.cpuManufacturers\` must not have \`ec2.CpuManufacturer.APPLE\`: such instances run ` +
        'macOS alone',
    );
  }
}

/** A name that is none would be dropped silently. */
function checkNames(field: string, given: Requirements): void {
  const unknown = Object.keys(given).find((name) => !NAMES.includes(name));
  if (unknown === undefined) return;
  const meant = nearMiss(unknown, NAMES);
  fail(
    'MisspelledField',
    `\`${field}.${unknown}\` is no field of ec2.InstanceRequirementsConfig` +
      (meant === undefined ? ` that the library knows: ${NAMES.join(', ')}` : `: did you mean \`${meant}\`?`),
  );
}

function checkRange(field: string, range: Range, given: Requirements): void {
  const [min, max] = [range.min, range.max].map((name) => checkedNumber(field, name, range, given));
  if (min === undefined || max === undefined || min <= max) return;
  fail(CODE, `\`${field}.${range.min}\` must be at most \`${field}.${range.max}\`, got: ${min} and ${max}`);
}

/** The number of a limit; undefined where it is not set, or known at deployment only. */
function checkedNumber(
  field: string,
  name: keyof Requirements,
  { of }: Range,
  given: Requirements,
): number | undefined {
  const value: unknown = given[name];
  if (value === undefined) return undefined;
  if (of === 'MiB' || of === 'GiB') {
    if (!isSize(value))
      fail(
        CODE,
        `\`${field}.${name}\` must be a Size such as \`Size.gibibytes(4)\`, got: ${quoteForMessage(value)}`,
      );
    return value.isUnresolved() ? undefined : sizeIn(of, value);
  }
  if (Token.isUnresolved(value)) return undefined;
  if (typeof value === 'number' && value >= 0 && (of === 'decimals' || Number.isInteger(value))) return value;
  const expected = of === 'decimals' ? 'a number of at least 0' : 'a whole number of at least 0';
  return fail(CODE, `\`${field}.${name}\` must be ${expected}, got: ${quoteForMessage(value)}`);
}

function checkPatterns(field: string, given: Requirements): void {
  for (const name of PATTERNS) {
    const patterns = given[name] ?? [];
    if (Token.isUnresolved(patterns)) continue;
    if (!Array.isArray(patterns) || patterns.length > MOST_PATTERNS) {
      fail(CODE, `\`${field}.${name}\` must be a list of at most ${MOST_PATTERNS} patterns`);
    }
    const wrong = patterns.find((pattern) => !Token.isUnresolved(pattern) && !PATTERN.test(pattern));
    if (wrong === undefined) continue;
    fail(
      CODE,
      `\`${field}.${name}\` must have names of instance types, or patterns such as m7i.* or c7*, got: ` +
        quoteForMessage(wrong),
    );
  }
}

function checkExcluding(
  field: string,
  given: Requirements,
  [one, other]: readonly [keyof Requirements, keyof Requirements],
): void {
  if (given[one] === undefined || given[other] === undefined) return;
  fail(CODE, `\`${field}.${one}\` excludes \`${field}.${other}\`: set one of them`);
}

/** The same as CloudFormation has it. */
export function renderRequirements(requirements: Requirements): Property {
  const ranges = RANGES.map(({ min, max, property, of }) => {
    const [least, most] = [min, max].map((name) => {
      const value = requirements[name];
      return (of === 'MiB' || of === 'GiB') && isSize(value) ? sizeIn(of, value) : value;
    });
    return [property, least === undefined && most === undefined ? undefined : { min: least, max: most }];
  });
  const same = SAME.map((name) => [name, requirements[name]]);
  const set = [...ranges, ...same].filter(([, value]) => value !== undefined);
  return Object.fromEntries(set) as Property;
}
