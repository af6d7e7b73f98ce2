import type { CfnResource } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { isResourceOf } from './references';

export const ASSOCIATION = 'AWS::ECS::ClusterCapacityProviderAssociations';

/** Whether a construct is the association of a cluster's capacity providers. */
export function isAssociation(construct: IConstruct | undefined): construct is CfnResource {
  return isResourceOf(ASSOCIATION, construct);
}
