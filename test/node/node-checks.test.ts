import { Annotations, Size } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import {
  AgentLogDriver,
  BootstrapStep,
  type InstanceTier,
  type NodeProps,
  NodeVolume,
  Sysctl,
} from '../../src';
import { LARGE, SMALL, TestStack, tierStack, types } from '../helpers/estate';
import { warning } from '../services/helpers';

const withNode = (props: NodeProps) => tierStack({ instanceTypes: [LARGE], ...props });

describe('instance types of very different sizes', () => {
  const ID = 'NodeTemplate.instanceTypes';

  test('are warned of: a task that fits on the larger only never makes the tier grow', () => {
    const found = warning(withNode({ instanceTypes: types('t3.small', 'm7i.2xlarge') }), ID);
    expect(found).toEqual({
      id: `cdk-ecs-auto-scaled-cluster:${ID}`,
      path: '/Estate/Orders/Tiers/general/Template',
      message:
        'The instance types of "Estate/Orders/Tiers/general/Template" are of very different sizes: ' +
        'm7i.2xlarge is about 16 times as large as t3.small. Managed scaling calculates with the ' +
        'smallest, so a task that fits only on the larger never makes the tier grow, and waits for good. ' +
        'Name types of about one size, and make another tier for the other ones.',
    });
  });

  test('can be acknowledged on the tier', () => {
    const stack = new TestStack();
    const cluster = stack.cluster({
      tiers: [{ name: 'general', instanceTypes: types('t3.small', 'm7i.2xlarge') }],
    });
    Annotations.of(cluster.tier('general')).acknowledgeWarning(`cdk-ecs-auto-scaled-cluster:${ID}`);
    expect(warning(stack, ID)).toBeUndefined();
  });

  test.each([
    ['t3.nano', 't3.small', true],
    ['m7i.large', 'c7i.large', false],
    ['m7i.large', 'm7i.xlarge', false],
    ['m7i.large', 'm7i.2xlarge', true],
    ['m7i.4xlarge', 'm7i.8xlarge', false],
    ['m7i.metal-24xl', 'm7i.24xlarge', false],
    ['m5.metal', 'm5.large', true],
    ['m5.metal', 'm5.24xlarge', false],
  ])('%s beside %s: %p', (one, other, warned) => {
    expect(warning(withNode({ instanceTypes: types(one, other) }), ID) !== undefined).toBe(warned);
  });
});

describe('of a node, what EC2 refuses when it starts is refused before', () => {
  const groups = (count: number) => {
    const stack = new TestStack();
    return Array.from({ length: count }, (_none, index) =>
      ec2.SecurityGroup.fromSecurityGroupId(stack, `G${index}`, `sg-${index}`),
    );
  };
  const [group] = groups(1);

  test.each<[string, () => NodeProps, string]>([
    [
      'a group twice',
      () => ({ securityGroups: [group, group] }),
      '`securityGroups` has "Estate/G0" twice (InvalidSecurityGroups at',
    ],
    [
      '17 groups',
      () => ({ securityGroups: groups(17) }),
      '`securityGroups` must have at most 16 groups, got: 17 (InvalidSecurityGroups at',
    ],
    [
      'credits for types that take none',
      () => ({ cpuCredits: ec2.CpuCredits.UNLIMITED }),
      '`cpuCredits` can be set for burstable instance types only, got: m7i.large (InvalidCpuCredits at ' +
        'Estate/Orders/Tiers/general/Template)',
    ],
    [
      'an empty tag',
      () => ({ volumeTags: { '': 'x' } }),
      'do not begin with "aws:", got: "" (InvalidVolumeTags at',
    ],
    ['a reserved tag', () => ({ volumeTags: { 'AWS:x': 'x' } }), 'got: "AWS:x" (InvalidVolumeTags at'],
    [
      'a tag of two lines',
      () => ({ volumeTags: { a: 'x\ny' } }),
      '`volumeTags.a` must be at most 256 letters, digits, spaces',
    ],
    [
      '51 tags',
      () => ({
        volumeTags: Object.fromEntries(Array.from({ length: 51 }, (_none, index) => [`k${index}`, 'v'])),
      }),
      '`volumeTags` must have at most 50 entries, got: 51 (InvalidVolumeTags at',
    ],
    [
      'a root that is smaller than the image',
      () => ({ volumes: [NodeVolume.root({ size: Size.gibibytes(8) })] }),
      '`NodeVolume.root({ size })` must be a size in whole GiB of at least 30 GiB, got: 8 GiB ' +
        '(InvalidNodeVolume at Estate/Orders/Tiers/general/Template)',
    ],
    [
      'a root that cannot be booted from',
      () => ({
        volumes: [NodeVolume.root({ size: Size.gibibytes(500), volumeType: ec2.EbsDeviceVolumeType.ST1 })],
      }),
      '`volumeType` of the root volume must be one that an instance can boot from, got: st1 ' +
        '(InvalidNodeVolume)',
    ],
    [
      'a throughput that the IOPS do not carry',
      () => ({ volumes: [NodeVolume.root({ throughput: 1000 })] }),
      "`throughput` must be at most 0.25 MiB/s for each of the volume's `iops` (3000), got: 1000 " +
        '(InvalidNodeVolume)',
    ],
    [
      'IOPS that the size does not carry',
      () => ({ volumes: [NodeVolume.additional('/dev/xvdb', { size: Size.gibibytes(10), iops: 6000 })] }),
      '`iops` must be at most 500 for each GiB of gp3 (5000), got: 6000 (InvalidNodeVolume)',
    ],
    [
      'a small magnetic disk',
      () => ({
        volumes: [
          NodeVolume.additional('/dev/xvdb', {
            size: Size.gibibytes(100),
            volumeType: ec2.EbsDeviceVolumeType.SC1,
          }),
        ],
      }),
      '`size` must be a size in whole GiB from 125 GiB to 16384 GiB, got: 100 GiB (InvalidNodeVolume)',
    ],
  ])('%s', (_what, props, message) => {
    expect(() => withNode(props())).toThrow(message);
  });

  test('and what it takes passes', () => {
    expect(() =>
      withNode({
        instanceTypes: [SMALL, LARGE],
        cpuCredits: ec2.CpuCredits.STANDARD,
        volumeTags: { 'Kostenstelle größer': 'a b_.:/=+-@' },
        volumes: [
          NodeVolume.root({ size: Size.gibibytes(30), iops: 4000, throughput: 1000 }),
          NodeVolume.additional('/dev/xvdb', { size: Size.gibibytes(1), iops: 3000 }),
        ],
      }),
    ).not.toThrow();
  });
});

describe('variables of the agent that have no field', () => {
  const environment = (variables: Record<string, string>) =>
    warning(withNode({ agent: { environment: variables } }), 'NodeTemplate.agentEnvironment')?.message;

  test('are warned of where they look like those that have one: the agent passes over what it does not know', () => {
    expect(
      environment({ ECS_CONTAINER_STOP_TIMOUT: '5m', CONTAINER_START_TIMEOUT: '5m', ECS_BRAND_NEW: '1' }),
    ).toBe(
      '`agent.environment` of "Estate/Orders/Tiers/general/Template" has names that the library does ' +
        'not know and that look like those of fields: ECS_CONTAINER_STOP_TIMOUT (did you mean ' +
        '`agent.containerStopTimeout`?), CONTAINER_START_TIMEOUT (did you mean ' +
        '`agent.containerStartTimeout`?). The agent passes over what it does not know. Acknowledge this ' +
        'where it is a variable that is newer than the library.',
    );
  });

  test('are not warned of where they do not', () => {
    expect(environment({ ECS_BRAND_NEW: '1', ECS_TASK_METADATA: '1', MY_OWN: '1', A: '' })).toBeUndefined();
  });
});

describe('steps that no boot survives', () => {
  const idOf = (name: string) => `cdk-ecs-auto-scaled-cluster:BootstrapStep.${name}`;
  const step = (command: string, options = {}) =>
    withNode({ bootstrapSteps: [BootstrapStep.run(command, options)] });

  test('are warned of with their number and what they do, and nothing else of their text', () => {
    const found = warning(
      withNode({
        bootstrapSteps: [BootstrapStep.run('true'), BootstrapStep.run('curl -u me:s3cr3t x; reboot')],
      }),
      'BootstrapStep.endsBoot',
    );
    expect(found).toEqual({
      id: idOf('endsBoot'),
      path: '/Estate/Orders/Tiers/general/Template',
      message:
        'Step 2 (run) of "Estate/Orders/Tiers/general/Template" ends the boot of the node (`reboot`). ' +
        'A node that is stopped before its first boot is over powers off at its next boot, joins no ' +
        'cluster and is replaced, again and again. What needs a reboot belongs into the image. ' +
        'Acknowledge this where it is not so, because the command is only reached elsewhere.',
    });
  });

  test.each([
    ['startsAgent', 'docker start ecs-agent', '(`docker`)'],
    ['neverEnds', 'tail -f /var/log/messages', '(`tail -f`)'],
    ['neverEnds', 'while true; do sleep 1; done', '(a loop that nothing leaves (`while`))'],
    ['fails', 'exit 3', '(`exit 3`)'],
    ['exits', 'exit 0\ntrue', 'behind an `exit`'],
    ['text', 'cat <<EOF\n  EOF', 'a here-document has no line with EOF alone'],
  ])('are warned of as %s: %s', (name, command, message) => {
    expect(warning(step(command), `BootstrapStep.${name}`)?.message).toContain(message);
  });

  test('are warned of in commands that are added later, to the template or to the group', () => {
    for (const add of [
      (tier: InstanceTier) => tier.template.bootstrap.addCommands('poweroff'),
      (tier: InstanceTier) => tier.autoScalingGroup.addUserData('poweroff'),
    ]) {
      const stack = new TestStack();
      add(stack.cluster({ tiers: [{ name: 'general', instanceTypes: [LARGE] }] }).tier('general'));
      expect(warning(stack, 'BootstrapStep.endsBoot')?.message).toContain('Step 1 (run)');
    }
  });

  test('can be acknowledged', () => {
    const stack = new TestStack();
    const cluster = stack.cluster({
      tiers: [{ name: 'general', instanceTypes: [LARGE], bootstrapSteps: [BootstrapStep.run('reboot')] }],
    });
    Annotations.of(cluster.tier('general')).acknowledgeWarning(idOf('endsBoot'));
    expect(warning(stack, 'BootstrapStep.endsBoot')).toBeUndefined();
  });

  test('are no failure where the step may fail', () => {
    expect(warning(step('exit 1', { continueOnError: true }), 'BootstrapStep.fails')).toBeUndefined();
  });
});

describe("a log of the agent's container that keeps the agent from starting", () => {
  const ID = 'NodeTemplate.agentLogDriver';
  const found = (agentLogDriver: AgentLogDriver, agentLogOptions?: Record<string, string>) =>
    warning(withNode({ agent: { agentLogDriver, agentLogOptions } }), ID)?.message;

  test('is warned of: a driver that docker has no more', () => {
    expect(found(AgentLogDriver.LOGENTRIES, { 'logentries-token': 'a' })).toContain(
      'has no log driver logentries',
    );
  });

  test.each<[Record<string, string> | undefined]>([
    [undefined],
    [{ 'fluentd-address': 'localhost:24224' }],
    [{ 'fluentd-address': 'tcp://127.0.0.1:24224', 'fluentd-async': 'false' }],
  ])('is warned of: a collector on the node that must answer first, with %j', (options) => {
    expect(found(AgentLogDriver.FLUENTD, options)).toContain(
      "Add `'fluentd-async': 'true'` to `agentLogOptions`",
    );
  });

  test.each<[AgentLogDriver, Record<string, string> | undefined]>([
    [AgentLogDriver.FLUENTD, { 'fluentd-async': 'true' }],
    [AgentLogDriver.FLUENTD, { 'fluentd-async-connect': 'true' }],
    [AgentLogDriver.FLUENTD, { 'fluentd-address': 'collector.example.com:24224' }],
    [AgentLogDriver.JOURNALD, undefined],
  ])('is not any other one: %s with %j', (driver, options) => {
    expect(found(driver, options)).toBeUndefined();
  });
});

describe('nodes without IPv6', () => {
  const ID = 'NodeTemplate.ipv6';
  const off = Sysctl.of('net.ipv6.conf.all.disable_ipv6', '1');

  test.each([['all'], ['default'], ['*']])(
    'are warned of (%s): tasks in awsvpc mode may get no network',
    (name) => {
      const sysctl = Sysctl.of(`net.ipv6.conf.${name}.disable_ipv6`, '1');
      const { message } = warning(withNode({ sysctls: [sysctl] }), ID) ?? {};
      expect(message).toContain(`turn IPv6 off (net.ipv6.conf.${name}.disable_ipv6)`);
    },
  );

  test.each<[NodeProps]>([
    [{ sysctls: [Sysctl.of('net.ipv6.conf.all.disable_ipv6', '0')] }],
    [{ sysctls: [Sysctl.of('net.ipv6.conf.eth0.disable_ipv6', '1')] }],
    [{ sysctls: [off], agent: { awsvpcBlockImds: false } }],
    [{ sysctls: [off], agent: { enableTaskEni: false } }],
  ])('are not where it does no harm: %j', (node) => {
    expect(warning(withNode(node), ID)).toBeUndefined();
  });
});
