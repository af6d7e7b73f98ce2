import { App, DefaultStackSynthesizer, type Stack } from 'aws-cdk-lib';
import { NodeImage } from '../../src';
import { isOf, type Part } from '../fleet/machine';
import { TestStack } from '../helpers/estate';
import { ApiError, type Emulator, until } from './emulator';

/** The name of the parameter that says which image nodes have; `Account.image()` changes it. */
export const IMAGE = '/estate/image';

const MACHINE = 'AWS::StepFunctions::StateMachine';

/** The image of the estate's nodes: looked up at each deployment, as the default one is. */
export const image = NodeImage.fromSsmParameter(IMAGE);

/** A stack as it is deployed without `cdk bootstrap`. */
export function deployable(name = 'Estate', app = new App()): TestStack {
  return new TestStack(app, name, {
    synthesizer: new DefaultStackSynthesizer({ generateBootstrapVersionRule: false }),
  });
}

/** The emulated account, as a person at a terminal would use it. */
export class Account {
  private templates = 0;

  public constructor(public readonly aws: Emulator) {}

  public async image(id: string): Promise<void> {
    await this.aws.call('ssm', 'put_parameter', { Name: IMAGE, Value: id, Type: 'String', Overwrite: true });
  }

  /** Deploys the template that the library has synthesised, and nothing of it changed. */
  public async deploy(stack: Stack & { template: { toJSON(): object } }): Promise<void> {
    await this.deployTemplate(stack.stackName, stack.template.toJSON());
  }

  public async deployTemplate(stackName: string, template: object, others: object = {}): Promise<void> {
    // As the CDK does: a template in the call itself has 51,200 characters at most.
    const Key = `${stackName}-${++this.templates}.json`;
    await this.aws.call('s3', 'create_bucket', { Bucket: 'templates' });
    await this.aws.call('s3', 'put_object', { Bucket: 'templates', Key, Body: JSON.stringify(template) });
    const props = {
      StackName: stackName,
      TemplateURL: `${this.aws.endpoint}/templates/${Key}`,
      Capabilities: ['CAPABILITY_NAMED_IAM'],
      ...others,
    };
    const exists = await this.status(stackName).catch((error) => {
      if (error instanceof ApiError) return undefined;
      throw error;
    });
    await this.aws.call('cloudformation', exists ? 'update_stack' : 'create_stack', props);
    const status = await this.settled(stackName);
    if (status !== 'CREATE_COMPLETE' && status !== 'UPDATE_COMPLETE')
      throw new Error(await this.problems(stackName));
  }

  /** Deletes a stack. The types and logical ids of its resources, in the order in which they went. */
  public async destroy(stackName: string): Promise<string[]> {
    const id = (await this.aws.call('cloudformation', 'describe_stacks', { StackName: stackName })).Stacks[0]
      .StackId;
    await this.aws.call('cloudformation', 'delete_stack', { StackName: stackName });
    const status = await this.settled(id);
    if (status !== 'DELETE_COMPLETE') throw new Error(await this.problems(id));
    const { StackEvents } = await this.aws.call('cloudformation', 'describe_stack_events', { StackName: id });
    return StackEvents.reverse()
      .filter((event: any) => event.ResourceStatus === 'DELETE_COMPLETE')
      .map((event: any) => `${event.ResourceType} ${event.LogicalResourceId}`);
  }

  /** The physical ids of a stack's resources of a type. */
  public async idsOf(type: string, stackName?: string): Promise<string[]> {
    return (await this.resources(type, stackName)).map(({ PhysicalResourceId }) => PhysicalResourceId);
  }

  public async groups(stackName?: string): Promise<Group[]> {
    const names = await this.idsOf('AWS::AutoScaling::AutoScalingGroup', stackName);
    return names.map((name) => new Group(this.aws, name));
  }

  /** The runs of a state machine of the stack. The first one first. */
  public async runs(part: Part, stackName?: string): Promise<Run[]> {
    const stateMachineArn = await this.idOf(MACHINE, part, stackName);
    const { executions } = await this.aws.call('stepfunctions', 'list_executions', { stateMachineArn });
    const runs: Run[] = await Promise.all(
      executions.map(({ executionArn }: Run) =>
        this.aws.call('stepfunctions', 'describe_execution', { executionArn }),
      ),
    );
    return runs.sort((one, other) => String(one.startDate).localeCompare(String(other.startDate)));
  }

  /** Starts a state machine of the stack with an event, as a person would. */
  public start(part: Part, detail: object, stackName?: string): Promise<() => Promise<Run>> {
    return this.startWith(part, { detail }, stackName);
  }

  /** Starts a state machine of the stack with an input. */
  public async startWith(part: Part, input: object, stackName?: string): Promise<() => Promise<Run>> {
    const { executionArn } = await this.aws.call('stepfunctions', 'start_execution', {
      stateMachineArn: await this.idOf(MACHINE, part, stackName),
      input: JSON.stringify(input),
    });
    return () => this.aws.call('stepfunctions', 'describe_execution', { executionArn });
  }

  /** A run, when it has ended. */
  public ended(run: () => Promise<Run>, seconds = 60): Promise<Run> {
    return until(
      'the run has ended',
      async () => {
        const found = await run();
        return found.status !== 'RUNNING' && found;
      },
      seconds,
    );
  }

  /** What the topic of a stack was sent since the last time. */
  public async messagesTo(stackName: string): Promise<Message[]> {
    const all: Message[] = await this.aws.happens('messages');
    return all.filter(({ topic }) => topic.endsWith(`alerts-of-${stackName}`));
  }

  /** The runs for a node. The first one first. */
  public async runsOf(part: Part, node: Instance, stackName?: string): Promise<Run[]> {
    return (await this.runs(part, stackName)).filter(({ input }) => input.includes(node.InstanceId));
  }

  /** The last run for a node, when its status is this. */
  public runOf(
    part: Part,
    node: Instance,
    status: string,
    stackName?: string,
    seconds?: number,
  ): Promise<Run> {
    return until(
      `the run of ${node.InstanceId} is ${status}`,
      async () => {
        const run = (await this.runsOf(part, node, stackName)).at(-1);
        return run?.status === status && run;
      },
      seconds,
    );
  }

  /** The names of the states that a run has been in. */
  public async passed({ executionArn }: { executionArn: string }): Promise<string[]> {
    const { events } = await this.aws.call('stepfunctions', 'get_execution_history', {
      executionArn,
      maxResults: 1000,
    });
    return events.flatMap((event: any) => event.stateEnteredEventDetails?.name ?? []);
  }

  /** Turns the rule off or on that starts a state machine of the stack: meanwhile its events are lost. */
  public async rule(part: Part, what: 'disable' | 'enable', stackName?: string): Promise<void> {
    const id = await this.idOf('AWS::Events::Rule', part, stackName);
    await this.aws.call('events', `${what}_rule`, { Name: id.split('|').pop() });
  }

  /** The changes of nodes and tasks since the last time. */
  public calls(): Promise<string[]> {
    return this.aws.happens('calls');
  }

  /** The physical id of a part's resource of a type. */
  public async idOf(type: string, part: Part, stackName?: string): Promise<string> {
    const all = await this.resources(type, stackName);
    return all.find(({ LogicalResourceId }) => isOf(part, LogicalResourceId))?.PhysicalResourceId as string;
  }

  private async resources(type: string, stackName = 'Estate'): Promise<Resource[]> {
    const { StackResources } = await this.aws.call('cloudformation', 'describe_stack_resources', {
      StackName: stackName,
    });
    return StackResources.filter(({ ResourceType }: Resource) => ResourceType === type);
  }

  private async status(stack: string): Promise<string> {
    return (await this.aws.call('cloudformation', 'describe_stacks', { StackName: stack })).Stacks[0]
      .StackStatus;
  }

  private settled(stack: string): Promise<string> {
    return until(`${stack} is settled`, async () => {
      const status = await this.status(stack);
      return !status.includes('PROGRESS') && status;
    });
  }

  private async problems(stack: string): Promise<string> {
    const { StackEvents } = await this.aws.call('cloudformation', 'describe_stack_events', {
      StackName: stack,
    });
    return StackEvents.filter((event: any) => event.ResourceStatus.includes('FAILED'))
      .map((event: any) => `${event.LogicalResourceId}: ${event.ResourceStatusReason}`)
      .join('\n');
  }
}

/** A resource of a stack, as CloudFormation describes it. */
interface Resource {
  readonly ResourceType: string;
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId: string;
}

/** A run of a state machine. */
export interface Run {
  readonly executionArn: string;
  readonly status: string;
  readonly input: string;
  readonly startDate: string;
  readonly error?: string;
  readonly cause?: string;
}

/** An instance of a group, as Auto Scaling describes it. */
export interface Instance {
  readonly InstanceId: string;
  readonly LifecycleState: string;
  readonly LaunchTemplate: { readonly Version: string };
}

/** What a topic was sent. */
export interface Message {
  readonly topic: string;
  readonly subject: string;
  readonly message: string;
}

/** A group, and its nodes as ECS knows them. */
export class Group {
  public constructor(
    private readonly aws: Emulator,
    public readonly name: string,
  ) {}

  /** Sets a tag of the group, or takes it off. */
  public async tag(key: string, value?: string): Promise<void> {
    const tag = { ResourceId: this.name, ResourceType: 'auto-scaling-group', Key: key };
    await (value === undefined
      ? this.aws.call('autoscaling', 'delete_tags', { Tags: [tag] })
      : this.aws.call('autoscaling', 'create_or_update_tags', {
          Tags: [{ ...tag, Value: value, PropagateAtLaunch: false }],
        }));
  }

  public async describe(): Promise<any> {
    return (
      await this.aws.call('autoscaling', 'describe_auto_scaling_groups', {
        AutoScalingGroupNames: [this.name],
      })
    ).AutoScalingGroups[0];
  }

  public async instances(): Promise<Instance[]> {
    return (await this.describe()).Instances;
  }

  public async scaleTo(capacity: number): Promise<Instance[]> {
    const before = new Set((await this.instances()).map((instance) => instance.InstanceId));
    await this.aws.call('autoscaling', 'set_desired_capacity', {
      AutoScalingGroupName: this.name,
      DesiredCapacity: capacity,
    });
    return (await this.instances()).filter((instance) => !before.has(instance.InstanceId));
  }

  /** What the agent of each of these nodes does when it has started. */
  public async join(instances: Instance[], attributes: Record<string, string> = {}): Promise<void> {
    const cluster = await this.cluster();
    for (const { InstanceId } of instances) {
      await this.aws.call('ecs', 'register_container_instance', {
        cluster,
        instanceIdentityDocument: JSON.stringify({ instanceId: InstanceId }),
        instanceIdentityDocumentSignature: 'x',
        totalResources: [],
        attributes: Object.entries(attributes).map(([name, value]) => ({ name, value })),
      });
    }
  }

  public async terminate(instances: Instance[]): Promise<void> {
    for (const { InstanceId } of instances) {
      await this.aws.call('autoscaling', 'terminate_instance_in_auto_scaling_group', {
        InstanceId,
        ShouldDecrementDesiredCapacity: true,
      });
    }
  }

  /** Replaced: the group wants as many as before. */
  public async replace(instances: Instance[]): Promise<void> {
    for (const { InstanceId } of instances) {
      await this.aws.call('autoscaling', 'terminate_instance_in_auto_scaling_group', {
        InstanceId,
        ShouldDecrementDesiredCapacity: false,
      });
    }
  }

  /** New nodes above what the group wants, as a refresh launches them. */
  public async surge(nodes: number): Promise<Instance[]> {
    const before = new Set((await this.instances()).map((instance) => instance.InstanceId));
    await this.aws.happens('surge', { group: this.name, nodes });
    return (await this.instances()).filter((instance) => !before.has(instance.InstanceId));
  }

  /** The instances that carry a mark, sorted. */
  public async held(): Promise<string[]> {
    return (await this.nodes()).filter((node) => node.held !== null).map((node) => node.instance);
  }

  /** The instances that ECS drains, sorted. */
  public async drained(): Promise<string[]> {
    return (await this.nodes()).filter((node) => node.status === 'DRAINING').map((node) => node.instance);
  }

  /** The nodes of the cluster, as ECS knows them, by instance. */
  public async nodes(): Promise<{ instance: string; status: string; held: string | null }[]> {
    return this.aws.happens('nodes', { cluster: await this.cluster() });
  }

  /** The lifecycle states of some of its instances; of one that has gone: `gone`. */
  public async statesOf(instances: Instance[]): Promise<string[]> {
    const states = new Map((await this.instances()).map((each) => [each.InstanceId, each.LifecycleState]));
    return instances.map(({ InstanceId }) => states.get(InstanceId) ?? 'gone');
  }

  public async inService(instances: Instance[], seconds?: number): Promise<void> {
    const are = async () => (await this.statesOf(instances)).every((state) => state === 'InService');
    await until('in service', are, seconds);
  }

  /** The ARN of a node in its cluster. */
  public async arnOf(node: Instance): Promise<string> {
    const { containerInstanceArns } = await this.aws.call('ecs', 'list_container_instances', {
      cluster: await this.cluster(),
      filter: `ec2InstanceId in ['${node.InstanceId}']`,
    });
    return containerInstanceArns[0];
  }

  public async startRefresh(options: object = { Preferences: { SkipMatching: true } }): Promise<string> {
    return (
      await this.aws.call('autoscaling', 'start_instance_refresh', {
        AutoScalingGroupName: this.name,
        ...options,
      })
    ).InstanceRefreshId;
  }

  public async refreshes(): Promise<{ Status: string; InstanceRefreshId: string }[]> {
    return (
      await this.aws.call('autoscaling', 'describe_instance_refreshes', { AutoScalingGroupName: this.name })
    ).InstanceRefreshes;
  }

  public async cluster(): Promise<string> {
    return (await this.describe()).Tags.find((tag: any) => tag.Key === 'ClusterName').Value;
  }
}

/** The ids, sorted. */
export function ids(instances: Instance[]): string[] {
  return instances.map((instance) => instance.InstanceId).sort();
}
