import type * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { HELD } from '../replacement/held';
import { jsonata, type Steps } from './steps';

/** The state of `$node` in its group, as the output; an empty text for one that is gone. */
export function lifecycleState(steps: Steps, name: string): tasks.CallAwsService {
  return steps.call(name, 'autoscaling:describeAutoScalingInstances', {
    parameters: { InstanceIds: [jsonata('$node')] },
    output: "$string($states.result.AutoScalingInstances[0].LifecycleState) & ''",
    retry: true,
  });
}

/** Lets `$node` go, as far as `hook` holds it: an expression. The loop around it is the next try. */
export function completeHook(steps: Steps, name: string, hook: string): tasks.CallAwsService {
  return steps.call(name, 'autoscaling:completeLifecycleAction', {
    parameters: {
      AutoScalingGroupName: jsonata('$group'),
      LifecycleHookName: jsonata(hook),
      InstanceId: jsonata('$node'),
      LifecycleActionResult: 'CONTINUE',
    },
    retry: false,
  });
}

/** The mark of a node, as calls of ECS take it. `node` and `value` are expressions. */
export function heldAttribute(node: string, value?: string) {
  return {
    Name: HELD,
    ...(value !== undefined && { Value: jsonata(value) }),
    TargetType: 'container-instance',
    TargetId: jsonata(node),
  };
}
