import { Duration, Size } from 'aws-cdk-lib';
import * as fc from 'fast-check';
import { type AgentConfig, AgentImagePullBehavior, AgentLogDriver } from '../../src/settings/agent-config';
import { AGENT_VARIABLES, type AgentOption } from '../../src/settings/agent-variables';
import type { AgentReading } from '../boot/harness';
import { hostile } from './hostile';

/** The largest that the agent's `int` is sure to hold. */
const MOST = 2 ** 31 - 1;

const NEVER_THROUGH_A_PROXY = ['169.254.169.254', '169.254.170.2', '/var/run/docker.sock'];

const port = fc.integer({ min: 1, max: 65535 });
const item = hostile
  .map((value) => value.replace(/[\s,"'\\\p{C}\u2028\u2029]/gu, ''))
  .filter((value) => value !== '');
const host = fc.oneof(
  fc.domain(),
  fc.ipV4(),
  fc.ipV6().map((ip) => `[${ip}]`),
);
const cidr = fc.oneof(
  fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })).map(([ip, prefix]) => `${ip}/${prefix}`),
  fc.tuple(fc.ipV6(), fc.integer({ min: 0, max: 128 })).map(([ip, prefix]) => `${ip}/${prefix}`),
);
const label = hostile.filter((value) => value.length < 500 && !/\p{Cs}/u.test(value));
const labels = fc.dictionary(
  label.filter((name) => name !== ''),
  label,
  { maxKeys: 4 },
);

/** Fields whose values have a form of their own. */
const OWN_FORM: { [option: string]: fc.Arbitrary<unknown> } = {
  httpProxy: fc
    .tuple(fc.constantFrom('', 'http://', 'https://', 'socks5://'), host, port)
    .map(([scheme, name, number]) => `${scheme}${name}:${number}`),
  agentHealthcheckHost: host,
  agentLogOptions: fc.record(
    { tag: label, env: label, 'env-regex': label, labels: label, 'labels-regex': label },
    { requiredKeys: [] },
  ),
  offhostIntrospectionInterfaceName: fc.stringMatching(/^[a-z][a-z0-9._-]{0,14}$/),
  agentApparmorProfile: item,
  noProxy: fc.array(item, { maxLength: 3 }).map((items) => [...items, ...NEVER_THROUGH_A_PROXY]),
  instanceAttributes: fc.dictionary(
    fc
      .stringMatching(/^[A-Za-z0-9_/\\.-]{1,128}$/)
      .filter((name) => !/^(ecs|com\.amazonaws\.ecs)\./.test(name)),
    fc.stringMatching(/^[A-Za-z0-9_/\\.@:-]([A-Za-z0-9_/\\.@: -]{0,126}[A-Za-z0-9_/\\.@:-])?$/),
    { maxKeys: 10 },
  ),
  containerInstanceTags: fc.dictionary(
    fc.stringMatching(/^[A-Za-z0-9é日 _.:/=+@-]{1,128}$/).filter((name) => !/^aws:/i.test(name)),
    fc.stringMatching(/^[A-Za-z0-9é日 _.:/=+@-]{0,256}$/),
    { maxKeys: 50 },
  ),
};

function fieldOf(option: AgentOption): fc.Arbitrary<unknown> {
  const { kind, bounds: { min = 0, max = MOST } = {}, values = [] } = AGENT_VARIABLES[option].value;
  const most = Math.min(max, MOST);
  const integer = () => fc.oneof(fc.constantFrom(min, most), fc.integer({ min, max: most }));
  switch (kind) {
    case 'duration':
      return fc
        .oneof(
          fc.constantFrom(min * 1000, most * 1000),
          fc.integer({ min: min * 1000, max: most * 1000 }),
          fc
            .integer({ min: Math.ceil(min), max: Math.max(Math.ceil(min), Math.floor(most)) })
            .map((seconds) => Math.min(seconds, most) * 1000),
        )
        .map((value) => (value % 60_000 === 0 ? Duration.minutes(value / 60_000) : Duration.millis(value)));
    case 'integer':
      return integer();
    case 'mebibytes':
      return integer().map((value) =>
        value % 1024 === 0 ? Size.gibibytes(value / 1024) : Size.mebibytes(value),
      );
    case 'flag':
      return fc.boolean();
    case 'enum':
      return fc.constantFrom(...values);
    case 'list':
      return fc.array(item, { maxLength: 5 });
    case 'ports':
      return fc.array(port, { minLength: 1, maxLength: 8 });
    case 'cidrs':
      return fc.array(cidr, { maxLength: 4 });
    case 'map':
      return labels;
    case 'portRange':
      return fc.tuple(port, port).map(([a, b]) => ({ fromPort: Math.min(a, b), toPort: Math.max(a, b) }));
    case 'requestRate':
      return fc.record({
        steadyState: fc.integer({ min: 1, max: MOST }),
        burst: fc.integer({ min: 1, max: MOST }),
      });
    default:
      throw new Error(`agent.${option} is ${kind}, for which there are no values here`);
  }
}

const OPTIONS = Object.keys(AGENT_VARIABLES) as AgentOption[];

/** Takes away what the configuration cannot have together with something else in it. */
export function withoutContradictions(config: AgentConfig): AgentConfig {
  const cleansUp =
    config.imagePullBehavior !== AgentImagePullBehavior.PREFER_CACHED && config.disableImageCleanup !== true;
  const { agentLogDriver = AgentLogDriver.JSON_FILE, agentLogOptions = {} } = config;
  const options = Object.entries({ ...agentLogOptions, ...REQUIRED_LOG_OPTIONS[agentLogDriver] });
  const without = cleansUp ? [] : CLEANUP;
  return Object.fromEntries(
    Object.entries({
      ...config,
      agentLogOptions:
        agentLogDriver === AgentLogDriver.AWSLOGS
          ? Object.fromEntries(options.filter(([name]) => !LOG_ATTRIBUTES.includes(name)))
          : Object.fromEntries(options),
    }).filter(([name]) => !without.includes(name)),
  );
}

const CLEANUP = [
  'imageCleanupInterval',
  'imageMinimumCleanupAge',
  'numImagesDeletePerCycle',
  'enableUntrackedImageCleanup',
  'nonEcsImageMinimumCleanupAge',
  'excludeUntrackedImages',
];

const LOG_ATTRIBUTES = ['env', 'env-regex', 'labels', 'labels-regex'];

const REQUIRED_LOG_OPTIONS: { [driver in AgentLogDriver]?: Record<string, string> } = {
  [AgentLogDriver.AWSLOGS]: { 'awslogs-group': 'agent' },
  [AgentLogDriver.GELF]: { 'gelf-address': 'udp://192.0.2.1:12201' },
  [AgentLogDriver.LOGENTRIES]: { 'logentries-token': 'token' },
  [AgentLogDriver.SPLUNK]: { 'splunk-url': 'https://192.0.2.1:8088', 'splunk-token': 'token' },
};

/** Any configuration with typed fields that is accepted. */
export const agentConfig = (
  fc.record(Object.fromEntries(OPTIONS.map((option) => [option, OWN_FORM[option] ?? fieldOf(option)])), {
    requiredKeys: [],
  }) as fc.Arbitrary<AgentConfig>
).map(withoutContradictions);

/** Milliseconds of what Go prints for a duration. */
function milliseconds(text: string): number {
  const units: { [unit: string]: number } = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };
  const parts = [...text.matchAll(/([0-9.]+)(h|ms|m|s)/g)];
  return (
    Math.round(parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * units[unit], 0) * 1000) / 1000
  );
}

/**
 * What the agent has to make of a field, said without the library's own words for it; and what
 * it has made of it.
 */
function meanings(
  option: AgentOption,
  given: any,
  { raw, parsed }: AgentReading,
): [wanted: unknown, is: unknown] {
  switch (AGENT_VARIABLES[option].value.kind) {
    case 'duration':
      return [
        Math.round(given.toMilliseconds({ integral: false })),
        typeof parsed === 'string' ? milliseconds(parsed) : parsed,
      ];
    case 'mebibytes':
      return [given.toMebibytes(), parsed];
    case 'list':
      return [given, raw === '' ? [] : raw.split(',')];
    case 'portRange':
      return [[given.fromPort, given.toPort], parsed];
    case 'requestRate':
      return [[given.steadyState, given.burst], parsed];
    default:
      return [given, parsed];
  }
}

/**
 * An empty value, and no time at all, are as if nothing were said: the same, where the agent's
 * default is nothing.
 */
const SAYS_NOTHING = /^0s$|^$/;

/**
 * Every field of the configuration, as it was meant and as the agent has it; what it would discard,
 * clamp or warn about.
 */
export function opinions(
  config: AgentConfig,
  readings: { [variable: string]: AgentReading },
): { wanted: object; is: object; bad: object } {
  const [wanted, is, bad] = [{} as any, {} as any, {} as any];
  for (const option of OPTIONS) {
    const reading = readings[AGENT_VARIABLES[option].variable];
    if (config[option] === undefined) continue;
    if (reading === undefined) {
      bad[option] = 'it is not there';
      continue;
    }
    const nothing = SAYS_NOTHING.test(reading.raw);
    if (reading.verdict !== 'ok' && !nothing) bad[option] = reading;
    [wanted[option], is[option]] = meanings(
      option,
      config[option],
      nothing && reading.parsed === null ? { ...reading, parsed: '' } : reading,
    );
  }
  return { wanted, is, bad };
}
