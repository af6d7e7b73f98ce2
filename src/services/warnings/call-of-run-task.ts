import type { CfnResource } from 'aws-cdk-lib';
import type { Problem } from '../../rendered/problem';
import { field, opened, property } from '../../rendered/resource';
import { JsonText } from '../json-text';
import { checkRunTask, runTaskOf } from '../run-task';
import type { ServedCluster } from '../served-cluster';

/** A call of `RunTask` with its parameters, as a text has it. */
interface Call {
  readonly text: JsonText;
  readonly parameters: unknown;
}

/** The resource of CDK's `AwsCustomResource`, which calls AWS at a deployment. */
export function isCallOfSdk(type: string): boolean {
  return type === 'Custom::AWS';
}

/** Checks the calls of `RunTask` of a universal target of Scheduler, or of an `AwsCustomResource`. */
export function checkCalls(resource: CfnResource, clusters: readonly ServedCluster[]): Problem[] {
  const calls = isCallOfSdk(resource.cfnResourceType) ? customCalls(resource) : scheduledCalls(resource);
  return calls.flatMap(({ text, parameters }) =>
    checkRunTask(
      {
        scope: resource,
        subject: `The call of \`RunTask\` of "${resource.node.path}"`,
        ...runTaskOf(parameters, (object, name) => text.field(object, name)),
        remedy: 'leave out the launch type',
      },
      clusters,
    ),
  );
}

function scheduledCalls(resource: CfnResource): Call[] {
  const target = opened(resource, property(resource, 'target'));
  const arn = field(target, 'arn');
  if (typeof arn !== 'string' || !arn.endsWith('aws-sdk:ecs:runTask')) return [];
  const text = JsonText.of(resource, field(target, 'input'));
  return text === undefined ? [] : [{ text, parameters: text.data }];
}

/** At creation, update and deletion. */
function customCalls(resource: CfnResource): Call[] {
  return ['create', 'update', 'delete'].flatMap((name) => {
    const text = JsonText.in(resource, name);
    const action = field(text?.data, 'action');
    const isRunTask = typeof action === 'string' && /^runtask(command)?$/i.test(action);
    return text === undefined || !isRunTask ? [] : [{ text, parameters: field(text.data, 'parameters') }];
  });
}
