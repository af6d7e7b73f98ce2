import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { IConstruct } from 'constructs';
import { METRIC_OPTIONS } from '../private/cdk-types';
import { anyText } from '../private/expected-type';

/**
 * A metric of an Auto Scaling group. Group metrics are free, one a minute, also at zero nodes, and all of
 * them are on for every tier.
 *
 * @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-metrics.html
 */
export function groupMetric(
  scope: IConstruct,
  metricName: string,
  autoScalingGroupName: string,
  props: cloudwatch.MetricOptions = {},
): cloudwatch.Metric {
  anyText.check('metricName', metricName, scope);
  METRIC_OPTIONS.check('props', props, scope);
  return new cloudwatch.Metric({
    namespace: 'AWS/AutoScaling',
    metricName,
    dimensionsMap: { AutoScalingGroupName: autoScalingGroupName },
    statistic: cloudwatch.Stats.AVERAGE,
    ...props,
  }).attachTo(scope);
}

/**
 * What managed scaling steers by: the nodes that are needed, in percent of those that there are; 100 where
 * there are none and none is needed.
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-auto-scaling.html
 * @see https://aws.amazon.com/blogs/containers/deep-dive-on-amazon-ecs-cluster-auto-scaling/
 */
export function reservationMetric(
  scope: IConstruct,
  clusterName: string,
  capacityProviderName: string,
  props: cloudwatch.MetricOptions = {},
): cloudwatch.Metric {
  METRIC_OPTIONS.check('props', props, scope);
  return new cloudwatch.Metric({
    namespace: 'AWS/ECS/ManagedScaling',
    metricName: 'CapacityProviderReservation',
    dimensionsMap: { ClusterName: clusterName, CapacityProviderName: capacityProviderName },
    statistic: cloudwatch.Stats.AVERAGE,
    ...props,
  }).attachTo(scope);
}
