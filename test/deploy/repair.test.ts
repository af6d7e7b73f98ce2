/**
 * Repair at work: the template that the library synthesises, deployed to ministack with the shim of
 * `emulator/`.
 *
 * This proves the wiring and the decisions of the state machine: which nodes it replaces and when, in which
 * order it calls, what it tells, and that its calls are what botocore's models of the APIs take. It does not
 * prove AWS's behavior (health, its event, terminate hooks and drains are the shim's) nor permissions
 * (test/fleet has the list). Slow ways to fail are in repair.all.test.ts.
 */
import { NodeRepair, NodeReplacement } from '../../src';
import { Account, type Instance } from './account';
import { Emulator, until } from './emulator';
import { Repaired } from './repair';

jest.setTimeout(120_000);

let account: Account;

beforeAll(async () => {
  account = new Account(await Emulator.start());
}, 120_000);

afterEach(() => account.aws.happens('throttle', { operations: [] }));

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

  test('replaces nothing in an outage, tells it once, and ends when the agents are back', async () => {
    await tier.messages();
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

  test('lets a node go whose agent was lost while its group terminates it: ECS would not answer its hook', async () => {
    await calls();
    const [node] = await tier.nodes();
    await tier.says(node, 'IMPAIRED');
    await account.aws.happens('drain', { instance: node.InstanceId });
    expect(await tier.group.statesOf([node])).toEqual(['Terminating:Wait']);
    await tier.gone(node);
    await tier.ended(node, 'SUCCEEDED');
    expect((await calls()).some((call) => call.startsWith('SetInstanceHealth'))).toBe(false);
    await tier.messages();
  });

  test('is not harmed by throttling, and replaces the node afterwards', async () => {
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
    await tier.ended(node, 'SUCCEEDED');
    await tier.join();
  });

  test('is not harmed by an event that comes twice, nor by one that comes late', async () => {
    await calls();
    const [node] = await tier.nodes();
    await tier.hangs(node);
    const { input } = await tier.ended(node, 'RUNNING');
    const { detail } = JSON.parse(input);
    const twice = await account.start('Repair', detail, tier.name);
    await tier.gone(node);
    await until('the second run has ended', async () => (await twice()).status === 'SUCCEEDED');
    await tier.ended(node, 'SUCCEEDED');
    await tier.join();
    const late = await account.start('Repair', detail, tier.name);
    await until('the late run has ended', async () => (await late()).status === 'SUCCEEDED');
    expect((await tier.passed(await late())).at(-1)).toBe('It is gone');
    expect(await tier.nodes()).toHaveLength(9);
  });

  test('replaces a node whose event got lost, or whose run was stopped, when a run is started by hand', async () => {
    const [lost, stopped] = await tier.nodes();
    await tier.hangs(stopped);
    const run = await tier.ended(stopped, 'RUNNING');
    await account.aws.call('stepfunctions', 'stop_execution', { executionArn: run.executionArn });
    expect(await tier.group.statesOf([stopped])).toEqual(['InService']);
    await account.start('Repair', JSON.parse(run.input).detail, tier.name);
    await tier.gone(stopped);
    await tier.join();
    await tier.says(lost, 'IMPAIRED', { isDelivered: false });
    const { containerInstanceArns } = await account.aws.call('ecs', 'list_container_instances', {
      cluster: tier.cluster,
      filter: 'agentConnected == false',
    });
    const detail = { ...JSON.parse(run.input).detail, ec2InstanceId: lost.InstanceId };
    await account.start('Repair', { ...detail, containerInstanceArn: containerInstanceArns[0] }, tier.name);
    await tier.gone(lost);
    await tier.join();
  });

  test('waits for a user who drains, for what holds a node, and for the tag EcsHold, of which it tells', async () => {
    await until('no run is left', async () =>
      (await tier.runs()).every(({ status }) => status !== 'RUNNING'),
    );
    await tier.messages();
    const [drained, held, tagged] = await tier.nodes();
    const arnOf = async (node: Instance) => {
      const { containerInstanceArns } = await account.aws.call('ecs', 'list_container_instances', {
        cluster: tier.cluster,
        filter: `ec2InstanceId in ['${node.InstanceId}']`,
      });
      return containerInstanceArns[0];
    };
    const state = async (node: Instance, status: 'ACTIVE' | 'DRAINING') =>
      account.aws.call('ecs', 'update_container_instances_state', {
        cluster: tier.cluster,
        containerInstances: [await arnOf(node)],
        status,
      });
    const mark = { name: 'held', targetType: 'container-instance', targetId: await arnOf(held) };
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
  });
});

describe('a tier whose topic gets messages', () => {
  test('about each of a few nodes, and nothing is done', async () => {
    const tier = await Repaired.with(account, 10, (topic) => NodeRepair.notify(topic));
    const [a, b] = await tier.nodes();
    await calls();
    await tier.hangs(a);
    await tier.says(b, 'IMPAIRED');
    await Promise.all([tier.ended(a, 'SUCCEEDED'), tier.ended(b, 'SUCCEEDED')]);
    const messages = await tier.messages();
    expect(messages.map(({ subject }) => subject)).toEqual(Array(2).fill('An ECS node is impaired'));
    expect(messages.map(({ message }) => message.slice(0, 19)).sort()).toEqual(
      [a, b].map(({ InstanceId }) => InstanceId).sort(),
    );
    expect(await calls()).toEqual([]);
  });
});

test('a tier of one node gets a message, and the node stays', async () => {
  const tier = await Repaired.with(account, 1, (topic) => NodeRepair.replace({ topic }));
  const [node] = await tier.nodes();
  await tier.says(node, 'IMPAIRED');
  await tier.looked([node], 2);
  expect((await tier.messages()).map(({ subject }) => subject)).toEqual(['ECS nodes are impaired']);
  expect(await tier.group.statesOf([node])).toEqual(['InService']);
  await tier.says(node, 'OK');
  await tier.ended(node, 'SUCCEEDED');
});

test('a node of a tier without repair, in the same cluster, is left alone at once', async () => {
  const tier = await Repaired.with(account, 2, () => NodeRepair.none(), {});
  expect(await account.idsOf('AWS::StepFunctions::StateMachine', tier.name)).toEqual([]);
});

describe('during a roll', () => {
  test('an impaired node is left to it, and replaced by repair when the roll has ended without it', async () => {
    const tier = await Repaired.with(account, 4, (topic) => NodeRepair.replace({ topic }), {
      replacement: NodeReplacement.rolling(),
    });
    const [node] = await tier.nodes();
    await until('all are in service', async () =>
      (await tier.nodes()).every(({ LifecycleState }) => LifecycleState === 'InService'),
    );
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
    await until('the new one is in service', async () =>
      (await tier.group.statesOf([fresh])).includes('InService'),
    );
  });
});
