import { Duration, Token } from 'aws-cdk-lib';
import { fail, quoteForMessage } from '../private/errors';
import { anyText, mapOf, refined } from '../private/expected-type';
import { type Checked, type Rows, Struct } from '../private/fields';
import { nearMiss, onlyOneWith } from '../private/near-miss';
import {
  type AgentConfig,
  AgentImagePullBehavior,
  AgentInstanceIpCompatibility,
  AgentLogDriver,
  AgentLogLevel,
  AgentLogOutputFormat,
  AgentLogRolloverType,
  AgentPropagateTagsFrom,
} from './agent-config';
import { checkAgentLog } from './agent-log-options';
import {
  type AgentValue,
  CODE,
  cidrs,
  commaList,
  duration,
  flag,
  integer,
  jsonMap,
  mebibytes,
  oneOf,
  portRange,
  ports,
  requestRate,
  text,
} from './agent-values';
import { DEFAULT_HOST_PORTS } from './host-ports';
import { checkImageCleanup } from './image-cleanup';
import { checkOneLine } from './one-line';

/** ECS takes ten custom attributes a node. */
export const MAX_INSTANCE_ATTRIBUTES = 10;

/** One line of `/etc/ecs/ecs.config`. */
export interface AgentLine {
  readonly variable: string;
  /** Raw: what follows the first `=`, to the letter. */
  readonly value: string;
}

/** The fields of `AgentConfig` that stand for one variable each. */
export type AgentOption = Exclude<keyof AgentConfig, 'environment'>;

/** A row, as in the tables of other structs. The library's default is always written. */
export interface AgentVariable<T> extends Checked<T> {
  readonly variable: string;
  readonly value: AgentValue<T>;
}

type AgentTable = { readonly [K in AgentOption]: AgentVariable<NonNullable<AgentConfig[K]>> };

/** The agent counts a million bytes for each, in 64 bits: with more it writes no line of its log. */
const LOG_FILE = { min: 1, max: 9_223_372_036_854 };

const DOCKER_LABELS = { name: /./s, nameRule: 'not empty' };

/**
 * Every field with its variable, in the order in which they are written. A field without a row
 * does not compile.
 *
 * The order is part of the rendered user data: a new row goes where its topic is, a moved one
 * replaces every node.
 */
export const AGENT_VARIABLES: AgentTable = {
  // Tasks and their containers
  taskCleanupWaitDuration: {
    variable: 'ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION',
    value: duration({ min: 1 }),
    default: Duration.hours(1),
  },
  taskCleanupWaitDurationJitter: {
    variable: 'ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION_JITTER',
    value: duration(),
  },
  containerStopTimeout: {
    variable: 'ECS_CONTAINER_STOP_TIMEOUT',
    value: duration({ min: 1 }),
    default: Duration.minutes(5),
  },
  containerStartTimeout: { variable: 'ECS_CONTAINER_START_TIMEOUT', value: duration({ min: 45 }) },
  containerCreateTimeout: { variable: 'ECS_CONTAINER_CREATE_TIMEOUT', value: duration({ min: 60 }) },
  enableTaskCpuMemLimit: { variable: 'ECS_ENABLE_TASK_CPU_MEM_LIMIT', value: flag() },
  cgroupCpuPeriod: { variable: 'ECS_CGROUP_CPU_PERIOD', value: duration({ min: 0.008, max: 0.1 }) },
  taskPidsLimit: { variable: 'ECS_TASK_PIDS_LIMIT', value: integer({ min: 1, max: 4194304 }) },
  propagateTaskMemoryLimitCgroupv2: { variable: 'ECS_PROPAGATE_TASK_MEMORY_LIMIT_CGROUPV2', value: flag() },
  sharedVolumeMatchFullConfig: { variable: 'ECS_SHARED_VOLUME_MATCH_FULL_CONFIG', value: flag() },
  disablePrivileged: { variable: 'ECS_DISABLE_PRIVILEGED', value: flag() },
  selinuxCapable: { variable: 'ECS_SELINUX_CAPABLE', value: flag() },
  apparmorCapable: { variable: 'ECS_APPARMOR_CAPABLE', value: flag() },

  // Images
  imagePullBehavior: { variable: 'ECS_IMAGE_PULL_BEHAVIOR', value: oneOf(AgentImagePullBehavior) },
  imagePullTimeout: { variable: 'ECS_IMAGE_PULL_TIMEOUT', value: duration({ min: 1 }) },
  imagePullInactivityTimeout: { variable: 'ECS_IMAGE_PULL_INACTIVITY_TIMEOUT', value: duration({ min: 60 }) },
  manifestPullTimeout: { variable: 'ECS_MANIFEST_PULL_TIMEOUT', value: duration({ min: 30 }) },
  pullDependentContainersUpfront: { variable: 'ECS_PULL_DEPENDENT_CONTAINERS_UPFRONT', value: flag() },
  disableImageCleanup: { variable: 'ECS_DISABLE_IMAGE_CLEANUP', value: flag() },
  imageCleanupInterval: { variable: 'ECS_IMAGE_CLEANUP_INTERVAL', value: duration({ min: 600 }) },
  imageMinimumCleanupAge: { variable: 'ECS_IMAGE_MINIMUM_CLEANUP_AGE', value: duration({ min: 1 }) },
  numImagesDeletePerCycle: { variable: 'ECS_NUM_IMAGES_DELETE_PER_CYCLE', value: integer({ min: 1 }) },
  enableUntrackedImageCleanup: { variable: 'ECS_ENABLE_UNTRACKED_IMAGE_CLEANUP', value: flag() },
  nonEcsImageMinimumCleanupAge: {
    variable: 'NON_ECS_IMAGE_MINIMUM_CLEANUP_AGE',
    value: duration({ min: 1 }),
  },
  excludeUntrackedImages: {
    variable: 'ECS_EXCLUDE_UNTRACKED_IMAGE',
    value: commaList('the name of an image, without commas, quotes, backslashes and white space'),
  },

  // Network
  dynamicHostPortRange: {
    variable: 'ECS_DYNAMIC_HOST_PORT_RANGE',
    value: portRange(),
    default: DEFAULT_HOST_PORTS,
  },
  reservedPorts: { variable: 'ECS_RESERVED_PORTS', value: ports(true) },
  reservedPortsUdp: { variable: 'ECS_RESERVED_PORTS_UDP', value: ports(false) },
  enableTaskEni: { variable: 'ECS_ENABLE_TASK_ENI', value: flag() },
  enableHighDensityEni: { variable: 'ECS_ENABLE_HIGH_DENSITY_ENI', value: flag() },
  awsvpcBlockImds: { variable: 'ECS_AWSVPC_BLOCK_IMDS', value: flag(), default: true },
  awsvpcAdditionalLocalRoutes: { variable: 'ECS_AWSVPC_ADDITIONAL_LOCAL_ROUTES', value: cidrs() },
  excludeIpv6Portbinding: { variable: 'ECS_EXCLUDE_IPV6_PORTBINDING', value: flag() },
  instanceIpCompatibility: {
    variable: 'ECS_INSTANCE_IP_COMPATIBILITY',
    value: oneOf(AgentInstanceIpCompatibility),
  },
  httpProxy: {
    variable: 'HTTP_PROXY',
    value: text(
      /^((https?|socks5):\/\/)?([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?\/?$/,
      'host:port, or that after http://, https:// or socks5://, without a user name or password',
    ),
  },
  noProxy: {
    variable: 'NO_PROXY',
    value: commaList('a host, a domain or a prefix, without commas, quotes, backslashes and white space'),
  },

  // Credentials, metadata and introspection
  enableTaskIamRole: { variable: 'ECS_ENABLE_TASK_IAM_ROLE', value: flag() },
  enableTaskIamRoleNetworkHost: { variable: 'ECS_ENABLE_TASK_IAM_ROLE_NETWORK_HOST', value: flag() },
  enableContainerMetadata: { variable: 'ECS_ENABLE_CONTAINER_METADATA', value: flag() },
  taskMetadataRpsLimit: { variable: 'ECS_TASK_METADATA_RPS_LIMIT', value: requestRate() },
  allowOffhostIntrospectionAccess: { variable: 'ECS_ALLOW_OFFHOST_INTROSPECTION_ACCESS', value: flag() },
  offhostIntrospectionInterfaceName: {
    variable: 'ECS_OFFHOST_INTROSPECTION_INTERFACE_NAME',
    value: text(
      /^(?!\.{1,2}$)[^\s/:"'\\]{1,15}$/,
      'the name of a network interface: 1 to 15 characters, no white space, quote, slash or colon',
    ),
  },
  skipLocalhostTrafficFilter: { variable: 'ECS_SKIP_LOCALHOST_TRAFFIC_FILTER', value: flag() },

  // The container instance in ECS
  instanceAttributes: {
    variable: 'ECS_INSTANCE_ATTRIBUTES',
    value: jsonMap({
      name: /^[A-Za-z0-9_/\\.-]{1,128}$/,
      nameRule: '1 to 128 letters, digits and - _ / \\ .',
      reservedName: /^(ecs|com\.amazonaws\.ecs)\./,
      value: {
        pattern: /^(?! )[A-Za-z0-9_/\\.@: -]{1,128}(?<! )$/,
        rule: '1 to 128 letters, digits, spaces and - _ / \\ . @ :, no space at the ends',
      },
      maxEntries: MAX_INSTANCE_ATTRIBUTES,
    }),
  },
  containerInstanceTags: {
    variable: 'ECS_CONTAINER_INSTANCE_TAGS',
    value: jsonMap({
      name: /^[\p{L}\p{Z}\p{N}_.:/=+@-]{1,128}$/u,
      nameRule: '1 to 128 letters, digits, spaces and _ . : / = + - @',
      reservedName: /^aws:/i,
      value: {
        pattern: /^[\p{L}\p{Z}\p{N}_.:/=+@-]{0,256}$/u,
        rule: 'at most 256 letters, digits, spaces and _ . : / = + - @',
      },
      maxEntries: 50,
    }),
  },
  containerInstancePropagateTagsFrom: {
    variable: 'ECS_CONTAINER_INSTANCE_PROPAGATE_TAGS_FROM',
    value: oneOf(AgentPropagateTagsFrom),
  },
  reservedMemory: { variable: 'ECS_RESERVED_MEMORY', value: mebibytes({ min: 0, max: 65535 }) },
  enableSpotInstanceDraining: { variable: 'ECS_ENABLE_SPOT_INSTANCE_DRAINING', value: flag(), default: true },
  warmPoolsCheck: { variable: 'ECS_WARM_POOLS_CHECK', value: flag() },
  ebstaSupported: { variable: 'ECS_EBSTA_SUPPORTED', value: flag() },

  // The agent's log, and the logs of tasks
  logLevel: { variable: 'ECS_LOGLEVEL', value: oneOf(AgentLogLevel) },
  logLevelOnInstance: { variable: 'ECS_LOGLEVEL_ON_INSTANCE', value: oneOf(AgentLogLevel) },
  logRolloverType: { variable: 'ECS_LOG_ROLLOVER_TYPE', value: oneOf(AgentLogRolloverType) },
  logOutputFormat: { variable: 'ECS_LOG_OUTPUT_FORMAT', value: oneOf(AgentLogOutputFormat) },
  logMaxFileSize: { variable: 'ECS_LOG_MAX_FILE_SIZE_MB', value: mebibytes(LOG_FILE) },
  logMaxRollCount: { variable: 'ECS_LOG_MAX_ROLL_COUNT', value: integer({ min: 1 }) },
  agentLogDriver: { variable: 'ECS_LOG_DRIVER', value: oneOf(AgentLogDriver) },
  agentLogOptions: { variable: 'ECS_LOG_OPTS', value: jsonMap({ ...DOCKER_LABELS, throughSystemd: true }) },
  enableAwslogsExecutionRoleOverride: {
    variable: 'ECS_ENABLE_AWSLOGS_EXECUTIONROLE_OVERRIDE',
    value: flag(),
  },
  enableFirelensAsync: { variable: 'ECS_ENABLE_FIRELENS_ASYNC', value: flag() },

  // Metrics and health
  disableMetrics: { variable: 'ECS_DISABLE_METRICS', value: flag() },
  pollMetrics: { variable: 'ECS_POLL_METRICS', value: flag() },
  pollingMetricsWaitDuration: {
    variable: 'ECS_POLLING_METRICS_WAIT_DURATION',
    value: duration({ min: 5, max: 20 }),
  },
  disableDockerHealthCheck: { variable: 'ECS_DISABLE_DOCKER_HEALTH_CHECK', value: flag() },
  enableRuntimeStats: { variable: 'ECS_ENABLE_RUNTIME_STATS', value: flag() },

  // The agent itself
  updatesEnabled: { variable: 'ECS_UPDATES_ENABLED', value: flag(), default: true },
  agentLabels: { variable: 'ECS_AGENT_LABELS', value: jsonMap(DOCKER_LABELS) },
  pauseLabels: { variable: 'ECS_PAUSE_LABELS', value: jsonMap(DOCKER_LABELS) },
  agentPidNamespaceHost: { variable: 'ECS_AGENT_PID_NAMESPACE_HOST', value: flag() },
  agentApparmorProfile: {
    variable: 'ECS_AGENT_APPARMOR_PROFILE',
    value: text(
      /^[^\s"'\\]+$/,
      'the name of an AppArmor profile, without white space, quotes and backslashes',
    ),
  },
  agentHealthcheckHost: {
    variable: 'ECS_AGENT_HEALTHCHECK_HOST',
    value: text(
      /^([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])$/,
      'a host name, an IPv4 address or an IPv6 address in brackets',
    ),
  },
};

const AGENT_OPTIONS = Object.keys(AGENT_VARIABLES) as AgentOption[];

const ELSEWHERE = 'the library sets it';
const AMI = 'it belongs to the AMI and to ecs-init, which starts the agent with the paths that it mounts';
const GPU = 'the GPU image of the ECS-optimized AMI sets it';
const WINDOWS = 'it is for Windows nodes';
const GMSA = 'gMSA on Linux needs a credentials-fetcher daemon, which the ECS-optimized AMI does not run';

/**
 * Variables that have no field, each with the reason, which ends the message where `environment` names one.
 */
export const UNSUPPORTED_VARIABLES: Readonly<Record<string, string>> = {
  ECS_CLUSTER: `${ELSEWHERE}, to the node's cluster`,
  ECS_AVAILABLE_LOGGING_DRIVERS: `${ELSEWHERE}, from \`logDrivers\``,
  ECS_ENGINE_AUTH_TYPE: `${ELSEWHERE} on the node, from \`dockerAuth\``,
  ECS_ENGINE_AUTH_DATA: `${ELSEWHERE} on the node, from \`dockerAuth\`: credentials are never in user data`,

  AWS_DEFAULT_REGION:
    "the agent takes it from the instance's metadata: a node cannot join a cluster of another region",
  DOCKER_HOST: AMI,
  ECS_LOGFILE: AMI,
  ECS_CHECKPOINT:
    'ecs-init sets ECS_DATADIR, which switches it on: without it an agent that restarts forgets its tasks',
  ECS_DATADIR: AMI,
  ECS_HOST_DATA_DIR: AMI,
  ECS_CNI_PLUGINS_PATH: AMI,
  ECS_CGROUP_PATH: AMI,
  ECS_AGENT_CONFIG_FILE_PATH: AMI,
  ECS_UPDATE_DOWNLOAD_DIR: AMI,
  ECS_VOLUME_PLUGIN_CAPABILITIES: AMI,
  ECS_DETAILED_OS_FAMILY: 'ecs-init finds it out',
  ECS_EXTERNAL: 'it is for ECS Anywhere, not for EC2 instances',
  ECS_ALTERNATE_CREDENTIAL_PROFILE: 'it is for ECS Anywhere, not for EC2 instances',

  ECS_ENABLE_GPU_SUPPORT: GPU,
  ECS_NVIDIA_RUNTIME: GPU,

  ECS_ENABLE_CPU_UNBOUNDED_WINDOWS_WORKAROUND: WINDOWS,
  ECS_ENABLE_MEMORY_UNBOUNDED_WINDOWS_WORKAROUND: WINDOWS,
  ECS_FSX_WINDOWS_FILE_SERVER_SUPPORTED: WINDOWS,
  ECS_GMSA_SUPPORTED: GMSA,
  CREDENTIALS_FETCHER_HOST: GMSA,
  CREDENTIALS_FETCHER_SECRET_NAME_FOR_DOMAINLESS_GMSA: GMSA,
};

/** The library's own defaults. Together with what `renderAgentConfig` is given they are always written. */
export const DEFAULT_AGENT_CONFIG: AgentConfig = Object.fromEntries(
  AGENT_OPTIONS.filter((option) => AGENT_VARIABLES[option].default !== undefined).map((option) => [
    option,
    AGENT_VARIABLES[option].default,
  ]),
);

/**
 * Field by field: what `over` sets wins; a field that is undefined (or null, from other languages) overrides
 * nothing.
 */
export function mergeAgentConfig(base: AgentConfig | undefined, over: AgentConfig | undefined): AgentConfig {
  const set = [base, over].flatMap((config) =>
    Object.entries(config ?? {}).filter(([, value]) => value !== undefined && value !== null),
  );
  return Object.fromEntries(set);
}

// README of the agent, HTTP_PROXY and NO_PROXY: metadata and docker's socket must never go through a proxy,
// nor the credentials of tasks.
const NEVER_THROUGH_A_PROXY = ['169.254.169.254', '169.254.170.2', '/var/run/docker.sock'];

function checkNoProxy({ httpProxy, noProxy }: AgentConfig): void {
  if (httpProxy === undefined || noProxy === undefined || Token.isUnresolved(noProxy)) return;
  const missing = NEVER_THROUGH_A_PROXY.filter((host) => !noProxy.includes(host));
  if (missing.length > 0) {
    fail(
      CODE,
      `\`agent.noProxy\` must have ${missing.join(', ')} where \`agent.httpProxy\` is set, got: ` +
        `${quoteForMessage(noProxy)}`,
    );
  }
}

const FIELD_OF_VARIABLE = new Map<string, AgentOption>(
  AGENT_OPTIONS.map((option) => [AGENT_VARIABLES[option].variable, option]),
);

/** What to write for a field that there is not. */
function suggestionForField(option: string): string {
  const field = FIELD_OF_VARIABLE.get(option.toUpperCase());
  if (field !== undefined) return `use \`agent.${field}\``;
  const reason = UNSUPPORTED_VARIABLES[option.toUpperCase()];
  if (reason !== undefined) return reason;
  const near = nearMiss(option, AGENT_OPTIONS) ?? onlyOneWith(option, AGENT_OPTIONS);
  return near === undefined
    ? 'what has none goes into `agent.environment`, by the name of its variable'
    : `did you mean \`agent.${near}\`?`;
}

/**
 * Variables that are one of the table's but for a slip: the agent would silently ignore them. One
 * that is newer than the library may look so too.
 */
export function nearMissesIn(
  environment: Record<string, string>,
): { readonly name: string; readonly field: string }[] {
  return Object.keys(environment).flatMap((name) => {
    const variable = nearMiss(name, [...FIELD_OF_VARIABLE.keys()]);
    return variable === undefined ? [] : [{ name, field: `agent.${FIELD_OF_VARIABLE.get(variable)}` }];
  });
}

function checkVariable(field: string, name: string, value: string): void {
  // Not a `text` value: that lets tokens through, and the name of a variable must be known.
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    fail(
      CODE,
      `\`${field}\` must have names of letters, digits and underscores, no digit first, got: ` +
        `${quoteForMessage(name)}`,
    );
  }
  const owner = Object.hasOwn(AGENT_VARIABLES, name) ? name : FIELD_OF_VARIABLE.get(name.toUpperCase());
  if (owner !== undefined) fail(CODE, `\`${field}\` must not set ${name}: use \`agent.${owner}\``);
  const reason = UNSUPPORTED_VARIABLES[name.toUpperCase()];
  if (reason !== undefined) fail(CODE, `\`${field}\` must not set ${name}: ${reason}`);
  checkOneLine(CODE, `${field}.${name}`, value);
  // Not a `text` value here either: what surrounds a token is in the file as it is here.
  if (/^["']|\\$/.test(value)) {
    fail(
      CODE,
      `\`${field}.${name}\` must not begin with a quote or end in a backslash: systemd would read on, got: ` +
        `${quoteForMessage(value)}`,
    );
  }
}

const ENVIRONMENT = refined(mapOf(anyText), (field, environment) => {
  for (const [name, value] of Object.entries(environment)) checkVariable(field, name, value);
});

const FIELDS = { ...AGENT_VARIABLES, environment: { value: ENVIRONMENT } } satisfies Rows<AgentConfig>;

/** The settings of the agent. Only JavaScript lets a field come this far that there is not. */
export const AGENT_CONFIG = new Struct<AgentConfig, typeof FIELDS>('AgentConfig', FIELDS, {
  such: '{ disablePrivileged: true }',
  others: { code: CODE, instead: suggestionForField },
});

/** Refuses what the agent would discard, or not start with. */
export function checkAgentConfig(config: AgentConfig): void {
  AGENT_CONFIG.check('agent', config);
  checkNoProxy(config);
  checkAgentLog(config);
  checkImageCleanup(config);
}

function renderOption<K extends AgentOption>(option: K, value: AgentConfig[K]): AgentLine[] {
  const row: AgentVariable<NonNullable<AgentConfig[K]>> = AGENT_VARIABLES[option];
  return value === undefined || value === null
    ? []
    : [{ variable: row.variable, value: row.value.render(value) }];
}

/**
 * The lines of `ecs.config` that `config` and the library's defaults make: those of the table in its order,
 * then `environment` by name. Never in the order in which the fields were given.
 */
export function renderAgentConfig(config: AgentConfig): AgentLine[] {
  const proxied = config.httpProxy === undefined ? {} : { noProxy: NEVER_THROUGH_A_PROXY };
  const effective = mergeAgentConfig({ ...DEFAULT_AGENT_CONFIG, ...proxied }, config);
  checkAgentConfig(effective);
  const environment = Object.entries(effective.environment ?? {}).map(([variable, value]) => ({
    variable,
    value,
  }));
  environment.sort((a, b) => (a.variable < b.variable ? -1 : 1));
  return [...AGENT_OPTIONS.flatMap((option) => renderOption(option, effective[option])), ...environment];
}
