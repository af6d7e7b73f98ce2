import { Aws, Duration, Lazy, type Stack, Tags } from 'aws-cdk-lib';
import * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { InstanceTier } from '../../tier/instance-tier';
import { ClusterGrants } from '../cluster-grants';
import type { FleetCluster } from '../fleet-cluster';
import { anyGroup, RolloutMachine } from '../fleet-machine';
import { readinessSteps } from './readiness-steps';

/**
 * On the groups whose lifecycle actions the machine of this stack completes, so that it can do
 * so for no others.
 */
const GATE_TAG = 'EcsReadinessGate';

/**
 * The bootstrap of a node may take 15 minutes, by its own limit; the instance and the agent take
 * some more to start.
 */
const HEARTBEAT = Duration.minutes(20);

/**
 * A node counts as in service only once it has joined its cluster.
 *
 * A launch hook keeps a new instance in `Pending:Wait`. Auto Scaling's event starts a state machine, which
 * looks for the instance in the cluster that the hook's metadata names, and lets it go on once its agent is
 * there. A node that never joins is abandoned when the hook's heartbeat ends: terminated, and replaced. So an
 * image or a bootstrap that is broken fails the refresh of the nodes, and no old node is touched.
 *
 * No code runs on the node, and there is no Lambda function: one rule and one state machine serve all gated
 * groups of a stack.
 *
 * The event is delivered at best: a node whose event got lost is given up and replaced like one
 * that never joined.
 *
 * What it does not cover: nodes that start before the hook is there, which CloudFormation can only make after
 * the group (a group with a `minCapacity` at its first deployment). And not the event
 * `ECS Container Instance State Change`: that comes at each start and stop of a task of every cluster in the
 * region.
 */
export class ReadinessGate extends Construct {
  /** Finds or makes the gate of a stack. */
  public static of(stack: Stack): ReadinessGate {
    // A name that nobody gives to a construct of their own.
    const id = 'cdk-ecs-auto-scaled-cluster:ReadinessGate';
    return (stack.node.tryFindChild(id) as ReadinessGate | undefined) ?? new ReadinessGate(stack, id);
  }

  /**
   * Unique in the account and region, in a nested stack too, so that each stack's rule hears of its
   * own groups only.
   */
  private readonly hookName = `joins-its-cluster-${Aws.STACK_NAME}`;
  private readonly grants: ClusterGrants;

  private constructor(stack: Stack, id: string) {
    super(stack, id);
    const { role } = new RolloutMachine(this, {
      name: 'readiness-gate',
      description: 'Lets a new ECS node go into service once it has joined its cluster',
      start: readinessSteps(this, HEARTBEAT),
      // The heartbeat has ended it by then, and there is nothing left to complete.
      timeout: HEARTBEAT.plus(Duration.minutes(1)),
      statements: [
        new iam.PolicyStatement({
          sid: 'LetNodesGoOn',
          actions: ['autoscaling:CompleteLifecycleAction'],
          resources: [anyGroup(this)],
          conditions: { StringEquals: { [`aws:ResourceTag/${GATE_TAG}`]: Aws.STACK_NAME } },
        }),
      ],
      detailType: 'EC2 Instance-launch Lifecycle Action',
      detail: { LifecycleHookName: [this.hookName] },
    });
    this.grants = new ClusterGrants(this, role, 1, (clusterArns) => [
      new iam.PolicyStatement({
        sid: 'FindNodes',
        actions: ['ecs:ListContainerInstances'],
        resources: Lazy.list({ produce: clusterArns }),
      }),
    ]);
  }

  /** Gates the nodes of a tier. */
  public add(tier: InstanceTier, cluster: FleetCluster): void {
    this.grants.add(cluster);
    Tags.of(tier.autoScalingGroup).add(GATE_TAG, Aws.STACK_NAME, { applyToLaunchedInstances: false });
    // A resource of its own: in the group's own list the first instances would wait before there is anything
    // that lets them go on.
    const hook = new autoscaling.LifecycleHook(tier, 'ReadinessGate', {
      autoScalingGroup: tier.autoScalingGroup,
      lifecycleHookName: this.hookName,
      lifecycleTransition: autoscaling.LifecycleTransition.INSTANCE_LAUNCHING,
      heartbeatTimeout: HEARTBEAT,
      defaultResult: autoscaling.DefaultResult.ABANDON,
      notificationMetadata: cluster.clusterName,
    });
    hook.node.addDependency(this);
  }
}
