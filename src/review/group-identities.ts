import { type CfnResource, Stack, Token, Tokenization } from 'aws-cdk-lib';
import { identityOf, identityOfResource, referenceIn } from '../rendered/references';
import {
  field,
  isOverridden,
  opened,
  openedList,
  pascalCase,
  property,
  rendered,
} from '../rendered/resource';

/** A group by its name, in an account and a region. */
function named(user: CfnResource, name: string): string {
  const { account, region } = Stack.of(user);
  return `name ${account} ${region} ${name}`;
}

/** What a group is known by to resources that name it: a reference to it, or its name. */
export function identitiesOfGroup(group: CfnResource): string[] {
  const name = rendered(group, 'autoScalingGroupName');
  return [identityOfResource(group), ...(typeof name === 'string' ? [named(group, name)] : [])];
}

/**
 * The groups that a property of a resource names, from any stack of the app: by reference, or by name. An
 * ARN or a path ends in one of the two.
 */
export function groupsNamedBy(user: CfnResource, name: string, ...path: string[]): string[] {
  const value = isOverridden(user, pascalCase(name))
    ? rendered(user, name, ...path)
    : path.reduce((outer, inner) => opened(user, field(opened(user, outer), inner)), property(user, name));
  return groupsIn(user, value);
}

/** The same for a list, and a field of each of its items. */
export function groupsNamedByItems(user: CfnResource, name: string, item: string): string[] {
  return openedList(user, property(user, name)).flatMap((one) => groupsIn(user, field(one, item)));
}

function groupsIn(user: CfnResource, value: unknown): string[] {
  if (typeof value === 'string' && !Token.isUnresolved(value)) return [named(user, nameIn(value))];
  if (typeof value === 'string' && referenceIn(value) === undefined) {
    // A text around references: the ARN of a group, or `autoScalingGroup/<name>`.
    return Tokenization.reverseString(value).tokens.flatMap((token) => identityOf(user, token) ?? []);
  }
  return [identityOf(user, value) ?? []].flat();
}

/** The name in an ARN, in `autoScalingGroup/<name>`, or alone. It may have a slash. */
function nameIn(value: string): string {
  return value.replace(/^.*\bautoScalingGroup(Name)?\//, '');
}
