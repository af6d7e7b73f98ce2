import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MIME_PROGRAM, MimeParser, type MimePart } from './mime-parser';

/**
 * What CloudFormation knows when it evaluates a template: parameters, pseudo parameters, and
 * `LogicalId.Attribute`.
 */
export interface DeployedValues {
  readonly [name: string]: string;
}

const PSEUDO_PARAMETERS: DeployedValues = {
  'AWS::AccountId': '123456789012',
  'AWS::Partition': 'aws',
  'AWS::Region': 'eu-central-1',
  'AWS::StackName': 'Estate',
  'AWS::URLSuffix': 'amazonaws.com',
};

/** A small CloudFormation: the intrinsic functions that end up in user data, and a refusal of all others. */
export function evaluate(value: unknown, deployed: DeployedValues = {}): string {
  if (typeof value === 'string') return value;
  const [[name, argument]] = Object.entries(value as Record<string, unknown>);
  const text = (inner: unknown) => evaluate(inner, deployed);
  const known = (key: string) => {
    const found = { ...PSEUDO_PARAMETERS, ...deployed }[key];
    if (found === undefined) throw new Error(`nothing was deployed as ${key}`);
    return found;
  };
  switch (name) {
    case 'Ref':
      return known(argument as string);
    case 'Fn::GetAtt':
      return known((argument as string[]).join('.'));
    case 'Fn::Join': {
      const [delimiter, parts] = argument as [string, unknown[]];
      return parts.map(text).join(delimiter);
    }
    case 'Fn::Base64':
      return Buffer.from(text(argument), 'utf8').toString('base64');
    case 'Fn::Split':
    case 'Fn::Select': {
      const [index, { 'Fn::Split': split }] = argument as [string, { 'Fn::Split': [string, unknown] }];
      return text(split[1]).split(split[0])[Number(index)];
    }
    default:
      throw new Error(`${name} is not evaluated`);
  }
}

/** The parts of a MIME user data, as Python's own parser, the one that cloud-init uses, sees them. */
export function partsOf(userData: string): MimePart[] {
  const input = `${JSON.stringify(userData)}\n`;
  return JSON.parse(execFileSync('python3', ['-I', '-c', MIME_PROGRAM], { input, encoding: 'utf8' }));
}

/** The shell script of a user data. */
export function scriptOf(userData: string): string {
  return scriptIn(partsOf(userData));
}

function scriptIn(parts: MimePart[]): string {
  const script = parts.find(({ type }) => type === 'text/x-shellscript');
  if (script === undefined) throw new Error('the user data has no script');
  return script.body;
}

const parser = new MimeParser();

/** How a script ended. */
export interface Run {
  readonly status: number | null;
  readonly output: string;
}

/** Commands that write down how they are called, and succeed unless told otherwise. */
const FAKE_COMMANDS = ['systemctl', 'sysctl', 'sync', 'dnf', 'chown', 'sleep'];

/**
 * A folder in which the script of a node runs for real as if it were `/`: bash, coreutils and Python are the
 * machine's own, what would change the machine is replaced. The sandbox of `test/boot` boots the whole user
 * data; this is its fast cousin.
 */
export class FakeNode {
  public readonly root = mkdtempSync(join(tmpdir(), 'node-'));

  public constructor() {
    for (const folder of ['bin', 'etc/ecs', 'etc/sysctl.d', 'root', 'var/lib/cloud/instance', 'dev']) {
      mkdirSync(this.path(folder), { recursive: true });
    }
    for (const name of FAKE_COMMANDS) this.command(name, '');
  }

  /** Replaces a command: `body` is shell, run after the call has been written down. */
  public command(name: string, body: string): void {
    const file = this.path(`bin/${name}`);
    writeFileSync(file, `#!/bin/bash\necho "${name} $*" >>'${this.path('calls')}'\n${body}\n`);
    chmodSync(file, 0o755);
  }

  public path(relative: string): string {
    return join(this.root, relative);
  }

  public read(relative: string): string {
    return readFileSync(this.path(relative), 'utf8');
  }

  public exists(relative: string): boolean {
    return existsSync(this.path(relative));
  }

  /** Whether the agent was let go. */
  public get stamped(): boolean {
    return this.exists('var/lib/cloud/instance/ecs-bootstrapped');
  }

  /** Why it was not. */
  public get reason(): string {
    return this.exists('var/lib/cloud/instance/ecs-error')
      ? this.read('var/lib/cloud/instance/ecs-error')
      : '';
  }

  /** How the replaced commands were called, in order. */
  public get calls(): string[] {
    return this.exists('calls') ? this.read('calls').trimEnd().split('\n') : [];
  }

  /** The script with the paths of this node. */
  public relocated(script: string): string {
    return script
      .replace(
        /(?<![\w.-])(\/etc\/|\/var\/lib\/cloud\/|\/root\b|\/dev\/console)/g,
        (path) => `${this.root}${path}`,
      )
      .replace('PATH=/usr/local/sbin', `PATH=${this.root}/bin:/usr/local/sbin`);
  }

  /**
   * Runs the script of a user data to its end, or to a signal when a file is there. `adapt` may change what
   * does not fit into a test, such as pauses.
   */
  public async run(
    userData: string,
    options: { adapt?: (script: string) => string; stopAt?: string } = {},
  ): Promise<Run> {
    const { adapt = (script) => script, stopAt } = options;
    const file = this.path('script');
    writeFileSync(file, adapt(this.relocated(scriptIn(await parser.parse(userData)))));
    return new Promise((resolve, reject) => {
      const run = spawn('bash', [file], { cwd: this.root, detached: true });
      let output = '';
      run.stdout.on('data', (data) => {
        output += data;
      });
      run.stderr.on('data', (data) => {
        output += data;
      });
      // A script that never reads it may be gone before it is written.
      run.stdin.on('error', () => undefined);
      run.stdin.end('standard input of the script\n');
      run.on('error', reject);
      run.on('close', (status) => resolve({ status, output }));
      if (stopAt === undefined) return;
      const look = setInterval(() => {
        if (!this.exists(stopAt)) return;
        clearInterval(look);
        stop(run.pid as number);
      }, 20);
      run.on('close', () => clearInterval(look));
    });
  }

  public remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

/**
 * As systemd does it: the signal reaches everything that a process has started, in other process groups too.
 */
function stop(leader: number): void {
  for (const name of readdirSync('/proc').filter((entry) => /^[0-9]+$/.test(entry))) {
    try {
      // After the name of the program, which may have any character: state, parent, group, session.
      const session = readFileSync(`/proc/${name}/stat`, 'utf8').replace(/.*\) /s, '').split(' ')[3];
      if (session === String(leader)) process.kill(Number(name), 'SIGTERM');
    } catch {
      // It is gone.
    }
  }
}
