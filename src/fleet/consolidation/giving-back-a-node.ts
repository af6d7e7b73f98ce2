import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { HELD, HOLD_TAG } from '../../replacement/held';
import { heldAttribute } from '../one-node';
import { REFRESHES } from '../refreshes';
import { caught, jsonata, type Steps, when } from '../steps';
import { isOurs } from '../tier-tags';
import { CONSOLIDATION_TAG } from './consolidation-tags';

/** So many looks of half a minute: a node that is not empty after 15 minutes is set back. */
const LOOKS = 30;

const NODE = '$states.result.ContainerInstances[0]';
const GROUP = '$states.result.AutoScalingGroups[0]';

export interface GivingBack {
  readonly given: sfn.IChainable;
  /** It was not held yet. */
  readonly notNow: sfn.IChainable;
  /** It is to be set back, as far as it is still this run's. */
  readonly undo: sfn.IChainable;
  /** It goes anyway, or has gone. */
  readonly gone: sfn.IChainable;
}

/**
 * Holds `$node`, drains it, and terminates it when it is empty, with the desired capacity lowered.
 *
 * Not left to managed scaling: that lowers the desired capacity after 15 minutes, and Auto Scaling then takes
 * any node of the fullest zone, busy or not. While the node drains it is `InService`, so it can be set back.
 *
 * The same look comes before the mark, half a minute after it, and at each poll: `$phase` says which it is.
 * The half minute lets two runs that have started together see who has set the mark last.
 */
export function givingBackANode(steps: Steps, { given, notNow, undo, gone }: GivingBack): sfn.State {
  const begin = steps.set('It may go', { phase: "'hold'", polls: 0 });
  const node = steps.call('Look at it', 'ecs:describeContainerInstances', {
    parameters: { Cluster: jsonata('$cluster'), ContainerInstances: [jsonata('$node.a')] },
    assign: {
      status: `$string(${NODE}.Status) & ''`,
      isConnected: `$string(${NODE}.AgentConnected) = 'true'`,
      holder: `$string(${NODE}.Attributes[Name = '${HELD}'].Value) & ''`,
      left: `$number('0' & ${NODE}.RunningTasksCount) + $number('0' & ${NODE}.PendingTasksCount)`,
    },
    retry: false,
  });
  const group = steps.call('Look at its group', 'autoscaling:describeAutoScalingGroups', {
    parameters: { AutoScalingGroupNames: [jsonata('$group')], IncludeInstances: false },
    assign: {
      isCalm: `${isOurs(CONSOLIDATION_TAG, GROUP)}
        and $not($exists(${GROUP}.Tags[Key = '${HOLD_TAG}'])) and $count(${GROUP}.SuspendedProcesses) = 0
        and $number('0' & ${GROUP}.DesiredCapacity) = $desired
        and $number('0' & ${GROUP}.MinSize) < $desired`,
    },
    retry: false,
  });
  const refresh = steps.call('Does a refresh begin', 'autoscaling:describeInstanceRefreshes', {
    parameters: { AutoScalingGroupName: jsonata('$group'), MaxRecords: 1 },
    assign: { isRolled: `$string($states.result.InstanceRefreshes[0].Status) in ${REFRESHES}` },
    retry: false,
  });
  const instance = steps.call('Where is it', 'autoscaling:describeAutoScalingInstances', {
    parameters: { InstanceIds: [jsonata('$node.i')] },
    output: `$string($states.result.AutoScalingInstances[0].LifecycleState) & ''`,
    retry: false,
  });
  const next = steps.choose('What comes next');
  const unseen = steps.choose('It cannot be seen');

  const hold = steps.call('Hold it', 'ecs:putAttributes', {
    parameters: {
      Cluster: jsonata('$cluster'),
      Attributes: [heldAttribute('$node.a', '$mark')],
    },
    assign: { phase: "'drain'" },
    // A second try could come after another run has looked.
    retry: false,
  });
  const drain = steps.call('Drain it', 'ecs:updateContainerInstancesState', {
    parameters: {
      Cluster: jsonata('$cluster'),
      ContainerInstances: [jsonata('$node.a')],
      Status: 'DRAINING',
    },
    assign: { phase: "'empty'", polls: 0 },
    retry: true,
  });
  const wait = steps.wait('Wait', '30', { polls: '$polls + 1' });

  // ECS stops daemons last, and perhaps only when the node goes.
  const list = steps.call('What is left', 'ecs:listTasks', {
    parameters: { Cluster: jsonata('$cluster'), ContainerInstance: jsonata('$node.a') },
    assign: { arns: '[$states.result.TaskArns]' },
    retry: false,
  });
  const any = steps.choose('Is anything left');
  const describe = steps.call('Is it daemons', 'ecs:describeTasks', {
    parameters: { Cluster: jsonata('$cluster'), Tasks: jsonata('$arns') },
    output: '$count([$states.result.Tasks[$not(Group in $daemons)]]) = 0',
    retry: false,
  });
  const onlyDaemons = steps.choose('Is it daemons only');

  const terminate = steps.call('Give it back', 'autoscaling:terminateInstanceInAutoScalingGroup', {
    parameters: { InstanceId: jsonata('$node.i'), ShouldDecrementDesiredCapacity: true },
    // It may have come through although no answer came: the look says which.
    retry: false,
  });

  begin.next(node);
  node.addCatch(unseen, caught()).next(group);
  group.addCatch(unseen, caught()).next(refresh);
  refresh.addCatch(unseen, caught()).next(instance);
  instance.addCatch(unseen, caught()).next(next);
  unseen
    .when(when("$phase = 'hold'"), notNow)
    .when(when(`$phase = 'drain' or $polls >= ${LOOKS}`), undo)
    .otherwise(wait);
  const isFree = "$isConnected and $isCalm and $not($isRolled) and $states.input = 'InService'";
  next
    .when(when("$status = '' or $substring($states.input, 0, 11) = 'Terminating'"), gone)
    .when(
      when(`$phase = 'hold' and ${isFree} and $status = 'ACTIVE' and $holder = '' and $left = $node.t`),
      hold,
    )
    .when(when("$phase = 'hold'"), notNow)
    .when(when(`$not(${isFree}) or $holder != $mark`), undo)
    .when(when("$phase = 'drain' and $status = 'ACTIVE' and $left = $node.t"), drain)
    .when(when("$phase = 'drain' or $status != 'DRAINING'"), undo)
    .when(when('$left = 0'), terminate)
    .when(when('$left <= $count($tasks) - $count($movers)'), list)
    .when(when(`$polls >= ${LOOKS}`), undo)
    .otherwise(wait);
  hold.addCatch(undo, caught()).next(wait);
  drain.addCatch(undo, caught()).next(wait);
  wait.next(node);
  list.addCatch(unseen, caught()).next(any);
  any.when(when('$count($arns) = 0'), terminate).otherwise(describe);
  describe.addCatch(unseen, caught()).next(onlyDaemons);
  onlyDaemons.when(when('$states.input'), terminate).otherwise(unseen);
  terminate.addCatch(unseen, caught()).next(given);
  return begin;
}
