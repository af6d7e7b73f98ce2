import { Aws } from 'aws-cdk-lib';
import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { GROUPS_AT_ONCE } from '../at-once';
import { type Expressions, jsonata, type Steps, when } from '../steps';
import { valuesIn } from '../tier-tags';
import { CONSOLIDATION_TAG } from './consolidation-tags';

/**
 * Starts a run for each group of the stack that a schedule means. So tiers do not wait for each other, and
 * what goes wrong in one does not touch the next.
 */
export function findingGroups(steps: Steps): sfn.State {
  const parameters = {
    Filters: [{ Name: `tag:${CONSOLIDATION_TAG}`, Values: [Aws.STACK_NAME] }],
    IncludeInstances: false,
    MaxRecords: GROUPS_AT_ONCE,
  };
  const assign: Expressions = {
    groups: `[$append($groups, [$states.result.AutoScalingGroups[
      ${valuesIn(CONSOLIDATION_TAG, '$')}.schedule = $key].AutoScalingGroupName])]`,
    token: `$exists($states.result.NextToken) ? $states.result.NextToken : ''`,
  };
  const begin = steps.set('A window begins', { key: "$string($states.input.schedule) & ''", groups: '[]' });
  const first = steps.call('Find its groups', 'autoscaling:describeAutoScalingGroups', {
    parameters,
    assign,
    retry: true,
  });
  const more = steps.call('Find more of them', 'autoscaling:describeAutoScalingGroups', {
    parameters: { ...parameters, NextToken: jsonata('$token') },
    assign,
    retry: true,
  });
  const another = steps.choose('Are there more groups');
  const runs = steps.each('A run for each', {
    items: '$groups',
    atOnce: 2,
    steps: steps.call('Start it', 'sfn:startExecution', {
      parameters: {
        StateMachineArn: jsonata('$states.context.StateMachine.Id'),
        Input: jsonata("$string({'group': $states.input})"),
      },
      retry: true,
    }),
  });
  begin.next(first).next(another);
  more.next(another);
  another.when(when("$token != ''"), more).otherwise(runs);
  runs.next(steps.end('Their runs go on'));
  return begin;
}
