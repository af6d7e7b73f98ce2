import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { HELD } from '../../replacement/held';
import { NODES_IN_A_CALL } from '../at-once';
import { caught, jsonata, type Steps, when } from '../steps';

/**
 * Gives back what `$filter` finds: nodes with a mark of the cordon that are in service in this group become
 * active, and lose the mark. Found by the mark and not by the group, so that it does not matter which run has
 * set it. How many were given back, or could not be: there is another look until there is none.
 *
 * A node that begins to go between two calls must not take tasks, so each is looked at again.
 */
export function givingBack(steps: Steps, next: sfn.Choice): sfn.State {
  const parameters = { Cluster: jsonata('$cluster'), Filter: jsonata('$filter'), MaxResults: 100 };
  const assign = {
    found: `[$append($found, $states.result.ContainerInstanceArns.$split($, '/')[-1])]`,
    token: `$exists($states.result.NextToken) ? $states.result.NextToken : ''`,
  };
  const none = steps.set('Look for marks', { found: '[]' });
  const first = steps.call('Find marked nodes', 'ecs:listContainerInstances', {
    parameters,
    assign,
    retry: true,
  });
  const more = steps.call('Find more of them', 'ecs:listContainerInstances', {
    parameters: { ...parameters, NextToken: jsonata('$token') },
    assign,
    retry: true,
  });
  const another = steps.choose('Are there more marks');
  const each = steps.each('Give them back', {
    // Only as many as are needed, of those that may be on their way out: another look finds the others.
    items:
      "$partition($purpose = 'some' ? [$shuffle($found)[[0..-1 - $surplus]]] : $found, " +
      `${NODES_IN_A_CALL})`,
    atOnce: 2,
    steps: tenOfThem(steps),
    assign: { entries: '$entries + 20 + 5 * $count($found)' },
    output: '$sum($append($states.result, 0))',
  });
  none.next(first).next(another);
  more.next(another);
  another.when(when(`$token != ''`), more).otherwise(each);
  // One is left, so there is a next time.
  for (const call of [first, more]) call.addCatch(next, caught(undefined, '1'));
  each.addCatch(next, caught(undefined, '1')).next(next);
  return none;
}

function tenOfThem(steps: Steps): sfn.IChainable {
  const again = steps.set('Another time', {}, '1');
  const change = (name: string, action: string, parameters: Record<string, unknown>, rest: object = {}) =>
    steps.call(name, action, {
      parameters: { Cluster: jsonata('$cluster'), ...parameters },
      retry: false,
      ...rest,
    });

  const whose = change(
    'Whose are they',
    'ecs:describeContainerInstances',
    { ContainerInstances: jsonata('$states.input') },
    {
      assign: {
        pairs: `[$states.result.ContainerInstances.{
          'id': $split(ContainerInstanceArn, '/')[-1], 'node': Ec2InstanceId, 'drained': Status = 'DRAINING'}]`,
      },
    },
  );
  const where = steps.call('Where are they', 'autoscaling:describeAutoScalingInstances', {
    parameters: { InstanceIds: jsonata('[$pairs.node]') },
    assign: { up: inService, back: inService },
    retry: false,
  });
  const which = steps.choose('Is one in service');
  const active = change(
    'Make them active',
    'ecs:updateContainerInstancesState',
    { ContainerInstances: jsonata('[$pairs[node in $up and drained].id]'), Status: 'ACTIVE' },
    { assign: { back: '[$states.result.ContainerInstances.Ec2InstanceId]' } },
  );
  const now = steps.call('Where are they now', 'autoscaling:describeAutoScalingInstances', {
    parameters: { InstanceIds: jsonata('$up') },
    assign: {
      going:
        '[$states.result.AutoScalingInstances[$substring(LifecycleState, 0, 11) = ' +
        "'Terminating'].InstanceId]",
    },
    retry: false,
  });
  const goes = steps.choose('Does one go');
  const drain = change('Drain it again', 'ecs:updateContainerInstancesState', {
    ContainerInstances: jsonata('[$pairs[node in $going].id]'),
    Status: 'DRAINING',
  });
  const clear = change(
    'Take off the mark',
    'ecs:deleteAttributes',
    {
      Attributes: jsonata(
        `[$pairs[node in $up and ($not(drained) or node in $back)].{
          'Name': '${HELD}', 'TargetType': 'container-instance', 'TargetId': id}]`,
      ),
    },
    { output: '$count($up)' },
  );

  for (const call of [whose, where, active, now, drain, clear]) call.addCatch(again, caught());
  whose.next(where).next(which);
  which
    .when(when('$count($up) = 0'), steps.set('None is', {}, '0'))
    // Where nodes are only marked, one that is drained was drained by someone else.
    .when(
      when(`$exists($pairs[node in $up and drained]) and ($mode = 'drain' or $purpose = 'take over')`),
      active,
    )
    .otherwise(clear);
  active.next(now).next(goes);
  goes.when(when('$count($going) > 0'), drain).otherwise(clear);
  drain.next(clear);
  return whose;
}

const inService = `[$states.result.AutoScalingInstances[
  AutoScalingGroupName = $group and LifecycleState = 'InService'].InstanceId]`;
