/**
 * Consolidation at work: the template that the library synthesises, deployed to ministack with the shim of
 * `emulator/`.
 *
 * This proves the wiring and the decisions of the state machine: which node it gives back and when, in which
 * order it calls, what it tells, and that its calls are what botocore's models of the APIs take. It does not
 * prove AWS's behavior (where ECS puts tasks, and how a drain goes, is the shim's) nor permissions (test/fleet has
 * the list). Slow ways to fail are in consolidation.all.test.ts, and what it saves is in test/roll.
 */
import { NodeReplacement } from '../../src';
import { Account, ids } from './account';
import { Consolidated, DAEMON, WEB } from './consolidation';
import { Emulator } from './emulator';

jest.setTimeout(120_000);

let account: Account;

beforeAll(async () => {
  account = new Account(await Emulator.start());
}, 120_000);

afterAll(() => account?.aws.stop());

test('the node with the fewest tasks is held, drained, and given back with the desired capacity lowered', async () => {
  const tier = await Consolidated.with(account);
  const [full, least, other] = await tier.nodes([
    [DAEMON, WEB, WEB, WEB, WEB],
    [DAEMON, WEB, WEB],
    [DAEMON, WEB, WEB, WEB],
  ]);
  await account.calls();
  expect(await tier.run()).toBe('Done');
  expect(await tier.group.statesOf([full, least, other])).toEqual(['InService', 'gone', 'InService']);
  expect((await tier.group.describe()).DesiredCapacity).toBe(2);
  expect(await account.calls()).toEqual(['PutAttributes 1', 'DRAINING 1']);
  expect((await tier.tasksOn([full, other])).filter((group) => group === WEB.group)).toHaveLength(9);
  expect(await tier.messages()).toMatchObject([
    {
      subject: 'An ECS node was given back',
      message:
        `${least.InstanceId} of ${tier.group.name} was drained and given back: its tasks run on other ` +
        'nodes. The group now wants 2 nodes.',
    },
  ]);
  // Two are the least that it leaves.
  expect(await tier.run()).toBe('Nothing to do');
});

test('the schedule starts a run for each group that it means, and a node that is not empty in time takes tasks again', async () => {
  const tier = await Consolidated.with(account);
  const stuck = { ...WEB, moves: false };
  const [slow] = await tier.nodes([[stuck], [WEB, WEB], [WEB, WEB]]);
  const { Target } = await account.aws.call('scheduler', 'get_schedule', {
    Name: (await account.idsOf('AWS::Scheduler::Schedule', tier.name))[0],
  });
  await account.calls();
  expect(await tier.endOf(await tier.start(JSON.parse(Target.Input)))).toBe('Their runs go on');
  const [, run] = await tier.runs();
  expect(JSON.parse(run.input)).toEqual({ group: tier.group.name });
  expect(await tier.endOf(async () => (await tier.runs())[1])).toBe('It takes tasks again');
  expect(await account.calls()).toEqual(['PutAttributes 1', 'DRAINING 1', 'ACTIVE 1', 'DeleteAttributes 1']);
  expect(await tier.group.statesOf([slow])).toEqual(['InService']);
  expect((await tier.group.nodes()).map(({ status, held }) => [status, held])).toEqual(
    Array(3).fill(['ACTIVE', null]),
  );
  expect(await tier.messages()).toMatchObject([
    {
      subject: 'An ECS node was not given back',
      message: expect.stringContaining('not empty in 15 minutes'),
    },
  ]);
});

// The table "Who yields to whom" of docs/consolidation.md; the rest of it is in together.all.test.ts.
test('a roll begins while a node drains: consolidation sets it back, and the roll holds it with the others', async () => {
  const tier = await Consolidated.with(account, {}, { replacement: NodeReplacement.rolling() });
  const nodes = await tier.nodes([[{ ...WEB, moves: false }], [WEB, WEB, WEB], [WEB, WEB, WEB]]);
  const run = await tier.begin();
  await tier.reaches(run, 'Drain it');
  await tier.group.startRefresh({ Preferences: { SkipMatching: false } });
  const fresh = await tier.group.surge(3);
  expect(await tier.endOf(run)).toBe('It takes tasks again');
  await tier.group.join(fresh);
  await tier.group.inService(fresh);
  expect(await tier.group.drained()).toEqual(ids(nodes));
  expect(new Set((await tier.group.nodes()).map(({ held }) => held?.split(':')[0]))).toEqual(
    new Set(['cordon', undefined]),
  );
  expect(await tier.run()).toBe('Nothing to do');
  await tier.group.replace(nodes);
  expect(await tier.group.refreshes()).toMatchObject([{ Status: 'Successful' }]);
});
