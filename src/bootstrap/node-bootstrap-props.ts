import type { DockerAuth } from '../registry/docker-auth';
import type { AgentConfig } from '../settings/agent-config';
import type { NodeLogDriver } from '../settings/log-driver';
import type { Sysctl } from '../settings/sysctl';
import type { BootstrapStep } from './bootstrap-step';

/**
 * What a node is configured with at boot: a part of `NodeProps`. A `NodeBootstrap` outside of a cluster takes
 * `NodeBootstrapProps`, which also have the cluster's name.
 *
 * @example
 * declare const vpc: ec2.IVpc;
 * declare const registrySecret: secretsmanager.ISecret;
 * new EcsAutoScaledCluster(this, 'Orders', {
 *   vpc,
 *   dockerAuth: DockerAuth.fromSecret(registrySecret),
 *   logDrivers: [NodeLogDriver.AWSLOGS],
 *   sysctls: [Sysctl.somaxconn(4096)],
 *   agent: { containerStopTimeout: Duration.minutes(2) },
 *   bootstrapSteps: [BootstrapStep.installPackages(['amazon-efs-utils'])],
 *   tiers: [{ name: 'general', instanceTypes: [new ec2.InstanceType('m7i.large')] }],
 * });
 */
export interface NodeBootstrapOptions {
  /**
   * The credentials of private registries, read on the node at boot from AWS Secrets Manager.
   *
   * @default - none; images come from Amazon ECR and from registries that need no credentials
   */
  readonly dockerAuth?: DockerAuth;

  /**
   * The log drivers that containers on the node may use. Replaces the default, whole.
   *
   * @default - `json-file`, `syslog`, `fluentd`, `awslogs`
   */
  readonly logDrivers?: NodeLogDriver[];

  /**
   * Kernel parameters of the node, kept over reboots in `/etc/sysctl.d`. Merged by key over the defaults.
   *
   * @default - local ports 10000 to 65000 for outgoing connections, and 65535 connections that
   * wait to be accepted
   */
  readonly sysctls?: Sysctl[];

  /**
   * Settings of the ECS agent. Merged field by field over the defaults.
   *
   * @default - stopped tasks are removed after 1 hour, containers have 5 minutes to stop, agent updates are
   * on, host ports are given out from 32768 to 65535
   */
  readonly agent?: AgentConfig;

  /**
   * Additional boot steps, run in order, after the node is configured and before the agent starts. The first
   * step that fails stops the node.
   *
   * @default - nothing
   */
  readonly bootstrapSteps?: BootstrapStep[];
}

/**
 * Properties of a `NodeBootstrap` outside of a cluster.
 *
 * @example
 * declare const role: iam.IRole;
 * new ec2.LaunchTemplate(this, 'AnyCluster', {
 *   role,
 *   userData: new NodeBootstrap({ agent: { instanceAttributes: { stack: 'production' } } }),
 *   instanceMetadataTags: true,
 *   requireImdsv2: true,
 *   machineImage: NodeImage.amazonLinux2023(),
 *   instanceType: new ec2.InstanceType('m7i.large'),
 *   instanceInitiatedShutdownBehavior: ec2.InstanceInitiatedShutdownBehavior.TERMINATE,
 * });
 */
export interface NodeBootstrapProps extends NodeBootstrapOptions {
  /**
   * The cluster that nodes join: 1 to 255 letters, digits, `-` and `_`.
   *
   * Not needed where CDK's own `ecs.Cluster.addAsgCapacityProvider` is called on the group: the name is taken
   * from the command that it adds.
   *
   * @default - each node finds it at boot in its own `ClusterName` tag, through IMDSv2; the launch template
   * must allow that (`instanceMetadataTags`)
   */
  readonly clusterName?: string;
}
