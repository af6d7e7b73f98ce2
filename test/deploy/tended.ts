/**
 * What the tests of repair and of drain limits share: a tier that a state machine of the library looks after, on
 * the emulator, with what happens to its nodes, the runs for them and the messages of its topic.
 */
import * as sns from 'aws-cdk-lib/aws-sns';
import type { InstanceTierOptions } from '../../src';
import type { Part } from '../fleet/machine';
import { SMALL } from '../helpers/estate';
import {
  type Account,
  deployable,
  type Group,
  type Instance,
  image,
  type Message,
  type Run,
} from './account';
import { until } from './emulator';

/** A stack with a topic, and a tier whose nodes a state machine looks after. */
export class Tended {
  private static stacks = 0;

  /** Deployed, with so many nodes that have joined. */
  public static async with(
    account: Account,
    machine: Part,
    nodes: number,
    options: (topic: sns.ITopic) => InstanceTierOptions,
  ): Promise<Tended> {
    const name = `Tended${++Tended.stacks}`;
    const stack = deployable(name);
    const topic = new sns.Topic(stack, 'Alerts', { topicName: `alerts-of-${name}` });
    const tier = { name: 'general', instanceTypes: [SMALL], machineImage: image, ...options(topic) };
    stack.cluster({ tiers: [tier] });
    await account.image('ami-0000000000000000a');
    await account.deploy(stack);
    const [group] = await account.groups(name);
    const tended = new Tended(account, machine, name, group, await group.cluster());
    await tended.grow(nodes);
    return tended;
  }

  private constructor(
    private readonly account: Account,
    private readonly machine: Part,
    public readonly name: string,
    public readonly group: Group,
    public readonly cluster: string,
  ) {}

  /** More nodes, which join. */
  public async grow(to: number): Promise<Instance[]> {
    await this.group.scaleTo(to);
    return this.join();
  }

  /** Nodes that wait at the gate, or have not joined, do. */
  public async join(): Promise<Instance[]> {
    const known = new Set((await this.group.nodes()).map(({ instance }) => instance));
    const all = await this.group.instances();
    const fresh = all.filter(({ InstanceId }) => !known.has(InstanceId));
    await this.group.join(fresh);
    return fresh;
  }

  public async nodes(): Promise<Instance[]> {
    return this.group.instances();
  }

  /** What ECS says of a check of a node changes. */
  public async says(
    node: Instance,
    status: 'OK' | 'IMPAIRED',
    { check = 'AGENT_CONNECTIVITY', isDelivered = true } = {},
  ): Promise<void> {
    await this.account.aws.happens('health', {
      instance: node.InstanceId,
      check,
      status,
      is_delivered: isDelivered,
    });
  }

  /** Docker does not answer on it, though its agent is connected. */
  public hangs(node: Instance, status: 'OK' | 'IMPAIRED' = 'IMPAIRED'): Promise<void> {
    return this.says(node, status, { check: 'CONTAINER_RUNTIME' });
  }

  public runs(): Promise<Run[]> {
    return this.account.runs(this.machine, this.name);
  }

  public runsOf(node: Instance): Promise<Run[]> {
    return this.account.runsOf(this.machine, node, this.name);
  }

  /** The last run of a node, when its status is this. */
  public ended(node: Instance, status = 'SUCCEEDED', seconds = 60): Promise<Run> {
    return this.account.runOf(this.machine, node, status, this.name, seconds);
  }

  /** Another run with the event of a run. */
  public again({ input }: Run): Promise<() => Promise<Run>> {
    return this.account.start(this.machine, JSON.parse(input).detail, this.name);
  }

  /** How often a run has been in a state. */
  public async times(run: { executionArn: string }, state: string): Promise<number> {
    return (await this.account.passed(run)).filter((name) => name === state).length;
  }

  /** The name of the last state that a run has been in. */
  public async lastState(run: { executionArn: string }): Promise<string | undefined> {
    return (await this.account.passed(run)).at(-1);
  }

  /** The last runs of some nodes have been in a state so often. */
  public async looked(nodes: Instance[], times: number, state = 'Wait'): Promise<void> {
    for (const node of nodes) {
      await until(
        `the run of ${node.InstanceId} has been ${times} times in ${state}`,
        async () => {
          const run = (await this.runsOf(node)).at(-1);
          return run !== undefined && (await this.times(run, state)) >= times;
        },
        60,
      );
    }
  }

  public gone(node: Instance): Promise<boolean> {
    return until(`${node.InstanceId} has gone`, async () => {
      const known = await this.group.nodes();
      return (
        (await this.group.statesOf([node]))[0] === 'gone' &&
        !known.some(({ instance }) => instance === node.InstanceId)
      );
    });
  }

  public tag(key: string, value?: string): Promise<void> {
    return this.group.tag(key, value);
  }

  /** What its topic was sent since the last time. */
  public messages(): Promise<Message[]> {
    return this.account.messagesTo(this.name);
  }
}
