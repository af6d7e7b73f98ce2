import { text } from '../private/bounds';
import { fail } from '../private/errors';
import { instance } from '../private/expected-type';

const CODE = 'InvalidLogDriver';

const NAME = text(
  CODE,
  /^[a-z][a-z0-9-]*$/,
  'the name of a log driver: lower-case letters, digits and hyphens, a letter first',
);

/**
 * A log driver that the containers on a node may use.
 *
 * ECS places a task only on nodes that offer the drivers of its containers. The constants are all that the
 * agent knows (amazon-ecs-agent, `agent/dockerclient/logging_drivers.go`).
 *
 * @example
 * declare const vpc: ec2.IVpc;
 * new EcsAutoScaledCluster(this, 'Orders', {
 *   vpc,
 *   logDrivers: [NodeLogDriver.AWSLOGS, NodeLogDriver.AWSFIRELENS, NodeLogDriver.NONE],
 *   tiers: [{ name: 'general', instanceTypes: [new ec2.InstanceType('m7i.large')] }],
 * });
 */
export class NodeLogDriver {
  /** Files on the node, read by `docker logs`. */
  public static readonly JSON_FILE = new NodeLogDriver('json-file');
  /** A syslog server. */
  public static readonly SYSLOG = new NodeLogDriver('syslog');
  /** A fluentd server. */
  public static readonly FLUENTD = new NodeLogDriver('fluentd');
  /** CloudWatch Logs. */
  public static readonly AWSLOGS = new NodeLogDriver('awslogs');
  /** The journal of the node. */
  public static readonly JOURNALD = new NodeLogDriver('journald');
  /** A Graylog or Logstash server. */
  public static readonly GELF = new NodeLogDriver('gelf');
  /** Splunk's HTTP event collector. */
  public static readonly SPLUNK = new NodeLogDriver('splunk');
  /** Rapid7 Logentries. Docker 25, which the ECS-optimized images have, knows this driver no more. */
  public static readonly LOGENTRIES = new NodeLogDriver('logentries');
  /** Sumo Logic, whose docker plugin must be on the node. */
  public static readonly SUMOLOGIC = new NodeLogDriver('sumologic');
  /** FireLens: a Fluent Bit or fluentd container in the task. */
  public static readonly AWSFIRELENS = new NodeLogDriver('awsfirelens');
  /** No log at all. */
  public static readonly NONE = new NodeLogDriver('none');

  /**
   * A driver that is newer than this library.
   *
   * With a driver that it does not know **the agent does not start, and the node never joins its cluster**.
   * So this is only for a driver that the agent of the node's image is known to have.
   *
   * @param name docker's name of the driver: lower-case letters, digits and hyphens, a letter first. Anything
   * else is refused.
   */
  public static of(name: string): NodeLogDriver {
    NAME.check('NodeLogDriver.of', name);
    return new NodeLogDriver(name);
  }

  /** The name that docker and the agent have for it, `json-file` for example. */
  public readonly name: string;

  private constructor(name: string) {
    this.name = name;
  }
}

/** What a node offers where `logDrivers` says nothing. */
export const DEFAULT_LOG_DRIVERS: NodeLogDriver[] = [
  NodeLogDriver.JSON_FILE,
  NodeLogDriver.SYSLOG,
  NodeLogDriver.FLUENTD,
  NodeLogDriver.AWSLOGS,
];

/** The value of `ECS_AVAILABLE_LOGGING_DRIVERS`, in the order given. */
export function renderLogDrivers(drivers: NodeLogDriver[]): string {
  const names = drivers.map((driver) => driver.name);
  // To the agent an empty list is an unset one: the node would offer the agent's own default
  // (`agent/config/config.go`, `Merge`).
  if (names.length === 0)
    fail(CODE, '`logDrivers` must have at least one driver; leave it out for the default');
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) fail(CODE, `\`logDrivers\` must not have \`${twice}\` twice`);
  return JSON.stringify(names);
}

/** As a field. */
export const LOG_DRIVER = instance<NodeLogDriver>({
  name: 'a NodeLogDriver, such as `NodeLogDriver.AWSLOGS`',
  member: 'name',
  instead: (name) => `NodeLogDriver.of(${name})`,
});
