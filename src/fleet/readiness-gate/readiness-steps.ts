import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { HEARTBEAT } from '../../replacement/gate-hook';
import { HELD, heldBy, NOT_HELD } from '../../replacement/held';
import { CORDON_MODE_TAG } from '../cordon/cordon-tags';
import { caught, jsonata, Steps, when } from '../steps';
import { DAEMON_LIMIT, openAfterDaemons, WITHOUT_DAEMONS } from './daemons-first-steps';

/**
 * So long at most the gate holds a node back that has joined. The rest of the heartbeat is for one
 * that joins last.
 */
const BARRIER = 900;

/** Before it no boot can have failed and shut the instance down. */
const MAY_BE_DEAD = 90;

/**
 * How many seconds pass before the first look, before each later one, and by how much both
 * grow under throttling.
 */
const FIRST = [30, 90];
const AGAIN = [40, 80];
const SLOWEST = 4;

/** Each so many looks, a node that is held asks whether the refresh still runs. */
const REFRESH_LOOKS = 4;

/** The lifecycle event, for each state. */
const EVENT = '$states.context.Execution.Input';
const DETAIL = `${EVENT}.detail`;
const CLUSTER = jsonata(`${DETAIL}.NotificationMetadata`);
const GROUP = jsonata(`${DETAIL}.AutoScalingGroupName`);
const INSTANCE = jsonata(`${DETAIL}.EC2InstanceId`);
const REFRESH = '$states.result.InstanceRefreshes[0]';

/** Seconds since the launch: since the event, or since the run was started by hand. */
const WAITED = '($millis() - $launched) / 1000';

/** The heartbeat ends, and with it the node. */
const OVER = `${WAITED} >= ${HEARTBEAT - 10}`;

/** A number of seconds between two, by `$roll`, which is another one before each wait. */
function between([low, high]: number[]): string {
  return `${low} + $floor($roll * ${high - low + 1})`;
}

const FIRST_WAIT = between(FIRST);
/** However slow, a run looks once more before the heartbeat ends. */
const LATER_WAIT = `$min([$slow * (${between(AGAIN)}),
  $max([20, ${HEARTBEAT - 100} + $floor($roll * 50) - $floor(${WAITED})])])`;
const FASTER = '$max([1, $slow / 2])';
const SLOWER = `$min([${SLOWEST}, $slow * 2])`;

/**
 * What the gate does with a new instance.
 *
 * Everything that fails goes back to waiting: the loop is the retry, and the heartbeat its limit. ECS's
 * "cluster resource read actions" are a bucket of the whole account (100 at once, 20 a second). A thousand
 * runs that look at the same time must neither fail nor keep others from it. Hence the waits, the jitter, and
 * slower looks under throttling.
 */
export function readinessSteps(scope: Construct): sfn.IChainable {
  return stepsOf(scope, false);
}

/** The same, where nodes start held and are opened once their daemons run. */
export function readinessStepsWithDaemons(scope: Construct): sfn.IChainable {
  return stepsOf(scope, true);
}

/** The node with a connected agent. One that registers and then loses its connection runs no tasks. */
const NODE = `"ec2InstanceId in ['" & ${DETAIL}.EC2InstanceId & "'] and agentConnected == true"`;

function stepsOf(scope: Construct, daemonsFirst: boolean): sfn.IChainable {
  const steps = new Steps(scope);
  const slower = { slow: SLOWER };

  const roll = { roll: '$random()' };
  const start = steps.set('A node starts', {
    ...roll,
    launched: `$toMillis($exists(${EVENT}.time) ? ${EVENT}.time : $states.context.Execution.StartTime)`,
    slow: 1,
    joined: false,
    looks: 0,
    refresh: "''",
    holds: false,
    ...(daemonsFirst && WITHOUT_DAEMONS),
  });
  const boot = steps.wait('Let it boot', FIRST_WAIT, roll);
  const wait = steps.wait('Not yet', LATER_WAIT, roll);
  const ask = steps.choose('What to ask');
  const look = steps.call('Has the node joined', 'ecs:listContainerInstances', {
    parameters: {
      Cluster: CLUSTER,
      Filter: jsonata(daemonsFirst ? `${NODE} & ' and ${NOT_HELD}'` : NODE),
      Status: 'ACTIVE',
    },
    assign: { joined: '$count($states.result.ContainerInstanceArns) > 0', slow: FASTER },
    output: '$count($states.result.ContainerInstanceArns)',
    retry: false,
  });
  const joined = steps.choose('Joined');
  const left = steps.choose('Is time left');
  const never = steps.fail(
    'It never joined',
    'NodeNeverJoined',
    cause('did not join', ` in ${HEARTBEAT / 60} minutes`),
  );

  const goOn = steps.call(
    'Let it go into service',
    'autoscaling:completeLifecycleAction',
    complete('CONTINUE'),
  );
  const done = steps.end('Done');

  // An instance that has shut down is not noticed while the hook holds it: Auto Scaling does not check its
  // health. This call has a bucket of its own.
  const alive = steps.call('Is it alive', 'ec2:describeInstanceStatus', {
    parameters: { InstanceIds: [INSTANCE], IncludeAllInstances: true },
    output: `$string($states.result.InstanceStatuses[0].InstanceState.Name) & ''`,
    retry: false,
  });
  const dead = steps.choose('Alive');
  const giveUp = steps.call('Give it up', 'autoscaling:completeLifecycleAction', complete('ABANDON'));
  const died = steps.fail('It died', 'NodeDied', cause('shut down before it joined'));

  // Throttled; or completed already, since an event comes at least once; or the instance is on its way out.
  const state = steps.call('Read its state', 'autoscaling:describeAutoScalingInstances', {
    parameters: { InstanceIds: [INSTANCE] },
    output: `$string($states.result.AutoScalingInstances[0].LifecycleState) & ''`,
    retry: false,
  });
  const held = steps.choose('Is it still held');

  // The barrier: while a refresh has replaced nothing and the cordon has drained nothing yet, a node
  // waits for the others.
  const begins = steps.call('Does a refresh begin', 'autoscaling:describeInstanceRefreshes', {
    parameters: { AutoScalingGroupName: GROUP, MaxRecords: 1 },
    assign: {
      refresh: `${REFRESH}.Status in ['Pending', 'InProgress']
        and ($exists(${REFRESH}.PercentageComplete) ? $number($string(${REFRESH}.PercentageComplete)) : 0) = 0
        ? ${REFRESH}.InstanceRefreshId : ''`,
    },
    retry: false,
  });
  const waits = steps.choose('Does it wait for others');
  const group = steps.call('Does the group drain', 'autoscaling:describeAutoScalingGroups', {
    parameters: { AutoScalingGroupNames: [GROUP], IncludeInstances: false },
    assign: {
      holds:
        `$exists($states.result.AutoScalingGroups[0].Tags[Key = '${CORDON_MODE_TAG}' and Value = ` +
        "'drain'])",
    },
    retry: false,
  });
  const drains = steps.choose('Does it drain');
  const drained = steps.call('Are the old nodes drained', 'ecs:listContainerInstances', {
    parameters: {
      Cluster: CLUSTER,
      Filter: jsonata(`'attribute:${HELD} == ${heldBy.cordon}' & $refresh`),
      Status: 'DRAINING',
      MaxResults: 1,
    },
    assign: { looks: '$looks + 1' },
    output: '$count($states.result.ContainerInstanceArns)',
    retry: false,
  });
  const begun = steps.choose('Has it begun');

  start.next(boot).next(look);
  wait.next(ask);
  ask
    .when(when(`$refresh != '' and ${WAITED} >= ${BARRIER}`), goOn)
    .when(when(`$refresh != '' and $looks % ${REFRESH_LOOKS} > 0`), drained)
    .when(when(`$refresh != ''`), begins)
    .otherwise(look);
  look.addCatch(joined, caught(slower, '0')).next(joined);
  joined
    .when(when(`$states.input > 0 and ${WAITED} < ${BARRIER}`), begins)
    .when(when('$states.input > 0'), goOn);
  const notJoined = daemonsFirst ? steps.choose('Not joined') : joined;
  notJoined.when(when(`${WAITED} >= ${MAY_BE_DEAD}`), alive).otherwise(left);
  if (daemonsFirst) {
    const gate = {
      cluster: CLUSTER,
      node: NODE,
      last: `$launched + ${(HEARTBEAT - 200) * 1000}`,
      roll,
      slower,
      faster: FASTER,
      joined,
      notJoined,
      left,
    };
    joined.otherwise(openAfterDaemons(steps, gate));
  }
  begins.addCatch(left, caught(slower)).next(waits);
  waits.when(when(`$refresh = ''`), goOn).when(when('$holds'), drained).otherwise(group);
  group.addCatch(left, caught(slower)).next(drains);
  drains.when(when('$holds'), drained).otherwise(goOn);
  drained.addCatch(left, caught(slower)).next(begun);
  begun.when(when('$states.input > 0'), goOn).otherwise(left);
  alive.addCatch(left, caught(slower)).next(dead);
  dead
    .when(when(`$states.input in ['shutting-down', 'terminated', 'stopping', 'stopped']`), giveUp)
    .otherwise(left);
  giveUp.addCatch(state, caught()).next(died);
  goOn.addCatch(state, caught()).next(daemonsFirst ? lateness(steps, done) : done);
  state.addCatch(left, caught(slower)).next(held);
  held
    .when(when(`$substring($states.input, 0, 7) = 'Pending'`), left)
    .when(when(`$not($joined) and ${OVER}`), never)
    .otherwise(steps.end('It is no longer held'));
  if (daemonsFirst) {
    const shut = steps.fail('It was never opened', 'NodeNeverOpened', cause('was never opened for tasks in'));
    left.when(when(`${OVER} and $arn != ''`), shut);
  }
  left.when(when(OVER), never).otherwise(wait);
  return start;
}

/** A node that went into service without all its daemons ends its run badly, so that the alarm names them. */
function lateness(steps: Steps, done: sfn.State): sfn.Choice {
  const late = steps.fail(
    'A daemon is missing',
    'DaemonNotRunning',
    `${DETAIL}.EC2InstanceId & ' of ' & ${DETAIL}.AutoScalingGroupName & ' is in service in the ECS cluster ' & ` +
      `${DETAIL}.NotificationMetadata & ', without daemons that did not run within ${DAEMON_LIMIT / 60} ` +
      `minutes: ' & $missing`,
  );
  return steps.choose('Is a daemon missing').when(when(`$missing != ''`), late).otherwise(done);
}

function complete(result: 'CONTINUE' | 'ABANDON') {
  return {
    parameters: {
      AutoScalingGroupName: GROUP,
      LifecycleHookName: jsonata(`${DETAIL}.LifecycleHookName`),
      InstanceId: INSTANCE,
      LifecycleActionResult: result,
    },
    retry: false,
  };
}

/** The cause of a run that has given a node up, with the command that says why. */
function cause(what: string, when = ''): string {
  return (
    `${DETAIL}.EC2InstanceId & ' of ' & ${DETAIL}.AutoScalingGroupName & ' ${what} the ECS cluster ' & ` +
    `${DETAIL}.NotificationMetadata & '${when} and is replaced. Its console output says why: ` +
    `aws ec2 get-console-output --instance-id ' & ${DETAIL}.EC2InstanceId & ` +
    `' (while it still runs, on a Nitro type: with --latest)'`
  );
}
