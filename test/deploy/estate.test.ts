/**
 * The life of an estate: deployed, updated and deleted on ministack with the shim of `emulator/`, from the
 * templates that the library synthesises.
 *
 * This proves what CloudFormation makes of the template: references, order, which change reaches which group.
 * It does not prove AWS's behaviour, and neither that the template is valid: the emulator takes wrong ones
 * too (cfn-lint and CDK's validator are there for that). An update starts a refresh because the shim reads
 * the group's UpdatePolicy; no node is replaced here.
 */
import * as ecs from 'aws-cdk-lib/aws-ecs';
import { NodeReplacement, NodeTemplate, Sysctl } from '../../src';
import { LARGE, SMALL, type TestStack, taskDefinition } from '../helpers/estate';
import { Account, deployable, image } from './account';
import { ApiError, Emulator } from './emulator';

jest.setTimeout(60_000);

let account: Account;

beforeAll(async () => {
  account = new Account(await Emulator.start());
}, 120_000);

beforeEach(() => account.image('ami-0000000000000000a'));

afterAll(() => account?.aws.stop());

/** Two clusters that share a template, one with a tier of its own besides, and a service on each. */
function estate(somaxconn = 65535): TestStack {
  const stack = deployable();
  const shared = new NodeTemplate(stack, 'Standard', {
    instanceTypes: [LARGE],
    machineImage: image,
    sysctls: [Sysctl.somaxconn(somaxconn)],
  });
  const replacement = NodeReplacement.rolling();
  const orders = stack.cluster({ replacement, tiers: [{ name: 'standard', template: shared }] }, 'Orders');
  const search = stack.cluster(
    {
      replacement,
      tiers: [
        { name: 'standard', template: shared },
        { name: 'own', instanceTypes: [SMALL], machineImage: image },
      ],
    },
    'Search',
  );
  new ecs.Ec2Service(stack, 'Api', {
    cluster: orders,
    taskDefinition: taskDefinition(stack),
    minHealthyPercent: 100,
  });
  new ecs.Ec2Service(stack, 'Index', {
    cluster: search,
    taskDefinition: taskDefinition(stack, 'IndexTask'),
    minHealthyPercent: 100,
  });
  return stack;
}

async function versions(): Promise<Record<string, string>> {
  const known: Record<string, string> = {};
  for (const group of await account.groups()) {
    const name = /(Orders|Search)Tiers(standard|own)/.exec(group.name)?.[0] ?? group.name;
    known[name] =
      `${(await group.describe()).LaunchTemplate.Version}, ${(await group.refreshes()).length} refreshes`;
  }
  return known;
}

test('deployed, updated and deleted', async () => {
  await account.deploy(estate());
  expect(await versions()).toEqual({
    OrdersTiersstandard: '1, 0 refreshes',
    SearchTiersstandard: '1, 0 refreshes',
    SearchTiersown: '1, 0 refreshes',
  });

  // Nothing has changed: CloudFormation says so, and no node is touched.
  const unchanged = await account.deploy(estate()).catch((error: ApiError) => error);
  expect(unchanged).toBeInstanceOf(ApiError);
  expect((unchanged as ApiError).message).toContain('No updates are to be performed');

  // The shared template changes: every cluster that uses it moves, and no other group.
  await account.deploy(estate(4096));
  expect(await versions()).toEqual({
    OrdersTiersstandard: '2, 1 refreshes',
    SearchTiersstandard: '2, 1 refreshes',
    SearchTiersown: '1, 0 refreshes',
  });
  for (const group of await account.groups()) await endRefreshes(group.name);

  // A new image in the parameter store and the same template: the next deployment brings it to all.
  await account.image('ami-0000000000000000b');
  await account.deploy(estate(4096));
  expect(await versions()).toEqual({
    OrdersTiersstandard: '3, 2 refreshes',
    SearchTiersstandard: '3, 2 refreshes',
    SearchTiersown: '2, 1 refreshes',
  });

  const order = await account.destroy('Estate');
  const places = (pattern: RegExp) => {
    const found = order.flatMap((gone, index) => (pattern.test(gone) ? [index] : []));
    if (found.length === 0) throw new Error(`nothing is ${pattern}: ${order}`);
    return { first: Math.min(...found), last: Math.max(...found) };
  };
  const inOrder = (...steps: RegExp[]) => {
    for (const [index, step] of steps.slice(1).entries())
      expect(places(steps[index]).last).toBeLessThan(places(step).first);
  };
  // A service before its cluster's association, that before its providers, those before their groups, and the
  // cluster at the end.
  const group = /::AutoScalingGroup Orders/;
  inOrder(
    /::Service Api/,
    /Associations Orders/,
    /::CapacityProvider Orders/,
    group,
    /::LaunchTemplate Standard/,
  );
  inOrder(
    /::Service Index/,
    /Associations Search/,
    /::CapacityProvider SearchTiersown/,
    /::AutoScalingGroup SearchTiersown/,
    /::Cluster Search/,
  );
  // As long as a group's hook holds instances back, there is something that lets them go on; as long as it
  // can be refreshed, its cordon is there.
  inOrder(/::AutoScalingGroup/, /ReadinessGateMachine/);
  inOrder(/::AutoScalingGroup/, /CordonMachine/);
  inOrder(group, /::Cluster Orders/);
  expect((await account.aws.call('ecs', 'list_clusters')).clusterArns).toEqual([]);
  expect((await account.aws.call('autoscaling', 'describe_auto_scaling_groups')).AutoScalingGroups).toEqual(
    [],
  );
});

test('a tier that is renamed is made anew before the old one goes', async () => {
  const named = (name: string) => {
    const stack = deployable();
    stack.cluster({
      replacement: NodeReplacement.rolling(),
      tiers: [{ name, instanceTypes: [SMALL], machineImage: image }],
    });
    return stack;
  };
  await account.deploy(named('general'));
  const [before] = await account.groups();
  await account.deploy(named('standard'));
  const [after] = await account.groups();
  expect(after.name).not.toBe(before.name);
  const [cluster] = (
    await account.aws.call('ecs', 'describe_clusters', { clusters: [await after.cluster()] })
  ).clusters;
  expect(cluster.capacityProviders).toEqual(await account.idsOf('AWS::ECS::CapacityProvider'));
  expect(cluster.capacityProviders).toHaveLength(1);
  await account.destroy('Estate');
});

async function endRefreshes(AutoScalingGroupName: string): Promise<void> {
  // They have ended by themselves: there are no nodes.
  const { InstanceRefreshes } = await account.aws.call('autoscaling', 'describe_instance_refreshes', {
    AutoScalingGroupName,
  });
  expect(InstanceRefreshes.map((refresh: any) => refresh.Status)).not.toContain('InProgress');
}
