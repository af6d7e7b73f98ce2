import { Token } from 'aws-cdk-lib';
import { fail, quoteForMessage } from '../private/errors';
import { nearMiss } from '../private/near-miss';
import { type AgentConfig, AgentLogDriver } from './agent-config';
import { CODE } from './agent-values';

/** What a value of an option must be. */
interface Rule {
  readonly pattern: RegExp;
  readonly rule: string;
}

const BOOLEAN: Rule = { pattern: /^(1|t|T|TRUE|true|True|0|f|F|FALSE|false|False)$/, rule: 'true or false' };
const COUNT: Rule = { pattern: /^[1-9]\d*$/, rule: 'a whole number of at least 1' };
const SIZE: Rule = {
  pattern: /^(?=.*[1-9])\d+(\.\d+)? ?([kKmMgGtTpP][iI]?)?[bB]?$/,
  rule: 'a size above 0 such as 10m',
};
const ANY: Rule = { pattern: /^/, rule: 'a text' };

/** The options of a driver, with what their values must be. */
interface Driver {
  readonly options: { readonly [name: string]: Rule };
  /** Without them the driver does not start. */
  readonly required?: readonly string[];
  /** Whether the labels and variables of a container can be written too. */
  readonly hasAttributes?: boolean;
}

/** What docker itself does with a log, whichever the driver. */
const ALWAYS: { readonly [name: string]: Rule } = {
  mode: { pattern: /^(blocking|non-blocking)$/, rule: 'blocking or non-blocking' },
  'max-buffer-size': SIZE,
  'cache-disabled': BOOLEAN,
  'cache-max-size': SIZE,
  'cache-max-file': COUNT,
  'cache-compress': BOOLEAN,
  tag: ANY,
};

const ATTRIBUTES: { readonly [name: string]: Rule } = {
  env: ANY,
  'env-regex': ANY,
  labels: ANY,
  'labels-regex': ANY,
};

/**
 * What docker takes for each driver (moby, `daemon/logger/<driver>`, `ValidateLogOpt`; 25 and later). Any
 * other option keeps the agent's container from being made, at each try, for good.
 */
const DRIVERS: { readonly [driver in AgentLogDriver]: Driver } = {
  [AgentLogDriver.JSON_FILE]: {
    options: { 'max-size': SIZE, 'max-file': COUNT, compress: BOOLEAN },
    hasAttributes: true,
  },
  [AgentLogDriver.JOURNALD]: { options: {}, hasAttributes: true },
  [AgentLogDriver.SYSLOG]: {
    options: {
      'syslog-address': {
        pattern: /^((tcp|udp|tcp\+tls):\/\/.+|(unix|unixgram):\/\/\/.+)$/,
        rule: 'an address such as udp://192.0.2.10:514',
      },
      'syslog-facility': {
        pattern:
          /^(kern|user|mail|daemon|auth|syslog|lpr|news|uucp|cron|authpriv|ftp|local[0-7]|1?\d|2[0-3])$/,
        rule: 'a facility such as daemon, or a number from 0 to 23',
      },
      'syslog-format': {
        pattern: /^(rfc3164|rfc5424|rfc5424micro)$/,
        rule: 'rfc3164, rfc5424 or rfc5424micro',
      },
      'syslog-tls-ca-cert': ANY,
      'syslog-tls-cert': ANY,
      'syslog-tls-key': ANY,
      'syslog-tls-skip-verify': ANY,
    },
    hasAttributes: true,
  },
  [AgentLogDriver.FLUENTD]: {
    options: {
      'fluentd-address': {
        pattern: /^((tcp|tls|unix):\/\/)?[^/].*$|^unix:\/\/\/.+$/,
        rule: 'an address such as 192.0.2.10:24224',
      },
      'fluentd-async': BOOLEAN,
      'fluentd-async-connect': BOOLEAN,
      'fluentd-async-reconnect-interval': ANY,
      'fluentd-buffer-limit': SIZE,
      'fluentd-max-retries': { pattern: /^\d+$/, rule: 'a whole number' },
      'fluentd-request-ack': BOOLEAN,
      'fluentd-retry-wait': ANY,
      'fluentd-sub-second-precision': BOOLEAN,
      'fluentd-write-timeout': ANY,
      'fluentd-read-timeout': ANY,
    },
    hasAttributes: true,
  },
  [AgentLogDriver.GELF]: {
    options: {
      'gelf-address': {
        pattern: /^(tcp|udp):\/\/[^/]+:\d+\/?$/,
        rule: 'an address such as udp://192.0.2.10:12201',
      },
      'gelf-compression-level': { pattern: /^(-1|\d)$/, rule: 'a whole number from -1 to 9' },
      'gelf-compression-type': { pattern: /^(gzip|zlib|none)$/, rule: 'gzip, zlib or none' },
      'gelf-tcp-max-reconnect': { pattern: /^\d+$/, rule: 'a whole number' },
      'gelf-tcp-reconnect-delay': { pattern: /^\d+$/, rule: 'a whole number' },
    },
    required: ['gelf-address'],
    hasAttributes: true,
  },
  [AgentLogDriver.SPLUNK]: {
    options: {
      'splunk-url': {
        pattern: /^https?:\/\/[^/]+\/?$/,
        rule: 'an address such as https://splunk.example.com:8088',
      },
      'splunk-token': ANY,
      'splunk-source': ANY,
      'splunk-sourcetype': ANY,
      'splunk-index': ANY,
      'splunk-capath': ANY,
      'splunk-caname': ANY,
      'splunk-insecureskipverify': BOOLEAN,
      'splunk-format': { pattern: /^(inline|json|raw)$/, rule: 'inline, json or raw' },
      'splunk-verify-connection': BOOLEAN,
      'splunk-gzip': BOOLEAN,
      'splunk-gzip-level': { pattern: /^(-1|\d)$/, rule: 'a whole number from -1 to 9' },
      'splunk-index-acknowledgment': BOOLEAN,
    },
    required: ['splunk-url', 'splunk-token'],
    hasAttributes: true,
  },
  [AgentLogDriver.LOGENTRIES]: {
    options: { 'logentries-token': ANY, 'line-only': BOOLEAN },
    required: ['logentries-token'],
    hasAttributes: true,
  },
  [AgentLogDriver.AWSLOGS]: {
    options: {
      'awslogs-group': ANY,
      'awslogs-stream': ANY,
      'awslogs-create-group': BOOLEAN,
      'awslogs-create-stream': BOOLEAN,
      'awslogs-region': ANY,
      'awslogs-endpoint': ANY,
      'awslogs-credentials-endpoint': ANY,
      'awslogs-datetime-format': ANY,
      'awslogs-multiline-pattern': ANY,
      'awslogs-force-flush-interval-seconds': COUNT,
      'awslogs-max-buffered-events': COUNT,
      'awslogs-format': { pattern: /^json\/emf$/, rule: 'json/emf' },
    },
    required: ['awslogs-group'],
  },
};

/** Options that cannot be set together, or not without another one; each with what to write. */
interface Combination {
  readonly driver?: AgentLogDriver;
  isWrong(options: { readonly [name: string]: string | undefined }): boolean;
  readonly rule: string;
}

const COMBINATIONS: readonly Combination[] = [
  {
    isWrong: (options) => options['max-buffer-size'] !== undefined && options.mode !== 'non-blocking',
    rule: "must have `mode: 'non-blocking'` where it has max-buffer-size",
  },
  {
    driver: AgentLogDriver.JSON_FILE,
    isWrong: ({ compress, 'max-size': size, 'max-file': files }) =>
      compress !== undefined &&
      /^[1tT]/.test(compress) &&
      (size === undefined || files === undefined || files === '1'),
    rule: 'must have max-size and a max-file of at least 2 where compress is true',
  },
  {
    driver: AgentLogDriver.GELF,
    isWrong: (options) =>
      has(options, /^gelf-compression-/) && options['gelf-address']?.startsWith('tcp:') === true,
    rule: 'must have no compression where gelf-address is of tcp',
  },
  {
    driver: AgentLogDriver.GELF,
    isWrong: (options) => has(options, /^gelf-tcp-/) && options['gelf-address']?.startsWith('udp:') === true,
    rule: 'must have no gelf-tcp- options where gelf-address is of udp',
  },
  {
    driver: AgentLogDriver.AWSLOGS,
    isWrong: (options) =>
      ['awslogs-datetime-format', 'awslogs-multiline-pattern', 'awslogs-format'].filter(
        (name) => options[name] !== undefined,
      ).length > 1,
    rule: 'must have one of awslogs-datetime-format, awslogs-multiline-pattern and awslogs-format at most',
  },
];

function has(options: { readonly [name: string]: string | undefined }, pattern: RegExp): boolean {
  return Object.keys(options).some((name) => pattern.test(name));
}

/** Refuses a log of the agent's container that docker does not start: systemd would try it again for ever. */
export function checkAgentLog({ agentLogDriver, agentLogOptions }: AgentConfig): void {
  if (agentLogDriver === undefined && agentLogOptions === undefined) return;
  const name = agentLogDriver ?? AgentLogDriver.JSON_FILE;
  const driver = DRIVERS[name];
  if (driver === undefined) return; // a token
  const options = agentLogOptions ?? {};
  const known = { ...ALWAYS, ...(driver.hasAttributes ? ATTRIBUTES : {}), ...driver.options };
  const field = '`agent.agentLogOptions`';
  for (const [option, value] of Object.entries(options)) {
    const rule = Object.hasOwn(known, option) ? known[option] : undefined;
    if (rule === undefined) {
      fail(
        CODE,
        `${field} must have options that docker knows for the log driver ${name}, got: ` +
          `${quoteForMessage(option)}${suggestion(option, name, Object.keys(known))}`,
      );
    }
    if (!Token.isUnresolved(value) && !rule.pattern.test(value)) {
      fail(CODE, `\`agent.agentLogOptions.${option}\` must be ${rule.rule}, got: ${quoteForMessage(value)}`);
    }
  }
  const missing = driver.required?.filter(
    (option) => options[option] === undefined || options[option] === '',
  );
  if (missing !== undefined && missing.length > 0) {
    fail(
      CODE,
      `${field} must have ${missing.join(' and ')} for the log driver ${name}: docker starts no agent ` +
        'without',
    );
  }
  const wrong = COMBINATIONS.find(
    (combination) => (combination.driver ?? name) === name && combination.isWrong(options),
  );
  if (wrong !== undefined) fail(CODE, `${field} ${wrong.rule}, got: ${quoteForMessage(options)}`);
}

function suggestion(option: string, name: AgentLogDriver, known: string[]): string {
  const near = nearMiss(option, known);
  if (near !== undefined) return `. Did you mean ${near}?`;
  if (option === 'awslogs-stream-prefix')
    return '. That is an option of task definitions: write awslogs-stream, or tag';
  const owner = Object.entries(DRIVERS).find(
    ([other, { options }]) => other !== name && Object.hasOwn(options, option),
  );
  return owner === undefined ? `. It knows ${known.join(', ')}` : `. That is one of the driver ${owner[0]}`;
}
