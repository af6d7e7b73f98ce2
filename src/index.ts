// The only barrel, for users; inside of src nobody imports it. Grouped by layer, the cluster first.

// cluster
export * from './cluster/ecs-auto-scaled-cluster';
export type { EcsAutoScaledClusterAttributes } from './cluster/imported-cluster';

// tier
export { InstanceTier } from './tier/instance-tier';
export { NodeReplacement } from './tier/node-replacement';
export type { RollingReplacementOptions } from './tier/rolling-replacement-options';
export type { SpotOptions } from './tier/spot-options';
export type { InstanceTierOptions, InstanceTierProps } from './tier/tier-options';
export { TierSchedule, type TierScheduleOptions, TierWeekday, type WorkingHoursOptions } from './tier/tier-schedule';
export type { TierStrategy } from './tier/tier-strategy';

// node
export * from './node/node-image';
export type { NodeProps } from './node/node-props';
export * from './node/node-role';
export { NodeTemplate, type NodeTemplateProps } from './node/node-template';
export * from './node/node-volume';

// bootstrap
export * from './bootstrap/bootstrap-step';
export * from './bootstrap/node-bootstrap';

// registry
export * from './registry/docker-auth';

// settings
export * from './settings/agent-config';
export { NodeLogDriver } from './settings/log-driver';
export { Sysctl } from './settings/sysctl';

// operations
export { ClusterAlarms } from './operations/cluster-alarms';
export * from './operations/cluster-alarms-options';
export { ClusterDashboard, type ClusterDashboardOptions } from './operations/cluster-dashboard';
