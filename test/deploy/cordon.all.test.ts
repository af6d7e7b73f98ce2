/** The cordon of a group of 500 nodes, 1,000 during the roll: on demand, because it takes a minute. */
import { NodeReplacement } from '../../src';
import { SMALL } from '../helpers/estate';
import { Account, deployable, ids, image } from './account';
import { Emulator, until } from './emulator';

jest.setTimeout(600_000);

const NODES = 500;

let account: Account;

beforeAll(async () => {
  account = new Account(await Emulator.start());
}, 120_000);

afterAll(() => account?.aws.stop());

test('500 old nodes are drained when 500 new ones have joined, and given back when the refresh fails', async () => {
  const name = 'Large';
  const stack = deployable(name);
  stack.cluster({
    replacement: NodeReplacement.rolling(),
    tiers: [{ name: 'general', instanceTypes: [SMALL], machineImage: image, maxCapacity: 2 * NODES }],
  });
  await account.image('ami-0000000000000000a');
  await account.deploy(stack);
  const [group] = await account.groups(name);
  // A run of the gate for each node is not what this test is about.
  const ungated = () =>
    account.aws.call('autoscaling', 'delete_lifecycle_hook', {
      AutoScalingGroupName: group.name,
      LifecycleHookName: `joined-${name}`,
    });
  await ungated();
  const old = await group.scaleTo(NODES);
  await group.join(old);
  await group.inService(old, 300);

  await account.image('ami-0000000000000000b');
  await account.deploy(stack);
  await ungated();
  const fresh = await group.surge(NODES);
  await group.join(fresh);
  await until('all old nodes are drained', async () => (await group.drained()).length === NODES, 300);
  expect(await group.drained()).toEqual(ids(old));
  expect(await group.held()).toEqual(ids(old));

  await account.aws.happens('fail', { group: group.name });
  await until('all are given back', async () => (await group.held()).length === 0, 300);
  expect(await group.drained()).toEqual([]);
  const runs = await until('all runs have ended', async () => {
    const all = await account.runs('Cordon', name);
    return all.every(({ status }) => status !== 'RUNNING') && all;
  });
  expect(runs.map(({ status, error }) => [status, error])).toEqual(runs.map(() => ['SUCCEEDED', undefined]));
});
