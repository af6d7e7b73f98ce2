import { Duration, type Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { InstanceTier } from '../../tier/instance-tier';
import type { ClusterGrants } from '../cluster-grants';
import { DRAIN_HOOK_METRIC } from '../drain-hook';
import { badRuns, type FleetAlarm, PERIOD } from '../fleet-alarm';
import type { FleetCluster } from '../fleet-cluster';
import { FleetMachine } from '../fleet-machine';
import { allOf, findNodes, listServices, readServices } from '../machine-resources';
import { cordonSteps } from './cordon-steps';
import { CORDON_MODE_TAG, CORDON_TAG } from './cordon-tags';

/** A refresh ends after 14 days at the latest. */
const TIMEOUT = Duration.days(15);

/**
 * A run that began with a refresh gives back what it holds; at the end another run does the same, at once.
 */
const DETAIL_TYPES = ['Started', 'Failed', 'Cancelled', 'Rollback Started', 'Succeeded'].map(
  (what) => `EC2 Auto Scaling Instance Refresh ${what}`,
);

/**
 * Keeps tasks off nodes that are about to be replaced, so that a roll of the nodes moves each task once.
 *
 * At a surge of 200 it drains. When as many new nodes have joined as the group wants, all old ones become
 * `DRAINING` at once. The gate, which has held the new ones back until then, lets them go into service. Where
 * launches stall, as many old nodes are drained as new ones have joined.
 *
 * Below 200 it marks. Once a new node has joined, old nodes carry the attribute `held`, which replica
 * services keep off by a constraint. They do not while a service lacks a task that no new node has room for,
 * nor while the refresh is paused at a checkpoint.
 *
 * The status of the refresh comes first: when nothing differs, or the refresh has ended, nothing is touched.
 *
 * What is held is known by the mark in ECS alone (`cordon:<refresh>`), not by a run. So nodes that are left
 * held are given back by the run that waits for the end of the refresh, or by one that the event of that end
 * starts. If both are lost, the run of the next refresh does it, or one that is started by hand:
 * `aws stepfunctions start-execution --state-machine-arn <its ARN> --input '{"detail":{"AutoScalingGroupName":"…","InstanceRefreshId":"…"}}'`.
 *
 * Tested with 500 nodes a group, 1,000 during the roll. A run whose history gets long starts another one.
 */
export class Cordon extends FleetMachine {
  /** Finds or makes the cordon of a stack. */
  public static of(stack: Stack): Cordon {
    return FleetMachine.one(Cordon, 'Cordon', stack);
  }

  private readonly services: ClusterGrants;

  public constructor(stack: Stack, id: string) {
    super(stack, id, {
      name: 'cordon',
      description: 'Keeps ECS tasks off nodes that an instance refresh is about to replace',
      tag: CORDON_TAG,
      steps: cordonSteps,
      timeout: TIMEOUT,
      startsItself: true,
      statements: [
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
        new iam.PolicyStatement({
          sid: 'ReportTheMissingHook',
          actions: ['cloudwatch:PutMetricData'],
          resources: ['*'],
          conditions: { StringEquals: { 'cloudwatch:namespace': DRAIN_HOOK_METRIC.namespace } },
        }),
      ],
      inClusters: (clusterArns) => [
        findNodes(clusterArns),
        new iam.PolicyStatement({
          sid: 'HoldNodes',
          actions: [
            'ecs:DescribeContainerInstances',
            'ecs:UpdateContainerInstancesState',
            'ecs:PutAttributes',
            'ecs:DeleteAttributes',
          ],
          ...allOf('container-instance', clusterArns, stack),
        }),
      ],
    });
    this.services = this.further('Services', (clusterArns) => [
      listServices(clusterArns),
      readServices(clusterArns, stack),
    ]);
    this.onEvents('aws.autoscaling', DETAIL_TYPES, { AutoScalingGroupName: this.groupNames() });
  }

  public override add(tier: InstanceTier, cluster: FleetCluster): void {
    const mode = tier._replacement._cordon ?? 'mark';
    super.add(tier, cluster, { [CORDON_MODE_TAG]: mode });
    if (mode === 'mark') this.services.add(cluster);
  }

  public override alarms(): FleetAlarm[] {
    return badRuns(
      this.machine,
      'Cordon',
      1,
      'A run of the cordon ended badly. Nodes of its group may be left held: they take no tasks. The ' +
        `input of the run has group and refresh; its cause says more: M=${this.machine.stateMachineArn}; ` +
        'aws stepfunctions list-executions --max-items 5 --state-machine-arn $M. Give the nodes back, or ' +
        'go on where the refresh still runs: aws stepfunctions start-execution --state-machine-arn $M ' +
        `--input '{"detail":{"AutoScalingGroupName":"GROUP","InstanceRefreshId":"REFRESH"}}'`,
    );
  }

  public override alarmsOf(tier: InstanceTier): FleetAlarm[] {
    const group = tier.autoScalingGroup.autoScalingGroupName;
    return [
      {
        id: 'DrainHookMissing',
        metric: new cloudwatch.Metric({
          namespace: DRAIN_HOOK_METRIC.namespace,
          metricName: DRAIN_HOOK_METRIC.metricName,
          dimensionsMap: { [DRAIN_HOOK_METRIC.dimension]: group },
          period: PERIOD,
          statistic: cloudwatch.Stats.SUM,
        }),
        periods: 1,
        description:
          "When a replacement of its nodes began, the group had no hook of ECS's managed draining: its " +
          'nodes are terminated before their tasks have moved. Is it there now? aws autoscaling ' +
          `describe-lifecycle-hooks --auto-scaling-group-name ${group}. If no name begins with ` +
          `ecs-managed-draining-, have ECS put it back: P=${tier.capacityProviderName}; for S in ` +
          'DISABLED ENABLED; do aws ecs update-capacity-provider --name $P ' +
          '--auto-scaling-group-provider managedDraining=$S; sleep 30; done',
      },
    ];
  }
}
