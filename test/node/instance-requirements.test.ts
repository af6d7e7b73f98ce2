import { Size, Token } from 'aws-cdk-lib';
import * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import {
  EcsAutoScaledCluster,
  type InstanceTierOptions,
  NodeImage,
  NodeReplacement,
  NodeTemplate,
  PurchaseOption,
} from '../../src';
import { LARGE, only, TestStack, tierStack } from '../helpers/estate';
import { imagesOf, OF_ECS } from './images';

const LEAST = { vCpuCountMin: 2, memoryMin: Size.gibibytes(4) };
const { AWS, INTEL } = ec2.CpuManufacturer;

const withAttributes = (
  attributes: Partial<ec2.InstanceRequirementsConfig>,
  options: InstanceTierOptions = {},
) => tierStack({ instanceRequirements: { ...LEAST, ...attributes }, ...options });

function groupOf(stack: TestStack): any {
  return only(stack.template, 'AWS::AutoScaling::AutoScalingGroup');
}

function overridesOf(stack: TestStack): any[] {
  return groupOf(stack).Properties.MixedInstancesPolicy.LaunchTemplate.Overrides;
}

describe('a tier by attributes', () => {
  test('is a mixed group with them, and its launch template names no type', () => {
    const stack = withAttributes({
      vCpuCountMax: 4,
      memoryMax: Size.gibibytes(16),
      memoryPerVCpuMin: Size.gibibytes(2),
      networkBandwidthGbpsMin: 12.5,
      totalLocalStorageGBMin: 100,
      localStorage: ec2.LocalStorage.REQUIRED,
      instanceGenerations: [ec2.InstanceGeneration.CURRENT],
      excludedInstanceTypes: ['m7i-flex.*'],
      onDemandMaxPricePercentageOverLowestPrice: 30,
    });
    expect(overridesOf(stack)).toEqual([
      {
        InstanceRequirements: {
          VCpuCount: { Min: 2, Max: 4 },
          MemoryMiB: { Min: 4096, Max: 16384 },
          MemoryGiBPerVCpu: { Min: 2 },
          NetworkBandwidthGbps: { Min: 12.5 },
          TotalLocalStorageGB: { Min: 100 },
          AcceleratorCount: { Max: 0 },
          LocalStorage: 'required',
          InstanceGenerations: ['current'],
          ExcludedInstanceTypes: ['m7i-flex.*'],
          OnDemandMaxPricePercentageOverLowestPrice: 30,
        },
      },
    ]);
    const { LaunchTemplateData } = only(stack.template, 'AWS::EC2::LaunchTemplate').Properties;
    expect(LaunchTemplateData).not.toHaveProperty('InstanceType');
  });

  test('may be on Spot, but by no order of preference', () => {
    const spot = (allocationStrategy?: autoscaling.SpotAllocationStrategy) =>
      withAttributes({}, { purchase: PurchaseOption.spot({ allocationStrategy }) });
    expect(groupOf(spot()).Properties.MixedInstancesPolicy.InstancesDistribution).toBeDefined();
    expect(() => spot(autoscaling.SpotAllocationStrategy.CAPACITY_OPTIMIZED_PRIORITIZED)).toThrow(
      'attributes have no order of preference (InvalidSpot at Estate/Orders/Tiers/general)',
    );
  });

  test('may share its template', () => {
    const stack = new TestStack();
    const template = new NodeTemplate(stack, 'Any', { instanceRequirements: LEAST });
    stack.cluster({ tiers: [{ name: 'any', template }] });
    expect(overridesOf(stack)).toHaveLength(1);
    expect(template.instanceTypes).toEqual([]);
  });

  test('replaces every node at a refresh: skip matching fails with attributes', () => {
    const skips = (options: InstanceTierOptions) =>
      groupOf(tierStack(options)).UpdatePolicy.AutoScalingInstanceRefresh.Preferences.SkipMatching;
    for (const replacement of [NodeReplacement.rolling(), NodeReplacement.allAtOnce()]) {
      expect(skips({ instanceRequirements: LEAST, replacement })).toBe(false);
      expect(skips({ instanceTypes: [LARGE], replacement })).toBe(true);
    }
  });

  test('replaces the types of its cluster, and types of a tier replace the attributes of its cluster', () => {
    const stack = new TestStack();
    new EcsAutoScaledCluster(stack, 'Types', {
      vpc: stack.vpc,
      instanceTypes: [LARGE],
      tiers: [{ name: 'named' }, { name: 'any', instanceRequirements: LEAST }],
    });
    new EcsAutoScaledCluster(stack, 'Attributes', {
      vpc: stack.vpc,
      instanceRequirements: LEAST,
      tiers: [{ name: 'any' }, { name: 'named', instanceTypes: [LARGE] }],
    });
    expect(() => stack.template).not.toThrow();
  });

  test('takes null for what is not set, as other languages may pass it', () => {
    const nulls = { vCpuCountMax: null, excludedInstanceTypes: null, cpuManufacturers: null } as object;
    const allowed = { allowedInstanceTypes: ['m7i.*'], acceleratorNames: null } as object;
    expect(overridesOf(withAttributes({ ...nulls, ...allowed }))).toEqual(
      overridesOf(withAttributes({ allowedInstanceTypes: ['m7i.*'] })),
    );
  });

  test('knows numbers that only CloudFormation knows', () => {
    const vCpuCountMin = Token.asNumber({ Ref: 'VCpus' });
    expect(
      overridesOf(withAttributes({ vCpuCountMin, vCpuCountMax: 1 }))[0].InstanceRequirements.VCpuCount,
    ).toEqual({
      Min: { Ref: 'VCpus' },
      Max: 1,
    });
  });
});

describe('the architecture of attributes', () => {
  test('is x86_64, and arm64 where Graviton is named, without the A1 that does not boot', () => {
    expect(imagesOf(withAttributes({}))).toEqual([`${OF_ECS}/recommended/image_id`]);
    const graviton = withAttributes({ cpuManufacturers: [AWS] });
    expect(imagesOf(graviton)).toEqual([`${OF_ECS}/arm64/recommended/image_id`]);
    expect(overridesOf(graviton)[0].InstanceRequirements.ExcludedInstanceTypes).toEqual(['a1.*']);
    const allowed = withAttributes({ allowedInstanceTypes: ['m7g*', 'c8g.*'] });
    expect(imagesOf(allowed)).toEqual([`${OF_ECS}/arm64/recommended/image_id`]);
  });

  test('is both where both are named: a launch template and attributes for each', () => {
    const stack = withAttributes({ cpuManufacturers: [INTEL, AWS] });
    expect(imagesOf(stack)).toHaveLength(2);
    const [x86, arm] = overridesOf(stack);
    expect(x86.InstanceRequirements.CpuManufacturers).toEqual(['intel']);
    expect(x86).not.toHaveProperty('LaunchTemplateSpecification');
    expect(arm.InstanceRequirements.CpuManufacturers).toEqual(['amazon-web-services']);
    expect(arm.LaunchTemplateSpecification).toBeDefined();
  });

  test('is refused where no type is left', () => {
    expect(() => withAttributes({ cpuManufacturers: [INTEL], allowedInstanceTypes: ['m7g.*'] })).toThrow(
      '`instanceRequirements` must leave an instance type, got: `cpuManufacturers` of x86_64, and ' +
        '`allowedInstanceTypes` that take types of arm64 only',
    );
  });
});

describe('the image of attributes', () => {
  const { NVIDIA, AWS: NEURON, AMD } = ec2.AcceleratorManufacturer;

  test.each<[string, Partial<ec2.InstanceRequirementsConfig>, string]>([
    ['by manufacturer', { acceleratorManufacturers: [NVIDIA] }, 'gpu/'],
    ['by name', { acceleratorNames: [ec2.AcceleratorName.L4, ec2.AcceleratorName.A10G] }, 'gpu/'],
    ['by kind', { acceleratorTypes: [ec2.AcceleratorType.GPU] }, 'gpu/'],
    ['by type', { allowedInstanceTypes: ['g5.*', 'g6.*'] }, 'gpu/'],
    ['of Neuron', { acceleratorManufacturers: [NEURON] }, 'neuron/'],
    ['of AMD, which no image drives', { acceleratorManufacturers: [AMD] }, ''],
    ['none', { acceleratorCountMax: 0, acceleratorManufacturers: [NVIDIA] }, ''],
    ['plain and accelerated types', { allowedInstanceTypes: ['m7i.*', 'g5.*'] }, ''],
  ])('follows the accelerators: %s', (_what, attributes, folder) => {
    expect(imagesOf(withAttributes(attributes))).toEqual([`${OF_ECS}/${folder}recommended/image_id`]);
  });

  test('has accelerated types only where they are asked for, and GPUs of NVIDIA only', () => {
    const attributesOf = (attributes: Partial<ec2.InstanceRequirementsConfig>, options = {}) =>
      overridesOf(withAttributes(attributes, options))[0].InstanceRequirements;
    expect(attributesOf({}).AcceleratorCount).toEqual({ Max: 0 });
    expect(attributesOf({ acceleratorTypes: [ec2.AcceleratorType.GPU] }).AcceleratorManufacturers).toEqual([
      'nvidia',
    ]);
    expect(attributesOf({}, { machineImage: NodeImage.fromSsmParameter('/my/image') })).toEqual({
      VCpuCount: { Min: 2 },
      MemoryMiB: { Min: 4096 },
    });
  });

  test.each<[string, Partial<ec2.InstanceRequirementsConfig>]>([
    ['two kinds', { acceleratorManufacturers: [NVIDIA, NEURON] }],
    ['any', { acceleratorCountMin: 1 }],
  ])('is refused for %s', (_what, attributes) => {
    expect(() => withAttributes(attributes)).toThrow(
      '(MixedAccelerators at Estate/Orders/Tiers/general/Template)',
    );
  });
});

describe('attributes that EC2 Auto Scaling refuses, and no validator names, are refused', () => {
  const at = ' (InvalidInstanceRequirements at Estate/Orders/Tiers/general)';

  test.each<[string, object, string]>([
    [
      'no memory',
      { memoryMin: undefined },
      `\`instanceRequirements.memoryMin\` is required: EC2 Auto Scaling takes no attributes without it${at}`,
    ],
    [
      'a least value above the greatest',
      { vCpuCountMax: 1 },
      '`instanceRequirements.vCpuCountMin` must be at most `instanceRequirements.vCpuCountMax`, got: 2 and 1' +
        at,
    ],
    [
      'the same of a size',
      { memoryMax: Size.gibibytes(2) },
      '`instanceRequirements.memoryMin` must be at most `instanceRequirements.memoryMax`, got: 4096 and 2048',
    ],
    ['half a CPU', { vCpuCountMin: 0.5 }, `must be a whole number of at least 0, got: 0.5${at}`],
    [
      'a number for a size',
      { memoryMin: 4096 },
      `must be a Size such as \`Size.gibibytes(4)\`, got: 4096${at}`,
    ],
    [
      'allowed and excluded types',
      { allowedInstanceTypes: ['m7*'], excludedInstanceTypes: ['m7g*'] },
      '`instanceRequirements.allowedInstanceTypes` excludes `instanceRequirements.excludedInstanceTypes`',
    ],
    ['no pattern', { allowedInstanceTypes: ['m7i large'] }, `got: "m7i large"${at}`],
    [
      'both price limits of Spot',
      { spotMaxPricePercentageOverLowestPrice: 50, maxSpotPriceAsPercentageOfOptimalOnDemandPrice: 60 },
      `excludes \`instanceRequirements.maxSpotPriceAsPercentageOfOptimalOnDemandPrice\`: set one of them${at}`,
    ],
    ['CPUs of Apple', { cpuManufacturers: ['apple'] }, `such instances run macOS alone${at}`],
    [
      'a slip of a letter',
      { memoryMaxx: Size.gibibytes(8) },
      '`instanceRequirements.memoryMaxx` is no field of ec2.InstanceRequirementsConfig: did you mean `memoryMax`?',
    ],
  ])('%s', (_what, attributes, message) => {
    expect(() => withAttributes(attributes)).toThrow(message);
  });

  test('next to types by name', () => {
    expect(() => tierStack({ instanceTypes: [LARGE], instanceRequirements: LEAST })).toThrow(
      '`instanceTypes` excludes `instanceRequirements`: EC2 Auto Scaling takes types by name or by ' +
        'attributes. Leave one of them out; `allowedInstanceTypes` of the attributes may have names ' +
        '(TypesAndRequirements at Estate/Orders/Tiers/general/Template)',
    );
  });

  test('credits of burstable types, which attributes leave out unless they say so', () => {
    const cpuCredits = ec2.CpuCredits.STANDARD;
    expect(() => withAttributes({}, { cpuCredits })).toThrow('(InvalidCpuCredits at');
    const burstablePerformance = ec2.BurstablePerformance.REQUIRED;
    expect(() => withAttributes({ burstablePerformance }, { cpuCredits })).not.toThrow();
  });
});
