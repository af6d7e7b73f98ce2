import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { IConstruct } from 'constructs';

/** A metric of an Auto Scaling group. Group metrics are free, one a minute, and all eight are on for every tier. */
export function groupMetric(
  scope: IConstruct,
  metricName: string,
  autoScalingGroupName: string,
  props: cloudwatch.MetricOptions = {},
): cloudwatch.Metric {
  return new cloudwatch.Metric({
    namespace: 'AWS/AutoScaling',
    metricName,
    dimensionsMap: { AutoScalingGroupName: autoScalingGroupName },
    statistic: cloudwatch.Stats.AVERAGE,
    ...props,
  }).attachTo(scope);
}

/** What managed scaling steers by: the nodes that are needed, in percent of those that there are. */
export function reservationMetric(
  scope: IConstruct,
  clusterName: string,
  capacityProviderName: string,
  props: cloudwatch.MetricOptions = {},
): cloudwatch.Metric {
  return new cloudwatch.Metric({
    namespace: 'AWS/ECS/ManagedScaling',
    metricName: 'CapacityProviderReservation',
    dimensionsMap: { ClusterName: clusterName, CapacityProviderName: capacityProviderName },
    statistic: cloudwatch.Stats.AVERAGE,
    ...props,
  }).attachTo(scope);
}
