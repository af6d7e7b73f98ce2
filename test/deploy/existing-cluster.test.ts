/**
 * Tiers on a cluster that was made outside of CloudFormation, on ministack with the shim of `emulator/`: what
 * there was before still works, and is there when the tiers have gone.
 *
 * What ECS refuses of a list of capacity providers is the shim's, from the documentation of the API.
 */
import { NodeReplacement } from '../../src';
import type { TestStack } from '../helpers/estate';
import { Account } from './account';
import { Emulator } from './emulator';
import { Outside, service } from './outside';

jest.setTimeout(60_000);

let account: Account;

beforeAll(async () => {
  account = new Account(await Emulator.start());
}, 120_000);

beforeEach(() => account.image('ami-0000000000000000a'));

afterAll(() => account?.aws.stop());

test('tiers come, are rolled and leave again, and the cluster is as it was', async () => {
  const outside = await Outside.make(account);
  const replacement = NodeReplacement.rolling();

  // No service yet: the list first.
  await outside.deploy((stack) => outside.in(stack, { replacement }));
  const [provider] = await outside.providers();
  const { untouched } = outside;
  expect(await outside.seen()).toEqual({ ...untouched, providers: [...untouched.providers, provider] });

  // A service of this app, on the tier.
  await outside.deploy((stack) => service(stack, outside.in(stack, { replacement })));
  expect(Object.values((await outside.seen()).services)).toContainEqual([provider]);

  // Nodes are gated by their own hook, and a new image rolls the tier alone.
  const [group] = await account.groups(outside.stackName);
  const nodes = await group.scaleTo(1);
  await group.join(nodes);
  await group.inService(nodes);
  await account.image('ami-0000000000000000b');
  await outside.deploy((stack) => service(stack, outside.in(stack, { replacement })));
  expect(await group.refreshes()).toHaveLength(1);
  await account.aws.happens('fail', { group: group.name });

  // The service leaves, then the tier, then the construct.
  await outside.deploy((stack) => outside.in(stack, { replacement }));
  await outside.deploy((stack) =>
    outside.in(stack, { tiers: [], instanceTypes: undefined, machineImage: undefined }),
  );
  expect(await outside.seen()).toEqual(untouched);
  const gone = await account.destroy(outside.stackName);
  expect(gone.filter((resource) => resource.includes('Associations'))).toEqual([]);
  expect(await outside.seen()).toEqual(untouched);
});

test('a list that another owner keeps gets the tier by its owner, and then its services', async () => {
  const outside = await Outside.make(account);
  const provider = `${outside.name}-general`;
  const { untouched } = outside;
  const tier = (stack: TestStack) => outside.elsewhere(stack, provider);
  const tierAndService = (stack: TestStack) => service(stack, tier(stack));
  await outside.deploy(tier);
  expect(await outside.seen()).toEqual(untouched);

  // Too early, which is what the warning says: it fails, and what there was stays.
  await expect(outside.deploy(tierAndService)).rejects.toThrow('is not associated with the cluster');
  expect(await outside.seen()).toEqual(untouched);

  await outside.put([...untouched.providers, provider]);
  await outside.deploy(tierAndService);
  expect(Object.values((await outside.seen()).services)).toContainEqual([provider]);

  // And back: the service, the name in the list, the tier.
  await outside.deploy(tier);
  await outside.put(untouched.providers);
  await account.destroy(outside.stackName);
  expect(await outside.seen()).toEqual(untouched);
});
