import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { MOST_NODES } from '../../replacement/consolidation';
import { HOLD_TAG, heldBy } from '../../replacement/held';
import { CLUSTER_NAME_TAG } from '../../settings/cluster-name';
import { groupMembers } from '../group-members';
import { REFRESHES } from '../refreshes';
import { caught, jsonata, Steps, when } from '../steps';
import { telling } from '../telling';
import { isOurs, topicIn, valuesIn } from '../tier-tags';
import { CANDIDATES } from './candidates';
import { CONSOLIDATION_TAG } from './consolidation-tags';
import { findingGroups } from './finding-groups';
import { givingBackANode } from './giving-back-a-node';
import { lookingAtTasks } from './looking-at-tasks';
import { readingNodes } from './reading-nodes';
import { settingBack } from './setting-back';

/** After one node was given back, the next one waits until it has gone: so many looks, one each minute. */
const LOOKS = 15;

/** What scales out so soon, in milliseconds, would need the node again. */
const SOON = 60 * 60 * 1000;

const GROUP = '$states.result.AutoScalingGroups[0]';
const VALUES = valuesIn(CONSOLIDATION_TAG, GROUP);

/** JSONata: who else holds a node by consolidation. Its run may have been stopped. */
const LEFT = `$nodes[$substring(h, 0, ${heldBy.consolidation.length}) = '${heldBy.consolidation}']`;

/**
 * What consolidation does with a group: it gives back nodes whose tasks fit elsewhere, one after the other.
 *
 * Nothing is done unless the tier is calm: as many nodes as are wanted, all in service, none young, empty,
 * held or ill. So it yields to all else that works on the group. What cannot be read ends the run: the next
 * window comes.
 */
export function consolidationSteps(scope: Construct): sfn.IChainable {
  const steps = new Steps(scope);

  const begin = steps.choose('Is it for one group');
  const start = steps.set('A run for a group', {
    group: '$states.input.group',
    mark: `'${heldBy.consolidation}' & $states.context.Execution.Name`,
    given: 0,
    looks: 0,
  });
  const nothing = steps.end('Nothing to do');

  // --- is anything else at work ---
  const group = steps.call('Read the group', 'autoscaling:describeAutoScalingGroups', {
    parameters: { AutoScalingGroupNames: [jsonata('$group')], IncludeInstances: false },
    assign: {
      ours: isOurs(CONSOLIDATION_TAG, GROUP),
      isHeld: `$exists(${GROUP}.Tags[Key = '${HOLD_TAG}'])`,
      isSuspended: `$count(${GROUP}.SuspendedProcesses) > 0`,
      cluster: `$string(${GROUP}.Tags[Key = '${CLUSTER_NAME_TAG}'].Value) & ''`,
      desired: `$number('0' & ${GROUP}.DesiredCapacity)`,
      least: `$max([$number('0' & ${GROUP}.MinSize), $number('0' & ${VALUES}.least)])`,
      most: `$number('0' & ${VALUES}.most)`,
      interfaces: `$number('0' & ${VALUES}.interfaces)`,
      topic: topicIn(CONSOLIDATION_TAG, GROUP),
    },
    retry: true,
  });
  const may = steps.choose('May it give nodes back');
  const refresh = steps.call('Does a refresh run', 'autoscaling:describeInstanceRefreshes', {
    parameters: { AutoScalingGroupName: jsonata('$group'), MaxRecords: 1 },
    output: `$string($states.result.InstanceRefreshes[0].Status) in ${REFRESHES}`,
    retry: true,
  });
  const rolled = steps.choose('Is it rolled');
  const schedules = steps.call('What is scheduled', 'autoscaling:describeScheduledActions', {
    parameters: { AutoScalingGroupName: jsonata('$group'), MaxRecords: 100 },
    output: `$exists($states.result.ScheduledUpdateGroupActions[
      ($number('0' & MinSize) >= $desired or $number('0' & DesiredCapacity) >= $desired) and $exists(StartTime)][
      $toMillis(StartTime) >= $millis() and $toMillis(StartTime) <= $millis() + ${SOON}])`,
    retry: true,
  });
  const grows = steps.choose('Does it grow soon');
  const tooLarge = steps.fail(
    'It is too large',
    'GroupTooLarge',
    `$group & ' has more than ${MOST_NODES} nodes, which a run does not read. Set ` +
      "`consolidation: Consolidation.none()` for this tier'",
  );

  // --- its nodes ---
  const look = readingNodes(steps);
  const members = groupMembers(steps, look, nothing);
  const calm = steps.choose('Is it calm');
  const goes = steps.choose('Has the last one gone');
  const moment = steps.wait('Let it go', '60', { looks: '$looks + 1' });
  const choose = steps.set('Which may go', { found: CANDIDATES, at: 0 });
  const another = steps.choose('Is there one to look at');
  const one = steps.set('Look at one', { node: '$found[$at]', at: '$at + 1', tasks: '[]', movers: '[]' });

  // --- what a run that was stopped has left ---
  const run = steps.call('Does its run go on', 'sfn:describeExecution', {
    parameters: {
      ExecutionArn: jsonata(
        `$replace($states.context.StateMachine.Id, ':stateMachine:', ':execution:') & ':' & ` +
          `$substringAfter($left.h, ':')`,
      ),
    },
    output: "$states.result.Status = 'RUNNING'",
    retry: true,
  });
  const goesOn = steps.choose('Is it at work');
  const takeOver = steps.set('Its run has ended', { node: '$left', mark: '$left.h', why: "'left'" });

  // --- how it ends ---
  const done = steps.end('Done');
  const enough = steps.choose('Is that all');
  const toldOfOne = steps.choose('Is the topic told');
  const tellOfOne = say(
    steps,
    'Say that it was given back',
    "'An ECS node was given back'",
    `$node.i & ' of ' & $group & ' was drained and given back: its tasks run on other nodes. ' & ` +
      `'The group now wants ' & ($desired - 1) & ' nodes.'`,
  );
  const toldOfUndo = steps.choose('Does the topic hear of it');
  const tellOfUndo = say(
    steps,
    'Say that it stays',
    "'An ECS node was not given back'",
    `$node.i & ' of ' & $group & ' was not given back. ' & ($why = 'left' ? 'A run that was stopped had left ` +
      `it held. It takes tasks again.' : 'It was not empty in 15 minutes, or something else began to change ` +
      `the group or the node.')`,
  );
  const isGone = steps.end('It goes anyway');
  const undo = settingBack(steps, toldOfUndo);
  const undone = steps.set('It is set back', { why: "'undone'" });
  undone.next(undo);

  const counted = steps.set('One node less', { given: '$given + 1', looks: 0 });
  const tasks = lookingAtTasks(steps, {
    fits: givingBackANode(steps, { given: counted, notNow: nothing, undo: undone, gone: isGone }),
    stays: another,
    isEmpty: steps.end('An empty node is left to managed scaling'),
  });

  begin.when(when('$exists($states.input.group)'), start).otherwise(findingGroups(steps));
  start.next(group);
  for (const call of [group, refresh, schedules, look]) call.addCatch(nothing, caught());
  group.next(may);
  may
    .when(when('$not($ours)'), steps.end('Not ours'))
    .when(when('$isHeld or $isSuspended or $desired <= $least'), nothing)
    .when(when(`$desired > ${MOST_NODES}`), tooLarge)
    .otherwise(refresh);
  refresh.next(rolled);
  rolled.when(when('$states.input'), nothing).otherwise(schedules);
  schedules.next(grows);
  grows.when(when('$states.input'), nothing).otherwise(members);
  look.next(calm);
  calm
    .when(when(`$exists(${LEFT})`), steps.set('Another holds one', { left: `${LEFT}[0]` }).next(run))
    .when(
      when(`$members = $desired and $count($nodes) = $desired
        and $count($nodes[ok and h = '' and t > 0]) = $desired`),
      choose,
    )
    .otherwise(goes);
  goes.when(when(`$given = 0 or $looks >= ${LOOKS}`), nothing).otherwise(moment);
  moment.next(group);
  run.addCatch(takeOver, {
    errors: ['Sfn.ExecutionDoesNotExistException', 'Sfn.ExecutionDoesNotExist'],
    outputs: {},
  });
  run.addCatch(nothing, caught()).next(goesOn);
  goesOn.when(when('$states.input'), nothing).otherwise(takeOver);
  takeOver.next(undo);
  choose.next(another);
  another.when(when('$at < $count($found)'), one).otherwise(nothing);
  one.next(tasks);

  counted.next(toldOfOne);
  toldOfOne.when(when("$topic != ''"), tellOfOne).otherwise(enough);
  tellOfOne.addCatch(enough, caught()).next(enough);
  enough.when(when('$given >= $most'), done).otherwise(moment);
  const stays = steps.end('It takes tasks again');
  toldOfUndo.when(when("$topic != ''"), tellOfUndo).otherwise(stays);
  tellOfUndo.addCatch(stays, caught()).next(stays);
  return begin;
}

function say(steps: Steps, name: string, subject: string, message: string) {
  return telling(steps, name, { subject: jsonata(subject), message });
}
