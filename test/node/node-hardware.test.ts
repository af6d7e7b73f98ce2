import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import { type InstanceTierOptions, type NodeHardware, NodeTemplate } from '../../src';
import { only, TestStack, types } from '../helpers/estate';
import { ec2Service, warning } from '../services/helpers';

const ONE_ZONE = {
  subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS,
  availabilityZones: ['eu-central-1a'],
};
const { CLUSTER, SPREAD, PARTITION } = ec2.PlacementGroupStrategy;

interface Built {
  readonly stack: TestStack;
  readonly data: any;
}

function built(
  hardware: NodeHardware | ((stack: TestStack) => NodeHardware),
  names: string[],
  options: InstanceTierOptions = {},
): Built {
  const stack = new TestStack();
  stack.cluster({
    tiers: [
      {
        name: 'general',
        instanceTypes: types(...names),
        vpcSubnets: ONE_ZONE,
        hardware: typeof hardware === 'function' ? hardware(stack) : hardware,
        ...options,
      },
    ],
  });
  const { LaunchTemplateData } = only(stack.template, 'AWS::EC2::LaunchTemplate').Properties;
  return { stack, data: LaunchTemplateData };
}

const group = (strategy?: ec2.PlacementGroupStrategy) => (stack: TestStack) => ({
  placementGroup: new ec2.PlacementGroup(stack, 'Group', { strategy }),
});

describe('placement and CPUs', () => {
  test('are in the launch template', () => {
    const { data } = built(
      (stack) => ({ ...group(CLUSTER)(stack), dedicatedTenancy: true, coreCount: 2, threadsPerCore: 1 }),
      ['m7i.2xlarge'],
    );
    expect(data.Placement).toEqual({
      GroupName: { 'Fn::GetAtt': [expect.any(String), 'GroupName'] },
      Tenancy: 'dedicated',
    });
    expect(data.CpuOptions).toEqual({ CoreCount: 2, ThreadsPerCore: 1 });
    expect(
      built({ nestedVirtualization: true }, ['m8i.2xlarge', 'c8i-flex.2xlarge']).data.CpuOptions,
    ).toEqual({
      NestedVirtualization: 'enabled',
    });
    expect(built({ amdSevSnp: true }, ['m6a.2xlarge']).data.CpuOptions).toEqual({ AmdSevSnp: 'enabled' });
  });

  test('change nothing where nothing is set', () => {
    const off = { efa: false, dedicatedTenancy: false, nestedVirtualization: false, amdSevSnp: false };
    expect(built(off, ['m7i.large']).data).toEqual(built({}, ['m7i.large']).data);
  });

  test('reach all clusters of a shared template', () => {
    const stack = new TestStack();
    const template = new NodeTemplate(stack, 'Standard', {
      instanceTypes: types('m7i.2xlarge'),
      hardware: { dedicatedTenancy: true },
    });
    stack.cluster({ tiers: [{ name: 'standard', template }] });
    const { LaunchTemplateData } = only(stack.template, 'AWS::EC2::LaunchTemplate').Properties;
    expect(LaunchTemplateData.Placement).toEqual({ Tenancy: 'dedicated' });
  });

  test('count for tasks: a task that needs more CPU than the cores that are left is warned about', () => {
    const stack = new TestStack();
    const cluster = stack.cluster({
      tiers: [
        {
          name: 'general',
          instanceTypes: types('m7i.2xlarge'),
          hardware: { coreCount: 2, threadsPerCore: 1 },
        },
      ],
    });
    const taskDefinition = new ecs.Ec2TaskDefinition(stack, 'Definition');
    taskDefinition.addContainer('web', {
      image: ecs.ContainerImage.fromRegistry('nginx'),
      memoryLimitMiB: 128,
      cpu: 4096,
    });
    ec2Service(stack, cluster, { taskDefinition });
    expect(warning(stack, 'Service.size')?.message).toContain('4096');
  });
});

describe('Elastic Fabric Adapters', () => {
  const groupsOf = (interfaces: any[]) => interfaces.map(({ Groups }) => Groups.length);

  test('of a type with one are its only interface, with a security group that names itself both ways', () => {
    const { stack, data } = built({ efa: true }, ['c5n.18xlarge']);
    expect(data).not.toHaveProperty('SecurityGroupIds');
    expect(data.NetworkInterfaces).toEqual([
      {
        DeviceIndex: 0,
        NetworkCardIndex: 0,
        InterfaceType: 'efa',
        DeleteOnTermination: true,
        Groups: [expect.anything(), expect.anything()],
      },
    ]);
    const [, adapters] = data.NetworkInterfaces[0].Groups;
    for (const [type, end] of [
      ['AWS::EC2::SecurityGroupIngress', 'SourceSecurityGroupId'],
      ['AWS::EC2::SecurityGroupEgress', 'DestinationSecurityGroupId'],
    ]) {
      expect(only(stack.template, type).Properties).toMatchObject({
        GroupId: adapters,
        [end]: adapters,
        IpProtocol: '-1',
      });
    }
  });

  test('of a type with several are next to a plain interface, one on each card', () => {
    const { data } = built({ efa: true }, ['p4d.24xlarge']);
    expect(
      data.NetworkInterfaces.map((one: any) => [one.NetworkCardIndex, one.DeviceIndex, one.InterfaceType]),
    ).toEqual([
      [0, 0, undefined],
      [0, 1, 'efa-only'],
      [1, 0, 'efa-only'],
      [2, 0, 'efa-only'],
      [3, 0, 'efa-only'],
    ]);
    expect(groupsOf(data.NetworkInterfaces)).toEqual([2, 1, 1, 1, 1]);
  });

  test('begin at the second card of p6-b300, whose first has none', () => {
    const { data } = built({ efa: true }, ['p6-b300.48xlarge']);
    const [, first, ...others] = data.NetworkInterfaces;
    expect([first.NetworkCardIndex, first.DeviceIndex]).toEqual([1, 0]);
    expect(others).toHaveLength(15);
  });

  test('are as many as the smallest of the types has, and one where a type is not known', () => {
    expect(built({ efa: true }, ['g6e.48xlarge', 'g6e.8xlarge']).data.NetworkInterfaces).toHaveLength(1);
    expect(built({ efa: true }, ['m99i.48xlarge']).data.NetworkInterfaces).toHaveLength(1);
  });

  test('keep groups that are added later, and a public address of one interface', () => {
    const stack = new TestStack();
    const cluster = stack.cluster({
      tiers: [
        {
          name: 'general',
          instanceTypes: types('c5n.18xlarge'),
          vpcSubnets: ONE_ZONE,
          hardware: { efa: true },
          associatePublicIpAddress: true,
        },
      ],
    });
    cluster
      .tier('general')
      .autoScalingGroup.addSecurityGroup(
        ec2.SecurityGroup.fromSecurityGroupId(stack, 'Database', 'sg-0123456789abcdef0'),
      );
    const { NetworkInterfaces } = only(stack.template, 'AWS::EC2::LaunchTemplate').Properties
      .LaunchTemplateData;
    expect(NetworkInterfaces[0]).toMatchObject({ InterfaceType: 'efa', AssociatePublicIpAddress: true });
    expect(NetworkInterfaces[0].Groups).toContain('sg-0123456789abcdef0');
  });
});

describe('hardware that EC2 refuses, or that does not work, is refused', () => {
  test.each<[string, NodeHardware | ((stack: TestStack) => NodeHardware), string, string]>([
    [
      'cores without threads',
      { coreCount: 2 },
      'm7i.large',
      '`hardware.coreCount` needs `hardware.threadsPerCore`',
    ],
    ['threads without cores', { threadsPerCore: 1 }, 'm7i.large', '`hardware.threadsPerCore` needs'],
    [
      'more cores than there are',
      { coreCount: 8, threadsPerCore: 2 },
      'm7i.2xlarge',
      'must be at most the vCPUs of m7i.2xlarge, 8, got: 16 (InvalidHardware at Estate/Orders/Tiers/general/Template)',
    ],
    [
      'two threads of Graviton',
      { coreCount: 2, threadsPerCore: 2 },
      'm7g.2xlarge',
      '`hardware.threadsPerCore` must be 1 for m7g.2xlarge',
    ],
    [
      'cores of metal',
      { coreCount: 2, threadsPerCore: 1 },
      'm7i.metal-24xl',
      'must not be set for m7i.metal-24xl',
    ],
    ['three threads', { coreCount: 2, threadsPerCore: 3 }, 'm7i.large', 'a whole number from 1 to 2, got: 3'],
    [
      'nested virtualization of an older type',
      { nestedVirtualization: true },
      'm7i.large',
      '`hardware.nestedVirtualization` must be set for c8i, m8i and r8i only, got: m7i.large',
    ],
    [
      'SEV-SNP of Intel',
      { amdSevSnp: true },
      'm7i.large',
      'must be set for c6a, m6a and r6a only, got: m7i.large',
    ],
    [
      'burstable types in a cluster',
      group(CLUSTER),
      't3.large',
      'must not be a cluster placement group for t3.large',
    ],
    [
      'a spread group of dedicated nodes',
      (stack) => ({ ...group(SPREAD)(stack), dedicatedTenancy: true }),
      'm7i.large',
      '`hardware.dedicatedTenancy` excludes a spread placement group',
    ],
    [
      'more nodes than a spread group takes',
      group(SPREAD),
      'm7i.large',
      '`maxCapacity` must be at most 7 with a spread placement group, which takes 7 nodes in each zone, got: 30',
    ],
    [
      'an adapter of a type without one',
      { efa: true },
      'm7i.large',
      '`hardware.efa` must not be set for m7i.large',
    ],
    ['dedicated T2', { dedicatedTenancy: true }, 't2.large', 'T2 has shared hardware only'],
  ])('%s', (_what, hardware, type, message) => {
    expect(() => built(hardware, [type])).toThrow(message);
  });

  test('several adapters with a public address', () => {
    expect(() => built({ efa: true }, ['p4d.24xlarge'], { associatePublicIpAddress: true })).toThrow(
      '`associatePublicIpAddress` must not be set with several adapters',
    );
  });

  test.each<[string, NodeHardware | ((stack: TestStack) => NodeHardware), string]>([
    [
      'adapters',
      { efa: true },
      '`hardware.efa` needs subnets in one zone, got: eu-central-1a, eu-central-1b',
    ],
    ['a cluster placement group', group(CLUSTER), '`hardware.placementGroup` needs subnets in one zone'],
  ])('%s in two zones', (_what, hardware, message) => {
    expect(() => built(hardware, ['c5n.18xlarge'], { vpcSubnets: undefined })).toThrow(message);
  });

  test('and what works passes: other strategies and unknown groups over zones, newer types', () => {
    const everywhere = { vpcSubnets: undefined };
    for (const strategy of [PARTITION, undefined])
      expect(() => built(group(strategy), ['m7i.large'], { ...everywhere, maxCapacity: 14 })).not.toThrow();
    expect(() => built(group(SPREAD), ['m7i.large'], { ...everywhere, maxCapacity: 14 })).not.toThrow();
    const imported = (stack: TestStack) => ({
      placementGroup: ec2.PlacementGroup.fromPlacementGroupName(stack, 'Theirs', 'theirs'),
    });
    expect(() => built(imported, ['t3.large'], everywhere)).not.toThrow();
    const all = { nestedVirtualization: true, amdSevSnp: true, efa: true, coreCount: 500, threadsPerCore: 2 };
    expect(() => built(all, ['m99i.large'])).not.toThrow();
  });
});
