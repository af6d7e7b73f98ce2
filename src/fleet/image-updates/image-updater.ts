import { Aws, type CfnResource, Duration, Lazy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { fail } from '../../private/errors';
import { lookedUpImages, lookedUpParameters, nameOf } from '../../rendered/looked-up-image';
import { logicalIdOf } from '../../rendered/resource';
import type { ImageUpdatePlan } from '../../replacement/image-updates';
import { InstanceTier } from '../../tier/instance-tier';
import { badRuns, type FleetAlarm } from '../fleet-alarm';
import type { FleetCluster } from '../fleet-cluster';
import { FleetMachine } from '../fleet-machine';
import { tierTags } from '../tier-tags';
import { freezeParameter } from './freeze';
import { imageUpdateSteps } from './image-update-steps';
import { ALARM_TAG, IMAGE_UPDATES_TAG } from './image-updates-tags';
import { CHANGE_SET } from './making-the-change';

/** CloudFormation lets a roll last 36 hours, and the way back as long. */
const TIMEOUT = Duration.days(4);

/**
 * Deploys its stack again in a window, when the images of its nodes have newer versions.
 *
 * The stack is deployed as it is, with its own template, parameters, tags and service role, by a change set
 * that is looked at first. So CloudFormation rolls the nodes as in any deployment, and the state machine
 * needs no permission to change a group. docs/image-updates.md says what its role could do beyond that.
 */
export class ImageUpdater extends FleetMachine {
  /** Finds or makes the image updates of a stack. */
  public static of(stack: Stack): ImageUpdater {
    return FleetMachine.one(ImageUpdater, 'ImageUpdates', stack);
  }

  private first?: { readonly tier: InstanceTier; readonly plan: ImageUpdatePlan };
  private readonly updated: InstanceTier[];

  public constructor(stack: Stack, id: string) {
    const updated: InstanceTier[] = [];
    super(stack, id, {
      name: 'image-updates',
      description: 'Gives ECS nodes new images, by a deployment of their stack as it is',
      tag: IMAGE_UPDATES_TAG,
      steps: (scope) =>
        imageUpdateSteps(scope, {
          imageParameters: texts(() => imageParameters(updated)),
          groups: texts(() => rolledGroups(stack)),
        }),
      timeout: TIMEOUT,
      statements: [
        new iam.PolicyStatement({
          sid: 'ReadTheStack',
          actions: ['cloudformation:DescribeStacks'],
          resources: [stackArn(stack)],
        }),
        // The template and the service role of the stack: it may bring no others.
        new iam.PolicyStatement({
          sid: 'MakeChangeSets',
          actions: ['cloudformation:CreateChangeSet'],
          resources: [stackArn(stack)],
          conditions: {
            StringLike: { 'cloudformation:ChangeSetName': `${CHANGE_SET}*` },
            Null: { 'cloudformation:TemplateUrl': 'true', 'cloudformation:RoleArn': 'true' },
          },
        }),
        new iam.PolicyStatement({
          sid: 'UseChangeSets',
          actions: [
            'cloudformation:DescribeChangeSet',
            'cloudformation:ExecuteChangeSet',
            'cloudformation:DeleteChangeSet',
          ],
          resources: [stackArn(stack)],
          conditions: { StringLike: { 'cloudformation:ChangeSetName': `${CHANGE_SET}*` } },
        }),
        new iam.PolicyStatement({
          sid: 'ReadParameters',
          actions: ['ssm:GetParameters'],
          resources: Lazy.list({ produce: () => parameterArns(stack) }),
        }),
        // None of them knows a resource: "*" is the only one that IAM accepts.
        new iam.PolicyStatement({
          sid: 'ReadGroupsAndImages',
          actions: [
            'autoscaling:DescribeAutoScalingGroups',
            'autoscaling:DescribeInstanceRefreshes',
            'ec2:DescribeImages',
          ],
          resources: ['*'],
        }),
        // It knows the resource, but answers for composite alarms only with "*".
        new iam.PolicyStatement({
          sid: 'ReadAlarms',
          actions: ['cloudwatch:DescribeAlarms'],
          resources: ['*'],
        }),
      ],
      inClusters: (clusterArns) => [
        new iam.PolicyStatement({
          sid: 'FindHeldNodes',
          actions: ['ecs:ListContainerInstances'],
          resources: clusterArns,
        }),
      ],
    });
    this.updated = updated;
  }

  /** Looks after a tier as its plan says, which is that of all tiers of the stack. */
  public update(tier: InstanceTier, cluster: FleetCluster, plan: ImageUpdatePlan): void {
    this.first ??= { tier, plan };
    const text = (each: ImageUpdatePlan) => JSON.stringify(Stack.of(this).resolve(textOf(each)));
    if (text(plan) !== text(this.first.plan)) {
      fail(
        'DifferentImageUpdates',
        '`imageUpdates` must be the same for all tiers of a stack, which is deployed as a whole, got others than ' +
          `those of ${this.first.tier.node.path}. Keep one \`ImageUpdates\` in a constant for both, or put the ` +
          'tiers into different stacks',
        tier,
      );
    }
    this.updated.push(tier);
    const { minimumAge, maximumAge, topic } = plan;
    if (topic !== undefined) this.tell(topic, tier);
    this.onSchedule(plan);
    const values = { min: minimumAge.toSeconds(), max: maximumAge.toSeconds() };
    this.add(tier, cluster, { ...tierTags(IMAGE_UPDATES_TAG, values, topic), ...alarmTags(tier) });
  }

  public override alarms(): FleetAlarm[] {
    return badRuns(
      this.machine,
      'ImageUpdates',
      1,
      'New images did not reach the nodes: more would change, a deployment was rolled back, or the run was ' +
        `stopped. Its cause: M=${this.machine.stateMachineArn}; aws stepfunctions list-executions ` +
        '--max-items 5 --state-machine-arn $M; aws stepfunctions describe-execution --query cause ' +
        '--execution-arn ARN. Deploy the app: the images come with it. Look again: aws stepfunctions ' +
        'start-execution --state-machine-arn $M. Freeze: aws ssm put-parameter --type String --value ' +
        `2030-01-31 --name ${freezeParameter(Aws.STACK_NAME)}`,
    );
  }
}

/** The alarms that stop the tier's replacement: while one of them fires, no deployment begins. */
function alarmTags(tier: InstanceTier): Record<string, string> {
  return Object.fromEntries(
    tier._replacement._alarms.map(({ alarmRef }, index) => [`${ALARM_TAG}${index + 1}`, alarmRef.alarmName]),
  );
}

/** What two plans are compared by. */
function textOf({ schedule, window, minimumAge, maximumAge, topic }: ImageUpdatePlan): unknown[] {
  return [
    schedule.expressionString,
    schedule.timeZone?.timezoneName,
    window?.toSeconds(),
    minimumAge.toSeconds(),
    maximumAge.toSeconds(),
    topic?.topicArn,
  ];
}

/** As items of a list in JSONata. Logical ids are letters and digits. */
function texts(produce: () => string[]): string {
  return Lazy.string({
    produce: () =>
      [...new Set(produce())]
        .sort()
        .map((each) => `'${each}'`)
        .join(', '),
  });
}

function imageParameters(tiers: InstanceTier[]): string[] {
  return tiers
    .flatMap(({ _variants }) => _variants)
    .flatMap(({ launchTemplate }) => lookedUpImages(launchTemplate.node.defaultChild as CfnResource))
    .map(logicalIdOf);
}

/** A name and no reference: groups wait for the state machine. */
function rolledGroups(stack: Stack): string[] {
  return stack.node
    .findAll()
    .filter((each): each is InstanceTier => each instanceof InstanceTier && Stack.of(each) === stack)
    .filter((tier) => tier._replacement._mayRunUnattended)
    .map((tier) => logicalIdOf(tier.autoScalingGroup.node.defaultChild as CfnResource));
}

function stackArn(stack: Stack): string {
  return stack.formatArn({
    service: 'cloudformation',
    resource: 'stack',
    resourceName: `${Aws.STACK_NAME}/*`,
  });
}

/** All parameters that a deployment of the stack looks up, and the one that stops the updates. */
function parameterArns(stack: Stack): string[] {
  const names = [...lookedUpParameters(stack).map(nameOf), freezeParameter(Aws.STACK_NAME)];
  return [...new Set(names)].sort().map((name) =>
    stack.formatArn({
      service: 'ssm',
      // Amazon's public parameters belong to no account.
      account: name.startsWith('/aws/service/') ? '' : undefined,
      resource: 'parameter',
      resourceName: name.replace(/^\//, ''),
    }),
  );
}
