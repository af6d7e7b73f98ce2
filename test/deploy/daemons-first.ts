/**
 * What the tests of daemons first share: a gated tier on the emulator whose nodes register with the mark, the
 * daemons of its cluster, and what runs on a node. Nothing places tasks there: the tests do.
 */
import { NodeReplacement } from '../../src';
import { SMALL } from '../helpers/estate';
import { type Account, deployable, type Group, type Instance, image, type Run } from './account';
import { until } from './emulator';

export class DaemonsFirst {
  /** A stack with one tier of that kind, and its daemons: name → the expression of a constraint, or none. */
  public static async with(
    account: Account,
    name: string,
    daemons: Record<string, string | undefined>,
  ): Promise<DaemonsFirst> {
    const stack = deployable(name);
    const replacement = NodeReplacement.rolling({ daemonsFirst: true });
    stack.cluster({
      replacement,
      tiers: [{ name: 'general', instanceTypes: [SMALL], machineImage: image }],
    });
    await account.image('ami-0000000000000000a');
    await account.deploy(stack);
    const [group] = await account.groups(name);
    const found = new DaemonsFirst(account, name, group, await group.cluster());
    await account.aws.call('ecs', 'register_task_definition', {
      family: 'agent',
      containerDefinitions: [{ name: 'agent', image: 'agent', memory: 64 }],
    });
    for (const [daemon, expression] of Object.entries(daemons)) {
      await account.aws.happens('service', {
        cluster: found.cluster,
        name: daemon,
        schedulingStrategy: 'DAEMON',
        taskDefinition: 'agent',
        placementConstraints: expression === undefined ? [] : [{ type: 'memberOf', expression }],
      });
    }
    return found;
  }

  private constructor(
    private readonly account: Account,
    public readonly name: string,
    public readonly group: Group,
    public readonly cluster: string,
  ) {}

  /** One node more, which joins as its agent would: with the mark. */
  public async node(attributes: Record<string, string> = {}): Promise<Instance> {
    const [node] = await this.group.scaleTo((await this.group.instances()).length + 1);
    await this.group.join([node], { held: 'starting', ...attributes });
    return node;
  }

  /** Tasks of these services run on the node. */
  public run(node: Instance, services: string[]): Promise<void> {
    const tasks = services.map((service) => ({ group: `service:${service}` }));
    return this.account.aws.happens('tasks', { instance: node.InstanceId, tasks });
  }

  /** The mark of a node, or none. */
  public async mark(node: Instance): Promise<string | null> {
    const found = (await this.group.nodes()).find(({ instance }) => instance === node.InstanceId);
    if (found === undefined) throw new Error(`${node.InstanceId} has not joined`);
    return found.held;
  }

  public opened(node: Instance): Promise<unknown> {
    return until('it is open', async () => (await this.mark(node)) === null);
  }

  public runOf(node: Instance, status: string): Promise<Run> {
    return this.account.runOf('ReadinessGate', node, status, this.name);
  }

  /** The steps of the gate's run for a node so far. */
  public async steps(node: Instance): Promise<string[]> {
    return this.account.passed(await this.runOf(node, 'RUNNING'));
  }
}
