/**
 * The state machines of the library at work on one group: the table "Who yields to whom" of
 * docs/consolidation.md, on the emulator and on demand. What the emulator proves is in consolidation.test.ts.
 */
import { Duration } from 'aws-cdk-lib';
import { DrainLimit, NodeRepair, NodeReplacement } from '../../src';
import { Account, type Instance, ids } from './account';
import { Consolidated, WEB } from './consolidation';
import { Emulator, until } from './emulator';

jest.setTimeout(300_000);

let account: Account;

beforeAll(async () => {
  account = new Account(await Emulator.start());
}, 120_000);

afterAll(() => account?.aws.stop());

const STUCK = { ...WEB, moves: false };

/** A tier with all of them. Its first node is the one that consolidation would give back. */
async function allOfThem(first: object[] = [WEB]): Promise<[Consolidated, Instance[]]> {
  const tier = await Consolidated.with(
    account,
    {},
    {
      replacement: NodeReplacement.rolling(),
      repair: NodeRepair.replace(),
      drainLimit: DrainLimit.stopTasksAfter(Duration.minutes(30)),
    },
  );
  const nodes = await tier.nodes([first, [WEB, WEB, WEB], [WEB, WEB, WEB], [WEB, WEB, WEB]]);
  return [tier, nodes];
}

const impaired = (node: Instance, status = 'IMPAIRED', check = 'CONTAINER_RUNTIME') =>
  account.aws.happens('health', { instance: node.InstanceId, check, status });

/** The run of repair for a node has been in a state so often. */
const repairIsIn = (tier: Consolidated, node: Instance, state: string, times = 1) =>
  until(
    `repair of ${node.InstanceId} has been in ${state}`,
    async () => {
      const run = (await account.runsOf('Repair', node, tier.name)).at(-1);
      return (
        run !== undefined && (await account.passed(run)).filter((name) => name === state).length >= times
      );
    },
    60,
  );

const gone = (tier: Consolidated, node: Instance) =>
  until('it has gone', async () => (await tier.group.statesOf([node]))[0] === 'gone', 90);

async function expectFree(tier: Consolidated): Promise<void> {
  const nodes = await tier.group.nodes();
  expect(nodes.map(({ status, held }) => [status, held])).toEqual(nodes.map(() => ['ACTIVE', null]));
}

test('repair waits for a node that consolidation holds, and replaces it when it is set back', async () => {
  const [tier, [node]] = await allOfThem([STUCK]);
  const run = await tier.begin();
  await tier.reaches(run, 'Drain it');
  await impaired(node);
  await repairIsIn(tier, node, 'Is it still impaired');
  expect(await tier.group.statesOf([node])).toEqual(['InService']);
  expect(await tier.endOf(run)).toBe('It takes tasks again');
  await gone(tier, node);
  expect((await tier.group.describe()).DesiredCapacity).toBe(4);
});

test('consolidation does nothing while a node is impaired, or is replaced by repair', async () => {
  const [tier, [, node]] = await allOfThem();
  await impaired(node);
  expect(await tier.run()).toBe('Nothing to do');
  await gone(tier, node);
  // Its replacement waits at the gate.
  expect(await tier.run()).toBe('Nothing to do');
  const [fresh] = (await tier.group.instances()).filter(
    ({ LifecycleState }) => LifecycleState !== 'InService',
  );
  await tier.group.join([fresh]);
  await tier.group.inService([fresh]);
  await tier.says(fresh.InstanceId, {
    total: { CPU: 2048, MEMORY: 8000 },
    zone: 'us-east-1a',
    provider: `cp-${tier.name}`,
    hours: 0,
  });
  // Young, and empty.
  expect(await tier.run()).toBe('Nothing to do');
});

test('consolidation does nothing while the cordon holds nodes, and the cordon gives back what it holds alone', async () => {
  const [tier, nodes] = await allOfThem();
  await tier.group.startRefresh({ Preferences: { SkipMatching: false } });
  const fresh = await tier.group.surge(nodes.length);
  await tier.group.join(fresh);
  await tier.group.inService(fresh);
  expect(await tier.group.drained()).toEqual(ids(nodes));
  await account.calls();
  expect(await tier.run()).toBe('Nothing to do');
  expect(await account.calls()).toEqual([]);
  // The roll fails: the cordon gives back what it holds, and no more.
  await account.aws.happens('fail', { group: tier.group.name });
  await until('no node is held', async () => (await tier.group.held()).length === 0);
  await expectFree(tier);
});

test('the cordon leaves alone what consolidation holds, when the roll fails at once', async () => {
  const [tier, [node]] = await allOfThem([STUCK]);
  const run = await tier.begin();
  await tier.reaches(run, 'Drain it');
  await tier.group.startRefresh({ Preferences: { SkipMatching: false } });
  await account.aws.happens('fail', { group: tier.group.name });
  expect(await tier.endOf(run)).toBe('It takes tasks again');
  await until('the cordon has ended', async () =>
    (await account.runs('Cordon', tier.name)).every(({ status }) => status === 'SUCCEEDED'),
  );
  await expectFree(tier);
  expect(await tier.group.statesOf([node])).toEqual(['InService']);
});

test('a drain limit ends the drain of a node that goes while another one is given back, which is set back first', async () => {
  const [tier, [first, , leaves]] = await allOfThem([STUCK]);
  const run = await tier.begin();
  await tier.reaches(run, 'Drain it');
  await account.aws.happens('tasks', {
    instance: leaves.InstanceId,
    tasks: [{ group: 'service:slow', stops: false }],
  });
  await account.aws.happens('drain', { instance: leaves.InstanceId });
  expect(await tier.endOf(run)).toBe('It takes tasks again');
  expect(await tier.group.statesOf([first, leaves])).toEqual(['InService', 'Terminating:Wait']);
  expect(await tier.run()).toBe('Nothing to do');
  await gone(tier, leaves);
  await expectFree(tier);
});

test('an operator holds the group: consolidation stands still, repair only tells', async () => {
  const [tier, [, node]] = await allOfThem();
  await tier.tag('EcsHold', 'me');
  await impaired(node);
  expect(await tier.run()).toBe('Nothing to do');
  await repairIsIn(tier, node, 'Wait', 3);
  expect(await tier.group.statesOf([node])).toEqual(['InService']);
});
