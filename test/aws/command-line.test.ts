/**
 * The parts of aws:prove that start programs, with programs that stand for the AWS CLI and the CDK CLI: no
 * account is there for these tests.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AwsCli, AwsError } from './aws';
import { experiments } from './experiments';
import { CdkCli } from './prove';

const ROOT = join(__dirname, '..', '..');

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'aws-prove-test-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A program of a few lines of shell. */
function program(name: string, ...lines: string[]): string {
  const path = join(folder, name);
  writeFileSync(path, ['#!/bin/sh', ...lines, ''].join('\n'));
  chmodSync(path, 0o755);
  return path;
}

describe('the AWS CLI', () => {
  test('is asked with JSON, in the region that was named, and its answer is read', async () => {
    const aws = new AwsCli(
      'eu-central-1',
      program('aws', `printf '%s\\n' "$@" > ${folder}/words`, `echo '{"clusterArns": ["a"]}'`),
    );
    expect(await aws.call('ecs', 'list-clusters', { maxResults: 5 })).toEqual({ clusterArns: ['a'] });
    expect(readFileSync(join(folder, 'words'), 'utf8').trim().split('\n')).toEqual([
      'ecs',
      'list-clusters',
      '--cli-input-json',
      '{"maxResults":5}',
      '--region',
      'eu-central-1',
      '--output',
      'json',
    ]);
  });

  test('answers nothing for a call that has no answer', async () => {
    expect(
      await new AwsCli('eu-central-1', program('aws', 'exit 0')).call('cloudformation', 'delete-stack'),
    ).toEqual({});
  });

  test('gives an error of AWS its code, and its own errors as they are', async () => {
    const message =
      'An error occurred (ValidationError) when calling the DescribeStacks operation: Stack with id x ' +
      'does not exist';
    const failing = new AwsCli('eu-central-1', program('aws', `echo; echo '${message}' >&2; exit 254`));
    const error = await failing.call('cloudformation', 'describe-stacks').catch((thrown) => thrown);
    expect(error).toBeInstanceOf(AwsError);
    expect(error).toMatchObject({
      code: 'ValidationError',
      message: 'ValidationError: Stack with id x does not exist',
    });
    await expect(
      new AwsCli('eu-central-1', program('aws', 'echo "Unable to locate credentials" >&2; exit 253')).call(
        'sts',
        'x',
      ),
    ).rejects.toThrow('Unable to locate credentials');
    await expect(new AwsCli('eu-central-1', join(folder, 'nothing')).call('sts', 'x')).rejects.toThrow(
      'the AWS CLI does not start',
    );
  });

  test('makes no call a second time where that is asked for', async () => {
    const aws = new AwsCli(
      'eu-central-1',
      program('aws', `echo "{\\"attempts\\": \\"$AWS_MAX_ATTEMPTS\\"}"`),
    );
    expect(await aws.call('ecs', 'x', {}, { retry: false })).toEqual({ attempts: '1' });
    expect(await aws.call('ecs', 'x')).toEqual({ attempts: process.env.AWS_MAX_ATTEMPTS ?? '' });
  });
});

describe('the CDK CLI', () => {
  test("deploys the experiment's stack in a step, without asking", async () => {
    const cdk = new CdkCli('eu-central-1', program('cdk', `printf '%s\\n' "$@" > ${folder}/words`));
    await cdk.deploy('roll', 'after', new AbortController().signal);
    const words = readFileSync(join(folder, 'words'), 'utf8').trim().split('\n');
    expect(words[1]).toBe(`${process.execPath} --import tsx ${join(__dirname, 'app.ts')} roll`);
    expect(words.slice(4)).toEqual([
      'deploy',
      'prove-roll',
      '--context',
      'step=after',
      '--require-approval',
      'never',
      '--ci',
      '--no-notices',
    ]);
  });

  test('says what it said when it fails, and is ended by Ctrl-C', async () => {
    const { signal } = new AbortController();
    await expect(
      new CdkCli('eu-central-1', program('cdk', 'echo "no capacity" >&2; exit 1')).deploy(
        'roll',
        'after',
        signal,
      ),
    ).rejects.toThrow('no capacity');
    const interrupted = new AbortController();
    const deployment = new CdkCli('eu-central-1', program('cdk', 'exec sleep 60')).deploy(
      'roll',
      'after',
      interrupted.signal,
    );
    setImmediate(() => interrupted.abort());
    await expect(deployment).rejects.toThrow();
  });

  test('gets an app with the stack in that step', () => {
    const env = {
      ...process.env,
      CDK_OUTDIR: folder,
      CDK_CONTEXT_JSON: JSON.stringify({ step: 'after' }),
      TSX_TSCONFIG_PATH: join(ROOT, 'tsconfig.dev.json'),
    };
    execFileSync(process.execPath, ['--import', 'tsx', join(__dirname, 'app.ts'), 'roll'], {
      cwd: ROOT,
      env,
    });
    expect(readFileSync(join(folder, 'prove-roll.template.json'), 'utf8')).toContain(
      'net.core.somaxconn = 2048',
    );
  });
});

test("CDK's integ-runner would find the same stack, and its manifest", () => {
  const [{ name }] = experiments();
  const env = { ...process.env, CDK_OUTDIR: folder, TSX_TSCONFIG_PATH: join(ROOT, 'tsconfig.dev.json') };
  const words = [
    '--import',
    'tsx',
    join(__dirname, 'integ-app.js'),
    join(__dirname, 'questions', `${name}.ts`),
  ];
  execFileSync(process.execPath, words, { cwd: ROOT, env });
  const manifest = JSON.parse(readFileSync(join(folder, 'integ.json'), 'utf8'));
  expect(manifest.testCases['Proof/DefaultTest']).toMatchObject({
    stacks: [`prove-${name}`],
    stackUpdateWorkflow: false,
  });
});
