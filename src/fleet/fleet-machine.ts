import { createHash } from 'node:crypto';
import { ArnFormat, Aws, type Duration, Lazy, RemovalPolicy, Stack, Tags, Token } from 'aws-cdk-lib';
import type * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import * as schedulerTargets from 'aws-cdk-lib/aws-scheduler-targets';
import type * as sns from 'aws-cdk-lib/aws-sns';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { libraryName, onceIn } from '../private/once-in';
import { checkRegion } from '../private/regions';
import { forThisAccount } from '../private/service-principal';
import { checkAtSynthesis } from '../rendered/problem';
import type { ScheduledOptions } from '../replacement/scheduled-options';
import type { InstanceTier } from '../tier/instance-tier';
import { noteOwnTags } from '../tier/node-tags';
import { ClusterGrants, type InClusters } from './cluster-grants';
import type { FleetAlarm } from './fleet-alarm';
import type { FleetCluster } from './fleet-cluster';
import { namesOfGroups } from './group-names';
import { machineProblems } from './machine-checks';

/** What a state machine that looks after running nodes is made of. */
export interface FleetMachineProps {
  /** Part of the log group's name: lower case, hyphens. */
  readonly name: string;
  /** Shown in the console on the state machine, its role and what starts it. */
  readonly description: string;
  /** The tag of the groups that the state machine looks after. Its value is the name of their stack. */
  readonly tag: string;
  readonly steps: (scope: Construct) => sfn.IChainable;
  readonly timeout: Duration;
  /** What the state machine may do. Its clusters, its log and its traces come on top. */
  readonly statements: iam.PolicyStatement[];
  /** What the state machine may do in its clusters. */
  readonly inClusters: InClusters;
  /** Whether a run may start the next one, because its history has an end. */
  readonly startsItself?: boolean;
  /** Whether a run may ask what has become of another one. */
  readonly seesItsRuns?: boolean;
}

/**
 * A Standard state machine that looks after the nodes of a stack, without a Lambda function: what starts it,
 * its role, its log, and what its alarms say. There is one for each stack and concern, however many tiers;
 * what differs from tier to tier is in tags of the tier's group (`tierTags()`), which the state machine reads.
 *
 * A concern is a subclass that has one file of steps. `onEvents()` or `onSchedule()` starts it, `add()` gives
 * it a tier. Its permissions have rows in docs/permissions.md (test/iam compares them).
 *
 * Standard and not Express, because a run lasts longer than five minutes and its history is what an operator
 * looks at. It is logged (level ALL) and traced as AWS's security rules ask (cdk-nag's SF1 and SF2); a few
 * runs a month cost next to nothing. It is encrypted with a key that AWS owns, as every state machine is:
 * what it handles are ids.
 */
export abstract class FleetMachine extends Construct {
  /** The state machines of a stack that look after a tier. */
  public static lookingAfter(tier: InstanceTier): FleetMachine[] {
    return Stack.of(tier).node.children.filter(
      (child): child is FleetMachine => child instanceof FleetMachine && child.tiers.has(tier),
    );
  }

  /** Finds or makes the state machine of a stack. */
  protected static one<T extends FleetMachine>(
    make: new (stack: Stack, id: string) => T,
    name: string,
    stack: Stack,
  ): T {
    return onceIn(stack, libraryName(name), (id) => new make(stack, id));
  }

  public readonly machine: sfn.StateMachine;
  protected readonly role: iam.Role;
  private readonly settings: sfn.StateMachineProps;
  private readonly parts: Construct;
  private readonly grants: ClusterGrants;
  private readonly tiers = new Set<InstanceTier>();
  private readonly groups: autoscaling.CfnAutoScalingGroup[] = [];

  protected constructor(
    stack: Stack,
    id: string,
    private readonly props: FleetMachineProps,
  ) {
    super(stack, id);
    this.parts = new Construct(this, 'Machine');
    const logGroup = new logs.LogGroup(this.parts, 'Log', {
      // Elsewhere each log group of a state machine takes a part of the region's one resource policy, and
      // after some forty no more can be made.
      logGroupName: `/aws/vendedlogs/states/${Aws.STACK_NAME}/${props.name}`,
      retention: logs.RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = new iam.Role(this.parts, 'Role', {
      assumedBy: forThisAccount('states.amazonaws.com', this),
      description: props.description,
    });
    for (const statement of [...props.statements, ...observability()])
      this.role.addToPrincipalPolicy(statement);
    this.settings = {
      queryLanguage: sfn.QueryLanguage.JSONATA,
      comment: props.description,
      timeout: props.timeout,
      // The tasks would add statements of their own to the role, without conditions: `ecs:PutAttributes` for
      // the nodes of every cluster.
      role: this.role.withoutPolicyUpdates(),
      logs: { destination: logGroup, level: sfn.LogLevel.ALL, includeExecutionData: true },
      tracingEnabled: true,
    };
    this.machine = new sfn.StateMachine(this.parts, 'Resource', {
      definitionBody: sfn.DefinitionBody.fromChainable(props.steps(this)),
      ...this.settings,
    });
    if (props.startsItself || props.seesItsRuns) {
      // Not in the role's default policy: the state machine waits for that, so it cannot name
      // the state machine.
      new iam.ManagedPolicy(this.parts, 'Continue', {
        roles: [this.role],
        statements: [
          ...(props.startsItself ? [startsItself(this.machine)] : []),
          ...(props.seesItsRuns ? [seesItsRuns(this.machine)] : []),
        ],
      });
    }
    this.grants = new ClusterGrants(this, 'Clusters', this.role, props.inClusters);
  }

  /** What alarms on the state machine say, for `addAlarms()` of a cluster: once for each stack. */
  public abstract alarms(): FleetAlarm[];

  /** What alarms on one of its tiers say. */
  public alarmsOf(_tier: InstanceTier): FleetAlarm[] {
    return [];
  }

  /**
   * Looks after a tier, whose group says so in the state machine's tag, and in tags for what differs
   * from tier to tier.
   */
  public add(tier: InstanceTier, cluster: FleetCluster, values: Record<string, string> = {}): void {
    this.grants.add(cluster);
    this.tiers.add(tier);
    const tags = { [this.props.tag]: Aws.STACK_NAME, ...values };
    noteOwnTags(tier.autoScalingGroup, Object.keys(tags));
    for (const [name, value] of Object.entries(tags)) {
      Tags.of(tier.autoScalingGroup).add(name, value, { applyToLaunchedInstances: false });
    }
    const group = tier.autoScalingGroup.node.defaultChild as autoscaling.CfnAutoScalingGroup;
    this.groups.push(group);
    // A deployment that brings the state machine, or changes it, does so before it starts or replaces a node.
    // This makes no loop: rule and policies name no group.
    group.node.addDependency(this);
    checkAtSynthesis(tier, () => machineProblems(tier, group, this, tags));
  }

  /** Other steps than those that it was made with, for a tier that asks for more. */
  protected redefine(steps: (scope: Construct) => sfn.IChainable): void {
    const chainable = steps(new Construct(this.parts, 'Further'));
    const graph = new sfn.StateGraph(chainable.startState, 'State Machine definition');
    graph.timeout = this.props.timeout;
    const { definitionString } = sfn.DefinitionBody.fromChainable(chainable).bind(
      this.machine,
      this.role,
      this.settings,
      graph,
    );
    const resource = this.machine.node.defaultChild as sfn.CfnStateMachine;
    resource.definitionString = definitionString;
  }

  /** What the state machine may do in some of its clusters only. */
  protected further(id: string, inClusters: InClusters): ClusterGrants {
    return new ClusterGrants(this, id, this.role, inClusters, false);
  }

  /** Starts the state machine at events of a service. */
  protected onEvents(source: string, detailTypes: string[], detail: Record<string, unknown>): void {
    new events.Rule(this.parts, 'Rule', {
      description: this.props.description,
      eventPattern: { source: [source], detailType: detailTypes, detail },
      targets: [new targets.SfnStateMachine(this.machine)],
    });
  }

  /**
   * Starts the state machine at the times of a tier, and gives the key of its schedule. Tiers with the same
   * times share one, whose input is the key: a schedule that named groups would make a loop. So the key goes
   * into the tags of the tier's group, by which a run finds the groups that are meant.
   */
  protected onSchedule({ schedule, window }: ScheduledOptions): string {
    const { expressionString, timeZone } = schedule;
    const times = [expressionString, timeZone?.timezoneName, window?.toMinutes()];
    const text = JSON.stringify(Stack.of(this).resolve(times));
    const key = createHash('sha256').update(text).digest('hex').slice(0, 8);
    onceIn(this.parts, `Schedule${key}`, (id) => this.schedule(id, key, { schedule, window }));
    return key;
  }

  /** Lets the state machine send messages to the topic of a tier, which has to be of its region. */
  protected tell(topic: sns.ITopic, tier: InstanceTier): void {
    checkRegion(this, topic, { code: 'InvalidTopic', field: '`topic`', at: tier });
    topic.grantPublish(this.role);
  }

  private schedule(id: string, key: string, { schedule, window }: ScheduledOptions): scheduler.Schedule {
    return new scheduler.Schedule(this.parts, id, {
      schedule,
      description: this.props.description,
      timeWindow: window ? scheduler.TimeWindow.flexible(window) : scheduler.TimeWindow.off(),
      target: new schedulerTargets.StepFunctionsStartExecution(this.machine, {
        input: scheduler.ScheduleTargetInput.fromObject({ schedule: key }),
      }),
    });
  }

  /**
   * What a rule's pattern says of a group's name. It only spares runs for the groups of others:
   * the tag decides.
   */
  protected groupNames(): string[] {
    return Token.asList(Lazy.any({ produce: () => namesOfGroups(Stack.of(this), this.groups) }));
  }
}

/** As CDK would add them. Neither service knows a resource here: "*" is the only one that IAM accepts. */
function observability(): iam.PolicyStatement[] {
  return [
    new iam.PolicyStatement({
      sid: 'DeliverTheLog',
      actions: [
        'logs:CreateLogDelivery',
        'logs:GetLogDelivery',
        'logs:UpdateLogDelivery',
        'logs:DeleteLogDelivery',
        'logs:ListLogDeliveries',
        'logs:PutResourcePolicy',
        'logs:DescribeResourcePolicies',
        'logs:DescribeLogGroups',
      ],
      resources: ['*'],
    }),
    new iam.PolicyStatement({
      sid: 'SendTraces',
      actions: [
        'xray:PutTraceSegments',
        'xray:PutTelemetryRecords',
        'xray:GetSamplingRules',
        'xray:GetSamplingTargets',
      ],
      resources: ['*'],
    }),
  ];
}

function startsItself(machine: sfn.StateMachine): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid: 'Continue',
    actions: ['states:StartExecution'],
    resources: [machine.stateMachineArn],
  });
}

function seesItsRuns(machine: sfn.StateMachine): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid: 'SeeItsRuns',
    actions: ['states:DescribeExecution'],
    resources: [
      Stack.of(machine).formatArn({
        service: 'states',
        resource: 'execution',
        resourceName: `${machine.stateMachineName}:*`,
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      }),
    ],
  });
}
