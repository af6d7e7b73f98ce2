import { type Duration, Token, Tokenization } from 'aws-cdk-lib';
import { wholeNumber, wholeSeconds } from '../private/bounds';
import { fail, quoteForMessage } from '../private/errors';
import { flag, instance } from '../private/expected-type';
import { checkOneLine } from './one-line';
import { formatPorts, parsePorts } from './port-list';

const CODE = 'InvalidSysctl';

/** A parameter that has a factory: its name and the numbers that it takes. */
interface Parameter {
  readonly key: string;
  readonly min: number;
  readonly max: number;
  /** In a text, where it is more than JavaScript's numbers can tell apart. */
  readonly maxInText?: bigint;
  /** How many numbers it takes, each no smaller than the one before it; one where it is left out. */
  readonly count?: number;
}

const INT = { min: 1, max: 2147483647 };

const PARAMETERS = {
  ipLocalPortRange: { key: 'net.ipv4.ip_local_port_range', min: 1024, max: 65535, count: 2 },
  somaxconn: { key: 'net.core.somaxconn', ...INT },
  netdevMaxBacklog: { key: 'net.core.netdev_max_backlog', ...INT },
  tcpMaxSynBacklog: { key: 'net.ipv4.tcp_max_syn_backlog', ...INT },
  tcpFinTimeout: { key: 'net.ipv4.tcp_fin_timeout', ...INT },
  tcpKeepaliveTime: { key: 'net.ipv4.tcp_keepalive_time', ...INT },
  tcpKeepaliveInterval: { key: 'net.ipv4.tcp_keepalive_intvl', ...INT },
  tcpKeepaliveProbes: { key: 'net.ipv4.tcp_keepalive_probes', min: 1, max: 255 },
  tcpTwReuse: { key: 'net.ipv4.tcp_tw_reuse', min: 0, max: 2 },
  tcpRmem: { key: 'net.ipv4.tcp_rmem', ...INT, count: 3 },
  tcpWmem: { key: 'net.ipv4.tcp_wmem', ...INT, count: 3 },
  rmemMax: { key: 'net.core.rmem_max', ...INT, min: 2304 },
  wmemMax: { key: 'net.core.wmem_max', ...INT, min: 4608 },
  nfConntrackMax: { key: 'net.netfilter.nf_conntrack_max', ...INT },
  fileMax: { key: 'fs.file-max', min: 1, max: Number.MAX_SAFE_INTEGER, maxInText: 9223372036854775807n },
  inotifyMaxUserWatches: { key: 'fs.inotify.max_user_watches', ...INT },
  inotifyMaxUserInstances: { key: 'fs.inotify.max_user_instances', ...INT },
  pidMax: { key: 'kernel.pid_max', min: 301, max: 4194304 },
  maxMapCount: { key: 'vm.max_map_count', ...INT },
  swappiness: { key: 'vm.swappiness', min: 0, max: 200 },
  overcommitMemory: { key: 'vm.overcommit_memory', min: 0, max: 2 },
} satisfies Record<string, Parameter>;

type Factory = keyof typeof PARAMETERS;

/** `net.ipv4.ip_local_port_range`. */
export const OUTGOING_PORTS = PARAMETERS.ipLocalPortRange.key;

/** Ports that the kernel takes for no outgoing connection, unless it is asked for one of them. */
export const RESERVED_PORTS = 'net.ipv4.ip_local_reserved_ports';

/**
 * The kernel decides on forwarding by the interface that a packet comes from: docker's bridge for what a
 * container sends, and the node's own interface for the answer.
 */
const FORWARDING = /^net\.ipv4\.(ip_forward|conf\.(?!lo\.).+\.forwarding)$/;

/** What looks like a space or like nothing, and is neither to the kernel. Pages are full of it. */
const INVISIBLE = /[\u00a0\u00ad\u1680\u2000-\u200f\u202a-\u202f\u205f-\u206f\u3000\ufeff]/;

/** The text of the numbers that a factory was given. */
function joinNumbers(factory: Factory, values: number[]): string {
  const { min, max } = PARAMETERS[factory];
  const number = wholeNumber(CODE, { min, max });
  for (const value of values) number.check(`Sysctl.${factory}`, value);
  const text = values.map((value) => Tokenization.stringifyNumber(value)).join(' ');
  const known = values.filter((value) => !Token.isUnresolved(value));
  if (known.some((value, index) => value < (known[index - 1] ?? value))) {
    fail(CODE, `\`Sysctl.${factory}\` must have its numbers in ascending order, got: ${text}`);
  }
  return text;
}

function secondsOf(factory: Factory, value: Duration): string {
  const { min, max } = PARAMETERS[factory];
  wholeSeconds(CODE, { min, max }).check(`Sysctl.${factory}`, value);
  return Tokenization.stringifyNumber(value.toSeconds());
}

/** Refuses what the kernel would not take, and what would take the network from containers. */
function checkValue(field: string, key: string, value: string): void {
  const invisible = INVISIBLE.exec(value)?.[0];
  if (invisible !== undefined) {
    const code = invisible.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
    fail(
      CODE,
      `\`${field}\` must not contain the invisible character U+${code}, got: ` +
        `${quoteForMessage(value)}. Write a space in its place, or nothing`,
    );
  }
  if (FORWARDING.test(key) && /^0+$/.test(value)) {
    fail(
      CODE,
      `\`${field}\` must not be 0: the node forwards the packets of containers in bridge mode, which ` +
        'would have no network. Leave it out, docker sets it to 1',
    );
  }
  if (key === RESERVED_PORTS && !Token.isUnresolved(value) && parsePorts(value) === undefined) {
    fail(
      CODE,
      `\`${field}\` must be ports and ranges of ports with commas between them, such as 8080,27017-27019, ` +
        `got: ${quoteForMessage(value)}`,
    );
  }
  checkNumbers(field, key, value);
}

/** What `Sysctl.of()` was given for a parameter that has a factory: its numbers, as a text. */
function checkNumbers(field: string, key: string, value: string): void {
  const parameter: Parameter | undefined = Object.values(PARAMETERS).find((known) => known.key === key);
  if (parameter === undefined || Token.isUnresolved(value)) return;
  const { min, max, maxInText = max, count = 1 } = parameter;
  const numbers = value
    .split(/[ \t]+/)
    .map((number) => (/^(0|[1-9]\d*)$/.test(number) ? BigInt(number) : -1n));
  const inBounds = numbers.every((number) => number >= min && number <= maxInText);
  const ascend = numbers.every((number, index) => number >= (numbers[index - 1] ?? number));
  if (numbers.length === count && inBounds && ascend) return;
  const wanted =
    count === 1 ? 'a whole number' : `${count} whole numbers in ascending order, with spaces between them,`;
  fail(CODE, `\`${field}\` must be ${wanted} from ${min} to ${maxInText}, got: ${quoteForMessage(value)}`);
}

/**
 * A kernel parameter of a node: one line of a file in `/etc/sysctl.d/`.
 *
 * Parameters under `net.` are per network namespace (all but a few of `net.core`: `rmem_max`, `wmem_max` and
 * `netdev_max_backlog` are the whole node's). They reach containers of the network mode `host`, docker's own
 * proxy and the node itself; **not** containers in `bridge` or `awsvpc` mode: those need `systemControls` in
 * their task definition.
 *
 * The bounds are those of the kernel (Linux 6.1, `Documentation/admin-guide/sysctl/`,
 * `Documentation/networking/ip-sysctl.rst`).
 *
 * @example
 * declare const vpc: ec2.IVpc;
 * new EcsAutoScaledCluster(this, 'Search', {
 *   vpc,
 *   sysctls: [Sysctl.maxMapCount(262144), Sysctl.of('net.ipv4.tcp_slow_start_after_idle', '0')],
 *   tiers: [{ name: 'general', instanceTypes: [new ec2.InstanceType('r7i.large')] }],
 * });
 */
export class Sysctl {
  /**
   * `net.ipv4.ip_local_port_range`: the ports that outgoing connections are made from. The library's default
   * is 10000 to 65000.
   *
   * It widens outgoing connections alone: the host ports of containers are
   * `AgentConfig.dynamicHostPortRange`. Containers with a host port of their choice inside of it need
   * `ipLocalReservedPorts`.
   *
   * @param fromPort the first port: a whole number from 1024, below which the kernel refuses it, to 65535
   * @param toPort the last port: a whole number from `fromPort` to 65535
   */
  public static ipLocalPortRange(fromPort: number, toPort: number): Sysctl {
    return Sysctl.from('ipLocalPortRange', fromPort, toPort);
  }

  /**
   * `net.ipv4.ip_local_reserved_ports`: ports inside of `ipLocalPortRange` that no outgoing connection is
   * made from, since containers listen on them (`hostPort`, or any port in network mode `host`).
   *
   * Where a connection of the node has such a port already, a container that wants it fails to start:
   * "address already in use".
   *
   * A range is all of its ports, or a text: `Sysctl.of('net.ipv4.ip_local_reserved_ports', '30000-32767')`.
   *
   * @param ports at least one whole number from 1 to 65535, known at synthesis, in any order
   */
  public static ipLocalReservedPorts(...ports: number[]): Sysctl {
    const field = 'Sysctl.ipLocalReservedPorts';
    if (ports.length === 0) fail(CODE, `\`${field}\` must have at least one port`);
    const number = wholeNumber(CODE, { min: 1, max: 65535 });
    for (const port of ports) {
      number.check(field, port);
      // They are sorted, and ports of services are compared with them.
      if (Token.isUnresolved(port)) fail(CODE, `\`${field}\` must be known at synthesis, got: a token`);
    }
    return new Sysctl(RESERVED_PORTS, formatPorts(ports));
  }

  /**
   * `net.core.somaxconn`: how many connections may wait for a listening socket to accept them. The library's
   * default is 65535.
   *
   * @param value connections: a whole number from 1 to 2147483647
   */
  public static somaxconn(value: number): Sysctl {
    return Sysctl.from('somaxconn', value);
  }

  /**
   * `net.core.netdev_max_backlog`: how many received packets may wait, for each CPU, for the kernel to look
   * at them.
   *
   * @param value packets: a whole number from 1 to 2147483647
   */
  public static netdevMaxBacklog(value: number): Sysctl {
    return Sysctl.from('netdevMaxBacklog', value);
  }

  /**
   * `net.ipv4.tcp_max_syn_backlog`: how many half-open connections a listening socket may have.
   *
   * @param value connections: a whole number from 1 to 2147483647
   */
  public static tcpMaxSynBacklog(value: number): Sysctl {
    return Sysctl.from('tcpMaxSynBacklog', value);
  }

  /**
   * `net.ipv4.tcp_fin_timeout`: how long a connection that this side has closed waits for the other side to
   * close it too.
   *
   * @param value whole seconds, at least 1
   */
  public static tcpFinTimeout(value: Duration): Sysctl {
    return new Sysctl(PARAMETERS.tcpFinTimeout.key, secondsOf('tcpFinTimeout', value));
  }

  /**
   * `net.ipv4.tcp_keepalive_time`: how long a connection with keep-alive is silent before the first probe. A
   * Network Load Balancer forgets a connection after 350 s, the kernel's default is 2 h.
   *
   * @param value whole seconds, at least 1
   */
  public static tcpKeepaliveTime(value: Duration): Sysctl {
    return new Sysctl(PARAMETERS.tcpKeepaliveTime.key, secondsOf('tcpKeepaliveTime', value));
  }

  /**
   * `net.ipv4.tcp_keepalive_intvl`: the time between two probes.
   *
   * @param value whole seconds, at least 1
   */
  public static tcpKeepaliveInterval(value: Duration): Sysctl {
    return new Sysctl(PARAMETERS.tcpKeepaliveInterval.key, secondsOf('tcpKeepaliveInterval', value));
  }

  /**
   * `net.ipv4.tcp_keepalive_probes`: how many probes without an answer end a connection.
   *
   * @param value probes: a whole number from 1 to 255
   */
  public static tcpKeepaliveProbes(value: number): Sysctl {
    return Sysctl.from('tcpKeepaliveProbes', value);
  }

  /**
   * `net.ipv4.tcp_tw_reuse`: whether a new outgoing connection may take the port of one in TIME-WAIT. The
   * kernel's default, on loopback only, is `Sysctl.of('net.ipv4.tcp_tw_reuse', '2')`.
   *
   * @param enabled everywhere (1) or nowhere (0)
   */
  public static tcpTwReuse(enabled: boolean): Sysctl {
    flag.check('Sysctl.tcpTwReuse', enabled);
    return new Sysctl(PARAMETERS.tcpTwReuse.key, enabled ? '1' : '0');
  }

  /**
   * `net.ipv4.tcp_rmem`: the receive buffer of a TCP socket. Each number is a whole number of bytes from 1 to
   * 2147483647, none smaller than the one before it.
   *
   * @param minBytes what it has even when memory is short
   * @param defaultBytes what it begins with
   * @param maxBytes what it may grow to
   */
  public static tcpRmem(minBytes: number, defaultBytes: number, maxBytes: number): Sysctl {
    return Sysctl.from('tcpRmem', minBytes, defaultBytes, maxBytes);
  }

  /**
   * `net.ipv4.tcp_wmem`: the send buffer of a TCP socket. Each number is a whole number of bytes from 1 to
   * 2147483647, none smaller than the one before it.
   *
   * @param minBytes what it has even when memory is short
   * @param defaultBytes what it begins with
   * @param maxBytes what it may grow to
   */
  public static tcpWmem(minBytes: number, defaultBytes: number, maxBytes: number): Sysctl {
    return Sysctl.from('tcpWmem', minBytes, defaultBytes, maxBytes);
  }

  /**
   * `net.core.rmem_max`: the largest receive buffer that a program may ask for.
   *
   * @param bytes a whole number from 2304, the kernel's minimum, to 2147483647
   */
  public static rmemMax(bytes: number): Sysctl {
    return Sysctl.from('rmemMax', bytes);
  }

  /**
   * `net.core.wmem_max`: the largest send buffer that a program may ask for.
   *
   * @param bytes a whole number from 4608, the kernel's minimum, to 2147483647
   */
  public static wmemMax(bytes: number): Sysctl {
    return Sysctl.from('wmemMax', bytes);
  }

  /**
   * `net.netfilter.nf_conntrack_max`: how many connections the node keeps track of, those of `bridge`
   * containers among them.
   *
   * The parameter is there once the kernel module `nf_conntrack` is loaded, which docker does when it starts.
   *
   * @param value connections: a whole number from 1 to 2147483647
   */
  public static nfConntrackMax(value: number): Sysctl {
    return Sysctl.from('nfConntrackMax', value);
  }

  /**
   * `fs.file-max`: how many files the whole node may have open.
   *
   * @param value files: a whole number of at least 1
   */
  public static fileMax(value: number): Sysctl {
    return Sysctl.from('fileMax', value);
  }

  /**
   * `fs.inotify.max_user_watches`: how many files and directories one user may watch.
   *
   * @param value watches: a whole number from 1 to 2147483647
   */
  public static inotifyMaxUserWatches(value: number): Sysctl {
    return Sysctl.from('inotifyMaxUserWatches', value);
  }

  /**
   * `fs.inotify.max_user_instances`: how many watchers one user may have. Containers that run as root all
   * count as one user.
   *
   * @param value watchers: a whole number from 1 to 2147483647
   */
  public static inotifyMaxUserInstances(value: number): Sysctl {
    return Sysctl.from('inotifyMaxUserInstances', value);
  }

  /**
   * `kernel.pid_max`: the number at which the ids of processes and threads begin anew, and so how many there
   * can be.
   *
   * @param value a whole number from 301 to 4194304, the kernel's bounds
   */
  public static pidMax(value: number): Sysctl {
    return Sysctl.from('pidMax', value);
  }

  /**
   * `vm.max_map_count`: how many memory areas a process may have. Elasticsearch and OpenSearch ask for 262144
   * or more.
   *
   * @param value areas: a whole number from 1 to 2147483647
   */
  public static maxMapCount(value: number): Sysctl {
    return Sysctl.from('maxMapCount', value);
  }

  /**
   * `vm.swappiness`: how readily the kernel swaps rather than drops file caches; 100 takes both for equally
   * costly.
   *
   * @param value a whole number from 0 to 200
   */
  public static swappiness(value: number): Sysctl {
    return Sysctl.from('swappiness', value);
  }

  /**
   * `vm.overcommit_memory`: whether programs may ask for more memory than there is. Redis asks for 1.
   *
   * @param value 0 (within reason), 1 (always) or 2 (never)
   */
  public static overcommitMemory(value: number): Sysctl {
    return Sysctl.from('overcommitMemory', value);
  }

  /**
   * Any parameter, by its key. One that has a factory in this class is held to that factory's bounds. The
   * value of any other is first checked on the node. Where the kernel does not have the parameter, or refuses
   * the value, the node does not join its cluster.
   *
   * @param key as in sysctl.d(5): at least two parts of letters, digits, `_` and `-`, with `.` or `/` between
   * them and `*` for any; lower case first. A key whose first separator is `/` is turned into the same key
   * with `.`. Anything else is refused, the leading `-` that hides failures too.
   * @param value one line, not empty, without white space at the ends, control characters and characters that
   *   look like a space. Several numbers are separated by spaces. Forwarding of IPv4 packets cannot be turned
   *   off: containers in bridge mode need it
   */
  public static of(key: string, value: string): Sysctl {
    // Not a `text` value: that lets tokens through, and parameters are merged by their keys.
    if (typeof key !== 'string' || !/^[a-z0-9_]+([./][A-Za-z0-9_*-]+)+$/.test(key)) {
      fail(
        CODE,
        '`Sysctl.of` must have a key as net.core.somaxconn, got: ' +
          `${quoteForMessage(key)}${suggestionForLine(key)}`,
      );
    }
    const field = `Sysctl.of('${key}')`;
    const name = dotted(key);
    checkOneLine(CODE, field, value);
    if (value === '') fail(CODE, `\`${field}\` must have a value`);
    checkValue(field, name, value);
    return new Sysctl(name, value);
  }

  private static from(factory: Factory, ...values: number[]): Sysctl {
    return new Sysctl(PARAMETERS[factory].key, joinNumbers(factory, values));
  }

  /** The name of the parameter, with dots: `net.core.somaxconn`. */
  public readonly key: string;
  /** What it is set to. */
  public readonly value: string;

  private constructor(key: string, value: string) {
    this.key = key;
    this.value = value;
  }
}

/** What to write for a line as sysctl.conf has it. */
function suggestionForLine(key: unknown): string {
  if (typeof key !== 'string' || !key.includes('=')) return '';
  const [, name, value] = /^\s*([\w./*-]+)\s*=\s*([\w.:,/ -]{0,60}\w)\s*$/.exec(key) ?? [];
  const example = name === undefined ? '' : `: \`Sysctl.of('${name}', '${value}')\``;
  return `. The value goes into the second argument${example}`;
}

/**
 * sysctl.d(5): if the first separator is a slash, slashes separate and dots are part of a name; so
 * `net/ipv4/conf/eth0.1/x` is `net.ipv4.conf.eth0/1.x`.
 */
function dotted(key: string): string {
  const separator = /[./]/.exec(key)?.[0];
  return separator === '/' ? key.replace(/[./]/g, (char) => (char === '/' ? '.' : '/')) : key;
}

/**
 * What a node gets where `sysctls` says nothing else: enough outgoing ports and waiting connections for many
 * small containers.
 */
export const DEFAULT_SYSCTLS: Sysctl[] = [Sysctl.ipLocalPortRange(10000, 65000), Sysctl.somaxconn(65535)];

/**
 * The defaults with `over` over them, key by key, sorted by key. The same key twice in `over` is a mistake,
 * regardless of the values.
 */
export function mergeSysctls(over: Sysctl[] = []): Sysctl[] {
  const own = new Map<string, Sysctl>();
  for (const sysctl of over) {
    if (own.has(sysctl.key)) fail(CODE, `\`sysctls\` must not have \`${sysctl.key}\` twice`);
    own.set(sysctl.key, sysctl);
  }
  const merged = [...DEFAULT_SYSCTLS.filter(({ key }) => !own.has(key)), ...own.values()];
  return merged.sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** One line of a file in `/etc/sysctl.d/`. */
export function renderSysctlLine({ key, value }: Sysctl): string {
  return `${key} = ${value}`;
}

/** As a field. */
export const SYSCTL = instance<Sysctl>({
  name: "a Sysctl, such as `Sysctl.of('vm.max_map_count', '262144')`",
  member: 'key',
});
