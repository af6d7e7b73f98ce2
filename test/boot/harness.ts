import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The program that sets up and boots machines. */
export const BOOT = join(__dirname, 'harness', 'boot.py');
const CACHE = join(__dirname, '..', '..', '.cache', 'boot');
const REPORTS = join(CACHE, 'reports');

/** What strikes requests of the node, not those of cloud-init. */
export interface Fault {
  /** A regular expression over `METHOD path`; all requests when left out. */
  match?: string;
  status?: number;
  body?: string;
  hang?: true;
  reset?: true;
  /** Seconds. */
  delay?: number;
  /** Secrets Manager only: nobody listens. */
  refuse?: true;
  /** How many requests are let through first. */
  skip?: number;
  /** How many it strikes, at most. */
  times?: number;
}

export interface Faults {
  imds?: Fault[];
  secretsmanager?: Fault[];
}

/** What is done to the running machine, and when. */
export interface Intervention {
  when: { file: string } | { after: number } | { event: 'agent' | 'cloud-init' | 'script' | 'settled' };
  action: 'kill-script' | 'crash' | 'reboot' | 'poweroff' | 'run' | 'script-by-hand';
  command?: string;
}

export interface BootPlan {
  do?: Intervention[];
  limitSeconds?: number;
  settleSeconds?: number;
  /** How a machine that came up is stopped. */
  end?: 'crash' | 'poweroff' | 'reboot';
  faults?: Faults;
  tags?: { [key: string]: string };
  instanceId?: string;
}

export interface Scenario {
  userData: string;
  substitute?: readonly (readonly [pattern: string, replacement: string])[];
  tags?: { [key: string]: string };
  region?: string;
  secrets?: ({ name: string } & ({ string: string } | { binaryBase64: string }))[];
  roleMayRead?: boolean;
  faults?: Faults;
  /** Files and folders that the image lacks. */
  remove?: string[];
  files?: { [path: string]: { content: string; mode?: string } };
  /** How large the disk is; as large as it likes when left out. */
  diskMegabytes?: number;
  /** More kernel parameters to report. */
  sysctls?: string[];
  lookFor?: string[];
  boots?: BootPlan[];
}

export interface MachineFile {
  type: 'file' | 'folder' | 'link' | 'other';
  mode: string;
  owner: string;
  size: number;
  time: number;
  content?: string;
}

/** What one boot came to. */
export interface Boot {
  durationSeconds: number;
  end: string;
  poweredOff: boolean;
  notDone: Intervention[];
  agent: {
    started: boolean;
    starts: { time: number; environment: { [name: string]: string }; config: string }[];
  };
  console: string;
  journal: string;
  cloudInit: { result?: string; output: string; log: string };
  /** Every file that is not as the image had it, and those in /run, /tmp and /dev/shm. */
  files: { [path: string]: MachineFile };
  /** Of machines that were still running when the boot was over. */
  sysctls?: { [key: string]: string };
  units?: { [unit: string]: { [property: string]: string } };
  tools?: { [tool: string]: string };
  processes: { pid: number; unit: string; arguments: string[]; firstSeen: number; lastSeen: number }[];
  environment: { [string: string]: string[] };
  found: { [needle: string]: string[] };
  events: { time: number; what: string }[];
  byHand: { command: string; status: number; output: string }[];
  requests: { imds: Request[]; secretsmanager: Request[] };
}

export interface Request {
  method: string;
  path: string;
  userAgent: string;
  status?: number;
}

/** What the ECS agent makes of one line of an `ecs.config`. */
export interface AgentReading {
  raw: string;
  parsed: unknown;
  verdict: 'ok' | 'discarded' | 'clamped' | 'fatal' | 'unknown';
  why?: string;
}

const INTERPRETER = join(__dirname, 'harness', 'ecsconfig');

let interpreter: string | undefined;

/**
 * The interpreter's program, built once for each state of its sources: `go run` looks at all of Go each time.
 */
function builtInterpreter(): string {
  const sources = readdirSync(INTERPRETER).filter((name) => name !== 'main_test.go');
  const version = spawnSync('go', ['version'], { encoding: 'utf8' }).stdout;
  const hash = createHash('sha256').update(version);
  for (const name of sources.sort()) hash.update(`\0${name}\0`).update(readFileSync(join(INTERPRETER, name)));
  const program = join(CACHE, `ecsconfig-${hash.digest('hex').slice(0, 12)}`);
  if (!existsSync(program)) {
    mkdirSync(CACHE, { recursive: true });
    // Beside its place, and renamed: test workers may build it at the same time.
    const unfinished = `${program}.${process.pid}`;
    const done = spawnSync('go', ['build', '-o', unfinished, '.'], { cwd: INTERPRETER, encoding: 'utf8' });
    if (done.status !== 0) throw new Error(`the interpreter of ecs.config does not compile: ${done.stderr}`);
    renameSync(unfinished, program);
  }
  return program;
}

/** Reads an `ecs.config` by the rules of ecs-init and of the agent. */
export function interpret(config: string): { [variable: string]: AgentReading } {
  return interpretAll([config])[0];
}

/** The same for many files, in one run. */
export function interpretAll(configs: string[]): { [variable: string]: AgentReading }[] {
  interpreter ??= builtInterpreter();
  const done = spawnSync(interpreter, ['many'], {
    input: JSON.stringify(configs),
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (done.status !== 0) throw new Error(`the interpreter of ecs.config does not run: ${done.stderr}`);
  return JSON.parse(done.stdout);
}

/** The interpreter's own tests. */
export function testInterpreter(): void {
  const done = spawnSync('go', ['test', './...'], { cwd: INTERPRETER, encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`${done.stdout}${done.stderr}`);
}

/** Why no boot is possible on this machine; undefined if one is. */
export function whyNoBoot(): string | undefined {
  const doctor = spawnSync('python3', [BOOT, 'doctor'], { encoding: 'utf8' });
  return doctor.status === 0
    ? undefined
    : doctor.stdout?.trim() || `no boot is possible here: it needs python3 (${doctor.error?.message})`;
}

/** Fetches what a boot needs, if it is not there yet; takes a minute or two on a new machine. */
export function setUp(): void {
  const done = spawnSync('python3', [BOOT, 'setup'], { stdio: ['ignore', 'ignore', 'inherit'] });
  if (done.status !== 0) throw new Error('the boot harness could not be set up');
}

/** Boots scenarios, a few at a time, and keeps what came of them in .cache/boot/reports. */
export class BootQueue {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  public constructor(private readonly width: number) {}

  public async boot(name: string, scenario: Scenario): Promise<Boot[]> {
    if (this.running >= this.width) await new Promise<void>((go) => this.waiting.push(go));
    else this.running++;
    try {
      return await run(name, scenario);
    } finally {
      const next = this.waiting.shift();
      if (next === undefined) this.running--;
      else next();
    }
  }
}

function run(name: string, scenario: Scenario): Promise<Boot[]> {
  mkdirSync(REPORTS, { recursive: true });
  const file = name.replaceAll(/[^A-Za-z0-9]+/g, '-');
  const [input, output] = [join(REPORTS, `${file}.scenario.json`), join(REPORTS, `${file}.json`)];
  writeFileSync(input, JSON.stringify({ name, ...scenario }, undefined, 1));
  return new Promise((resolve, reject) => {
    execFile('python3', [BOOT, 'run', input, output], (error, _stdout, stderr) => {
      if (error) reject(new Error(`${name}: ${stderr || error.message}`));
      else resolve(JSON.parse(readFileSync(output, 'utf8')).boots);
    });
  });
}
