import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { MEMBERS_IN_A_PAGE } from './at-once';
import { caught, type Expressions, jsonata, type Steps, when } from './steps';

/**
 * Lists the instances of `$group` in `$ids`, with some that have gone: what becomes of each, Auto Scaling
 * says.
 *
 * By the tag that Auto Scaling gives them. The description of the group would not fit into a state beyond 716
 * instances, a group of 358 nodes at a surge of 200.
 */
export function groupMembers(steps: Steps, next: sfn.IChainable, failed: sfn.IChainable): sfn.State {
  const parameters = {
    Filters: [
      { Name: 'resource-type', Values: ['instance'] },
      { Name: 'key', Values: ['aws:autoscaling:groupName'] },
      { Name: 'value', Values: [jsonata('$group')] },
    ],
    MaxResults: MEMBERS_IN_A_PAGE,
  };
  const token = `$exists($states.result.NextToken) ? $states.result.NextToken : ''`;
  const assign: Expressions = { ids: '[$append($ids, $states.result.Tags.ResourceId)]', token };
  const none = steps.set('Begin a list', { ids: '[]' });
  const first = steps.call('List its nodes', 'ec2:describeTags', { parameters, assign, retry: false });
  const more = steps.call('List more of them', 'ec2:describeTags', {
    parameters: { ...parameters, NextToken: jsonata('$token') },
    assign,
    retry: false,
  });
  const another = steps.choose('Is there another page');
  none.next(first).next(another);
  more.next(another);
  another.when(when(`$token != ''`), more).otherwise(next);
  for (const call of [first, more]) call.addCatch(failed, caught());
  return none;
}
