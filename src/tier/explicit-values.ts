import { Duration } from 'aws-cdk-lib';
import * as autoscaling from 'aws-cdk-lib/aws-autoscaling';

/**
 * The values of a group for what a tier may set and has not set.
 *
 * A value that leaves a template may stay in AWS: the API changes only what a call names, and no text says
 * what CloudFormation names. Each of these is the API's own default, or what its reference says to send to
 * clear the value.
 *
 * Not here: the instance maintenance policy and the default warm-up. To clear them one sends -1, and no text
 * says that a new group takes that.
 */
export const NOT_SET = {
  maxInstanceLifetime: Duration.seconds(0),
  newInstancesProtectedFromScaleIn: false,
  terminationPolicies: [autoscaling.TerminationPolicy.DEFAULT],
} satisfies Partial<autoscaling.AutoScalingGroupProps>;

/** The same for a group of several instance types without Spot. */
export const ON_DEMAND: autoscaling.InstancesDistribution = {
  onDemandBaseCapacity: 0,
  onDemandPercentageAboveBaseCapacity: 100,
  spotMaxPrice: '',
};

/** CDK leaves the grace period out where the health checks have none. */
export function nameGracePeriod(group: autoscaling.AutoScalingGroup): void {
  const resource = group.node.defaultChild as autoscaling.CfnAutoScalingGroup;
  resource.healthCheckGracePeriod ??= 0;
}
