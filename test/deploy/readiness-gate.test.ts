/**
 * The readiness gate at work: the template that the library synthesises, deployed to ministack with the
 * shim of `emulator/`.
 *
 * This proves the wiring: that the hook's event reaches the rule and the rule the machine, that the machine's
 * calls are what botocore's models of the APIs take, and that it decides right. It does not prove AWS's
 * behaviour (hooks, events and container instances are the shim's) nor permissions (nobody checks them here;
 * test/rollout has the list).
 */
import { NodeReplacement } from '../../src';
import { SMALL } from '../helpers/estate';
import { Account, deployable, type Group, type Instance, ids, image } from './account';
import { Emulator, until } from './emulator';

jest.setTimeout(60_000);

let account: Account;
let gated: Group;
let open: Group;

beforeAll(async () => {
  account = new Account(await Emulator.start());
  await account.image('ami-0000000000000000a');
  const stack = deployable();
  stack.cluster(
    {
      replacement: NodeReplacement.rolling(),
      tiers: [{ name: 'general', instanceTypes: [SMALL], machineImage: image }],
    },
    'Orders',
  );
  stack.cluster(
    {
      replacement: NodeReplacement.rolling({ readinessGate: false }),
      tiers: [{ name: 'general', instanceTypes: [SMALL], machineImage: image }],
    },
    'Search',
  );
  await account.deploy(stack);
  const groups = await account.groups();
  gated = groups.find((group) => group.name.includes('Orders')) as Group;
  open = groups.find((group) => group.name.includes('Search')) as Group;
}, 120_000);

afterAll(() => account?.aws.stop());

const stateOf = async (instance: Instance) =>
  (await gated.instances()).find(({ InstanceId }) => InstanceId === instance.InstanceId)?.LifecycleState;

test('a node goes into service when it has joined its cluster, and not before', async () => {
  const [first, second] = await gated.scaleTo(2);
  expect(await stateOf(first)).toBe('Pending:Wait');
  await gated.join([first]);
  await until('the first is in service', async () => (await stateOf(first)) === 'InService');
  expect(await stateOf(second)).toBe('Pending:Wait');
  await gated.join([second]);
  await until('the second is in service', async () => (await stateOf(second)) === 'InService');
  await until('both runs are done', async () =>
    (await account.runs('ReadinessGate')).every((run) => run.status === 'SUCCEEDED'),
  );
});

test('a node that joins another cluster, or none, stays out and is replaced', async () => {
  const [lost] = await gated.scaleTo(3);
  await open.join([lost]);
  const run = await until('its run has given up', async () =>
    (await account.runs('ReadinessGate')).find(({ status }) => status === 'FAILED'),
  );
  const { error, cause } = await account.aws.call('stepfunctions', 'describe_execution', {
    executionArn: run.executionArn,
  });
  expect(error).toBe('NodeNeverJoined');
  expect(cause).toContain(
    `${lost.InstanceId} of ${gated.name} did not join the ECS cluster ${await gated.cluster()} in 20 minutes`,
  );
  await until('it is replaced', async () => (await stateOf(lost)) === undefined);
  const late = (await gated.instances()).filter((instance) => instance.LifecycleState === 'Pending:Wait');
  expect(late).toHaveLength(1);
  await gated.join(late);
  await until('the next one is in service', async () => (await stateOf(late[0])) === 'InService');
});

test('a tier without the gate has no hook, and starts no run', async () => {
  const runs = (await account.runs('ReadinessGate')).length;
  expect(
    (await account.aws.call('autoscaling', 'describe_lifecycle_hooks', { AutoScalingGroupName: open.name }))
      .LifecycleHooks,
  ).toEqual([]);
  await open.scaleTo(1);
  expect((await open.instances()).map((instance) => instance.LifecycleState)).toEqual(['InService']);
  expect((await account.runs('ReadinessGate')).length).toBe(runs);
});

test('hooks that the machine completes are those of its stack', async () => {
  const { LifecycleHooks } = await account.aws.call('autoscaling', 'describe_lifecycle_hooks', {
    AutoScalingGroupName: gated.name,
  });
  expect(LifecycleHooks).toMatchObject([
    {
      LifecycleHookName: 'joins-its-cluster-Estate',
      NotificationMetadata: await gated.cluster(),
      DefaultResult: 'ABANDON',
      HeartbeatTimeout: 1200,
    },
  ]);
  expect(ids(await gated.instances())).toHaveLength(3);
});
