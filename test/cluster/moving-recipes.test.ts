import { App, Aspects, type IAspect, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import type { IConstruct } from 'constructs';
import { EcsAutoScaledCluster } from '../../src';

const OLD = new ec2.InstanceType('m5.large');

/** The aspect of docs/moving.md. */
class Hold implements IAspect {
  public visit(node: IConstruct): void {
    if (node instanceof ecs.CfnService && node.launchType === 'EC2')
      node.addPropertyOverride('LaunchType', 'EC2');
  }
}

type Kind = 'addCapacity' | 'AsgCapacityProvider';

/** An app before the move, or with the class changed, a tier, the hold, and a second service. */
function resources(kind: Kind, moved: boolean): Record<string, any> {
  const stack = new Stack(new App(), 'Live');
  const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 2 });
  const props = { vpc, containerInsights: true };
  const cluster = moved
    ? new EcsAutoScaledCluster(stack, 'Cluster', props)
    : new ecs.Cluster(stack, 'Cluster', props);
  const machineImage = ecs.EcsOptimizedImage.amazonLinux2();
  if (kind === 'addCapacity') cluster.addCapacity('Old', { instanceType: OLD, machineImage });
  else {
    const autoScalingGroup = new autoscaling.AutoScalingGroup(stack, 'Group', {
      vpc,
      instanceType: OLD,
      machineImage,
    });
    cluster.addAsgCapacityProvider(new ecs.AsgCapacityProvider(stack, 'Old', { autoScalingGroup }));
  }
  const taskDefinition = new ecs.Ec2TaskDefinition(stack, 'Task');
  taskDefinition.addContainer('web', { image: ecs.ContainerImage.fromRegistry('web'), memoryLimitMiB: 64 });
  const common = { cluster, taskDefinition, minHealthyPercent: 100 };
  new ecs.Ec2Service(stack, 'Api', { ...common, serviceName: 'api' });
  new ecs.Ec2Service(stack, 'Agent', { cluster, taskDefinition, daemon: true });
  if (cluster instanceof EcsAutoScaledCluster) {
    const tier = cluster.addTier('general', { instanceTypes: [new ec2.InstanceType('m7i.large')] });
    Aspects.of(stack).add(new Hold(), { priority: 100 });
    new ecs.Ec2Service(stack, 'ApiOnTier', { ...common, capacityProviderStrategies: [tier.strategy()] });
  }
  return Template.fromStack(stack).toJSON().Resources;
}

describe.each<Kind>(['addCapacity', 'AsgCapacityProvider'])('from %s, the first deployment', (kind) => {
  const before = resources(kind, false);
  const after = resources(kind, true);

  test('takes no resource away, and replaces no cluster and no service', () => {
    expect(Object.keys(before).filter((id) => after[id] === undefined)).toEqual([]);
    const changed = Object.keys(before).filter(
      (id) => JSON.stringify(after[id].Properties) !== JSON.stringify(before[id].Properties),
    );
    expect(changed.map((id) => before[id].Type)).toEqual(
      kind === 'addCapacity' ? [] : ['AWS::ECS::ClusterCapacityProviderAssociations'],
    );
  });

  test('holds the services that there are, and not the new one', () => {
    const services = Object.values(after).filter(({ Type }) => Type === 'AWS::ECS::Service');
    expect(
      services.map(({ Properties }) => [Properties.LaunchType, Properties.CapacityProviderStrategy?.length]),
    ).toEqual([
      ['EC2', undefined],
      ['EC2', undefined],
      [undefined, 1],
    ]);
  });
});
