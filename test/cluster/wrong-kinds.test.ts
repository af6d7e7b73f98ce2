/**
 * Makes a second copy of CDK, which the tests' own environment would not.
 *
 * @jest-environment node
 */
import { CfnParameter, Duration, Resource } from 'aws-cdk-lib';
import type * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type * as sns from 'aws-cdk-lib/aws-sns';
import {
  BootstrapStep,
  DockerAuth,
  EcsAutoScaledCluster,
  NodeImage,
  NodeLogDriver,
  NodeReplacement,
  NodeRole,
  NodeTemplate,
  NodeVolume,
  PurchaseOption,
  Sysctl,
  TierSchedule,
} from '../../src';
import { SMALL, TestStack } from '../helpers/estate';

/** What plain JavaScript may pass for anything. */
type Anything = any;

let stack: TestStack;
beforeEach(() => {
  stack = new TestStack();
});

/** Every test here is of values that no compiler has looked at. */
function cluster(props: Anything = {}, tier: Anything = {}): EcsAutoScaledCluster {
  return stack.cluster({ instanceTypes: [SMALL], tiers: [{ name: 'general', ...tier }], ...props });
}

describe('a cluster of plain JavaScript is refused', () => {
  test.each<[string, Anything, string]>([
    [
      'no VPC',
      { vpc: undefined },
      '`vpc` must be an ec2.IVpc, such as an ec2.Vpc, got: undefined (WrongKind at Estate/Orders)',
    ],
    [
      'the id of a VPC',
      { vpc: 'vpc-1' },
      `got: "vpc-1". Write \`ec2.Vpc.fromLookup(this, 'Vpc', { vpcId: 'vpc-1' })\` (WrongKind at ` +
        'Estate/Orders)',
    ],
    [
      'the name of a replacement',
      { replacement: 'rolling' },
      '`replacement` must be a NodeReplacement: `NodeReplacement.onNextLaunch()`, ' +
        '`NodeReplacement.rolling()` or `NodeReplacement.allAtOnce()`, got: "rolling". Write ' +
        '`NodeReplacement.rolling()` (WrongKind at Estate/Orders)',
    ],
    ['another word', { replacement: 'blue/green' }, 'got: "blue/green" (WrongKind at Estate/Orders)'],
    [
      'a factory',
      { replacement: NodeReplacement.rolling },
      'got: rolling (a function that was not called) (WrongKind',
    ],
    [
      'the options alone',
      { replacement: { cordon: true } },
      'got: {"cordon":true} (WrongKind at Estate/Orders)',
    ],
    [
      'the name of a type',
      { instanceTypes: ['t3.small'] },
      '`instanceTypes[0]` must be an ec2.InstanceType, got: "t3.small". Write `new ' +
        "ec2.InstanceType('t3.small')` (WrongKind at Estate/Orders)",
    ],
    [
      'the name of a type in place of a list',
      { instanceTypes: 't3.small' },
      '`instanceTypes` must be a list, each item an ec2.InstanceType, got: "t3.small". Write `[new ' +
        "ec2.InstanceType('t3.small')]` (WrongKind",
    ],
    [
      'one type in place of a list',
      { instanceTypes: SMALL },
      '`instanceTypes` must be a list, each item an ec2.InstanceType, got: an object of the class ' +
        'InstanceType. Put it into brackets: `[…]` (WrongKind',
    ],
    [
      'a gap in a list',
      { instanceTypes: [SMALL, undefined] },
      '`instanceTypes[1]` must be an ec2.InstanceType, got: undefined (WrongKind',
    ],
    [
      'the id of an image',
      { machineImage: 'ami-123' },
      '`machineImage` must be an ec2.IMachineImage, such as `NodeImage.amazonLinux2023()`, got: ' +
        `"ami-123". Write \`ec2.MachineImage.genericLinux({ 'eu-central-1': 'ami-123' })\` (WrongKind`,
    ],
    [
      'the parameter of an image',
      { machineImage: '/my/image' },
      "Write `NodeImage.fromSsmParameter('/my/image')` (WrongKind",
    ],
    [
      'the ARN of a role',
      { role: 'arn:aws:iam::1:role/x' },
      "Write `iam.Role.fromRoleArn(this, 'Role', 'arn:aws:iam::1:role/x')` (WrongKind",
    ],
    ['the name of a role', { role: 'x' }, "Write `iam.Role.fromRoleName(this, 'Role', 'x')` (WrongKind"],
    [
      'the id of a security group',
      { securityGroups: ['sg-1'] },
      '`securityGroups[0]` must be an ec2.ISecurityGroup, got: "sg-1". Write ' +
        "`ec2.SecurityGroup.fromSecurityGroupId(this, 'SecurityGroup', 'sg-1')` (WrongKind",
    ],
    [
      'the name of a key pair',
      { keyPair: 'mine' },
      '`keyPair` must be an ec2.IKeyPair, got: "mine". Write `ec2.KeyPair.fromKeyPairName(this, ' +
        "'KeyPair', 'mine')` (WrongKind",
    ],
    [
      'the options of a volume',
      { volumes: [{ iops: 3000 }] },
      '`volumes[0]` must be a NodeVolume: `NodeVolume.root()` or `NodeVolume.additional()`, got: ' +
        '{"iops":3000} (WrongKind',
    ],
    [
      'a misspelt enum',
      { cpuCredits: 'fast' },
      '`cpuCredits` must be ec2.CpuCredits.STANDARD or ec2.CpuCredits.UNLIMITED, got: "fast" (WrongKind',
    ],
    [
      'no credentials',
      { dockerAuth: {} },
      '`dockerAuth` must be a DockerAuth: `DockerAuth.fromSecret(secret)`, got: {} (WrongKind',
    ],
    [
      'the name of a log driver',
      { logDrivers: ['awslogs'] },
      '`logDrivers[0]` must be a NodeLogDriver, such as `NodeLogDriver.AWSLOGS`, got: "awslogs". Write ' +
        "`NodeLogDriver.of('awslogs')` (WrongKind",
    ],
    [
      'a map of kernel parameters',
      { sysctls: { 'vm.max_map_count': 262144 } },
      "`sysctls` must be a list, each item a Sysctl, such as `Sysctl.of('vm.max_map_count', " +
        `'262144')\`, got: {"vm.max_map_count":262144} (WrongKind`,
    ],
    [
      'a command in place of a step',
      { bootstrapSteps: ["echo 'hello'"] },
      `\`bootstrapSteps[0]\` must be a BootstrapStep, such as \`BootstrapStep.run('…')\`, got: "echo ` +
        `'hello'". Write \`BootstrapStep.run('echo \\'hello\\'')\` (WrongKind`,
    ],
    [
      'a text as settings of the agent',
      { agent: 'debug' },
      '`agent` must be an AgentConfig such as `{ disablePrivileged: true }`, got: "debug" (WrongKind',
    ],
    [
      'seconds',
      { agent: { containerStopTimeout: 300 } },
      '`agent.containerStopTimeout` must be a Duration, as `Duration.minutes(…)` makes it, got: 300 ' +
        '(InvalidAgentConfig',
    ],
    [
      'megabytes',
      { agent: { logMaxFileSize: 10 } },
      '`agent.logMaxFileSize` must be a Size, as `Size.mebibytes(…)` makes it, got: 10 (InvalidAgentConfig',
    ],
    [
      'a list as a map',
      { agent: { instanceAttributes: ['x'] } },
      '`agent.instanceAttributes` must be a map of names to values, got: ["x"] (InvalidAgentConfig',
    ],
    [
      'a range as text',
      { agent: { dynamicHostPortRange: '1-2' } },
      '`agent.dynamicHostPortRange` must be a HostPortRange such as `{ fromPort: 40000, toPort: 49999 }`, ' +
        'got: "1-2" (WrongKind',
    ],
    [
      'a rate as text',
      { agent: { taskMetadataRpsLimit: '40,60' } },
      '`agent.taskMetadataRpsLimit` must be a TaskMetadataRpsLimit such as `{ steadyState: 40, burst: ' +
        '60 }`, got: "40,60" (WrongKind',
    ],
    [
      'the switch of before',
      { containerInsightsV2: true },
      '`containerInsightsV2` must be ecs.ContainerInsights.ENABLED or ecs.ContainerInsights.DISABLED ' +
        'or ecs.ContainerInsights.ENHANCED, got: true (WrongKind at Estate/Orders)',
    ],
    [
      'a word for subnets',
      { vpcSubnets: 'private' },
      '`vpcSubnets` must be an ec2.SubnetSelection such as `{ subnetType: ' +
        'ec2.SubnetType.PRIVATE_WITH_EGRESS }`, got: "private"',
    ],
    [
      'the names of tiers',
      { tiers: ['general'] },
      `\`tiers[0]\` must be an InstanceTierProps such as \`{ name: 'general' }\`, got: "general". ` +
        "Write `{ name: 'general' }` (WrongKind",
    ],
    [
      'a text for a switch',
      { enableFargateCapacityProviders: 'false' },
      '`enableFargateCapacityProviders` must be true or false, got: "false". Write `false` ' +
        '(WrongKind at Estate/Orders)',
    ],
    [
      'a text as tags',
      { volumeTags: 'x' },
      '`volumeTags` must be a map of names to values, each at most 256 letters, digits, spaces and ' +
        '_ . : / = + - @, got: "x" (WrongKind at Estate/Orders)',
    ],
    [
      'a word for a switch of the nodes',
      { detailedMonitoring: 'yes' },
      '`detailedMonitoring` must be true or false, got: "yes" (WrongKind at Estate/Orders)',
    ],
    [
      'one tier in place of a list',
      { tiers: { name: 'general' } },
      'got: {"name":"general"}. Put it into brackets: `[…]` (WrongKind',
    ],
    [
      'a tier without a name',
      { tiers: [{}] },
      "`tiers[0]` must be an InstanceTierProps such as `{ name: 'general' }`, got: {} (WrongKind",
    ],
  ])('with %s', (_, props, message) => {
    expect(() => cluster(props)).toThrow(message);
  });

  test('with no props at all', () => {
    const Cluster: Anything = EcsAutoScaledCluster;
    expect(() => new Cluster(stack, 'Bare')).toThrow(
      '`props` must be an EcsAutoScaledClusterProps such as `{ vpc }`, got: undefined (WrongKind at ' +
        'Estate/Bare)',
    );
  });
});

describe('a tier of plain JavaScript is refused', () => {
  test.each<[string, Anything, string]>([
    [
      'the name of a template',
      { template: 'standard' },
      '`template` must be a NodeTemplate, got: "standard" (WrongKind at Estate/Orders/Tiers/general)',
    ],
    [
      'the name of a replacement',
      { replacement: 'allAtOnce' },
      'Write `NodeReplacement.allAtOnce()` (WrongKind at Estate/Orders/Tiers/general)',
    ],
    // It would have been on Spot.
    [
      'no way to buy',
      { purchase: false },
      '`purchase` must be a PurchaseOption: `PurchaseOption.onDemand()`, `spot()`, ' +
        '`capacityReservations()` or `capacityBlock()`, got: false (WrongKind',
    ],
    [
      'a number as a strategy',
      { defaultStrategy: 1 },
      '`defaultStrategy` must be a TierStrategy such as `{ weight: 1 }`, got: 1 (WrongKind',
    ],
    [
      'the options of a schedule',
      { schedules: [{ minCapacity: 1 }] },
      '`schedules[0]` must be a TierSchedule: `TierSchedule.workingHours()` or `TierSchedule.at()`, ' +
        'got: {"minCapacity":1}',
    ],
    [
      'a word for health checks',
      { healthChecks: 'ELB' },
      '`healthChecks` must be an autoscaling.HealthChecks, such as `autoscaling.HealthChecks.ec2()`, ' +
        'got: "ELB" (WrongKind',
    ],
    // It made a Lambda function.
    [
      'a text for a switch',
      { forceDelete: 'false' },
      '`forceDelete` must be true or false, got: "false". Write `false` (WrongKind at ' +
        'Estate/Orders/Tiers/general)',
    ],
    [
      'days',
      { maxInstanceLifetime: 30 },
      '`maxInstanceLifetime` must be a Duration, as `Duration.minutes(…)` makes it, got: 30 (InvalidLifetime',
    ],
  ])('with %s', (_, tier, message) => {
    expect(() => cluster({}, tier)).toThrow(message);
  });

  test("with CDK's launch template in place of a template", () => {
    const template: Anything = new ec2.LaunchTemplate(stack, 'Plain');
    expect(() => stack.cluster({ tiers: [{ name: 'general', template }] })).toThrow(
      '`template` must be a NodeTemplate, got: the construct "Estate/Plain" (WrongKind',
    );
  });

  test('without a name', () => {
    const anything: Anything = cluster();
    expect(() => anything.addTier()).toThrow(
      '`name` must be 1 to 64 letters, digits, "-" and "_", a letter or digit first, got: undefined ' +
        '(InvalidTierName at Estate/Orders/Tiers)',
    );
  });
});

describe('what else plain JavaScript passes is refused', () => {
  const anything = (value: Anything): Anything => value;

  test.each<[string, () => unknown, string]>([
    [
      'the ARN of a secret',
      () => DockerAuth.fromSecret(anything('arn:aws:x')),
      '`secret` must be a secretsmanager.ISecret, got: "arn:aws:x". Write ' +
        "`secretsmanager.Secret.fromSecretCompleteArn(this, 'Registry', 'arn:aws:x')` (WrongKind)",
    ],
    [
      'the name of a secret',
      () => DockerAuth.fromSecret(anything('x')),
      "Write `secretsmanager.Secret.fromSecretNameV2(this, 'Registry', 'x')` (WrongKind)",
    ],
    [
      'a token as a secret',
      () => DockerAuth.fromSecret(anything(new CfnParameter(stack, 'Secret').valueAsString)),
      "Write `secretsmanager.Secret.fromSecretNameV2(this, 'Registry', …)` (WrongKind)",
    ],
    [
      'a format that is none',
      () => DockerAuth.fromSecret(new secretsmanager.Secret(stack, 'Secret'), { format: anything('json') }),
      '`format` must be DockerAuthFormat.DOCKERCFG or DockerAuthFormat.DOCKER, got: "json" (WrongKind)',
    ],
    [
      'a format in place of options',
      () => DockerAuth.fromSecret(new secretsmanager.Secret(stack, 'Secret'), anything('docker')),
      '`options` must be a DockerAuthOptions such as `{ format: DockerAuthFormat.DOCKER }`, got: ' +
        '"docker" (WrongKind)',
    ],
    [
      'a release in place of a resolution',
      () => NodeImage.amazonLinux2023({ resolution: anything('20260414') }),
      '`resolution` must be a NodeImageResolution, such as `NodeImageResolution.AT_DEPLOYMENT`, got: ' +
        `"20260414". Write \`NodeImageResolution.pinned('20260414')\` (WrongKind)`,
    ],
    [
      'the name of an alarm',
      () => NodeReplacement.rolling({ alarms: anything(['errors']) }),
      '`alarms[0]` must be a cloudwatch.IAlarm, got: "errors". Write ' +
        "`cloudwatch.Alarm.fromAlarmName(this, 'Alarm', 'errors')` (WrongKind)",
    ],
    [
      'an expression in place of a schedule',
      () => TierSchedule.at({ schedule: anything('0 7 * * 1-5'), minCapacity: 1 }),
      "`schedule` must be an autoscaling.Schedule, such as `autoscaling.Schedule.cron({ hour: '7', " +
        `minute: '0' })\`, got: "0 7 * * 1-5". Write \`autoscaling.Schedule.expression('0 7 * * 1-5')\` ` +
        '(WrongKind)',
    ],
    [
      'an unknown type of volume',
      () => NodeVolume.root({ volumeType: anything('gp9') }),
      '`volumeType` must be ec2.EbsDeviceVolumeType.STANDARD or ec2.EbsDeviceVolumeType.IO1 or ' +
        'ec2.EbsDeviceVolumeType.IO2 or ec2.EbsDeviceVolumeType.GP2 or ec2.EbsDeviceVolumeType.GP3 or ' +
        'ec2.EbsDeviceVolumeType.ST1 or ec2.EbsDeviceVolumeType.SC1, got: "gp9" (WrongKind)',
    ],
    [
      'the ARN of a key',
      () => NodeVolume.root({ encryptionKey: anything('arn:aws:kms:x') }),
      '`encryptionKey` must be a kms.IKey, such as a kms.Key, got: "arn:aws:kms:x". Write ' +
        "`kms.Key.fromKeyArn(this, 'Key', 'arn:aws:kms:x')` (WrongKind)",
    ],
    [
      'a word for a switch',
      () => NodeVolume.root({ encrypted: anything('no') }),
      '`encrypted` must be true or false, got: "no" (WrongKind)',
    ],
    [
      'an unknown strategy',
      () => PurchaseOption.spot({ allocationStrategy: anything('cheap') }),
      '`allocationStrategy` must be autoscaling.SpotAllocationStrategy.LOWEST_PRICE or ',
    ],
    [
      'a price as a number',
      () => PurchaseOption.spot({ maxPrice: anything(0.05) }),
      '`maxPrice` must be a price in US dollars of at least 0.001, such as "0.05", got: 0.05. ' +
        "Write `'0.05'` (InvalidSpot)",
    ],
    [
      'a price that EC2 refuses',
      () => PurchaseOption.spot({ maxPrice: '0.0005' }),
      'of at least 0.001, such as "0.05", got: "0.0005" (InvalidSpot)',
    ],
    [
      'the name of a managed policy',
      () => new NodeRole(stack, 'Role', { managedPolicies: anything(['X']) }),
      '`managedPolicies[0]` must be an iam.IManagedPolicy, got: "X". Write ' +
        "`iam.ManagedPolicy.fromAwsManagedPolicyName('X')` (WrongKind at Estate/Role)",
    ],
    [
      'no place for a construct',
      () => new NodeRole(anything('Role'), 'Role'),
      '`scope` must be a Construct, such as `this`, got: "Role" (WrongKind)',
    ],
    [
      'seconds',
      () => NodeReplacement.rolling({ instanceWarmup: anything(60) }),
      '`instanceWarmup` must be a Duration, as `Duration.minutes(…)` makes it, got: 60 (InvalidReplacement)',
    ],
    [
      'one checkpoint',
      () => NodeReplacement.rolling({ checkpointPercentages: anything(50) }),
      '`checkpointPercentages` must be a list, each item a whole number of percent from 1 to 100, got: 50. ' +
        'Put it into brackets: `[…]` (WrongKind)',
    ],
    [
      'gigabytes',
      () => NodeVolume.root({ size: anything(100) }),
      '`size` must be a Size, as `Size.gibibytes(…)` makes it, got: 100 (InvalidNodeVolume)',
    ],
    [
      'seconds of the kernel',
      () => Sysctl.tcpKeepaliveTime(anything(60)),
      '`Sysctl.tcpKeepaliveTime` must be a Duration, as',
    ],
    [
      'a list of commands',
      () => BootstrapStep.run(anything(['a', 'b'])),
      '`command` must be a text, got: ["a","b"] (InvalidText)',
    ],
    [
      'one package',
      () => BootstrapStep.installPackages(anything('git')),
      '`packages` must be a list, each item the name of a package, of letters, digits and `._+:~^-`, ' +
        'got: "git". Put it into brackets: `[…]` (WrongKind)',
    ],
    [
      'the ARN of a topic',
      () => cluster().addAlarms({ topic: anything('arn:aws:sns:x') }),
      '`topic` must be an sns.ITopic, got: "arn:aws:sns:x". Write `sns.Topic.fromTopicArn(this, ' +
        "'Topic', 'arn:aws:sns:x')` (WrongKind at Estate/Orders/Alarms)",
    ],
    [
      'minutes',
      () => cluster().addAlarms({ tierAtMaximum: { duration: anything(30) } }),
      '`tierAtMaximum.duration` must be a Duration, as `Duration.minutes(…)` makes it, got: 30 (InvalidAlarm',
    ],
    [
      'no props of a template',
      () => new NodeTemplate(stack, 'Template', anything(undefined)),
      '`props` must be a NodeTemplateProps such as `{ instanceTypes: [new ' +
        "ec2.InstanceType('m7i.large')] }`, got: undefined (WrongKind at Estate/Template)",
    ],
    [
      'an imported cluster without a VPC',
      () =>
        EcsAutoScaledCluster.fromEcsAutoScaledClusterAttributes(
          stack,
          'Imported',
          anything({ clusterName: 'orders' }),
        ),
      '`vpc` must be an ec2.IVpc, such as an ec2.Vpc, got: undefined (WrongKind at Estate/Imported)',
    ],
    [
      'an imported cluster without a name',
      () =>
        EcsAutoScaledCluster.fromEcsAutoScaledClusterAttributes(
          stack,
          'Imported',
          anything({ vpc: stack.vpc }),
        ),
      '`clusterName` must be 1 to 255 letters, digits, "-" and "_", got: undefined ' +
        '(InvalidClusterName at Estate/Imported)',
    ],
  ])('%s', (_, make, message) => {
    expect(make).toThrow(message);
  });
});

/**
 * What another copy of aws-cdk-lib makes. CDK loads its parts when they are first used, so the copy has to be
 * used while it is isolated.
 */
function ofAnotherCopy<T>(
  make: (copy: { ec2: typeof ec2; autoscaling: typeof autoscaling; sns: typeof sns }) => T,
): T {
  let made: T | undefined;
  jest.isolateModules(() => {
    made = make({
      ec2: require('aws-cdk-lib/aws-ec2'),
      autoscaling: require('aws-cdk-lib/aws-autoscaling'),
      sns: require('aws-cdk-lib/aws-sns'),
    });
  });
  return made as T;
}

test('what is right passes, whatever object it is: another copy of aws-cdk-lib made it, or the app itself', () => {
  const foreign = ofAnotherCopy((copy) => ({
    instanceType: new copy.ec2.InstanceType('t3.small'),
    securityGroup: copy.ec2.SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-0123456789abcdef0'),
    keyPair: copy.ec2.KeyPair.fromKeyPairName(stack, 'KeyPair', 'mine'),
    healthChecks: copy.autoscaling.HealthChecks.ec2({ gracePeriod: Duration.minutes(5) }),
    topic: copy.sns.Topic.fromTopicArn(stack, 'Topic', 'arn:aws:sns:eu-central-1:123456789012:operations'),
  }));
  expect(foreign.instanceType).not.toBeInstanceOf(ec2.InstanceType);
  expect(foreign.topic).not.toBeInstanceOf(Resource);
  const machineImage: ec2.IMachineImage = {
    getImage: () => ({
      imageId: 'ami-0123456789abcdef0',
      osType: ec2.OperatingSystemType.LINUX,
      userData: ec2.UserData.forLinux(),
    }),
  };
  const made = cluster(
    {
      instanceTypes: [foreign.instanceType],
      machineImage,
      role: new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com') }),
      securityGroups: [foreign.securityGroup],
      keyPair: foreign.keyPair,
      dockerAuth: DockerAuth.fromSecret(
        secretsmanager.Secret.fromSecretNameV2(stack, 'Registry', 'registry'),
      ),
      logDrivers: [NodeLogDriver.AWSLOGS],
      cpuCredits: ec2.CpuCredits.STANDARD,
      containerInsightsV2: ecs.ContainerInsights.ENHANCED,
      vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS },
      replacement: NodeReplacement.rolling(),
    },
    {
      healthChecks: foreign.healthChecks,
      purchase: PurchaseOption.spot(),
      schedules: [TierSchedule.workingHours({ timeZone: 'Europe/Berlin' })],
    },
  );
  made.addAlarms({ topic: foreign.topic });
  stack.template.hasResourceProperties('AWS::EC2::LaunchTemplate', {
    LaunchTemplateData: { KeyName: 'mine', ImageId: 'ami-0123456789abcdef0' },
  });
});
