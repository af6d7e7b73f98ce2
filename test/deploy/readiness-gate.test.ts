/**
 * The readiness gate at work: the template that the library synthesises, deployed to ministack with the
 * shim of `emulator/`.
 *
 * This proves the wiring: that the hook's event reaches the rule and the rule the machine, that the machine's
 * calls are what botocore's models of the APIs take, and that it decides right. It does not prove AWS's
 * behaviour (hooks, events and container instances are the shim's) nor permissions (nobody checks them here;
 * test/fleet has the list).
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NodeReplacement } from '../../src';
import { SMALL } from '../helpers/estate';
import { Account, deployable, type Group, type Instance, image } from './account';
import { DaemonsFirst } from './daemons-first';
import { Emulator, passes, SCALE, until } from './emulator';

jest.setTimeout(60_000);

let account: Account;

beforeAll(async () => {
  account = new Account(await Emulator.start());
}, 120_000);

beforeEach(() => account.image('ami-0000000000000000a'));

afterAll(() => account?.aws.stop());

/** A stack with a cluster of one tier. */
function stackWith(name: string, replacement: NodeReplacement, minCapacity = 0) {
  const stack = deployable(name);
  stack.cluster({
    replacement,
    tiers: [{ name: 'general', instanceTypes: [SMALL], machineImage: image, minCapacity }],
  });
  return stack;
}

const gone = (group: Group, instance: Instance) =>
  until('it is gone', async () => (await group.statesOf([instance]))[0] === 'gone');
const hooksOf = async (group: Group): Promise<any[]> =>
  (await account.aws.call('autoscaling', 'describe_lifecycle_hooks', { AutoScalingGroupName: group.name }))
    .LifecycleHooks;
const launchHooks = async (group: Group) =>
  (await hooksOf(group))
    .map((hook) => hook.LifecycleHookName)
    .filter((name) => !name.startsWith('ecs-managed-'));
const seconds = (from: number) => (Date.now() - from) / 1000 / SCALE;

describe('a gated group', () => {
  const name = 'Gated';
  let group: Group;

  const runOf = (node: Instance, status: string) => account.runOf('ReadinessGate', node, status, name);

  beforeAll(async () => {
    await account.image('ami-0000000000000000a');
    await account.deploy(stackWith(name, NodeReplacement.rolling(), 2));
    [group] = await account.groups(name);
  });

  test('has its first nodes gated, and each goes into service when it has joined its cluster, not before', async () => {
    const [first, second] = await group.instances();
    expect(await group.statesOf([first, second])).toEqual(['Pending:Wait', 'Pending:Wait']);
    await group.join([first]);
    await group.inService([first]);
    expect(await group.statesOf([second])).toEqual(['Pending:Wait']);
    await group.join([second]);
    await group.inService([second]);
    await until('both runs are done', async () =>
      (await account.runs('ReadinessGate', name)).every((run) => run.status === 'SUCCEEDED'),
    );
  });

  test('gives up a node that has shut down within three minutes, and replaces it', async () => {
    const [dead] = await group.scaleTo(3);
    const from = Date.now();
    await account.aws.happens('kill', { instance: dead.InstanceId });
    await gone(group, dead);
    expect(seconds(from)).toBeLessThan(240); // some of it are calls, whose time is not scaled
    const { error, cause } = await runOf(dead, 'FAILED');
    expect(error).toBe('NodeDied');
    expect(cause).toContain(`${dead.InstanceId} of ${group.name} shut down before it joined the ECS cluster`);
    const [next] = (await group.instances()).filter((each) => each.LifecycleState === 'Pending:Wait');
    await group.join([next]);
    await group.inService([next]);
  });

  test('loses no node to throttling', async () => {
    const [node] = await group.scaleTo(4);
    await account.aws.happens('throttle', {
      operations: ['ListContainerInstances', 'DescribeInstanceStatus'],
    });
    await group.join([node]);
    await passes(600);
    expect(await group.statesOf([node])).toEqual(['Pending:Wait']);
    await account.aws.happens('throttle', {
      operations: ['CompleteLifecycleAction', 'DescribeInstanceRefreshes'],
    });
    await passes(100);
    await account.aws.happens('throttle', { operations: [] });
    await group.inService([node]);
    await runOf(node, 'SUCCEEDED');
  });

  test('is not harmed by an event that comes twice, nor by a node that is terminated while it waits', async () => {
    const [node] = await group.scaleTo(5);
    const { input } = await runOf(node, 'RUNNING');
    const twice = await account.start('ReadinessGate', JSON.parse(input).detail, name);
    await group.join([node]);
    await group.inService([node]);
    await until('both runs have succeeded', async () => (await twice()).status === 'SUCCEEDED');
    await runOf(node, 'SUCCEEDED');
    const [other] = await group.scaleTo(6);
    await runOf(other, 'RUNNING');
    await group.terminate([other]);
    await runOf(other, 'SUCCEEDED');
  });

  test('is told again by hand of a node whose run was stopped, and lets it in: late is soon enough', async () => {
    const [node] = await group.scaleTo(6);
    const { executionArn, input } = await runOf(node, 'RUNNING');
    await account.aws.call('stepfunctions', 'stop_execution', { executionArn });
    await group.join([node]);
    await passes(600);
    expect(await group.statesOf([node])).toEqual(['Pending:Wait']);
    await account.start('ReadinessGate', JSON.parse(input).detail, name);
    await group.inService([node]);
    await group.terminate([node]);
  });

  test('gives up, when the heartbeat of its hook ends, a node that never joins, and one whose event was lost', async () => {
    await account.rule('ReadinessGate', 'disable', name);
    const [unheard] = await group.scaleTo(6);
    await account.rule('ReadinessGate', 'enable', name);
    const [lost] = await group.scaleTo(7);
    await group.join([unheard]);
    await passes(900);
    expect(await group.statesOf([unheard])).toEqual(['Pending:Wait']);
    const { error, cause } = await runOf(lost, 'FAILED');
    expect(error).toBe('NodeNeverJoined');
    const cluster = await group.cluster();
    expect(cause).toContain(
      `${lost.InstanceId} of ${group.name} did not join the ECS cluster ${cluster} in 20 minutes`,
    );
    await gone(group, lost);
    await gone(group, unheard);
    expect((await group.instances()).filter((each) => each.LifecycleState === 'Pending:Wait')).toHaveLength(
      2,
    );
  });

  test('has a hook of its list, with the name of the cluster', async () => {
    expect(await hooksOf(group)).toContainEqual(
      expect.objectContaining({
        LifecycleHookName: `joined-${name}`,
        NotificationMetadata: await group.cluster(),
        DefaultResult: 'ABANDON',
        HeartbeatTimeout: 1200,
      }),
    );
  });
});

test('where daemons come first, a node takes no replica and no traffic until all of its daemons run', async () => {
  const tier = await DaemonsFirst.with(account, 'Daemons', {
    logs: undefined,
    metrics: 'attribute:team == orders',
    elsewhere: 'attribute:team == search',
  });
  const node = await tier.node({ team: 'orders' });
  await until('the gate waits for daemons', async () =>
    (await tier.steps(node)).includes('Do its daemons run'),
  );
  await tier.run(node, ['logs']);
  await passes(120);
  expect([await tier.mark(node), ...(await tier.group.statesOf([node]))]).toEqual([
    'starting',
    'Pending:Wait',
  ]);
  await tier.run(node, ['logs', 'metrics']);
  await tier.opened(node);
  await tier.group.inService([node]);
  await tier.runOf(node, 'SUCCEEDED');
});

test('the gate is removed: its hook goes, and nodes go into service at once', async () => {
  const name = 'Opened';
  await account.deploy(stackWith(name, NodeReplacement.rolling()));
  const [group] = await account.groups(name);
  expect(await launchHooks(group)).toEqual([`joined-${name}`]);
  await account.deploy(stackWith(name, NodeReplacement.rolling({ readinessGate: false })));
  expect(await launchHooks(group)).toEqual([]);
  expect((await hooksOf(group)).map((hook) => hook.LifecycleHookName)).toEqual([
    'ecs-managed-draining-termination-hook',
  ]);
  expect(await group.statesOf(await group.scaleTo(1))).toEqual(['InService']);
});

test('a running cluster adopts rolling() and a new image in one deployment: the first new node is gated', async () => {
  const name = 'Adopted';
  await account.deploy(stackWith(name, NodeReplacement.onNextLaunch(), 1));
  const [group] = await account.groups(name);
  const old = await group.instances();
  await group.join(old);
  expect(await group.statesOf(old)).toEqual(['InService']);
  await account.image('ami-0000000000000000b');
  await account.deploy(stackWith(name, NodeReplacement.rolling(), 1));
  expect(await group.refreshes()).toMatchObject([{ Status: 'InProgress' }]);
  const fresh = await group.surge(1);
  expect(await group.statesOf(fresh)).toEqual(['Pending:Wait']);
  await group.join(fresh);
  await group.inService(fresh);
});

test('deployed over the landed form, whose hook is a resource of its own, the gate still holds new nodes', async () => {
  const name = 'Landed';
  const landed = JSON.parse(readFileSync(join(__dirname, 'landed', 'gate-as-a-resource.json'), 'utf8'));
  await account.deployTemplate(name, landed);
  const [group] = await account.groups(name);
  expect(await launchHooks(group)).toEqual([`joins-its-cluster-${name}`]);
  await account.deploy(stackWith(name, NodeReplacement.rolling()));
  expect(await launchHooks(group)).toEqual([`joined-${name}`]);
  const [node] = await group.scaleTo(1);
  expect(await group.statesOf([node])).toEqual(['Pending:Wait']);
  await group.join([node]);
  await group.inService([node]);
  await account.destroy(name);
});
