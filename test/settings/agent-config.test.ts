import { Duration, Fn, Lazy, Size, Stack, Token } from 'aws-cdk-lib';
import {
  type AgentConfig,
  AgentLogDriver,
  type AgentLogLevel,
  AgentPropagateTagsFrom,
} from '../../src/settings/agent-config';
import { checkAgentConfig, renderAgentConfig } from '../../src/settings/agent-variables';

/** What one variable is set to, or undefined where it is not written. */
function rendered(config: AgentConfig, variable: string): string | undefined {
  return renderAgentConfig(config).find((line) => line.variable === variable)?.value;
}

function refusal(config: AgentConfig): string {
  try {
    checkAgentConfig(config);
  } catch (error) {
    return (error as Error).message;
  }
  return 'accepted';
}

const SECONDS = (seconds: number) => Duration.millis(Math.round(seconds * 1000));
const characters = (count: number) => 'a'.repeat(count);

describe('a value at its bound is accepted, one beyond it is refused with the field, the bound and the value', () => {
  test.each<[keyof AgentConfig, number, string]>([
    [
      'taskCleanupWaitDuration',
      1,
      '`agent.taskCleanupWaitDuration` must be a duration of at least 1 s, got: 0.999 s (InvalidAgentConfig)',
    ],
    [
      'containerStopTimeout',
      1,
      '`agent.containerStopTimeout` must be a duration of at least 1 s, got: 0.999 s (InvalidAgentConfig)',
    ],
    [
      'containerStartTimeout',
      45,
      '`agent.containerStartTimeout` must be a duration of at least 45 s, got: 44.999 s (InvalidAgentConfig)',
    ],
    [
      'containerCreateTimeout',
      60,
      '`agent.containerCreateTimeout` must be a duration of at least 60 s, got: 59.999 s ' +
        '(InvalidAgentConfig)',
    ],
    [
      'cgroupCpuPeriod',
      0.008,
      '`agent.cgroupCpuPeriod` must be a duration from 0.008 s to 0.1 s, got: 0.007 s (InvalidAgentConfig)',
    ],
    [
      'imagePullTimeout',
      1,
      '`agent.imagePullTimeout` must be a duration of at least 1 s, got: 0.999 s (InvalidAgentConfig)',
    ],
    [
      'imagePullInactivityTimeout',
      60,
      '`agent.imagePullInactivityTimeout` must be a duration of at least 60 s, got: 59.999 s ' +
        '(InvalidAgentConfig)',
    ],
    [
      'manifestPullTimeout',
      30,
      '`agent.manifestPullTimeout` must be a duration of at least 30 s, got: 29.999 s (InvalidAgentConfig)',
    ],
    [
      'imageCleanupInterval',
      600,
      '`agent.imageCleanupInterval` must be a duration of at least 600 s, got: 599.999 s ' +
        '(InvalidAgentConfig)',
    ],
    [
      'imageMinimumCleanupAge',
      1,
      '`agent.imageMinimumCleanupAge` must be a duration of at least 1 s, got: 0.999 s (InvalidAgentConfig)',
    ],
    [
      'nonEcsImageMinimumCleanupAge',
      1,
      '`agent.nonEcsImageMinimumCleanupAge` must be a duration of at least 1 s, got: 0.999 s ' +
        '(InvalidAgentConfig)',
    ],
    [
      'pollingMetricsWaitDuration',
      5,
      '`agent.pollingMetricsWaitDuration` must be a duration from 5 s to 20 s, got: 4.999 s ' +
        '(InvalidAgentConfig)',
    ],
  ])('the shortest %s is %d s', (option, seconds, message) => {
    expect(refusal({ [option]: SECONDS(seconds) })).toBe('accepted');
    expect(refusal({ [option]: SECONDS(seconds - 0.001) })).toBe(message);
  });

  test.each<[keyof AgentConfig, number, string]>([
    [
      'cgroupCpuPeriod',
      0.1,
      '`agent.cgroupCpuPeriod` must be a duration from 0.008 s to 0.1 s, got: 0.101 s (InvalidAgentConfig)',
    ],
    [
      'pollingMetricsWaitDuration',
      20,
      '`agent.pollingMetricsWaitDuration` must be a duration from 5 s to 20 s, got: 20.001 s ' +
        '(InvalidAgentConfig)',
    ],
  ])('the longest %s is %d s', (option, seconds, message) => {
    expect(refusal({ [option]: SECONDS(seconds) })).toBe('accepted');
    expect(refusal({ [option]: SECONDS(seconds + 0.001) })).toBe(message);
  });

  test.each<[AgentConfig, string, AgentConfig, string]>([
    [
      { taskPidsLimit: 1 },
      'a task may have one process',
      { taskPidsLimit: 0 },
      '`agent.taskPidsLimit` must be a whole number from 1 to 4194304, got: 0 (InvalidAgentConfig)',
    ],
    [
      { taskPidsLimit: 4194304 },
      'a task may have as many processes as runc lets it',
      { taskPidsLimit: 4194305 },
      '`agent.taskPidsLimit` must be a whole number from 1 to 4194304, got: 4194305 (InvalidAgentConfig)',
    ],
    [
      { numImagesDeletePerCycle: 1 },
      'one image a cycle is removed',
      { numImagesDeletePerCycle: 0 },
      '`agent.numImagesDeletePerCycle` must be a whole number of at least 1, got: 0 (InvalidAgentConfig)',
    ],
    [
      { numImagesDeletePerCycle: 2 },
      'images are counted in whole numbers',
      { numImagesDeletePerCycle: 2.5 },
      '`agent.numImagesDeletePerCycle` must be a whole number of at least 1, got: 2.5 (InvalidAgentConfig)',
    ],
    [
      { numImagesDeletePerCycle: Number.MAX_SAFE_INTEGER },
      'a number that is written with an exponent is none to Go',
      { numImagesDeletePerCycle: 1e21 },
      '`agent.numImagesDeletePerCycle` must be a whole number of at most 9007199254740991, got: 1e+21 ' +
        '(InvalidAgentConfig)',
    ],
    [
      { logMaxRollCount: 1 },
      'one old log file is kept',
      { logMaxRollCount: 0 },
      '`agent.logMaxRollCount` must be a whole number of at least 1, got: 0 (InvalidAgentConfig)',
    ],
    [
      { logMaxFileSize: Size.mebibytes(1) },
      'a log file has a mebibyte',
      { logMaxFileSize: Size.mebibytes(0) },
      '`agent.logMaxFileSize` must be a size in whole MiB from 1 MiB to 9223372036854 MiB, got: 0 MiB ' +
        '(InvalidAgentConfig)',
    ],
    [
      { logMaxFileSize: Size.mebibytes(9_223_372_036_854) },
      'a log file is counted in 64 bits',
      { logMaxFileSize: Size.mebibytes(9_223_372_036_855) },
      '`agent.logMaxFileSize` must be a size in whole MiB from 1 MiB to 9223372036854 MiB, got: ' +
        '9223372036855 MiB (InvalidAgentConfig)',
    ],
    [
      { reservedMemory: Size.mebibytes(65535) },
      'the agent has 16 bits for the memory that it keeps back',
      { reservedMemory: Size.mebibytes(65536) },
      '`agent.reservedMemory` must be a size in whole MiB from 0 MiB to 65535 MiB, got: 65536 MiB ' +
        '(InvalidAgentConfig)',
    ],
    [
      { reservedMemory: Size.kibibytes(2048) },
      'memory is kept back in whole mebibytes',
      { reservedMemory: Size.kibibytes(1536) },
      '`agent.reservedMemory` must be a size in whole MiB from 0 MiB to 65535 MiB, got: 1.5 MiB ' +
        '(InvalidAgentConfig)',
    ],
    [
      { dynamicHostPortRange: { fromPort: 1, toPort: 65535 } },
      'host ports begin at 1',
      { dynamicHostPortRange: { fromPort: 0, toPort: 65535 } },
      '`agent.dynamicHostPortRange.fromPort` must be a whole number from 1 to 65535, got: 0 ' +
        '(InvalidAgentConfig)',
    ],
    [
      { dynamicHostPortRange: { fromPort: 65535, toPort: 65535 } },
      'host ports end at 65535',
      { dynamicHostPortRange: { fromPort: 1, toPort: 65536 } },
      '`agent.dynamicHostPortRange.toPort` must be a whole number from 1 to 65535, got: 65536 ' +
        '(InvalidAgentConfig)',
    ],
    [
      { dynamicHostPortRange: { fromPort: 40000, toPort: 40000 } },
      'a range may have one port but not less',
      { dynamicHostPortRange: { fromPort: 40001, toPort: 40000 } },
      '`agent.dynamicHostPortRange` must not end before it begins, got: 40001 to 40000 (InvalidAgentConfig)',
    ],
    [
      { taskMetadataRpsLimit: { steadyState: 1, burst: 1 } },
      'the metadata endpoint answers at least one request a second',
      { taskMetadataRpsLimit: { steadyState: 0, burst: 1 } },
      '`agent.taskMetadataRpsLimit.steadyState` must be a whole number of at least 1, got: 0 ' +
        '(InvalidAgentConfig)',
    ],
    [
      { taskMetadataRpsLimit: { steadyState: 40, burst: 60 } },
      'the metadata endpoint answers at least one request at once',
      { taskMetadataRpsLimit: { steadyState: 40, burst: 0 } },
      '`agent.taskMetadataRpsLimit.burst` must be a whole number of at least 1, got: 0 (InvalidAgentConfig)',
    ],
    [
      { reservedPorts: [1, 65535] },
      'reserved ports are ports',
      { reservedPorts: [22, 65536] },
      '`agent.reservedPorts[1]` must be a whole number from 1 to 65535, got: 65536 (InvalidAgentConfig)',
    ],
    [
      { reservedPortsUdp: [] },
      'an empty list of TCP ports would be the list of the agent',
      { reservedPorts: [] },
      '`agent.reservedPorts` must have at least one port: the agent takes an empty list for none ' +
        'given, and uses its own (InvalidAgentConfig)',
    ],
    [
      { containerStopTimeout: Duration.hours(2_562_047) },
      'Go counts nanoseconds in 64 bits',
      { containerStopTimeout: Duration.hours(2_562_048) },
      '`agent.containerStopTimeout` must be a duration of at most 9223372036 s, got: 106752 days ' +
        '(InvalidAgentConfig)',
    ],
    [
      { taskCleanupWaitDurationJitter: Duration.millis(0) },
      'durations are whole milliseconds',
      { taskCleanupWaitDurationJitter: Duration.millis(1.5) },
      '`agent.taskCleanupWaitDurationJitter` must be a duration in whole milliseconds, got: 1.5 ms ' +
        '(InvalidAgentConfig)',
    ],
  ])('%j: %s', (good, _why, bad, message) => {
    expect(refusal(good)).toBe('accepted');
    expect(refusal(bad)).toBe(message);
  });
});

describe('text that the agent would not understand is refused', () => {
  test.each(['10.0.15.0/24', '0.0.0.0/0', '10.0.0.1/32', 'fd00:ec2::/32', '::/0', 'fe80::1/128'])(
    '%s is a route',
    (cidr) => {
      expect(refusal({ awsvpcAdditionalLocalRoutes: [cidr] })).toBe('accepted');
    },
  );

  test.each([
    '10.0.15.0',
    '10.0.15.0/33',
    '10.0.15.256/24',
    '10.0.15/24',
    '010.0.0.0/8',
    '10.0.0.0/08',
    'fd00::/129',
    'fe80::%eth0/64',
    '',
  ])('%j is no route', (cidr) => {
    expect(refusal({ awsvpcAdditionalLocalRoutes: ['10.0.0.0/8', cidr] })).toBe(
      '`agent.awsvpcAdditionalLocalRoutes[1]` must be an IPv4 or IPv6 prefix as 10.0.15.0/24, got: ' +
        `${JSON.stringify(cidr)} (InvalidAgentConfig)`,
    );
  });

  test.each([
    'proxy:3128',
    '10.0.0.131:3128',
    'http://proxy.example.com:3128',
    'https://proxy',
    'socks5://[fd00::1]:1080/',
  ])('%s is a proxy', (httpProxy) => {
    expect(refusal({ httpProxy })).toBe('accepted');
  });

  test.each([
    '',
    'ftp://proxy',
    'http://user:secret@proxy:3128',
    'proxy:3128/path',
    'proxy 3128',
    'proxy:port',
  ])('%j is no proxy', (httpProxy) => {
    expect(refusal({ httpProxy })).toMatch(
      /^`agent\.httpProxy` must be host:port, or that after http:\/\/, https:\/\/ or socks5:\/\/, without a user name or password, got: /,
    );
  });

  test('an excluded image with a comma would be two, one with a space none', () => {
    expect(refusal({ excludeUntrackedImages: ['alpine:latest'] })).toBe('accepted');
    for (const image of ['', 'alpine:latest,busybox:latest', 'alpine latest', 'alpine"latest']) {
      expect(refusal({ excludeUntrackedImages: ['ok', image] })).toBe(
        '`agent.excludeUntrackedImages[1]` must be the name of an image, without commas, quotes, ' +
          `backslashes and white space, got: ${JSON.stringify(image)} (InvalidAgentConfig)`,
      );
    }
  });

  test('a network interface has a name that Linux takes', () => {
    for (const good of ['eth0', 'ens5', characters(15)])
      expect(refusal({ offhostIntrospectionInterfaceName: good })).toBe('accepted');
    for (const bad of ['', '.', '..', 'eth0:1', 'a/b', characters(16)]) {
      expect(refusal({ offhostIntrospectionInterfaceName: bad })).toContain(
        'must be the name of a network interface',
      );
    }
  });

  test('the health check asks a host', () => {
    for (const good of ['localhost', '127.0.0.1', '[::1]'])
      expect(refusal({ agentHealthcheckHost: good })).toBe('accepted');
    for (const bad of ['', '::1', 'localhost:51678', 'a b']) {
      expect(refusal({ agentHealthcheckHost: bad })).toBe(
        '`agent.agentHealthcheckHost` must be a host name, an IPv4 address or an IPv6 address in ' +
          `brackets, got: ${JSON.stringify(bad)} (InvalidAgentConfig)`,
      );
    }
  });

  test('an AppArmor profile has no quotes', () => {
    expect(refusal({ agentApparmorProfile: 'unconfined' })).toBe('accepted');
    expect(refusal({ agentApparmorProfile: '"unconfined"' })).toContain(
      'without white space, quotes and backslashes',
    );
  });

  test('a value that only JavaScript lets through is refused, not written', () => {
    expect(refusal({ logLevel: 'verbose' as AgentLogLevel })).toBe(
      '`agent.logLevel` must be one of none, crit, error, warn, info, debug, got: "verbose" ' +
        '(InvalidAgentConfig)',
    );
    expect(refusal({ updatesEnabled: 'yes' as unknown as boolean })).toBe(
      '`agent.updatesEnabled` must be true or false, got: "yes" (InvalidAgentConfig)',
    );
    expect(refusal({ noProxy: 'localhost' as unknown as string[] })).toBe(
      '`agent.noProxy` must be a list, got: "localhost" (InvalidAgentConfig)',
    );
    expect(refusal({ agentLabels: { team: 1 as unknown as string } })).toBe(
      '`agent.agentLabels.team` must be a string, got: 1 (InvalidAgentConfig)',
    );
    expect(refusal({ environment: { A: 1 as unknown as string } })).toBe(
      '`agent.environment.A` must be a text, got: 1 (WrongKind)',
    );
    expect(refusal({ containerStopTimout: Duration.minutes(1) } as AgentConfig)).toBe(
      '`agent.containerStopTimout` is no field of AgentConfig: did you mean ' +
        '`agent.containerStopTimeout`? (InvalidAgentConfig)',
    );
  });

  test.each([
    ['ECS_CONTAINER_STOP_TIMEOUT', 'use `agent.containerStopTimeout`'],
    ['ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION', 'use `agent.taskCleanupWaitDuration`'],
    ['ContainerStopTimeout', 'did you mean `agent.containerStopTimeout`?'],
    ['stopTimeout', 'did you mean `agent.containerStopTimeout`?'],
    ['pullBehaviour', 'what has none goes into `agent.environment`, by the name of its variable'],
    ['pullBehavior', 'did you mean `agent.imagePullBehavior`?'],
    ['instanceAtributes', 'did you mean `agent.instanceAttributes`?'],
    ['ECS_AVAILABLE_LOGGING_DRIVERS', 'the library sets it, from `logDrivers`'],
    ['ECS_BRAND_NEW', 'what has none goes into `agent.environment`, by the name of its variable'],
  ])('a field that there is not, such as %s, is refused with what to write', (name, instead) => {
    expect(refusal({ [name]: 'x' } as AgentConfig)).toBe(
      `\`agent.${name}\` is no field of AgentConfig: ${instead} (InvalidAgentConfig)`,
    );
  });

  test('the name of a field is no variable', () => {
    expect(refusal({ environment: { containerStopTimeout: '5m' } })).toBe(
      '`agent.environment` must not set containerStopTimeout: use `agent.containerStopTimeout` ' +
        '(InvalidAgentConfig)',
    );
  });
});

describe('a map with which the node could not register is refused', () => {
  test.each([
    ['stack', 'prod'],
    ['a/b\\c.d-e_F', 'user@host: a b\\c/d'],
    [characters(128), characters(128)],
    ['x', 'y'],
  ])('the instance attribute %s = %s is accepted', (name, value) => {
    expect(refusal({ instanceAttributes: { [name]: value } })).toBe('accepted');
  });

  test.each(['', 'a b', 'a:b', 'ä', 'a\nb', characters(129)])(
    '%j is no name of an instance attribute',
    (name) => {
      expect(refusal({ instanceAttributes: { [name]: 'x' } })).toMatch(
        /^`agent\.instanceAttributes` must have names that are 1 to 128 letters, digits and - _ \/ \\ \., got: /,
      );
    },
  );

  test.each(['', ' a', 'a ', 'a\nb', 'a,b', '"', characters(129)])(
    '%j is no value of an instance attribute',
    (value) => {
      expect(refusal({ instanceAttributes: { stack: value } })).toMatch(
        /^`agent\.instanceAttributes\.stack` must be 1 to 128 letters, digits, spaces and - _ \/ \\ \. @ :, no space at the ends, got: /,
      );
    },
  );

  test('the names of the agent itself are reserved', () => {
    expect(refusal({ instanceAttributes: { 'ecs.os-type': 'linux' } })).toBe(
      '`agent.instanceAttributes` must not have the reserved name `ecs.os-type` (InvalidAgentConfig)',
    );
    expect(refusal({ instanceAttributes: { 'com.amazonaws.ecs.capability.x': 'y' } })).toContain(
      'must not have the reserved name',
    );
    expect(refusal({ instanceAttributes: { ecs: 'y', ecsx: 'z' } })).toBe('accepted');
  });

  test('a node has at most ten attributes and fifty tags', () => {
    const map = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 'v']));
    expect(refusal({ instanceAttributes: map(10), containerInstanceTags: map(50) })).toBe('accepted');
    expect(refusal({ instanceAttributes: map(11) })).toBe(
      '`agent.instanceAttributes` must have at most 10 entries, got: 11 (InvalidAgentConfig)',
    );
    expect(refusal({ containerInstanceTags: map(51) })).toBe(
      '`agent.containerInstanceTags` must have at most 50 entries, got: 51 (InvalidAgentConfig)',
    );
  });

  test('tags are what ECS takes for tags', () => {
    expect(
      refusal({ containerInstanceTags: { 'Größe / a:b=c+d-e@f': '', [characters(128)]: characters(256) } }),
    ).toBe('accepted');
    for (const name of ['', 'a;b', characters(129)]) {
      expect(refusal({ containerInstanceTags: { [name]: '' } })).toContain(
        'must have names that are 1 to 128 letters',
      );
    }
    for (const value of ['a;b', 'a\nb', characters(257)]) {
      expect(refusal({ containerInstanceTags: { a: value } })).toContain(
        '`agent.containerInstanceTags.a` must be at most 256 letters',
      );
    }
    expect(refusal({ containerInstanceTags: { 'AWS:x': 'y' } })).toBe(
      '`agent.containerInstanceTags` must not have the reserved name `AWS:x` (InvalidAgentConfig)',
    );
  });

  test('labels and log options take any value, but need a name', () => {
    expect(
      refusal({ agentLabels: { a: 'x\ny' }, pauseLabels: { 'a b': '' }, agentLogOptions: { tag: '"\\' } }),
    ).toBe('accepted');
    for (const [name, value] of [
      ['team', 'a\uD83D'],
      ['a\uDE00', 'x'],
    ]) {
      expect(refusal({ pauseLabels: { [name]: value } })).toContain(
        '`agent.pauseLabels` must not have half a surrogate pair, which no text has',
      );
    }
    expect(refusal({ agentLabels: { '😀': '😀\r\n\t\u2028' } })).toBe('accepted');
    expect(refusal({ agentLabels: { '': 'x' } })).toBe(
      '`agent.agentLabels` must have names that are not empty, got: "" (InvalidAgentConfig)',
    );
  });
});

describe('the proxy never stands between the agent and the metadata', () => {
  test('what must not go through a proxy is added where only the proxy is given', () => {
    expect(rendered({ httpProxy: 'proxy:3128' }, 'NO_PROXY')).toBe(
      '169.254.169.254,169.254.170.2,/var/run/docker.sock',
    );
    expect(rendered({}, 'NO_PROXY')).toBeUndefined();
  });

  test('a list of exceptions without it is refused', () => {
    expect(refusal({ httpProxy: 'proxy:3128', noProxy: ['.example.com', '169.254.169.254'] })).toBe(
      '`agent.noProxy` must have 169.254.170.2, /var/run/docker.sock where `agent.httpProxy` is set, ' +
        'got: [".example.com","169.254.169.254"] (InvalidAgentConfig)',
    );
  });

  test('a list with it is written as it is', () => {
    const noProxy = ['.example.com', '/var/run/docker.sock', '169.254.170.2', '169.254.169.254'];
    expect(rendered({ httpProxy: 'proxy:3128', noProxy }, 'NO_PROXY')).toBe(noProxy.join(','));
    expect(rendered({ noProxy: ['10.0.0.0/8'] }, 'NO_PROXY')).toBe('10.0.0.0/8');
  });
});

describe('each kind of value is written as the agent reads it', () => {
  test.each([
    [Duration.hours(1), '1h'],
    [Duration.days(1), '24h'],
    [Duration.minutes(90), '90m'],
    [Duration.seconds(90), '90s'],
    [Duration.millis(1500), '1500ms'],
    [Duration.seconds(1.1), '1100ms'],
    [Duration.millis(60000), '1m'],
    [Duration.seconds(0), '0s'],
  ])('%s is %s', (jitter, value) => {
    expect(
      rendered({ taskCleanupWaitDurationJitter: jitter }, 'ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION_JITTER'),
    ).toBe(value);
  });

  test.each<[AgentConfig, string, string]>([
    [{ reservedMemory: Size.gibibytes(1) }, 'ECS_RESERVED_MEMORY', '1024'],
    [{ logMaxFileSize: Size.mebibytes(10) }, 'ECS_LOG_MAX_FILE_SIZE_MB', '10'],
    [{ taskPidsLimit: 100 }, 'ECS_TASK_PIDS_LIMIT', '100'],
    [{ pollMetrics: true }, 'ECS_POLL_METRICS', 'true'],
    [{ updatesEnabled: false }, 'ECS_UPDATES_ENABLED', 'false'],
    [{ reservedPorts: [22, 80] }, 'ECS_RESERVED_PORTS', '[22,80]'],
    [{ reservedPortsUdp: [] }, 'ECS_RESERVED_PORTS_UDP', '[]'],
    [
      { awsvpcAdditionalLocalRoutes: ['10.0.15.0/24'] },
      'ECS_AWSVPC_ADDITIONAL_LOCAL_ROUTES',
      '["10.0.15.0/24"]',
    ],
    [
      { excludeUntrackedImages: ['alpine:latest', 'busybox:1'] },
      'ECS_EXCLUDE_UNTRACKED_IMAGE',
      'alpine:latest,busybox:1',
    ],
    [{ dynamicHostPortRange: { fromPort: 100, toPort: 200 } }, 'ECS_DYNAMIC_HOST_PORT_RANGE', '100-200'],
    [{ taskMetadataRpsLimit: { steadyState: 100, burst: 150 } }, 'ECS_TASK_METADATA_RPS_LIMIT', '100,150'],
    [{ agentLogDriver: AgentLogDriver.JSON_FILE }, 'ECS_LOG_DRIVER', 'json-file'],
    [
      { containerInstancePropagateTagsFrom: AgentPropagateTagsFrom.EC2_INSTANCE },
      'ECS_CONTAINER_INSTANCE_PROPAGATE_TAGS_FROM',
      'ec2_instance',
    ],
    [
      { instanceAttributes: { stack: 'prod', b: 'x\\y', '10': 'ten', '9': 'nine' } },
      'ECS_INSTANCE_ATTRIBUTES',
      '{"10":"ten","9":"nine","b":"x\\\\y","stack":"prod"}',
    ],
    [
      { agentLabels: { a: 'line\nline\u2028\u0085"' } },
      'ECS_AGENT_LABELS',
      '{"a":"line\\nline\\u2028\\u0085\\""}',
    ],
    [{ agentLogOptions: { tag: '"x"\\' } }, 'ECS_LOG_OPTS', '{"tag":"\\\\"x\\\\"\\\\\\\\"}'],
    [
      { environment: { ECS_NEWER: `it's {"as": "is"} $HOME \\n` } },
      'ECS_NEWER',
      `it's {"as": "is"} $HOME \\n`,
    ],
    [{ environment: { ECS_NEWER: '' } }, 'ECS_NEWER', ''],
  ])('%j: %s=%s', (config, variable, value) => {
    expect(rendered(config, variable)).toBe(value);
  });
});

describe('a variable without a field', () => {
  test.each([
    ['', '"1A"', { '1A': 'x' }],
    ['', '""', { '': 'x' }],
    ['', '"A=B"', { 'A=B': 'x' }],
    ['', '"A B"', { 'A B': 'x' }],
    ['', '"A\\nB"', { 'A\nB': 'x' }],
  ])('has a name that is the name of a variable%s: not %s', (_, name, environment) => {
    expect(refusal({ environment })).toBe(
      '`agent.environment` must have names of letters, digits and underscores, no digit first, got: ' +
        `${name} (InvalidAgentConfig)`,
    );
  });

  test('that has a field is refused, with the field', () => {
    expect(refusal({ environment: { ECS_CONTAINER_STOP_TIMEOUT: '1m' } })).toBe(
      '`agent.environment` must not set ECS_CONTAINER_STOP_TIMEOUT: use `agent.containerStopTimeout` ' +
        '(InvalidAgentConfig)',
    );
    expect(refusal({ environment: { http_proxy: 'proxy' } })).toBe(
      '`agent.environment` must not set http_proxy: use `agent.httpProxy` (InvalidAgentConfig)',
    );
  });

  test.each([
    ['ECS_CLUSTER', "the library sets it, to the node's cluster"],
    ['ECS_AVAILABLE_LOGGING_DRIVERS', 'the library sets it, from `logDrivers`'],
    [
      'ECS_ENGINE_AUTH_DATA',
      'the library sets it on the node, from `dockerAuth`: credentials are never in user data',
    ],
    [
      'DOCKER_HOST',
      'it belongs to the AMI and to ecs-init, which starts the agent with the paths that it mounts',
    ],
  ])('that somebody else sets is refused, with the reason: %s', (name, reason) => {
    expect(refusal({ environment: { [name]: 'x' } })).toBe(
      `\`agent.environment\` must not set ${name}: ${reason} (InvalidAgentConfig)`,
    );
  });

  test.each([
    ['a\nB=c', 'must be one line without control characters, got: "a\\nB=c"'],
    ['a\rb', 'must be one line without control characters, got: "a\\rb"'],
    ['a\0b', 'must be one line without control characters, got: "a\\u0000b"'],
    ['a\u2028b', 'must be one line without control characters, got: "a\u2028b"'],
    ['\ud800', 'must be one line without control characters, got: "\\ud800"'],
    [' a', 'must not begin or end with white space, got: " a"'],
    ['a\t', 'must not begin or end with white space, got: "a\\t"'],
    ['a\u00a0', 'must not begin or end with white space, got: "a\u00a0"'],
    ['"a"', 'must not begin with a quote or end in a backslash: systemd would read on, got: "\\"a\\""'],
    ["'a", 'must not begin with a quote or end in a backslash: systemd would read on, got: "\'a"'],
    ['a\\', 'must not begin with a quote or end in a backslash: systemd would read on, got: "a\\\\"'],
  ])('whose value would not arrive as it is, %j, is refused', (value, message) => {
    expect(refusal({ environment: { ECS_NEWER: value } })).toBe(
      `\`agent.environment.ECS_NEWER\` ${message} (InvalidAgentConfig)`,
    );
  });
});

describe('what is only known at deployment passes', () => {
  const stack = new Stack();
  const text = () => Lazy.string({ produce: () => 'late' });
  const number = (value: number) => Lazy.number({ produce: () => value });
  const resolved = (config: AgentConfig, variable: string) => stack.resolve(rendered(config, variable));

  test('as text, number, duration and size', () => {
    expect(resolved({ environment: { ECS_NEWER: `a ${text()}` } }, 'ECS_NEWER')).toBe('a late');
    expect(resolved({ httpProxy: text() }, 'HTTP_PROXY')).toBe('late');
    expect(resolved({ taskPidsLimit: number(7) }, 'ECS_TASK_PIDS_LIMIT')).toBe('7');
    expect(
      resolved({ containerStopTimeout: Duration.minutes(number(7)) }, 'ECS_CONTAINER_STOP_TIMEOUT'),
    ).toBe('7m');
    expect(resolved({ containerStopTimeout: Duration.millis(number(7)) }, 'ECS_CONTAINER_STOP_TIMEOUT')).toBe(
      '7ms',
    );
    expect(resolved({ reservedMemory: Size.mebibytes(number(7)) }, 'ECS_RESERVED_MEMORY')).toBe('7');
    expect(resolved({ reservedPorts: [22, number(7)] }, 'ECS_RESERVED_PORTS')).toBe('[22,7]');
    expect(
      resolved({ dynamicHostPortRange: { fromPort: number(7), toPort: 9 } }, 'ECS_DYNAMIC_HOST_PORT_RANGE'),
    ).toBe('7-9');
  });

  test('inside JSON', () => {
    expect(resolved({ instanceAttributes: { b: text(), a: 'x' } }, 'ECS_INSTANCE_ATTRIBUTES')).toBe(
      '{"a":"x","b":"late"}',
    );
    const log = { agentLogDriver: AgentLogDriver.AWSLOGS, agentLogOptions: { 'awslogs-group': text() } };
    expect(resolved(log, 'ECS_LOG_OPTS')).toBe('{"awslogs-group":"late"}');
    expect(resolved({ awsvpcAdditionalLocalRoutes: [text()] }, 'ECS_AWSVPC_ADDITIONAL_LOCAL_ROUTES')).toBe(
      '["late"]',
    );
  });

  test('as a whole list', () => {
    const list = Token.asList(Fn.ref('List'));
    expect(resolved({ noProxy: list, httpProxy: 'proxy' }, 'NO_PROXY')).toEqual({
      'Fn::Join': [',', { Ref: 'List' }],
    });
    expect(resolved({ awsvpcAdditionalLocalRoutes: list }, 'ECS_AWSVPC_ADDITIONAL_LOCAL_ROUTES')).toEqual({
      'Fn::Join': ['', ['["', { 'Fn::Join': ['","', { Ref: 'List' }] }, '"]']],
    });
  });

  test('but not with a line break around it', () => {
    expect(refusal({ environment: { ECS_NEWER: `a\n${text()}` } })).toContain('must be one line');
    expect(refusal({ environment: { ECS_NEWER: `"${text()}"` } })).toContain('must not begin with a quote');
    expect(refusal({ httpProxy: `proxy\n${text()}` })).toContain('must be one line');
    expect(refusal({ awsvpcAdditionalLocalRoutes: [`\n${text()}`] })).toContain('must be one line');
  });

  test('but not in days, which Go has no unit for', () => {
    expect(refusal({ containerStopTimeout: Duration.days(number(1)) })).toBe(
      '`agent.containerStopTimeout` must not be a token in days: use hours (InvalidAgentConfig)',
    );
  });

  test('but not as a name', () => {
    expect(refusal({ instanceAttributes: { [text()]: 'x' } })).toBe(
      '`agent.instanceAttributes` must have names that are known at synthesis, got a token ' +
        '(InvalidAgentConfig)',
    );
    expect(refusal({ environment: { [text()]: 'x' } })).toContain(
      'must have names of letters, digits and underscores',
    );
  });
});
