import { Duration, type Stack } from 'aws-cdk-lib';
import type * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import * as iam from 'aws-cdk-lib/aws-iam';
import { GATE_HOOK_NAME, gateHook, HEARTBEAT } from '../../replacement/gate-hook';
import type { InstanceTier } from '../../tier/instance-tier';
import type { ClusterGrants } from '../cluster-grants';
import { badRuns, type FleetAlarm } from '../fleet-alarm';
import type { FleetCluster } from '../fleet-cluster';
import { FleetMachine } from '../fleet-machine';
import { allOf, findNodes, groupsWith, listServices, readServices } from '../machine-resources';
import { readinessSteps, readinessStepsWithDaemons } from './readiness-steps';

/**
 * On the groups whose lifecycle actions the state machine of this stack completes, so that it can do so for
 * no others.
 */
const GATE_TAG = 'EcsReadinessGate';

/**
 * A node is in service only once it has joined its cluster.
 *
 * A launch hook keeps a new instance in `Pending:Wait`. Auto Scaling's event starts a state machine, which
 * looks for the instance in the ECS cluster of the hook's metadata, and lets it go on once its agent is
 * there. A node that shuts down is abandoned within three minutes, one that never joins when the hook's
 * heartbeat ends: terminated, and replaced. So an image or a bootstrap that is broken fails the refresh of
 * the nodes, and no old node is touched.
 *
 * Where the cordon drains, the gate is its barrier. A node that has joined waits until the old ones are
 * `DRAINING`, for 15 minutes after its own launch at most.
 *
 * With `daemonsFirst` a node registers with the mark `starting`, which keeps replicas off it. The gate takes
 * the mark away when all daemons of the node run, or after five minutes, and only then lets it go on.
 *
 * No code runs on the node, and there is no Lambda function: one rule and one state machine serve all gated
 * groups of a stack. They are there before the first node: the hook is part of the group, and the group waits
 * for them.
 *
 * The event is delivered on a best-effort basis: a node whose event got lost is given up and replaced like
 * one that never joined. The event `ECS Container Instance State Change` is not used: that comes at each
 * start and stop of a task of every cluster in the region.
 */
export class ReadinessGate extends FleetMachine {
  /** Finds or makes the gate of a stack. */
  public static of(stack: Stack): ReadinessGate {
    return FleetMachine.one(ReadinessGate, 'ReadinessGate', stack);
  }

  public constructor(stack: Stack, id: string) {
    super(stack, id, {
      name: 'readiness-gate',
      description: 'Lets a new ECS node go into service once it has joined its cluster',
      tag: GATE_TAG,
      steps: readinessSteps,
      // The heartbeat has ended it by then, and there is nothing left to complete.
      timeout: Duration.seconds(HEARTBEAT + 300),
      statements: [
        new iam.PolicyStatement({
          sid: 'LetNodesGoOn',
          actions: ['autoscaling:CompleteLifecycleAction'],
          ...groupsWith(GATE_TAG, stack),
        }),
        // None of them knows a resource: "*" is the only one that IAM accepts.
        new iam.PolicyStatement({
          sid: 'ReadNodesAndGroups',
          actions: [
            'ec2:DescribeInstanceStatus',
            'autoscaling:DescribeAutoScalingInstances',
            'autoscaling:DescribeAutoScalingGroups',
            'autoscaling:DescribeInstanceRefreshes',
          ],
          resources: ['*'],
        }),
      ],
      inClusters: (clusterArns) => [findNodes(clusterArns)],
    });
    // An instance on its way into a warm pool has not joined, and shall not have.
    this.onEvents('aws.autoscaling', ['EC2 Instance-launch Lifecycle Action'], {
      LifecycleHookName: [GATE_HOOK_NAME],
      Destination: ['AutoScalingGroup'],
    });
  }

  /** Made for the first tier that wants its daemons first. */
  private daemons?: ClusterGrants;

  public override add(tier: InstanceTier, cluster: FleetCluster): void {
    super.add(tier, cluster);
    if (tier._replacement._daemonsFirst) {
      this.daemons ??= this.waitForDaemons();
      this.daemons.add(cluster);
    }
    const group = tier.autoScalingGroup.node.defaultChild as autoscaling.CfnAutoScalingGroup;
    // The L1, because the L2 group has no field for it. Its LifecycleHook is a resource of its own, which
    // CloudFormation can only make after the group: the first nodes, and all those of the deployment that
    // brings the gate to a running cluster, would not be gated.
    group.lifecycleHookSpecificationList = [gateHook(cluster.clusterName)];
  }

  private waitForDaemons(): ClusterGrants {
    this.redefine(readinessStepsWithDaemons);
    this.role.addToPrincipalPolicy(
      new iam.PolicyStatement({
        // It knows no resource: "*" is the only one that IAM accepts.
        sid: 'ReadTaskDefinitions',
        actions: ['ecs:DescribeTaskDefinition'],
        resources: ['*'],
      }),
    );
    return this.further('Services', (clusterArns) => {
      return [
        listServices(clusterArns),
        readServices(clusterArns, this),
        new iam.PolicyStatement({
          sid: 'OpenNodes',
          actions: ['ecs:DeleteAttributes'],
          ...allOf('container-instance', clusterArns, this),
        }),
      ];
    });
  }

  public override alarms(): FleetAlarm[] {
    return badRuns(
      this.machine,
      'ReadinessGate',
      2,
      'New nodes have been given up again and again: they shut down before they joined their cluster, ' +
        `or never joined. The cause of each run names the node: M=${this.machine.stateMachineArn}; aws ` +
        'stepfunctions list-executions --status-filter FAILED --max-items 5 --state-machine-arn $M; aws ' +
        'stepfunctions describe-execution --query cause --execution-arn ARN. Its console output says ' +
        'why: aws ec2 get-console-output --instance-id ID (while it runs, on a Nitro type: with ' +
        '--latest). ' +
        (this.daemons === undefined
          ? ''
          : 'With the error DaemonNotRunning the node is in service, and the cause names its daemons. ') +
        'A run that was stopped or timed out gives its node up. Look again at a node that ' +
        'waits: aws stepfunctions start-execution --state-machine-arn $M --input INPUT, the input of its ' +
        'run.',
    );
  }
}
