import { Duration } from 'aws-cdk-lib';
import * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { type InstanceTierOptions, NodeReplacement, PurchaseOption } from '../../src';
import { LARGE, only, SMALL, TestStack } from '../helpers/estate';

type Tier = Omit<InstanceTierOptions, 'instanceTypes'> & { instanceTypes?: ec2.InstanceType[] };

function rendered(tier: Tier, type = 'AWS::AutoScaling::AutoScalingGroup'): any {
  const stack = new TestStack();
  stack.cluster({ tiers: [{ name: 'general', instanceTypes: [SMALL, LARGE], ...tier }] });
  return only(stack.template, type).Properties;
}

/** The paths of all values. A list is one value. */
function paths(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [path];
  return Object.entries(value).flatMap(([name, inner]) =>
    paths(inner, path === '' ? name : `${path}.${name}`),
  );
}

const EVERYTHING: Tier = {
  minCapacity: 1,
  maxCapacity: 5,
  desiredCapacity: 2,
  vpcSubnets: { subnetType: ec2.SubnetType.PUBLIC },
  healthChecks: autoscaling.HealthChecks.ec2({ gracePeriod: Duration.minutes(10) }),
  purchase: PurchaseOption.spot({
    onDemandBaseCapacity: 1,
    onDemandPercentageAboveBaseCapacity: 20,
    allocationStrategy: autoscaling.SpotAllocationStrategy.CAPACITY_OPTIMIZED,
    maxPrice: '0.02',
    capacityRebalance: true,
  }),
  targetCapacityPercent: 80,
  maxInstanceLifetime: Duration.days(30),
  enableManagedTerminationProtection: true,
  managedScaling: {
    instanceWarmupPeriod: Duration.minutes(2),
    minimumScalingStepSize: 2,
    maximumScalingStepSize: 20,
  },
  autoScalingGroupName: 'nodes',
  terminationPolicies: [autoscaling.TerminationPolicy.OLDEST_INSTANCE],
  deletionProtection: autoscaling.DeletionProtection.PREVENT_ALL_DELETION,
  azCapacityDistributionStrategy: autoscaling.CapacityDistributionStrategy.BALANCED_ONLY,
  zonalShift: true,
  replacement: NodeReplacement.rolling(),
};

const lost = (before: Tier, after: Tier, type?: string) => {
  const left = new Set(paths(rendered(after, type)));
  return paths(rendered(before, type)).filter((path) => !left.has(path));
};

describe('what a tier sets and later leaves out', () => {
  test('is named in its group all the same, but for what has no value that a new group takes for certain', () => {
    expect(lost(EVERYTHING, {})).toEqual([
      // Another name is another group.
      'AutoScalingGroupName',
      // These three have a value of their own that takes them back (docs/capacity.md).
      'AvailabilityZoneDistribution.CapacityDistributionStrategy',
      'AvailabilityZoneImpairmentPolicy.ImpairedZoneHealthCheckBehavior',
      'AvailabilityZoneImpairmentPolicy.ZonalShiftEnabled',
      'DefaultInstanceWarmup',
      'DeletionProtection',
      // On purpose: the group keeps the size that it has.
      'DesiredCapacity',
      'InstanceMaintenancePolicy.MaxHealthyPercentage',
      'InstanceMaintenancePolicy.MinHealthyPercentage',
      'LifecycleHookSpecificationList',
      // Of no effect where nothing is on Spot.
      'MixedInstancesPolicy.InstancesDistribution.SpotAllocationStrategy',
    ]);
  });

  test('is named in its capacity provider, but for what ECS has a default of its own for', () => {
    expect(lost(EVERYTHING, {}, 'AWS::ECS::CapacityProvider')).toEqual([
      'AutoScalingGroupProvider.ManagedScaling.InstanceWarmupPeriod',
      'AutoScalingGroupProvider.ManagedScaling.MaximumScalingStepSize',
      'AutoScalingGroupProvider.ManagedScaling.MinimumScalingStepSize',
    ]);
  });

  test('is all on demand again, without a highest price', () => {
    expect(rendered({}).MixedInstancesPolicy.InstancesDistribution).toEqual({
      OnDemandBaseCapacity: 0,
      OnDemandPercentageAboveBaseCapacity: 100,
      SpotMaxPrice: '',
    });
    expect(
      rendered({ purchase: PurchaseOption.spot() }).MixedInstancesPolicy.InstancesDistribution,
    ).toMatchObject({ SpotMaxPrice: '' });
  });

  test('has the default of the API: no age, no protection, no rebalancing, no preference, no grace period', () => {
    expect(rendered({ healthChecks: autoscaling.HealthChecks.ec2() })).toMatchObject({
      CapacityRebalance: false,
      HealthCheckGracePeriod: 0,
      MaxInstanceLifetime: 0,
      NewInstancesProtectedFromScaleIn: false,
      TerminationPolicies: ['Default'],
    });
  });
});

test('a group of one instance type on demand names no share, which only a mixed group has', () => {
  expect(rendered({ instanceTypes: [SMALL] })).not.toHaveProperty('MixedInstancesPolicy');
});
