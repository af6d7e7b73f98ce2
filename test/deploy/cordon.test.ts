/**
 * The cordon at work: the template that the library synthesises, deployed to ministack with the
 * shim of `emulator/`.
 *
 * This proves the wiring and the machine's decisions: which nodes it holds and when, what it gives back, and
 * that its calls are what botocore's models of the APIs take. It does not prove AWS's behaviour (refreshes,
 * their events, container instances, their state and attributes are the shim's, which replaces no node
 * itself: the test does) nor permissions (nobody checks them here; test/fleet has the list).
 */
import { NodeReplacement } from '../../src';
import { SMALL } from '../helpers/estate';
import { rarely } from '../helpers/on-demand';
import { Account, deployable, type Group, type Instance, ids, image } from './account';
import { Emulator, passes, until } from './emulator';

jest.setTimeout(60_000);

let account: Account;
let images = 0;
let stacks = 0;

beforeAll(async () => {
  account = new Account(await Emulator.start());
}, 120_000);

afterAll(() => account?.aws.stop());

interface Deployed {
  readonly group: Group;
  readonly name: string;
  /** A deployment with a new image, and so a refresh. */
  readonly roll: () => Promise<void>;
}

async function deployed(replacement: NodeReplacement, props: object = {}): Promise<Deployed> {
  const name = `Cordoned${++stacks}`;
  const stack = deployable(name);
  const newImage = () => account.image(`ami-${String(++images).padStart(17, '0')}`);
  stack.cluster({
    replacement,
    tiers: [{ name: 'general', instanceTypes: [SMALL], machineImage: image, ...props }],
  });
  await newImage();
  await account.deploy(stack);
  const [group] = await account.groups(name);
  const roll = async () => {
    await newImage();
    await account.deploy(stack);
  };
  return { group, name, roll };
}

const drains = (group: Group, instances: Instance[]) =>
  until(`${instances.length} nodes are drained`, async () => {
    const wanted = ids(instances).join();
    return (await group.drained()).join() === wanted && (await group.held()).join() === wanted;
  });
const marks = (group: Group, instances: Instance[]) =>
  until(
    `${instances.length} nodes are marked`,
    async () => (await group.held()).join() === ids(instances).join(),
  );
const isFree = (group: Group) =>
  until('no node is held', async () => (await group.held()).length + (await group.drained()).length === 0);
const ended = (name: string) =>
  until('all runs have ended', async () => {
    const runs = await account.runs('Cordon', name);
    return runs.length > 0 && runs.every(({ status }) => status !== 'RUNNING') && runs;
  });
const running = (name: string) =>
  until('a run is there', async () =>
    (await account.runs('Cordon', name)).find(({ status }) => status === 'RUNNING'),
  );
const latest = async (group: Group) => (await group.refreshes())[0].InstanceRefreshId;

describe('at a surge of 200', () => {
  let group: Group;
  let name: string;
  let roll: () => Promise<void>;
  let nodes: Instance[];

  beforeAll(async () => {
    ({ group, name, roll } = await deployed(NodeReplacement.rolling(), { maxCapacity: 40 }));
    nodes = await group.scaleTo(4);
    await group.join(nodes);
    await group.inService(nodes);
  });

  /** A roll up to where the old nodes are drained. */
  async function rolledHalfWay(): Promise<Instance[]> {
    await roll();
    const fresh = await group.surge(nodes.length);
    await group.join(fresh);
    await drains(group, nodes);
    await group.inService(fresh);
    return fresh;
  }

  /** The rest of it. */
  async function replacedBy(fresh: Instance[]): Promise<void> {
    await group.replace(nodes);
    await ended(name);
    nodes = fresh;
  }

  /** Its run is stopped, it fails, and the event that says so is lost. */
  async function lose(): Promise<void> {
    await account.rule('Cordon', 'disable', name);
    const { executionArn } = await running(name);
    await account.aws.call('stepfunctions', 'stop_execution', { executionArn });
    await account.aws.happens('fail', { group: group.name });
  }

  test('nothing is touched when nothing differs', async () => {
    await account.calls();
    await group.startRefresh();
    const runs = await ended(name);
    expect(runs.map(({ status }) => status)).toEqual(runs.map(() => 'SUCCEEDED'));
    expect(await account.calls()).toEqual([]);
  });

  test('new nodes are held back until all have joined; then all old ones are drained, and the new ones let in', async () => {
    await roll();
    const fresh = await group.surge(4);
    await group.join(fresh.slice(0, 3));
    await passes(240);
    expect(await group.statesOf(fresh)).toEqual(fresh.map(() => 'Pending:Wait'));
    expect([await group.held(), await group.drained()]).toEqual([[], []]);
    await group.join(fresh.slice(3));
    await drains(group, nodes);
    await group.inService(fresh);
    expect(await group.drained()).toEqual(ids(nodes));
    expect(await account.calls()).toEqual(['PutAttributes 4', 'DRAINING 4']);
    await replacedBy(fresh);
    await isFree(group);
    expect(await account.calls()).toEqual([]);
    expect(await group.refreshes()).toMatchObject([{ Status: 'Successful' }, { Status: 'Successful' }]);
  });

  test('a scale-out without a refresh is let in at once', async () => {
    const more = await group.scaleTo(5);
    await group.join(more);
    await group.inService(more);
    nodes = [...nodes, ...more];
  });

  test('a refresh that is cancelled half way gives back the old nodes that are left', async () => {
    const fresh = await rolledHalfWay();
    await group.replace(nodes.slice(0, 1));
    await account.aws.call('autoscaling', 'cancel_instance_refresh', { AutoScalingGroupName: group.name });
    await isFree(group);
    await ended(name);
    await group.replace(nodes.slice(1));
    nodes = fresh;
  });

  test('a run is stopped: the event of the end starts another, which gives the nodes back', async () => {
    const fresh = await rolledHalfWay();
    const { executionArn } = await running(name);
    await account.aws.call('stepfunctions', 'stop_execution', { executionArn });
    await account.aws.happens('fail', { group: group.name });
    await isFree(group);
    await group.replace(nodes);
    nodes = fresh;
  });

  rarely('its rollback starts one too', async () => {
    const fresh = await rolledHalfWay();
    await account.aws.call('stepfunctions', 'stop_execution', {
      executionArn: (await running(name)).executionArn,
    });
    await account.aws.happens('roll_back', { group: group.name });
    await isFree(group);
    await group.replace(nodes);
    nodes = fresh;
  });

  rarely(
    'that event is lost as well: the run of the next refresh gives the nodes back, or one that is started by hand',
    async () => {
      let fresh = await rolledHalfWay();
      await lose();
      expect(await group.drained()).toEqual(ids(nodes));
      await account.rule('Cordon', 'enable', name);
      await roll();
      await isFree(group);
      await account.aws.call('autoscaling', 'cancel_instance_refresh', { AutoScalingGroupName: group.name });
      await group.replace(nodes);
      nodes = fresh;
      await ended(name);

      fresh = await rolledHalfWay();
      await lose();
      const InstanceRefreshId = await latest(group);
      const detail = { AutoScalingGroupName: group.name, InstanceRefreshId };
      const run = await account.start('Cordon', detail, name);
      await isFree(group);
      await until('it has succeeded', async () => (await run()).status === 'SUCCEEDED');
      await account.rule('Cordon', 'enable', name);
      await group.replace(nodes);
      nodes = fresh;
    },
  );

  rarely('an event that comes twice does no harm', async () => {
    await roll();
    const detail = { AutoScalingGroupName: group.name, InstanceRefreshId: await latest(group) };
    const twice = await account.start('Cordon', detail, name);
    const fresh = await group.surge(nodes.length);
    await group.join(fresh);
    await drains(group, nodes);
    await group.inService(fresh);
    expect(await group.drained()).toEqual(ids(nodes));
    await replacedBy(fresh);
    expect((await twice()).status).toBe('SUCCEEDED');
    await isFree(group);
  });

  rarely(
    'its first event is lost: new nodes are let in a quarter of an hour after their launch, and a late run drains the old ones',
    async () => {
      await account.rule('Cordon', 'disable', name);
      await roll();
      const fresh = await group.surge(nodes.length);
      await group.join(fresh);
      await passes(600);
      expect(await group.statesOf(fresh)).toEqual(fresh.map(() => 'Pending:Wait'));
      await group.inService(fresh);
      expect([await group.held(), await group.drained()]).toEqual([[], []]);
      await account.start(
        'Cordon',
        { AutoScalingGroupName: group.name, InstanceRefreshId: await latest(group) },
        name,
      );
      await drains(group, nodes);
      await account.rule('Cordon', 'enable', name);
      await replacedBy(fresh);
      await isFree(group);
    },
  );

  rarely('an event that comes after the end touches nothing', async () => {
    await account.calls();
    const detail = { AutoScalingGroupName: group.name, InstanceRefreshId: await latest(group) };
    const run = await account.start('Cordon', detail, name);
    await until('it has succeeded', async () => (await run()).status === 'SUCCEEDED');
    expect(await account.calls()).toEqual([]);
  });

  test('where launches stall, as many old nodes are drained as new ones have joined, and these are let in', async () => {
    await group.inService(nodes);
    await roll();
    const fresh = await group.surge(2);
    await group.join(fresh);
    await until('two are drained', async () => (await group.drained()).length === 2);
    await group.inService(fresh);
    const more = await group.surge(nodes.length - 2);
    await group.join(more);
    await drains(group, nodes);
    await group.inService(more);
    await replacedBy([...fresh, ...more]);
    await isFree(group);
  });

  rarely(
    'a new node is lost in the middle: an old one takes its tasks until another has joined',
    async () => {
      const fresh = await rolledHalfWay();
      await account.aws.call('autoscaling', 'terminate_instance_in_auto_scaling_group', {
        InstanceId: fresh[0].InstanceId,
        ShouldDecrementDesiredCapacity: false,
      });
      await until('one is free again', async () => (await group.held()).length === nodes.length - 1);
      expect(await group.drained()).toEqual(await group.held());
      const another = await group.surge(1);
      await group.join(another);
      await drains(group, nodes);
      await replacedBy([...fresh.slice(1), ...another]);
    },
  );

  test('throttling delays it, and no more', async () => {
    await roll();
    const fresh = await group.surge(nodes.length);
    await group.join(fresh);
    await account.aws.happens('throttle', {
      operations: ['ListContainerInstances', 'UpdateContainerInstancesState', 'DescribeInstanceRefreshes'],
    });
    await passes(300);
    await account.aws.happens('throttle', { operations: [] });
    await drains(group, nodes);
    await group.inService(fresh);
    await replacedBy(fresh);
  });

  rarely('what another machine holds, and what a person has drained, is left alone', async () => {
    const cluster = await group.cluster();
    const arns = await Promise.all(nodes.slice(0, 2).map((node) => group.arnOf(node)));
    await account.aws.call('ecs', 'put_attributes', {
      cluster,
      attributes: [{ name: 'held', value: 'repair:1', targetType: 'container-instance', targetId: arns[0] }],
    });
    await account.aws.call('ecs', 'update_container_instances_state', {
      cluster,
      containerInstances: [arns[1]],
      status: 'DRAINING',
    });
    await account.calls();
    await roll();
    const fresh = await group.surge(nodes.length);
    await group.join(fresh);
    await group.inService(fresh);
    expect(await account.calls()).toEqual([
      `PutAttributes ${nodes.length - 2}`,
      `DRAINING ${nodes.length - 2}`,
    ]);
    await account.aws.call('autoscaling', 'cancel_instance_refresh', { AutoScalingGroupName: group.name });
    await ended(name);
    const left = (await group.nodes()).filter((node) => node.held !== null || node.status === 'DRAINING');
    expect(left.map(({ status, held }) => [status, held])).toEqual(
      expect.arrayContaining([
        ['ACTIVE', 'repair:1'],
        ['DRAINING', null],
      ]),
    );
    expect(left).toHaveLength(2);
    await group.replace(nodes);
    nodes = fresh;
  });

  rarely('a run goes on with what another has known, when its history gets too long', async () => {
    const fresh = await rolledHalfWay();
    const { executionArn } = await running(name);
    await account.aws.call('stepfunctions', 'stop_execution', { executionArn });
    const goesOn = {
      ...{
        knowsOld: true,
        old: ids(nodes),
        launched: 0,
        joined: 0,
      },
      ...{ stalledFor: 0, enough: nodes.length, holds: true, lacking: [], ignored: [], openFor: 0 },
      ...{ reached: 0, pausedFor: 0, polls: 90 },
    };
    const detail = { AutoScalingGroupName: group.name, InstanceRefreshId: await latest(group) };
    const { stateMachineArn } = await account.aws.call('stepfunctions', 'describe_execution', {
      executionArn,
    });
    await account.aws.call('stepfunctions', 'start_execution', {
      stateMachineArn,
      input: JSON.stringify({ detail, goesOn }),
    });
    await replacedBy(fresh);
    await isFree(group);
  });

  test("a group without ECS's hook for draining is reported, and drained all the same", async () => {
    const reported = async () => {
      const { Datapoints } = await account.aws.call('cloudwatch', 'get_metric_statistics', {
        Namespace: 'EcsAutoScaledCluster',
        MetricName: 'DrainHookMissing',
        Dimensions: [{ Name: 'AutoScalingGroupName', Value: group.name }],
        StartTime: new Date(Date.now() - 3_600_000).toISOString(),
        EndTime: new Date(Date.now() + 3_600_000).toISOString(),
        Period: 7200,
        Statistics: ['Sum'],
      });
      return Datapoints.reduce((sum: number, { Sum }: { Sum: number }) => sum + Sum, 0);
    };
    expect(await reported()).toBe(0);
    await account.aws.call('autoscaling', 'delete_lifecycle_hook', {
      AutoScalingGroupName: group.name,
      LifecycleHookName: 'ecs-managed-draining-termination-hook',
    });
    await rolledHalfWay();
    expect(await reported()).toBe(1);
  });
});

describe('below it, with `cordon: true`', () => {
  const replacement = (options: object = {}) =>
    NodeReplacement.rolling({ maxHealthyPercentage: 110, cordon: true, readinessGate: false, ...options });
  const service = (cluster: string, name: string, running: number, deployments: object[] = []) =>
    account.aws.happens('service', {
      cluster,
      name,
      desiredCount: 4,
      runningCount: running,
      pendingCount: 0,
      deployments,
    });

  test('old nodes are marked once a new one has joined, and not while a service lacks a task', async () => {
    const { group, name, roll } = await deployed(replacement());
    const cluster = await group.cluster();
    await service(cluster, 'whole', 4);
    const old = await group.scaleTo(3);
    await group.join(old);
    await roll();
    await passes(120);
    expect(await group.held()).toEqual([]);
    const fresh = await group.surge(1);
    await group.join(fresh);
    await marks(group, old);
    expect(await group.drained()).toEqual([]);
    // Its tasks crash, and no new node has room: the old ones are needed.
    await service(cluster, 'whole', 3);
    await marks(group, []);
    await service(cluster, 'whole', 4);
    await marks(group, old);
    // It is deployed: the old tasks run, and the new ones find no room.
    await service(cluster, 'whole', 4, [
      { status: 'PRIMARY', desiredCount: 4, runningCount: 1, pendingCount: 1 },
      { status: 'ACTIVE', desiredCount: 3, runningCount: 3, pendingCount: 0 },
    ]);
    await marks(group, []);
    await service(cluster, 'whole', 4);
    await marks(group, old);
    // It lacks a task for another reason: the old nodes do not help, so they are marked again.
    await service(cluster, 'ill', 1);
    await marks(group, []);
    await marks(group, old);
    // The only new node is lost: some node must take tasks.
    await group.terminate(fresh);
    await marks(group, []);
    const [another] = await group.surge(1);
    await group.join([another]);
    await marks(group, old);
    await account.aws.happens('fail', { group: group.name });
    await isFree(group);
    expect((await ended(name)).map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED']);
  });

  test('they are free while the refresh is paused at a checkpoint', async () => {
    const { group, roll } = await deployed(replacement({ checkpointPercentages: [40, 100] }));
    const old = await group.scaleTo(2);
    await group.join(old);
    await roll();
    await group.join(await group.surge(1));
    await marks(group, old);
    await group.replace(old.slice(0, 1));
    await marks(group, []);
  });
});

test('the group of another stack, or of a tier without the cordon, is left alone', async () => {
  const name = 'Others';
  const stack = deployable(name);
  const tier = { instanceTypes: [SMALL], machineImage: image };
  stack.cluster({
    replacement: NodeReplacement.rolling(),
    tiers: [
      { name: 'cordoned', ...tier },
      { name: 'plain', ...tier, replacement: NodeReplacement.rolling({ readinessGate: false }) },
    ],
  });
  await account.image('ami-0000000000000000a');
  await account.deploy(stack);
  const plain = (await account.groups(name)).find((group) => group.name.includes('plain')) as Group;
  await plain.join(await plain.scaleTo(1));
  await plain.startRefresh({ Preferences: { SkipMatching: false } });
  expect((await ended(name)).map(({ status }) => status)).toEqual(['SUCCEEDED']);
  await plain.join(await plain.surge(1));
  expect(await plain.held()).toEqual([]);
  expect(await plain.refreshes()).toMatchObject([{ Status: 'InProgress' }]);
});
