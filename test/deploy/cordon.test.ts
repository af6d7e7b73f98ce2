/**
 * The cordon at work: the template that the library synthesises, deployed to ministack with the
 * shim of `emulator/`.
 *
 * This proves the wiring and the machine's decisions: which nodes it marks, when it clears them, and that its
 * calls are what botocore's models of the APIs take. It does not prove AWS's behaviour (refreshes, their
 * event, container instances and their attributes are the shim's, which replaces no node itself: the test
 * does) nor permissions (nobody checks them here; test/rollout has the list).
 */
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { NodeReplacement } from '../../src';
import { SMALL } from '../helpers/estate';
import { Account, deployable, type Group, ids, image } from './account';
import { Emulator, until } from './emulator';

jest.setTimeout(60_000);

let account: Account;

const replacement = NodeReplacement.rolling({ maxHealthyPercentage: 110, readinessGate: false });

beforeAll(async () => {
  account = new Account(await Emulator.start());
}, 120_000);

beforeEach(() => account.image('ami-0000000000000000a'));

afterAll(() => account?.aws.stop());

let stacks = 0;

/** A stack of its own for each test. */
async function estate(
  props: object = {},
): Promise<{ group: Group; name: string; redeploy: () => Promise<void> }> {
  const name = `Estate${++stacks}`;
  const stack = deployable(name);
  stack.cluster({
    replacement,
    tiers: [{ name: 'general', instanceTypes: [SMALL], machineImage: image, ...props }],
  });
  await account.deploy(stack);
  const [group] = await account.groups(name);
  return { group, name, redeploy: () => account.deploy(stack) };
}

const marked = (group: Group, wanted: string[]) =>
  until(`${wanted.length} nodes are marked`, async () => (await group.retiring()).join() === wanted.join());
const ended = (stackName: string, runs = 1) =>
  until('the runs have succeeded', async () => {
    const all = await account.runs('Cordon', stackName);
    return all.length === runs && all.every(({ status }) => status === 'SUCCEEDED');
  });

test('a new image: exactly the old nodes are marked, and when they have been replaced nothing is left', async () => {
  const { group, name, redeploy } = await estate();
  const old = await group.scaleTo(2);
  await group.join(old);
  await account.image('ami-0000000000000000b');
  await redeploy();
  expect((await group.describe()).LaunchTemplate.Version).toBe('2');
  expect(await group.refreshes()).toMatchObject([{ Status: 'InProgress' }]);
  await marked(group, ids(old));
  const fresh = await group.scaleTo(4);
  await group.join(fresh);
  expect(await group.retiring()).toEqual(ids(old));
  await group.terminate(old);
  await ended(name);
  expect(await group.retiring()).toEqual([]);
  expect(await group.refreshes()).toMatchObject([{ Status: 'Successful' }]);
});

test('a refresh that is cancelled leaves no mark', async () => {
  const { group, name, redeploy } = await estate();
  const old = await group.scaleTo(3);
  await group.join(old);
  await account.image('ami-0000000000000000b');
  await redeploy();
  await marked(group, ids(old));
  await account.aws.call('autoscaling', 'cancel_instance_refresh', { AutoScalingGroupName: group.name });
  await ended(name);
  expect(await group.retiring()).toEqual([]);
});

test('an old node that joins when the refresh has begun is marked too, and one of the next refresh is not cleared by the one before', async () => {
  const { group, name, redeploy } = await estate();
  const old = await group.scaleTo(3);
  await group.join(old.slice(0, 2));
  await account.image('ami-0000000000000000b');
  await redeploy();
  await marked(group, ids(old.slice(0, 2)));
  await group.join(old.slice(2));
  await marked(group, ids(old));
  // Cancelled and at once begun again: the first run may clear its marks after the second has set its own.
  await account.aws.call('autoscaling', 'cancel_instance_refresh', { AutoScalingGroupName: group.name });
  await group.startRefresh();
  await until('the first run is done', async () =>
    (await account.runs('Cordon', name)).some(({ status }) => status === 'SUCCEEDED'),
  );
  await marked(group, ids(old));
  await group.terminate(old);
  await ended(name, 2);
});

test('a group of hundreds of nodes is marked in parts and cleared in parts', async () => {
  const { group, name, redeploy } = await estate({ maxCapacity: 500 });
  const old = await group.scaleTo(220);
  await group.join(old);
  await account.image('ami-0000000000000000b');
  await redeploy();
  const count = async () =>
    (await account.aws.call('ecs', 'list_attributes', await asked(group))).attributes.length;
  await until('a page of marks is there', async () => (await count()) === 100);
  await account.aws.call('autoscaling', 'cancel_instance_refresh', { AutoScalingGroupName: group.name });
  await ended(name);
  expect(await count()).toBe(0);
});

test('a group that mixes instance types', async () => {
  const { group, name, redeploy } = await estate({
    instanceTypes: [SMALL, new ec2.InstanceType('t3a.small')],
  });
  const old = await group.scaleTo(2);
  await group.join(old);
  expect((await group.describe()).MixedInstancesPolicy.LaunchTemplate.Overrides).toHaveLength(2);
  await account.image('ami-0000000000000000b');
  await redeploy();
  await group.join(await group.scaleTo(4));
  await marked(group, ids(old));
  await group.terminate(old);
  await ended(name);
});

test('a refresh by hand of all nodes marks those that are there, and none that starts later', async () => {
  const { group, name } = await estate();
  const old = await group.scaleTo(2);
  await group.join(old);
  await group.startRefresh({ Preferences: { SkipMatching: false } });
  await marked(group, ids(old));
  await group.join(await group.scaleTo(3));
  expect(await group.retiring()).toEqual(ids(old));
  await group.terminate(old);
  await ended(name);
  expect(await group.retiring()).toEqual([]);
});

test('a refresh with a desired configuration, which the group takes over only when it has succeeded', async () => {
  const { group, name } = await estate();
  const old = await group.scaleTo(2);
  await group.join(old);
  const { LaunchTemplateId } = (await group.describe()).LaunchTemplate;
  await group.startRefresh({
    Preferences: { SkipMatching: true },
    DesiredConfiguration: { LaunchTemplate: { LaunchTemplateId, Version: '7' } },
  });
  await marked(group, ids(old));
  await group.terminate(old);
  await ended(name);
});

test('the event got lost: the machine can be started by hand, at any time of the refresh', async () => {
  const { group, name, redeploy } = await estate();
  const [rule] = await account.idsOf('AWS::Events::Rule', name);
  await account.aws.call('events', 'disable_rule', { Name: rule.split('|').pop() });
  const old = await group.scaleTo(2);
  await group.join(old);
  await account.image('ami-0000000000000000b');
  await redeploy();
  const [{ InstanceRefreshId }] = await group.refreshes();
  expect(await account.runs('Cordon', name)).toEqual([]);
  const [stateMachineArn] = await account.idsOf('AWS::StepFunctions::StateMachine', name);
  const input = JSON.stringify({ detail: { AutoScalingGroupName: group.name, InstanceRefreshId } });
  await account.aws.call('stepfunctions', 'start_execution', { stateMachineArn, input });
  await marked(group, ids(old));
  await group.terminate(old);
  await ended(name);
});

test('the group of another stack, or of a tier without the cordon, is left alone', async () => {
  const name = 'Others';
  const stack = deployable(name);
  const tier = { instanceTypes: [SMALL], machineImage: image };
  stack.cluster({
    replacement,
    tiers: [
      { name: 'cordoned', ...tier },
      { name: 'plain', ...tier, replacement: NodeReplacement.rolling({ readinessGate: false }) },
    ],
  });
  await account.deploy(stack);
  const plain = (await account.groups(name)).find((group) => group.name.includes('plain')) as Group;
  const nodes = await plain.scaleTo(1);
  await plain.join(nodes);
  await plain.startRefresh({ Preferences: { SkipMatching: false } });
  await ended(name);
  expect(await plain.retiring()).toEqual([]);
  expect(await plain.refreshes()).toMatchObject([{ Status: 'InProgress' }]);
});

async function asked(group: Group): Promise<object> {
  return { cluster: await group.cluster(), targetType: 'container-instance', attributeName: 'held' };
}
