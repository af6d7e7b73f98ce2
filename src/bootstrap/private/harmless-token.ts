import { type IResolvable, Reference } from 'aws-cdk-lib';
import { isPseudoParameter, referencedResource } from '../../rendered/references';

const PLAIN_ATTRIBUTES = [
  'AWS::ECS::Cluster.Ref',
  'AWS::ECS::Cluster.Arn',
  'AWS::SecretsManager::Secret.Ref',
];

/**
 * Whether the deployed value has letters, digits and `-_.:/@+=` only, so that it can stand in a quoted word
 * as it is. AWS itself forms the values named here; all others are decoded on the node.
 */
export function isPlainToken(token: IResolvable): boolean {
  if (isPseudoParameter(token)) return true;
  if (!Reference.isReference(token)) return false;
  return PLAIN_ATTRIBUTES.includes(`${referencedResource(token)?.cfnResourceType}.${token.displayName}`);
}
