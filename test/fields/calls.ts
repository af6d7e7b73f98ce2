import { Duration, Size } from 'aws-cdk-lib';
import * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import * as iam from 'aws-cdk-lib/aws-iam';
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
  ExistingCluster,
  ImageUpdates,
  InstanceTier,
  NodeBootstrap,
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
} from '../../src';
import { SMALL, type TestStack } from '../helpers/estate';

/** A function of the public API, and arguments that it takes. */
export interface Call {
  readonly call: (...args: any[]) => unknown;
  readonly args: readonly unknown[];
}

const secretOf = (stack: TestStack) => secretsmanager.Secret.fromSecretNameV2(stack, 'Registry', 'registry');
const tierOf = (stack: TestStack): any => stack.cluster().tier('general');
const existing =
  (name: string, ...args: unknown[]) =>
  (stack: TestStack) => {
    const cluster: any = stack.existingCluster();
    return { call: (...given: any[]) => cluster[name](...given), args };
  };
const metric = (name: string) => (stack: TestStack) => {
  const tier = tierOf(stack);
  return { call: (...args: any[]) => tier[name](...args), args: [{}] };
};
const sysctl =
  (name: keyof typeof Sysctl, ...args: unknown[]) =>
  () => ({ call: (Sysctl as any)[name].bind(Sysctl), args });
const bootstrap =
  (name: string, ...args: unknown[]) =>
  () => {
    const made: any = new NodeBootstrap();
    return { call: (...given: any[]) => made[name](...given), args };
  };

/** Each constructor, factory and method that takes arguments. */
export const CALLS: Record<string, (stack: TestStack) => Call> = {
  'BootstrapStep.run': () => ({ call: BootstrapStep.run, args: ['true', {}] }),
  'BootstrapStep.writeFile': () => ({ call: BootstrapStep.writeFile, args: ['/etc/motd', 'Hello', {}] }),
  'BootstrapStep.installPackages': () => ({ call: BootstrapStep.installPackages, args: [['git'], {}] }),
  'BootstrapStep.enableService': () => ({ call: BootstrapStep.enableService, args: ['chronyd', {}] }),
  'DockerAuth.fromSecret': (stack) => ({ call: DockerAuth.fromSecret, args: [secretOf(stack), {}] }),
  'DockerAuth.grantRead': (stack) => {
    const auth = DockerAuth.fromSecret(secretOf(stack));
    const role = new iam.Role(stack, 'Role', { assumedBy: new iam.AnyPrincipal() });
    return { call: (grantee) => auth.grantRead(grantee), args: [role] };
  },
  'EcsAutoScaledCluster.new': (stack) => ({
    call: (scope, id, props) => new EcsAutoScaledCluster(scope, id, props),
    args: [stack, 'Orders', { vpc: stack.vpc }],
  }),
  'EcsAutoScaledCluster.fromEcsAutoScaledClusterAttributes': (stack) => ({
    call: EcsAutoScaledCluster.fromEcsAutoScaledClusterAttributes,
    args: [stack, 'Orders', { vpc: stack.vpc, clusterName: 'orders' }],
  }),
  'EcsAutoScaledCluster.addAlarms': (stack) => {
    const cluster = stack.cluster();
    return { call: (options) => cluster.addAlarms(options), args: [{}] };
  },
  'EcsAutoScaledCluster.addDashboard': (stack) => {
    const cluster = stack.cluster();
    return { call: (options) => cluster.addDashboard(options), args: [{}] };
  },
  'EcsAutoScaledCluster.addTier': (stack) => {
    const cluster = stack.cluster();
    return {
      call: (name, options) => cluster.addTier(name, options),
      args: ['spare', { instanceTypes: [SMALL] }],
    };
  },
  'EcsAutoScaledCluster.metricContainerInstanceCount': (stack) => {
    const cluster = stack.cluster();
    return { call: (props) => cluster.metricContainerInstanceCount(props), args: [{}] };
  },
  'EcsAutoScaledCluster.tier': (stack) => {
    const cluster = stack.cluster();
    return { call: (name) => cluster.tier(name), args: ['general'] };
  },
  'ClusterProviders.keep': () => ({ call: ClusterProviders.keep, args: [['batch'], {}] }),
  'ExistingCluster.new': (stack) => ({
    call: (scope, id, props) => new ExistingCluster(scope, id, props),
    args: [
      stack,
      'Shared',
      { vpc: stack.vpc, clusterName: 'shared', capacityProviders: ClusterProviders.none() },
    ],
  }),
  'ExistingCluster.addAlarms': existing('addAlarms', {}),
  'ExistingCluster.addDashboard': existing('addDashboard', {}),
  'ExistingCluster.addTier': existing('addTier', 'spare', { instanceTypes: [SMALL] }),
  'ExistingCluster.metricContainerInstanceCount': existing('metricContainerInstanceCount', {}),
  'ExistingCluster.metricCpuReservation': existing('metricCpuReservation', {}),
  'ExistingCluster.metricCpuUtilization': existing('metricCpuUtilization', {}),
  'ExistingCluster.metricMemoryReservation': existing('metricMemoryReservation', {}),
  'ExistingCluster.metricMemoryUtilization': existing('metricMemoryUtilization', {}),
  'ExistingCluster.tier': existing('tier', 'general'),
  'InstanceTier.isInstanceTier': (stack) => ({ call: InstanceTier.isInstanceTier, args: [stack] }),
  'InstanceTier.strategy': (stack) => {
    const tier = tierOf(stack);
    return { call: (options) => tier.strategy(options), args: [{}] };
  },
  'InstanceTier.metric': (stack) => {
    const tier = tierOf(stack);
    return { call: (name, props) => tier.metric(name, props), args: ['GroupMinSize', {}] };
  },
  'InstanceTier.metricCapacityProviderReservation': metric('metricCapacityProviderReservation'),
  'InstanceTier.metricDesiredCapacity': metric('metricDesiredCapacity'),
  'InstanceTier.metricInServiceInstances': metric('metricInServiceInstances'),
  'InstanceTier.metricMaxSize': metric('metricMaxSize'),
  'InstanceTier.metricMinSize': metric('metricMinSize'),
  'InstanceTier.metricPendingInstances': metric('metricPendingInstances'),
  'InstanceTier.metricTerminatingInstances': metric('metricTerminatingInstances'),
  'InstanceTier.metricTotalInstances': metric('metricTotalInstances'),
  'NodeBootstrap.new': () => ({ call: (options) => new NodeBootstrap(options), args: [{}] }),
  'NodeBootstrap.addCommands': bootstrap('addCommands', 'true'),
  'NodeBootstrap.addExecuteFileCommand': bootstrap('addExecuteFileCommand', { filePath: '/opt/run.sh' }),
  'NodeImage.amazonLinux2023': () => ({ call: NodeImage.amazonLinux2023, args: [{}] }),
  'NodeImage.amazonLinux2023Gpu': () => ({ call: NodeImage.amazonLinux2023Gpu, args: [{}] }),
  'NodeImage.amazonLinux2023Neuron': () => ({ call: NodeImage.amazonLinux2023Neuron, args: [{}] }),
  'NodeImage.fromSsmParameter': () => ({ call: NodeImage.fromSsmParameter, args: ['/images/node', {}] }),
  'NodeImage.getImage': (stack) => {
    const image = NodeImage.amazonLinux2023();
    return { call: (scope) => image.getImage(scope), args: [stack] };
  },
  'NodeImageResolution.pinned': () => ({ call: NodeImageResolution.pinned, args: ['20260414'] }),
  'NodeLogDriver.of': () => ({ call: NodeLogDriver.of, args: ['awslogs'] }),
  'Consolidation.scheduled': () => ({
    call: Consolidation.scheduled,
    args: [{ schedule: scheduler.ScheduleExpression.cron({ hour: '3', minute: '0' }) }],
  }),
  'DrainLimit.stopTasksAfter': () => ({ call: DrainLimit.stopTasksAfter, args: [Duration.hours(1), {}] }),
  'DrainLimit.notifyAfter': (stack) => ({
    call: DrainLimit.notifyAfter,
    args: [Duration.hours(1), new sns.Topic(stack, 'Topic')],
  }),
  'ImageUpdates.scheduled': () => ({
    call: ImageUpdates.scheduled,
    args: [{ schedule: scheduler.ScheduleExpression.cron({ hour: '3', minute: '0' }) }],
  }),
  'NodeRepair.replace': () => ({ call: NodeRepair.replace, args: [{}] }),
  'NodeRepair.notify': (stack) => ({ call: NodeRepair.notify, args: [new sns.Topic(stack, 'Topic'), {}] }),
  'NodeReplacement.rolling': () => ({ call: NodeReplacement.rolling, args: [{}] }),
  'NodeRole.new': (stack) => ({
    call: (scope, id, props) => new NodeRole(scope, id, props),
    args: [stack, 'Role', {}],
  }),
  'NodeRole.isNodeRole': (stack) => ({ call: NodeRole.isNodeRole, args: [stack] }),
  'NodeTemplate.new': (stack) => ({
    call: (scope, id, props) => new NodeTemplate(scope, id, props),
    args: [stack, 'Standard', { instanceTypes: [SMALL] }],
  }),
  'NodeVolume.root': () => ({ call: NodeVolume.root, args: [{}] }),
  'NodeVolume.additional': () => ({
    call: NodeVolume.additional,
    args: ['/dev/xvdb', { size: Size.gibibytes(8) }],
  }),
  'PurchaseOption.capacityBlock': () => ({
    call: PurchaseOption.capacityBlock,
    args: ['cr-0123456789abcdef0'],
  }),
  'PurchaseOption.capacityReservations': () => ({ call: PurchaseOption.capacityReservations, args: [{}] }),
  'PurchaseOption.spot': () => ({ call: PurchaseOption.spot, args: [{}] }),
  'Sysctl.fileMax': sysctl('fileMax', 1000),
  'Sysctl.inotifyMaxUserInstances': sysctl('inotifyMaxUserInstances', 1000),
  'Sysctl.inotifyMaxUserWatches': sysctl('inotifyMaxUserWatches', 1000),
  'Sysctl.ipLocalPortRange': sysctl('ipLocalPortRange', 10000, 65000),
  'Sysctl.ipLocalReservedPorts': sysctl('ipLocalReservedPorts', 11000),
  'Sysctl.maxMapCount': sysctl('maxMapCount', 1000),
  'Sysctl.netdevMaxBacklog': sysctl('netdevMaxBacklog', 1000),
  'Sysctl.nfConntrackMax': sysctl('nfConntrackMax', 1000),
  'Sysctl.of': sysctl('of', 'kernel.panic', '10'),
  'Sysctl.overcommitMemory': sysctl('overcommitMemory', 1),
  'Sysctl.pidMax': sysctl('pidMax', 1000),
  'Sysctl.rmemMax': sysctl('rmemMax', 5000),
  'Sysctl.somaxconn': sysctl('somaxconn', 1000),
  'Sysctl.swappiness': sysctl('swappiness', 10),
  'Sysctl.tcpFinTimeout': sysctl('tcpFinTimeout', Duration.seconds(30)),
  'Sysctl.tcpKeepaliveInterval': sysctl('tcpKeepaliveInterval', Duration.seconds(30)),
  'Sysctl.tcpKeepaliveProbes': sysctl('tcpKeepaliveProbes', 3),
  'Sysctl.tcpKeepaliveTime': sysctl('tcpKeepaliveTime', Duration.seconds(30)),
  'Sysctl.tcpMaxSynBacklog': sysctl('tcpMaxSynBacklog', 1000),
  'Sysctl.tcpRmem': sysctl('tcpRmem', 1, 2, 3),
  'Sysctl.tcpTwReuse': sysctl('tcpTwReuse', true),
  'Sysctl.tcpWmem': sysctl('tcpWmem', 1, 2, 3),
  'Sysctl.wmemMax': sysctl('wmemMax', 5000),
  'TierSchedule.at': () => ({
    call: TierSchedule.at,
    args: [{ schedule: autoscaling.Schedule.cron({ hour: '7', minute: '0' }), minCapacity: 1 }],
  }),
  'TierSchedule.workingHours': () => ({
    call: TierSchedule.workingHours,
    args: [{ timeZone: 'Europe/Berlin' }],
  }),
};

/** Refused whatever they are given, and named in the message. */
export const ALWAYS_REFUSED = [
  'NodeBootstrap.addOnExitCommands',
  'NodeBootstrap.addS3DownloadCommand',
  'NodeBootstrap.addSignalOnExitCommand',
];

/** Questions, which anything may be asked. */
export const QUESTIONS = ['InstanceTier.isInstanceTier', 'NodeRole.isNodeRole'];
