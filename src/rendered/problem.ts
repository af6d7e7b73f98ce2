import type { IConstruct } from 'constructs';

/** What is wrong, in a sentence without code and path. */
export interface Problem {
  readonly code: string;
  readonly text: string;
}

/**
 * A problem as a validation reports it: the code and the path are in the text, because jsii hands
 * over nothing else.
 */
export function problemAt(scope: IConstruct, { code, text }: Problem): string {
  return `${text} (${code} at ${scope.node.path})`;
}
