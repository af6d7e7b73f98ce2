import type { IConstruct } from 'constructs';

/**
 * Finds the child of that id, or makes it: what a stack has once, however many clusters and tiers need it.
 */
export function onceIn<T extends IConstruct>(scope: IConstruct, id: string, make: (id: string) => T): T {
  return (scope.node.tryFindChild(id) as T | undefined) ?? make(id);
}

/**
 * What begins names of the library's in a stack that is the user's: no user gives such a name to a construct.
 */
export function libraryName(name: string): string {
  return `cdk-ecs-auto-scaled-cluster:${name}`;
}
