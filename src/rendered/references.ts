import { Aws, CfnResource, type IResolvable, Reference, Token, Tokenization } from 'aws-cdk-lib';

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
