import { Duration, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as patterns from 'aws-cdk-lib/aws-ecs-patterns';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import {
  DockerAuth,
  EcsAutoScaledCluster,
  NodeLogDriver,
  NodeReplacement,
  NodeRole,
  NodeTemplate,
  Sysctl,
} from 'cdk-ecs-auto-scaled-cluster';
import { Construct } from 'constructs';

/** What all environments share: the network and the registry's credentials. */
class Platform extends Stack {
  public readonly vpc = new ec2.Vpc(this, 'Vpc', { maxAzs: 2, natGateways: 1 });
  public readonly dockerAuth: DockerAuth;

  public constructor(scope: Construct, id: string) {
    super(scope, id);
    // {"registry.example.com":{"auth":"<base64 of user:password>"}}, put there by whoever owns the registry:
    // never in this app.
    const registry = secretsmanager.Secret.fromSecretNameV2(this, 'Registry', 'docker/registry');
    this.dockerAuth = DockerAuth.fromSecret(registry);
  }
}

/** A cluster for each developer's branch: one small size, everything at its default. */
class DeveloperStaging extends Stack {
  public constructor(scope: Construct, id: string, platform: Platform) {
    super(scope, id);
    new EcsAutoScaledCluster(this, 'Cluster', {
      vpc: platform.vpc,
      clusterName: 'developer-staging',
      role: new NodeRole(this, 'Role'),
      dockerAuth: platform.dockerAuth,
      tiers: [{ name: 'general', instanceTypes: [new ec2.InstanceType('t3.small')] }],
    });
  }
}

/**
 * The stage that all teams share, with everything of the article said aloud, and a service behind
 * a load balancer.
 */
class SharedStaging extends Stack {
  public constructor(scope: Construct, id: string, platform: Platform) {
    super(scope, id);
    const cluster = new EcsAutoScaledCluster(this, 'Cluster', {
      vpc: platform.vpc,
      clusterName: 'shared-staging',
      role: new NodeRole(this, 'Role'),
      dockerAuth: platform.dockerAuth,
      logDrivers: [
        NodeLogDriver.JSON_FILE,
        NodeLogDriver.SYSLOG,
        NodeLogDriver.FLUENTD,
        NodeLogDriver.AWSLOGS,
      ],
      sysctls: [Sysctl.ipLocalPortRange(10000, 65000), Sysctl.somaxconn(65535)],
      agent: {
        taskCleanupWaitDuration: Duration.hours(1),
        containerStopTimeout: Duration.minutes(5),
        updatesEnabled: true,
      },
      tiers: [{ name: 'general', instanceTypes: [new ec2.InstanceType('m7i.large')] }],
    });
    new patterns.ApplicationLoadBalancedEc2Service(this, 'Web', {
      cluster,
      memoryLimitMiB: 256,
      minHealthyPercent: 100,
      publicLoadBalancer: true,
      taskImageOptions: {
        image: ecs.ContainerImage.fromRegistry('public.ecr.aws/nginx/nginx:1.29'),
        containerPort: 80,
      },
    });
  }
}

/**
 * Production: one role and two tiers, whose templates three clusters share; a change replaces running
 * nodes, new ones first.
 */
class Production extends Stack {
  public constructor(scope: Construct, id: string, platform: Platform) {
    super(scope, id);
    const common = { role: new NodeRole(this, 'Role'), dockerAuth: platform.dockerAuth };
    const standard = new NodeTemplate(this, 'Standard', {
      ...common,
      instanceTypes: [new ec2.InstanceType('m7i.large')],
    });
    const compute = new NodeTemplate(this, 'Compute', {
      ...common,
      instanceTypes: [new ec2.InstanceType('c7i.2xlarge')],
    });

    const { vpc } = platform;
    const replacement = NodeReplacement.rolling();
    new EcsAutoScaledCluster(this, 'Orders', {
      vpc,
      clusterName: 'orders',
      tiers: [{ name: 'standard', template: standard }],
      replacement,
    });
    new EcsAutoScaledCluster(this, 'Billing', {
      vpc,
      clusterName: 'billing',
      tiers: [{ name: 'standard', template: standard }],
      replacement,
    });
    new EcsAutoScaledCluster(this, 'Search', {
      vpc,
      clusterName: 'search',
      tiers: [
        { name: 'compute', template: compute, maxCapacity: 10 },
        { name: 'standard', template: standard },
      ],
      replacement,
    });
  }
}

/** The whole estate: three environments, with a role each. */
export class Estate extends Construct {
  public constructor(scope: Construct, id: string) {
    super(scope, id);
    const platform = new Platform(this, 'Platform');
    new DeveloperStaging(this, 'DeveloperStaging', platform);
    new SharedStaging(this, 'SharedStaging', platform);
    new Production(this, 'Production', platform);
  }
}
