import { Duration, Size, Stack } from 'aws-cdk-lib';
import * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { EcsAutoScaledCluster, NodeReplacement, NodeTemplate, PurchaseOption } from '../../src';
import { types } from '../helpers/estate';

/** Every kind of node: images, two architectures, attributes, hardware, reservations. */
export class Kinds extends Stack {
  public constructor(scope: Construct, id: string) {
    super(scope, id);
    const vpc = ec2.Vpc.fromVpcAttributes(this, 'Vpc', {
      vpcId: 'vpc-0123456789abcdef0',
      availabilityZones: ['eu-central-1a', 'eu-central-1b'],
      privateSubnetIds: ['subnet-0aaaaaaaaaaaaaaa0', 'subnet-0bbbbbbbbbbbbbbb0'],
    });
    const [zone] = vpc.availabilityZones;
    const oneZone = { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS, availabilityZones: [zone] };
    const near = new ec2.PlacementGroup(this, 'Near', { strategy: ec2.PlacementGroupStrategy.CLUSTER });
    const { AWS, INTEL, AMD } = ec2.CpuManufacturer;
    const shared = new NodeTemplate(this, 'Shared', { instanceTypes: types('m7i.large', 'm7g.large') });
    const sizes = {
      vCpuCountMin: 2,
      vCpuCountMax: 4,
      memoryMin: Size.gibibytes(8),
      memoryMax: Size.gibibytes(16),
    };

    new EcsAutoScaledCluster(this, 'Kinds', {
      vpc,
      replacement: NodeReplacement.rolling(),
      tiers: [
        { name: 'both', template: shared },
        { name: 'gpu', instanceTypes: types('g5.xlarge', 'g6.xlarge'), purchase: PurchaseOption.spot() },
        { name: 'neuron', instanceTypes: types('inf2.xlarge') },
        { name: 'blackwell', instanceTypes: types('p6-b200.48xlarge') },
        {
          name: 'attributes',
          instanceRequirements: { ...sizes, cpuManufacturers: [AWS, INTEL, AMD] },
          purchase: PurchaseOption.spot({ onDemandBaseCapacity: 1 }),
        },
        {
          name: 'accelerated',
          instanceRequirements: {
            vCpuCountMin: 4,
            memoryMin: Size.gibibytes(16),
            acceleratorManufacturers: [ec2.AcceleratorManufacturer.NVIDIA],
            acceleratorCountMin: 1,
            acceleratorTotalMemoryMin: Size.gibibytes(16),
            instanceGenerations: [ec2.InstanceGeneration.CURRENT],
            localStorage: ec2.LocalStorage.REQUIRED,
            networkBandwidthGbpsMin: 12.5,
          },
        },
        {
          name: 'training',
          instanceTypes: types('p5.48xlarge'),
          vpcSubnets: oneZone,
          hardware: { placementGroup: near, efa: true },
        },
        {
          name: 'adapter',
          instanceTypes: types('c5n.18xlarge'),
          vpcSubnets: oneZone,
          associatePublicIpAddress: false,
          hardware: { efa: true, dedicatedTenancy: true, coreCount: 36, threadsPerCore: 1 },
        },
        { name: 'nested', instanceTypes: types('m8i.2xlarge'), hardware: { nestedVirtualization: true } },
        { name: 'sealed', instanceTypes: types('m6a.2xlarge'), hardware: { amdSevSnp: true } },
        {
          name: 'reserved',
          instanceTypes: types('m7i.2xlarge'),
          purchase: PurchaseOption.capacityReservations({ reservationIds: ['cr-0123456789abcdef0'] }),
        },
        {
          name: 'kept',
          instanceTypes: types('m7i.large'),
          autoScalingGroupName: 'kept-nodes',
          minCapacity: 1,
          managedScaling: { enabled: false },
          notifications: [
            { topic: new sns.Topic(this, 'Topic'), scalingEvents: autoscaling.ScalingEvents.ERRORS },
          ],
          deletionProtection: autoscaling.DeletionProtection.PREVENT_ALL_DELETION,
          azCapacityDistributionStrategy: autoscaling.CapacityDistributionStrategy.BALANCED_ONLY,
          zonalShift: true,
        },
        {
          name: 'stepwise',
          instanceTypes: types('m7i.large'),
          managedScaling: {
            instanceWarmupPeriod: Duration.minutes(2),
            minimumScalingStepSize: 2,
            maximumScalingStepSize: 20,
          },
          terminationPolicies: [
            autoscaling.TerminationPolicy.OLDEST_LAUNCH_TEMPLATE,
            autoscaling.TerminationPolicy.ALLOCATION_STRATEGY,
          ],
          deletionProtection: autoscaling.DeletionProtection.PREVENT_FORCE_DELETION,
        },
        {
          name: 'block',
          instanceTypes: types('p5.48xlarge'),
          vpcSubnets: oneZone,
          purchase: PurchaseOption.capacityBlock('cr-0fedcba9876543210'),
          replacement: NodeReplacement.rolling({ minHealthyPercentage: 50, maxHealthyPercentage: 100 }),
        },
      ],
    });
  }
}
