import { Account, Group } from '../deploy/account';
import { ApiError, type Emulator } from '../deploy/emulator';
import { planOf } from './deployment';
import { estate, NEW_IMAGE, STACK_NAME, type Wishes } from './pairs';

const OLD_IMAGE = 'ami-0000000000000000a';

/** What happened to a resource when its stack was deployed. */
export interface Judged {
  readonly id: string;
  readonly seen: string;
  readonly said: string;
}

/** Deploys a pair of apps one after the other, and puts what happened next to what the plan says. */
export async function judge(
  aws: Emulator,
  before: Wishes,
  after: Wishes,
  newImage: boolean,
): Promise<Judged[]> {
  await fetch(`${aws.endpoint}/_ministack/reset`, { method: 'POST' });
  const account = new Account(aws);
  await account.image(OLD_IMAGE);
  await account.deployTemplate(STACK_NAME, estate(before));
  const old = await resources(aws);
  const versions = new Map<string, unknown>();
  for (const [id, { type, name }] of old) if (type === GROUP) versions.set(id, await version(aws, name));
  if (newImage) await account.image(NEW_IMAGE);
  const failed = await deployed(account, estate(after));
  const plan = planOf(estate(before), estate(after), { images: [newImage ? NEW_IMAGE : 'same'] });
  const fresh = await resources(aws);
  const judged: Judged[] = [];
  for (const [id, { type, name }] of fresh) {
    const tier = plan.tiers.find((one) => one.id === id);
    const service = plan.services.find((one) => one.id === id);
    if (tier) judged.push({ id, said: TIER[tier.verdict], seen: await groupSeen(id, name) });
    if (service && !failed)
      judged.push({
        id,
        said: service.verdict === 'replaced' ? 'replaced' : 'the same',
        seen: old.get(id)?.name === name ? 'the same' : 'replaced',
      });
    if (!type) throw new Error(`no type: ${id}`);
  }
  return judged;

  async function groupSeen(id: string, name: string): Promise<string> {
    const was = old.get(id);
    if (!was) return 'new';
    if (was.name !== name) return 'another group';
    if ((await new Group(aws, name).refreshes()).length > 0) return 'a refresh';
    return versions.get(id) === (await version(aws, name)) ? 'nothing' : 'other new nodes';
  }
}

const GROUP = 'AWS::AutoScaling::AutoScalingGroup';

/** What a verdict comes to on an emulator that has no nodes: whether a refresh starts is its rule, not AWS's. */
const TIER: Readonly<Record<string, string>> = {
  nothing: 'nothing',
  new: 'new',
  'new-nodes-only': 'other new nodes',
  'refresh-that-replaces-nothing': 'a refresh',
  rolled: 'a refresh',
  'replaced-at-once': 'a refresh',
  'group-replaced': 'another group',
};

async function resources(aws: Emulator): Promise<Map<string, { type: string; name: string }>> {
  const { StackResources } = await aws.call('cloudformation', 'describe_stack_resources', {
    StackName: STACK_NAME,
  });
  return new Map(
    StackResources.map((one: any) => [
      one.LogicalResourceId,
      { type: one.ResourceType, name: one.PhysicalResourceId },
    ]),
  );
}

/** What the next node of a group gets. */
async function version(aws: Emulator, name: string): Promise<unknown> {
  const group = await new Group(aws, name).describe();
  const tags = group.Tags.filter((tag: any) => tag.PropagateAtLaunch).map((tag: any) => [tag.Key, tag.Value]);
  return JSON.stringify([
    group.LaunchTemplate,
    group.MixedInstancesPolicy,
    group.VPCZoneIdentifier.split(',').sort(),
    tags.sort(),
  ]);
}

/** Whether it failed. An update of nothing is none. */
async function deployed(account: Account, template: object): Promise<boolean> {
  try {
    await account.deployTemplate(STACK_NAME, template);
    return false;
  } catch (error) {
    if (error instanceof ApiError && /No updates/.test(error.message)) return false;
    if (error instanceof ApiError) throw error;
    return true;
  }
}
