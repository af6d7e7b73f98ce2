import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { IConstruct } from 'constructs';
import { Estate } from '../examples/article/estate';
import { TestStack } from './helpers/estate';
import { expectGolden } from './helpers/golden';

/**
 * What decides whether CloudFormation sees another launch template than before: its logical id, and
 * all that it says.
 */
function launchTemplatesOf(scope: IConstruct): string {
  const stacks = scope.node.findAll().filter(Stack.isStack);
  const found = stacks.map((stack) => [
    stack.node.path,
    Template.fromStack(stack).findResources('AWS::EC2::LaunchTemplate'),
  ]);
  return `${JSON.stringify(Object.fromEntries(found), undefined, 1)}\n`;
}

describe('the launch templates are a contract: a byte that changes replaces every node of everybody who upgrades', () => {
  test('of the smallest cluster', () => {
    const stack = new TestStack();
    stack.cluster();
    expectGolden(join(__dirname, 'golden', 'smallest.json'), launchTemplatesOf(stack));
  });

  test("of the article's estate", () => {
    const estate = new Estate(new App(), 'Article');
    expectGolden(join(__dirname, 'golden', 'article.json'), launchTemplatesOf(estate));
  });
});
