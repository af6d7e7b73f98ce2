import type { CfnResource } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { isResourceOf } from './references';

/** The resource of a capacity provider. */
export function capacityProviderResource(provider: IConstruct): CfnResource | undefined {
  return provider.node.children.find((child): child is CfnResource =>
    isResourceOf('AWS::ECS::CapacityProvider', child),
  );
}
