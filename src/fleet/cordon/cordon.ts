import { ArnFormat, Aws, Duration, Lazy, type Stack, Tags, Token } from 'aws-cdk-lib';
import type * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { deployedStackName } from '../../private/stacks';
import type { InstanceTier } from '../../tier/instance-tier';
import { ClusterGrants } from '../cluster-grants';
import type { FleetCluster } from '../fleet-cluster';
import { RolloutMachine } from '../fleet-machine';
import { cordonSteps } from './cordon-steps';

/** On the groups whose refreshes the machine of this stack looks after. */
const CORDON_TAG = 'EcsCordon';

/** A refresh ends after 14 days at the latest. */
const TIMEOUT = Duration.days(15);

/**
 * Keeps tasks off nodes that are about to be replaced, so that a roll of the nodes moves each task once.
 *
 * When a refresh of a group starts, a state machine marks its old nodes with the attribute `held`, waits
 * until the refresh has ended in whatever way, and clears what is left. Replica services carry the constant
 * constraint that there be no such mark; a constraint counts when a task is placed, so tasks that run stay
 * until their node is drained. One rule and one state machine serve all groups of a stack.
 *
 * The event is delivered at best: without it, nothing is marked, and a task may move more than once. The
 * machine can then be started by hand, at any time of the refresh:
 * `aws stepfunctions start-execution --state-machine-arn <its ARN> --input '{"detail":{"AutoScalingGroupName":"…","InstanceRefreshId":"…"}}'`.
 *
 * Its bounds: 500 nodes a group for a refresh of 14 days, AWS's limit (a run's history has 25,000 entries);
 * some 700 for one of 36 hours, CloudFormation's limit (the description of the group must fit into 256 KiB).
 * Beyond them the run fails, and marks may be left. A run that cannot clear its marks says so in its cause,
 * with the commands that do:
 * `aws ecs list-attributes --target-type container-instance --attribute-name held --cluster …` finds them,
 * and `aws ecs delete-attributes --cluster … --attributes name=held,targetType=container-instance,targetId=…`
 * clears one.
 */
export class Cordon extends Construct {
  /** Finds or makes the cordon of a stack. */
  public static of(stack: Stack): Cordon {
    // A name that nobody gives to a construct of their own.
    const id = 'cdk-ecs-auto-scaled-cluster:Cordon';
    return (stack.node.tryFindChild(id) as Cordon | undefined) ?? new Cordon(stack, id);
  }

  private readonly grants: ClusterGrants;
  private readonly groups: autoscaling.CfnAutoScalingGroup[] = [];

  private constructor(stack: Stack, id: string) {
    super(stack, id);
    const { role } = new RolloutMachine(this, {
      name: 'cordon',
      description: 'Keeps ECS tasks off nodes that an instance refresh is about to replace',
      start: cordonSteps(this, CORDON_TAG),
      timeout: TIMEOUT,
      statements: [
        // Neither knows a resource: "*" is the only one that IAM accepts.
        new iam.PolicyStatement({
          sid: 'ReadGroups',
          actions: ['autoscaling:DescribeAutoScalingGroups', 'autoscaling:DescribeInstanceRefreshes'],
          resources: ['*'],
        }),
      ],
      detailType: 'EC2 Auto Scaling Instance Refresh Started',
      detail: { AutoScalingGroupName: Token.asList(Lazy.any({ produce: () => this.namesOfGroups(stack) })) },
    });
    this.grants = new ClusterGrants(this, role, 2, (clusterArns) => [
      new iam.PolicyStatement({
        sid: 'FindNodes',
        actions: ['ecs:ListContainerInstances', 'ecs:ListAttributes'],
        resources: Lazy.list({ produce: clusterArns }),
      }),
      new iam.PolicyStatement({
        sid: 'MarkNodes',
        actions: ['ecs:PutAttributes', 'ecs:DeleteAttributes'],
        resources: [
          stack.formatArn({
            service: 'ecs',
            resource: 'container-instance',
            resourceName: '*',
            arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
          }),
        ],
        conditions: { ArnEquals: { 'ecs:cluster': Lazy.any({ produce: clusterArns }) } },
      }),
    ]);
  }

  /** Looks after the refreshes of a tier. */
  public add(tier: InstanceTier, cluster: FleetCluster): void {
    this.grants.add(cluster);
    Tags.of(tier.autoScalingGroup).add(CORDON_TAG, Aws.STACK_NAME, { applyToLaunchedInstances: false });
    const group = tier.autoScalingGroup.node.defaultChild as autoscaling.CfnAutoScalingGroup;
    this.groups.push(group);
    // A deployment that brings the cordon, or changes it, does so before it replaces nodes.
    group.node.addDependency(this);
  }

  /**
   * What the rule's pattern says of a group's name; the machine looks at the group's tag, so this only spares
   * it runs for the groups of others.
   *
   * CloudFormation begins a generated name with the stack's, one pattern for however many groups. Where it
   * may not (a name by an escape hatch, one that would be too long), the rule hears of all groups of the
   * region.
   */
  private namesOfGroups(stack: Stack): object[] {
    const stackName = stack.nestedStackParent ? 128 : deployedStackName(stack).length;
    const regular = this.groups.every((group) => {
      const logicalId: string = stack.resolve(group.logicalId);
      return (
        stack.resolve(group.autoScalingGroupName) === undefined && stackName + logicalId.length + 14 <= 255
      );
    });
    return regular ? [{ prefix: `${Aws.STACK_NAME}-` }] : [{ exists: true }];
  }
}
