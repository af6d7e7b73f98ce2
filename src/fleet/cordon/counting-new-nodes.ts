import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { jsonata, type Steps, when } from '../steps';
import { NODES_AT_ONCE } from './at-once';

/** Counts the nodes of `$ids` that are not `$old` and not on their way out: how many there are, and how many have joined. */
export function countingNewNodes(steps: Steps): sfn.Map {
  const which = steps.call('Which are new', 'autoscaling:describeAutoScalingInstances', {
    parameters: { InstanceIds: jsonata('$states.input') },
    output: `[$states.result.AutoScalingInstances[
      AutoScalingGroupName = $group
      and $not(InstanceId in $old)
      and $substring(LifecycleState, 0, 11) != 'Terminating'
    ].InstanceId]`,
    retry: false,
  });
  const any = steps.choose('Is any new');
  const none = steps.set('None of them', {}, `{'launched': 0, 'joined': 0}`);
  const joined = steps.call('Have they joined', 'ecs:listContainerInstances', {
    parameters: {
      Cluster: jsonata('$cluster'),
      Filter: jsonata(
        `"ec2InstanceId in ['" & $join($states.input, "', '") & "'] and agentConnected == true"`,
      ),
      Status: 'ACTIVE',
    },
    output: `{'launched': $count($states.input), 'joined': $count($states.result.ContainerInstanceArns)}`,
    retry: false,
  });
  any.when(when('$count($states.input) = 0'), none).otherwise(joined);
  return steps.each('Count the new nodes', {
    items: `$partition($ids, ${NODES_AT_ONCE})`,
    atOnce: 2,
    steps: which.next(any),
    output: `{
      'launched': $sum($append($states.result.launched, 0)),
      'joined': $sum($append($states.result.joined, 0))}`,
  });
}
