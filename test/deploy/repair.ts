import * as sns from 'aws-cdk-lib/aws-sns';
import type { InstanceTierOptions, NodeRepair } from '../../src';
import { SMALL } from '../helpers/estate';
import { type Account, deployable, type Group, type Instance, image, type Run } from './account';
import { until } from './emulator';

export interface Message {
  readonly topic: string;
  readonly subject: string;
  readonly message: string;
}

/** A stack with a topic, and a tier whose impaired nodes are looked after. */
export class Repaired {
  private static stacks = 0;

  /** Deployed, with so many nodes that have joined. */
  public static async with(
    account: Account,
    nodes: number,
    repair: (topic: sns.ITopic) => NodeRepair,
    props: InstanceTierOptions = {},
  ): Promise<Repaired> {
    // Not a name that has that of a state machine in it: machines are found by theirs.
    const name = `Tended${++Repaired.stacks}`;
    const stack = deployable(name);
    const topic = new sns.Topic(stack, 'Alerts', { topicName: `alerts-of-${name}` });
    stack.cluster({
      tiers: [
        { name: 'general', instanceTypes: [SMALL], machineImage: image, repair: repair(topic), ...props },
      ],
    });
    await account.image('ami-0000000000000000a');
    await account.deploy(stack);
    const [group] = await account.groups(name);
    const repaired = new Repaired(account, name, group, await group.cluster());
    await repaired.grow(nodes);
    return repaired;
  }

  private constructor(
    private readonly account: Account,
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
    return this.account.runs('Repair', this.name);
  }

  /** The last run of a node, when its status is this. */
  public ended(node: Instance, status: string, seconds = 30): Promise<Run> {
    return until(
      `the run of ${node.InstanceId} is ${status}`,
      async () => {
        const run = await this.runOf(node);
        return run?.status === status && run;
      },
      seconds,
    );
  }

  private async runOf(node: Instance): Promise<Run | undefined> {
    return (await this.runs()).filter(({ input }) => input.includes(node.InstanceId)).at(-1);
  }

  /** How often a run has been in a state. */
  public async times(run: { executionArn: string }, state: string): Promise<number> {
    return (await this.passed(run)).filter((name) => name === state).length;
  }

  /** The names of the states that a run has been in. */
  public async passed({ executionArn }: { executionArn: string }): Promise<string[]> {
    const { events } = await this.account.aws.call('stepfunctions', 'get_execution_history', {
      executionArn,
      maxResults: 1000,
    });
    return events.flatMap((event: any) => event.stateEnteredEventDetails?.name ?? []);
  }

  /** The last runs of some nodes have been in a state so often. */
  public async looked(nodes: Instance[], times: number, state = 'Wait'): Promise<void> {
    for (const node of nodes) {
      await until(
        `the run of ${node.InstanceId} has been ${times} times in ${state}`,
        async () => {
          const run = await this.runOf(node);
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

  public async tag(key: string, value?: string): Promise<void> {
    const tag = { ResourceId: this.group.name, ResourceType: 'auto-scaling-group', Key: key };
    await (value === undefined
      ? this.account.aws.call('autoscaling', 'delete_tags', { Tags: [tag] })
      : this.account.aws.call('autoscaling', 'create_or_update_tags', {
          Tags: [{ ...tag, Value: value, PropagateAtLaunch: false }],
        }));
  }

  /** What its topic was sent since the last time. */
  public async messages(): Promise<Message[]> {
    const all: Message[] = await this.account.aws.happens('messages');
    return all.filter(({ topic }) => topic.endsWith(`alerts-of-${this.name}`));
  }
}
