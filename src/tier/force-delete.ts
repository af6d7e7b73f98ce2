import type * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import * as iam from 'aws-cdk-lib/aws-iam';
import { AwsCustomResource, AwsCustomResourcePolicy } from 'aws-cdk-lib/custom-resources';
import type { Construct } from 'constructs';

/**
 * Deletes the group by force before CloudFormation's own turn, which cannot: it waits for protected nodes and
 * for lifecycle hooks.
 *
 * In between the provider and the group: what is made later is deleted earlier. So the services have left the
 * nodes and nothing manages the group any more. Then CloudFormation finds it gone or going.
 */
export function forceDelete(
  scope: Construct,
  group: autoscaling.AutoScalingGroup,
  provider: ecs.AsgCapacityProvider,
): void {
  const deletion = new AwsCustomResource(scope, 'ForceDelete', {
    onDelete: {
      service: 'AutoScaling',
      action: 'deleteAutoScalingGroup',
      parameters: { AutoScalingGroupName: group.autoScalingGroupName, ForceDelete: true },
      // Somebody has deleted it by hand: just what is wanted.
      ignoreErrorCodesMatching: 'ValidationError',
    },
    // What the function has of the SDK can do it, so it needs no way to the npm registry.
    installLatestAwsSdk: false,
    policy: AwsCustomResourcePolicy.fromStatements([
      new iam.PolicyStatement({
        actions: ['autoscaling:DeleteAutoScalingGroup'],
        resources: [group.autoScalingGroupArn],
      }),
    ]),
  });
  provider.node.addDependency(deletion);
}
