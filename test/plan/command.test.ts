/** The command: options, exit codes, and what it prints. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../../src/plan/run';
import { fleet } from './fleet';

let folder: string;
const path = (name: string) => join(folder, `${name}.json`);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plan-'));
  const write = (name: string, content: unknown) => writeFileSync(path(name), JSON.stringify(content));
  write('before', fleet());
  write('larger', fleet({ type: 't3.large', userData: '#!/bin/sh\nsecret=hunter2\n' }));
  write('max', fleet({ max: 9 }));
  write('looked', fleet({ image: { Ref: 'Image' } }));
  const replaced = fleet();
  replaced.Resources.Group.Properties.AutoScalingGroupName = 'other';
  write('replaced', replaced);
  write('stacks', {
    Stacks: [
      {
        StackName: 'looked',
        Parameters: [
          { ParameterKey: 'Image', ParameterValue: '/image', ResolvedValue: 'ami-0123456789abcdef0' },
        ],
      },
    ],
  });
  write('store', { Parameters: [{ Name: '/image', Value: 'ami-0123456789abcdef0' }] });
  write('newer', { Parameter: { Name: '/image', Value: 'ami-0fedcba9876543210' } });
  write('change-set', {
    ChangeSetName: 'plan',
    StackName: 'looked',
    Parameters: [{ ParameterKey: 'Image', ResolvedValue: 'ami-0fedcba9876543210' }],
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(args: string[], isTerminal = false, environment: NodeJS.ProcessEnv = {}) {
  let [out, error] = ['', ''];
  const code = runCommand(args, {
    out: (text) => {
      out += text;
    },
    error: (text) => {
      error += text;
    },
    isTerminal,
    environment,
  });
  return { code, out, error };
}
const plan = (after: string, ...more: string[]) =>
  run(['plan', path(after), '--against', path('before'), ...more]);

describe('--fail-on', () => {
  test.each([
    ['before', 'rolled', 0],
    ['max', 'rolled', 0],
    ['larger', 'rolled', 2],
    ['larger', 'replaced', 0],
    ['replaced', 'replaced', 2],
    ['replaced', 'rolled', 2],
  ])('%s, %s: exit code %i', (after, failOn, code) => {
    const { error, ...result } = plan(after, '--fail-on', failOn);
    expect(result.code).toBe(code);
    expect(error !== '').toBe(code === 2);
  });

  test('counts what may be, until an image is settled', () => {
    const looked = (...more: string[]) =>
      run(['plan', path('looked'), '--against', path('looked'), '--fail-on', 'rolled', ...more]).code;
    expect(looked()).toBe(2);
    expect(looked('--image', 'same')).toBe(0);
    expect(looked('--image', 'Image=ami-0123456789abcdef0')).toBe(2);
    expect(looked('--parameters', path('stacks'), '--parameters', path('store'))).toBe(0);
    expect(looked('--parameters', path('stacks'), '--parameters', path('newer'))).toBe(2);
    expect(looked('--parameters', path('stacks'), '--parameters', path('change-set'))).toBe(2);
  });
});

describe('values', () => {
  const formats = [[], ['--markdown'], ['--json'], ['--svg']];

  test.each(formats)('are in no format unless they are asked for: %s', (...format) => {
    const { out } = plan('larger', ...format);
    expect(out).not.toContain('hunter2');
    expect(out).not.toContain('t3.large');
  });

  test('are there with --values, and user data as the lines that differ', () => {
    for (const format of [[], ['--markdown'], ['--json']]) {
      const { out } = plan('larger', '--values', ...format);
      expect(out).toContain('+ secret=hunter2');
      expect(out).toContain('t3.large');
    }
  });
});

describe('the table', () => {
  test('has a line for the whole, the tiers, and how it rolls', () => {
    expect(plan('larger').out).toBe(TABLE);
  });

  test('has colors on a terminal only, and not with NO_COLOR', () => {
    const args = ['plan', path('larger'), '--against', path('before')];
    expect(run(args, true).out).toContain('\u001b[');
    expect(run(args, false).out).not.toContain('\u001b[');
    expect(run(args, true, { NO_COLOR: '1' }).out).not.toContain('\u001b[');
    expect(run(args, true, { TERM: 'dumb' }).out).not.toContain('\u001b[');
  });

  test('says so where nothing happens, and where there is nothing', () => {
    expect(plan('before').out).toContain('Nothing happens to any node, cluster or service.');
    writeFileSync(path('empty'), '{"Resources":{}}');
    expect(run(['plan', path('empty'), '--against', path('empty')]).out).toContain(
      'No cluster and no Auto Scaling group',
    );
  });
});

describe('help and wrong input', () => {
  test('--help says all options', () => {
    for (const args of [['--help'], ['plan', '--help'], ['help'], []]) {
      const { code, out } = run(args);
      expect(code).toBe(0);
      for (const option of [
        '--against',
        '--image',
        '--parameters',
        '--nodes',
        '--values',
        '--markdown',
        '--json',
        '--svg',
        '--fail-on',
      ])
        expect(out).toContain(option);
    }
  });

  test.each([
    [['deploy'], '"deploy" is no command'],
    [['plan'], 'name what will be deployed'],
    [['plan', 'a'], '--against is missing'],
    [['plan', 'a', 'b', '--against', 'c'], 'got also: b'],
    [['plan', 'a', '--against', 'b'], 'is not there'],
    [['plan', 'a', '--agianst', 'b'], "Unknown option '--agianst'"],
    [['plan', 'a', '--against'], '--against'],
    [['plan', 'a', '--against', 'b', '--json', '--svg'], 'choose one of --json and --svg'],
    [['plan', 'a', '--against', 'b', '--nodes', 'orders'], '--nodes must be a tier and its nodes'],
    [['plan', 'a', '--against', 'b', '--nodes', 'orders=0'], 'orders=0'],
    [['plan', 'a', '--against', 'b', '--fail-on', 'any'], '--fail-on must be rolled or replaced, got: "any"'],
    [['plan', 'a', '--against', 'b', '--parameters', 'nowhere.json'], 'nowhere.json cannot be read'],
  ])('%j exits with 1 and says what to do', (args, message) => {
    const { code, out, error } = run(args);
    expect([code, out]).toEqual([1, '']);
    expect(error).toContain(message);
  });

  test('a dump without parameters is refused', () => {
    expect(plan('larger', '--parameters', path('before')).error).toContain('describe-stacks');
  });
});

const TABLE = `1 tier: rolled.

  tier           nodes that run  why
  Cluster/Group  rolled          InstanceType of the launch template Template
                                 UserData of the launch template Template

How it rolls: Cluster/Group
  nodes at one time: 2 × n, for n nodes now; at MaxSize 30: 60 nodes, 30 more
  batches: 1; at MaxSize: 1
  moves of a task: once as a rule. Nothing keeps tasks off old nodes while new ones join
  node hours above today's: surge × the hours that it takes: 30 for each hour at most
  could lose tasks: Without a gate, a node counts before it has joined: with a broken image, all old nodes go.
`;
