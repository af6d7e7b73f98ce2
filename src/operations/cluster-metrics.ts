import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { IConstruct } from 'constructs';
import { METRIC_OPTIONS } from '../private/cdk-types';

/**
 * A metric of a cluster that ECS sends while tasks run: what they have reserved of its nodes, or
 * use, in percent.
 *
 * As `ecs.Cluster` has it, for any cluster, one that the app does not make too.
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/available-metrics.html
 */
export function clusterMetric(
  scope: IConstruct,
  clusterName: string,
  metricName: 'CPUReservation' | 'CPUUtilization' | 'MemoryReservation' | 'MemoryUtilization',
  props: cloudwatch.MetricOptions = {},
): cloudwatch.Metric {
  return metric('AWS/ECS', metricName, scope, clusterName, props);
}

/**
 * The nodes that have joined a cluster and run a task: those without any are not counted. Only Container
 * Insights has it.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Container-Insights-metrics-ECS.html
 */
export function containerInstanceCountMetric(
  scope: IConstruct,
  clusterName: string,
  props: cloudwatch.MetricOptions = {},
): cloudwatch.Metric {
  return metric('ECS/ContainerInsights', 'ContainerInstanceCount', scope, clusterName, props);
}

function metric(
  namespace: string,
  metricName: string,
  scope: IConstruct,
  clusterName: string,
  props: cloudwatch.MetricOptions,
): cloudwatch.Metric {
  METRIC_OPTIONS.check('props', props, scope);
  return new cloudwatch.Metric({
    namespace,
    metricName,
    dimensionsMap: { ClusterName: clusterName },
    statistic: cloudwatch.Stats.AVERAGE,
    ...props,
  }).attachTo(scope);
}
