import { App, type InjectionContext, type IPropertyInjector, Tags } from 'aws-cdk-lib';
import type * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import { type EcsAutoScaledCluster, NodeImage, NodeTemplate } from '../../src';
import { ARM, LARGE, SMALL, TestStack } from '../helpers/estate';
import { warning, warnings } from '../services/helpers';

function shared(app = new App()): {
  stack: TestStack;
  cluster: EcsAutoScaledCluster;
  group: autoscaling.CfnAutoScalingGroup;
} {
  const stack = new TestStack(app);
  const template = new NodeTemplate(stack, 'Standard', { instanceTypes: [SMALL] });
  const cluster = stack.cluster({ tiers: [{ name: 'general', template }] });
  return {
    stack,
    cluster,
    group: cluster.tier('general').autoScalingGroup.node.defaultChild as autoscaling.CfnAutoScalingGroup,
  };
}

describe('nodes that find their cluster in the tag', () => {
  test('may not be told another cluster, at whatever priority', () => {
    const { stack } = shared();
    Tags.of(stack.node.root).add('ClusterName', 'theirs', { priority: 500 });
    expect(() => stack.template).toThrow(
      "the tag ClusterName of the group must be the cluster's name, propagated at launch, got: " +
        '"theirs". Nodes of a shared template find their cluster in it, and would join another one, or ' +
        'none. Give your own tag another key, leave the group out of it (`excludeResourceTypes: ' +
        "['AWS::AutoScaling::AutoScalingGroup']`), or give the tier its own node fields instead of a " +
        '`template` (ClusterNameTag at Estate/Orders/Tiers/general)',
    );
  });

  test('are fine where the tag leaves the groups out, or loses', () => {
    const { stack } = shared();
    Tags.of(stack.node.root).add('ClusterName', 'a', {
      priority: 500,
      excludeResourceTypes: ['AWS::AutoScaling::AutoScalingGroup'],
    });
    Tags.of(stack.node.root).add('ClusterName', 'b');
    expect(() => stack.template).not.toThrow();
  });

  test('need the tag: removed, it is refused', () => {
    const { stack } = shared();
    Tags.of(stack.node.root).remove('ClusterName', { priority: 500 });
    expect(() => stack.template).toThrow('got: no such tag. ');
  });

  test('need it on the instances: not propagated, by an escape hatch, it is refused', () => {
    const { stack, cluster, group } = shared();
    group.addPropertyOverride('Tags', [
      { Key: 'ClusterName', Value: stack.resolve(cluster.clusterName), PropagateAtLaunch: false },
    ]);
    expect(() => stack.template).toThrow('got: one that is not. ');
  });

  test('need tags in the instance metadata: a property injector that turns them off is refused', () => {
    class NoTags implements IPropertyInjector {
      public readonly constructUniqueId = ec2.LaunchTemplate.PROPERTY_INJECTION_ID;
      public inject(props: ec2.LaunchTemplateProps, _context: InjectionContext): ec2.LaunchTemplateProps {
        return { ...props, instanceMetadataTags: false };
      }
    }
    const { stack } = shared(new App({ propertyInjectors: [new NoTags()] }));
    expect(() => stack.template).toThrow(
      '`MetadataOptions.InstanceMetadataTags` must be "enabled" in the launch template of a shared ' +
        '`template`, got: "disabled": its nodes find their cluster in the tag ClusterName of their ' +
        'instance. Leave it to the library (an override, an aspect or a property injector has changed ' +
        'it), or give the tier its own node fields (InstanceMetadata at Estate/Orders/Tiers/general)',
    );
  });

  test('a tier of its own has its cluster in the user data, and may be tagged as you like', () => {
    const stack = new TestStack();
    stack.cluster();
    Tags.of(stack.node.root).add('ClusterName', 'theirs', { priority: 500 });
    expect(() => stack.template).not.toThrow();
  });
});

test('a node without the instance metadata service is refused: the agent has no credentials then', () => {
  const stack = new TestStack();
  const { template } = stack.cluster().tier('general');
  const launchTemplate = template.node.findChild('LaunchTemplate').node.defaultChild as ec2.CfnLaunchTemplate;
  launchTemplate.addPropertyOverride('LaunchTemplateData.MetadataOptions.HttpEndpoint', 'disabled');
  expect(() => stack.template).toThrow('`MetadataOptions.HttpEndpoint` must not be "disabled"');
});

describe('addUserData() on a group', () => {
  const ID = 'InstanceTier.addUserData';

  test('of a shared template is warned of: it changes every group that uses it', () => {
    const { stack, cluster } = shared();
    cluster.tier('general').autoScalingGroup.addUserData('echo one');
    cluster.tier('general').autoScalingGroup.addUserData('echo two');
    expect(warnings(stack)).toEqual([
      {
        id: `cdk-ecs-auto-scaled-cluster:${ID}`,
        path: '/Estate/Orders/Tiers/general',
        message:
          '`addUserData()` on the group of the tier "Estate/Orders/Tiers/general" changes the nodes of ' +
          'every tier that uses the template "Estate/Standard". Where that is meant, say so: ' +
          '`template.bootstrap.addCommands()`; where it is not, give the tier its own node fields ' +
          'instead of a `template`.',
      },
    ]);
  });

  test('of a tier of its own, and commands of the template itself, are not', () => {
    const { stack, cluster } = shared();
    cluster.tier('general').template.bootstrap.addCommands('echo all');
    cluster.addTier('own', { instanceTypes: [SMALL] }).autoScalingGroup.addUserData('echo own');
    expect(warning(stack, ID)).toBeUndefined();
  });
});

describe('an image of another architecture than the instance types', () => {
  const estate = (machineImage: ec2.IMachineImage, type: ec2.InstanceType) => {
    const stack = new TestStack();
    stack.cluster({ machineImage, tiers: [{ name: 'general', instanceTypes: [type] }] });
    return () => stack.template;
  };

  test.each<[string, ec2.IMachineImage, ec2.InstanceType]>([
    ['ECS-optimized for ARM', ecs.EcsOptimizedImage.amazonLinux2023(ecs.AmiHardwareType.ARM), LARGE],
    ['ECS-optimized for x86_64', ecs.EcsOptimizedImage.amazonLinux2023(), ARM],
    [
      'Amazon Linux 2023 for ARM',
      ec2.MachineImage.latestAmazonLinux2023({ cpuType: ec2.AmazonLinuxCpuType.ARM_64 }),
      LARGE,
    ],
    ['Amazon Linux 2023 for x86_64', ec2.MachineImage.latestAmazonLinux2023(), ARM],
    [
      'looked up at launch',
      ec2.MachineImage.resolveSsmParameterAtLaunch(
        '/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended/image_id',
      ),
      LARGE,
    ],
    [
      'a NodeImage by its parameter',
      NodeImage.fromSsmParameter('/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id'),
      ARM,
    ],
  ])('is refused: %s', (_what, image, type) => {
    expect(estate(image, type)).toThrow('(ImageArchitecture at Estate/Orders/Tiers/general)');
  });

  test('names both', () => {
    expect(estate(ecs.EcsOptimizedImage.amazonLinux2023(ecs.AmiHardwareType.ARM), LARGE)).toThrow(
      '`machineImage` must be of the architecture of the instance types, got: ' +
        '"/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended/image_id" (arm64) and ' +
        'm7i.large (x86_64). `NodeImage.amazonLinux2023()` follows the instance types by itself',
    );
  });

  test.each<[string, ec2.IMachineImage, ec2.InstanceType]>([
    ['it fits', ecs.EcsOptimizedImage.amazonLinux2023(ecs.AmiHardwareType.ARM), ARM],
    ['it is a parameter of your own', NodeImage.fromSsmParameter('/my/arm64/image'), LARGE],
    ['it is an id', ec2.MachineImage.genericLinux({ 'eu-central-1': 'ami-0123456789abcdef0' }, {}), LARGE],
  ])('passes where %s', (_what, image, type) => {
    const stack = new TestStack(new App(), 'Estate', {
      env: { region: 'eu-central-1', account: '123456789012' },
    });
    stack.cluster({ machineImage: image, tiers: [{ name: 'general', instanceTypes: [type] }] });
    expect(() => stack.template).not.toThrow();
  });
});
