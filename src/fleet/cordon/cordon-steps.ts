import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { HELD, heldBy } from '../../replacement/held';
import { MEMBERS_IN_A_PAGE, NODES_AT_ONCE } from '../at-once';
import { DRAIN_HOOK, DRAIN_HOOK_METRIC } from '../drain-hook';
import { groupMembers } from '../group-members';
import { caught, type Expressions, jsonata, Steps, when } from '../steps';
import { isOurs } from '../tier-tags';
import { CORDON_MODE_TAG, CORDON_TAG } from './cordon-tags';
import { countingNodes } from './counting-nodes';
import { givingBack } from './giving-back';
import { holding } from './holding';
import { lookingAtServices } from './looking-at-services';
import { OLD_NODES, TEMPLATES, TYPES } from './old-nodes';

/** The barrier is lifted when for so many seconds nothing more was launched and nothing more has joined. */
const STALLED = 120;

/** A run has at most 25,000 entries in its history. At this many, by estimate, another run goes on. */
export const MAX_ENTRIES = 15_000;

const GROUP = '$states.result.AutoScalingGroups[0]';
const REFRESH = '$states.result.InstanceRefreshes[0]';
const STATUS = `$exists(${REFRESH}.Status) ? ${REFRESH}.Status : 'Gone'`;
const DETAIL = '$states.context.Execution.Input.detail';

/** Old nodes may be left, and will go. In `Baking` none is left, and a rollback keeps them. */
const RUNS = `['Pending', 'InProgress', 'Cancelling']`;

/** The share of new nodes at which the refresh was last paused, and how long the pause is. */
const PERCENT = `($exists(${REFRESH}.PercentageComplete) ? $number($string(${REFRESH}.PercentageComplete)) : 0)`;
const REACHED = `$max($append(0, ${REFRESH}.Preferences.CheckpointPercentages.($number($string($)))[
  $ <= ${PERCENT} and $ < 100]))`;
const DELAY = `($exists(${REFRESH}.Preferences.CheckpointDelay)
  ? $number($string(${REFRESH}.Preferences.CheckpointDelay)) : 3600)`;

/**
 * Half a minute for as long as CloudFormation lets a roll last, and sooner when a service lacks a task. A
 * refresh by hand may last 14 days.
 */
export const PAUSE = `$exists($lacking[$not($ in $ignored)]) ? 15 : $polls < 4320 ? 30 : 300`;

/** What a run knows, and begins with. Where its history ends, the next run goes on with it. */
const MEMORY: Expressions = {
  knowsOld: false,
  old: '[]',
  launched: 0,
  joined: 0,
  stalledFor: 0,
  // So many nodes were wanted when as many had joined: 0 before.
  enough: 0,
  // Something may be held by this refresh.
  holds: false,
  lacking: '[]',
  ignored: '[]',
  // For so many looks nothing has been held for the sake of a service.
  openFor: 0,
  reached: 0,
  pausedFor: 0,
  polls: 0,
};

/** What the cordon does when a refresh begins, and when it has ended. */
export function cordonSteps(scope: Construct): sfn.IChainable {
  const steps = new Steps(scope);

  const begin = steps.choose('Does it go on with another run');
  const given = {
    group: '$states.input.detail.AutoScalingGroupName',
    refresh: '$states.input.detail.InstanceRefreshId',
    mark: `'${heldBy.cordon}' & $states.input.detail.InstanceRefreshId`,
    pause: 0,
    trouble: 0,
    entries: 0,
  };
  const goesOn = steps.set('It goes on', {
    ...given,
    ...Object.fromEntries(Object.keys(MEMORY).map((name) => [name, `$states.input.goesOn.${name}`])),
  });
  const begins = steps.set('A refresh begins or has ended', { ...given, ...MEMORY });

  // --- what there is to do; the status first ---
  const refresh = steps.call('Read the refresh', 'autoscaling:describeInstanceRefreshes', {
    parameters: { AutoScalingGroupName: jsonata('$group'), InstanceRefreshIds: [jsonata('$refresh')] },
    assign: {
      status: STATUS,
      desired: `$exists(${REFRESH}.DesiredConfiguration) ? ${REFRESH}.DesiredConfiguration : {}`,
      skipMatching: `$string(${REFRESH}.Preferences.SkipMatching) = 'true'`,
    },
    retry: false,
  });
  const group = steps.call('Read the group', 'autoscaling:describeAutoScalingGroups', {
    parameters: { AutoScalingGroupNames: [jsonata('$group')], IncludeInstances: false },
    assign: {
      ours: isOurs(CORDON_TAG, GROUP),
      cluster: `$string(${GROUP}.Tags[Key = 'ClusterName'].Value) & ''`,
      mode: `$string(${GROUP}.Tags[Key = '${CORDON_MODE_TAG}'].Value) & ''`,
      templates: TEMPLATES,
      types: TYPES,
    },
    retry: false,
  });
  const todo = steps.choose('Is there anything to do');
  const notCordoned = steps.fail(
    'The cordon is missing',
    'NotCordoned',
    "'The refresh ' & $refresh & ' of ' & $group & ' goes on without the cordon: its tasks may move " +
      'more than once, and nodes that it holds may stay held. Start another run: aws stepfunctions ' +
      "start-execution --state-machine-arn ' & $states.context.StateMachine.Id & ' --input ' & " +
      "$string({'detail': {'AutoScalingGroupName': $group, 'InstanceRefreshId': $refresh}})",
  );

  const recover = steps.wait('Let AWS recover', '60', { trouble: '$trouble + 1' });
  const patience = steps.choose('Is there patience');

  // --- ECS's own hook, without which no node is drained ---
  const hooks = steps.call('Read the hooks', 'autoscaling:describeLifecycleHooks', {
    parameters: { AutoScalingGroupName: jsonata('$group') },
    output:
      `$exists($states.result.LifecycleHooks[$substring(LifecycleHookName, 0, ${DRAIN_HOOK.length}) = ` +
      `'${DRAIN_HOOK}'])`,
    retry: true,
  });
  const drains = steps.choose('Does ECS drain');
  const report = steps.call('Report that it does not', 'cloudwatch:putMetricData', {
    parameters: {
      Namespace: DRAIN_HOOK_METRIC.namespace,
      MetricData: [
        {
          MetricName: DRAIN_HOOK_METRIC.metricName,
          Dimensions: [{ Name: DRAIN_HOOK_METRIC.dimension, Value: jsonata('$group') }],
          Unit: 'Count',
          Value: 1,
        },
      ],
    },
    retry: true,
  });

  // --- which nodes are old, and how many of the new ones have joined ---
  const wanted = steps.call('Read how many are wanted', 'autoscaling:describeAutoScalingGroups', {
    parameters: { AutoScalingGroupNames: [jsonata('$group')], IncludeInstances: false },
    assign: { wanted: `$number($string(${GROUP}.DesiredCapacity))` },
    retry: false,
  });
  const known = steps.choose('Are the old ones known');
  const unlisted = steps.choose('Is this at the start');
  const members = groupMembers(steps, known, unlisted);
  const old = steps.each('Find the old nodes', {
    items: `$partition($ids, ${NODES_AT_ONCE})`,
    atOnce: 2,
    steps: steps.call('Which are old', 'autoscaling:describeAutoScalingInstances', {
      parameters: { InstanceIds: jsonata('$states.input') },
      output: OLD_NODES,
      retry: false,
    }),
    assign: { old: '$reduce($states.result, $append, [])', knowsOld: true },
  });
  const anyOld = steps.choose('Is any old');
  const count = countingNodes(steps);
  const compared = steps.set('Compare with the last time', {
    stalledFor:
      '$states.input.launched = $launched and $states.input.joined = $joined ? $stalledFor + $pause : 0',
    launched: '$states.input.launched',
    joined: '$states.input.joined',
    free: '$states.input.free',
    enough: '$enough = 0 and $wanted > 0 and $states.input.joined >= $wanted ? $wanted : $enough',
    entries:
      `$entries + 7 * $ceil($count($ids) / ${MEMBERS_IN_A_PAGE}) + 25 * $ceil($count($ids) / ` +
      `${NODES_AT_ONCE})`,
  });
  // As many nodes as are wanted take tasks: new ones that have joined, and old ones. What drains follows what
  // has joined, both ways: where a new node is lost, an old one is given back.
  const surplus = steps.set('How many are too many', {
    surplus: `$enough > 0 or $holds or ($joined > 0 and $joined = $launched and $stalledFor >= ${STALLED})
      ? $count($free) + $joined - ($enough > 0 ? $min([$enough, $wanted]) : $wanted) : 0`,
  });
  const enough = steps.choose('Are there enough');

  const all = steps.set('All old nodes', { chosen: '$free', holds: true });
  const some = steps.set('As many as are too many', { chosen: '[$free[[0..$surplus - 1]]]', holds: true });
  const hold = holding(steps);

  // --- with marks: whether a service needs the old nodes ---
  const open = steps.choose('Are the old nodes needed');
  const services = lookingAtServices(steps, open);

  // --- giving back: before the roll, in the middle of it, at its end ---
  const others = `'attribute:${HELD} =~ ${heldBy.cordon}.* and attribute:${HELD} != ' & $mark`;
  const own = `'attribute:${HELD} == ' & $mark`;
  const takeOver = steps.set('What an earlier refresh has left', { purpose: `'take over'`, filter: others });
  const openUp = steps.set('Let tasks on the old nodes', { purpose: `'open up'`, filter: own });
  const fewer = steps.set('Some are needed again', { purpose: `'some'`, filter: own });
  const ended = steps.set('It has ended', { purpose: `'give back'`, filter: own });
  const after = steps.choose('Is any left');
  const opened = steps.set('None is held', { holds: false });
  const giveBack = givingBack(steps, after);
  const settle = steps.wait('Let it settle', '$trouble < 8 ? 15 : 300', { trouble: '$trouble + 1' });
  const left = steps.fail(
    'Nodes are left held',
    'NodesAreLeftHeld',
    "'Nodes of ' & $group & ' that are in service take no tasks. Find them with: aws ecs " +
      `list-container-instances --cluster ' & $cluster & ' --filter "attribute:${HELD} == ' & $mark & ` +
      `'". Make up to ten at a time active with: aws ecs update-container-instances-state --status ` +
      "ACTIVE --cluster ' & $cluster & ' --container-instances <ARNs>. Take off a mark with: aws ecs " +
      "delete-attributes --cluster ' & $cluster & ' --attributes " +
      `name=${HELD},targetType=container-instance,targetId=<ID>'`,
  );

  // --- the loop ---
  const wait = steps.wait('Wait', PAUSE, { pause: PAUSE, polls: '$polls + 1', entries: '$entries + 44' });
  const progress = steps.call('Read its progress', 'autoscaling:describeInstanceRefreshes', {
    parameters: { AutoScalingGroupName: jsonata('$group'), InstanceRefreshIds: [jsonata('$refresh')] },
    assign: {
      pausedFor: `${REACHED} > $reached ? ${DELAY} : $max([0, $pausedFor - $pause])`,
      reached: REACHED,
    },
    output: STATUS,
    retry: false,
  });
  const far = steps.choose('How far is it');
  const another = steps.call('Go on with another run', 'sfn:startExecution', {
    parameters: {
      StateMachineArn: jsonata('$states.context.StateMachine.Id'),
      Input: jsonata(
        `$string({'detail': ${DETAIL}, 'goesOn': {${Object.keys(MEMORY)
          .map((name) => `'${name}': $${name}`)
          .join(', ')}}})`,
      ),
    },
    retry: true,
  });

  begin.when(when('$exists($states.input.goesOn)'), goesOn).otherwise(begins);
  // What a run is given it takes on trust, but for whose the group is.
  for (const start of [goesOn, begins]) start.next(refresh);
  for (const call of [refresh, group, old]) call.addCatch(recover, caught());
  recover.next(patience);
  patience.when(when('$trouble > 20'), notCordoned).otherwise(refresh);
  unlisted.when(when('$knowsOld'), wait).otherwise(recover);
  refresh.next(group).next(todo);
  todo
    .when(when('$not($ours)'), steps.end('Not ours'))
    .when(when(`$status in ${RUNS} and $knowsOld`), wait)
    .when(when(`$status in ${RUNS}`), takeOver)
    .otherwise(ended);
  for (const why of [takeOver, openUp, fewer, ended]) why.next(giveBack);
  after
    .when(when(`$purpose = 'take over'`), hooks)
    .when(when(`$purpose = 'some' or ($purpose = 'open up' and $states.input > 0)`), wait)
    .when(when(`$purpose = 'open up'`), opened)
    .when(when('$states.input = 0'), steps.end('Done'))
    .when(when('$trouble > 20'), left)
    .otherwise(settle);
  opened.next(wait);
  settle.next(giveBack);
  hooks.addCatch(members, caught()).next(drains);
  drains.when(when('$states.input'), members).otherwise(report);
  report.addCatch(members, caught()).next(members);
  known.when(when('$knowsOld'), count).otherwise(old);
  old.next(anyOld);
  anyOld.when(when('$count($old) = 0'), steps.end('Nothing to replace')).otherwise(wait);

  wait.next(progress);
  progress.addCatch(wait, caught()).next(far);
  far
    .when(when(`$not($states.input in ${RUNS})`), ended)
    .when(when(`$entries > ${MAX_ENTRIES}`), another)
    .otherwise(wanted);
  another.addCatch(wait, caught({ entries: MAX_ENTRIES - 1000 })).next(steps.end('Another run goes on'));
  wanted.addCatch(wait, caught()).next(members);
  count.addCatch(wait, caught()).next(compared);
  compared.next(surplus).next(enough);
  enough
    .when(when(`$mode = 'mark' and $joined > 0`), services)
    .when(when(`$mode = 'mark' and $holds`), openUp)
    .when(when(`$mode = 'drain' and $surplus > 0 and $count($free) > 0`), some)
    .when(when(`$mode = 'drain' and $surplus < 0 and $holds`), fewer)
    .otherwise(wait);
  open
    .when(when('($needed or $pausedFor > 0) and $holds'), openUp)
    .when(when('$needed or $pausedFor > 0 or $count($free) = 0'), wait)
    .otherwise(all);
  for (const which of [all, some]) which.next(hold);
  hold.addCatch(wait, caught()).next(wait);
  return begin;
}
