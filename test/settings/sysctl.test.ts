import { Duration, Lazy, Stack } from 'aws-cdk-lib';
import * as fc from 'fast-check';
import { ValidationError } from '../../src/private/errors';
import { DEFAULT_SYSCTLS, mergeSysctls, renderSysctlLine, Sysctl } from '../../src/settings/sysctl';

const INT = 2147483647;
const SPACE = '. Write a space in its place, or nothing';

describe('each parameter is written as its line', () => {
  test.each<[Sysctl, string]>([
    [Sysctl.ipLocalPortRange(10000, 65000), 'net.ipv4.ip_local_port_range = 10000 65000'],
    [Sysctl.somaxconn(65535), 'net.core.somaxconn = 65535'],
    [Sysctl.netdevMaxBacklog(5000), 'net.core.netdev_max_backlog = 5000'],
    [Sysctl.tcpMaxSynBacklog(8192), 'net.ipv4.tcp_max_syn_backlog = 8192'],
    [Sysctl.tcpFinTimeout(Duration.seconds(15)), 'net.ipv4.tcp_fin_timeout = 15'],
    [Sysctl.tcpKeepaliveTime(Duration.minutes(5)), 'net.ipv4.tcp_keepalive_time = 300'],
    [Sysctl.tcpKeepaliveInterval(Duration.seconds(30)), 'net.ipv4.tcp_keepalive_intvl = 30'],
    [Sysctl.tcpKeepaliveProbes(5), 'net.ipv4.tcp_keepalive_probes = 5'],
    [Sysctl.tcpTwReuse(true), 'net.ipv4.tcp_tw_reuse = 1'],
    [Sysctl.tcpTwReuse(false), 'net.ipv4.tcp_tw_reuse = 0'],
    [Sysctl.tcpRmem(4096, 131072, 6291456), 'net.ipv4.tcp_rmem = 4096 131072 6291456'],
    [Sysctl.tcpWmem(4096, 16384, 4194304), 'net.ipv4.tcp_wmem = 4096 16384 4194304'],
    [Sysctl.rmemMax(16777216), 'net.core.rmem_max = 16777216'],
    [Sysctl.wmemMax(16777216), 'net.core.wmem_max = 16777216'],
    [Sysctl.nfConntrackMax(262144), 'net.netfilter.nf_conntrack_max = 262144'],
    [Sysctl.fileMax(2097152), 'fs.file-max = 2097152'],
    [Sysctl.inotifyMaxUserWatches(524288), 'fs.inotify.max_user_watches = 524288'],
    [Sysctl.inotifyMaxUserInstances(8192), 'fs.inotify.max_user_instances = 8192'],
    [Sysctl.pidMax(4194304), 'kernel.pid_max = 4194304'],
    [Sysctl.maxMapCount(262144), 'vm.max_map_count = 262144'],
    [Sysctl.swappiness(0), 'vm.swappiness = 0'],
    [Sysctl.overcommitMemory(1), 'vm.overcommit_memory = 1'],
    [Sysctl.of('kernel.printk', '4 4 1 7'), 'kernel.printk = 4 4 1 7'],
  ])('%j: %s', (sysctl, line) => {
    expect(renderSysctlLine(sysctl)).toBe(line);
  });
});

describe('a number at its bound is accepted, one beyond it is refused with the factory, the bound and the value', () => {
  test.each<[string, (value: number) => Sysctl, number, number]>([
    ['somaxconn', Sysctl.somaxconn, 1, INT],
    ['netdevMaxBacklog', Sysctl.netdevMaxBacklog, 1, INT],
    ['tcpMaxSynBacklog', Sysctl.tcpMaxSynBacklog, 1, INT],
    ['tcpKeepaliveProbes', Sysctl.tcpKeepaliveProbes, 1, 255],
    ['rmemMax', Sysctl.rmemMax, 2304, INT],
    ['wmemMax', Sysctl.wmemMax, 4608, INT],
    ['nfConntrackMax', Sysctl.nfConntrackMax, 1, INT],
    ['fileMax', Sysctl.fileMax, 1, Number.MAX_SAFE_INTEGER],
    ['inotifyMaxUserWatches', Sysctl.inotifyMaxUserWatches, 1, INT],
    ['inotifyMaxUserInstances', Sysctl.inotifyMaxUserInstances, 1, INT],
    ['pidMax', Sysctl.pidMax, 301, 4194304],
    ['maxMapCount', Sysctl.maxMapCount, 1, INT],
    ['swappiness', Sysctl.swappiness, 0, 200],
    ['overcommitMemory', Sysctl.overcommitMemory, 0, 2],
    ['ipLocalPortRange', (value) => Sysctl.ipLocalPortRange(value, 65535), 1024, 65535],
    ['ipLocalPortRange', (value) => Sysctl.ipLocalPortRange(1024, value), 1024, 65535],
    ['tcpRmem', (value) => Sysctl.tcpRmem(value, INT, INT), 1, INT],
    ['tcpWmem', (value) => Sysctl.tcpWmem(1, 1, value), 1, INT],
  ])('%s', (name, make, min, max) => {
    const message = (value: number) =>
      `\`Sysctl.${name}\` must be a whole number from ${min} to ${max}, got: ${value} (InvalidSysctl)`;
    expect(() => [make(min), make(max)]).not.toThrow();
    for (const bad of [min - 1, max + 1, min + 0.5]) expect(() => make(bad)).toThrow(message(bad));
  });

  test.each<[string, (value: Duration) => Sysctl]>([
    ['tcpFinTimeout', Sysctl.tcpFinTimeout],
    ['tcpKeepaliveTime', Sysctl.tcpKeepaliveTime],
    ['tcpKeepaliveInterval', Sysctl.tcpKeepaliveInterval],
  ])('%s', (name, make) => {
    expect(make(Duration.seconds(1)).value).toBe('1');
    expect(() => make(Duration.millis(999))).toThrow(
      `\`Sysctl.${name}\` must be a duration from 1 s to 2147483647 s, got: 0.999 s (InvalidSysctl)`,
    );
    expect(() => make(Duration.millis(1500))).toThrow(
      `\`Sysctl.${name}\` must be a duration in whole seconds, got: 1.5 s (InvalidSysctl)`,
    );
  });

  test('numbers that belong together are in ascending order', () => {
    expect(Sysctl.tcpRmem(1, 1, 1).value).toBe('1 1 1');
    expect(() => Sysctl.ipLocalPortRange(2000, 1999)).toThrow(
      '`Sysctl.ipLocalPortRange` must have its numbers in ascending order, got: 2000 1999 (InvalidSysctl)',
    );
    expect(() => Sysctl.tcpRmem(1, 3, 2)).toThrow(
      '`Sysctl.tcpRmem` must have its numbers in ascending order, got: 1 3 2 (InvalidSysctl)',
    );
    expect(() => Sysctl.tcpWmem(2, 1, 3)).toThrow(
      '`Sysctl.tcpWmem` must have its numbers in ascending order, got: 2 1 3 (InvalidSysctl)',
    );
  });

  test('a number that is only known at deployment passes', () => {
    const number = Lazy.number({ produce: () => 7 });
    const resolved = (sysctl: Sysctl) => new Stack().resolve(renderSysctlLine(sysctl));
    expect(resolved(Sysctl.somaxconn(number))).toBe('net.core.somaxconn = 7');
    expect(resolved(Sysctl.tcpRmem(4096, number, 8192))).toBe('net.ipv4.tcp_rmem = 4096 7 8192');
    expect(resolved(Sysctl.tcpFinTimeout(Duration.seconds(number)))).toBe('net.ipv4.tcp_fin_timeout = 7');
    expect(resolved(Sysctl.of('kernel.domainname', Lazy.string({ produce: () => 'late' })))).toBe(
      'kernel.domainname = late',
    );
    expect(() => Sysctl.tcpRmem(8192, number, 4096)).toThrow('must have its numbers in ascending order');
  });
});

describe('any other parameter', () => {
  test.each([
    ['kernel.printk', 'kernel.printk'],
    ['net.bridge.bridge-nf-call-iptables', 'net.bridge.bridge-nf-call-iptables'],
    ['net.ipv4.conf.*.rp_filter', 'net.ipv4.conf.*.rp_filter'],
    ['net.ipv4.conf.eth0/100.forwarding', 'net.ipv4.conf.eth0/100.forwarding'],
    ['net/ipv4/conf/eth0.100/forwarding', 'net.ipv4.conf.eth0/100.forwarding'],
    ['net/core/somaxconn', 'net.core.somaxconn'],
  ])('%s is %s', (key, canonical) => {
    expect(Sysctl.of(key, '1').key).toBe(canonical);
  });

  test.each([
    '',
    'kernel',
    '-kernel.printk',
    '.a',
    'a.',
    'a..b',
    'a/../b',
    'a b.c',
    'a.b\n',
    '#a.b',
    'Kernel.printk',
    '/proc/sys/a',
  ])('has a key, not %j', (key) => {
    expect(() => Sysctl.of(key, '1')).toThrow(
      `\`Sysctl.of\` must have a key as net.core.somaxconn, got: ${JSON.stringify(key)} (InvalidSysctl)`,
    );
  });

  test.each([
    ['vm.max_map_count=262144', "`Sysctl.of('vm.max_map_count', '262144')`"],
    ['net.ipv4.tcp_rmem = 4096 131072 6291456', "`Sysctl.of('net.ipv4.tcp_rmem', '4096 131072 6291456')`"],
  ])('has its value in the second argument, which %j is told', (line, instead) => {
    expect(() => Sysctl.of(line, '')).toThrow(
      `\`Sysctl.of\` must have a key as net.core.somaxconn, got: ${JSON.stringify(line)}. The value ` +
        `goes into the second argument: ${instead} (InvalidSysctl)`,
    );
  });

  test.each(['kernel.core_pattern=|/bin/dump', '=1', 'a.b='])(
    'has its value in the second argument, which %j is told without an example',
    (line) => {
      expect(() => Sysctl.of(line, '')).toThrow(
        `got: ${JSON.stringify(line)}. The value goes into the second argument (InvalidSysctl)`,
      );
    },
  );

  test.each([
    ['', 'must have a value'],
    [' 1', `must not begin or end with white space, got: " 1"`],
    ['1 ', `must not begin or end with white space, got: "1 "`],
    ['1\r\n', `must be one line without control characters, got: "1\\r\\n"`],
    ['\n  1\n', `must be one line without control characters, got: "\\n  1\\n"`],
    ['\uFEFF1', `must not begin or end with white space, got: "\uFEFF1"`],
    ['1\u00a02', `must not contain the invisible character U+00A0, got: "1\u00a02"${SPACE}`],
    ['1\u200b', `must not contain the invisible character U+200B, got: "1\u200b"${SPACE}`],
    ['1\n2', 'must be one line without control characters, got: "1\\n2"'],
    ['1\r2', 'must be one line without control characters, got: "1\\r2"'],
    ['1\0', 'must be one line without control characters, got: "1\\u0000"'],
  ])('has a value of one line, not %j', (value, message) => {
    expect(() => Sysctl.of('kernel.x', value)).toThrow(
      `\`Sysctl.of('kernel.x')\` ${message} (InvalidSysctl)`,
    );
  });

  test('that has a factory is held to its bounds, however the key is spelt', () => {
    const whole = (min: number, max: number | bigint) => `must be a whole number from ${min} to ${max}`;
    const several = (count: number, min: number, max: number) =>
      `must be ${count} whole numbers in ascending order, with spaces between them, from ${min} to ${max}`;
    const refused: [string, string, string][] = [
      ['vm.max_map_count', '256k', whole(1, INT)],
      ['vm/max_map_count', '0', whole(1, INT)],
      ['vm.max_map_count', '2147483648', whole(1, INT)],
      ['vm.max_map_count', '0x40000', whole(1, INT)],
      ['vm.max_map_count', '1e5', whole(1, INT)],
      ['vm.max_map_count', '+1', whole(1, INT)],
      ['vm.max_map_count', '010', whole(1, INT)],
      ['vm.max_map_count', '1 2', whole(1, INT)],
      ['vm.swappiness', '-1', whole(0, 200)],
      ['vm.swappiness', '60%', whole(0, 200)],
      ['net.ipv4.tcp_tw_reuse', 'true', whole(0, 2)],
      ['net.ipv4.tcp_fin_timeout', '15s', whole(1, INT)],
      ['fs.file-max', '9223372036854775808', whole(1, 9223372036854775807n)],
      ['net.ipv4.ip_local_port_range', '10000', several(2, 1024, 65535)],
      ['net.ipv4.ip_local_port_range', '10000-65000', several(2, 1024, 65535)],
      ['net.ipv4.ip_local_port_range', '65000 10000', several(2, 1024, 65535)],
      ['net.ipv4.ip_local_port_range', '80 65000', several(2, 1024, 65535)],
      ['net.ipv4.tcp_rmem', '4096 131072', several(3, 1, INT)],
    ];
    for (const [key, value, rule] of refused) {
      expect(() => Sysctl.of(key, value)).toThrow(
        `\`Sysctl.of('${key}')\` ${rule}, got: ${JSON.stringify(value)} (InvalidSysctl)`,
      );
    }
  });

  test('that has a factory takes what the factory would write, what is more than a number of JavaScript, and tokens', () => {
    expect(Sysctl.of('vm.max_map_count', '262144')).toEqual(Sysctl.maxMapCount(262144));
    expect(Sysctl.of('net/core/somaxconn', '4096')).toEqual(Sysctl.somaxconn(4096));
    expect(Sysctl.of('net.ipv4.tcp_rmem', '4096 131072 6291456')).toEqual(
      Sysctl.tcpRmem(4096, 131072, 6291456),
    );
    expect(Sysctl.of('net.ipv4.ip_local_port_range', '10000\t65000').value).toBe('10000\t65000');
    expect(Sysctl.of('net.ipv4.tcp_tw_reuse', '2').value).toBe('2');
    expect(Sysctl.of('fs.file-max', '9223372036854775807').value).toBe('9223372036854775807');
    const late = Lazy.string({ produce: () => '10000 65000' });
    expect(Sysctl.of('net.ipv4.ip_local_port_range', late).value).toBe(late);
  });

  test.each([
    ['net.ipv4.ip_forward', '0'],
    ['net/ipv4/ip_forward', '0'],
    ['net.ipv4.conf.all.forwarding', '0'],
    ['net.ipv4.conf.default.forwarding', '00'],
    ['net.ipv4.conf.docker0.forwarding', '0'],
    ['net.ipv4.conf.*.forwarding', '0'],
    ['net/ipv4/conf/eth0.100/forwarding', '0'],
  ])('cannot take the network from containers: %s = %s', (key, value) => {
    expect(() => Sysctl.of(key, value)).toThrow(
      `\`Sysctl.of('${key}')\` must not be 0: the node forwards the packets of containers in bridge ` +
        'mode, which would have no network. Leave it out, docker sets it to 1 (InvalidSysctl)',
    );
  });

  test.each([
    ['net.ipv4.ip_forward', '1'],
    ['net.ipv4.conf.lo.forwarding', '0'],
    ['net.ipv6.conf.all.forwarding', '0'],
    ['net.ipv4.conf.all.rp_filter', '1'],
    ['net.ipv4.conf.all.send_redirects', '0'],
    ['net.ipv4.conf.default.accept_source_route', '0'],
    ['net.bridge.bridge-nf-call-iptables', '1'],
    ['net.ipv4.ip_forward_use_pmtu', '0'],
  ])('that hardening guides ask for is taken: %s = %s', (key, value) => {
    expect(Sysctl.of(key, value).value).toBe(value);
  });

  test('with a no-break space between its numbers is refused, as the kernel would', () => {
    expect(() => Sysctl.of('net.ipv4.ip_local_port_range', '10000\u00a065000')).toThrow(
      "`Sysctl.of('net.ipv4.ip_local_port_range')` must not contain the invisible character U+00A0",
    );
  });

  test('that has no factory takes any value', () => {
    for (const value of ['256k', '-1', '0x40000'])
      expect(Sysctl.of('vm.nr_hugepages', value).value).toBe(value);
  });

  test('with anything in it is refused or one line', () => {
    const hostile = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(fc.oneof(hostile, fc.constant('kernel.x')), hostile, (key, value) => {
        try {
          expect(renderSysctlLine(Sysctl.of(key, value))).toMatch(/^[^\s=]+ = \S([^\r\n\0]*\S)?$/);
        } catch (error) {
          if (!(error instanceof ValidationError)) throw error;
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('the parameters of a node', () => {
  const lines = (over?: Sysctl[]) => mergeSysctls(over).map(renderSysctlLine);

  test('are the defaults where nothing is said', () => {
    expect(lines()).toEqual(['net.core.somaxconn = 65535', 'net.ipv4.ip_local_port_range = 10000 65000']);
    expect(lines([])).toEqual(lines());
    expect(DEFAULT_SYSCTLS).toHaveLength(2);
  });

  test('replace a default with the same key, however it is spelt, and keep the others, sorted by key', () => {
    expect(
      lines([Sysctl.swappiness(10), Sysctl.of('net/core/somaxconn', '1024'), Sysctl.fileMax(100000)]),
    ).toEqual([
      'fs.file-max = 100000',
      'net.core.somaxconn = 1024',
      'net.ipv4.ip_local_port_range = 10000 65000',
      'vm.swappiness = 10',
    ]);
  });

  test('are in the same order in whichever order they are given', () => {
    const given = [Sysctl.swappiness(10), Sysctl.fileMax(100000), Sysctl.maxMapCount(262144)];
    expect(lines([...given].reverse())).toEqual(lines(given));
  });

  test('have no key twice, even with the same value', () => {
    expect(() => mergeSysctls([Sysctl.somaxconn(1), Sysctl.of('net/core/somaxconn', '1')])).toThrow(
      '`sysctls` must not have `net.core.somaxconn` twice (InvalidSysctl)',
    );
  });
});

describe('reserved ports', () => {
  test.each([
    [[8080], '8080'],
    [[27017, 15672, 27018, 27019], '15672,27017-27019'],
    [[1, 65535, 1], '1,65535'],
    [[3, 1, 2], '1-3'],
  ])('%j are written as %j', (ports, value) => {
    expect(Sysctl.ipLocalReservedPorts(...ports)).toMatchObject({
      key: 'net.ipv4.ip_local_reserved_ports',
      value,
    });
  });

  test.each([
    [[], 'must have at least one port'],
    [[0], 'must be a whole number from 1 to 65535, got: 0'],
    [[65536], 'must be a whole number from 1 to 65535, got: 65536'],
    [[80.5], 'must be a whole number from 1 to 65535, got: 80.5'],
    [[Lazy.number({ produce: () => 7 })], 'must be known at synthesis, got: a token'],
  ])('%j are refused', (ports, message) => {
    expect(() => Sysctl.ipLocalReservedPorts(...ports)).toThrow(
      `\`Sysctl.ipLocalReservedPorts\` ${message} (InvalidSysctl)`,
    );
  });

  test.each(['', '8080 9090', '9-8', '70000', 'http', '1-2-3', '8080,'])('as a text are no %j', (value) => {
    expect(() => Sysctl.of('net.ipv4.ip_local_reserved_ports', value)).toThrow('InvalidSysctl');
  });

  test('may be a text', () => {
    expect(Sysctl.of('net.ipv4.ip_local_reserved_ports', '8080,30000-32767').value).toBe('8080,30000-32767');
  });
});
