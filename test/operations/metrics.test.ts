import { Duration } from 'aws-cdk-lib';
import { TestStack } from '../helpers/estate';

test.each([
  ['metricMinSize', 'GroupMinSize'],
  ['metricMaxSize', 'GroupMaxSize'],
  ['metricDesiredCapacity', 'GroupDesiredCapacity'],
  ['metricInServiceInstances', 'GroupInServiceInstances'],
  ['metricPendingInstances', 'GroupPendingInstances'],
  ['metricTerminatingInstances', 'GroupTerminatingInstances'],
  ['metricTotalInstances', 'GroupTotalInstances'],
] as const)('%s of a tier is %s of its group', (method, metricName) => {
  const [tier] = new TestStack().cluster().tiers;
  expect(tier[method]().toMetricConfig().metricStat).toMatchObject({
    namespace: 'AWS/AutoScaling',
    metricName,
    dimensions: [{ name: 'AutoScalingGroupName', value: tier.autoScalingGroup.autoScalingGroupName }],
    statistic: 'Average',
    period: Duration.minutes(5),
  });
  expect(
    tier[method]({ statistic: 'Maximum', period: Duration.minutes(1) }).toMetricConfig().metricStat,
  ).toMatchObject({
    metricName,
    statistic: 'Maximum',
    period: Duration.minutes(1),
  });
});

test('the reservation of a capacity provider in its cluster', () => {
  const cluster = new TestStack().cluster();
  const [tier] = cluster.tiers;
  expect(tier.metricCapacityProviderReservation().toMetricConfig().metricStat).toMatchObject({
    namespace: 'AWS/ECS/ManagedScaling',
    metricName: 'CapacityProviderReservation',
    dimensions: [
      { name: 'CapacityProviderName', value: tier.capacityProviderName },
      { name: 'ClusterName', value: cluster.clusterName },
    ],
  });
});

test('what Container Insights counts', () => {
  const cluster = new TestStack().cluster();
  expect(
    cluster.metricContainerInstanceCount({ statistic: 'Minimum' }).toMetricConfig().metricStat,
  ).toMatchObject({
    namespace: 'ECS/ContainerInsights',
    metricName: 'ContainerInstanceCount',
    dimensions: [{ name: 'ClusterName', value: cluster.clusterName }],
    statistic: 'Minimum',
  });
});
