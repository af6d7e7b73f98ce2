import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { caught, jsonata, type Steps } from '../steps';

/** What ECS shows of a stopped task. */
const REASON = 'Its node is terminated, and the drain of the node has reached its limit';

/**
 * Stops `$tasks`, each with its stop timeout. A load balancer takes them out of service, and mostly ECS then
 * ends the drain itself. A task that cannot be stopped has ended, or ends with its node.
 */
export function stoppingTasks(steps: Steps): sfn.Map {
  const one = steps.call('Stop one', 'ecs:stopTask', {
    parameters: { Cluster: jsonata('$cluster'), Task: jsonata('$states.input'), Reason: REASON },
    retry: true,
  });
  one.addCatch(steps.set('It cannot be stopped', {}), caught());
  return steps.each('Stop its tasks', { items: '$tasks', atOnce: 5, steps: one });
}
