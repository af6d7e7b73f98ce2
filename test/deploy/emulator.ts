import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pythonPackages } from '../helpers/python-packages';

const EMULATOR = join(__dirname, 'emulator');

/** State machines wait, and hooks time out, in a two-hundredth of the real time. */
export const SCALE = 0.005;

interface Waiting {
  readonly resolve: (result: any) => void;
  readonly reject: (error: Error) => void;
}

/** An error that an API has answered. */
export class ApiError extends Error {
  public constructor(
    message: string,
    public readonly code: string,
  ) {
    super(message);
  }
}

/**
 * AWS on a port of the loopback interface: emulator/emulator.py says what of it is ministack's
 * and what is ours.
 */
export class Emulator {
  public static async start(): Promise<Emulator> {
    const port = await freePort();
    const endpoint = `http://127.0.0.1:${port}`;
    // Nothing of the environment that could lead a client anywhere else.
    const env = {
      PATH: process.env.PATH,
      HOME: EMULATOR,
      NO_PROXY: '*',
      PYTHONPATH: pythonPackages(join(EMULATOR, 'requirements.txt')),
      PYTHONDONTWRITEBYTECODE: '1',
      BIND_HOST: '127.0.0.1',
      GATEWAY_PORT: String(port),
      SFN_WAIT_SCALE: String(SCALE),
      EMULATOR: endpoint,
    };
    const server = spawn('python3', [join(EMULATOR, 'emulator.py')], {
      env,
      stdio: ['pipe', 'ignore', 'pipe'],
    });
    const log: string[] = [];
    server.stderr?.on('data', (chunk) => log.push(String(chunk)));
    await until(
      'the emulator is up',
      async () => {
        if (server.exitCode !== null) throw new Error(`the emulator has ended: ${log.join('').slice(-2000)}`);
        return (await fetch(`${endpoint}/_ministack/health`).catch(() => undefined))?.ok;
      },
      60,
    );
    const bridge = spawn('python3', [join(EMULATOR, 'bridge.py')], {
      env,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    return new Emulator(endpoint, server, bridge, log);
  }

  private readonly waiting = new Map<number, Waiting>();
  private calls = 0;

  private constructor(
    public readonly endpoint: string,
    private readonly server: ChildProcess,
    private readonly bridge: ChildProcess,
    /** What the emulator has written, for when something is not as it should be. */
    public readonly log: string[],
  ) {
    if (!bridge.stdout) throw new Error('no bridge');
    createInterface({ input: bridge.stdout }).on('line', (line) => {
      const { id, result, error, code } = JSON.parse(line);
      const { resolve, reject } = this.waiting.get(id) as Waiting;
      this.waiting.delete(id);
      if (error === undefined) resolve(result);
      else reject(new ApiError(error, code));
    });
    bridge.on('exit', () => {
      for (const { reject } of this.waiting.values()) reject(new Error('the bridge has ended'));
    });
  }

  /** A call, named as in botocore: `call('ecs', 'list_clusters')`. */
  public call(service: string, operation: string, params: object = {}): Promise<any> {
    const id = ++this.calls;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.bridge.stdin?.write(`${JSON.stringify({ id, service, operation, params })}\n`);
    });
  }

  /** What no API of AWS does: emulator/for_tests.py has the list. */
  public happens(operation: string, params: object = {}): Promise<any> {
    return this.call('test', operation, params);
  }

  /** Ends what it has started, and nothing else. */
  public async stop(): Promise<void> {
    await Promise.all(
      [this.bridge, this.server].map(async (child) => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        const gone = once(child, 'exit');
        child.stdin?.end();
        const late = setTimeout(() => child.kill('SIGKILL'), 5000);
        await gone;
        clearTimeout(late);
      }),
    );
  }
}

/** Asks again until the answer is something. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined | false>,
  seconds = 20,
): Promise<T> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`not within ${seconds} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
}

/** So many seconds of the emulator's time pass. */
export function passes(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * SCALE * 1000));
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
