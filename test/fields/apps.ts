import { App, CfnOutput, Duration, Size } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as sns from 'aws-cdk-lib/aws-sns';
import {
  BootstrapStep,
  ClusterProviders,
  Consolidation,
  DockerAuth,
  DrainLimit,
  EcsAutoScaledCluster,
  ImageUpdates,
  NodeBootstrap,
  NodeImage,
  NodeRepair,
  NodeReplacement,
  NodeRole,
  NodeTemplate,
  NodeVolume,
  PurchaseOption,
  TierSchedule,
} from '../../src';
import { SMALL, TestStack, taskDefinition } from '../helpers/estate';

/** Fields of a struct, of which no compiler has looked at the values. */
export type Fields = Record<string, any>;

const DAILY = scheduler.ScheduleExpression.cron({ hour: '3', minute: '0' });

/** What a template or a script says, where a struct has these fields in place of those that it needs. */
type AppWith = (stack: TestStack, fields: Fields) => string;

/** All that an app says: its template, and what it is warned of. */
function rendered(stack: TestStack): string {
  const template = Template.fromStack(stack).toJSON();
  const annotations = Annotations.fromStack(stack)
    .findWarning('*', Match.anyValue())
    .map(({ id, entry }) => `${id}: ${entry.data}`);
  return JSON.stringify([template, annotations], null, 1);
}

const withCluster: AppWith = (stack, fields) => {
  stack.cluster({ instanceTypes: [SMALL], tiers: [{ name: 'general' }], ...fields });
  return rendered(stack);
};

/** The second of two tiers, so that it may be retired. */
const withTier: AppWith = (stack, fields) => {
  const cluster = stack.cluster();
  cluster.addTier('spare', { instanceTypes: [SMALL], ...fields });
  return rendered(stack);
};

const withImageUpdates: AppWith = (stack, fields) =>
  withTier(stack, {
    replacement: NodeReplacement.rolling({
      imageUpdates: ImageUpdates.scheduled({ schedule: DAILY, ...fields }),
    }),
  });

const withTemplate: AppWith = (stack, fields) => {
  const props: any = { instanceTypes: [SMALL], ...fields };
  stack.cluster({ tiers: [{ name: 'general', template: new NodeTemplate(stack, 'Standard', props) }] });
  return rendered(stack);
};

const withConsolidation: AppWith = (stack, fields) =>
  withTier(stack, {
    consolidation: Consolidation.scheduled({
      schedule: scheduler.ScheduleExpression.cron({ hour: '3', minute: '0' }),
      ...fields,
    }),
  });

const withAlarms: AppWith = (stack, fields) => {
  const tiers = [{ name: 'general', instanceTypes: [SMALL], purchase: PurchaseOption.spot() }];
  const cluster = stack.cluster({
    tiers,
    containerInsightsV2: ecs.ContainerInsights.ENABLED,
    replacement: NodeReplacement.rolling(),
  });
  cluster.addAlarms(fields);
  return rendered(stack);
};

const withVolume =
  (make: (fields: Fields) => NodeVolume): AppWith =>
  (stack, fields) =>
    withTier(stack, { volumes: [make(fields)] });

const withScript: AppWith = (_, fields) => new NodeBootstrap(fields).render();

const withStep =
  (make: (fields: Fields) => BootstrapStep): AppWith =>
  (_, fields) =>
    new NodeBootstrap({ bootstrapSteps: [make(fields)] }).render();

/** An imported cluster, with all that another app makes of it. */
const withImport: AppWith = (stack, fields) => {
  const cluster = EcsAutoScaledCluster.fromEcsAutoScaledClusterAttributes(stack, 'Orders', {
    clusterName: 'orders',
    vpc: stack.vpc,
    ...fields,
  });
  const service = new ecs.Ec2Service(stack, 'Api', {
    cluster,
    taskDefinition: taskDefinition(stack),
    minHealthyPercent: 0,
  });
  const loadBalancer = new elbv2.ApplicationLoadBalancer(stack, 'LoadBalancer', { vpc: cluster.vpc });
  loadBalancer.addListener('Http', { port: 80 }).addTargets('Api', { port: 80, targets: [service] });
  new CfnOutput(stack, 'Arn', { value: cluster.clusterArn });
  new CfnOutput(stack, 'Namespace', { value: cluster.defaultCloudMapNamespace?.namespaceName ?? 'none' });
  new CfnOutput(stack, 'Exec', { value: cluster.executeCommandConfiguration?.logging ?? 'none' });
  return rendered(stack);
};

/** A cluster of another owner, with all that this app makes of it. */
const withExisting: AppWith = (stack, fields) => {
  const cluster = stack.existingCluster({
    instanceTypes: [SMALL],
    tiers: [{ name: 'general' }],
    ...fields,
  });
  cluster.addAlarms();
  new ecs.Ec2Service(stack, 'Api', {
    cluster,
    taskDefinition: taskDefinition(stack),
    minHealthyPercent: 100,
  });
  new CfnOutput(stack, 'Namespace', { value: cluster.defaultCloudMapNamespace?.namespaceName ?? 'none' });
  new CfnOutput(stack, 'Exec', { value: cluster.executeCommandConfiguration?.logging ?? 'none' });
  return rendered(stack);
};

/** Newer than the table of types, so that it may have any hardware. */
const NEWER = new ec2.InstanceType('m99i.12xlarge');

const HOURS = { timeZone: 'Europe/Berlin' };
const ACTION = { schedule: autoscaling.Schedule.cron({ hour: '7', minute: '0' }), minCapacity: 1 };
const PORTS = { fromPort: 40000, toPort: 50000 };
const RATE = { steadyState: 50, burst: 60 };

const withRun = withStep((fields) => BootstrapStep.run('true', fields));
const withRootVolume = withVolume((fields) => NodeVolume.root(fields));

/**
 * For each struct an app that has it: with the fields that it cannot do without, and those that are given.
 */
export const APPS: Record<string, AppWith> = {
  EcsAutoScaledClusterProps: withCluster,
  EcsAutoScaledClusterAttributes: withImport,
  ExistingClusterProps: withExisting,
  KeptProvidersOptions: (stack, fields) =>
    withExisting(stack, { capacityProviders: ClusterProviders.keep(['batch'], fields) }),
  InstanceTierOptions: withTier,
  InstanceTierProps: (stack, fields) => {
    stack.cluster({
      tiers: [
        { name: 'general', instanceTypes: [SMALL] },
        { name: 'spare', instanceTypes: [SMALL], ...fields },
      ],
    });
    return rendered(stack);
  },
  NodeProps: withTier,
  NodeTemplateProps: withTemplate,
  NodeRoleProps: (stack, fields) => withTier(stack, { role: new NodeRole(stack, 'Role', fields) }),
  NodeHardware: (stack, fields) =>
    withTier(stack, {
      instanceTypes: [NEWER],
      vpcSubnets: { availabilityZones: ['eu-central-1a'], subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS },
      hardware: fields,
    }),
  CapacityReservationOptions: (stack, fields) =>
    withTier(stack, { purchase: PurchaseOption.capacityReservations(fields) }),
  NodeImageOptions: (stack, fields) => withTier(stack, { machineImage: NodeImage.amazonLinux2023(fields) }),
  NodeVolumeOptions: withRootVolume,
  RootVolumeOptions: withRootVolume,
  AdditionalVolumeOptions: withVolume((fields) =>
    NodeVolume.additional('/dev/xvdb', { size: Size.gibibytes(100), ...fields }),
  ),
  NodeBootstrapProps: withScript,
  NodeBootstrapOptions: withScript,
  BootstrapStepOptions: withRun,
  RunStepOptions: withRun,
  WriteFileStepOptions: withStep((fields) => BootstrapStep.writeFile('/etc/motd', 'Hello', fields)),
  InstallPackagesStepOptions: withStep((fields) => BootstrapStep.installPackages(['git'], fields)),
  EnableServiceStepOptions: withStep((fields) => BootstrapStep.enableService('chronyd', fields)),
  DockerAuthOptions: (stack, fields) => {
    const secret = secretsmanager.Secret.fromSecretNameV2(stack, 'Registry', 'registry');
    return withScript(stack, { dockerAuth: DockerAuth.fromSecret(secret, fields) });
  },
  AgentConfig: (stack, agent) => withScript(stack, { agent }),
  HostPortRange: (stack, fields) =>
    withScript(stack, { agent: { dynamicHostPortRange: { ...PORTS, ...fields } } }),
  TaskMetadataRpsLimit: (stack, fields) =>
    withScript(stack, { agent: { taskMetadataRpsLimit: { ...RATE, ...fields } } }),
  RollingReplacementOptions: (stack, fields) =>
    withTier(stack, { replacement: NodeReplacement.rolling(fields) }),
  ConsolidationOptions: withConsolidation,
  ScheduledOptions: withConsolidation,
  DrainLimitOptions: (stack, fields) =>
    withTier(stack, { drainLimit: DrainLimit.stopTasksAfter(Duration.hours(1), fields) }),
  ImageUpdateOptions: withImageUpdates,
  RepairOptions: (stack, fields) => withTier(stack, { repair: NodeRepair.replace(fields) }),
  RepairNotificationOptions: (stack, fields) =>
    withTier(stack, { repair: NodeRepair.notify(new sns.Topic(stack, 'Topic'), fields) }),
  ManagedScalingOptions: (stack, managedScaling) => withTier(stack, { managedScaling }),
  SpotOptions: (stack, fields) => withTier(stack, { purchase: PurchaseOption.spot(fields) }),
  TierStrategy: (stack, defaultStrategy) => withTier(stack, { defaultStrategy }),
  TierScheduleOptions: (stack, fields) =>
    withTier(stack, { schedules: [TierSchedule.at({ ...ACTION, ...fields })] }),
  WorkingHoursOptions: (stack, fields) =>
    withTier(stack, { schedules: [TierSchedule.workingHours({ ...HOURS, ...fields })] }),
  ClusterAlarmsOptions: withAlarms,
  AlarmOptions: (stack, tierAtMaximum) => withAlarms(stack, { tierAtMaximum }),
  ClusterShareAlarmOptions: (stack, cpuReservation) => withAlarms(stack, { cpuReservation }),
  ClusterOrphanAlarmOptions: (stack, orphans) => withAlarms(stack, { orphans }),
  ClusterDashboardOptions: (stack, fields) => {
    stack.cluster().addDashboard(fields);
    return rendered(stack);
  },
};

/** What the app says with the fields of a struct. */
export function appWith(struct: string, fields: (stack: TestStack) => Fields): string {
  const stack = new TestStack(new App({ treeMetadata: false }), 'Estate', {
    env: { account: '123456789012', region: 'eu-central-1' },
  });
  return APPS[struct](stack, fields(stack));
}
