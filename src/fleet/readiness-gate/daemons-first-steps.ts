import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { HELD, STARTING } from '../../replacement/held';
import { SERVICES_AT_ONCE } from '../at-once';
import { heldAttribute } from '../one-node';
import { caught, type Expressions, jsonata, type Steps, when } from '../steps';

/** So many seconds at most a node that has joined waits for its daemons. */
export const DAEMON_LIMIT = 300;

/** A filter has room for the names of so many daemons; of more it only counts the tasks. */
const MOST_NAMED = 30;

/** What the gate knows, and where it goes on. */
export interface Gate {
  readonly cluster: string;
  /** The filter for the node with a connected agent, as an expression. */
  readonly node: string;
  /** When the last moment is to open it, in milliseconds. */
  readonly last: string;
  readonly roll: Expressions;
  readonly slower: Expressions;
  readonly faster: string;
  /** It is open, so it has joined. Its input is 1. */
  readonly joined: sfn.State;
  readonly notJoined: sfn.State;
  readonly left: sfn.State;
}

/** The variables of the steps below. */
export const WITHOUT_DAEMONS: Expressions = {
  arn: "''",
  until: 0,
  isRead: false,
  services: '[]',
  due: '[]',
  missing: "''",
};

/**
 * A node that registered with the mark `starting` takes no replica. It loses the mark when all its daemons
 * run, or at the limit: a daemon that is broken must not stop a cluster from growing.
 *
 * Which daemons belong on the node, ECS says itself: the expressions of their placement constraints are
 * filters.
 */
export function openAfterDaemons(steps: Steps, gate: Gate): sfn.State {
  const { cluster: Cluster, node, slower, left } = gate;
  const nodes = (filter: string) => ({ Cluster, Filter: jsonata(filter), Status: 'ACTIVE' });
  const COUNT = '$count($states.result.ContainerInstanceArns)';

  const closed = steps.call('Is it held for its daemons', 'ecs:listContainerInstances', {
    parameters: nodes(`${node} & ' and attribute:${HELD} == ${STARTING}'`),
    assign: { arn: `${COUNT} > 0 ? $states.result.ContainerInstanceArns[0] : ''` },
    retry: false,
  });
  const what = steps.choose('What it waits for');
  const begin = steps.set('It waits for its daemons', {
    until: `$until > 0 ? $until : $min([$millis() + ${DAEMON_LIMIT * 1000}, ${gate.last}])`,
  });
  const list = steps.call('List daemons', 'ecs:listServices', {
    parameters: { Cluster, SchedulingStrategy: 'DAEMON', MaxResults: 100 },
    assign: { services: "[$states.result.ServiceArns.$split($, '/')[-1]]" },
    retry: false,
  });
  const some = steps.choose('Are there daemons');
  const read = steps.each('Read the daemons', {
    items: `$partition($services, ${SERVICES_AT_ONCE})`,
    atOnce: 1,
    steps: steps.call('Read some daemons', 'ecs:describeServices', {
      parameters: { Cluster, Services: jsonata('$states.input') },
      output: `[$states.result.Services[Status = 'ACTIVE'].{
        'name': ServiceName,
        'definition': TaskDefinition,
        'rules': [PlacementConstraints[Type = 'memberOf'].Expression]
      }]`,
      retry: false,
    }),
    output: '$reduce($states.result, $append, [])',
  });
  const due = steps.each('Which daemons belong here', {
    items: '[$states.input]',
    atOnce: 1,
    steps: belongs(steps, gate),
    assign: { due: "[$states.result[$ != '']]", isRead: true },
  });
  const any = steps.choose('Does it wait for any');
  const running = steps.call('Do its daemons run', 'ecs:listContainerInstances', {
    parameters: nodes(
      `${node} & ($count($due) > ${MOST_NAMED} ? '' : $join($due.(' and task:group == service:' & $), ''))
        & ' and runningTasksCount >= ' & $string($count($due))`,
    ),
    assign: { slow: gate.faster },
    output: COUNT,
    retry: false,
  });
  const run = steps.choose('Do they all run');
  const moment = steps.wait('A moment', '$slow * (20 + $floor($roll * 21))', gate.roll);
  const late = steps.each('Which daemons are missing', {
    items: '[$due]',
    atOnce: 1,
    steps: steps.call('Does it run', 'ecs:listContainerInstances', {
      parameters: nodes(`${node} & ' and task:group == service:' & $states.input`),
      output: `${COUNT} > 0 ? '' : $states.input`,
      retry: false,
    }),
    assign: {
      missing: `$isRead ? $join([$states.result[$ != '']], ', ') : 'unknown, as none could be read'`,
    },
  });
  const open = steps.call('Open it', 'ecs:deleteAttributes', {
    parameters: {
      Cluster,
      Attributes: [heldAttribute('$arn')],
    },
    output: '1',
    retry: false,
  });

  closed.addCatch(left, caught(slower)).next(what);
  what
    .when(when(`$arn = ''`), gate.notJoined)
    .when(when('$until > 0 and $millis() >= $until'), late)
    .when(when('$isRead'), any)
    .otherwise(begin);
  begin.next(list);
  list.addCatch(left, caught(slower)).next(some);
  some.when(when('$count($services) = 0'), open).otherwise(read);
  read.addCatch(left, caught(slower)).next(due);
  due.addCatch(left, caught(slower)).next(any);
  any.when(when('$count($due) = 0'), open).otherwise(running);
  running.addCatch(left, caught(slower)).next(run);
  run.when(when('$states.input > 0'), open).otherwise(moment);
  moment.next(closed);
  late.addCatch(open, caught({ missing: "$join($due, ', ')" })).next(open);
  open.addCatch(left, caught(slower)).next(gate.joined);
  return closed;
}

/** The name of a daemon that ECS may place on the node, or nothing. */
function belongs(steps: Steps, { cluster, node }: Gate): sfn.IChainable {
  const definition = steps.call('Read its task definition', 'ecs:describeTaskDefinition', {
    parameters: { TaskDefinition: jsonata('$states.input.definition') },
    output: `{
      'name': $states.input.name,
      'rules': [$append(
        $states.input.rules,
        [$states.result.TaskDefinition.PlacementConstraints[Type = 'memberOf'].Expression]
      )]
    }`,
    retry: false,
  });
  const rules = steps.choose('Has it rules');
  const yes = steps.set('It belongs here', {}, '$states.input.name');
  const ask = steps.call('Do they admit the node', 'ecs:listContainerInstances', {
    parameters: {
      Cluster: cluster,
      Filter: jsonata(`${node} & $join($states.input.rules.(' and (' & $ & ')'), '')`),
      Status: 'ACTIVE',
    },
    output: `$count($states.result.ContainerInstanceArns) > 0 ? $states.input.name : ''`,
    retry: false,
  });
  rules.when(when('$count($states.input.rules) = 0'), yes).otherwise(ask);
  definition.next(rules);
  return definition;
}
