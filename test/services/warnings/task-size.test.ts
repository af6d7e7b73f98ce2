import { CfnParameter, aws_ecs as ecs, Size } from 'aws-cdk-lib';
import type { InstanceTierProps } from '../../../src';
import { TestStack, types } from '../../helpers/estate';
import { ec2Service, warning } from '../helpers';

const ID = 'Service.size';

interface Reserved {
  readonly cpu?: number;
  readonly memoryLimitMiB?: number;
  readonly memoryReservationMiB?: number;
  readonly gpuCount?: number;
}

function taskOf(stack: TestStack, ...containers: Reserved[]): ecs.Ec2TaskDefinition {
  const taskDefinition = new ecs.Ec2TaskDefinition(stack, 'Task');
  for (const [index, reserved] of containers.entries())
    taskDefinition.addContainer(`c${index}`, {
      image: ecs.ContainerImage.fromRegistry('nginx'),
      ...reserved,
    });
  return taskDefinition;
}

function warned(tiers: Partial<InstanceTierProps>[], ...containers: Reserved[]): string | undefined {
  const stack = new TestStack();
  const cluster = stack.cluster({ tiers: tiers.map((tier, index) => ({ name: `tier${index}`, ...tier })) });
  ec2Service(stack, cluster, { taskDefinition: taskOf(stack, ...containers) });
  return warning(stack, ID)?.message;
}

describe('the GPUs of a task', () => {
  const task = (...counts: number[]) => counts.map((gpuCount) => ({ memoryLimitMiB: 128, gpuCount }));

  test('that are more than the nodes have are named in the warning', () => {
    expect(warned([{ instanceTypes: types('g5.xlarge') }], ...task(4))).toContain(
      'need 128 MiB of memory and 4 GPUs, which fits on no node of the tier "tier0" (g5.xlarge: 4096 CPU ' +
        'units, 16384 MiB, 1 GPU): they are not placed there.',
    );
  });

  test.each<[string, number[]]>([
    ['g5.xlarge', [1, 1]],
    ['g6.12xlarge', [5]],
    ['p5.48xlarge', [8, 1]],
    ['g6f.large', [2]],
  ])('are counted over all of its containers: on %s, %j', (name, counts) => {
    expect(warned([{ instanceTypes: types(name) }], ...task(...counts))).toContain('fits on no node');
  });

  test.each<[string[], number[]]>([
    [['g5.xlarge'], [1]],
    [['g5.12xlarge'], [2, 2]],
    [['g5.xlarge', 'g5.12xlarge'], [4]],
    [['p5.48xlarge'], [8]],
    [['p3.16xlarge'], [8]],
    [['g99.xlarge'], [9]],
    [['g5.xlarge', 'g99.xlarge'], [9]],
    // Another warning says that these have none.
    [['t3.small'], [1]],
    [['g4ad.xlarge'], [1]],
  ])('are not warned of where they fit, or are not known: on %j, %j', (names, counts) => {
    expect(warned([{ instanceTypes: types(...names) }], ...task(...counts))).toBeUndefined();
  });
});

describe('a task that is larger than every node of its tier', () => {
  test('is warned of, with what it needs and what the nodes have', () => {
    expect(warned([{ instanceTypes: types('t3.small') }], { cpu: 8192, memoryLimitMiB: 8192 })).toBe(
      'The tasks of the service "Estate/Api" on the cluster "Estate/Orders" need 8192 CPU units and 8192 ' +
        'MiB of memory, which fits on no node of the tier "tier0" (t3.small: 2048 CPU units, 2048 MiB): ' +
        'they are not placed there. Give the tier larger `instanceTypes`, name a tier that fits in ' +
        '`capacityProviderStrategies` (`cluster.tier(name).strategy()`), or reserve less in the task ' +
        'definition.',
    );
  });

  test.each<[string, Reserved[]]>([
    ['by its memory alone', [{ memoryLimitMiB: 3072 }]],
    ['by its CPU alone', [{ cpu: 2049, memoryLimitMiB: 64 }]],
    ['by all of its containers together', [{ memoryLimitMiB: 1100 }, { memoryLimitMiB: 1100 }]],
    ['by its soft limit', [{ memoryReservationMiB: 2100, memoryLimitMiB: 4096 }]],
  ])('is warned of %s', (_, containers) => {
    expect(warned([{ instanceTypes: types('t3.small') }], ...containers)).toContain('fits on no node');
  });

  test.each<[string, Partial<InstanceTierProps>, Reserved[]]>([
    ['it fits', { instanceTypes: types('t3.small') }, [{ cpu: 256, memoryLimitMiB: 512 }]],
    [
      'it needs just what the type has',
      { instanceTypes: types('t3.small') },
      [{ cpu: 2048, memoryLimitMiB: 2048 }],
    ],
    [
      'its soft limit fits',
      { instanceTypes: types('t3.small') },
      [{ memoryReservationMiB: 512, memoryLimitMiB: 4096 }],
    ],
    [
      'one of several types is large enough',
      { instanceTypes: types('t3.small', 't3.xlarge') },
      [{ memoryLimitMiB: 8192 }],
    ],
    ['a type is newer than the library', { instanceTypes: types('m99.large') }, [{ memoryLimitMiB: 8192 }]],
    [
      'one of several types is newer than the library',
      { instanceTypes: types('t3.small', 'm99.large') },
      [{ memoryLimitMiB: 8192 }],
    ],
  ])('is not warned of where %s', (_, tier, containers) => {
    expect(warned([tier], ...containers)).toBeUndefined();
  });

  test('is warned of where the memory that the agent keeps back makes the difference', () => {
    const tier = { instanceTypes: types('t3.small'), agent: { reservedMemory: Size.mebibytes(512) } };
    expect(warned([tier], { memoryLimitMiB: 1800 })).toContain('t3.small: 2048 CPU units, 1536 MiB');
    expect(warned([tier], { memoryLimitMiB: 1500 })).toBeUndefined();
  });

  test('is warned of by the size of the task, whatever its containers say, in each way to write it', () => {
    for (const [cpu, memory] of [
      ['4096', '512'],
      ['4 vCPU', '512'],
      ['256', '4 GB'],
    ]) {
      const stack = new TestStack();
      const taskDefinition = new ecs.CfnTaskDefinition(stack, 'Task', {
        cpu,
        memory,
        containerDefinitions: [{ name: 'c', image: 'nginx', memory: 64 }],
      });
      const cluster = stack.cluster({ tiers: [{ name: 'general', instanceTypes: types('t3.small') }] });
      new ecs.CfnService(stack, 'Api', { cluster: cluster.clusterName, taskDefinition: taskDefinition.ref });
      expect(warning(stack, ID)?.message).toContain('fits on no node');
    }
  });

  test('is not warned of where its size, or the type, is known at deployment only', () => {
    const stack = new TestStack();
    const type = new CfnParameter(stack, 'Type').valueAsString;
    const cluster = stack.cluster({
      tiers: [
        { name: 'small', instanceTypes: types('t3.small') },
        { name: 'token', instanceTypes: types(type), defaultStrategy: { weight: 1 } },
      ],
    });
    ec2Service(stack, cluster, { taskDefinition: taskOf(stack, { memoryLimitMiB: 65536 }) });
    expect(warning(stack, ID)).toBeUndefined();
    const other = new TestStack();
    ec2Service(other, other.cluster({ tiers: [{ name: 'small', instanceTypes: types('t3.small') }] }), {
      taskDefinition: taskOf(other, {
        memoryLimitMiB: new CfnParameter(other, 'M', { type: 'Number' }).valueAsNumber,
      }),
    });
    expect(warning(other, ID)).toBeUndefined();
  });

  test('is warned of for each tier of its strategy on which it does not fit', () => {
    const stack = new TestStack();
    const cluster = stack.cluster({
      tiers: [
        { name: 'small', instanceTypes: types('t3.small') },
        { name: 'large', instanceTypes: types('m7i.xlarge') },
      ],
    });
    ec2Service(stack, cluster, {
      taskDefinition: taskOf(stack, { memoryLimitMiB: 8192 }),
      capacityProviderStrategies: [cluster.tier('small').strategy(), cluster.tier('large').strategy()],
    });
    expect(warning(stack, ID)?.message).toContain('no node of the tier "small" (');
    expect(warning(stack, ID)?.message).not.toContain('"large"');
  });
});
