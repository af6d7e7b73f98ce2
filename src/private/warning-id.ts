/**
 * The ids of the library's warnings, without the library's name in front. They are part of the API: users
 * acknowledge a warning by its id.
 *
 * What each says and what to do is in docs/bad-input.md, which a test holds to this list.
 */
export const WARNING_IDS = [
  'BootstrapStep.endsBoot',
  'BootstrapStep.exits',
  'BootstrapStep.fails',
  'BootstrapStep.neverEnds',
  'BootstrapStep.startsAgent',
  'BootstrapStep.text',
  'ClusterAlarms.orphans',
  'EcsAutoScaledCluster.duplicateRule',
  'EcsAutoScaledCluster.nodeFields',
  'EcsRunTask.launchType',
  'ExistingCluster.defaultStrategy',
  'ExistingCluster.noTier',
  'InstanceTier.addSecurityGroup',
  'InstanceTier.addUserData',
  'InstanceTier.closedEgress',
  'InstanceTier.desiredCapacity',
  'InstanceTier.enableManagedTerminationProtection',
  'InstanceTier.isolatedSubnets',
  'InstanceTier.managedScaling',
  'InstanceTier.notifications',
  'InstanceTier.schedules',
  'InstanceTier.targetGroup',
  'InstanceTier.terminationPolicies',
  'NodeTemplate.accelerator',
  'NodeTemplate.agentEnvironment',
  'NodeTemplate.agentLogDriver',
  'NodeTemplate.instanceTypes',
  'NodeTemplate.ipv6',
  'Service.availabilityZoneRebalancing',
  'Service.codeDeploy',
  'Service.dynamicHostPorts',
  'Service.fixedHostPort',
  'Service.gpu',
  'Service.gpuSharing',
  'Service.logDriver',
  'Service.maxHealthyPercent',
  'Service.minHealthyPercent',
  'Service.networkInterfaces',
  'Service.networkLoadBalancer',
  'Service.onePerNode',
  'Service.outgoingPorts',
  'Service.peerPorts',
  'Service.placementConstraints',
  'Service.providerList',
  'Service.publicSubnets',
  'Service.runtimePlatform',
  'Service.size',
  'Service.strategy',
] as const;

/** The id of a warning. One that is missing in the list does not compile. */
export type WarningId = (typeof WARNING_IDS)[number];
