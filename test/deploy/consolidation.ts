import { aws_scheduler as scheduler } from 'aws-cdk-lib';
import * as sns from 'aws-cdk-lib/aws-sns';
import { Consolidation, type ConsolidationOptions, type InstanceTierOptions } from '../../src';
import { LARGE } from '../helpers/estate';
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

/** A task of a service that may move: a fraction of a node of 2,048 CPU units and 8,000 MiB. */
export const WEB = { group: 'service:web', cpu: 256, memory: 1000 };
export const DAEMON = { group: 'service:agent', cpu: 64, memory: 100, daemon: true };

export const NIGHTLY = { schedule: scheduler.ScheduleExpression.cron({ hour: '3', minute: '0' }) };

const SERVICE = {
  schedulingStrategy: 'REPLICA',
  desiredCount: 10,
  runningCount: 10,
  pendingCount: 0,
  deployments: [{ id: 'ecs-svc/1', status: 'PRIMARY', rolloutState: 'COMPLETED' }],
  deploymentConfiguration: { maximumPercent: 200, minimumHealthyPercent: 100 },
  placementConstraints: [],
};

/** A stack with a topic, and a tier whose nodes are given back. */
export class Consolidated {
  private static stacks = 0;

  /** Deployed, without a node. */
  public static async with(
    account: Account,
    options: Partial<ConsolidationOptions> = {},
    props: InstanceTierOptions = {},
  ): Promise<Consolidated> {
    const name = `Packed${++Consolidated.stacks}`;
    const stack = deployable(name);
    const topic = new sns.Topic(stack, 'Alerts', { topicName: `alerts-of-${name}` });
    stack.cluster({
      tiers: [
        {
          name: 'general',
          instanceTypes: [LARGE],
          machineImage: image,
          consolidation: Consolidation.scheduled({ ...NIGHTLY, topic, ...options }),
          ...props,
        },
      ],
    });
    await account.image('ami-0000000000000000a');
    await account.deploy(stack);
    const [group] = await account.groups(name);
    const made = new Consolidated(account, name, group, await group.cluster());
    await account.aws.call('ecs', 'register_task_definition', {
      family: 'web',
      containerDefinitions: [{ name: 'c', image: 'web', portMappings: [{ containerPort: 80, hostPort: 0 }] }],
    });
    await made.service('web');
    await made.service('agent', { schedulingStrategy: 'DAEMON' });
    return made;
  }

  private constructor(
    private readonly account: Account,
    public readonly name: string,
    public readonly group: Group,
    public readonly cluster: string,
  ) {}

  /** Says what ECS says of a service. */
  public service(name: string, says: object = {}): Promise<void> {
    return this.account.aws.happens('service', {
      cluster: this.cluster,
      name,
      ...SERVICE,
      capacityProviderStrategy: [{ capacityProvider: `cp-${this.name}`, weight: 1 }],
      ...says,
    });
  }

  /** New nodes that joined a day ago, one for each list of tasks. */
  public async nodes(lists: readonly object[][], zones = ['a']): Promise<Instance[]> {
    const fresh = await this.group.scaleTo((await this.group.instances()).length + lists.length);
    await this.group.join(fresh);
    // Behind a gate they wait for it.
    await this.group.inService(fresh);
    for (const [index, { InstanceId: instance }] of fresh.entries()) {
      await this.says(instance, {
        total: { CPU: 2048, MEMORY: 8000 },
        zone: `us-east-1${zones[index % zones.length]}`,
        provider: `cp-${this.name}`,
        hours: 24,
      });
      await this.account.aws.happens('tasks', { instance, tasks: lists[index] });
    }
    return fresh;
  }

  /** Says what ECS says of a node. */
  public says(instance: string, says: object): Promise<void> {
    return this.account.aws.happens('node', { cluster: this.cluster, instance, ...says });
  }

  /** A run for the group, as a person starts it. */
  public async begin(): Promise<() => Promise<Run>> {
    return this.start({ group: this.group.name });
  }

  public start(input: object): Promise<() => Promise<Run>> {
    return this.account.startWith('Consolidation', input, this.name);
  }

  /** A run to its end: the last state that it was in. */
  public async run(): Promise<string> {
    return this.endOf(await this.begin());
  }

  public async endOf(run: () => Promise<Run>, seconds = 60): Promise<string> {
    const ended = await this.account.ended(run, seconds);
    const last = (await this.account.passed(ended)).at(-1) as string;
    return ended.status === 'SUCCEEDED' ? last : `${ended.status} at ${last}: ${ended.error} ${ended.cause}`;
  }

  /** A run has been in a state. */
  public async reaches(run: () => Promise<Run>, state: string): Promise<void> {
    await until(
      `the run has been in ${state}`,
      async () => (await this.account.passed(await run())).includes(state),
      60,
    );
  }

  public runs(): Promise<Run[]> {
    return this.account.runs('Consolidation', this.name);
  }

  /** The groups of the tasks of some nodes. */
  public async tasksOn(nodes: Instance[]): Promise<string[]> {
    const all: Record<string, string[]> = await this.account.aws.happens('running');
    return nodes.flatMap(({ InstanceId }) => all[InstanceId] ?? []);
  }

  public tag(key: string, value?: string): Promise<void> {
    return this.group.tag(key, value);
  }

  /** What its topic was sent since the last time. */
  public messages(): Promise<Message[]> {
    return this.account.messagesTo(this.name);
  }
}
