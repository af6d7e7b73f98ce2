/**
 * Daemons first on the emulator, where something goes wrong. `readiness-gate.test.ts` has the run that goes well.
 */
import { Account } from './account';
import { DaemonsFirst } from './daemons-first';
import { Emulator, passes, until } from './emulator';

jest.setTimeout(60_000);

let account: Account;

beforeAll(async () => {
  account = new Account(await Emulator.start());
}, 120_000);

afterEach(() => account.aws.happens('throttle', { operations: [] }));
afterAll(() => account?.aws.stop());

const DAEMONS = { logs: undefined, metrics: undefined };

test('a daemon that never runs holds a node for five minutes, and the run says which one', async () => {
  const tier = await DaemonsFirst.with(account, 'Broken', DAEMONS);
  const node = await tier.node();
  await tier.run(node, ['logs']);
  await passes(200);
  expect(await tier.mark(node)).toBe('starting');
  await tier.opened(node);
  await tier.group.inService([node]);
  const { error, cause } = await tier.runOf(node, 'FAILED');
  expect(error).toBe('DaemonNotRunning');
  expect(cause).toBe(
    `${node.InstanceId} of ${tier.group.name} is in service in the ECS cluster ${tier.cluster}, without daemons ` +
      'that did not run within 5 minutes: metrics',
  );
});

test('a cluster without daemons holds nothing', async () => {
  const tier = await DaemonsFirst.with(account, 'Without', {});
  const node = await tier.node();
  await tier.opened(node);
  await tier.group.inService([node]);
  await tier.runOf(node, 'SUCCEEDED');
});

test('daemons that belong on other nodes are not waited for', async () => {
  const tier = await DaemonsFirst.with(account, 'Elsewhere', {
    gpu: 'attribute:gpu == true',
    other: 'attribute:team == search',
  });
  const node = await tier.node();
  await tier.opened(node);
  await tier.group.inService([node]);
  await tier.runOf(node, 'SUCCEEDED');
});

test.each([
  ['its mark cannot be taken away', 'Marked', ['DeleteAttributes']],
  ['daemons cannot be read', 'Unread', ['DescribeServices']],
  ['nodes cannot be listed', 'Unlisted', ['ListContainerInstances']],
])('a node is open and in service once that works again, while %s', async (_what, name, operations) => {
  const tier = await DaemonsFirst.with(account, name, DAEMONS);
  await account.aws.happens('throttle', { operations });
  const node = await tier.node();
  await tier.run(node, ['logs', 'metrics']);
  await passes(150);
  expect([await tier.mark(node), ...(await tier.group.statesOf([node]))]).toEqual([
    'starting',
    'Pending:Wait',
  ]);
  await account.aws.happens('throttle', { operations: [] });
  await tier.opened(node);
  await tier.group.inService([node]);
  await tier.runOf(node, 'SUCCEEDED');
});

test('a node that shuts down while it waits for its daemons is replaced', async () => {
  const tier = await DaemonsFirst.with(account, 'Dying', DAEMONS);
  const node = await tier.node();
  await until('the gate waits for daemons', async () =>
    (await tier.steps(node)).includes('Do its daemons run'),
  );
  await tier.group.terminate([node]);
  await until('it is gone', async () => (await tier.group.statesOf([node]))[0] === 'gone');
});

test('a run that is told twice opens a node once, and both runs end', async () => {
  const tier = await DaemonsFirst.with(account, 'Twice', DAEMONS);
  const node = await tier.node();
  const { input } = await tier.runOf(node, 'RUNNING');
  const twice = await account.start('ReadinessGate', JSON.parse(input).detail, 'Twice');
  await tier.run(node, ['logs', 'metrics']);
  await tier.opened(node);
  await tier.group.inService([node]);
  await until('both runs have succeeded', async () => (await twice()).status === 'SUCCEEDED');
  await tier.runOf(node, 'SUCCEEDED');
});
