import {
  Annotations,
  aws_applicationautoscaling as applicationautoscaling,
  aws_ecs as ecs,
  aws_ecs_patterns as patterns,
  type Stack,
} from 'aws-cdk-lib';
import { EcsAutoScaledCluster, NodeLogDriver } from '../../../src';
import { ARM, TestStack as Estate, SMALL } from '../../helpers/estate';
import { ec2Service, warning, warnings } from '../helpers';

const image = ecs.ContainerImage.fromRegistry('nginx');

function task(
  stack: Stack,
  logging?: ecs.LogDriver,
  props: ecs.Ec2TaskDefinitionProps = {},
): ecs.Ec2TaskDefinition {
  const definition = new ecs.Ec2TaskDefinition(stack, 'Task', props);
  definition.addContainer('web', { image, memoryLimitMiB: 128, logging });
  return definition;
}

interface Estates {
  readonly stack: Estate;
  readonly cluster: EcsAutoScaledCluster;
}

/**
 * Two tiers: the first, in the default strategy, has the default's drivers, and the other syslog and gelf.
 */
function estate(): Estates {
  const stack = new Estate();
  const cluster = stack.cluster({
    tiers: [
      { name: 'general', instanceTypes: [SMALL] },
      { name: 'other', instanceTypes: [ARM], logDrivers: [NodeLogDriver.SYSLOG, NodeLogDriver.GELF] },
    ],
  });
  return { stack, cluster };
}

const GELF = ecs.LogDrivers.gelf({ address: 'udp://logs:12201' });
const JOURNALD = ecs.LogDrivers.journald();

describe('a log driver that the nodes do not offer', () => {
  const ID = 'Service.logDriver';

  test('is warned of, and what to add is named', () => {
    const { stack, cluster } = estate();
    ec2Service(stack, cluster, { taskDefinition: task(stack, JOURNALD) });
    expect(warning(stack, ID)).toEqual({
      id: `cdk-ecs-auto-scaled-cluster:${ID}`,
      path: '/Estate/Api/Service',
      message:
        'Nodes of the cluster "Estate/Orders" do not offer the log drivers of the service "Estate/Api" ' +
        '("journald" of "web" on the tier "general"): its tasks are not placed there. Add ' +
        "`NodeLogDriver.of('journald')` to `logDrivers` of the nodes, which replaces the default as a " +
        'whole, or give the containers another driver.',
    });
  });

  test.each<
    [
      string,
      ecs.LogDriver | undefined,
      Partial<ecs.Ec2ServiceProps> | ((estates: Estates) => Partial<ecs.Ec2ServiceProps>),
      string | undefined,
    ]
  >([
    ['the default tier offers it', ecs.LogDrivers.awsLogs({ streamPrefix: 'x' }), {}, undefined],
    ['no driver at all', undefined, {}, undefined],
    ['FireLens, which the agent always offers', ecs.LogDrivers.firelens({}), {}, undefined],
    [
      'none, which the default leaves out',
      new ecs.GenericLogDriver({ logDriver: 'none' }),
      {},
      'the tier "general"',
    ],
    [
      'the tier of the strategy offers it',
      GELF,
      ({ cluster }) => ({ capacityProviderStrategies: [cluster.tier('other').strategy()] }),
      undefined,
    ],
    [
      'the tier of the strategy does not',
      ecs.LogDrivers.awsLogs({ streamPrefix: 'x' }),
      ({ cluster }) => ({ capacityProviderStrategies: [cluster.tier('other').strategy()] }),
      'the tier "other"',
    ],
    [
      'one of the two of the strategy does not',
      GELF,
      ({ cluster }) => ({
        capacityProviderStrategies: [cluster.tier('other').strategy(), cluster.tier('general').strategy()],
      }),
      'the tier "general"',
    ],
    ['a daemon is meant for each node', new ecs.JsonFileLogDriver(), { daemon: true }, undefined as never],
  ])('%s', (what, logging, props, expected) => {
    const estates = estate();
    const { stack, cluster } = estates;
    const more = typeof props === 'function' ? props(estates) : props;
    const taskDefinition = task(stack, logging);
    if (what.startsWith('FireLens')) {
      taskDefinition.addFirelensLogRouter('router', {
        image,
        firelensConfig: { type: ecs.FirelensLogRouterType.FLUENTBIT },
        memoryLimitMiB: 64,
      });
    }
    ec2Service(stack, cluster, { taskDefinition, ...more });
    const found = warning(stack, ID)?.message;
    if (what.startsWith('a daemon')) expect(found).toContain('"json-file" of "web" on the tier "other"');
    else if (expected === undefined) expect(found).toBeUndefined();
    else expect(found).toContain(expected);
  });

  test('a service that keeps launch type EC2 needs one tier that offers it', () => {
    const { stack, cluster } = estate();
    const service = ec2Service(stack, cluster, { taskDefinition: task(stack, GELF) });
    (service.node.defaultChild as ecs.CfnService).addPropertyOverride('LaunchType', 'EC2');
    expect(warning(stack, ID)).toBeUndefined();
  });

  test('nothing is said of an imported cluster, whose nodes are not known', () => {
    const stack = new Estate();
    const cluster = EcsAutoScaledCluster.fromEcsAutoScaledClusterAttributes(stack, 'Imported', {
      clusterName: 'orders',
      vpc: stack.vpc,
    });
    ec2Service(stack, cluster, { taskDefinition: task(stack, JOURNALD) });
    expect(warnings(stack)).toEqual([]);
  });

  test('can be acknowledged', () => {
    const { stack, cluster } = estate();
    const service = ec2Service(stack, cluster, { taskDefinition: task(stack, JOURNALD) });
    Annotations.of(service).acknowledgeWarning(`cdk-ecs-auto-scaled-cluster:${ID}`);
    expect(warning(stack, ID)).toBeUndefined();
  });
});

describe('a runtime platform that the nodes are not', () => {
  const ID = 'Service.runtimePlatform';

  /**
   * `Ec2TaskDefinition` has no runtime platform of its own: the L1 says it, or a task definition that fits
   * both.
   */
  function withPlatform(
    platform: ecs.CfnTaskDefinition.RuntimePlatformProperty,
    props: (estates: Estates) => Partial<ecs.Ec2ServiceProps> = () => ({}),
  ): Estate {
    const estates = estate();
    const { stack, cluster } = estates;
    const taskDefinition = task(stack);
    (taskDefinition.node.defaultChild as ecs.CfnTaskDefinition).runtimePlatform = platform;
    ec2Service(stack, cluster, { taskDefinition, ...props(estates) });
    return stack;
  }

  test('is warned of', () => {
    expect(warning(withPlatform({ cpuArchitecture: 'ARM64' }), ID)?.message).toBe(
      'The tasks of the service "Estate/Api" on the cluster "Estate/Orders" are for ARM64, and the ' +
        'tier "general" is not: they cannot run there. Name a tier that fits in ' +
        '`capacityProviderStrategies` (`cluster.tier(name).strategy()`), or change the `runtimePlatform` ' +
        'of the task definition together with its images.',
    );
  });

  test('is warned of for Windows: all nodes run Linux', () => {
    expect(
      warning(withPlatform({ operatingSystemFamily: 'WINDOWS_SERVER_2022_CORE' }), ID)?.message,
    ).toContain('are for WINDOWS_SERVER_2022_CORE, and the nodes run Linux');
  });

  test('is fine on a tier that fits', () => {
    const onOther = ({ cluster }: Estates) => ({
      capacityProviderStrategies: [cluster.tier('other').strategy()],
    });
    expect(
      warning(withPlatform({ cpuArchitecture: 'ARM64', operatingSystemFamily: 'LINUX' }, onOther), ID),
    ).toBeUndefined();
    expect(warning(withPlatform({ cpuArchitecture: 'X86_64' }), ID)).toBeUndefined();
  });

  test('is found through references of another stack', () => {
    const { stack, cluster } = estate();
    const services = new Estate(stack.node.root as any, 'Services');
    ec2Service(services, cluster, {
      taskDefinition: task(services, JOURNALD),
      capacityProviderStrategies: [cluster.tier('general').strategy()],
    });
    expect(warning(services, 'Service.logDriver')?.message).toContain('the tier "general"');
  });
});

describe('a task that a rule or a schedule runs', () => {
  const ID = 'Service.logDriver';

  test('is warned of in the same way: ScheduledEc2Task', () => {
    const { stack, cluster } = estate();
    new patterns.ScheduledEc2Task(stack, 'Nightly', {
      cluster,
      schedule: applicationautoscaling.Schedule.cron({ hour: '3', minute: '0' }),
      scheduledEc2TaskImageOptions: { image, memoryLimitMiB: 128, logDriver: JOURNALD },
    });
    expect(warning(stack, ID)).toMatchObject({
      path: '/Estate/Nightly/ScheduledEventRule/Resource',
      message: expect.stringContaining(
        'do not offer the log drivers of "Estate/Nightly/ScheduledEventRule/Resource" ("journald" of ' +
          '"ScheduledContainer" on the tier "general")',
      ),
    });
  });

  test('is not, with a driver that the nodes offer', () => {
    const { stack, cluster } = estate();
    new patterns.ScheduledEc2Task(stack, 'Nightly', {
      cluster,
      schedule: applicationautoscaling.Schedule.cron({ hour: '3', minute: '0' }),
      scheduledEc2TaskImageOptions: { image, memoryLimitMiB: 128 },
    });
    expect(warnings(stack)).toEqual([]);
  });
});
