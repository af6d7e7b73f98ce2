import { Duration, Size, Stack } from 'aws-cdk-lib';
import * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as sns from 'aws-cdk-lib/aws-sns';
import {
  BootstrapStep,
  ClusterProviders,
  EcsAutoScaledCluster,
  ExistingCluster,
  NodeLogDriver,
  NodeReplacement,
  NodeVolume,
  PurchaseOption,
  Sysctl,
  TierSchedule,
} from 'cdk-ecs-auto-scaled-cluster';
import type { Construct } from 'constructs';

/**
 * What could differ from language to language: maps (in Java, `Map.of` has another order in each process),
 * fields in another order, structs in lists and in structs, a struct without a field, lists of objects and of
 * strings, fractions, durations and sizes. The other languages say the same, in other orders.
 */
export function optionsStack(scope: Construct): Stack {
  const stack = new Stack(scope, 'Options');
  const vpc = new ec2.Vpc(stack, 'Vpc');
  const cluster = new EcsAutoScaledCluster(stack, 'Orders', {
    vpc,
    agent: {
      environment: { ECS_ALPHA: '1', ECS_MIKE: '2', ECS_ZULU: '3' },
      instanceAttributes: { alpha: '1', mike: '2', zulu: '3' },
      logMaxFileSize: Size.mebibytes(20),
    },
    bootstrapSteps: [
      BootstrapStep.writeFile('/etc/motd', 'Grüße, "you" & $HOME\n', { mode: '0644', owner: 'root' }),
      BootstrapStep.installPackages(['amazon-cloudwatch-agent', 'amazon-efs-utils']),
      BootstrapStep.enableService('amazon-cloudwatch-agent'),
    ],
    logDrivers: [NodeLogDriver.AWSLOGS, NodeLogDriver.of('acme')],
    replacement: NodeReplacement.rolling({
      minHealthyPercentage: 100,
      maxHealthyPercentage: 110,
      checkpointPercentages: [50, 100],
    }),
    sysctls: [Sysctl.of('vm.max_map_count', '262144'), Sysctl.somaxconn(4096)],
    volumes: [NodeVolume.root({ size: Size.gibibytes(100), throughput: 250 })],
    volumeTags: { alpha: '1', mike: '2', zulu: '3' },
  });
  cluster.addTier('nightly', {
    instanceTypes: [new ec2.InstanceType('c7i.large'), new ec2.InstanceType('c6i.large')],
    schedules: [TierSchedule.workingHours({ timeZone: 'Europe/Berlin' })],
    purchase: PurchaseOption.spot(),
  });
  const topic = new sns.Topic(stack, 'Topic');
  cluster.addAlarms({ topic });
  cluster.addDashboard();

  const existing = new ExistingCluster(stack, 'Shared', {
    clusterName: 'shared',
    vpc,
    capacityProviders: ClusterProviders.keep(['batch'], {
      defaultStrategy: [{ capacityProvider: 'batch', weight: 1 }],
    }),
    tiers: [{ name: 'general', instanceTypes: [new ec2.InstanceType('t3.small')] }],
  });
  existing.addTier('compute', {
    instanceTypes: [new ec2.InstanceType('c7i.large')],
    hardware: { coreCount: 1, threadsPerCore: 1 },
    autoScalingGroupName: 'shared-compute',
    managedScaling: { instanceWarmupPeriod: Duration.minutes(2), maximumScalingStepSize: 5 },
    notifications: [{ topic, scalingEvents: autoscaling.ScalingEvents.ERRORS }],
    terminationPolicies: [
      autoscaling.TerminationPolicy.NEWEST_INSTANCE,
      autoscaling.TerminationPolicy.DEFAULT,
    ],
    deletionProtection: autoscaling.DeletionProtection.PREVENT_FORCE_DELETION,
    azCapacityDistributionStrategy: autoscaling.CapacityDistributionStrategy.BALANCED_ONLY,
    zonalShift: true,
  });
  existing.addTier('flexible', {
    instanceRequirements: { vCpuCountMin: 2, memoryMin: Size.gibibytes(4) },
  });
  const taskDefinition = new ecs.Ec2TaskDefinition(stack, 'Task');
  taskDefinition.addContainer('web', {
    image: ecs.ContainerImage.fromRegistry('nginx'),
    memoryLimitMiB: 128,
  });
  new ecs.Ec2Service(stack, 'Api', { cluster: existing, taskDefinition, minHealthyPercent: 100 });
  return stack;
}
