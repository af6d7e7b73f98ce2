/**
 * Repair at work: the template that the library synthesises, deployed to ministack with the shim of
 * `emulator/`.
 *
 * This proves the wiring and the decisions of the state machine: which nodes it replaces and when, in which
 * order it calls, what it tells, and that its calls are what botocore's models of the APIs take. It does not
 * prove AWS's behavior (health, its event, terminate hooks and drains are the shim's) nor permissions
 * (test/fleet has the list). Slow ways to fail are in repair.all.test.ts.
 */
import { NodeRepair } from '../../src';
import { Account } from './account';
import { Emulator, until } from './emulator';
import { Repaired } from './repair';

jest.setTimeout(120_000);

let account: Account;

beforeAll(async () => {
  account = new Account(await Emulator.start());
}, 120_000);

afterAll(() => account?.aws.stop());

const calls = (): Promise<string[]> => account.aws.happens('calls');

describe('a tier of ten nodes whose impaired ones are replaced', () => {
  let tier: Repaired;

  beforeAll(async () => {
    tier = await Repaired.with(account, 10, (topic) => NodeRepair.replace({ topic }));
  });

  test('leaves a node alone that recovers before the look', async () => {
    const [node] = await tier.nodes();
    await tier.hangs(node);
    await tier.hangs(node, 'OK');
    const run = await tier.ended(node, 'SUCCEEDED');
    expect((await tier.passed(run)).at(-1)).toBe('Well or gone');
    expect(await tier.messages()).toEqual([]);
  });

  test('replaces a node that has lost its agent: given up first, then out of the cluster, then let go', async () => {
    const [, node] = await tier.nodes();
    await calls();
    await tier.says(node, 'IMPAIRED');
    await tier.gone(node);
    const run = await tier.ended(node, 'SUCCEEDED');
    expect((await tier.passed(run)).at(-1)).toBe('Replaced');
    expect(await calls()).toEqual([
      `SetInstanceHealth ${node.InstanceId} Unhealthy false`,
      expect.stringMatching(/^deregister /),
    ]);
    expect(await tier.messages()).toMatchObject([
      { subject: 'An ECS node was replaced', message: expect.stringContaining(node.InstanceId) },
    ]);
    expect(await tier.nodes()).toHaveLength(10);
    await tier.join();
  });

  test('replaces none of three, and tells it once; when one has recovered, the others go', async () => {
    const [, , a, b, c] = await tier.nodes();
    for (const node of [a, b, c]) await tier.hangs(node);
    await tier.looked([a, b, c], 2);
    expect((await tier.messages()).map(({ subject }) => subject)).toEqual(['ECS nodes are impaired']);
    expect(await tier.group.statesOf([a, b, c])).toEqual(['InService', 'InService', 'InService']);
    await tier.hangs(a, 'OK');
    await Promise.all([tier.gone(b), tier.gone(c)]);
    expect(await tier.group.statesOf([a])).toEqual(['InService']);
    await tier.ended(a, 'SUCCEEDED');
    await until('each was told of', async () => (await tier.runs()).every((run) => run.status !== 'RUNNING'));
    await tier.messages();
    await tier.join();
  });
});
