/**
 * What aws:prove looks with and judges with, against the emulator. It shows that the looks read what AWS's
 * APIs answer (botocore checks each call, and shapes each answer) and that a judge can answer from them. The
 * answers themselves are the rules of our shim: they prove nothing about AWS.
 */
import { Template } from 'aws-cdk-lib/assertions';
import type { Aws } from '../aws/aws';
import { experiments, synthesizable } from '../aws/experiments';
import { Lab } from '../aws/lab';
import type { Clock } from '../aws/patience';
import type { Experiment } from '../aws/question';
import { DRAIN_HOOK, type Sample } from '../aws/seen';
import { Account, type Group, IMAGE } from './account';
import { Emulator } from './emulator';

jest.setTimeout(120_000);

let emulator: Emulator;
let account: Account;

beforeAll(async () => {
  emulator = await Emulator.start();
  account = new Account(emulator);
  await account.image('ami-0000000000000000a');
}, 120_000);

afterAll(() => emulator?.stop());

/** The same calls, by botocore's names. The emulator has no metrics of managed scaling. */
const aws: Aws = {
  call: (service, operation, params = {}) => {
    if (service === 'cloudwatch') return Promise.resolve({ Datapoints: [] });
    return emulator.call(service, operation.replaceAll('-', '_'), params);
  },
};

/** A second passes in ten milliseconds. */
const clock: Clock = {
  now: () => Date.now() / 10,
  sleep: (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 10)),
};

const named = (name: string) => experiments().find((each) => each.name === name) as Experiment;

function labFor(experiment: Experiment): Lab {
  const deploy = (_: string, step: string) => {
    const stack = synthesizable(experiment, step);
    const json = Template.fromStack(stack).toJSON();
    // The emulator has no parameter of Amazon's, and refuses one: the image is that of
    // the other tests.
    for (const parameter of Object.values<any>(json.Parameters))
      if (parameter.Type.startsWith('AWS::SSM')) parameter.Default = IMAGE;
    return account.deploy(Object.assign(stack, { template: { toJSON: () => json } }));
  };
  return new Lab(experiment.name, aws, { deploy }, clock, new AbortController().signal);
}

/** A hook, as ECS or a person puts it. */
const put = (group: Group, name: string) =>
  emulator.call('autoscaling', 'put_lifecycle_hook', {
    AutoScalingGroupName: group.name,
    LifecycleHookName: name,
    LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
    HeartbeatTimeout: 30,
    DefaultResult: 'CONTINUE',
  });

test('a run sees the stack, the group, its hooks and refreshes, the nodes and the services as AWS answers them, and judges what it saw', async () => {
  const experiment = named('hook-list');
  const lab = labFor(experiment);
  await lab.deploy('without-gate');
  const [group] = await account.groups(lab.stack);
  // The group starts its minimum by itself, before any scaling.
  await group.scaleTo(1);
  await group.join(await group.instances());
  await put(group, `${DRAIN_HOOK}termination-hook`); // ECS does it
  await put(group, 'put-by-hand');
  await lab.watch('watched', 1, ({ hooks }) => hooks.length === 2);

  const [{ InstanceId }] = await group.instances();
  const before = lab.seen.samples.at(-1) as Sample;
  expect(before).toMatchObject({
    stack: 'CREATE_COMPLETE',
    provider: true,
    hooks: expect.arrayContaining([`${DRAIN_HOOK}termination-hook`, 'put-by-hand']),
    group: { desired: 1, max: 10, instances: [{ id: InstanceId, state: 'InService', version: '1' }] },
    nodes: [{ instance: InstanceId, status: 'ACTIVE', connected: true }],
    services: [],
  });
  expect(before.refresh).toBeUndefined();

  await lab.deploy('adopted');
  expect(lab.seen.samples.at(-1)?.refresh).toMatchObject({
    status: 'InProgress',
    percentage: 0,
    desiredConfiguration: false,
  });
  await lab.deploy('gate-off');
  const verdicts = Object.fromEntries(
    experiment.questions.map(({ id, judge }) => [id, judge(lab.seen).verdict]),
  );
  expect(verdicts).toMatchObject({
    'hook-list-keeps-the-drain-hook': 'settled-yes', // the shim leaves the hooks of others alone
    'hook-list-keeps-other-hooks': 'settled-yes',
    'hook-list-takes-its-hook-away': 'settled-yes',
    'hook-list-before-the-refresh': 'undecided', // its refreshes launch nothing
  });
});

test('a run deletes its stack, and sees that it is gone', async () => {
  const lab = labFor(named('hook-list'));
  await lab.destroy(60);
  expect(lab.seen.samples.at(-1)).toMatchObject({ phase: 'destroy', nodes: [], provider: false });
  expect(lab.seen.samples.at(-1)?.stack).toBeUndefined();
  expect(lab.seen.notes).toEqual({});
});
