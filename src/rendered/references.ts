import { Aws, CfnResource, type IResolvable, Reference, Stack, Token, Tokenization } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { logicalIdOf } from './resource';

/**
 * What a value refers to: a token, or the text that stands for one. Undefined for anything else, also for a
 * text with more in it than the reference.
 */
export function referenceIn(value: unknown): Reference | undefined {
  const token = Tokenization.reverse(value, { failConcat: false });
  return Reference.isReference(token) ? token : undefined;
}

/** The resource that a value refers to, of any type or of one. */
export function referencedResource(value: unknown, type?: string): CfnResource | undefined {
  const target = referenceIn(value)?.target;
  if (!CfnResource.isCfnResource(target)) return undefined;
  return type === undefined || target.cfnResourceType === type ? target : undefined;
}

/** Whether a construct is a resource of a type. */
export function isResourceOf(type: string, construct: unknown): construct is CfnResource {
  return CfnResource.isCfnResource(construct) && construct.cfnResourceType === type;
}

/**
 * The pseudo parameters whose values AWS forms, each with a value of a likely length: a region with a long
 * name, an account, the common partition.
 */
export const PSEUDO_PARAMETERS: Readonly<Record<string, string>> = {
  'AWS::AccountId': '123456789012',
  'AWS::Partition': 'aws',
  'AWS::Region': 'ap-southeast-2',
  'AWS::URLSuffix': 'amazonaws.com',
};

/** As `Aws` has them; as a stack has them they are references. */
const PSEUDO_TOKENS = [Aws.ACCOUNT_ID, Aws.PARTITION, Aws.REGION, Aws.URL_SUFFIX];

/** Whether a token is one of these pseudo parameters. */
export function isPseudoParameter(token: IResolvable): boolean {
  if (PSEUDO_TOKENS.includes(Token.asString(token))) return true;
  return Reference.isReference(token) && token.displayName in PSEUDO_PARAMETERS;
}

/**
 * A text that is the same for two values that mean the same resource or the same id, in any stack of
 * the app. Undefined for what cannot be compared.
 *
 * @param user the construct that has the value: a logical id says something within its own stack only.
 */
export function identityOf(user: IConstruct, value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  const reference = referenceIn(value);
  if (reference !== undefined) return identityOfReference(reference);
  if (typeof value === 'string' && !Token.isUnresolved(value)) return `id ${value}`;
  const resolved: unknown = Stack.of(user).resolve(value);
  if (typeof resolved === 'string') return `id ${resolved}`;
  const text = JSON.stringify(resolved);
  const logicalId = /^\{"Ref":"([^"]+)"\}$|^\{"Fn::GetAtt":\["([^"]+)",/.exec(text);
  const id = logicalId?.[1] ?? logicalId?.[2];
  if (id !== undefined) return `resource ${Stack.of(user).node.addr} ${id}`;
  return text.startsWith('{"Fn::ImportValue"')
    ? `import ${text}`
    : `token ${Stack.of(user).node.addr} ${text}`;
}

/** The identity of a resource of the app: what a reference to it has. */
export function identityOfResource(resource: CfnResource): string {
  return `resource ${Stack.of(resource).node.addr} ${logicalIdOf(resource)}`;
}

function identityOfReference(reference: Reference): string {
  const { target, displayName } = reference;
  // The name, the id and the ARN of a resource of AWS mean the resource; outputs of a nested stack or of a
  // custom resource are something else each.
  const isWhole =
    CfnResource.isCfnResource(target) && /^AWS::(?!CloudFormation::)/.test(target.cfnResourceType);
  if (isWhole) return identityOfResource(target);
  return `reference ${target.node.addr} ${displayName}`;
}
