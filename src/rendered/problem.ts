import type { IConstruct } from 'constructs';
import type { ErrorCode } from '../private/error-code';
import { messageOf } from '../private/errors';

/** What is wrong: the sentence without code and path, the code, and the path of the construct. */
export interface Problem {
  readonly code: ErrorCode;
  readonly text: string;
  readonly path: string;
}

/** A problem of a construct. */
export function problemAt(scope: IConstruct, code: ErrorCode, text: string): Problem {
  return { code, text, path: scope.node.path };
}

/**
 * Refuses at synthesis what `check` finds wrong, once all aspects have run.
 *
 * The code is in the text, because CDK hands on nothing else. CDK puts the path of `scope` in front, so only
 * another path is in the text too.
 */
export function checkAtSynthesis(scope: IConstruct, check: () => Problem[]): void {
  const own = scope.node.path;
  scope.node.addValidation({
    validate: () =>
      check().map(({ code, text, path }) => messageOf(text, code, path === own ? undefined : path)),
  });
}
