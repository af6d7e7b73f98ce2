import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import {
  type InstanceTierOptions,
  NodeImage,
  NodeImageResolution,
  NodeReplacement,
  NodeTemplate,
  PurchaseOption,
} from '../../src';
import { ARM, LARGE, only, TestStack, taskDefinition } from '../helpers/estate';
import { ec2Service, warning } from '../services/helpers';
import { OF_ECS } from './images';

function estate(options: InstanceTierOptions) {
  const stack = new TestStack();
  const cluster = stack.cluster({ tiers: [{ name: 'general', ...options }] });
  return { stack, cluster, tier: cluster.tier('general') };
}

/** The launch templates by the parameter of their image, and what the group has of them. */
function rendered({ stack }: { stack: TestStack }) {
  const { template } = stack;
  const { Parameters } = template.toJSON();
  const templates = Object.entries(template.findResources('AWS::EC2::LaunchTemplate')).map(
    ([id, { Properties }]) => ({
      id,
      image: Parameters[Properties.LaunchTemplateData.ImageId.Ref].Default,
      data: Properties.LaunchTemplateData,
    }),
  );
  const { MixedInstancesPolicy } = only(template, 'AWS::AutoScaling::AutoScalingGroup').Properties;
  return { templates, policy: MixedInstancesPolicy };
}

const specification = (id: string) => ({
  LaunchTemplateId: { Ref: id },
  Version: { 'Fn::GetAtt': [id, 'LatestVersionNumber'] },
});

describe('a tier of two architectures', () => {
  test('has a launch template for each, with its image, in the order of preference', () => {
    const { templates, policy } = rendered(estate({ instanceTypes: [ARM, LARGE] }));
    const [x86, arm] = templates;
    expect(templates.map(({ image }) => image)).toEqual([
      `${OF_ECS}/recommended/image_id`,
      `${OF_ECS}/arm64/recommended/image_id`,
    ]);
    expect(policy.LaunchTemplate).toEqual({
      LaunchTemplateSpecification: specification(x86.id),
      Overrides: [
        { InstanceType: 'm7g.large', LaunchTemplateSpecification: specification(arm.id) },
        { InstanceType: 'm7i.large' },
      ],
    });
    const { ImageId: _x86, IamInstanceProfile: _profileOfX86, ...ofX86 } = x86.data;
    const { ImageId: _arm, IamInstanceProfile: _profileOfArm, ...ofArm } = arm.data;
    expect(ofArm).toEqual(ofX86);
  });

  test('keeps the template of x86_64 where arm64 is added, so that its nodes stay', () => {
    const [alone] = rendered(estate({ instanceTypes: [LARGE, new ec2.InstanceType('m6i.large')] })).templates;
    const [both] = rendered(estate({ instanceTypes: [ARM, LARGE] })).templates;
    expect(both).toEqual(alone);
  });

  test('may be on Spot, be pinned and replace its nodes', () => {
    const { templates, policy } = rendered(
      estate({
        instanceTypes: [LARGE, ARM],
        machineImage: NodeImage.amazonLinux2023({ resolution: NodeImageResolution.pinned('20260820') }),
        purchase: PurchaseOption.spot(),
        replacement: NodeReplacement.rolling(),
      }),
    );
    expect(policy.InstancesDistribution).toBeDefined();
    expect(templates.map(({ image }) => image)).toEqual([
      `${OF_ECS}/al2023-ami-ecs-hvm-2023.0.20260820-kernel-6.1-x86_64/image_id`,
      `${OF_ECS}/arm64/al2023-ami-ecs-hvm-2023.0.20260820-kernel-6.1-arm64/image_id`,
    ]);
  });

  test('may share its template, of which each stack has one for each architecture', () => {
    const stack = new TestStack();
    const template = new NodeTemplate(stack, 'Standard', { instanceTypes: [LARGE, ARM] });
    for (const id of ['Orders', 'Search']) stack.cluster({ tiers: [{ name: 'standard', template }] }, id);
    stack.template.resourceCountIs('AWS::EC2::LaunchTemplate', 2);
  });

  test('takes commands and security groups for all of its nodes', () => {
    const built = estate({ instanceTypes: [LARGE, ARM] });
    built.tier.autoScalingGroup.addUserData('echo both');
    built.tier.autoScalingGroup.addSecurityGroup(
      ec2.SecurityGroup.fromSecurityGroupId(built.stack, 'Database', 'sg-0123456789abcdef0'),
    );
    for (const { data } of rendered(built).templates) {
      expect(JSON.stringify(data.UserData)).toContain('echo both');
      expect(data.SecurityGroupIds).toContain('sg-0123456789abcdef0');
    }
  });

  test.each<[string, ec2.IMachineImage, string]>([
    ['of your own', NodeImage.fromSsmParameter('/images/node'), '(x86_64 and arm64)'],
    ['of CDK', ecs.EcsOptimizedImage.amazonLinux2023(), '(x86_64 and arm64)'],
    ['for GPUs', NodeImage.amazonLinux2023Gpu(), '(ImageArchitecture at'],
  ])('is refused with an image that is for one of them: %s', (_what, machineImage, message) => {
    expect(() => estate({ instanceTypes: [LARGE, ARM], machineImage })).toThrow(message);
  });

  test('is named by a warning where tasks are for one of them only: they wait while nodes of the other start', () => {
    const warned = (instanceTypes: ec2.InstanceType[]) => {
      const { stack, cluster } = estate({ instanceTypes });
      const definition = new ecs.Ec2TaskDefinition(stack, 'Definition');
      definition.addContainer('web', {
        image: ecs.ContainerImage.fromRegistry('nginx'),
        memoryLimitMiB: 128,
      });
      const resource = definition.node.defaultChild as ecs.CfnTaskDefinition;
      resource.runtimePlatform = { cpuArchitecture: 'X86_64', operatingSystemFamily: 'LINUX' };
      ec2Service(stack, cluster, { taskDefinition: definition });
      return warning(stack, 'Service.runtimePlatform')?.message;
    };
    expect(warned([LARGE, ARM])).toContain('are for X86_64, and the tier "general" has nodes that are not');
    expect(warned([LARGE])).toBeUndefined();
  });

  test('runs services that say nothing of it', () => {
    const { stack, cluster } = estate({ instanceTypes: [LARGE, ARM] });
    ec2Service(stack, cluster, { taskDefinition: taskDefinition(stack) });
    expect(warning(stack, 'Service.runtimePlatform')).toBeUndefined();
  });
});
