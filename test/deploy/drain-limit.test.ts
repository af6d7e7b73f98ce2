/**
 * The drain limits at work: the template that the library synthesises, deployed to ministack with the shim of
 * `emulator/`.
 *
 * This proves the wiring and the decisions of the state machine: when it acts, what it names, in which order
 * it calls, and that its calls are what botocore's models of the APIs take. It does not prove AWS's behavior
 * (tasks, terminate hooks and ECS's drain are the shim's) nor permissions (test/fleet has the list).
 */
import { Duration } from 'aws-cdk-lib';
import * as sns from 'aws-cdk-lib/aws-sns';
import { DrainLimit } from '../../src';
import { SMALL, type TestStack } from '../helpers/estate';
import { Account, deployable, type Group, type Instance, image, type Run } from './account';
import { Emulator, until } from './emulator';

jest.setTimeout(120_000);

let account: Account;

beforeAll(async () => {
  account = new Account(await Emulator.start());
}, 120_000);

afterAll(() => account?.aws.stop());

const calls = (): Promise<string[]> => account.aws.happens('calls');

/** A stack with a topic, and a tier whose drains have a limit. */
class Limited {
  public static async with(name: string, limitOf: (topic: sns.ITopic) => DrainLimit): Promise<Limited> {
    const stack = deployable(name);
    const topic = new sns.Topic(stack, 'Alerts', { topicName: `alerts-of-${name}` });
    const tier = { name: 'general', instanceTypes: [SMALL], machineImage: image, drainLimit: limitOf(topic) };
    stack.cluster({ tiers: [tier] });
    await account.image('ami-0000000000000000a');
    await account.deploy(stack);
    const [group] = await account.groups(name);
    return new Limited(stack, name, group);
  }

  private constructor(
    public readonly stack: TestStack,
    private readonly name: string,
    public readonly group: Group,
  ) {}

  /** A node that has joined and runs these tasks. */
  public async node(...tasks: { group: string; stops?: boolean }[]): Promise<Instance> {
    const [node] = await this.group.scaleTo((await this.group.instances()).length + 1);
    await this.group.join([node]);
    await account.aws.happens('tasks', { instance: node.InstanceId, tasks });
    return node;
  }

  /** Auto Scaling terminates it, and ECS drains it. */
  public drain(node: Instance): Promise<void> {
    return account.aws.happens('drain', { instance: node.InstanceId });
  }

  public runsOf(node: Instance): Promise<Run[]> {
    return account
      .runs('DrainLimits', this.name)
      .then((runs) => runs.filter(({ input }) => input.includes(node.InstanceId)));
  }

  public async ended(node: Instance, status = 'SUCCEEDED', count = 1): Promise<Run> {
    const runs = await until(
      `${count} runs of ${node.InstanceId} are ${status}`,
      async () => {
        const found = (await this.runsOf(node)).filter((run) => run.status === status);
        return found.length >= count && found;
      },
      60,
    );
    return runs[0];
  }

  public async lastStateOf({ executionArn }: Run): Promise<string> {
    const { events } = await account.aws.call('stepfunctions', 'get_execution_history', {
      executionArn,
      maxResults: 1000,
    });
    return events.flatMap((event: any) => event.stateEnteredEventDetails?.name ?? []).at(-1);
  }

  public async isThere(node: Instance): Promise<boolean> {
    return (await this.group.statesOf([node]))[0] !== 'gone';
  }

  public async messages(): Promise<string[]> {
    const all: { topic: string; message: string }[] = await account.aws.happens('messages');
    return all.filter(({ topic }) => topic.endsWith(`alerts-of-${this.name}`)).map(({ message }) => message);
  }
}

describe('a tier whose tasks are stopped after five minutes', () => {
  let tier: Limited;

  beforeAll(async () => {
    tier = await Limited.with('Stopped', (topic) =>
      DrainLimit.stopTasksAfter(Duration.minutes(5), { topic }),
    );
    await tier.node(); // one that stays
  });

  test('has nothing to say of a node that drains in time', async () => {
    const node = await tier.node();
    await tier.drain(node);
    expect(await tier.lastStateOf(await tier.ended(node))).toBe('It has drained');
    expect(await tier.messages()).toEqual([]);
  });

  test('names and stops the tasks of a node at the limit, and ECS ends the drain itself', async () => {
    const node = await tier.node({ group: 'service:api' }, { group: 'family:job' });
    await calls();
    await tier.drain(node);
    expect(await tier.lastStateOf(await tier.ended(node))).toBe('It is let go now');
    expect(await tier.isThere(node)).toBe(false);
    expect((await calls()).sort()).toEqual(['stop family:job', 'stop service:api']);
    expect(await tier.messages()).toEqual([
      `${node.InstanceId} of ${tier.group.name} has drained for 5 minutes. It still runs 2 tasks of: ` +
        'service:api, family:job. They are stopped, and the node is let go.',
    ]);
  });

  test('lets a node go whose tasks do not stop', async () => {
    const node = await tier.node({ group: 'service:stubborn', stops: false });
    await tier.drain(node);
    expect(await tier.lastStateOf(await tier.ended(node))).toBe('It is let go now');
    expect(await tier.isThere(node)).toBe(false);
    await tier.messages();
  });

  test('takes a node out of the cluster whose agent is lost, and lets it go', async () => {
    const node = await tier.node({ group: 'service:api' });
    await account.aws.happens('health', {
      instance: node.InstanceId,
      check: 'AGENT_CONNECTIVITY',
      status: 'IMPAIRED',
    });
    await calls();
    await tier.drain(node);
    await tier.ended(node);
    expect(await tier.isThere(node)).toBe(false);
    expect(await calls()).toEqual([expect.stringMatching(/^deregister /)]);
    expect((await tier.group.nodes()).map(({ instance }) => instance)).not.toContain(node.InstanceId);
    expect(await tier.messages()).toEqual([expect.stringContaining('Its agent is lost.')]);
  });

  test('lets a node go that has left its cluster meanwhile', async () => {
    const node = await tier.node({ group: 'service:api' });
    await tier.drain(node);
    const cluster = await tier.group.cluster();
    const arns = await account.aws.call('ecs', 'list_container_instances', {
      cluster,
      filter: `ec2InstanceId in ['${node.InstanceId}']`,
    });
    await account.aws.call('ecs', 'deregister_container_instance', {
      cluster,
      containerInstance: arns.containerInstanceArns[0],
      force: true,
    });
    await tier.ended(node);
    expect(await tier.isThere(node)).toBe(false);
    expect(await tier.messages()).toEqual([expect.stringContaining('ECS does not know it any more.')]);
  });

  test('does the same when each call that looks at tasks is throttled', async () => {
    const node = await tier.node({ group: 'service:api' });
    await account.aws.happens('throttle', { operations: ['ListTasks', 'StopTask'] });
    await tier.drain(node);
    await tier.ended(node);
    await account.aws.happens('throttle', { operations: [] });
    expect(await tier.isThere(node)).toBe(false);
    await tier.messages();
  });

  test('does no harm when the event comes twice', async () => {
    const node = await tier.node({ group: 'service:api' });
    await tier.drain(node);
    const [run] = await until('a run', async () => {
      const runs = await tier.runsOf(node);
      return runs.length > 0 && runs;
    });
    await account.start('DrainLimits', JSON.parse(run.input).detail, 'Stopped');
    await tier.ended(node, 'SUCCEEDED', 2);
    expect(await tier.isThere(node)).toBe(false);
    await tier.messages();
  });

  test('leaves the nodes of other groups alone', async () => {
    const node = await tier.node();
    await account.aws.call('autoscaling', 'delete_tags', {
      Tags: [{ ResourceId: tier.group.name, ResourceType: 'auto-scaling-group', Key: 'EcsDrainLimit' }],
    });
    await tier.drain(node);
    expect(await tier.lastStateOf(await tier.ended(node))).toBe('Not ours');
  });
});

test('a tier that only tells names the tasks, and leaves the node to ECS', async () => {
  const tier = await Limited.with('Told', (topic) => DrainLimit.notifyAfter(Duration.minutes(6), topic));
  await tier.node();
  const node = await tier.node({ group: 'service:api', stops: false });
  await calls();
  await tier.drain(node);
  expect(await tier.lastStateOf(await tier.ended(node))).toBe('Only told');
  expect(await tier.isThere(node)).toBe(true);
  expect(await calls()).toEqual([]);
  expect(await tier.messages()).toEqual([
    expect.stringMatching(/has drained for 6 minutes.*Nothing is done/),
  ]);
});
