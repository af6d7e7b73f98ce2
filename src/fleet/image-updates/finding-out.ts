import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { HELD, HOLD_TAG } from '../../replacement/held';
import { CLUSTER_NAME_TAG } from '../../settings/cluster-name';
import { GROUPS_AT_ONCE } from '../at-once';
import { REFRESHES } from '../refreshes';
import { jsonata, type Steps, when } from '../steps';
import { topicIn, valuesIn } from '../tier-tags';
import { freezeParameter, freezes } from './freeze';
import { ALARM_TAG, IMAGE_UPDATES_TAG } from './image-updates-tags';
import { STACK } from './stack-facts';

/** Alarms with long expressions are large. */
const ALARMS_AT_ONCE = 20;

const ALL = '$states.result.AutoScalingGroups';

export interface FindingOut {
  readonly free: sfn.IChainable;
  readonly notNow: sfn.IChainable;
}

/**
 * Whether anything is in the way: a freeze, the tag `EcsHold` of a group, a refresh, a node that is held, an
 * alarm. None of them is an error, and the next window looks again.
 */
export function findingOut(steps: Steps, { free, notNow }: FindingOut): sfn.State {
  // `GetParameters` and not `GetParameter`: a parameter that is not there is no error.
  const freeze = steps.call('Is it frozen', 'ssm:getParameters', {
    parameters: { Names: [freezeParameter(STACK)] },
    output: freezes('$states.result.Parameters[0].Value'),
    retry: true,
  });
  const isFrozen = steps.choose('Does a freeze hold');
  const parameters = {
    Filters: [{ Name: `tag:${IMAGE_UPDATES_TAG}`, Values: [STACK] }],
    IncludeInstances: false,
    MaxRecords: GROUPS_AT_ONCE,
  };
  // All groups of the stack have the same values and topic.
  const value = (name: string, known: string) =>
    `$exists(${ALL}) ? $number(${valuesIn(IMAGE_UPDATES_TAG, `${ALL}[0]`)}.${name}) : ${known}`;
  const assign = {
    groups: `[$append($groups, [${ALL}.AutoScalingGroupName])]`,
    clusters: `[$distinct($append($clusters, [${ALL}.Tags[Key = '${CLUSTER_NAME_TAG}'].Value]))]`,
    alarms: `[$distinct($append($alarms, [${ALL}.Tags[$contains(Key, '${ALARM_TAG}')].Value]))]`,
    isHeld: `$isHeld or $exists(${ALL}.Tags[Key = '${HOLD_TAG}'])`,
    topic: `$exists(${ALL}) ? ${topicIn(IMAGE_UPDATES_TAG, `${ALL}[0]`)} : $topic`,
    minimumAge: value('min', '$minimumAge'),
    maximumAge: value('max', '$maximumAge'),
    token: `$string($states.result.NextToken) & ''`,
  };
  const first = steps.call('Find the groups', 'autoscaling:describeAutoScalingGroups', {
    parameters,
    assign,
    retry: true,
  });
  const more = steps.call('Find more groups', 'autoscaling:describeAutoScalingGroups', {
    parameters: { ...parameters, NextToken: jsonata('$token') },
    assign,
    retry: true,
  });
  const another = steps.choose('Are there more groups');
  const refreshes = steps.each('Is a refresh there', {
    items: '$groups',
    atOnce: 2,
    steps: steps.call('Read its latest refresh', 'autoscaling:describeInstanceRefreshes', {
      parameters: { AutoScalingGroupName: jsonata('$states.input'), MaxRecords: 1 },
      output: `$string($states.result.InstanceRefreshes[0].Status) in ${REFRESHES}`,
      retry: true,
    }),
    output: 'true in $states.result',
  });
  const isRefreshed = steps.choose('Does a refresh run');
  const marks = steps.each('Is a node held', {
    items: '$clusters',
    atOnce: 2,
    steps: steps.call('Look for marks', 'ecs:listContainerInstances', {
      parameters: { Cluster: jsonata('$states.input'), Filter: `attribute:${HELD} exists` },
      output: '$count([$states.result.ContainerInstanceArns]) > 0',
      retry: true,
    }),
    output: 'true in $states.result',
  });
  const isMarked = steps.choose('Is one held');
  const fires = steps.each('Does an alarm fire', {
    items: `$partition($alarms, ${ALARMS_AT_ONCE})`,
    atOnce: 2,
    steps: steps.call('Read alarms', 'cloudwatch:describeAlarms', {
      parameters: {
        AlarmNames: jsonata('$states.input'),
        AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
        StateValue: 'ALARM',
      },
      output:
        '$exists($states.result.MetricAlarms.AlarmName) or $exists($states.result.CompositeAlarms.AlarmName)',
      retry: true,
    }),
    output: 'true in $states.result',
  });
  const doesFire = steps.choose('Does one fire');

  freeze.next(isFrozen);
  isFrozen.when(when('$states.input'), notNow).otherwise(first);
  first.next(another);
  more.next(another);
  another
    .when(when(`$token != ''`), more)
    .when(when('$count($groups) = 0 or $isHeld'), notNow)
    .otherwise(refreshes);
  refreshes.next(isRefreshed);
  isRefreshed.when(when('$states.input'), notNow).otherwise(marks);
  marks.next(isMarked);
  isMarked.when(when('$states.input'), notNow).otherwise(fires);
  fires.next(doesFire);
  doesFire.when(when('$states.input'), notNow).otherwise(free);
  return freeze;
}
