import { Construct, type IConstruct } from 'constructs';
import { fail, quoteForMessage } from './errors';
import { anyText } from './expected-type';

/** Where a construct is made: CDK ends in an error of JavaScript's where `this` was left out. */
export function checkPlace(scope: IConstruct, id: string): void {
  checkScope(scope);
  anyText.check('id', id, scope);
}

export function checkScope(scope: unknown): void {
  if (Construct.isConstruct(scope)) return;
  fail('WrongKind', `\`scope\` must be a Construct, such as \`this\`, got: ${quoteForMessage(scope)}`);
}
