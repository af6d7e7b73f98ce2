/**
 * The slow ways in which repair ends badly, on the emulator: see repair.test.ts. Hours pass in them, in
 * two-hundredths of the real time.
 */
import { NodeRepair } from '../../src';
import { Account } from './account';
import { Emulator } from './emulator';
import { Tended } from './tended';

jest.setTimeout(900_000);

let account: Account;

beforeAll(async () => {
  account = new Account(await Emulator.start());
}, 120_000);

afterAll(() => account?.aws.stop());

test('a node that a hook of the user holds is named after three hours, and the hook is left to the user', async () => {
  const tier = await Tended.with(account, 'Repair', 3, (topic) => ({
    repair: NodeRepair.replace({ topic }),
  }));
  await account.aws.call('autoscaling', 'put_lifecycle_hook', {
    AutoScalingGroupName: tier.group.name,
    LifecycleHookName: 'copy-the-logs',
    LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
    HeartbeatTimeout: 7200,
    DefaultResult: 'CONTINUE',
  });
  const [node] = await tier.nodes();
  await tier.says(node, 'IMPAIRED');
  const { error, cause } = await tier.ended(node, 'FAILED', 600);
  expect(error).toBe('NodeDoesNotGo');
  expect(cause).toContain(`${node.InstanceId} of ${tier.group.name} was given up and is not terminated`);
  expect(await tier.group.statesOf([node])).toEqual(['Terminating:Wait']);
  // Its tasks have moved long ago.
  expect((await tier.group.nodes()).map(({ instance }) => instance)).not.toContain(node.InstanceId);
});

test('of 500 nodes the impaired ones are found and replaced, whatever the pages', async () => {
  const tier = await Tended.with(account, 'Repair', 500, (topic) => ({
    repair: NodeRepair.replace({ topic }),
    maxCapacity: 500,
  }));
  const nodes = await tier.nodes();
  const ill = [nodes[0], nodes[250], nodes[499]];
  for (const node of ill) await tier.hangs(node);
  for (const node of ill) await tier.ended(node, 'SUCCEEDED', 300);
  expect(await tier.group.statesOf(ill)).toEqual(['gone', 'gone', 'gone']);
  expect((await tier.messages()).map(({ subject }) => subject)).toEqual(
    Array(3).fill('An ECS node was replaced'),
  );
});
