/**
 * What can go wrong on a cluster that was made outside of CloudFormation, and the command that repairs it; the
 * guide has the same table. On demand, because each scenario is several deployments.
 *
 * What ECS refuses of a list of capacity providers is the shim's, from the documentation of the API.
 */
import { CfnResource } from 'aws-cdk-lib';
import { ClusterProviders, type ExistingClusterProps, NodeReplacement } from '../../src';
import type { TestStack } from '../helpers/estate';
import { Account } from './account';
import { Emulator } from './emulator';
import { Outside, service } from './outside';

jest.setTimeout(120_000);

let account: Account;

beforeAll(async () => {
  account = new Account(await Emulator.start());
}, 120_000);

beforeEach(() => account.image('ami-0000000000000000a'));

afterAll(() => account?.aws.stop());

const NO_TIER: Partial<ExistingClusterProps> = {
  tiers: [],
  instanceTypes: undefined,
  machineImage: undefined,
};

const topic = (stack: TestStack) => new CfnResource(stack, 'Other', { type: 'AWS::SNS::Topic' });

const exists = async (provider: string) =>
  (await account.aws.call('ecs', 'describe_capacity_providers', { capacityProviders: [provider] }))
    .capacityProviders.length > 0;

/** `aws ecs delete-capacity-provider`, as a person runs it. */
const remove = (provider: string) =>
  account.aws.call('ecs', 'delete_capacity_provider', { capacityProvider: provider });

test('a first deployment that fails after the association is repaired by the list as it was', async () => {
  const outside = await Outside.make(account);
  const { untouched } = outside;
  const broken = outside.deploy((stack) =>
    service(stack, outside.in(stack), {
      capacityProviderStrategies: [{ capacityProvider: 'nowhere', weight: 1 }],
    }),
  );
  await expect(broken).rejects.toThrow('is in use and cannot be removed');
  // The other owner's providers are still there, and in force: only the tier's is left over.
  const seen = await outside.seen();
  expect(seen).toEqual({ ...untouched, providers: [...untouched.providers, expect.any(String)] });
  await outside.put(untouched.providers);
  await remove(seen.providers.at(-1) as string);
  await account.destroy(outside.stackName);
  expect(await outside.seen()).toEqual(untouched);
  await outside.deploy((stack) => service(stack, outside.in(stack)));
});

test('a stack that is deleted with its tiers stops before it harms others, and goes after the list is repaired', async () => {
  const outside = await Outside.make(account);
  const { untouched } = outside;
  await outside.deploy((stack) => service(stack, outside.in(stack)));
  await expect(account.destroy(outside.stackName)).rejects.toThrow('is in use and cannot be removed');
  expect((await outside.seen()).services).toEqual(untouched.services);
  await outside.put(untouched.providers);
  await account.destroy(outside.stackName);
  expect(await outside.seen()).toEqual(untouched);
});

test('the construct removed from a stack that stays leaves provider and list, which are cleaned by hand', async () => {
  const outside = await Outside.make(account);
  const { untouched } = outside;
  await outside.deploy((stack) => {
    topic(stack);
    outside.in(stack);
  });
  const [provider] = await outside.providers();
  await outside.deploy(topic);
  expect(await outside.seen()).toEqual({ ...untouched, providers: [...untouched.providers, provider] });
  await outside.put(untouched.providers);
  await remove(provider);
  expect(await outside.seen()).toEqual(untouched);
});

test('the construct removed from a stack that stays after its tiers leaves nothing', async () => {
  const outside = await Outside.make(account);
  await outside.deploy((stack) => {
    topic(stack);
    outside.in(stack);
  });
  const [provider] = await outside.providers();
  await outside.deploy((stack) => {
    topic(stack);
    outside.in(stack, NO_TIER);
  });
  await outside.deploy(topic);
  expect(await outside.seen()).toEqual(outside.untouched);
  expect(await exists(provider)).toBe(false);
});

test('a cluster without a provider gets tiers, which are rolled and leave again', async () => {
  const outside = await Outside.make(account, { isEmpty: true });
  const empty = { providers: [], strategy: [], services: {} };
  const props = { capacityProviders: ClusterProviders.none(), replacement: NodeReplacement.rolling() };
  await outside.deploy((stack) => service(stack, outside.in(stack, props)));
  const [provider] = await outside.providers();
  expect(await outside.seen()).toMatchObject({ providers: [provider], strategy: [] });
  await account.image('ami-0000000000000000b');
  await outside.deploy((stack) => service(stack, outside.in(stack, props)));
  const [group] = await account.groups(outside.stackName);
  expect(await group.refreshes()).toHaveLength(1);
  await account.aws.happens('fail', { group: group.name });
  await outside.deploy((stack) => outside.in(stack, props));
  await outside.deploy((stack) => outside.in(stack, { ...props, ...NO_TIER }));
  await account.destroy(outside.stackName);
  expect(await outside.seen()).toEqual(empty);
});

test('a tier whose list another owner keeps is rolled', async () => {
  const outside = await Outside.make(account);
  const provider = `${outside.name}-general`;
  const replacement = NodeReplacement.rolling();
  await outside.deploy((stack) => outside.elsewhere(stack, provider, { replacement }));
  await outside.put([...outside.untouched.providers, provider]);
  await account.image('ami-0000000000000000b');
  await outside.deploy((stack) => service(stack, outside.elsewhere(stack, provider, { replacement })));
  const [group] = await account.groups(outside.stackName);
  expect(await group.refreshes()).toHaveLength(1);
});

test('none() on a cluster that has providers fails where one is in use, and changes nothing', async () => {
  const outside = await Outside.make(account);
  const capacityProviders = ClusterProviders.none();
  await expect(outside.deploy((stack) => outside.in(stack, { capacityProviders }))).rejects.toThrow(
    `${outside.busy} is in use by old`,
  );
  expect(await outside.seen()).toEqual(outside.untouched);
});

test('a list that forgets what is idle takes it off, and the right list brings it back', async () => {
  const outside = await Outside.make(account);
  const { untouched } = outside;
  const capacityProviders = ClusterProviders.keep([outside.busy]);
  await outside.deploy((stack) => outside.in(stack, { capacityProviders }));
  const [provider] = await outside.providers();
  expect(await outside.seen()).toEqual({
    providers: [outside.busy, provider],
    strategy: [],
    services: untouched.services,
  });
  await outside.deploy((stack) => outside.in(stack));
  expect(await outside.seen()).toEqual({ ...untouched, providers: [...untouched.providers, provider] });
});

test('a kept provider that the cluster never had fails, and changes nothing', async () => {
  const outside = await Outside.make(account);
  await outside.deploy((stack) => outside.in(stack));
  const before = await outside.seen();
  const capacityProviders = ClusterProviders.keep([outside.busy, outside.idle, 'FARGATE', 'nowhere']);
  await expect(outside.deploy((stack) => outside.in(stack, { capacityProviders }))).rejects.toThrow(
    'nowhere was not found',
  );
  expect(await outside.seen()).toEqual(before);
});

test('another owner that writes the list takes an idle tier off it, and cannot take one in use', async () => {
  const outside = await Outside.make(account);
  const { untouched } = outside;
  await outside.deploy((stack) => outside.in(stack));
  const [provider] = await outside.providers();
  await outside.put(untouched.providers);
  await expect(outside.deploy((stack) => service(stack, outside.in(stack)))).rejects.toThrow(
    'is not associated with the cluster',
  );
  await outside.put([...untouched.providers, provider]);
  await outside.deploy((stack) => service(stack, outside.in(stack)));
  await expect(outside.put(untouched.providers)).rejects.toThrow('is in use');
});

test('a tier and the service on it cannot go in one deployment, and nothing is lost by the try', async () => {
  const outside = await Outside.make(account);
  const retired = { tiers: [{ name: 'general', retired: true }] };
  await outside.deploy((stack) => service(stack, outside.in(stack)));
  const before = await outside.seen();
  await expect(outside.deploy((stack) => outside.in(stack, NO_TIER))).rejects.toThrow('is in use');
  expect(await outside.seen()).toEqual(before);
  // The service moves to a provider of the other owner first.
  const onBusy = { capacityProviderStrategies: [{ capacityProvider: outside.busy, weight: 1 }] };
  await outside.deploy((stack) => service(stack, outside.in(stack, retired), onBusy));
  await outside.deploy((stack) => service(stack, outside.in(stack, NO_TIER), onBusy));
  const { providers, services } = await outside.seen();
  expect(providers).toEqual(outside.untouched.providers);
  expect(Object.values(services)).toEqual([[outside.busy], [outside.busy]]);
});

test('the list goes from its owner to this app, and back', async () => {
  const outside = await Outside.make(account);
  const provider = `${outside.name}-general`;
  const listed = { ...outside.untouched, providers: [...outside.untouched.providers, provider] };
  await outside.deploy((stack) => outside.elsewhere(stack, provider));
  await outside.put(listed.providers);
  await outside.deploy((stack) =>
    outside.in(stack, { tiers: [{ name: 'general', capacityProviderName: provider }] }),
  );
  expect(await outside.seen()).toEqual(listed);
  await outside.deploy((stack) => outside.elsewhere(stack, provider));
  expect(await outside.seen()).toEqual(listed);
});

test('a tier that goes before its owner has taken its name off the list leaves its provider behind', async () => {
  const outside = await Outside.make(account);
  const provider = `${outside.name}-general`;
  await outside.deploy((stack) => outside.elsewhere(stack, provider));
  await outside.put([...outside.untouched.providers, provider]);
  await outside.deploy((stack) =>
    outside.in(stack, { capacityProviders: ClusterProviders.ownedElsewhere(), ...NO_TIER }),
  );
  expect(await exists(provider)).toBe(true);
  await outside.put(outside.untouched.providers);
  await remove(provider);
  await account.destroy(outside.stackName);
  expect(await outside.seen()).toEqual(outside.untouched);
});
