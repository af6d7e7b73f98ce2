import { Duration } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import type { Construct } from 'constructs';
import { ClusterAlarms } from '../../src/operations/cluster-alarms';
import { ClusterDashboard } from '../../src/operations/cluster-dashboard';
import { clusterMetric } from '../../src/operations/cluster-metrics';
import { TestStack } from '../helpers/estate';

test('a cluster that the app does not make can have alarms and a dashboard', () => {
  const stack = new TestStack();
  const imported = ecs.Cluster.fromClusterAttributes(stack, 'Imported', {
    clusterName: 'orders',
    vpc: stack.vpc,
  });
  // CDK's import is a construct, and its interface does not say so.
  const scope = imported as unknown as Construct;
  const operated = { scope, clusterName: imported.clusterName, tiers: () => [] };
  ClusterAlarms._create(operated, {});
  ClusterDashboard._create(operated, {}, () => undefined);
  const template = Template.fromStack(stack);
  template.resourceCountIs('AWS::CloudWatch::Dashboard', 1);
  template.allResourcesProperties('AWS::CloudWatch::Alarm', {
    Namespace: 'AWS/ECS',
    Dimensions: [{ Name: 'ClusterName', Value: 'orders' }],
  });
  template.resourceCountIs('AWS::CloudWatch::Alarm', 4);
});

test('the metrics of a cluster are those that ecs.Cluster has', () => {
  const stack = new TestStack();
  const cluster = new ecs.Cluster(stack, 'Orders', { vpc: stack.vpc });
  const props: cloudwatch.MetricOptions = { period: Duration.minutes(5), label: 'One' };
  const pairs: [cloudwatch.Metric, cloudwatch.Metric][] = [
    [
      clusterMetric(cluster, cluster.clusterName, 'CPUReservation', props),
      cluster.metricCpuReservation(props),
    ],
    [
      clusterMetric(cluster, cluster.clusterName, 'CPUUtilization', props),
      cluster.metricCpuUtilization(props),
    ],
    [
      clusterMetric(cluster, cluster.clusterName, 'MemoryReservation', props),
      cluster.metricMemoryReservation(props),
    ],
    [
      clusterMetric(cluster, cluster.clusterName, 'MemoryUtilization', props),
      cluster.metricMemoryUtilization(props),
    ],
  ];
  for (const [ours, cdks] of pairs) expect(ours.toMetricConfig()).toEqual(cdks.toMetricConfig());
});
