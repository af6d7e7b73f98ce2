// The only barrel, for users; inside of src nobody imports it. Grouped by layer, the cluster first: the API
// reference is in this order.

// cluster
export { EcsAutoScaledCluster } from './cluster/ecs-auto-scaled-cluster';
export type { EcsAutoScaledClusterProps } from './cluster/cluster-props';
export type { EcsAutoScaledClusterAttributes } from './cluster/imported-cluster';
export { ExistingCluster } from './cluster/existing-cluster';
export type { ExistingClusterProps } from './cluster/existing-cluster-props';
export { ClusterProviders, type KeptProvidersOptions } from './cluster/cluster-providers';

// tier
export { InstanceTier } from './tier/instance-tier';
export type { InstanceTierOptions, InstanceTierProps } from './tier/tier-options';
export { NodeReplacement } from './replacement/node-replacement';
export type { RollingReplacementOptions } from './replacement/rolling-replacement-options';
export { Consolidation, type ConsolidationOptions } from './replacement/consolidation';
export type { ScheduledOptions } from './replacement/scheduled-options';
export { DrainLimit, type DrainLimitOptions } from './replacement/drain-limit';
export { ImageUpdates, type ImageUpdateOptions } from './replacement/image-updates';
export { NodeRepair, type RepairOptions, type RepairNotificationOptions } from './replacement/node-repair';
export { PurchaseOption } from './tier/purchase-option';
export type { ManagedScalingOptions } from './tier/managed-scaling';
export type { CapacityReservationOptions } from './tier/capacity-reservations';
export type { SpotOptions } from './tier/spot-options';
export type { TierStrategy } from './tier/tier-strategy';
export {
  TierSchedule,
  type WorkingHoursOptions,
  TierWeekday,
  type TierScheduleOptions,
} from './tier/tier-schedule';

// node
export { NodeTemplate, type NodeTemplateProps } from './node/node-template';
export type { NodeProps } from './node/node-props';
export type { NodeHardware } from './node/node-hardware';
export { NodeRole, type NodeRoleProps } from './node/node-role';
export { NodeImage, type NodeImageOptions, NodeImageResolution } from './node/node-image';
export {
  NodeVolume,
  type RootVolumeOptions,
  type AdditionalVolumeOptions,
  type NodeVolumeOptions,
} from './node/node-volume';

// bootstrap
export { NodeBootstrap } from './bootstrap/node-bootstrap';
export type { NodeBootstrapProps, NodeBootstrapOptions } from './bootstrap/node-bootstrap-props';
export { BootstrapStep } from './bootstrap/bootstrap-step';
export type {
  BootstrapStepOptions,
  RunStepOptions,
  WriteFileStepOptions,
  InstallPackagesStepOptions,
  EnableServiceStepOptions,
} from './bootstrap/step-options';

// registry
export { DockerAuth, type DockerAuthOptions, DockerAuthFormat } from './registry/docker-auth';

// settings
export { NodeLogDriver } from './settings/log-driver';
export { Sysctl } from './settings/sysctl';
export {
  type AgentConfig,
  type HostPortRange,
  type TaskMetadataRpsLimit,
  AgentImagePullBehavior,
  AgentInstanceIpCompatibility,
  AgentPropagateTagsFrom,
  AgentLogDriver,
  AgentLogLevel,
  AgentLogOutputFormat,
  AgentLogRolloverType,
} from './settings/agent-config';

// operations
export { ClusterAlarms } from './operations/cluster-alarms';
export type {
  ClusterAlarmsOptions,
  AlarmOptions,
  ClusterShareAlarmOptions,
  ClusterOrphanAlarmOptions,
} from './operations/cluster-alarms-options';
export { ClusterDashboard, type ClusterDashboardOptions } from './operations/cluster-dashboard';
