import { type Duration, Token, Tokenization } from 'aws-cdk-lib';
import { type Bounds, checkDuration, checkInteger } from '../private/checks';
import { fail, shown } from '../private/errors';
import { checkOneLine } from './one-line';

const CODE = 'InvalidSysctl';
const INT: Bounds = { min: 1, max: 2147483647 };

function whole(name: string, value: number, bounds: Bounds): string {
  checkInteger(CODE, `Sysctl.${name}`, value, bounds);
  return Tokenization.stringifyNumber(value);
}

function wholeSeconds(name: string, value: Duration): string {
  checkDuration(CODE, `Sysctl.${name}`, value, INT);
  if (!value.isUnresolved()) {
    const seconds = value.toSeconds({ integral: false });
    if (!Number.isInteger(seconds)) fail(CODE, `\`Sysctl.${name}\` must be a duration in whole seconds, got: ${seconds} s`);
  }
  return Tokenization.stringifyNumber(value.toSeconds());
}

function ascending(name: string, values: number[], bounds: Bounds): string {
  const rendered = values.map((value) => whole(name, value, bounds));
  const known = values.filter((value) => !Token.isUnresolved(value));
  if (known.some((value, index) => value < (known[index - 1] ?? value))) {
    fail(CODE, `\`Sysctl.${name}\` must have its numbers in ascending order, got: ${rendered.join(' ')}`);
  }
  return rendered.join(' ');
}

/**
 * A kernel parameter of a node: one line of a file in `/etc/sysctl.d/`.
 *
 * Parameters under `net.` are per network namespace (all but a few of `net.core`: `rmem_max`, `wmem_max` and `netdev_max_backlog` are the whole node's). They
 * reach containers of the network mode `host`, docker's own proxy and the node itself; **not** containers in `bridge` or `awsvpc` mode: those need
 * `systemControls` in their task definition.
 *
 * The bounds are those of the kernel (Linux 6.1, `Documentation/admin-guide/sysctl/`, `Documentation/networking/ip-sysctl.rst`).
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
   * `net.ipv4.ip_local_port_range`: the ports that outgoing connections are made from. The library's default is 10000 to 65000.
   *
   * It widens outgoing connections alone: the host ports of containers are `AgentConfig.dynamicHostPortRange`.
   *
   * @param fromPort the first port: a whole number from 1024, below which the kernel refuses it, to 65535
   * @param toPort the last port: a whole number from `fromPort` to 65535
   */
  public static ipLocalPortRange(fromPort: number, toPort: number): Sysctl {
    return new Sysctl('net.ipv4.ip_local_port_range', ascending('ipLocalPortRange', [fromPort, toPort], { min: 1024, max: 65535 }));
  }

  /**
   * `net.core.somaxconn`: how many connections may wait for a listening socket to accept them. The library's default is 65535.
   *
   * @param value connections: a whole number from 1 to 2147483647
   */
  public static somaxconn(value: number): Sysctl {
    return new Sysctl('net.core.somaxconn', whole('somaxconn', value, INT));
  }

  /**
   * `net.core.netdev_max_backlog`: how many received packets may wait, for each CPU, for the kernel to look at them.
   *
   * @param value packets: a whole number from 1 to 2147483647
   */
  public static netdevMaxBacklog(value: number): Sysctl {
    return new Sysctl('net.core.netdev_max_backlog', whole('netdevMaxBacklog', value, INT));
  }

  /**
   * `net.ipv4.tcp_max_syn_backlog`: how many half-open connections a listening socket may have.
   *
   * @param value connections: a whole number from 1 to 2147483647
   */
  public static tcpMaxSynBacklog(value: number): Sysctl {
    return new Sysctl('net.ipv4.tcp_max_syn_backlog', whole('tcpMaxSynBacklog', value, INT));
  }

  /**
   * `net.ipv4.tcp_fin_timeout`: how long a connection that this side has closed waits for the other side to close it too.
   *
   * @param value whole seconds, at least 1
   */
  public static tcpFinTimeout(value: Duration): Sysctl {
    return new Sysctl('net.ipv4.tcp_fin_timeout', wholeSeconds('tcpFinTimeout', value));
  }

  /**
   * `net.ipv4.tcp_keepalive_time`: how long a connection with keep-alive is silent before the first probe. A Network Load Balancer forgets a connection
   * after 350 s, the kernel's default is 2 h.
   *
   * @param value whole seconds, at least 1
   */
  public static tcpKeepaliveTime(value: Duration): Sysctl {
    return new Sysctl('net.ipv4.tcp_keepalive_time', wholeSeconds('tcpKeepaliveTime', value));
  }

  /**
   * `net.ipv4.tcp_keepalive_intvl`: the time between two probes.
   *
   * @param value whole seconds, at least 1
   */
  public static tcpKeepaliveInterval(value: Duration): Sysctl {
    return new Sysctl('net.ipv4.tcp_keepalive_intvl', wholeSeconds('tcpKeepaliveInterval', value));
  }

  /**
   * `net.ipv4.tcp_keepalive_probes`: how many probes without an answer end a connection.
   *
   * @param value probes: a whole number from 1 to 255
   */
  public static tcpKeepaliveProbes(value: number): Sysctl {
    return new Sysctl('net.ipv4.tcp_keepalive_probes', whole('tcpKeepaliveProbes', value, { min: 1, max: 255 }));
  }

  /**
   * `net.ipv4.tcp_tw_reuse`: whether a new outgoing connection may take the port of one in TIME-WAIT. The kernel's default, on loopback only, is
   * `Sysctl.of('net.ipv4.tcp_tw_reuse', '2')`.
   *
   * @param enabled everywhere (1) or nowhere (0)
   */
  public static tcpTwReuse(enabled: boolean): Sysctl {
    return new Sysctl('net.ipv4.tcp_tw_reuse', enabled ? '1' : '0');
  }

  /**
   * `net.ipv4.tcp_rmem`: the receive buffer of a TCP socket. Each number is a whole number of bytes from 1 to 2147483647, none smaller than the one
   * before it.
   *
   * @param minBytes what it has even when memory is short
   * @param defaultBytes what it begins with
   * @param maxBytes what it may grow to
   */
  public static tcpRmem(minBytes: number, defaultBytes: number, maxBytes: number): Sysctl {
    return new Sysctl('net.ipv4.tcp_rmem', ascending('tcpRmem', [minBytes, defaultBytes, maxBytes], INT));
  }

  /**
   * `net.ipv4.tcp_wmem`: the send buffer of a TCP socket. Each number is a whole number of bytes from 1 to 2147483647, none smaller than the one
   * before it.
   *
   * @param minBytes what it has even when memory is short
   * @param defaultBytes what it begins with
   * @param maxBytes what it may grow to
   */
  public static tcpWmem(minBytes: number, defaultBytes: number, maxBytes: number): Sysctl {
    return new Sysctl('net.ipv4.tcp_wmem', ascending('tcpWmem', [minBytes, defaultBytes, maxBytes], INT));
  }

  /**
   * `net.core.rmem_max`: the largest receive buffer that a program may ask for.
   *
   * @param bytes a whole number from 2304, the kernel's minimum, to 2147483647
   */
  public static rmemMax(bytes: number): Sysctl {
    return new Sysctl('net.core.rmem_max', whole('rmemMax', bytes, { ...INT, min: 2304 }));
  }

  /**
   * `net.core.wmem_max`: the largest send buffer that a program may ask for.
   *
   * @param bytes a whole number from 4608, the kernel's minimum, to 2147483647
   */
  public static wmemMax(bytes: number): Sysctl {
    return new Sysctl('net.core.wmem_max', whole('wmemMax', bytes, { ...INT, min: 4608 }));
  }

  /**
   * `net.netfilter.nf_conntrack_max`: how many connections the node keeps track of, those of `bridge` containers among them.
   *
   * The parameter is there once the kernel module `nf_conntrack` is loaded, which docker does when it starts.
   *
   * @param value connections: a whole number from 1 to 2147483647
   */
  public static nfConntrackMax(value: number): Sysctl {
    return new Sysctl('net.netfilter.nf_conntrack_max', whole('nfConntrackMax', value, INT));
  }

  /**
   * `fs.file-max`: how many files the whole node may have open.
   *
   * @param value files: a whole number of at least 1
   */
  public static fileMax(value: number): Sysctl {
    return new Sysctl('fs.file-max', whole('fileMax', value, { min: 1, max: Number.MAX_SAFE_INTEGER }));
  }

  /**
   * `fs.inotify.max_user_watches`: how many files and directories one user may watch.
   *
   * @param value watches: a whole number from 1 to 2147483647
   */
  public static inotifyMaxUserWatches(value: number): Sysctl {
    return new Sysctl('fs.inotify.max_user_watches', whole('inotifyMaxUserWatches', value, INT));
  }

  /**
   * `fs.inotify.max_user_instances`: how many watchers one user may have. Containers that run as root all count as one user.
   *
   * @param value watchers: a whole number from 1 to 2147483647
   */
  public static inotifyMaxUserInstances(value: number): Sysctl {
    return new Sysctl('fs.inotify.max_user_instances', whole('inotifyMaxUserInstances', value, INT));
  }

  /**
   * `kernel.pid_max`: the number at which the ids of processes and threads begin anew, and so how many there can be.
   *
   * @param value a whole number from 301 to 4194304, the kernel's bounds
   */
  public static pidMax(value: number): Sysctl {
    return new Sysctl('kernel.pid_max', whole('pidMax', value, { min: 301, max: 4194304 }));
  }

  /**
   * `vm.max_map_count`: how many memory areas a process may have. Elasticsearch and OpenSearch ask for 262144 or more.
   *
   * @param value areas: a whole number from 1 to 2147483647
   */
  public static maxMapCount(value: number): Sysctl {
    return new Sysctl('vm.max_map_count', whole('maxMapCount', value, INT));
  }

  /**
   * `vm.swappiness`: how readily the kernel swaps rather than drops file caches; 100 takes both for equally costly.
   *
   * @param value a whole number from 0 to 200
   */
  public static swappiness(value: number): Sysctl {
    return new Sysctl('vm.swappiness', whole('swappiness', value, { min: 0, max: 200 }));
  }

  /**
   * `vm.overcommit_memory`: whether programs may ask for more memory than there is. Redis asks for 1.
   *
   * @param value 0 (within reason), 1 (always) or 2 (never)
   */
  public static overcommitMemory(value: number): Sysctl {
    return new Sysctl('vm.overcommit_memory', whole('overcommitMemory', value, { min: 0, max: 2 }));
  }

  /**
   * Any other parameter. Whether the kernel has it, and takes the value, shows on the node.
   *
   * @param key as in sysctl.d(5): at least two parts of letters, digits, `_` and `-`, with `.` or `/` between them and `*` for any; lower case first.
   *   A key whose first separator is `/` is turned into the same key with `.`. Anything else is refused, the leading `-` that hides failures too.
   * @param value one line, not empty, without white space at the ends and without control characters. Several numbers are separated by spaces
   */
  public static of(key: string, value: string): Sysctl {
    // Not checkPattern: that lets tokens through, and parameters are merged by their keys.
    if (typeof key !== 'string' || !/^[a-z0-9_]+([./][A-Za-z0-9_*-]+)+$/.test(key)) {
      fail(CODE, `\`Sysctl.of\` must have a key as net.core.somaxconn, got: ${shown(key)}${insteadOfLine(key)}`);
    }
    checkOneLine(CODE, `Sysctl.of('${key}')`, value);
    if (value === '') fail(CODE, `\`Sysctl.of('${key}')\` must have a value`);
    return new Sysctl(dotted(key), value);
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
function insteadOfLine(key: unknown): string {
  if (typeof key !== 'string' || !key.includes('=')) return '';
  const [, name, value] = /^\s*([\w./*-]+)\s*=\s*([\w.:,/ -]{0,60}\w)\s*$/.exec(key) ?? [];
  const example = name === undefined ? '' : `: \`Sysctl.of('${name}', '${value}')\``;
  return `. The value goes into the second argument${example}`;
}

/** sysctl.d(5): if the first separator is a slash, slashes separate and dots are part of a name; so `net/ipv4/conf/eth0.1/x` is `net.ipv4.conf.eth0/1.x`. */
function dotted(key: string): string {
  const separator = /[./]/.exec(key)?.[0];
  return separator === '/' ? key.replace(/[./]/g, (char) => (char === '/' ? '.' : '/')) : key;
}

/** What a node gets where `sysctls` says nothing else: enough outgoing ports and waiting connections for many small containers. */
export const DEFAULT_SYSCTLS: Sysctl[] = [Sysctl.ipLocalPortRange(10000, 65000), Sysctl.somaxconn(65535)];

/** The defaults with `over` over them, key by key, sorted by key. The same key twice in `over` is a mistake, whatever the values. */
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
