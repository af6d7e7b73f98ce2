/**
 * Consolidation on the emulator, on demand: what makes a run stop, and what it does in the middle of one. What
 * this proves and what it does not is in consolidation.test.ts.
 */
import { Account, type Instance } from './account';
import { Consolidated, DAEMON, WEB } from './consolidation';
import { Emulator } from './emulator';

jest.setTimeout(600_000);

let account: Account;

beforeAll(async () => {
  account = new Account(await Emulator.start());
}, 120_000);

afterEach(() => account.aws.happens('throttle', { operations: [] }));

afterAll(() => account?.aws.stop());

const STUCK = { ...WEB, moves: false };

/** Three nodes, of which the first has the fewest tasks, and so is the one that would go. */
async function threeNodes(first: object[] = [WEB], options = {}): Promise<[Consolidated, Instance[]]> {
  const tier = await Consolidated.with(account, options);
  const nodes = await tier.nodes([first, [WEB, WEB, WEB], [WEB, WEB, WEB]]);
  await account.calls();
  return [tier, nodes];
}

/** No node was touched, whatever the run has looked at. */
async function expectNothing(tier: Consolidated, last = 'Nothing to do'): Promise<void> {
  expect(await tier.run()).toBe(last);
  expect(await account.calls()).toEqual([]);
  expect((await tier.group.describe()).Instances).toHaveLength((await tier.group.nodes()).length);
}

/** All nodes are active, and none is held. */
async function expectFree(tier: Consolidated): Promise<void> {
  const nodes = await tier.group.nodes();
  expect(nodes.map(({ status, held }) => [status, held])).toEqual(nodes.map(() => ['ACTIVE', null]));
}

describe('a node stays', () => {
  test.each<[string, object]>([
    ['for a task that runs alone', { ...WEB, group: 'family:job', task: { startedBy: 'me' } }],
    ['for a task of a service that a user started', { ...WEB, task: { startedBy: 'me' } }],
    ['for a task that is protected', { ...WEB, protected: true }],
    ['for a task that does not run yet', { ...WEB, task: { lastStatus: 'PENDING' } }],
    ['for a task that is larger than any room', { ...WEB, cpu: 1400 }],
    [
      'for a task with a network interface, of which the node has none to spare',
      { ...WEB, task: { attachments: [{ type: 'ElasticNetworkInterface' }] } },
    ],
  ])('%s', async (_, task) => {
    // A node of the type of the emulator has three interfaces.
    const tier = await Consolidated.with(account);
    await tier.nodes([[task], [task, WEB], [task, WEB]]);
    await account.calls();
    await expectNothing(tier);
  });

  test.each<[string, object]>([
    ['has the tag EcsConsolidation=never', { tags: [{ key: 'EcsConsolidation', value: 'never' }] }],
    ['is deployed', { deployments: [{ rolloutState: 'IN_PROGRESS' }, { rolloutState: 'COMPLETED' }] }],
    ['lacks a task', { runningCount: 9 }],
    ['may not run a task more', { deploymentConfiguration: { maximumPercent: 100 } }],
    [
      'has no room for one more of its two',
      { desiredCount: 2, runningCount: 2, deploymentConfiguration: { maximumPercent: 125 } },
    ],
    ['has a constraint', { placementConstraints: [{ type: 'distinctInstance' }] }],
    [
      'is placed by two providers',
      { capacityProviderStrategy: [{ capacityProvider: 'a' }, { capacityProvider: 'b' }] },
    ],
    ['is placed by no provider', { capacityProviderStrategy: [] }],
  ])('for a service that %s', async (_, says) => {
    const [tier] = await threeNodes();
    await tier.service('web', says);
    await expectNothing(tier);
  });

  test("does not for a service with the library's own constraint", async () => {
    const [tier] = await threeNodes();
    await tier.service('web', {
      placementConstraints: [{ type: 'memberOf', expression: 'attribute:held !exists' }],
    });
    expect(await tier.run()).toBe('Done');
  });

  test.each<[string, object]>([
    ['a volume with a path of the node', { volumes: [{ name: 'data', host: { sourcePath: '/srv' } }] }],
    ['a volume of docker', { volumes: [{ name: 'data', dockerVolumeConfiguration: { scope: 'shared' } }] }],
    [
      'a fixed host port',
      {
        containerDefinitions: [
          { name: 'c', image: 'web', portMappings: [{ containerPort: 80, hostPort: 80 }] },
        ],
      },
    ],
    [
      'a port in host mode',
      {
        networkMode: 'host',
        containerDefinitions: [{ name: 'c', image: 'web', portMappings: [{ containerPort: 80 }] }],
      },
    ],
    ['a constraint', { placementConstraints: [{ type: 'memberOf', expression: 'attribute:gpu exists' }] }],
  ])('for a definition with %s', async (_, definition) => {
    await account.aws.call('ecs', 'register_task_definition', {
      family: 'bound',
      containerDefinitions: [{ name: 'c', image: 'web' }],
      ...definition,
    });
    const bound = { ...WEB, definition: 'bound' };
    const tier = await Consolidated.with(account);
    await tier.nodes([[bound], [bound, WEB], [bound, WEB, WEB]]);
    await account.calls();
    await expectNothing(tier);
  });

  test('where a user protects its instance: the next one goes', async () => {
    const tier = await Consolidated.with(account);
    const nodes = await tier.nodes([[WEB], [WEB, WEB], [WEB, WEB, WEB]]);
    await account.aws.happens('protect', { instance: nodes[0].InstanceId });
    expect(await tier.run()).toBe('Done');
    expect(await tier.group.statesOf(nodes)).toEqual(['InService', 'gone', 'InService']);
  });

  test('where another one runs daemons alone, which managed scaling takes', async () => {
    const tier = await Consolidated.with(account);
    await tier.nodes([[DAEMON], [DAEMON, WEB], [DAEMON, WEB, WEB]]);
    await account.calls();
    await expectNothing(tier, 'An empty node is left to managed scaling');
  });

  test('where its zone is not the fullest, and where its tasks fit into another zone only', async () => {
    const tier = await Consolidated.with(account);
    const full = Array(7).fill(WEB);
    // Zone a has two nodes that are full, zone b one with a single task.
    await tier.nodes([full, [WEB], full], ['a', 'b', 'a']);
    await account.calls();
    await expectNothing(tier);
  });
});

describe('nothing is done', () => {
  test('while an operator holds the group', async () => {
    const [tier] = await threeNodes();
    await tier.tag('EcsHold', 'me');
    await expectNothing(tier);
    await tier.tag('EcsHold');
    expect(await tier.run()).toBe('Done');
  });

  test('in a group of another stack', async () => {
    const [tier] = await threeNodes();
    await tier.tag('EcsConsolidation', 'Other');
    await expectNothing(tier, 'Not ours');
  });

  test('while a refresh runs', async () => {
    const [tier] = await threeNodes();
    await tier.group.startRefresh({ Preferences: { SkipMatching: false } });
    await expectNothing(tier);
  });

  test('while a node has just joined, or has not yet', async () => {
    const [tier] = await threeNodes();
    const [fresh] = await tier.group.scaleTo(4);
    await expectNothing2(tier);
    await tier.group.join([fresh]);
    await tier.says(fresh.InstanceId, {
      total: { CPU: 2048, MEMORY: 8000 },
      zone: 'us-east-1a',
      provider: `cp-${tier.name}`,
      hours: 0,
    });
    await account.aws.happens('tasks', { instance: fresh.InstanceId, tasks: [WEB] });
    await expectNothing(tier);
  });

  async function expectNothing2(tier: Consolidated): Promise<void> {
    expect(await tier.run()).toBe('Nothing to do');
    expect(await account.calls()).toEqual([]);
  }

  test('while a node drains, is held by another, is lost or impaired', async () => {
    const [tier, [, node]] = await threeNodes();
    const arn = await tier.group.arnOf(node);
    const state = (status: string) =>
      account.aws.call('ecs', 'update_container_instances_state', {
        cluster: tier.cluster,
        containerInstances: [arn],
        status,
      });
    await account.aws.happens('tasks', { instance: node.InstanceId, tasks: [STUCK, STUCK] });
    await state('DRAINING');
    await account.calls();
    await expectNothing(tier);
    await state('ACTIVE');
    const mark = { name: 'held', targetType: 'container-instance', targetId: arn };
    for (const value of ['cordon:1', 'repair:1', 'starting']) {
      await account.aws.call('ecs', 'put_attributes', {
        cluster: tier.cluster,
        attributes: [{ ...mark, value }],
      });
      await account.calls();
      await expectNothing(tier);
    }
    await account.aws.call('ecs', 'delete_attributes', { cluster: tier.cluster, attributes: [mark] });
    for (const check of ['AGENT_CONNECTIVITY', 'CONTAINER_RUNTIME']) {
      const says = { instance: node.InstanceId, check };
      await account.aws.happens('health', { ...says, status: 'IMPAIRED' });
      await account.calls();
      await expectNothing(tier);
      await account.aws.happens('health', { ...says, status: 'OK' });
    }
    await account.aws.happens('tasks', { instance: node.InstanceId, tasks: [WEB, WEB] });
    expect(await tier.run()).toBe('Done');
  });

  test('shortly before a scheduled action makes the group as large as it is', async () => {
    const [tier] = await threeNodes();
    const scheduled = (seconds: number, desired: number) =>
      account.aws.call('autoscaling', 'put_scheduled_update_group_action', {
        AutoScalingGroupName: tier.group.name,
        ScheduledActionName: 'morning',
        DesiredCapacity: desired,
        StartTime: new Date(Date.now() + seconds * 1000).toISOString(),
      });
    // An hour of the emulator is 18 seconds.
    await scheduled(16, 3);
    await expectNothing(tier);
    await scheduled(16, 2);
    expect(await tier.run()).toBe('Done');
  });

  test('at the least number of nodes, of the tier or of its group', async () => {
    const [tier] = await threeNodes([WEB], { minimumNodes: 3 });
    await expectNothing(tier);
    const [other] = await threeNodes();
    await account.aws.call('autoscaling', 'update_auto_scaling_group', {
      AutoScalingGroupName: other.group.name,
      MinSize: 3,
    });
    await expectNothing(other);
  });
});

describe('while a node drains', () => {
  /** A run that has drained a node which does not get empty. */
  async function draining(): Promise<[Consolidated, Instance[], Awaited<ReturnType<Consolidated['begin']>>]> {
    const [tier, nodes] = await threeNodes([STUCK]);
    const run = await tier.begin();
    await tier.reaches(run, 'Drain it');
    return [tier, nodes, run];
  }

  test('more nodes are wanted: it takes tasks again', async () => {
    const [tier, nodes, run] = await draining();
    await tier.group.scaleTo(4);
    expect(await tier.endOf(run)).toBe('It takes tasks again');
    await expectFree(tier);
    expect(await tier.group.statesOf(nodes)).toEqual(Array(3).fill('InService'));
  });

  test('a refresh begins: it takes tasks again', async () => {
    const [tier, , run] = await draining();
    await tier.group.startRefresh({ Preferences: { SkipMatching: false } });
    expect(await tier.endOf(run)).toBe('It takes tasks again');
    await expectFree(tier);
    expect(await tier.messages()).toMatchObject([
      { message: expect.stringContaining('something else began to change the group') },
    ]);
  });

  test('an operator holds the group: it takes tasks again', async () => {
    const [tier, , run] = await draining();
    await tier.tag('EcsHold', 'me');
    expect(await tier.endOf(run)).toBe('It takes tasks again');
    await expectFree(tier);
  });

  test('a user makes it active: the mark goes, and no more', async () => {
    const [tier, [node], run] = await draining();
    await account.aws.call('ecs', 'update_container_instances_state', {
      cluster: tier.cluster,
      containerInstances: [await tier.group.arnOf(node)],
      status: 'ACTIVE',
    });
    expect(await tier.endOf(run)).toBe('It takes tasks again');
    await expectFree(tier);
  });

  test('a user takes its mark off: it is left as it is', async () => {
    const [tier, [node], run] = await draining();
    await account.aws.call('ecs', 'delete_attributes', {
      cluster: tier.cluster,
      attributes: [
        { name: 'held', targetType: 'container-instance', targetId: await tier.group.arnOf(node) },
      ],
    });
    expect(await tier.endOf(run)).toBe('It takes tasks again');
    expect(await tier.group.drained()).toEqual([node.InstanceId]);
    expect(await tier.group.held()).toEqual([]);
  });

  test('it goes by another hand: nothing is set back', async () => {
    const [tier, [node], run] = await draining();
    await account.calls();
    await tier.group.replace([node]);
    expect(await tier.endOf(run)).toBe('It goes anyway');
    expect(await account.calls()).toEqual([]);
  });

  test('its agent is lost: it takes tasks again', async () => {
    const [tier, [node], run] = await draining();
    await account.aws.happens('health', {
      instance: node.InstanceId,
      check: 'AGENT_CONNECTIVITY',
      status: 'IMPAIRED',
    });
    expect(await tier.endOf(run)).toBe('It takes tasks again');
    await expectFree(tier);
  });

  test('the run is stopped: the next one sets it back', async () => {
    const [tier, , run] = await draining();
    await account.aws.call('stepfunctions', 'stop_execution', { executionArn: (await run()).executionArn });
    expect(await tier.group.drained()).toHaveLength(1);
    expect(await tier.run()).toBe('It takes tasks again');
    await expectFree(tier);
    expect((await tier.messages()).at(-1)).toMatchObject({
      message: expect.stringContaining('A run that was stopped had left it held'),
    });
  });

  test('another run comes: it leaves it to the first', async () => {
    const [tier, , run] = await draining();
    await account.calls();
    await expectNothingTouched(tier);
    expect(await tier.endOf(run)).toBe('It takes tasks again');
  });

  async function expectNothingTouched(tier: Consolidated): Promise<void> {
    expect(await tier.run()).toBe('Nothing to do');
    expect(await account.calls()).toEqual([]);
  }

  test('calls are throttled: the looks are made again, and it takes tasks again in time', async () => {
    const [tier, , run] = await draining();
    await account.aws.happens('throttle', {
      operations: [
        'DescribeContainerInstances',
        'UpdateContainerInstancesState',
        'DescribeInstanceRefreshes',
      ],
    });
    await tier.reaches(run, 'It stays');
    await tier.reaches(run, 'A moment');
    await account.aws.happens('throttle', { operations: [] });
    expect(await tier.endOf(run)).toBe('It takes tasks again');
    await expectFree(tier);
  });
});

test('a node that is empty is given back once the call is no longer throttled', async () => {
  const [tier, [node]] = await threeNodes();
  await account.aws.happens('throttle', { operations: ['TerminateInstanceInAutoScalingGroup'] });
  const run = await tier.begin();
  await tier.reaches(run, 'Give it back');
  expect((await tier.group.describe()).DesiredCapacity).toBe(3);
  await account.aws.happens('throttle', { operations: [] });
  expect(await tier.endOf(run)).toBe('Done');
  expect(await tier.group.statesOf([node])).toEqual(['gone']);
  expect((await tier.group.describe()).DesiredCapacity).toBe(2);
});

test('of two runs at once one gives a node back, and no node is left held', async () => {
  const [tier] = await threeNodes();
  const runs = [await tier.begin(), await tier.begin()];
  const ends = await Promise.all(runs.map((run) => tier.endOf(run)));
  expect(ends.filter((end) => end === 'Done')).toHaveLength(1);
  await expectFree(tier);
  expect((await tier.group.describe()).DesiredCapacity).toBe(2);
});

test('daemons that stay to the end do not keep a node', async () => {
  const last = { ...DAEMON, stays_to_the_end: true };
  const tier = await Consolidated.with(account);
  const [node] = await tier.nodes([
    [last, WEB],
    [last, WEB, WEB],
    [last, WEB, WEB],
  ]);
  expect(await tier.run()).toBe('Done');
  expect(await tier.group.statesOf([node])).toEqual(['gone']);
});

test('a run gives back as many nodes as it may, one after the other', async () => {
  const tier = await Consolidated.with(account, { maxNodesPerRun: 3 });
  await tier.nodes([[WEB], [WEB], [WEB, WEB], [WEB, WEB], [WEB, WEB]]);
  expect(await tier.run()).toBe('Done');
  expect((await tier.group.describe()).DesiredCapacity).toBe(2);
  expect(await tier.messages()).toHaveLength(3);
});

test('a node with the tasks of twelve services, each with a hundred events, is read', async () => {
  const tier = await Consolidated.with(account);
  const events = Array(100).fill({ id: 'x'.repeat(36), createdAt: 1_800_000_000, message: 'm'.repeat(250) });
  const names = Array.from({ length: 12 }, (_, index) => `web${index}`);
  for (const name of names) await tier.service(name, { events });
  const tasks = names.map((name) => ({ group: `service:${name}`, cpu: 16, memory: 100 }));
  const [node] = await tier.nodes([tasks, [...tasks, WEB], [...tasks, WEB]]);
  expect(await tier.run()).toBe('Done');
  expect(await tier.group.statesOf([node])).toEqual(['gone']);
});

test.each([120, 500])(
  'a group of %i nodes is read, in a fraction of the history that a run has',
  async (count) => {
    const tier = await Consolidated.with(account, {}, { maxCapacity: 600 });
    const nodes = await tier.nodes(
      Array.from({ length: count }, (_, index) => (index === 7 ? [WEB] : [WEB, WEB, WEB, WEB, WEB])),
      ['a', 'b', 'c'],
    );
    const run = await tier.begin();
    expect(await tier.endOf(run, 400)).toBe('Done');
    expect(await tier.group.statesOf([nodes[7]])).toEqual(['gone']);
    const { events } = await account.aws.call('stepfunctions', 'get_execution_history', {
      executionArn: (await run()).executionArn,
      maxResults: 1000,
    });
    // Of 25,000.
    expect(events.length).toBeLessThan(1000);
  },
);
