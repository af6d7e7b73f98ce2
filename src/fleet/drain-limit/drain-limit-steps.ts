import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { CLUSTER_NAME_TAG } from '../../settings/cluster-name';
import { completeHook, lifecycleState } from '../one-node';
import { caught, jsonata, Steps, when } from '../steps';
import { telling } from '../telling';
import { isOurs, topicIn, valuesIn } from '../tier-tags';
import { DRAIN_LIMIT_TAG } from './drain-limit-tags';
import { stoppingTasks } from './stopping-tasks';

/** A call that completes the hook fails where the node has gone meanwhile. So often it is looked at again. */
const TRIES = 10;

const DETAIL = '$states.input.detail';
const GROUP = '$states.result.AutoScalingGroups[0]';

/** Most messages of Amazon SNS are read as mail or chat; its own limit is 256 KiB. */
const MAX_NAMED = 4000;

/**
 * What becomes of a node whose drain does not end. The hook is ECS's own, and ECS goes on with its drain
 * until the hook is completed: no state of the node is changed before the limit.
 *
 * All of it may be done twice, so an event that comes twice does no harm. Each call that fails leads on to
 * the end of the drain: nothing may keep the node.
 */
export function drainLimitSteps(scope: Construct): sfn.IChainable {
  const steps = new Steps(scope);

  const start = steps.set('A node begins to drain', {
    node: `${DETAIL}.EC2InstanceId`,
    group: `${DETAIL}.AutoScalingGroupName`,
    hook: `${DETAIL}.LifecycleHookName`,
    waited: 0,
    ci: "''",
    connected: false,
    tasks: '[]',
    of: '[]',
    tries: 0,
  });

  // --- the limit: read again after the wait, for it may have been changed meanwhile ---
  const group = steps.call('Read the group', 'autoscaling:describeAutoScalingGroups', {
    parameters: { AutoScalingGroupNames: [jsonata('$group')], IncludeInstances: false },
    assign: {
      ours: isOurs(DRAIN_LIMIT_TAG, GROUP),
      cluster: `$string(${GROUP}.Tags[Key = '${CLUSTER_NAME_TAG}'].Value) & ''`,
      action: `$string(${valuesIn(DRAIN_LIMIT_TAG, GROUP)}.action) & ''`,
      limit: `$number('0' & ${valuesIn(DRAIN_LIMIT_TAG, GROUP)}.limit)`,
      grace: `$number('0' & ${valuesIn(DRAIN_LIMIT_TAG, GROUP)}.grace)`,
      topic: topicIn(DRAIN_LIMIT_TAG, GROUP),
    },
    retry: true,
  });
  const ours = steps.choose('Is it ours');
  const wait = steps.wait('It may drain', '$limit - $waited', { waited: '$limit' });
  const look = lifecycleState(steps, 'Is it still there');
  const drains = steps.choose('Does it still drain');
  const again = steps.call('Read the group again', 'autoscaling:describeAutoScalingGroups', {
    parameters: { AutoScalingGroupNames: [jsonata('$group')], IncludeInstances: false },
    output: `$number('0' & ${valuesIn(DRAIN_LIMIT_TAG, GROUP)}.limit)`,
    retry: true,
  });
  const longer = steps.choose('Is there more time now');

  // --- what it still runs ---
  const find = steps.call('Find it in the cluster', 'ecs:listContainerInstances', {
    parameters: {
      Cluster: jsonata('$cluster'),
      Filter: jsonata(`"ec2InstanceId in ['" & $node & "']"`),
    },
    assign: { ci: "$string($states.result.ContainerInstanceArns[0]) & ''" },
    retry: true,
  });
  const known = steps.choose('Does ECS know it');
  const agent = steps.call('Is its agent there', 'ecs:describeContainerInstances', {
    parameters: { Cluster: jsonata('$cluster'), ContainerInstances: [jsonata('$ci')] },
    assign: { connected: '$string($states.result.ContainerInstances[0].AgentConnected) = "true"' },
    retry: true,
  });
  const list = steps.call('Find its tasks', 'ecs:listTasks', {
    parameters: { Cluster: jsonata('$cluster'), ContainerInstance: jsonata('$ci') },
    assign: { tasks: '[$states.result.TaskArns]' },
    retry: true,
  });
  const any = steps.choose('Does it run any');
  const what = steps.call('What are they', 'ecs:describeTasks', {
    parameters: { Cluster: jsonata('$cluster'), Tasks: jsonata('$tasks') },
    assign: { of: `[$distinct([$states.result.Tasks.($string(Group) & '')])]` },
    retry: true,
  });

  // --- what is done ---
  const isTold = steps.choose('Is the topic told');
  const tell = telling(steps, 'Tell the topic', {
    subject: 'A drain of an ECS node does not end',
    message:
      `$node & ' of ' & $group & ' has drained for ' & $floor($limit / 60) & ' minutes. ' & ` +
      `($ci = '' ? 'ECS does not know it any more. ' : $connected ? '' : 'Its agent is lost. ') & ` +
      `($count($tasks) = 0 ? 'It runs no task. ' : 'It still runs ' & $count($tasks) & ' tasks of: ' & ` +
      `$substring($join($of, ', '), 0, ${MAX_NAMED}) & '. ') & ` +
      `($action = 'stop' ? 'They are stopped, and the node is let go.' : 'Nothing is done. Stop them: ` +
      `aws ecs list-tasks --cluster ' & $cluster & ' --container-instance ' & $ci & '; aws ecs ` +
      `stop-task --cluster ' & $cluster & ' --task TASK')`,
  });
  const ends = steps.choose('Is it ended');
  const stop = stoppingTasks(steps);
  const grace = steps.wait('They stop', '$grace');
  const stopped = lifecycleState(steps, 'Is it there now');
  const goes = steps.choose('Has its drain ended');
  const isLost = steps.choose('Is its agent lost');
  const deregister = steps.call('Take it out of the cluster', 'ecs:deregisterContainerInstance', {
    parameters: { Cluster: jsonata('$cluster'), ContainerInstance: jsonata('$ci'), Force: true },
    retry: true,
  });
  const complete = completeHook(steps, 'Let it go', '$hook');
  const moment = steps.wait('A moment', '15', { tries: '$tries + 1' });
  const last = lifecycleState(steps, 'Has it gone');
  const gone = steps.choose('Is it let go');
  const stays = steps.fail(
    'It is not let go',
    'DrainDoesNotEnd',
    `$node & ' of ' & $group & ' still waits for its drain. Let it go: aws autoscaling ` +
      `complete-lifecycle-action --auto-scaling-group-name ' & $group & ' --lifecycle-hook-name ' & $hook & ` +
      `' --instance-id ' & $node & ' --lifecycle-action-result CONTINUE. If another hook holds it: aws ` +
      `autoscaling describe-lifecycle-hooks --auto-scaling-group-name ' & $group`,
  );
  const done = steps.end('It has drained');
  const left = steps.end('It is let go now');

  start.next(group);
  group.next(ours);
  ours
    .when(when(`$not($ours) or $action = ''`), steps.end('Not ours'))
    .when(when('$waited < $limit'), wait)
    .otherwise(find);
  wait.next(look);
  look.addCatch(again, caught()).next(drains);
  drains.when(when("$states.input != 'Terminating:Wait'"), done).otherwise(again);
  again.addCatch(find, caught()).next(longer);
  longer.when(when('$states.input = $limit'), find).otherwise(group);
  find.addCatch(isTold, caught()).next(known);
  known.when(when("$ci = ''"), isTold).otherwise(agent);
  agent.addCatch(list, caught({ connected: true })).next(list);
  list.addCatch(isTold, caught()).next(any);
  any.when(when('$count($tasks) > 0'), what).otherwise(isTold);
  what.addCatch(isTold, caught()).next(isTold);
  isTold.when(when("$topic != ''"), tell).otherwise(ends);
  tell.addCatch(ends, caught()).next(ends);
  ends
    .when(when("$action != 'stop'"), steps.end('Only told'))
    .when(when('$connected and $count($tasks) > 0'), stop)
    .otherwise(isLost);
  stop.addCatch(grace, caught()).next(grace);
  grace.next(stopped);
  stopped.addCatch(isLost, caught()).next(goes);
  goes.when(when("$states.input != 'Terminating:Wait'"), left).otherwise(isLost);
  // Where ECS does not hear the agent, it would list the node, with its tasks, for ever.
  isLost.when(when("$ci != '' and $not($connected)"), deregister).otherwise(complete);
  deregister.addCatch(complete, caught()).next(complete);
  complete.addCatch(moment, caught()).next(moment);
  moment.next(last);
  last.addCatch(complete, caught()).next(gone);
  gone
    .when(when("$states.input != 'Terminating:Wait'"), left)
    .when(when(`$tries >= ${TRIES}`), stays)
    .otherwise(complete);
  return start;
}
