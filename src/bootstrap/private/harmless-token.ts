import { Aws, CfnResource, type IResolvable, Reference, Token, Tokenization } from 'aws-cdk-lib';

const PSEUDO_PARAMETERS = ['AWS::AccountId', 'AWS::Partition', 'AWS::Region', 'AWS::URLSuffix'];
const PSEUDO_TOKENS = [Aws.ACCOUNT_ID, Aws.PARTITION, Aws.REGION, Aws.URL_SUFFIX];
const PLAIN_ATTRIBUTES = [
  'AWS::ECS::Cluster.Ref',
  'AWS::ECS::Cluster.Arn',
  'AWS::SecretsManager::Secret.Ref',
];

/** What a token refers to, when it is a plain reference to a resource. */
export function referencedResource(token: IResolvable): CfnResource | undefined {
  if (!Reference.isReference(token) || !CfnResource.isCfnResource(token.target)) return undefined;
  return token.target;
}

/**
 * Whether the deployed value has letters, digits and `-_.:/@+=` only, so that it can stand in a quoted word
 * as it is. AWS itself forms the values named here; all others are decoded on the node.
 */
export function isPlainToken(token: IResolvable): boolean {
  if (PSEUDO_TOKENS.includes(Token.asString(token))) return true;
  if (!Reference.isReference(token)) return false;
  if (PSEUDO_PARAMETERS.includes(token.displayName)) return true;
  return PLAIN_ATTRIBUTES.includes(`${referencedResource(token)?.cfnResourceType}.${token.displayName}`);
}

/** Whether a string is the name of a cluster of this app: AWS has formed it or checked it. */
export function isNameOfCluster(value: string): boolean {
  const token = Tokenization.reverseCompleteString(value);
  if (token === undefined || !Reference.isReference(token) || token.displayName !== 'Ref') return false;
  return referencedResource(token)?.cfnResourceType === 'AWS::ECS::Cluster';
}
