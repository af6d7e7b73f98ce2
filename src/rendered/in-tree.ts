import type { IConstruct } from 'constructs';

/** Whether a construct is still where it was made: `tryRemoveChild()` takes it and all that is in it out. */
export function isInTree(construct: IConstruct): boolean {
  const { scope, id } = construct.node;
  if (scope === undefined) return true;
  return scope.node.tryFindChild(id) === construct && isInTree(scope);
}
