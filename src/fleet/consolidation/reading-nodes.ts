import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { HELD } from '../../replacement/held';
import { DESCRIBED_AT_ONCE } from '../at-once';
import { jsonata, type Steps, when } from '../steps';

/** A node that joined less than so long ago, in milliseconds, says that the tier grows. */
const YOUNG = 60 * 60 * 1000;

const INSTANCES = `$states.result.AutoScalingInstances[
  AutoScalingGroupName = $group and $substring(LifecycleState, 0, 6) != 'Warmed']`;

/**
 * JSONata: what is kept of described nodes, 200 bytes each. `a` is the id of the container instance, `i` that
 * of the instance, `z` the zone, `p` the capacity provider. `c` and `m` are free CPU and memory, `u` and `v`
 * those taken. `x` are free GPUs, and `t` is the number of tasks. `k` says whether it has a trunk interface,
 * `h` who holds it, and `s` whether it is protected from scale-in.
 */
const KEPT = `[$states.result.ContainerInstances.(
  $of := function($list, $name) { $number('0' & $list[Name = $name].IntegerValue) };
  $all := RegisteredResources;
  $free := RemainingResources;
  {
    'a': $split(ContainerInstanceArn, '/')[-1],
    'i': Ec2InstanceId,
    'z': $string(Attributes[Name = 'ecs.availability-zone'].Value) & '',
    'p': $string(CapacityProviderName) & '',
    'c': $of($free, 'CPU'),
    'm': $of($free, 'MEMORY'),
    'u': $of($all, 'CPU') - $of($free, 'CPU'),
    'v': $of($all, 'MEMORY') - $of($free, 'MEMORY'),
    'x': $count($free[Name = 'GPU'].StringSetValue),
    't': RunningTasksCount,
    'k': $exists(Attributes[Name = 'ecs.awsvpc-trunk-id']),
    'h': $string(Attributes[Name = '${HELD}'].Value) & '',
    's': Ec2InstanceId in $kept,
    'ok': Status = 'ACTIVE' and AgentConnected and PendingTasksCount = 0
      and $not(HealthStatus.OverallStatus = 'IMPAIRED') and $toMillis(RegisteredAt) <= $millis() - ${YOUNG}
  }
)]`;

const NO_NODES = "{'members': $inGroup, 'nodes': []}";

/**
 * Reads the nodes of `$ids` that are in `$group`: how many the group has in `$members`, and in `$nodes` those
 * that are in service and in the cluster. 25 at a time, because an answer must stay below 256 KiB.
 */
export function readingNodes(steps: Steps): sfn.Map {
  const instances = steps.call('Which are in the group', 'autoscaling:describeAutoScalingInstances', {
    parameters: { InstanceIds: jsonata('$states.input') },
    assign: {
      inGroup: `$count([${INSTANCES}])`,
      ready: `[${INSTANCES}[LifecycleState = 'InService' and $uppercase(HealthStatus) = 'HEALTHY'].InstanceId]`,
      kept: `[${INSTANCES}[$string(ProtectedFromScaleIn) = 'true'].InstanceId]`,
    },
    retry: true,
  });
  const any = steps.choose('Is any in service');
  const find = steps.call('Find them in the cluster', 'ecs:listContainerInstances', {
    parameters: {
      Cluster: jsonata('$cluster'),
      Filter: jsonata(`"ec2InstanceId in ['" & $join($ready, "', '") & "']"`),
    },
    output: `[$states.result.ContainerInstanceArns.$split($, '/')[-1]]`,
    retry: true,
  });
  const joined = steps.choose('Has any joined');
  const describe = steps.call('Describe them', 'ecs:describeContainerInstances', {
    parameters: {
      Cluster: jsonata('$cluster'),
      ContainerInstances: jsonata('$states.input'),
      Include: ['CONTAINER_INSTANCE_HEALTH'],
    },
    output: `{'members': $inGroup, 'nodes': ${KEPT}}`,
    retry: true,
  });
  const none = steps.set('None of them', {}, NO_NODES);
  instances.next(any);
  any.when(when('$count($ready) = 0'), none).otherwise(find);
  find.next(joined);
  joined.when(when('$count($states.input) = 0'), none).otherwise(describe);
  return steps.each('Read its nodes', {
    items: `$partition($ids, ${DESCRIBED_AT_ONCE})`,
    atOnce: 2,
    steps: instances,
    assign: { nodes: '[$states.result.nodes]', members: '$sum($append(0, $states.result.members))' },
  });
}
