import { Duration, type Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { checkAtSynthesis } from '../../rendered/problem';
import type { ConsolidationPlan } from '../../replacement/consolidation';
import type { InstanceTier } from '../../tier/instance-tier';
import { badRuns, type FleetAlarm } from '../fleet-alarm';
import type { FleetCluster } from '../fleet-cluster';
import { FleetMachine } from '../fleet-machine';
import { allOf, findNodes, groupsWith, readServices } from '../machine-resources';
import { tierTags } from '../tier-tags';
import { consolidationProblems } from './consolidation-checks';
import { consolidationSteps } from './consolidation-steps';
import { CONSOLIDATION_TAG } from './consolidation-tags';

/** Ten nodes of half an hour each, and two hours to set one back. */
const TIMEOUT = Duration.hours(8);

/**
 * Gives back nodes whose tasks fit elsewhere, in a window.
 *
 * A schedule starts a run, which starts one for each group of the stack that it means. That one looks for a
 * node whose tasks fit into its zone wherever ECS puts them, holds it, drains it, and terminates it when it
 * is empty.
 *
 * It comes last of all that works on nodes: it looks for each of the others before it holds a node, half a
 * minute later, and at each poll. A node that is held when its run is stopped is set back by the next run.
 */
export class Consolidator extends FleetMachine {
  /** Finds or makes the consolidation of a stack. */
  public static of(stack: Stack): Consolidator {
    return FleetMachine.one(Consolidator, 'Consolidation', stack);
  }

  public constructor(stack: Stack, id: string) {
    super(stack, id, {
      name: 'consolidation',
      description: 'Gives back ECS nodes whose tasks fit on other nodes',
      tag: CONSOLIDATION_TAG,
      steps: consolidationSteps,
      timeout: TIMEOUT,
      statements: [
        new iam.PolicyStatement({
          sid: 'GiveNodesBack',
          actions: ['autoscaling:TerminateInstanceInAutoScalingGroup'],
          ...groupsWith(CONSOLIDATION_TAG, stack),
        }),
        // None of them knows a resource: "*" is the only one that IAM accepts.
        new iam.PolicyStatement({
          sid: 'ReadGroups',
          actions: [
            'autoscaling:DescribeAutoScalingGroups',
            'autoscaling:DescribeAutoScalingInstances',
            'autoscaling:DescribeInstanceRefreshes',
            'autoscaling:DescribeScheduledActions',
            'ec2:DescribeTags',
            'ecs:DescribeTaskDefinition',
          ],
          resources: ['*'],
        }),
      ],
      inClusters: (clusterArns) => [
        findNodes(clusterArns),
        new iam.PolicyStatement({
          sid: 'HoldNodes',
          actions: [
            'ecs:DescribeContainerInstances',
            'ecs:ListTasks',
            'ecs:UpdateContainerInstancesState',
            'ecs:PutAttributes',
            'ecs:DeleteAttributes',
          ],
          ...allOf('container-instance', clusterArns, stack),
        }),
        new iam.PolicyStatement({
          sid: 'ReadTasks',
          actions: ['ecs:DescribeTasks', 'ecs:GetTaskProtection'],
          ...allOf('task', clusterArns, stack),
        }),
        readServices(clusterArns, stack),
      ],
      startsItself: true,
      seesItsRuns: true,
    });
  }

  /** Looks after a tier as its plan says. */
  public consolidate(tier: InstanceTier, cluster: FleetCluster, plan: ConsolidationPlan): void {
    if (plan.topic !== undefined) this.tell(plan.topic, tier);
    const values = {
      schedule: this.onSchedule(plan),
      least: plan.minimumNodes,
      most: plan.maxNodesPerRun,
      interfaces: interfacesOf(tier),
    };
    this.add(tier, cluster, tierTags(CONSOLIDATION_TAG, values, plan.topic));
    checkAtSynthesis(tier, () => consolidationProblems(tier));
  }

  public override alarms(): FleetAlarm[] {
    return badRuns(
      this.machine,
      'Consolidation',
      1,
      'A run of the consolidation ended badly. A node may be left held or draining: it takes no tasks. The ' +
        `next run of its group sets it back. Now: M=${this.machine.stateMachineArn}; aws stepfunctions ` +
        'start-execution --state-machine-arn $M --input \'{"group":"GROUP"}\'. The cause of the run names ' +
        'the node: aws stepfunctions list-executions --max-items 5 --state-machine-arn $M; aws ' +
        'stepfunctions describe-execution --query [cause,input] --execution-arn ARN. By hand: aws ecs ' +
        'update-container-instances-state --status ACTIVE --cluster CLUSTER --container-instances ID; aws ' +
        'ecs delete-attributes --cluster CLUSTER --attributes ' +
        'name=held,targetType=container-instance,targetId=ID.',
    );
  }
}

/**
 * The network interfaces of a node of the smallest type. Where a type is not known, none: tasks that take one
 * then stay where they are.
 */
function interfacesOf({ template }: InstanceTier): number {
  const known = (template._nodeSizes ?? []).map(({ networkInterfaces }) => networkInterfaces);
  return known.length === 0 ? 0 : Math.min(...known);
}
