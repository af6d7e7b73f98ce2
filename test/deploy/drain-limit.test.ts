/**
 * The drain limits at work: the template that the library synthesises, deployed to ministack with the shim of
 * `emulator/`.
 *
 * This proves the wiring and the decisions of the state machine: when it acts, what it names, in which order
 * it calls, and that its calls are what botocore's models of the APIs take. It does not prove AWS's behavior
 * (tasks, terminate hooks and ECS's drain are the shim's) nor permissions (test/fleet has the list).
 */
import { Duration } from 'aws-cdk-lib';
import { DrainLimit } from '../../src';
import { rarely } from '../helpers/on-demand';
import { Account, type Instance } from './account';
import { Emulator, until } from './emulator';
import { Tended } from './tended';

jest.setTimeout(120_000);

let account: Account;

beforeAll(async () => {
  account = new Account(await Emulator.start());
}, 120_000);

beforeEach(async () => {
  await account.calls();
  await account.aws.happens('messages');
});

afterEach(() => account.aws.happens('throttle', { operations: [] }));

afterAll(() => account?.aws.stop());

/** A node of a tier that has joined and runs these tasks. */
async function nodeOf(tier: Tended, ...tasks: { group: string; stops?: boolean }[]): Promise<Instance> {
  const [node] = await tier.grow((await tier.nodes()).length + 1);
  await account.aws.happens('tasks', { instance: node.InstanceId, tasks });
  return node;
}

/** Auto Scaling terminates it, and ECS drains it. */
const drain = (node: Instance): Promise<void> => account.aws.happens('drain', { instance: node.InstanceId });

const textsOf = async (tier: Tended) => (await tier.messages()).map(({ message }) => message);

describe('a tier whose tasks are stopped after five minutes', () => {
  let tier: Tended;

  beforeAll(async () => {
    tier = await Tended.with(account, 'DrainLimits', 1, (topic) => ({
      drainLimit: DrainLimit.stopTasksAfter(Duration.minutes(5), { topic }),
    }));
  });

  test('has nothing to say of a node that drains in time', async () => {
    const node = await nodeOf(tier);
    await drain(node);
    expect(await tier.lastState(await tier.ended(node))).toBe('It has drained');
    expect(await textsOf(tier)).toEqual([]);
  });

  test('names and stops the tasks of a node at the limit, and ECS ends the drain itself', async () => {
    const node = await nodeOf(tier, { group: 'service:api' }, { group: 'family:job' });
    await drain(node);
    expect(await tier.lastState(await tier.ended(node))).toBe('It is let go now');
    expect(await tier.group.statesOf([node])).toEqual(['gone']);
    expect((await account.calls()).sort()).toEqual(['stop family:job', 'stop service:api']);
    expect(await textsOf(tier)).toEqual([
      `${node.InstanceId} of ${tier.group.name} has drained for 5 minutes. It still runs 2 tasks of: ` +
        'service:api, family:job. They are stopped, and the node is let go.',
    ]);
  });

  test('lets a node go whose tasks do not stop', async () => {
    const node = await nodeOf(tier, { group: 'service:stubborn', stops: false });
    await drain(node);
    expect(await tier.lastState(await tier.ended(node))).toBe('It is let go now');
    expect(await tier.group.statesOf([node])).toEqual(['gone']);
  });

  test('takes a node out of the cluster whose agent is lost, and lets it go', async () => {
    const node = await nodeOf(tier, { group: 'service:api' });
    await tier.says(node, 'IMPAIRED');
    await drain(node);
    await tier.ended(node);
    expect(await tier.group.statesOf([node])).toEqual(['gone']);
    expect(await account.calls()).toEqual([expect.stringMatching(/^deregister /)]);
    expect((await tier.group.nodes()).map(({ instance }) => instance)).not.toContain(node.InstanceId);
    expect(await textsOf(tier)).toEqual([expect.stringContaining('Its agent is lost.')]);
  });

  rarely('lets a node go that has left its cluster meanwhile', async () => {
    const node = await nodeOf(tier, { group: 'service:api' });
    await drain(node);
    await account.aws.call('ecs', 'deregister_container_instance', {
      cluster: tier.cluster,
      containerInstance: await tier.group.arnOf(node),
      force: true,
    });
    await tier.ended(node);
    expect(await tier.group.statesOf([node])).toEqual(['gone']);
    expect(await textsOf(tier)).toEqual([expect.stringContaining('ECS does not know it any more.')]);
  });

  rarely('does the same when each call that looks at tasks is throttled', async () => {
    const node = await nodeOf(tier, { group: 'service:api' });
    await account.aws.happens('throttle', { operations: ['ListTasks', 'StopTask'] });
    await drain(node);
    await tier.ended(node);
    expect(await tier.group.statesOf([node])).toEqual(['gone']);
  });

  rarely('does no harm when the event comes twice', async () => {
    const node = await nodeOf(tier, { group: 'service:api' });
    await drain(node);
    await tier.again(await until('a run', async () => (await tier.runsOf(node))[0]));
    const both = async () => {
      const runs = await tier.runsOf(node);
      return runs.length === 2 && runs.every(({ status }) => status === 'SUCCEEDED');
    };
    await until('both runs have succeeded', both, 60);
    expect(await tier.group.statesOf([node])).toEqual(['gone']);
  });

  test('leaves the nodes of other groups alone', async () => {
    const node = await nodeOf(tier);
    await tier.tag('EcsDrainLimit');
    await drain(node);
    expect(await tier.lastState(await tier.ended(node))).toBe('Not ours');
  });
});

test('a tier that only tells names the tasks, and leaves the node to ECS', async () => {
  const tier = await Tended.with(account, 'DrainLimits', 1, (topic) => ({
    drainLimit: DrainLimit.notifyAfter(Duration.minutes(6), topic),
  }));
  const node = await nodeOf(tier, { group: 'service:api', stops: false });
  await drain(node);
  expect(await tier.lastState(await tier.ended(node))).toBe('Only told');
  expect(await tier.group.statesOf([node])).toEqual(['Terminating:Wait']);
  expect(await account.calls()).toEqual([]);
  expect(await textsOf(tier)).toEqual([expect.stringMatching(/has drained for 6 minutes.*Nothing is done/)]);
});
