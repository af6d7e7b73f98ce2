import { type IResolvable, Reference, Tokenization } from 'aws-cdk-lib';
import { isPseudoParameter, referencedResource } from '../../rendered/references';

const PLAIN_ATTRIBUTES = [
  'AWS::ECS::Cluster.Ref',
  'AWS::ECS::Cluster.Arn',
  'AWS::SecretsManager::Secret.Ref',
];

/**
 * Whether the deployed value has letters, digits and `-_.:/@+=` only, so that it can be in a quoted word as
 * it is. AWS itself forms the values named here; all others are decoded on the node.
 */
export function isPlainToken(token: IResolvable): boolean {
  if (isPseudoParameter(token)) return true;
  if (!Reference.isReference(token)) return false;
  return PLAIN_ATTRIBUTES.includes(`${referencedResource(token)?.cfnResourceType}.${token.displayName}`);
}

/** Whether a string is the name of a cluster of this app: AWS has formed it or checked it. */
export function isNameOfCluster(value: string): boolean {
  const token = Tokenization.reverseCompleteString(value);
  if (token === undefined || !Reference.isReference(token) || token.displayName !== 'Ref') return false;
  return referencedResource(token)?.cfnResourceType === 'AWS::ECS::Cluster';
}
