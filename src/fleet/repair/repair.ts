import { Duration, type Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { RepairPlan } from '../../replacement/node-repair';
import type { InstanceTier } from '../../tier/instance-tier';
import { badRuns, type FleetAlarm } from '../fleet-alarm';
import type { FleetCluster } from '../fleet-cluster';
import { FleetMachine } from '../fleet-machine';
import { allOf, groupsWith } from '../machine-resources';
import { tierTags } from '../tier-tags';
import { repairSteps } from './repair-steps';
import { REPAIR_TAG } from './repair-tags';

/** The wait before the first look, a day of looks, and the hours in which a node goes. */
const TIMEOUT = Duration.days(3);

/**
 * Replaces nodes that ECS calls impaired, or tells a topic of them.
 *
 * ECS's event `ECS Container Instance Health Change` starts a run for each such node. The run looks again
 * after a while. It acts only while few nodes of the tier are not well and another one is. First Auto Scaling
 * gives the node up, then it leaves its cluster by force, so that its tasks start elsewhere at once. Then
 * ECS's own hook is completed, which the dead node's agent would not answer.
 *
 * All three calls may be made twice, so an event that comes twice does no harm, and nothing has to be given
 * back where a run is stopped. That is why the node gets no mark `held`.
 *
 * The event `ECS Container Instance State Change` is not used: it comes at each start and stop of a task, and
 * each time an agent reconnects.
 */
export class Repair extends FleetMachine {
  /** Finds or makes the repair of a stack. */
  public static of(stack: Stack): Repair {
    return FleetMachine.one(Repair, 'Repair', stack);
  }

  public constructor(stack: Stack, id: string) {
    super(stack, id, {
      name: 'repair',
      description: 'Replaces ECS nodes that are impaired, or tells of them',
      tag: REPAIR_TAG,
      steps: repairSteps,
      timeout: TIMEOUT,
      statements: [
        new iam.PolicyStatement({
          sid: 'GiveNodesUp',
          actions: ['autoscaling:SetInstanceHealth', 'autoscaling:CompleteLifecycleAction'],
          ...groupsWith(REPAIR_TAG, stack),
        }),
        // None of them knows a resource: "*" is the only one that IAM accepts.
        new iam.PolicyStatement({
          sid: 'ReadGroups',
          actions: [
            'autoscaling:DescribeAutoScalingGroups',
            'autoscaling:DescribeAutoScalingInstances',
            'autoscaling:DescribeInstanceRefreshes',
            'autoscaling:DescribeLifecycleHooks',
            'ec2:DescribeTags',
          ],
          resources: ['*'],
        }),
      ],
      inClusters: (clusterArns) => [
        new iam.PolicyStatement({
          sid: 'FindAndTakeOut',
          actions: ['ecs:ListContainerInstances', 'ecs:DeregisterContainerInstance'],
          resources: clusterArns,
        }),
        new iam.PolicyStatement({
          sid: 'ReadHealth',
          actions: ['ecs:DescribeContainerInstances'],
          ...allOf('container-instance', clusterArns, stack),
        }),
      ],
    });
    // No cluster: a pattern has room for 2,048 characters. A run for a node of another group ends at once.
    this.onEvents('aws.ecs', ['ECS Container Instance Health Change'], { overallStatus: ['IMPAIRED'] });
  }

  /** Looks after a tier as its plan says. */
  public repair(tier: InstanceTier, cluster: FleetCluster, plan: RepairPlan): void {
    const { action, after, maxUnhealthyPercentage: share, topic } = plan;
    if (topic !== undefined) this.tell(topic, tier);
    this.add(tier, cluster, tierTags(REPAIR_TAG, { action, after: after.toSeconds(), share }, topic));
  }

  public override alarms(): FleetAlarm[] {
    return badRuns(
      this.machine,
      'Repair',
      1,
      'A node that ECS calls impaired was not replaced. Too many were, a refresh ran, the group has the tag ' +
        'EcsHold, a hook holds the node, or the run was stopped. Its cause names the node, and the commands: ' +
        `M=${this.machine.stateMachineArn}; aws stepfunctions list-executions --max-items 5 ` +
        '--state-machine-arn $M; aws stepfunctions describe-execution --query [cause,input] ' +
        '--execution-arn ARN. Look at the node again: aws stepfunctions start-execution --state-machine-arn ' +
        '$M --input INPUT, the input of its run. By hand: aws autoscaling set-instance-health --instance-id ' +
        'ID --health-status Unhealthy --no-should-respect-grace-period; aws ecs ' +
        'deregister-container-instance --force --cluster CLUSTER --container-instance ARN.',
    );
  }
}
