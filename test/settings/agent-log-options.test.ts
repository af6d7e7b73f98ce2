import { Lazy } from 'aws-cdk-lib';
import { type AgentConfig, AgentLogDriver } from '../../src/settings/agent-config';
import { renderAgentConfig } from '../../src/settings/agent-variables';

const { AWSLOGS, FLUENTD, GELF, JOURNALD, JSON_FILE, LOGENTRIES, SPLUNK, SYSLOG } = AgentLogDriver;

type Options = Record<string, string>;
const render = (agentLogDriver: AgentLogDriver | undefined, agentLogOptions?: Options) =>
  renderAgentConfig({ agentLogDriver, agentLogOptions } as AgentConfig);

describe("the log of the agent's container", () => {
  test.each<[AgentLogDriver | undefined, Options | undefined]>([
    [undefined, undefined],
    [undefined, { 'max-size': '10m', 'max-file': '3' }],
    [JSON_FILE, undefined],
    [JSON_FILE, { 'max-size': '1.5GiB', 'max-file': '2', compress: 'true', tag: '{{.Name}}', labels: 'a,b' }],
    [JSON_FILE, { mode: 'non-blocking', 'max-buffer-size': '4m' }],
    [JOURNALD, { tag: 'ecs', env: 'A' }],
    [SYSLOG, undefined],
    [SYSLOG, { 'syslog-address': 'tcp+tls://192.0.2.1:6514', 'syslog-facility': 'local3' }],
    [FLUENTD, { 'fluentd-address': 'collector.example.com:24224', 'fluentd-async': 'true' }],
    [FLUENTD, { 'fluentd-address': 'unix:///run/fluent.sock' }],
    [GELF, { 'gelf-address': 'udp://192.0.2.1:12201', 'gelf-compression-type': 'none' }],
    [GELF, { 'gelf-address': 'tcp://192.0.2.1:12201', 'gelf-tcp-max-reconnect': '0' }],
    [SPLUNK, { 'splunk-url': 'https://splunk.example.com:8088', 'splunk-token': 'a', 'splunk-gzip': 'true' }],
    [LOGENTRIES, { 'logentries-token': 'a' }],
    [AWSLOGS, { 'awslogs-group': '/ecs/agent', 'awslogs-stream': 'a', 'awslogs-create-group': 'true' }],
    [AWSLOGS, { 'awslogs-group': Lazy.string({ produce: () => 'late' }), 'awslogs-datetime-format': '%Y' }],
    [GELF, { 'gelf-address': Lazy.string({ produce: () => 'late' }) }],
  ])('%s with %j is taken', (driver, options) => {
    expect(() => render(driver, options)).not.toThrow();
  });

  test.each<[AgentLogDriver | undefined, Options | undefined, string]>([
    [AWSLOGS, undefined, '`agent.agentLogOptions` must have awslogs-group for the log driver awslogs'],
    [AWSLOGS, { 'awslogs-group': '' }, 'must have awslogs-group'],
    [GELF, {}, 'must have gelf-address for the log driver gelf'],
    [
      SPLUNK,
      { 'splunk-url': 'https://splunk.example.com' },
      'must have splunk-token for the log driver splunk',
    ],
    [SPLUNK, undefined, 'must have splunk-url and splunk-token'],
    [LOGENTRIES, undefined, 'must have logentries-token'],
    [JSON_FILE, { foo: 'bar' }, 'got: "foo". It knows mode, max-buffer-size, '],
    [undefined, { foo: 'bar' }, 'must have options that docker knows for the log driver json-file'],
    [JOURNALD, { 'max-size': '1m' }, 'got: "max-size". That is one of the driver json-file'],
    [JSON_FILE, { 'awslogs-group': 'a' }, 'got: "awslogs-group". That is one of the driver awslogs'],
    [
      AWSLOGS,
      { 'awslogs-group': 'a', 'awslogs-stream-prefix': 'b' },
      'That is an option of task definitions',
    ],
    [AWSLOGS, { 'awslogs-group': 'a', labels: 'b' }, 'got: "labels"'],
    [JSON_FILE, { maxSize: '1m' }, 'Did you mean max-size?'],
    [
      JSON_FILE,
      { 'max-size': 'lots' },
      '`agent.agentLogOptions.max-size` must be a size above 0 such as 10m',
    ],
    [JSON_FILE, { 'max-size': '0' }, 'must be a size above 0'],
    [JSON_FILE, { 'max-file': '0' }, 'must be a whole number of at least 1, got: "0"'],
    [JSON_FILE, { compress: 'yes' }, 'must be true or false, got: "yes"'],
    [JSON_FILE, { compress: 'true', 'max-size': '1m' }, 'must have max-size and a max-file of at least 2'],
    [JSON_FILE, { mode: 'fast' }, 'must be blocking or non-blocking'],
    [JSON_FILE, { 'max-buffer-size': '4m' }, "must have `mode: 'non-blocking'`"],
    [SYSLOG, { 'syslog-address': '192.0.2.1' }, 'must be an address such as udp://192.0.2.10:514'],
    [GELF, { 'gelf-address': 'udp://192.0.2.1' }, 'must be an address such as udp://192.0.2.10:12201'],
    [GELF, { 'gelf-address': 'tcp://a:1', 'gelf-compression-level': '1' }, 'must have no compression'],
    [GELF, { 'gelf-address': 'udp://a:1', 'gelf-tcp-max-reconnect': '1' }, 'must have no gelf-tcp- options'],
    [
      AWSLOGS,
      { 'awslogs-group': 'a', 'awslogs-datetime-format': '%Y', 'awslogs-multiline-pattern': 'b' },
      'must have one of awslogs-datetime-format, awslogs-multiline-pattern and awslogs-format at most',
    ],
  ])('%s with %j is refused, as docker would never start the agent', (driver, options, message) => {
    expect(() => render(driver, options)).toThrow(message);
    expect(() => render(driver, options)).toThrow('(InvalidAgentConfig)');
  });
});
