import { Duration, type Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { DrainLimitPlan } from '../../replacement/drain-limit';
import type { InstanceTier } from '../../tier/instance-tier';
import { DRAIN_HOOK } from '../drain-hook';
import { badRuns, type FleetAlarm } from '../fleet-alarm';
import type { FleetCluster } from '../fleet-cluster';
import { FleetMachine } from '../fleet-machine';
import { allOf, groupsWith } from '../machine-resources';
import { tierTags } from '../tier-tags';
import { drainLimitSteps } from './drain-limit-steps';
import { DRAIN_LIMIT_TAG } from './drain-limit-tags';

/** The longest limit, and the stop timeouts after it. */
const TIMEOUT = Duration.days(3);

/** A task that is stopped may take the agent's default of five minutes, and a minute more to be seen. */
const GRACE = Duration.minutes(6);

/**
 * Ends drains that have reached the limit of their tier, or tells a topic of them.
 *
 * Auto Scaling's event for ECS's own hook starts a run, which waits for the limit. If the node still drains,
 * its tasks and services are named and the tasks are stopped. Only where that does not end the drain is ECS's
 * hook completed. A second hook would not do: Auto Scaling waits for all of them.
 *
 * The hook's name is in the event. A rule matches what it begins with, because AWS documents the name by an
 * example only.
 *
 * The event is delivered on a best-effort basis. Where it is lost, ECS's own end comes after 48 hours.
 */
export class DrainLimits extends FleetMachine {
  /** Finds or makes the drain limits of a stack. */
  public static of(stack: Stack): DrainLimits {
    return FleetMachine.one(DrainLimits, 'DrainLimits', stack);
  }

  public constructor(stack: Stack, id: string) {
    super(stack, id, {
      name: 'drain-limits',
      description: 'Ends drains of ECS nodes that have reached their limit, or tells of them',
      tag: DRAIN_LIMIT_TAG,
      steps: drainLimitSteps,
      timeout: TIMEOUT,
      statements: [
        new iam.PolicyStatement({
          sid: 'LetNodesGo',
          actions: ['autoscaling:CompleteLifecycleAction'],
          ...groupsWith(DRAIN_LIMIT_TAG, stack),
        }),
        // Neither knows a resource: "*" is the only one that IAM accepts.
        new iam.PolicyStatement({
          sid: 'ReadGroups',
          actions: ['autoscaling:DescribeAutoScalingGroups', 'autoscaling:DescribeAutoScalingInstances'],
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
          sid: 'FindTasks',
          actions: ['ecs:DescribeContainerInstances', 'ecs:ListTasks'],
          ...allOf('container-instance', clusterArns, stack),
        }),
        new iam.PolicyStatement({
          sid: 'StopTasks',
          actions: ['ecs:DescribeTasks', 'ecs:StopTask'],
          ...allOf('task', clusterArns, stack),
        }),
      ],
    });
    this.onEvents('aws.autoscaling', ['EC2 Instance-terminate Lifecycle Action'], {
      LifecycleHookName: [{ prefix: DRAIN_HOOK }],
      AutoScalingGroupName: this.groupNames(),
    });
  }

  /** Looks after a tier as its plan says. */
  public limit(tier: InstanceTier, cluster: FleetCluster, { action, limit, topic }: DrainLimitPlan): void {
    if (topic !== undefined) this.tell(topic, tier);
    const values = { action, limit: limit.toSeconds(), grace: GRACE.toSeconds() };
    this.add(tier, cluster, tierTags(DRAIN_LIMIT_TAG, values, topic));
  }

  public override alarms(): FleetAlarm[] {
    return badRuns(
      this.machine,
      'DrainLimits',
      1,
      'A node that drains has reached its limit and was not let go, or its run was stopped. ECS ends the ' +
        `drain after 48 hours. The cause of the run says more: M=${this.machine.stateMachineArn}; aws ` +
        'stepfunctions list-executions --max-items 5 --state-machine-arn $M; aws stepfunctions ' +
        'describe-execution --query [cause,input] --execution-arn ARN. The input names group GROUP, ' +
        'instance ID and hook HOOK. Let it go: aws autoscaling complete-lifecycle-action ' +
        '--auto-scaling-group-name GROUP --lifecycle-hook-name HOOK --instance-id ID ' +
        '--lifecycle-action-result CONTINUE.',
    );
  }
}
