import { Annotations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { libraryName } from './once-in';
import type { WarningId } from './warning-id';

/**
 * A warning that a user can acknowledge, with an id that is part of the API.
 *
 * CDK looks for an acknowledgement on the construct's parents, but not on the construct itself when it was
 * acknowledged there before the warning came, and ours come at synthesis. So that
 * `Annotations.of(task).acknowledgeWarning(…)` works, it is looked up here.
 */
export function warn(scope: IConstruct, name: WarningId, message: string): void {
  const id = libraryName(name);
  if (!acknowledgedOnItself(scope, id)) Annotations.of(scope).addWarningV2(id, message);
}

interface Acknowledgements {
  readonly acks?: Map<string, Set<string>>;
}

function acknowledgedOnItself(scope: IConstruct, id: string): boolean {
  const root = scope.node.root as unknown as Record<symbol, Acknowledgements | undefined>;
  const acknowledged = root[Symbol.for('@aws-cdk/core.Acknowledgements')]?.acks?.get(scope.node.path);
  return acknowledged?.has(id) ?? false;
}
