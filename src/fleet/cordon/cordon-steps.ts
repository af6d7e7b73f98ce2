import { Aws, Duration } from 'aws-cdk-lib';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { Construct } from 'constructs';
import { HELD } from '../../replacement/held';
import { RETRY } from '../retry';
import { oldNodes } from './old-nodes';

/**
 * ECS lists at most 100 container instances at once; a filter of 50 ids stays below the 2,000 characters that
 * it takes in an expression.
 */
export const NODES_AT_ONCE = 50;

/** One node a call: a call for several fails as a whole when one of them has gone meanwhile. */
const CALLS_AT_ONCE = 5;

/** How often marks are looked for before a run gives up, 100 of them at a time. */
const MAX_CLEARINGS = 40;

const GROUP = '$states.result.AutoScalingGroups[0]';
const REFRESH = '$states.result.InstanceRefreshes[0]';

/**
 * Polled, because the event of its end may get lost, and a mark must not stay behind. Less often as time goes
 * by: a refresh may take 14 days, and a run has at most 25,000 entries in its history. Every 30 seconds for
 * five minutes, every minute for an hour, every five for twelve hours, then every 15.
 */
export const SECONDS_TO_WAIT = '$polls < 10 ? 30 : $polls < 65 ? 60 : $polls < 197 ? 300 : 900';

/**
 * For a quarter of an hour, old nodes that were just starting when the refresh began are marked as soon as
 * they have joined.
 */
export const MARKING_POLLS = 20;

/**
 * What the cordon does when a refresh starts. Permissions are the cordon's: `iamResources` is asked for and
 * not used.
 */
export function cordonSteps(scope: Construct, tag: string): sfn.IChainable {
  const refresh = call(scope, 'Read the refresh', 'autoscaling', 'describeInstanceRefreshes', {
    parameters: {
      AutoScalingGroupName: '{% $states.input.detail.AutoScalingGroupName %}',
      InstanceRefreshIds: ['{% $states.input.detail.InstanceRefreshId %}'],
    },
    assign: {
      group: '{% $states.input.detail.AutoScalingGroupName %}',
      refresh: '{% $states.input.detail.InstanceRefreshId %}',
      desired: `{% $exists(${REFRESH}.DesiredConfiguration) ? ${REFRESH}.DesiredConfiguration : {} %}`,
      skipMatching: `{% $string(${REFRESH}.Preferences.SkipMatching) = 'true' %}`,
      polls: 0,
      clearings: 0,
    },
    outputs: {},
  });
  const group = call(scope, 'Read the group', 'autoscaling', 'describeAutoScalingGroups', {
    parameters: { AutoScalingGroupNames: ['{% $group %}'] },
    assign: {
      ours: `{% $exists(${GROUP}.Tags[Key = '${tag}' and Value = '${Aws.STACK_NAME}']) %}`,
      cluster: `{% $string(${GROUP}.Tags[Key = 'ClusterName'].Value) & '' %}`,
      old: `{% ${oldNodes(GROUP)} %}`,
    },
    outputs: {},
  });
  const ours = sfn.Choice.jsonata(scope, 'Is the group ours');
  const mark = marking(scope);
  const wait = sfn.Wait.jsonata(scope, 'Wait', {
    time: sfn.WaitTime.seconds(`{% ${SECONDS_TO_WAIT} %}`),
    assign: { polls: '{% $polls + 1 %}' },
  });
  const progress = call(scope, 'Read its progress', 'autoscaling', 'describeInstanceRefreshes', {
    parameters: { AutoScalingGroupName: '{% $group %}', InstanceRefreshIds: ['{% $refresh %}'] },
    outputs: `{% $exists(${REFRESH}.Status) ? ${REFRESH}.Status : 'Gone' %}`,
  });
  // A rollback keeps the old nodes, so there is nothing left to keep tasks off.
  const running = `$states.input in ['Pending', 'InProgress', 'Baking', 'Cancelling']`;
  const ended = sfn.Choice.jsonata(scope, 'Has it ended');
  const clear = clearing(scope);

  ours.when(sfn.Condition.jsonata('{% $ours %}'), mark).otherwise(sfn.Succeed.jsonata(scope, 'Not ours'));
  mark.addCatch(wait); // Without a mark a task may move twice: no reason to give up what is marked already.
  mark.next(wait).next(progress).next(ended);
  progress.addCatch(clear);
  ended
    .when(sfn.Condition.jsonata(`{% ${running} and $polls <= ${MARKING_POLLS} %}`), mark)
    .when(sfn.Condition.jsonata(`{% ${running} %}`), wait)
    .otherwise(clear);
  return refresh.next(group).next(ours);
}

/**
 * Marks the old nodes that have joined the cluster: all of them first, to take over the marks of an earlier
 * refresh, later those without a mark.
 */
function marking(scope: Construct): sfn.Map {
  const put = call(scope, 'Mark a node', 'ecs', 'putAttributes', {
    parameters: {
      Cluster: '{% $cluster %}',
      Attributes: [
        {
          Name: HELD,
          Value: '{% $refresh %}',
          TargetType: 'container-instance',
          TargetId: '{% $states.input %}',
        },
      ],
    },
    outputs: {},
  });
  put.addCatch(sfn.Succeed.jsonata(scope, 'Cannot be marked', { outputs: {} }));
  const each = sfn.Map.jsonata(scope, 'Each of them', {
    maxConcurrency: CALLS_AT_ONCE,
    outputs: {},
  }).itemProcessor(put);
  const find = call(scope, 'Find some old nodes', 'ecs', 'listContainerInstances', {
    parameters: {
      Cluster: '{% $cluster %}',
      Filter:
        `{% "ec2InstanceId in ['" & $join($states.input, "', '") & "']" & ` +
        `($polls = 0 ? "" : " and attribute:${HELD} !exists") %}`,
    },
    outputs: '{% [$states.result.ContainerInstanceArns] %}',
  });
  return sfn.Map.jsonata(scope, 'Mark the old nodes', {
    items: sfn.ProvideItems.jsonata(`{% $partition($old, ${NODES_AT_ONCE}) %}`),
    maxConcurrency: 1,
    outputs: {},
  }).itemProcessor(find.next(each));
}

/** Clears what this refresh has marked and is still there. */
function clearing(scope: Construct): sfn.IChainable & { startState: sfn.State } {
  const list = call(scope, 'Find its marks', 'ecs', 'listAttributes', {
    parameters: {
      Cluster: '{% $cluster %}',
      TargetType: 'container-instance',
      AttributeName: HELD,
      AttributeValue: '{% $refresh %}',
    },
    outputs: '{% [$states.result.Attributes.TargetId] %}',
    assign: { clearings: '{% $clearings + 1 %}' },
  });
  const remove = call(scope, 'Clear a mark', 'ecs', 'deleteAttributes', {
    parameters: {
      Cluster: '{% $cluster %}',
      Attributes: [{ Name: HELD, TargetType: 'container-instance', TargetId: '{% $states.input %}' }],
    },
    outputs: {},
  });
  remove.addCatch(sfn.Succeed.jsonata(scope, 'Cannot be cleared', { outputs: {} }));
  const each = sfn.Map.jsonata(scope, 'Clear them', {
    maxConcurrency: CALLS_AT_ONCE,
    outputs: {},
  }).itemProcessor(remove);
  const left = sfn.Fail.jsonata(scope, 'Marks are left', {
    error: 'MarksAreLeft',
    cause:
      "{% 'Nodes of ' & $group & ' take no new tasks of replica services as long as they carry the " +
      `attribute ${HELD}. Find them with: aws ecs list-attributes --target-type container-instance ` +
      `--attribute-name ${HELD} --cluster ' & $cluster & '; and clear each with: aws ecs ` +
      "delete-attributes --cluster ' & $cluster & ' --attributes " +
      `name=${HELD},targetType=container-instance,targetId=<its targetId>' %}`,
  });
  const pause = sfn.Wait.jsonata(scope, 'Let it settle', {
    time: sfn.WaitTime.duration(Duration.seconds(5)),
  });
  const choice = sfn.Choice.jsonata(scope, 'Is any left')
    .when(
      sfn.Condition.jsonata('{% $count($states.input) = 0 %}'),
      sfn.Succeed.jsonata(scope, 'Done', { outputs: {} }),
    )
    .when(sfn.Condition.jsonata(`{% $clearings > ${MAX_CLEARINGS} %}`), left)
    .otherwise(each.next(pause).next(list));
  return list.next(choice);
}

function call(
  scope: Construct,
  id: string,
  service: string,
  action: string,
  props: Omit<tasks.CallAwsServiceJsonataProps, 'service' | 'action' | 'iamResources'>,
): tasks.CallAwsService {
  const task = tasks.CallAwsService.jsonata(scope, id, { service, action, iamResources: ['*'], ...props });
  // A node that has gone meanwhile will not be there at the next try.
  if (action.endsWith('Attributes') && action !== 'listAttributes')
    task.addRetry({ errors: ['Ecs.TargetNotFoundException'], maxAttempts: 0 });
  task.addRetry(RETRY);
  return task;
}
