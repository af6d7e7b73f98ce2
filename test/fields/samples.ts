import { Duration, Size } from 'aws-cdk-lib';
import * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as actions from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as servicediscovery from 'aws-cdk-lib/aws-servicediscovery';
import * as sns from 'aws-cdk-lib/aws-sns';
import {
  BootstrapStep,
  ClusterProviders,
  Consolidation,
  DockerAuth,
  DockerAuthFormat,
  DrainLimit,
  ImageUpdates,
  NodeImage,
  NodeImageResolution,
  NodeLogDriver,
  NodeRepair,
  NodeReplacement,
  NodeRole,
  NodeTemplate,
  NodeVolume,
  PurchaseOption,
  Sysctl,
  TierSchedule,
  TierWeekday,
} from '../../src';
import type { AgentValue } from '../../src/settings/agent-values';
import { AGENT_VARIABLES } from '../../src/settings/agent-variables';
import { LARGE, SMALL, type TestStack } from '../helpers/estate';
import type { Fields } from './apps';

/** A value of a field that changes what an app renders. */
export interface Sample {
  readonly value: (stack: TestStack) => unknown;
  /** Fields without which it would not, in the app without it too. */
  readonly beside?: Fields | ((stack: TestStack) => Fields);
  /** Fields that go with it, in the app that has it. */
  readonly along?: Fields;
  /** Where the value is made of constructs, which are then in the app without it too. */
  readonly isMade?: boolean;
}

const of = (value: unknown, beside?: Sample['beside']): Sample => ({ value: () => value, beside });
const made = (value: Sample['value'], along?: Fields): Sample => ({ value, along, isMade: true });

const topic = (stack: TestStack) => new sns.Topic(stack, 'Topic');
const action = (stack: TestStack) => new actions.SnsAction(topic(stack));
const policy = (stack: TestStack) =>
  iam.ManagedPolicy.fromManagedPolicyArn(stack, 'Policy', 'arn:aws:iam::123456789012:policy/nodes');
const group = (stack: TestStack) => new ec2.SecurityGroup(stack, 'Group', { vpc: stack.vpc });
const alarm = (stack: TestStack) =>
  new cloudwatch.Alarm(stack, 'Alarm', {
    metric: new cloudwatch.Metric({ namespace: 'Orders', metricName: 'Errors' }),
    threshold: 1,
    evaluationPeriods: 1,
  });
const NIGHTLY = { schedule: scheduler.ScheduleExpression.cron({ hour: '3', minute: '0' }) };
const publicSubnets = { subnetType: ec2.SubnetType.PUBLIC };

const SCHEDULED: Record<string, Sample> = {
  schedule: of(scheduler.ScheduleExpression.cron({ hour: '4', minute: '0' })),
  window: of(Duration.hours(1)),
  topic: made(topic),
};

const BOOTSTRAP: Record<string, Sample> = {
  dockerAuth: made((stack) =>
    DockerAuth.fromSecret(secretsmanager.Secret.fromSecretNameV2(stack, 'Registry', 'registry')),
  ),
  logDrivers: of([NodeLogDriver.AWSLOGS]),
  sysctls: of([Sysctl.swappiness(1)]),
  agent: of({ disablePrivileged: true }),
  bootstrapSteps: of([BootstrapStep.run('true')]),
};

const NODE: Record<string, Sample> = {
  ...BOOTSTRAP,
  role: made((stack) => new NodeRole(stack, 'Nodes')),
  instanceTypes: of([LARGE]),
  instanceRequirements: {
    value: () => ({ vCpuCountMin: 2, memoryMin: Size.gibibytes(4) }),
    along: { instanceTypes: undefined },
  },
  hardware: of({ dedicatedTenancy: true }, { instanceTypes: [LARGE] }),
  machineImage: of(NodeImage.fromSsmParameter('/images/node')),
  securityGroups: made((stack) => [group(stack)]),
  additionalSecurityGroups: made((stack) => [group(stack)]),
  keyPair: made((stack) => ec2.KeyPair.fromKeyPairName(stack, 'KeyPair', 'mine')),
  volumes: of([NodeVolume.root({ size: Size.gibibytes(100) })]),
  httpPutResponseHopLimit: of(2),
  associatePublicIpAddress: of(true),
  detailedMonitoring: of(true),
  cpuCredits: of(ec2.CpuCredits.UNLIMITED),
  volumeTags: of({ team: 'orders' }),
};

const TIER: Record<string, Sample> = {
  ...NODE,
  template: made((stack) => new NodeTemplate(stack, 'Standard', { instanceTypes: [SMALL] }), {
    instanceTypes: undefined,
  }),
  vpcSubnets: of(publicSubnets),
  replacement: of(NodeReplacement.rolling()),
  minCapacity: of(1),
  maxCapacity: of(5),
  desiredCapacity: of(2),
  healthChecks: of(autoscaling.HealthChecks.ec2({ gracePeriod: Duration.seconds(60) })),
  repair: of(NodeRepair.replace()),
  drainLimit: of(DrainLimit.stopTasksAfter(Duration.hours(1))),
  consolidation: of(Consolidation.scheduled(NIGHTLY)),
  purchase: of(PurchaseOption.spot()),
  targetCapacityPercent: of(90),
  managedScaling: of({ minimumScalingStepSize: 2 }),
  defaultStrategy: of({ weight: 1 }),
  schedules: of([TierSchedule.workingHours({ timeZone: 'Europe/Berlin' })]),
  maxInstanceLifetime: of(Duration.days(7)),
  enableManagedTerminationProtection: of(true),
  capacityProviderName: of('spare'),
  autoScalingGroupName: of('spare'),
  notifications: made((stack) => [{ topic: topic(stack) }]),
  terminationPolicies: of([autoscaling.TerminationPolicy.OLDEST_INSTANCE]),
  deletionProtection: of(autoscaling.DeletionProtection.PREVENT_ALL_DELETION),
  azCapacityDistributionStrategy: of(autoscaling.CapacityDistributionStrategy.BALANCED_ONLY),
  zonalShift: of(true),
  retired: of(true, { minCapacity: 1 }),
  forceDelete: of(true),
};

const VOLUME: Record<string, Sample> = {
  volumeType: of(ec2.EbsDeviceVolumeType.GP2),
  iops: of(4000),
  throughput: of(250),
  encrypted: of(false),
  encryptionKey: made((stack) => new kms.Key(stack, 'Key')),
  deleteOnTermination: of(false),
};

const STEP: Record<string, Sample> = { continueOnError: of(true) };

const ALARM: Record<string, Sample> = {
  enabled: of(false),
  duration: of(Duration.minutes(45)),
};

/** Of the agent's variables the table says what they may be. */
const AGENT: Record<string, Sample> = Object.fromEntries(
  Object.entries(AGENT_VARIABLES).flatMap(([field, row]) => {
    const sample = agentSample(row.value as AgentValue<unknown>, row.default);
    return sample === undefined
      ? []
      : [[field, of(sample, field === 'noProxy' ? { httpProxy: 'proxy:3128' } : undefined)]];
  }),
);

function agentSample({ kind, bounds = {}, values = [] }: AgentValue<unknown>, otherwise: unknown): unknown {
  const { min = 0, max = 2 * min + 1234 } = bounds;
  switch (kind) {
    case 'duration':
      return Duration.millis(500 * (min + max));
    case 'integer':
      return min + 1;
    case 'mebibytes':
      return Size.mebibytes(min + 1);
    case 'flag':
      return otherwise !== true;
    case 'enum':
      return values.at(-1);
    case 'text':
      return 'localhost';
    case 'list':
      return ['169.254.169.254', '169.254.170.2', '/var/run/docker.sock', 'example.com'];
    case 'ports':
      return [1234];
    case 'cidrs':
      return ['10.0.0.0/8'];
    case 'map':
      return { team: 'orders' };
    case 'portRange':
      return { fromPort: 40000, toPort: 50000 };
    case 'requestRate':
      return { steadyState: 50, burst: 60 };
    default:
      return undefined;
  }
}

const otherVpc = made((stack) =>
  ec2.Vpc.fromVpcAttributes(stack, 'Other', {
    vpcId: 'vpc-0fedcba9876543210',
    availabilityZones: ['eu-central-1a'],
    privateSubnetIds: ['subnet-0eeeeeeeeeeeeeee0'],
  }),
);

const namespace = made((stack) =>
  servicediscovery.HttpNamespace.fromHttpNamespaceAttributes(stack, 'CloudMap', {
    namespaceName: 'orders',
    namespaceId: 'ns-0123456789abcdef',
    namespaceArn: 'arn:aws:servicediscovery:eu-central-1:123456789012:namespace/ns-0123456789abcdef',
  }),
);

/** For each field of each struct a value that has an effect. */
const SAMPLES: Record<string, Record<string, Sample>> = {
  EcsAutoScaledClusterProps: {
    ...NODE,
    vpc: otherVpc,
    tiers: of([{ name: 'other' }]),
    vpcSubnets: of(publicSubnets),
    clusterName: of('orders'),
    replacement: of(NodeReplacement.rolling()),
    repair: of(NodeRepair.replace()),
    drainLimit: of(DrainLimit.stopTasksAfter(Duration.hours(1))),
    consolidation: of(Consolidation.scheduled(NIGHTLY)),
    containerInsights: of(true),
    containerInsightsV2: of(ecs.ContainerInsights.ENABLED),
    executeCommandConfiguration: of({ logging: ecs.ExecuteCommandLogging.NONE }),
    managedStorageConfiguration: made((stack) => ({ kmsKey: new kms.Key(stack, 'Key') })),
    defaultCloudMapNamespace: of({ name: 'orders.local' }),
    enableFargateCapacityProviders: of(true),
  },
  EcsAutoScaledClusterAttributes: {
    clusterName: of('search'),
    vpc: made((stack) =>
      ec2.Vpc.fromVpcAttributes(stack, 'Other', {
        vpcId: 'vpc-0fedcba9876543210',
        availabilityZones: ['eu-central-1a', 'eu-central-1b'],
        privateSubnetIds: ['subnet-0eeeeeeeeeeeeeee0', 'subnet-0fffffffffffffff0'],
      }),
    ),
    securityGroups: made((stack) => [
      ec2.SecurityGroup.fromSecurityGroupId(stack, 'Nodes', 'sg-0123456789abcdef0'),
    ]),
    clusterArn: of('arn:aws:ecs:us-east-1:123456789012:cluster/orders'),
    dynamicHostPortRange: of({ fromPort: 10000, toPort: 65000 }),
    replacesRunningNodes: of(true),
    needsPlacementConstraint: of(true),
    defaultCloudMapNamespace: namespace,
    executeCommandConfiguration: of({ logging: ecs.ExecuteCommandLogging.NONE }),
  },
  ExistingClusterProps: {
    ...NODE,
    clusterName: of('search'),
    vpc: otherVpc,
    capacityProviders: of(ClusterProviders.none()),
    tiers: of([{ name: 'other' }]),
    vpcSubnets: of(publicSubnets),
    replacement: of(NodeReplacement.rolling()),
    repair: of(NodeRepair.replace()),
    drainLimit: of(DrainLimit.stopTasksAfter(Duration.hours(1))),
    consolidation: of(Consolidation.scheduled(NIGHTLY)),
    containerInsightsV2: of(ecs.ContainerInsights.ENABLED),
    defaultCloudMapNamespace: namespace,
    executeCommandConfiguration: of({ logging: ecs.ExecuteCommandLogging.NONE }),
  },
  KeptProvidersOptions: {
    defaultStrategy: of([{ capacityProvider: 'batch', weight: 1 }]),
    tiersInDefaultStrategy: of(true),
  },
  InstanceTierOptions: TIER,
  InstanceTierProps: { ...TIER, name: of('other') },
  NodeProps: NODE,
  NodeTemplateProps: NODE,
  NodeRoleProps: {
    sessionManager: of(false),
    roleName: of('nodes'),
    path: of('/nodes/'),
    description: of('Mine'),
    managedPolicies: made((stack) => [policy(stack)]),
    permissionsBoundary: made(policy),
  },
  ManagedScalingOptions: {
    enabled: of(false),
    instanceWarmupPeriod: of(Duration.minutes(2)),
    minimumScalingStepSize: of(2),
    maximumScalingStepSize: of(20),
  },
  ConsolidationOptions: { ...SCHEDULED, minimumNodes: of(3), maxNodesPerRun: of(2) },
  ScheduledOptions: SCHEDULED,
  DrainLimitOptions: { topic: made(topic) },
  ImageUpdateOptions: {
    ...SCHEDULED,
    minimumAge: of(Duration.days(1)),
    maximumAge: of(Duration.days(30)),
  },
  RepairOptions: {
    after: of(Duration.minutes(20)),
    maxUnhealthyPercentage: of(10),
    topic: made(topic),
  },
  RepairNotificationOptions: { after: of(Duration.minutes(20)) },
  NodeHardware: {
    placementGroup: made((stack) => new ec2.PlacementGroup(stack, 'Group')),
    efa: of(true),
    dedicatedTenancy: of(true),
    coreCount: of(12, { threadsPerCore: 1, coreCount: 24 }),
    threadsPerCore: of(1, { coreCount: 12, threadsPerCore: 2 }),
    nestedVirtualization: of(true),
    amdSevSnp: of(true),
  },
  CapacityReservationOptions: {
    reservationIds: of(['cr-0123456789abcdef0']),
    resourceGroupArns: of(['arn:aws:resource-groups:eu-central-1:123456789012:group/reserved']),
    onDemandFallback: of(false),
  },
  NodeImageOptions: { resolution: of(NodeImageResolution.AT_LAUNCH) },
  NodeVolumeOptions: VOLUME,
  RootVolumeOptions: { ...VOLUME, size: of(Size.gibibytes(200)), deviceName: of('/dev/sda1') },
  AdditionalVolumeOptions: { ...VOLUME, size: of(Size.gibibytes(200)) },
  NodeBootstrapProps: { ...BOOTSTRAP, clusterName: of('orders') },
  NodeBootstrapOptions: BOOTSTRAP,
  BootstrapStepOptions: STEP,
  RunStepOptions: { ...STEP, timeout: of(Duration.seconds(30)), environment: of({ STAGE: 'production' }) },
  WriteFileStepOptions: { ...STEP, mode: of('0600'), owner: of('ec2-user') },
  InstallPackagesStepOptions: { ...STEP, attempts: of(6), timeout: of(Duration.minutes(10)) },
  EnableServiceStepOptions: { ...STEP, start: of(false) },
  DockerAuthOptions: { format: of(DockerAuthFormat.DOCKER) },
  AgentConfig: {
    ...AGENT,
    agentLogOptions: of({ 'max-size': '10m' }),
    environment: of({ ECS_NEWER_THAN_THE_LIBRARY: '1' }),
  },
  HostPortRange: { fromPort: of(41000), toPort: of(49000) },
  TaskMetadataRpsLimit: { steadyState: of(55), burst: of(66) },
  RollingReplacementOptions: {
    minHealthyPercentage: of(90, { maxHealthyPercentage: 110 }),
    maxHealthyPercentage: of(150),
    instanceWarmup: of(Duration.minutes(2)),
    bakeTime: of(Duration.minutes(15)),
    alarms: made((stack) => [alarm(stack)]),
    checkpointPercentages: of([10, 100]),
    checkpointDelay: of(Duration.minutes(10), { checkpointPercentages: [10, 100] }),
    cordon: of(false),
    readinessGate: of(false),
    imageUpdates: of(ImageUpdates.scheduled(NIGHTLY)),
    daemonsFirst: of(true),
  },
  SpotOptions: {
    onDemandBaseCapacity: of(1),
    onDemandPercentageAboveBaseCapacity: of(20),
    allocationStrategy: of(autoscaling.SpotAllocationStrategy.LOWEST_PRICE),
    maxPrice: of('0.05'),
    capacityRebalance: of(true),
  },
  TierStrategy: { base: of(1), weight: of(3) },
  TierScheduleOptions: {
    schedule: of(autoscaling.Schedule.cron({ hour: '8', minute: '0' })),
    timeZone: of('Asia/Tokyo'),
    minCapacity: of(2),
    maxCapacity: of(4),
    desiredCapacity: of(3),
  },
  WorkingHoursOptions: {
    timeZone: of('Asia/Tokyo'),
    start: of('08:00'),
    end: of('18:00'),
    days: of([TierWeekday.SATURDAY]),
  },
  ClusterAlarmsOptions: {
    topic: made(topic),
    alarmActions: made((stack) => [action(stack)]),
    okActions: made((stack) => [action(stack)]),
    cpuReservation: of({ threshold: 80 }),
    memoryReservation: of({ threshold: 80 }),
    cpuUtilization: of({ threshold: 80 }),
    memoryUtilization: of({ threshold: 80 }),
    tierAtMaximum: of({ enabled: false }),
    tierNotGrowing: of({ enabled: false }),
    drainNotEnding: of({ enabled: false }),
    orphans: of({ idleNodes: 7 }),
    stateMachines: of(false),
    spotInterruptions: of(false, (stack) => ({ topic: topic(stack) })),
  },
  AlarmOptions: ALARM,
  ClusterShareAlarmOptions: { ...ALARM, threshold: of(80) },
  ClusterOrphanAlarmOptions: { ...ALARM, idleNodes: of(7) },
  ClusterDashboardOptions: {
    dashboardName: of('orders'),
    title: of('# Orders'),
    defaultInterval: of(Duration.days(1)),
  },
};

export function sampleOf(struct: string, field: string): Sample {
  const sample = SAMPLES[struct]?.[field];
  if (sample === undefined) throw new Error(`${struct}.${field} has no sample: give it one in samples.ts`);
  return sample;
}
