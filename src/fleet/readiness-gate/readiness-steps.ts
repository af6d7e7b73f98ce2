import { Duration } from 'aws-cdk-lib';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { Construct } from 'constructs';
import { RETRY } from '../retry';

const POLL = Duration.seconds(15);

/** The lifecycle event's detail, whatever state asks for it. */
const DETAIL = '$states.context.Execution.Input.detail';

/**
 * What the readiness gate does with a new instance. Permissions are the gate's: `iamResources` is asked for
 * and not used.
 */
export function readinessSteps(scope: Construct, atMost: Duration): sfn.IChainable {
  const tries = Math.ceil(atMost.toSeconds() / POLL.toSeconds());
  const start = sfn.Pass.jsonata(scope, 'A node starts', { assign: { tries: 0 } });
  const look = tasks.CallAwsService.jsonata(scope, 'Has the node joined', {
    service: 'ecs',
    action: 'listContainerInstances',
    parameters: {
      Cluster: `{% ${DETAIL}.NotificationMetadata %}`,
      // An agent that registers and then loses its connection runs no tasks.
      Filter: `{% "ec2InstanceId in ['" & ${DETAIL}.EC2InstanceId & "'] and agentConnected == true" %}`,
      Status: 'ACTIVE',
    },
    iamResources: ['*'],
    outputs: '{% $count($states.result.ContainerInstanceArns) %}',
    assign: { tries: '{% $tries + 1 %}' },
  });
  look.addRetry(RETRY);
  const goOn = tasks.CallAwsService.jsonata(scope, 'Let it go into service', {
    service: 'autoscaling',
    action: 'completeLifecycleAction',
    parameters: {
      AutoScalingGroupName: `{% ${DETAIL}.AutoScalingGroupName %}`,
      LifecycleHookName: `{% ${DETAIL}.LifecycleHookName %}`,
      InstanceId: `{% ${DETAIL}.EC2InstanceId %}`,
      LifecycleActionResult: 'CONTINUE',
    },
    iamResources: ['*'],
  });
  goOn.addRetry(RETRY);
  const wait = sfn.Wait.jsonata(scope, 'Not yet', { time: sfn.WaitTime.duration(POLL) });
  const never = sfn.Fail.jsonata(scope, 'It never joined', {
    error: 'NodeNeverJoined',
    cause:
      `{% ${DETAIL}.EC2InstanceId & ' of ' & ${DETAIL}.AutoScalingGroupName & ' did not join the ECS ` +
      `cluster ' & ${DETAIL}.NotificationMetadata & ' in ${atMost.toMinutes()} minutes and is ` +
      "replaced. Its console output says why: aws ec2 get-console-output --latest --instance-id ' & " +
      `${DETAIL}.EC2InstanceId %}`,
  });
  const joined = sfn.Choice.jsonata(scope, 'Joined')
    .when(sfn.Condition.jsonata('{% $states.input > 0 %}'), goOn)
    .when(sfn.Condition.jsonata(`{% $tries >= ${tries} %}`), never)
    .otherwise(wait.next(look));
  return start.next(look).next(joined);
}
