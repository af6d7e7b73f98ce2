/**
 * The round trip of the CDK CLI, as a person at a terminal makes it: bootstrap, deploy, diff, deploy a
 * change, destroy; against ministack with the shim of `emulator/`. It proves the same as estate.test.ts does,
 * and that the CLI and its assets fit; not what AWS does.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Account } from './account';
import { Emulator } from './emulator';

jest.setTimeout(300_000);

const ROOT = join(__dirname, '..', '..');
const REGION = 'us-east-1';
const STACK = 'CliEstate';
/** The emulator takes a key of twelve digits for the account. */
const ACCESS_KEY = '111122223333';

let account: Account;
let home: string;

beforeAll(async () => {
  account = new Account(await Emulator.start());
  home = mkdtempSync(join(tmpdir(), 'cdk-cli-'));
  await account.image('ami-0000000000000000a');
}, 120_000);

afterAll(async () => {
  await account?.aws.stop();
  if (home) rmSync(home, { recursive: true, force: true });
});

/** Runs the CLI; what it has written, on both of its outputs. */
function cdk(...words: string[]): Promise<{ status: number | null; output: string }> {
  const app = `${process.execPath} --import tsx ${join(__dirname, 'cli-app.ts')}`;
  const cli = spawn(
    join(ROOT, 'node_modules', '.bin', 'cdk'),
    ['--app', app, '--output', join(home, 'cdk.out'), '--no-notices', '--ci', ...words],
    {
      cwd: ROOT,
      env: {
        PATH: process.env.PATH,
        HOME: home, // the CLI remembers which account a key belongs to
        TMPDIR: home,
        NO_PROXY: '*',
        AWS_ENDPOINT_URL: account.aws.endpoint,
        AWS_ACCESS_KEY_ID: ACCESS_KEY,
        AWS_SECRET_ACCESS_KEY: 'x',
        AWS_REGION: REGION,
        AWS_EC2_METADATA_DISABLED: 'true',
        CDK_VALIDATION: 'false',
        TSX_TSCONFIG_PATH: join(ROOT, 'tsconfig.dev.json'),
      },
    },
  );
  let output = '';
  for (const stream of [cli.stdout, cli.stderr]) stream.on('data', (data) => (output += data));
  return new Promise((resolve, reject) => {
    cli.on('error', reject);
    cli.on('close', (status) => resolve({ status, output }));
  });
}

async function succeeds(...words: string[]): Promise<string> {
  const { status, output } = await cdk(...words);
  if (status !== 0) throw new Error(`cdk ${words.join(' ')}: ${output.slice(-3000)}`);
  return output;
}

const version = async () => {
  const [group] = await account.groups(STACK);
  return (await group.describe()).LaunchTemplate.Version;
};

test('bootstrap, deploy, diff, change and destroy', async () => {
  await succeeds('bootstrap');
  await succeeds('deploy', STACK, '--require-approval', 'never');
  expect(await version()).toBe('1');

  expect(await succeeds('diff', STACK)).toContain('There were no differences');
  const diff = await succeeds('diff', STACK, '--context', 'somaxconn=1024');
  expect(diff).toContain('AWS::EC2::LaunchTemplate');
  expect(diff).toContain('net.core.somaxconn = 1024');

  await succeeds('deploy', STACK, '--require-approval', 'never', '--context', 'somaxconn=1024');
  expect(await version()).toBe('2');

  await succeeds('destroy', STACK, '--force');
  expect(await account.aws.call('autoscaling', 'describe_auto_scaling_groups')).toMatchObject({
    AutoScalingGroups: [],
  });
  expect(await account.aws.call('ec2', 'describe_launch_templates')).toMatchObject({ LaunchTemplates: [] });
});
