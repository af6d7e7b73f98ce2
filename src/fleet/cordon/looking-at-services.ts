import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { SERVICES_AT_ONCE } from '../at-once';
import { caught, jsonata, type Steps, when } from '../steps';

/** So many looks of 15 seconds. */
const LOOKS = 8;

/**
 * Whether replica services need the old nodes: one lacks a task, at this look and the one before. A task that
 * can be placed is placed within seconds, so a lack that lasts means that no new node has room. Read for each
 * deployment: the tasks of a new one count, however many of the old one still run.
 *
 * A service that still lacks a task when the marks have been off for it for some looks lacks it for another
 * reason, and is ignored until it is whole.
 */
export function lookingAtServices(steps: Steps, next: sfn.IChainable): sfn.State {
  const parameters = { Cluster: jsonata('$cluster'), SchedulingStrategy: 'REPLICA', MaxResults: 100 };
  const assign = {
    services: `[$append($services, $states.result.ServiceArns.$split($, '/')[-1])]`,
    token: `$exists($states.result.NextToken) ? $states.result.NextToken : ''`,
  };
  const none = steps.set('Look at services', { services: '[]' });
  const first = steps.call('List services', 'ecs:listServices', { parameters, assign, retry: false });
  const more = steps.call('List more services', 'ecs:listServices', {
    parameters: { ...parameters, NextToken: jsonata('$token') },
    assign,
    retry: false,
  });
  const another = steps.choose('Are there more services');
  const each = steps.each('Which lack a task', {
    items: `$partition($services, ${SERVICES_AT_ONCE})`,
    atOnce: 2,
    steps: steps.call('Read some services', 'ecs:describeServices', {
      parameters: { Cluster: jsonata('$cluster'), Services: jsonata('$states.input') },
      output: `[$states.result.Services[
        RunningCount + PendingCount < DesiredCount
        or $exists(Deployments[Status = 'PRIMARY' and RunningCount + PendingCount < DesiredCount])
      ].ServiceName]`,
      retry: false,
    }),
    output: '$reduce($states.result, $append, [])',
  });
  const compared = steps.set('Do they need the old nodes', {
    needed: '$exists($states.input[$ in $lacking and $not($ in $ignored)])',
    lacking: '[$states.input]',
    entries: `$entries + 7 * $ceil($count($services) / ${SERVICES_AT_ONCE})`,
  });
  const since = steps.set('For how long', {
    ignored: `$needed and $not($holds) and $openFor >= ${LOOKS} ? $lacking : [$ignored[$ in $lacking]]`,
    openFor: '$needed and $not($holds) ? $openFor + 1 : 0',
  });
  // What cannot be read may be in need.
  const unknown = steps.set('Services cannot be read', { needed: true });
  none.next(first).next(another);
  more.next(another);
  another.when(when(`$token != ''`), more).otherwise(each);
  for (const call of [first, more]) call.addCatch(unknown, caught());
  each.addCatch(unknown, caught()).next(compared);
  compared.next(since).next(next);
  unknown.next(next);
  return none;
}
