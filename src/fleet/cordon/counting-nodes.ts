import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { HELD } from '../../replacement/held';
import { NODES_AT_ONCE } from '../at-once';
import { jsonata, type Steps, when } from '../steps';

/**
 * Counts the nodes of `$ids`. `launched` are those that are not `$old` and not on their way out, and `joined`
 * is how many of them have joined. `free` are the ids of the container instances that are old, in service and
 * not held.
 *
 * A node with the cordon's own mark that is still `ACTIVE` is free where nodes are drained: the drain did not
 * succeed.
 */
export function countingNodes(steps: Steps): sfn.Map {
  const state = `$states.result.AutoScalingInstances[AutoScalingGroupName = $group`;
  const those = steps.call('Which are new', 'autoscaling:describeAutoScalingInstances', {
    parameters: { InstanceIds: jsonata('$states.input') },
    assign: {
      newOnes: `[${state} and $not(InstanceId in $old)
        and $substring(LifecycleState, 0, 11) != 'Terminating'].InstanceId]`,
      oldOnes: `[${state} and InstanceId in $old and LifecycleState = 'InService'].InstanceId]`,
      joinedOnes: 0,
      freeOnes: '[]',
    },
    retry: false,
  });
  const anyNew = steps.choose('Is any new');
  const joined = steps.call('Have they joined', 'ecs:listContainerInstances', {
    parameters: {
      Cluster: jsonata('$cluster'),
      Filter: jsonata(`"ec2InstanceId in ['" & $join($newOnes, "', '") & "'] and agentConnected == true"`),
      Status: 'ACTIVE',
    },
    assign: { joinedOnes: '$count($states.result.ContainerInstanceArns)' },
    retry: false,
  });
  const anyOld = steps.choose('Is any old and up');
  const free = steps.call('Which are free', 'ecs:listContainerInstances', {
    parameters: {
      Cluster: jsonata('$cluster'),
      Filter: jsonata(
        `"ec2InstanceId in ['" & $join($oldOnes, "', '") & "'] and (attribute:${HELD} !exists" & ` +
          `($mode = 'drain' ? " or attribute:${HELD} == " & $mark : "") & ")"`,
      ),
      Status: 'ACTIVE',
    },
    assign: { freeOnes: `[$states.result.ContainerInstanceArns.$split($, '/')[-1]]` },
    retry: false,
  });
  const counted = steps.set(
    'So many',
    {},
    `{'launched': $count($newOnes), 'joined': $joinedOnes, 'free': $freeOnes}`,
  );
  those.next(anyNew);
  anyNew.when(when('$count($newOnes) > 0'), joined).otherwise(anyOld);
  joined.next(anyOld);
  anyOld.when(when('$count($oldOnes) > 0'), free).otherwise(counted);
  free.next(counted);
  return steps.each('Count the nodes', {
    items: `$partition($ids, ${NODES_AT_ONCE})`,
    atOnce: 2,
    steps: those,
    output: `{
      'launched': $sum($append($states.result.launched, 0)),
      'joined': $sum($append($states.result.joined, 0)),
      'free': [$states.result.free]}`,
  });
}
