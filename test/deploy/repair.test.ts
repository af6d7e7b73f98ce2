/**
 * Repair at work: the template that the library synthesises, deployed to ministack with the shim of
 * `emulator/`.
 *
 * This proves the wiring and the decisions of the state machine: which nodes it replaces and when, in which
 * order it calls, what it tells, and that its calls are what botocore's models of the APIs take. It does not
 * prove AWS's behavior (health, its event, terminate hooks and drains are the shim's) nor permissions
 * (test/fleet has the list). Slow ways to fail are in repair.all.test.ts.
 */
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { type InstanceTierOptions, NodeRepair, NodeReplacement } from '../../src';
import { SMALL } from '../helpers/estate';
import { rarely } from '../helpers/on-demand';
import { Account, deployable, type Group, type Instance, image } from './account';
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

const tended = (nodes: number, options: (topic: ITopic) => InstanceTierOptions) =>
  Tended.with(account, 'Repair', nodes, options);

describe('a tier of ten nodes whose impaired ones are replaced', () => {
  let tier: Tended;

  beforeAll(async () => {
    tier = await tended(10, (topic) => ({ repair: NodeRepair.replace({ topic }) }));
  });

  test('leaves a node alone that recovers before the look', async () => {
    const [node] = await tier.nodes();
    await tier.hangs(node);
    await tier.hangs(node, 'OK');
    const run = await tier.ended(node);
    expect(await tier.lastState(run)).toBe('Well or gone');
    expect(await tier.messages()).toEqual([]);
  });

  test('replaces a node that has lost its agent: given up first, then out of the cluster, then let go', async () => {
    const [, node] = await tier.nodes();
    await tier.says(node, 'IMPAIRED');
    await tier.gone(node);
    const run = await tier.ended(node);
    expect(await tier.lastState(run)).toBe('Replaced');
    expect(await account.calls()).toEqual([
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
    await tier.ended(a);
    await until('each was told of', async () => (await tier.runs()).every((run) => run.status !== 'RUNNING'));
    await tier.join();
  });

  rarely('replaces nothing in an outage, tells it once, and ends when the agents are back', async () => {
    const nodes = await tier.nodes();
    for (const node of nodes) await tier.says(node, 'IMPAIRED');
    await tier.looked(nodes, 2);
    expect((await tier.messages()).map(({ subject }) => subject)).toEqual(['ECS nodes are impaired']);
    for (const node of nodes) await tier.says(node, 'OK');
    await until('all runs have ended', async () =>
      (await tier.runs()).every(({ status }) => status === 'SUCCEEDED'),
    );
    expect((await tier.nodes()).map(({ InstanceId }) => InstanceId)).toEqual(
      nodes.map(({ InstanceId }) => InstanceId),
    );
    // They are back one after the other, so a run may still see some that are not, and say so.
    const subjects = (await tier.messages()).map(({ subject }) => subject);
    expect(subjects).not.toContain('An ECS node was replaced');
  });

  rarely(
    'lets a node go whose agent was lost while its group terminates it: ECS would not answer its hook',
    async () => {
      const [node] = await tier.nodes();
      await tier.says(node, 'IMPAIRED');
      await account.aws.happens('drain', { instance: node.InstanceId });
      expect(await tier.group.statesOf([node])).toEqual(['Terminating:Wait']);
      await tier.gone(node);
      await tier.ended(node);
      expect((await account.calls()).some((call) => call.startsWith('SetInstanceHealth'))).toBe(false);
    },
  );

  rarely('is not harmed by throttling, and replaces the node afterwards', async () => {
    const [node] = await tier.nodes();
    await account.aws.happens('throttle', {
      operations: ['ListContainerInstances', 'SetInstanceHealth', 'DeregisterContainerInstance'],
    });
    await tier.says(node, 'IMPAIRED');
    await tier.looked([node], 2);
    expect(await tier.group.statesOf([node])).toEqual(['InService']);
    await account.aws.happens('throttle', { operations: ['DeregisterContainerInstance'] });
    await tier.looked([node], 1, 'A moment');
    await account.aws.happens('throttle', { operations: [] });
    await tier.gone(node);
    await tier.ended(node);
    await tier.join();
  });

  rarely('is not harmed by an event that comes twice, nor by one that comes late', async () => {
    const [node] = await tier.nodes();
    await tier.hangs(node);
    const run = await tier.ended(node, 'RUNNING');
    const twice = await tier.again(run);
    await tier.gone(node);
    await until('the second run has ended', async () => (await twice()).status === 'SUCCEEDED');
    await tier.ended(node);
    await tier.join();
    const late = await tier.again(run);
    await until('the late run has ended', async () => (await late()).status === 'SUCCEEDED');
    expect(await tier.lastState(await late())).toBe('It is gone');
    expect(await tier.nodes()).toHaveLength(9);
  });

  rarely(
    'replaces a node whose event got lost, or whose run was stopped, when a run is started by hand',
    async () => {
      const [lost, stopped] = await tier.nodes();
      await tier.hangs(stopped);
      const run = await tier.ended(stopped, 'RUNNING');
      await account.aws.call('stepfunctions', 'stop_execution', { executionArn: run.executionArn });
      expect(await tier.group.statesOf([stopped])).toEqual(['InService']);
      await tier.again(run);
      await tier.gone(stopped);
      await tier.join();
      await tier.says(lost, 'IMPAIRED', { isDelivered: false });
      const ofLost = { ec2InstanceId: lost.InstanceId, containerInstanceArn: await tier.group.arnOf(lost) };
      await account.start('Repair', { ...JSON.parse(run.input).detail, ...ofLost }, tier.name);
      await tier.gone(lost);
      await tier.join();
    },
  );

  rarely(
    'waits for a user who drains, for what holds a node, and for the tag EcsHold, of which it tells',
    async () => {
      await until('no run is left', async () =>
        (await tier.runs()).every(({ status }) => status !== 'RUNNING'),
      );
      await tier.messages();
      const [drained, held, tagged] = await tier.nodes();
      const state = async (node: Instance, status: 'ACTIVE' | 'DRAINING') =>
        account.aws.call('ecs', 'update_container_instances_state', {
          cluster: tier.cluster,
          containerInstances: [await tier.group.arnOf(node)],
          status,
        });
      const mark = { name: 'held', targetType: 'container-instance', targetId: await tier.group.arnOf(held) };
      const attributes = [{ ...mark, value: 'consolidation:1' }];
      await state(drained, 'DRAINING');
      await account.aws.call('ecs', 'put_attributes', { cluster: tier.cluster, attributes });
      await tier.hangs(drained);
      await tier.hangs(held);
      await tier.looked([drained, held], 2);
      await tier.hangs(drained, 'OK');
      await tier.hangs(held, 'OK');
      await state(drained, 'ACTIVE');
      await account.aws.call('ecs', 'delete_attributes', { cluster: tier.cluster, attributes: [mark] });
      await tier.tag('EcsHold', 'me');
      await tier.hangs(tagged);
      await tier.looked([tagged], 2);
      expect(await tier.messages()).toMatchObject([
        { subject: 'An ECS node is impaired', message: expect.stringContaining('the tag EcsHold') },
      ]);
      expect(await tier.group.statesOf([drained, held, tagged])).toEqual(Array(3).fill('InService'));
      await tier.tag('EcsHold');
      await tier.gone(tagged);
    },
  );
});

describe('a tier whose topic gets messages', () => {
  test('about each of a few nodes, and nothing is done', async () => {
    const tier = await tended(10, (topic) => ({ repair: NodeRepair.notify(topic) }));
    const [a, b] = await tier.nodes();
    await tier.hangs(a);
    await tier.says(b, 'IMPAIRED');
    await Promise.all([tier.ended(a), tier.ended(b)]);
    const messages = await tier.messages();
    expect(messages.map(({ subject }) => subject)).toEqual(Array(2).fill('An ECS node is impaired'));
    expect(messages.map(({ message }) => message.slice(0, 19)).sort()).toEqual(
      [a, b].map(({ InstanceId }) => InstanceId).sort(),
    );
    expect(await account.calls()).toEqual([]);
  });
});

test('a tier of one node gets a message, and the node stays', async () => {
  const tier = await tended(1, (topic) => ({ repair: NodeRepair.replace({ topic }) }));
  const [node] = await tier.nodes();
  await tier.says(node, 'IMPAIRED');
  await tier.looked([node], 2);
  expect((await tier.messages()).map(({ subject }) => subject)).toEqual(['ECS nodes are impaired']);
  expect(await tier.group.statesOf([node])).toEqual(['InService']);
  await tier.says(node, 'OK');
  await tier.ended(node);
});

test('a node of a tier without repair, in the same cluster, is left alone at once', async () => {
  const name = 'Mixed';
  const stack = deployable(name);
  const tier = { instanceTypes: [SMALL], machineImage: image };
  stack.cluster({
    tiers: [
      { name: 'tended', ...tier, repair: NodeRepair.replace() },
      { name: 'plain', ...tier },
    ],
  });
  await account.image('ami-0000000000000000a');
  await account.deploy(stack);
  const plain = (await account.groups(name)).find((group) => group.name.includes('plain')) as Group;
  const nodes = await plain.scaleTo(2);
  await plain.join(nodes);
  await account.aws.happens('health', {
    instance: nodes[0].InstanceId,
    check: 'CONTAINER_RUNTIME',
    status: 'IMPAIRED',
  });
  const run = await account.runOf('Repair', nodes[0], 'SUCCEEDED', name);
  const states = await account.passed(run);
  expect(states.at(-1)).toBe('Not ours');
  expect(states).not.toContain('Look at the node');
  expect(await plain.statesOf(nodes)).toEqual(['InService', 'InService']);
  expect(await account.calls()).toEqual([]);
});

test('a stack without repair has no state machine', async () => {
  const tier = await tended(0, () => ({ repair: NodeRepair.none() }));
  expect(await account.idsOf('AWS::StepFunctions::StateMachine', tier.name)).toEqual([]);
});

describe('during a roll', () => {
  test('an impaired node is left to it, and replaced by repair when the roll has ended without it', async () => {
    const tier = await tended(4, (topic) => ({
      repair: NodeRepair.replace({ topic }),
      replacement: NodeReplacement.rolling(),
    }));
    const [node] = await tier.nodes();
    await tier.group.inService(await tier.nodes());
    await tier.group.startRefresh({ Preferences: { SkipMatching: false } });
    await tier.hangs(node);
    await tier.looked([node], 2);
    expect(await tier.group.statesOf([node])).toEqual(['InService']);
    await account.aws.call('autoscaling', 'cancel_instance_refresh', {
      AutoScalingGroupName: tier.group.name,
    });
    await tier.gone(node);
    const [fresh] = (await tier.nodes()).filter(({ LifecycleState }) => LifecycleState === 'Pending:Wait');
    await tier.group.join([fresh]);
    await tier.group.inService([fresh]);
  });
});
