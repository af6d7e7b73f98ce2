import type * as autoscaling from 'aws-cdk-lib/aws-autoscaling';

/**
 * Registers the group with zonal shift, which the L2 (2.263.0 to 2.276.0) cannot say. Nodes of a zone that is
 * shifted away from are left alone: they would be replaced in the other zones while traffic moves there.
 */
export function nameZonalShift(group: autoscaling.AutoScalingGroup, zonalShiftEnabled: boolean): void {
  const resource = group.node.defaultChild as autoscaling.CfnAutoScalingGroup;
  resource.availabilityZoneImpairmentPolicy = {
    zonalShiftEnabled,
    impairedZoneHealthCheckBehavior: 'IgnoreUnhealthy',
  };
}
