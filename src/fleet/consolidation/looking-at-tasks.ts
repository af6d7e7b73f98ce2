import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { NOT_CONSOLIDATED, NOT_HELD } from '../../replacement/held';
import { DESCRIBED_AT_ONCE, SERVICES_AT_ONCE } from '../at-once';
import { caught, jsonata, type Steps, when } from '../steps';
import { HAS_ROOM } from './candidates';

/**
 * JSONata: what is kept of described tasks. `c`, `m` and `x` are what ECS reserves for it: CPU, memory, GPUs;
 * `e` says that it has a network interface, and `alone` that no service keeps it.
 */
const TASKS = `[$states.result.Tasks.{
  'a': TaskArn,
  's': $string(Group) & '',
  'd': $string(TaskDefinitionArn) & '',
  'alone': $not($contains($string(Group) & '', /^service:/) and $contains($string(StartedBy) & '', /^ecs-svc/)),
  'runs': LastStatus = 'RUNNING' and $not(DesiredStatus = 'STOPPED'),
  'c': $max([$number('0' & Cpu), $sum($append(0, Containers.$number('0' & Cpu)))]),
  'm': $max([$number('0' & Memory), $sum($append(0, Containers.$number('0' & ($exists(MemoryReservation)
    ? MemoryReservation : Memory))))]),
  'x': $count(Containers.GpuIds),
  'e': $exists(Attachments[Type = 'ElasticNetworkInterface'])
}]`;

/**
 * JSONata: of described services, the daemons, and those whose tasks stay where they are. A service can be
 * moved when it is settled, in one deployment, and may run one task more than it wants. It is placed by this
 * tier's provider alone, without a constraint of the user.
 */
const SERVICES = `[$states.result.Services.{
  's': 'service:' & ServiceName,
  'daemon': SchedulingStrategy = 'DAEMON',
  'stays': $not(
    $count(Deployments) = 1
    and $not(Deployments.RolloutState in ['IN_PROGRESS', 'FAILED'])
    and RunningCount = DesiredCount and PendingCount = 0
    and $floor(DesiredCount * DeploymentConfiguration.MaximumPercent / 100) > DesiredCount
    and $count(PlacementConstraints[$not(Expression = '${NOT_HELD}')]) = 0
    and $count(CapacityProviderStrategy) = 1 and CapacityProviderStrategy.CapacityProvider = $node.p
    and $not($exists(Tags[Key = '${NOT_CONSOLIDATED.key}' and Value = '${NOT_CONSOLIDATED.value}'])))
}]`;

const DEFINITION = '$states.result.TaskDefinition';

/**
 * JSONata: whether tasks of a definition are bound to their node: by its disk, a port of it, or a constraint.
 */
const IS_BOUND = `(
  $not(${DEFINITION}.NetworkMode = 'awsvpc') and $exists(${DEFINITION}.ContainerDefinitions.PortMappings[
    HostPort > 0 or ${DEFINITION}.NetworkMode = 'host'])
  or $exists(${DEFINITION}.Volumes[$exists(Host.SourcePath) or $exists(DockerVolumeConfiguration)])
  or $exists(${DEFINITION}.PlacementConstraints[0])
)`;

export interface LookedAt {
  /** Each task of `$node` has a place elsewhere. */
  readonly fits: sfn.IChainable;
  readonly stays: sfn.IChainable;
  /** It, or another node, runs daemons alone: managed scaling takes it. */
  readonly isEmpty: sfn.IChainable;
}

/**
 * Looks at the tasks of `$node`, their services and their definitions: in `$movers` those that a service
 * starts elsewhere, in `$daemons` the groups of daemons, which do not count. What cannot be read stays.
 */
export function lookingAtTasks(steps: Steps, { fits, stays, isEmpty }: LookedAt): sfn.State {
  const list = steps.call('List its tasks', 'ecs:listTasks', {
    parameters: { Cluster: jsonata('$cluster'), ContainerInstance: jsonata('$node.a') },
    assign: { arns: '[$states.result.TaskArns]' },
    retry: true,
  });
  const any = steps.choose('Are these all');
  const describe = steps.each('Describe its tasks', {
    items: `$partition($arns, ${DESCRIBED_AT_ONCE})`,
    atOnce: 1,
    steps: steps.call('Describe some tasks', 'ecs:describeTasks', {
      parameters: { Cluster: jsonata('$cluster'), Tasks: jsonata('$states.input') },
      output: TASKS,
      retry: true,
    }),
    assign: { tasks: '$reduce($states.result, $append, [])' },
  });
  const alone = steps.choose('Do they run for services');
  const services = steps.each('Read their services', {
    items: `$partition([$distinct($tasks.s)], ${SERVICES_AT_ONCE})`,
    atOnce: 1,
    steps: steps.call('Read some of them', 'ecs:describeServices', {
      parameters: {
        Cluster: jsonata('$cluster'),
        Services: jsonata("[$states.input.$substringAfter($, ':')]"),
        Include: ['TAGS'],
      },
      output: SERVICES,
      retry: true,
    }),
    assign: { services: '$reduce($states.result, $append, [])' },
  });
  const movers = steps.set('Which move', {
    daemons: '[$services[daemon].s]',
    movers: '[( $all := [$services[daemon].s]; $tasks[$not(s in $all)] )]',
  });
  const may = steps.choose('May they move');
  const protection = steps.call('Are they protected', 'ecs:getTaskProtection', {
    parameters: { Cluster: jsonata('$cluster'), Tasks: jsonata('[$movers.a]') },
    output: '$exists($states.result.ProtectedTasks[$string(ProtectionEnabled) = "true"])',
    retry: true,
  });
  const isProtected = steps.choose('Is one protected');
  const definitions = steps.each('Read their definitions', {
    items: '[$distinct($movers.d)]',
    atOnce: 2,
    steps: steps.call('Read one', 'ecs:describeTaskDefinition', {
      parameters: { TaskDefinition: jsonata('$states.input') },
      output: IS_BOUND,
      retry: true,
    }),
    output: 'true in $states.result',
  });
  const room = steps.choose('Is there room');

  for (const step of [list, describe, services, protection, definitions]) step.addCatch(stays, caught());
  list.next(any);
  any.when(when('$count($arns) = 0 or $count($arns) != $node.t'), stays).otherwise(describe);
  describe.next(alone);
  alone
    .when(when('$count($tasks) != $node.t or $exists($tasks[alone or $not(runs)])'), stays)
    .otherwise(services);
  services.next(movers).next(may);
  may
    .when(when('$count($services) != $count($distinct($tasks.s))'), stays)
    // A node with no more tasks than there are daemons here is most likely empty.
    .when(
      when('$count($movers) = 0 or $exists($nodes[t <= $count($tasks) - $count($movers)][a != $node.a])'),
      isEmpty,
    )
    .when(when('$exists($services[stays and $not(daemon)])'), stays)
    .otherwise(protection);
  protection.next(isProtected);
  isProtected.when(when('$states.input'), stays).otherwise(definitions);
  definitions.next(room);
  room.when(when(`$not($states.input) and ${HAS_ROOM}`), fits).otherwise(stays);
  return list;
}
