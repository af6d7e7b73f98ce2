/**
 * How long the script can take, from the plan that it has itself; and its behaviour towards services that
 * fail in ways which need no machine: bash and Python are real, the rest is a FakeNode (`test/bootstrap` has
 * the failures that heal, and those of Secrets Manager).
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { BOOT_GATE } from '../../src/bootstrap/private/boot-gate';
import { DockerAuthFormat } from '../../src/registry/docker-auth';
import { FakeNode, type Run } from '../helpers/user-data';
import { userData } from './user-data';

// Real processes, on a machine that may be busy.
jest.setTimeout(60_000);

/** The only part of a pattern that is in a text. */
function found(text: string, pattern: RegExp): string {
  const all = [...text.matchAll(new RegExp(pattern, `${pattern.flags}g`))];
  if (all.length !== 1) throw new Error(`${all.length} times ${pattern}`);
  return all[0][1];
}

const TAG = userData({});
const BOTH = userData({ secretFormat: DockerAuthFormat.DOCKER });

/** The pauses of the script, in seconds; one attempt is before each. */
const PAUSES = found(TAG, /for wait in ([0-9, ]+):/)
  .split(', ')
  .map(Number);
const ATTEMPTS = PAUSES.length;
const PAUSED = PAUSES.reduce((sum, pause) => sum + pause);

/** Seconds that the parts of a unit give it. */
const SECONDS: { [unit: string]: number } = { '': 1, min: 60 };
function limit(name: string): number {
  const [, amount, unit] = /^([0-9]+)(min)?$/.exec(found(BOOT_GATE, new RegExp(`^${name}=(.*)$`, 'm'))) ?? [];
  return Number(amount) * SECONDS[unit ?? ''];
}

describe('the time that a boot can take', () => {
  const ofMetadata =
    2 * Number([...new Set([...TAG.matchAll(/timeout=([0-9]+)\)/g)].map(([, seconds]) => seconds))].join());
  const ofSecrets = Number(found(BOTH, /body, h\), timeout=([0-9]+)/));
  const ofProgram = Number(found(BOTH, /^timeout ([0-9]+) \/usr\/bin\/python3/m));

  it('is planned: attempts with pauses that double, for about a minute', () => {
    expect([ATTEMPTS, PAUSED]).toEqual([7, 63]);
    expect(PAUSES.slice(0, -1).every((pause, index) => pause === 2 ** index)).toBe(true);
  });

  it('is less for each of the two questions, even if every answer hangs, than the program has', () => {
    const tag = PAUSED + ATTEMPTS * ofMetadata;
    const secret = PAUSED + ATTEMPTS * (2 * ofMetadata + ofSecrets);
    expect([tag, secret]).toEqual([119, 245]);
    expect(Math.max(tag, secret)).toBeLessThan(ofProgram);
  });

  it('is bounded for servers that answer byte by byte too: program within script within cloud-init within guard', () => {
    expect(ofProgram).toBe(300);
    expect(ofProgram).toBeLessThan(limit('TimeoutStartSec'));
    expect(limit('TimeoutStartSec') + limit('TimeoutStopSec')).toBeLessThan(limit('JobTimeoutSec'));
    expect(limit('JobTimeoutSec')).toBe(1800);
  });
});

/** What a server does with a request. */
type Behaviour = (socket: Socket, path: string) => void;

const response = (body: string, status = '200 OK') =>
  `HTTP/1.1 ${status}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`;
const well = (path: string) => response(path === '/latest/api/token' ? 'token' : 'orders');

describe('metadata', () => {
  let node: FakeNode;
  let server: Server;
  const requests: string[] = [];
  const timers: NodeJS.Timeout[] = [];

  beforeEach(() => {
    node = new FakeNode();
    requests.length = 0;
  });
  afterEach(async () => {
    for (const timer of timers.splice(0)) clearInterval(timer);
    if (server.listening) await new Promise((resolve) => server.close(resolve));
    node.remove();
  });

  /** Boots a node whose metadata behaves like this; seconds are milliseconds. Undefined: nobody listens. */
  async function boot(
    behaviour: Behaviour | undefined,
    seconds: { answer?: number; program?: number } = {},
  ): Promise<Run> {
    server = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', (data) => {
        const [, path = ''] = String(data).split(' ');
        requests.push(path);
        behaviour?.(socket, path);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    if (behaviour === undefined) await new Promise((resolve) => server.close(resolve));
    const adapt = (script: string) =>
      script
        .replace("'http://169.254.169.254/latest/'", `'http://127.0.0.1:${port}/latest/'`)
        .replace('time.sleep(wait)', 'time.sleep(wait / 1000)')
        .replaceAll('timeout=4', `timeout=${seconds.answer ?? 2}`)
        .replace('timeout 300', `timeout ${seconds.program ?? 300}`);
    return await node.run(TAG, { adapt });
  }

  const joined = () => node.stamped && node.read('etc/ecs/ecs.config').startsWith('ECS_CLUSTER=orders\n');

  function expectNoNode(reason: RegExp): void {
    expect(node.reason).toMatch(reason);
    expect(node.read('dev/console')).toBe(`ECS bootstrap: ${node.reason}`);
    expect([node.stamped, node.exists('etc/ecs/ecs.config'), node.exists('etc/ecs/ecs.config.new')]).toEqual([
      false,
      false,
      false,
    ]);
  }

  it('that answers late, within the limit, is waited for', async () => {
    await boot((socket, path) => void timers.push(setTimeout(() => socket.end(well(path)), 700)));
    expect([joined(), requests.length]).toEqual([true, 2]);
  });

  it('that answers too late for a while is asked again', async () => {
    await boot(
      (socket, path) =>
        void timers.push(setTimeout(() => socket.end(well(path)), requests.length <= 2 ? 3000 : 0)),
      {
        answer: 0.5,
      },
    );
    expect([joined(), requests.length]).toEqual([true, 4]);
  });

  it.each<[string, Behaviour | undefined, RegExp, number]>([
    ['is not there', undefined, /Connection refused/, 0],
    ['closes connections', (socket) => socket.destroy(), /Remote end closed|Connection reset/, ATTEMPTS],
    ['speaks no HTTP', (socket) => socket.end('SSH-2.0-OpenSSH\r\n'), /BadStatusLine/, ATTEMPTS],
    [
      'answers half',
      (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf'),
      /IncompleteRead/,
      ATTEMPTS,
    ],
    [
      'answers no text',
      (socket) => socket.end(Buffer.from(response('\xff\xfe'), 'latin1')),
      /UnicodeDecodeError|IncompleteRead/,
      ATTEMPTS,
    ],
    [
      'answers 401',
      (socket) => socket.end(response('', '401 Unauthorized')),
      /HTTP Error 401: Unauthorized/,
      ATTEMPTS,
    ],
    [
      'answers 500',
      (socket) => socket.end(response('', '500 Internal Server Error')),
      /HTTP Error 500/,
      ATTEMPTS,
    ],
  ])(
    'that %s is asked as often as planned, then the node says why and stops',
    async (_, behaviour, why, asked) => {
      const { status } = await boot(behaviour);
      expect(status).toBe(1);
      expectNoNode(
        new RegExp(
          `^the ClusterName tag: [^\\n]*(${why.source})[^\\n]*\\nfailed at ecs.config, status 1\\n$`,
        ),
      );
      expect(requests).toHaveLength(asked);
    },
  );

  it('that never ends its answer costs no more than the time of the program', async () => {
    const drip: Behaviour = (socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n');
      timers.push(setInterval(() => socket.write('x'), 50));
    };
    const { status } = await boot(drip, { program: 1 });
    expect(status).toBe(124);
    expectNoNode(
      /^the ClusterName tag: no end of the answer\nfailed at ecs.config, status 124: out of time or shut down\n$/,
    );
  });

  it('is not asked through a proxy of the environment', async () => {
    process.env.http_proxy = 'http://127.0.0.1:9';
    try {
      await boot((socket, path) => socket.end(well(path)));
    } finally {
      delete process.env.http_proxy;
    }
    expect(joined()).toBe(true);
  });
});

describe('a disk that is full', () => {
  let node: FakeNode;
  beforeEach(() => {
    node = new FakeNode();
  });
  afterEach(() => node.remove());

  it('keeps nobody from reading the reason', async () => {
    // The folder of the reason can take nothing: as a full disk, with a reason for it that needs none.
    const script = (text: string) =>
      text.replaceAll(' err=', ' err=/proc/nothing/').replace(/^sysctl -q.*$/m, 'false');
    const { status, output } = await node.run(userData({ clusterName: 'orders' }), { adapt: script });
    expect(status).toBe(1);
    expect(output).toContain('ECS bootstrap: failed at kernel parameters, status 1\n');
    expect(node.read('dev/console')).toBe('ECS bootstrap: failed at kernel parameters, status 1\n');
    expect(node.stamped).toBe(false);
  });
});

describe('a gate that cannot be set', () => {
  let node: FakeNode;
  beforeEach(() => {
    node = new FakeNode();
    mkdirSync(node.path('etc/systemd/system'), { recursive: true });
    node.command('systemctl', '[ "$1" != daemon-reload ]');
    node.command('systemd-cat', `cat >>'${node.path('journal')}'`);
  });
  afterEach(() => node.remove());

  function setGate(): number | null {
    const file = node.path('gate');
    writeFileSync(file, node.relocated(BOOT_GATE));
    chmodSync(file, 0o755);
    return spawnSync('sh', [file], { env: { PATH: `${node.root}/bin:/usr/bin:/bin` }, encoding: 'utf8' })
      .status;
  }

  const said = 'ECS gate not set, stopping\n';

  it('powers the machine off, and says so on the console and in the journal', () => {
    expect(setGate()).not.toBe(0);
    expect(node.calls).toContain('systemctl -f poweroff');
    expect([node.read('dev/console'), node.read('journal')]).toEqual([said, said]);
  });

  it('powers the machine off when there is no console to say so', () => {
    mkdirSync(node.path('dev/console'));
    setGate();
    expect(node.calls).toContain('systemctl -f poweroff');
    expect(node.read('journal')).toBe(said);
  });

  it('powers the machine off when there is no journal to say so', () => {
    node.command('systemd-cat', 'exit 1');
    setGate();
    expect(node.calls).toContain('systemctl -f poweroff');
  });
});
