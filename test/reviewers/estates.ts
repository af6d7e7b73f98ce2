import { App, type AppProps, CfnResource, Duration, Size, Stack, type StackProps } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { Estate } from '../../examples/article/estate';
import {
  AgentPropagateTagsFrom,
  BootstrapStep,
  ClusterProviders,
  Consolidation,
  DockerAuth,
  DrainLimit,
  EcsAutoScaledCluster,
  ExistingCluster,
  ImageUpdates,
  NodeImage,
  NodeImageResolution,
  NodeRepair,
  NodeReplacement,
  NodeRole,
  NodeTemplate,
  NodeVolume,
  PurchaseOption,
  Sysctl,
  TierSchedule,
} from '../../src';

/** A VPC that is only named: what reviewers say of a VPC is not about this library. */
function importedVpc(scope: Construct): ec2.IVpc {
  return ec2.Vpc.fromVpcAttributes(scope, 'Vpc', {
    vpcId: 'vpc-0123456789abcdef0',
    availabilityZones: ['eu-central-1a', 'eu-central-1b'],
    privateSubnetIds: ['subnet-0aaaaaaaaaaaaaaa0', 'subnet-0bbbbbbbbbbbbbbb0'],
  });
}

/** A secret and a key of one's own for it and for the volumes, as the strictest team would have it. */
class Keys extends Stack {
  public readonly key = new kms.Key(this, 'Key', { enableKeyRotation: true });
  public readonly dockerAuth = DockerAuth.fromSecret(
    secretsmanager.Secret.fromSecretAttributes(this, 'Registry', {
      secretCompleteArn: 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:docker/registry-AbCdEf',
      encryptionKey: this.key,
    }),
  );
}

/** Everything that the library can render, switched on: what it adds to an account beyond the defaults. */
class Everything extends Stack {
  public constructor(scope: Construct, id: string, keys: Keys, props: StackProps) {
    super(scope, id, props);
    const vpc = importedVpc(this);
    const role = new NodeRole(this, 'Role');
    const alarm = new cloudwatch.Alarm(this, 'Errors', {
      metric: new cloudwatch.Metric({ namespace: 'Shop', metricName: 'Errors' }),
      threshold: 1,
      evaluationPeriods: 1,
    });
    const shared = new NodeTemplate(this, 'Shared', {
      role,
      dockerAuth: keys.dockerAuth,
      instanceTypes: [new ec2.InstanceType('m7i.large'), new ec2.InstanceType('m6i.large')],
      detailedMonitoring: true,
      volumes: [
        NodeVolume.root({ size: Size.gibibytes(50), encryptionKey: keys.key }),
        NodeVolume.additional('/dev/xvdb', { size: Size.gibibytes(100), encryptionKey: keys.key }),
      ],
      agent: {
        containerInstancePropagateTagsFrom: AgentPropagateTagsFrom.EC2_INSTANCE,
        taskCleanupWaitDuration: Duration.minutes(30),
      },
    });
    // Where another cluster of the stack has image updates.
    const pinned = new NodeTemplate(this, 'Pinned', {
      role,
      instanceTypes: [new ec2.InstanceType('m7i.large'), new ec2.InstanceType('m6i.large')],
      machineImage: NodeImage.amazonLinux2023({ resolution: NodeImageResolution.pinned('20260414') }),
    });
    const topic = new sns.Topic(this, 'Operators', { masterKey: keys.key, enforceSSL: true });
    const cluster = new EcsAutoScaledCluster(this, 'Shop', {
      vpc,
      clusterName: 'shop',
      containerInsightsV2: ecs.ContainerInsights.ENHANCED,
      enableFargateCapacityProviders: true,
      repair: NodeRepair.replace({ topic }),
      drainLimit: DrainLimit.stopTasksAfter(Duration.minutes(30), { topic }),
      consolidation: Consolidation.scheduled({
        schedule: scheduler.ScheduleExpression.cron({ hour: '3', minute: '0' }),
        topic,
      }),
      replacement: NodeReplacement.rolling({
        minHealthyPercentage: 100,
        maxHealthyPercentage: 110,
        cordon: true,
        bakeTime: Duration.minutes(10),
        alarms: [alarm],
        checkpointPercentages: [20, 100],
        checkpointDelay: Duration.minutes(10),
        imageUpdates: ImageUpdates.scheduled({
          schedule: scheduler.ScheduleExpression.cron({ weekDay: 'TUE-THU', hour: '10', minute: '0' }),
          topic,
        }),
      }),
      tiers: [
        {
          name: 'shared',
          template: shared,
          minCapacity: 2,
          purchase: PurchaseOption.spot({ onDemandBaseCapacity: 1, onDemandPercentageAboveBaseCapacity: 50 }),
          maxInstanceLifetime: Duration.days(30),
          defaultStrategy: { weight: 2 },
        },
        {
          name: 'arm',
          role,
          replacement: NodeReplacement.rolling({
            maxHealthyPercentage: 110,
            cordon: true,
            daemonsFirst: true,
          }),
          instanceTypes: [new ec2.InstanceType('m7g.large')],
          sysctls: [Sysctl.somaxconn(4096)],
          bootstrapSteps: [
            BootstrapStep.writeFile('/etc/motd', "It's ours: $HOME\n", { mode: '0644' }),
            BootstrapStep.installPackages(['amazon-cloudwatch-agent']),
            BootstrapStep.enableService('amazon-cloudwatch-agent'),
            BootstrapStep.run('echo "$(date)" >/var/tmp/booted'),
          ],
          defaultStrategy: { weight: 1 },
          schedules: [TierSchedule.workingHours({ timeZone: 'Europe/Berlin' })],
        },
      ],
    });
    new EcsAutoScaledCluster(this, 'Generated', {
      vpc,
      tiers: [{ name: 'shared', template: shared }],
      replacement: NodeReplacement.rolling({ cordon: true }),
    });
    new EcsAutoScaledCluster(this, 'Throwaway', {
      vpc,
      clusterName: 'throwaway',
      tiers: [{ name: 'shared', template: pinned, forceDelete: true }],
      replacement: NodeReplacement.allAtOnce(),
    });
    cluster.addAlarms({ topic });
    cluster.addDashboard();
    const taskDefinition = new ecs.Ec2TaskDefinition(this, 'TaskDefinition');
    taskDefinition.addContainer('web', {
      image: ecs.ContainerImage.fromRegistry('public.ecr.aws/nginx/nginx:1.29'),
      memoryLimitMiB: 128,
      logging: ecs.LogDrivers.awsLogs({ streamPrefix: 'web' }),
    });
    new ecs.Ec2Service(this, 'Web', { cluster, taskDefinition, minHealthyPercent: 100 });
  }
}

/** Tiers on a cluster of another owner. */
class OnExisting extends Stack {
  public constructor(scope: Construct, id: string) {
    super(scope, id);
    new ExistingCluster(this, 'Shared', {
      clusterName: 'shared',
      vpc: importedVpc(this),
      capacityProviders: ClusterProviders.keep(['batch'], {
        defaultStrategy: [{ capacityProvider: 'batch', weight: 1 }],
      }),
      instanceTypes: [new ec2.InstanceType('m7i.large')],
      tiers: [{ name: 'general' }],
      replacement: NodeReplacement.rolling(),
    });
  }
}

/**
 * The estate of the example, the smallest cluster, tiers on the cluster of another owner, and an estate with
 * everything switched on.
 */
export function estates(props: AppProps = {}): App {
  const app = new App(props);
  new Estate(app, 'Article');
  const smallest = new Stack(app, 'Smallest');
  new EcsAutoScaledCluster(smallest, 'Orders', {
    vpc: importedVpc(smallest),
    tiers: [{ name: 'general', instanceTypes: [new ec2.InstanceType('t3.small')] }],
  });
  new OnExisting(app, 'OnExisting');
  // An account and a region, as production has them; the others are for whichever the CLI has.
  const env = { account: '123456789012', region: 'eu-central-1' };
  new Everything(app, 'Everything', new Keys(app, 'Keys', { env }), { env });
  return app;
}

/** What each reviewer must find something in: whoever finds nothing here has not looked. */
export function naive(props: AppProps = {}): App {
  const app = new App(props);
  const stack = new Stack(app, 'Naive');
  new CfnResource(stack, 'Cluster', { type: 'AWS::ECS::Cluster', properties: { NoSuchProperty: true } });
  new ecs.CfnCluster(stack, 'Uninsightful');
  new logs.CfnLogGroup(stack, 'Unencrypted');
  return app;
}
