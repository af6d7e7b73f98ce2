import type { Duration, Size } from 'aws-cdk-lib';

/**
 * How much the agent logs. From least to most: `NONE`, `CRIT`, `ERROR`, `WARN`, `INFO`, `DEBUG`
 * (`ecs-agent/logger/log.go`).
 *
 * @example
 * declare const cluster: EcsAutoScaledCluster;
 * cluster.addTier('general', {
 *   instanceTypes: [new ec2.InstanceType('m7i.large')],
 *   agent: { logLevel: AgentLogLevel.WARN, logLevelOnInstance: AgentLogLevel.INFO },
 * });
 */
export enum AgentLogLevel {
  /** Nothing. */
  NONE = 'none',
  /** What stops the agent. */
  CRIT = 'crit',
  /** Errors, and what is worse. */
  ERROR = 'error',
  /** Warnings (a variable that was discarded is one), and what is worse. */
  WARN = 'warn',
  /** What the agent does. */
  INFO = 'info',
  /** Everything. The log of a busy node then grows by megabytes an hour. */
  DEBUG = 'debug',
}

/**
 * When the agent begins a new log file (`ecs-agent/logger/log.go`).
 *
 * @example
 * declare const cluster: EcsAutoScaledCluster;
 * cluster.addTier('general', {
 *   instanceTypes: [new ec2.InstanceType('m7i.large')],
 *   agent: { logRolloverType: AgentLogRolloverType.HOURLY, logMaxRollCount: 48 },
 * });
 */
export enum AgentLogRolloverType {
  /** When the file has reached `logMaxFileSize`. */
  SIZE = 'size',
  /** Every hour. */
  HOURLY = 'hourly',
}

/**
 * How a line of the agent's log is written (`ecs-agent/logger/log.go`).
 *
 * @example
 * declare const cluster: EcsAutoScaledCluster;
 * cluster.addTier('general', {
 *   instanceTypes: [new ec2.InstanceType('m7i.large')],
 *   agent: { logOutputFormat: AgentLogOutputFormat.JSON },
 * });
 */
export enum AgentLogOutputFormat {
  /** `level=info time=… msg=…`. */
  LOGFMT = 'logfmt',
  /** One JSON object a line. */
  JSON = 'json',
}

/**
 * Where docker sends the log of the agent's own container. Not the drivers that tasks may use:
 * those are `logDrivers`.
 *
 * The set is closed: for another name ecs-init falls back to `json-file` and drops the options
 * (`ecs-init/config/common.go`, `validDrivers`).
 *
 * @example
 * declare const cluster: EcsAutoScaledCluster;
 * declare const logGroup: logs.ILogGroup;
 * const tier = cluster.addTier('general', {
 *   instanceTypes: [new ec2.InstanceType('m7i.large')],
 *   agent: {
 *     agentLogDriver: AgentLogDriver.AWSLOGS,
 *     agentLogOptions: { 'awslogs-group': logGroup.logGroupName },
 *   },
 * });
 * logGroup.grantWrite(tier.template.role);
 */
export enum AgentLogDriver {
  /** CloudWatch Logs. The node's role needs `logs:CreateLogStream` and `logs:PutLogEvents`. */
  AWSLOGS = 'awslogs',
  /** A fluentd server, which must answer before the agent can start, unless `fluentd-async` is true. */
  FLUENTD = 'fluentd',
  /** A Graylog or Logstash server. */
  GELF = 'gelf',
  /** The journal of the node. */
  JOURNALD = 'journald',
  /** Files on the node. */
  JSON_FILE = 'json-file',
  /** Rapid7 Logentries. Docker 25, which the ECS-optimized images have, knows this driver no more. */
  LOGENTRIES = 'logentries',
  /** Splunk's HTTP event collector. */
  SPLUNK = 'splunk',
  /** A syslog server. */
  SYSLOG = 'syslog',
}

/**
 * Whether the agent pulls an image that the node has already (`agent/config/parse.go`,
 * `parseImagePullBehavior`).
 *
 * @example
 * declare const cluster: EcsAutoScaledCluster;
 * cluster.addTier('models', {
 *   instanceTypes: [new ec2.InstanceType('c7i.2xlarge')],
 *   machineImage: NodeImage.fromSsmParameter('/images/ecs-node-with-models'),
 *   agent: { imagePullBehavior: AgentImagePullBehavior.PREFER_CACHED },
 * });
 */
export enum AgentImagePullBehavior {
  /** Pull, and if that fails use the copy on the node. */
  DEFAULT = 'default',
  /** Pull, and if that fails the task fails. */
  ALWAYS = 'always',
  /**
   * Pull an image that was never pulled on this node, or that was cleaned up since. Otherwise use the copy.
   */
  ONCE = 'once',
  /**
   * Use the copy on the node whenever there is one, wherever it came from. The agent then removes no image:
   * the disk fills where images change often, and settings of the cleanup are refused.
   */
  PREFER_CACHED = 'prefer-cached',
}

/**
 * Which of IPv4 and IPv6 the agent takes the node to have (`agent/config/parse_linux.go`). For a dual-stack
 * node, `IPV4` is right.
 *
 * @example
 * declare const cluster: EcsAutoScaledCluster;
 * cluster.addTier('dual-stack', {
 *   instanceTypes: [new ec2.InstanceType('m7i.large')],
 *   agent: { instanceIpCompatibility: AgentInstanceIpCompatibility.IPV4 },
 * });
 */
export enum AgentInstanceIpCompatibility {
  /** IPv4, or both. */
  IPV4 = 'ipv4',
  /** IPv6 alone: the agent then uses the dual-stack endpoints of AWS. */
  IPV6 = 'ipv6',
}

/**
 * Which tags become tags of the container instance in ECS (`agent/config/parse.go`).
 *
 * @example
 * declare const vpc: ec2.IVpc;
 * const role = new NodeRole(this, 'ProductionRole');
 * role.addToPolicy(new iam.PolicyStatement({ actions: ['ec2:DescribeTags'], resources: ['*'] }));
 * new EcsAutoScaledCluster(this, 'Orders', {
 *   vpc,
 *   role,
 *   agent: { containerInstancePropagateTagsFrom: AgentPropagateTagsFrom.EC2_INSTANCE },
 *   tiers: [{ name: 'general', instanceTypes: [new ec2.InstanceType('m7i.large')] }],
 * });
 */
export enum AgentPropagateTagsFrom {
  /** None: only `containerInstanceTags`. */
  NONE = 'none',
  /** The tags of the EC2 instance. The node's role then needs `ec2:DescribeTags`. */
  EC2_INSTANCE = 'ec2_instance',
}

/**
 * A range of ports of the node, both ends included.
 *
 * @example
 * declare const cluster: EcsAutoScaledCluster;
 * declare const loadBalancer: ec2.ISecurityGroup;
 * const tier = cluster.addTier('general', {
 *   instanceTypes: [new ec2.InstanceType('m7i.large')],
 *   agent: { dynamicHostPortRange: { fromPort: 40000, toPort: 49999 } },
 * });
 * const nodes = tier.connections;
 * nodes.allowFrom(loadBalancer, tier.dynamicHostPorts);
 */
export interface HostPortRange {
  /** The first port: a whole number from 1 to 65535. */
  readonly fromPort: number;
  /** The last port: a whole number from 1 to 65535, and not below `fromPort`. */
  readonly toPort: number;
}

/**
 * How many requests the containers of a node may make to the task metadata endpoint and the agent API
 * endpoint, all together.
 *
 * @example
 * declare const cluster: EcsAutoScaledCluster;
 * cluster.addTier('general', {
 *   instanceTypes: [new ec2.InstanceType('m7i.large')],
 *   agent: { taskMetadataRpsLimit: { steadyState: 100, burst: 200 } },
 * });
 */
export interface TaskMetadataRpsLimit {
  /** Requests per second in the long run: a whole number of at least 1. */
  readonly steadyState: number;
  /** Requests at once: a whole number of at least 1. */
  readonly burst: number;
}

/**
 * The configuration of a node's ECS agent: one field for each variable of its `/etc/ecs/ecs.config`.
 *
 * The agent silently discards most values that it cannot use and goes on with its own default. So each
 * value is checked at synthesis, against what the agent's sources accept (amazon-ecs-agent 1.105,
 * `README.md`, `agent/config/*.go`, `ecs-init/`); the message names the field as `agent.<field>`. CDK tokens
 * pass: what is only known at deployment cannot be checked.
 *
 * Where configurations are merged, it is field by field: a field that is left out overrides nothing.
 *
 * A field that is neither set nor has a default of this library is not written at all. "The agent's default"
 * below is that of the agent as ecs-init of the ECS-optimized Amazon Linux AMI starts it.
 *
 * @example
 * declare const vpc: ec2.IVpc;
 * new EcsAutoScaledCluster(this, 'Orders', {
 *   vpc,
 *   agent: {
 *     containerStopTimeout: Duration.minutes(2),
 *     imagePullBehavior: AgentImagePullBehavior.ONCE,
 *     reservedMemory: Size.mebibytes(256),
 *     instanceAttributes: { stack: 'production' },
 *   },
 *   tiers: [{ name: 'general', instanceTypes: [new ec2.InstanceType('m7i.large')] }],
 * });
 */
export interface AgentConfig {
  // ---- Tasks and their containers

  /**
   * How long the containers of a stopped task stay on the node, with their logs and writable layers.
   * Variable: `ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION`.
   *
   * Refused: less than 1 s, for which the agent would take 3 h (`agent/config/config.go`,
   * `minimumTaskCleanupWaitDuration`).
   *
   * @default Duration.hours(1); the agent's own 3 h fill the disk of a node that deploys often
   */
  readonly taskCleanupWaitDuration?: Duration;

  /**
   * The most that is added, at random, to `taskCleanupWaitDuration` of each task, so that the clean-ups of
   * many tasks do not fall together. Variable: `ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION_JITTER`.
   *
   * @default - the agent's default: nothing is added
   */
  readonly taskCleanupWaitDurationJitter?: Duration;

  /**
   * How long a container may take to end by itself, between SIGTERM and SIGKILL, unless its task definition
   * says otherwise (`stopTimeout`). Variable: `ECS_CONTAINER_STOP_TIMEOUT`.
   *
   * Refused: less than 1 s (`agent/config/config.go`, `minimumDockerStopTimeout`).
   *
   * @default Duration.minutes(5)
   */
  readonly containerStopTimeout?: Duration;

  /**
   * How long docker may take to start a container before the agent gives up. Variable:
   * `ECS_CONTAINER_START_TIMEOUT`.
   *
   * Refused: less than 45 s (`agent/config/config_unix.go`, `minimumContainerStartTimeout`).
   *
   * @default - the agent's default: 3 min
   */
  readonly containerStartTimeout?: Duration;

  /**
   * How long docker may take to create a container before the agent gives up. Variable:
   * `ECS_CONTAINER_CREATE_TIMEOUT`.
   *
   * Refused: less than 1 min (`agent/config/config_unix.go`, `minimumContainerCreateTimeout`).
   *
   * @default - the agent's default: 4 min
   */
  readonly containerCreateTimeout?: Duration;

  /**
   * Whether the CPU and memory limits of a whole task are enforced, by a separate cgroup. Variable:
   * `ECS_ENABLE_TASK_CPU_MEM_LIMIT`.
   *
   * @default - the agent's default: true
   */
  readonly enableTaskCpuMemLimit?: boolean;

  /**
   * The period of the CPU quota of a task's cgroup. A shorter one throttles more evenly, at some cost.
   * Variable: `ECS_CGROUP_CPU_PERIOD`.
   *
   * Refused: less than 8 ms, more than 100 ms (`agent/config/config.go`, `minimumCgroupCPUPeriod`,
   * `maximumCgroupCPUPeriod`).
   *
   * @default - the agent's default: 100 ms
   */
  readonly cgroupCpuPeriod?: Duration;

  /**
   * How many processes and threads one task may have (`pids.max` of its cgroup). Variable:
   * `ECS_TASK_PIDS_LIMIT`.
   *
   * Refused: what is not a whole number from 1 to 4194304, the limit of runc on Amazon Linux
   * (`agent/config/parse_linux.go`).
   *
   * @default - the agent's default: no limit
   */
  readonly taskPidsLimit?: number;

  /**
   * Whether a container without its own memory limit gets the limit of its task, on cgroup v2 (Amazon
   * Linux 2023 has it). Variable: `ECS_PROPAGATE_TASK_MEMORY_LIMIT_CGROUPV2`.
   *
   * @default - the agent's default: false
   */
  readonly propagateTaskMemoryLimitCgroupv2?: boolean;

  /**
   * Whether two volumes of the scope `shared` are the same only if driver, options and labels are the same
   * too, and not the name alone. Variable: `ECS_SHARED_VOLUME_MATCH_FULL_CONFIG`.
   *
   * @default - the agent's default: false
   */
  readonly sharedVolumeMatchFullConfig?: boolean;

  /**
   * Whether tasks with privileged containers are refused by the node. Variable: `ECS_DISABLE_PRIVILEGED`.
   *
   * @default - the agent's default: false
   */
  readonly disablePrivileged?: boolean;

  /**
   * Whether the node says of itself that it has SELinux, so that tasks with SELinux options are placed on it.
   * Variable: `ECS_SELINUX_CAPABLE`.
   *
   * @default - the agent's default: false
   */
  readonly selinuxCapable?: boolean;

  /**
   * Whether the node says of itself that it has AppArmor, so that tasks with AppArmor options are placed on
   * it. Amazon Linux has none. Variable: `ECS_APPARMOR_CAPABLE`.
   *
   * @default - the agent's default: false
   */
  readonly apparmorCapable?: boolean;

  // ---- Images

  /**
   * Whether an image is pulled that the node has already. Variable: `ECS_IMAGE_PULL_BEHAVIOR`.
   *
   * @default - the agent's default: AgentImagePullBehavior.DEFAULT
   */
  readonly imagePullBehavior?: AgentImagePullBehavior;

  /**
   * How long the pull of an image may take. Variable: `ECS_IMAGE_PULL_TIMEOUT`.
   *
   * Refused: less than 1 s. The agent knows no minimum, but takes 0 for "not set" (`agent/config/config.go`,
   * `Merge`).
   *
   * @default - the agent's default: 2 h
   */
  readonly imagePullTimeout?: Duration;

  /**
   * How long a pull may show no progress, the unpacking of a layer for example. Variable:
   * `ECS_IMAGE_PULL_INACTIVITY_TIMEOUT`.
   *
   * Refused: less than 1 min (`agent/config/config.go`, `minimumImagePullInactivityTimeout`).
   *
   * @default - the agent's default: 1 min
   */
  readonly imagePullInactivityTimeout?: Duration;

  /**
   * How long a registry may take to answer with the manifest of an image. Variable:
   * `ECS_MANIFEST_PULL_TIMEOUT`.
   *
   * Refused: less than 30 s (`agent/config/config_unix.go`, `minimumManifestPullTimeout`).
   *
   * @default - the agent's default: 1 min
   */
  readonly manifestPullTimeout?: Duration;

  /**
   * Whether the images of containers that depend on others are pulled at once, not only when their turn
   * comes. Variable: `ECS_PULL_DEPENDENT_CONTAINERS_UPFRONT`.
   *
   * @default - the agent's default: false
   */
  readonly pullDependentContainersUpfront?: boolean;

  /**
   * Whether images that no task uses any more stay on the node for ever. Variable:
   * `ECS_DISABLE_IMAGE_CLEANUP`.
   *
   * Refused: true together with settings of the cleanup.
   *
   * @default - the agent's default: false
   */
  readonly disableImageCleanup?: boolean;

  /**
   * How often unused images are removed. Variable: `ECS_IMAGE_CLEANUP_INTERVAL`.
   *
   * Refused: less than 10 min (`agent/config/config.go`, `minimumImageCleanupInterval`).
   *
   * @default - the agent's default: 30 min
   */
  readonly imageCleanupInterval?: Duration;

  /**
   * How old, since it was pulled, an image must be to be removed. Variable: `ECS_IMAGE_MINIMUM_CLEANUP_AGE`.
   *
   * Refused: less than 1 s. The agent knows no minimum, but takes 0 for "not set" (`agent/config/config.go`,
   * `Merge`).
   *
   * @default - the agent's default: 1 h
   */
  readonly imageMinimumCleanupAge?: Duration;

  /**
   * How many images are removed at a time, at most. Variable: `ECS_NUM_IMAGES_DELETE_PER_CYCLE`.
   *
   * Refused: what is not a whole number of at least 1 (`agent/config/config.go`,
   * `minimumNumImagesToDeletePerCycle`).
   *
   * @default - the agent's default: 5
   */
  readonly numImagesDeletePerCycle?: number;

  /**
   * Whether containers and images that are not of ECS tasks are removed too. Variable:
   * `ECS_ENABLE_UNTRACKED_IMAGE_CLEANUP`.
   *
   * @default - the agent's default: false
   */
  readonly enableUntrackedImageCleanup?: boolean;

  /**
   * How old, since it was built, an image that is not of an ECS task must be to be removed. Without
   * `enableUntrackedImageCleanup` it says nothing. Variable: `NON_ECS_IMAGE_MINIMUM_CLEANUP_AGE`.
   *
   * Refused: less than 1 s. The agent knows no minimum, but takes 0 for "not set" (`agent/config/config.go`,
   * `Merge`).
   *
   * @default - the agent's default: 1 h
   */
  readonly nonEcsImageMinimumCleanupAge?: Duration;

  /**
   * Images (`name:tag`) that `enableUntrackedImageCleanup` spares. Variable: `ECS_EXCLUDE_UNTRACKED_IMAGE`.
   *
   * Refused: an empty name, and one with white space, a comma, a quote or a backslash: the agent splits the
   * list at commas and trims nothing (`agent/config/parse.go`, `parseImageCleanupExclusionList`).
   *
   * @default - the agent's default: none
   */
  readonly excludeUntrackedImages?: string[];

  // ---- Network

  /**
   * The ports of the node that the agent gives, in order from the first, to containers whose port mapping
   * names no host port. Load balancers must be allowed to reach them. Variable:
   * `ECS_DYNAMIC_HOST_PORT_RANGE`.
   *
   * Refused: ports that are not whole numbers from 1 to 65535, and a range that ends before it begins.
   *
   * @default { fromPort: 32768, toPort: 65535 }: what the CDK opens to load balancers. The agent's own
   * default is `net.ipv4.ip_local_port_range`, which this library widens
   */
  readonly dynamicHostPortRange?: HostPortRange;

  /**
   * TCP ports of the node that no task may have. They replace the agent's list, they are not added to it:
   * repeat what of it still holds. Variable: `ECS_RESERVED_PORTS`.
   *
   * Refused: what is not a whole number from 1 to 65535, and an empty list, for which the agent would take
   * its own (`agent/config/config.go`, `Merge`).
   *
   * @default - the agent's default: 22, 2375, 2376, 51678, 51679
   */
  readonly reservedPorts?: number[];

  /**
   * UDP ports of the node that no task may have. Variable: `ECS_RESERVED_PORTS_UDP`.
   *
   * Refused: what is not a whole number from 1 to 65535.
   *
   * @default - the agent's default: none
   */
  readonly reservedPortsUdp?: number[];

  /**
   * Whether the node takes tasks of the network mode `awsvpc`, which have their own network interface.
   * Variable: `ECS_ENABLE_TASK_ENI`.
   *
   * @default - the agent's default: true
   */
  readonly enableTaskEni?: boolean;

  /**
   * Whether the node uses ENI trunking, for more `awsvpc` tasks than it has network interfaces, if the
   * account has it switched on and the instance type can. Without `enableTaskEni` it says nothing. Variable:
   * `ECS_ENABLE_HIGH_DENSITY_ENI`.
   *
   * @default - the agent's default: true
   */
  readonly enableHighDensityEni?: boolean;

  /**
   * Whether tasks of the network mode `awsvpc` are kept from the instance metadata service, and so from the
   * credentials of the node's role. Variable: `ECS_AWSVPC_BLOCK_IMDS`.
   *
   * @default true
   */
  readonly awsvpcBlockImds?: boolean;

  /**
   * Prefixes (CIDR) that `awsvpc` tasks reach over the node's bridge, not over their own network interface.
   * Variable: `ECS_AWSVPC_ADDITIONAL_LOCAL_ROUTES`.
   *
   * Refused: what is not an IPv4 or IPv6 prefix as `10.0.15.0/24`. The agent would not start
   * (`agent/config/parse.go`, `parseAdditionalLocalRoutes`).
   *
   * @default - the agent's default: none
   */
  readonly awsvpcAdditionalLocalRoutes?: string[];

  /**
   * Whether the IPv6 port bindings of containers in bridge mode are kept out of what the agent reports to
   * ECS. Variable: `ECS_EXCLUDE_IPV6_PORTBINDING`.
   *
   * @default - the agent's default: true, on a node with IPv6 alone false
   */
  readonly excludeIpv6Portbinding?: boolean;

  /**
   * Which of IPv4 and IPv6 the node has, instead of what the agent finds out. Variable:
   * `ECS_INSTANCE_IP_COMPATIBILITY`.
   *
   * @default - the agent looks at the node's default routes
   */
  readonly instanceIpCompatibility?: AgentInstanceIpCompatibility;

  /**
   * A proxy for what the agent sends: `host:port`, or that after `http://`, `https://` or `socks5://`.
   * Docker's pulls do not take it: they are configured in docker. Nor does the boot: `installPackages` and the
   * secret of `dockerAuth` go out directly. Variable: `HTTP_PROXY`.
   *
   * Refused: anything else (`ecs-agent/utils/httpproxy/proxy.go`, `parseProxy`), and a user name or password
   * in it: user data is not secret.
   *
   * @default - no proxy
   */
  readonly httpProxy?: string;

  /**
   * Hosts, domains and prefixes that do not go through `httpProxy`. Variable: `NO_PROXY`.
   *
   * Refused: an empty entry, and one with white space, a comma, a quote or a backslash. Where `httpProxy` is
   * set, so is a list without `169.254.169.254` (instance metadata), `169.254.170.2` (credentials of tasks)
   * and `/var/run/docker.sock`. These must never go through a proxy (the agent's `README.md`).
   *
   * @default - these three where `httpProxy` is set, otherwise none
   */
  readonly noProxy?: string[];

  // ---- Credentials, metadata and introspection

  /**
   * Whether tasks of the network modes `bridge` and `default` get the credentials of their task role.
   * Variable: `ECS_ENABLE_TASK_IAM_ROLE`.
   *
   * @default - the agent's default: true
   */
  readonly enableTaskIamRole?: boolean;

  /**
   * Whether tasks of the network mode `host` get the credentials of their task role. Variable:
   * `ECS_ENABLE_TASK_IAM_ROLE_NETWORK_HOST`.
   *
   * @default - the agent's default: true
   */
  readonly enableTaskIamRoleNetworkHost?: boolean;

  /**
   * Whether each container finds a file with its metadata, at `$ECS_CONTAINER_METADATA_FILE`. Variable:
   * `ECS_ENABLE_CONTAINER_METADATA`.
   *
   * @default - the agent's default: false
   */
  readonly enableContainerMetadata?: boolean;

  /**
   * How many requests the containers may make to the task metadata endpoint. Variable:
   * `ECS_TASK_METADATA_RPS_LIMIT`.
   *
   * Refused: limits that are not whole numbers of at least 1 (`agent/config/config.go`,
   * `validateAndOverrideBounds`).
   *
   * @default - the agent's default: 40 a second, 60 at once
   */
  readonly taskMetadataRpsLimit?: TaskMetadataRpsLimit;

  /**
   * Whether the agent's introspection port 51678, which lists all tasks of the node, can be reached from
   * other hosts and from `awsvpc` tasks. Variable: `ECS_ALLOW_OFFHOST_INTROSPECTION_ACCESS`.
   *
   * @default - the agent's default: false
   */
  readonly allowOffhostIntrospectionAccess?: boolean;

  /**
   * The network interface on which the introspection port is closed. Agents since 1.97 close it on all but
   * the loopback interface and no longer read this variable (`ecs-init/exec/iptables/iptables.go`). Their
   * README still has it. It is of use with a pinned older image only. Variable:
   * `ECS_OFFHOST_INTROSPECTION_INTERFACE_NAME`.
   *
   * Refused: what Linux does not take for an interface (more than 15 characters, white space, `/` or `:`),
   * and quotes and backslashes.
   *
   * @default - the agent's default: eth0
   */
  readonly offhostIntrospectionInterfaceName?: string;

  /**
   * Whether packets from other hosts to the node's loopback addresses are let through: ecs-init otherwise
   * drops them. Variable: `ECS_SKIP_LOCALHOST_TRAFFIC_FILTER`.
   *
   * @default - the agent's default: false
   */
  readonly skipLocalhostTrafficFilter?: boolean;

  // ---- The container instance in ECS

  /**
   * Attributes of the container instance, for placement constraints. They count when the node registers;
   * later they are changed with the ECS API. Variable: `ECS_INSTANCE_ATTRIBUTES`.
   *
   * Refused, because the node could not register: names other than 1 to 128 letters, digits, `-`, `_`, `/`,
   * `\` and `.`. So are values other than 1 to 128 of those, `@`, `:` and spaces, none at the ends (ECS API,
   * `Attribute`). So are more than 10 (ECS API, `PutAttributes`), and names that begin with `ecs.` or
   * `com.amazonaws.ecs.`: the agent registers its own under them.
   *
   * @default - the agent's default: none
   */
  readonly instanceAttributes?: Record<string, string>;

  /**
   * Tags of the container instance (not of the EC2 instance). They override those that
   * `containerInstancePropagateTagsFrom` brings. Variable: `ECS_CONTAINER_INSTANCE_TAGS`.
   *
   * Refused, because the node could not register: names other than 1 to 128 letters, digits, spaces and
   * `_ . : / = + - @`, names that begin with `aws:`; values of more than 256 of those; more than 50 (ECS API,
   * `Tag`).
   *
   * @default - the agent's default: none
   */
  readonly containerInstanceTags?: Record<string, string>;

  /**
   * Which further tags the container instance gets. Variable: `ECS_CONTAINER_INSTANCE_PROPAGATE_TAGS_FROM`.
   *
   * @default - the agent's default: AgentPropagateTagsFrom.NONE
   */
  readonly containerInstancePropagateTagsFrom?: AgentPropagateTagsFrom;

  /**
   * Memory that ECS is not told of, so that tasks leave it to the node itself. It reserves nothing. Variable:
   * `ECS_RESERVED_MEMORY`.
   *
   * Refused: what is not whole mebibytes from 0 to 65535, the agent's 16 bits (`agent/config/parse.go`,
   * `parseEnvVariableUint16`).
   *
   * @default - the agent's default: 0
   */
  readonly reservedMemory?: Size;

  /**
   * Whether the node drains itself when EC2 is about to take its Spot instance back. Variable:
   * `ECS_ENABLE_SPOT_INSTANCE_DRAINING`.
   *
   * @default true
   */
  readonly enableSpotInstanceDraining?: boolean;

  /**
   * Whether the node waits to register while it is in the warm pool of its Auto Scaling group. Variable:
   * `ECS_WARM_POOLS_CHECK`.
   *
   * @default - the agent's default: false
   */
  readonly warmPoolsCheck?: boolean;

  /**
   * Whether tasks may bring their own EBS volumes. Variable: `ECS_EBSTA_SUPPORTED`; ecs-init makes it
   * false itself where it cannot be.
   *
   * @default - the agent's default: true
   */
  readonly ebstaSupported?: boolean;

  // ---- The agent's log, and the logs of tasks

  /**
   * How much the agent and ecs-init log. Variable: `ECS_LOGLEVEL`.
   *
   * @default - the agent's default: AgentLogLevel.INFO
   */
  readonly logLevel?: AgentLogLevel;

  /**
   * How much the agent logs to its file on the node, `/var/log/ecs/ecs-agent.log`. Variable:
   * `ECS_LOGLEVEL_ON_INSTANCE`.
   *
   * @default - the agent's default: NONE where `agentLogDriver` is set, even to json-file; otherwise
   * `logLevel`
   */
  readonly logLevelOnInstance?: AgentLogLevel;

  /**
   * When the agent begins a new log file on the node. Variable: `ECS_LOG_ROLLOVER_TYPE`.
   *
   * @default - the agent's default: AgentLogRolloverType.SIZE
   */
  readonly logRolloverType?: AgentLogRolloverType;

  /**
   * How a line of the log is written. Variable: `ECS_LOG_OUTPUT_FORMAT`.
   *
   * @default - the agent's default: AgentLogOutputFormat.LOGFMT
   */
  readonly logOutputFormat?: AgentLogOutputFormat;

  /**
   * How large a log file may grow where `logRolloverType` is `SIZE`. Variable: `ECS_LOG_MAX_FILE_SIZE_MB`.
   * The number of mebibytes is what is written; the agent counts a million bytes for each, so the file stays
   * about 5 % smaller (`ecs-agent/logger/log.go`).
   *
   * Refused: what is not whole mebibytes, at least 1; more than 9223372036854, with which the agent writes no
   * log.
   *
   * @default - the agent's default: 5
   */
  readonly logMaxFileSize?: Size;

  /**
   * How many old log files are kept. Variable: `ECS_LOG_MAX_ROLL_COUNT`.
   *
   * Refused: what is not a whole number of at least 1. With 0 the agent would remove none, until
   * the disk is full.
   *
   * @default - the agent's default: 24
   */
  readonly logMaxRollCount?: number;

  /**
   * Where the log of the agent's container goes. Variable: `ECS_LOG_DRIVER`. With any driver, `json-file`
   * too, the log file on the node is off unless `logLevelOnInstance` says otherwise.
   *
   * @default - the agent's default: json-file
   */
  readonly agentLogDriver?: AgentLogDriver;

  /**
   * Options of `agentLogDriver`. Variable: `ECS_LOG_OPTS`. Options for `json-file` replace ecs-init's own,
   * `max-size` 16m and `max-file` 4: without them the file grows without end. A token among the values must
   * resolve to text without quotes, backslashes or control characters.
   *
   * Refused: options and values that docker does not take for the driver, and a driver without what it needs:
   * `awslogs-group`, `gelf-address`, `splunk-url` and `splunk-token`, `logentries-token`. Docker would not
   * start the agent.
   *
   * @default - the agent's default: those two for json-file, otherwise none
   */
  readonly agentLogOptions?: Record<string, string>;

  /**
   * Whether the `awslogs` driver of a task with an execution role writes with that role. Such tasks are not
   * placed without it. Variable: `ECS_ENABLE_AWSLOGS_EXECUTIONROLE_OVERRIDE`.
   *
   * @default - the agent's default: true
   */
  readonly enableAwslogsExecutionRoleOverride?: boolean;

  /**
   * Whether a container starts before its FireLens router can be reached, and connects in the background.
   * Variable: `ECS_ENABLE_FIRELENS_ASYNC`.
   *
   * @default - the agent's default: true
   */
  readonly enableFirelensAsync?: boolean;

  // ---- Metrics and health

  /**
   * Whether no metrics of tasks are collected. Container Insights and service auto scaling then have nothing
   * to go by. Variable: `ECS_DISABLE_METRICS`.
   *
   * @default - the agent's default: false
   */
  readonly disableMetrics?: boolean;

  /**
   * Whether docker is asked for metrics now and then, and not streams them: less CPU for dockerd and
   * containerd. Variable: `ECS_POLL_METRICS`.
   *
   * @default - the agent's default: false
   */
  readonly pollMetrics?: boolean;

  /**
   * How often docker is asked for metrics. Without `pollMetrics` it says nothing. Variable:
   * `ECS_POLLING_METRICS_WAIT_DURATION`.
   *
   * Refused: less than 5 s, more than 20 s (`agent/config/config.go`, `pollMetricsOverrides`). The README
   * advises less than 18 s.
   *
   * @default - the agent's default: 10 s
   */
  readonly pollingMetricsWaitDuration?: Duration;

  /**
   * Whether the health checks that task definitions have for containers are left out. Variable:
   * `ECS_DISABLE_DOCKER_HEALTH_CHECK`.
   *
   * @default - the agent's default: false
   */
  readonly disableDockerHealthCheck?: boolean;

  /**
   * Whether the agent offers Go's profiles on its introspection port and logs what it uses itself. Variable:
   * `ECS_ENABLE_RUNTIME_STATS`.
   *
   * @default - the agent's default: false
   */
  readonly enableRuntimeStats?: boolean;

  // ---- The agent itself

  /**
   * Whether the agent ends, for ecs-init to update it, when `UpdateContainerAgent` of the ECS API asks for
   * it. Variable: `ECS_UPDATES_ENABLED`.
   *
   * @default true
   */
  readonly updatesEnabled?: boolean;

  /**
   * Docker labels of the agent's container. Variable: `ECS_AGENT_LABELS`. A token among the values must
   * resolve to text without quotes, backslashes or control characters.
   *
   * Refused: an empty name.
   *
   * @default - the agent's default: none
   */
  readonly agentLabels?: Record<string, string>;

  /**
   * Docker labels of the pause containers, which hold the network of `awsvpc` tasks. Variable:
   * `ECS_PAUSE_LABELS`. A token among the values must resolve to text without quotes, backslashes or control
   * characters.
   *
   * Refused: an empty name.
   *
   * @default - the agent's default: none
   */
  readonly pauseLabels?: Record<string, string>;

  /**
   * Whether the agent's container sees the processes of the node: SELinux nodes may need it. Variable:
   * `ECS_AGENT_PID_NAMESPACE_HOST`.
   *
   * @default - the agent's default: false
   */
  readonly agentPidNamespaceHost?: boolean;

  /**
   * The AppArmor profile of the agent's container. Only a node with AppArmor reads it: Ubuntu, Debian, SUSE.
   * Variable: `ECS_AGENT_APPARMOR_PROFILE`.
   *
   * Refused: white space, quotes and backslashes.
   *
   * @default - the agent's default: ecs-agent-default
   */
  readonly agentApparmorProfile?: string;

  /**
   * What the health check of the agent's container connects to, instead of `localhost`: an
   * address, where that name does not resolve to what the agent listens on. Variable:
   * `ECS_AGENT_HEALTHCHECK_HOST`.
   *
   * Refused: what is not a host name, an IPv4 address or an IPv6 address in brackets (`agent/app/run.go` puts
   * it into a URL).
   *
   * @default - the agent's default: localhost
   */
  readonly agentHealthcheckHost?: string;

  /**
   * Variables that have no field here, because they are newer than this library: name → value,
   * written as they are.
   *
   * Refused: a name that is not a name of a variable. Also one that has a field here, that another part of
   * the library sets, or that belongs to the AMI; the message says what to use instead. Also a value that is
   * not one line, that has white space or a control character where it cannot stay, that begins with a quote
   * or ends in a backslash. The file has two readers: ecs-init and the agent take a value to the letter,
   * systemd takes quotes and backslashes as a shell would. A quote that is left open or a backslash at the
   * end would swallow the next line.
   *
   * @default - none
   */
  readonly environment?: Record<string, string>;
}
