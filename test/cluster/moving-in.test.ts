import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack, Token } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import {
  BootstrapStep,
  EcsAutoScaledCluster,
  type EcsAutoScaledClusterProps,
  type InstanceTierOptions,
  NodeImage,
  NodeTemplate,
  PurchaseOption,
} from '../../src';
import { CLUSTER, NOT_TAKEN } from '../../src/cluster/cluster-fields';

const T3 = new ec2.InstanceType('t3.small');
const ARM = new ec2.InstanceType('t4g.small');
const LAUNCH_TEMPLATE_FLAG = '@aws-cdk/aws-autoscaling:generateLaunchTemplateInsteadOfLaunchConfig';

class Estate extends Stack {
  public readonly vpc: ec2.Vpc;

  public constructor(context: Record<string, unknown> = {}) {
    super(new App({ context }), 'Estate', { env: { account: '111122223333', region: 'eu-central-1' } });
    this.vpc = new ec2.Vpc(this, 'Vpc', { maxAzs: 2 });
  }

  public cluster(props: Partial<EcsAutoScaledClusterProps> = {}, id = 'Cluster'): EcsAutoScaledCluster {
    return new EcsAutoScaledCluster(this, id, { vpc: this.vpc, instanceTypes: [T3], ...props });
  }

  public tier(options: InstanceTierOptions = {}): Template {
    this.cluster({ instanceTypes: undefined }).addTier('general', { instanceTypes: [T3], ...options });
    return Template.fromStack(this);
  }

  public group(id: string): ec2.SecurityGroup {
    return new ec2.SecurityGroup(this, id, { vpc: this.vpc });
  }

  public oldProvider(id: string, capacityProviderName?: string): ecs.AsgCapacityProvider {
    const autoScalingGroup = new autoscaling.AutoScalingGroup(this, `${id}Group`, {
      vpc: this.vpc,
      instanceType: T3,
      machineImage: ecs.EcsOptimizedImage.amazonLinux2023(),
    });
    return new ecs.AsgCapacityProvider(this, id, { autoScalingGroup, capacityProviderName });
  }
}

const only = (template: Template, type: string): any => Object.values(template.findResources(type))[0];

describe('each property of a plain ecs.Cluster', () => {
  test.each([
    ['the oldest', 'aws-cdk-lib'],
    ['the newest', 'aws-cdk-lib-newest'],
  ])('of %s aws-cdk-lib is taken, or refused with what to write', (_, library) => {
    const file = join(require.resolve(`${library}/aws-ecs`), '..', 'lib', 'cluster.d.ts');
    const body = /export interface ClusterProps \{([\s\S]*?)\n\}/.exec(readFileSync(file, 'utf8'))?.[1] ?? '';
    const properties = [...body.matchAll(/readonly (\w+)\??:/g)].map(([, name]) => name);
    expect(properties.length).toBeGreaterThan(8);
    const known = new Set<string>([...CLUSTER.names, ...Object.keys(NOT_TAKEN)]);
    expect(properties.filter((name) => !known.has(name))).toEqual([]);
  });

  test.each([true, false])('containerInsights: %p renders what it rendered', (containerInsights) => {
    const [before, after] = [new Estate(), new Estate()];
    new ecs.Cluster(before, 'Cluster', { vpc: before.vpc, containerInsights });
    after.cluster({ containerInsights, tiers: [{ name: 'general' }] });
    const clusterOf = (stack: Stack) => Template.fromStack(stack).findResources('AWS::ECS::Cluster');
    expect(clusterOf(after)).toEqual(clusterOf(before));
  });

  test('containerInsights is refused beside containerInsightsV2, and where it is no flag', () => {
    const both = { containerInsights: true, containerInsightsV2: ecs.ContainerInsights.ENHANCED };
    expect(() => new Estate().cluster(both)).toThrow(
      '`containerInsights` must not be set together with `containerInsightsV2`',
    );
    const text = { containerInsights: 'enabled' } as unknown as Partial<EcsAutoScaledClusterProps>;
    expect(() => new Estate().cluster(text)).toThrow(
      '`containerInsights` must be true or false, got: "enabled"',
    );
  });

  test('capacity of plain JavaScript is refused, and what to write keeps the group', () => {
    const capacity = { instanceType: T3, machineImage: ecs.EcsOptimizedImage.amazonLinux2023() };
    const given = { capacity } as Partial<EcsAutoScaledClusterProps>;
    expect(() => new Estate().cluster(given)).toThrow(
      "call `cluster.addCapacity('DefaultAutoScalingGroup', …)` with its value",
    );
    const [before, after] = [new Estate(), new Estate()];
    new ecs.Cluster(before, 'Cluster', { vpc: before.vpc, capacity });
    after.cluster({ tiers: [{ name: 'general' }] }).addCapacity('DefaultAutoScalingGroup', capacity);
    const old = Object.keys(Template.fromStack(before).toJSON().Resources);
    expect(Object.keys(Template.fromStack(after).toJSON().Resources)).toEqual(expect.arrayContaining(old));
  });
});

describe('a tier that is parked', () => {
  test('has a maximum of 0', () => {
    const template = new Estate().tier({
      maxCapacity: 0,
      purchase: PurchaseOption.spot({ onDemandBaseCapacity: 1 }),
    });
    expect(only(template, 'AWS::AutoScaling::AutoScalingGroup').Properties).toMatchObject({
      MinSize: '0',
      MaxSize: '0',
    });
  });

  test('has no minimum above it', () => {
    expect(() => new Estate().tier({ maxCapacity: 0, minCapacity: 1 })).toThrow(
      '`minCapacity` must be at most `maxCapacity`, got: 1 and 0',
    );
    expect(() => new Estate().tier({ maxCapacity: -1 })).toThrow(
      '`maxCapacity` must be a whole number of at least 0',
    );
  });
});

/** The security groups of the nodes, by the ids of their constructs. */
function groupsOfNodes(template: Template): string[] {
  const data = only(template, 'AWS::EC2::LaunchTemplate').Properties.LaunchTemplateData;
  const groups: any[] = data.SecurityGroupIds ?? data.NetworkInterfaces[0].Groups;
  return groups.map((group) => group['Fn::GetAtt'][0].replace(/[0-9A-F]{8}$/, ''));
}

describe.each([true, false])('further security groups, with the feature flag %p', (flag) => {
  const context = { [LAUNCH_TEMPLATE_FLAG]: flag };

  test('stand behind that of the library', () => {
    const stack = new Estate(context);
    const additionalSecurityGroups = [stack.group('Database'), stack.group('Files')];
    expect(groupsOfNodes(stack.tier({ additionalSecurityGroups }))).toEqual([
      'ClusterTiersSecurityGroup',
      'Database',
      'Files',
    ]);
  });

  test('stand behind those that are given, with a public address too', () => {
    const stack = new Estate(context);
    const template = stack.tier({
      securityGroups: [stack.group('Nodes')],
      additionalSecurityGroups: [stack.group('Database')],
      associatePublicIpAddress: true,
      vpcSubnets: { subnetType: ec2.SubnetType.PUBLIC },
    });
    expect(groupsOfNodes(template)).toEqual(['Nodes', 'Database']);
  });

  test('of a tier replace those of its cluster, and reach it by a template', () => {
    const stack = new Estate(context);
    const [ofCluster, ofTier, ofTemplate] = ['OfCluster', 'OfTier', 'OfTemplate'].map((id) =>
      stack.group(id),
    );
    const template = new NodeTemplate(stack, 'Template', {
      instanceTypes: [T3],
      additionalSecurityGroups: [ofTemplate],
    });
    stack.cluster({
      additionalSecurityGroups: [ofCluster],
      tiers: [
        { name: 'plain' },
        { name: 'own', additionalSecurityGroups: [ofTier] },
        { name: 'shared', template },
      ],
    });
    const all = Template.fromStack(stack).findResources('AWS::EC2::LaunchTemplate');
    const second = Object.values(all).map(
      ({ Properties }: any) => Properties.LaunchTemplateData.SecurityGroupIds[1]['Fn::GetAtt'][0],
    );
    expect(second.map((id) => id.replace(/[0-9A-F]{8}$/, '')).sort()).toEqual([
      'OfCluster',
      'OfTemplate',
      'OfTier',
    ]);
  });

  test.each<[string, InstanceTierOptions]>([
    ['one type', {}],
    ['several types', { instanceTypes: [T3, new ec2.InstanceType('t3a.small')] }],
    ['Spot', { purchase: PurchaseOption.spot() }],
  ])("that are added to a tier's group or connections are on its nodes: %s", (_kind, options) => {
    const stack = new Estate(context);
    const tier = stack
      .cluster({ instanceTypes: undefined })
      .addTier('general', { instanceTypes: [T3], ...options });
    const [one, two] = [stack.group('One'), stack.group('Two')];
    tier.autoScalingGroup.addSecurityGroup(one);
    tier.connections.addSecurityGroup(two);
    tier.connections.addSecurityGroup(two);
    expect(groupsOfNodes(Template.fromStack(stack))).toEqual(['ClusterTiersSecurityGroup', 'One', 'Two']);
  });

  test('get no rule of a load balancer', () => {
    const stack = new Estate(context);
    const cluster = stack.cluster({
      additionalSecurityGroups: [stack.group('Database')],
      tiers: [{ name: 'general' }],
    });
    cluster.connections.allowFromAnyIpv4(ec2.Port.tcp(8080));
    const rules = Template.fromStack(stack).findResources('AWS::EC2::SecurityGroup', {
      Properties: { SecurityGroupIngress: [{ FromPort: 8080 }] },
    });
    expect(Object.keys(rules)).toEqual([expect.stringMatching(/^ClusterTiersSecurityGroup/)]);
  });
});

describe('further security groups are refused', () => {
  test('twice, or in both fields', () => {
    const stack = new Estate();
    const group = stack.group('Database');
    expect(() => stack.tier({ additionalSecurityGroups: [group, group] })).toThrow(
      '`additionalSecurityGroups` has "Estate/Database" twice',
    );
    const again = new Estate();
    const nodes = again.group('Nodes');
    expect(() => again.tier({ securityGroups: [nodes], additionalSecurityGroups: [nodes] })).toThrow(
      '`securityGroups` and `additionalSecurityGroups` both have "Estate/Nodes"',
    );
  });

  test('more than 16 together, of another VPC, and beside a template', () => {
    const stack = new Estate();
    const groups = [...Array(10).keys()].map((index) => stack.group(`Group${index}`));
    const others = [...Array(10).keys()].map((index) => stack.group(`Other${index}`));
    expect(() => stack.tier({ securityGroups: groups, additionalSecurityGroups: others })).toThrow('got: 20');
    const foreign = new Estate();
    const vpc = new ec2.Vpc(foreign, 'Second', { maxAzs: 2 });
    const group = new ec2.SecurityGroup(foreign, 'Foreign', { vpc });
    expect(() => foreign.tier({ additionalSecurityGroups: [group] })).toThrow(
      "`additionalSecurityGroups` must be of the cluster's VPC",
    );
    const shared = new Estate();
    const template = new NodeTemplate(shared, 'Template', { instanceTypes: [T3] });
    expect(() =>
      shared
        .cluster({ instanceTypes: undefined })
        .addTier('a', { template, additionalSecurityGroups: [shared.group('X')] }),
    ).toThrow("`template` excludes the tier's own node fields, got: `additionalSecurityGroups`");
  });

  test('not with a warning only where a shared template gets one', () => {
    const stack = new Estate();
    const template = new NodeTemplate(stack, 'Template', { instanceTypes: [T3] });
    const tier = stack.cluster({ instanceTypes: undefined }).addTier('a', { template });
    tier.autoScalingGroup.addSecurityGroup(stack.group('X'));
    expect(JSON.stringify(tier.node.metadata)).toContain('InstanceTier.addSecurityGroup');
  });
});

describe("a capacity provider's name that is taken", () => {
  test.each<[string, (stack: Estate) => void]>([
    [
      'by the old provider of the cluster',
      (stack) => {
        const cluster = stack.cluster();
        cluster.addAsgCapacityProvider(stack.oldProvider('Old', 'api-cp'));
        cluster.addTier('general', { capacityProviderName: 'api-cp' });
      },
    ],
    [
      'by a tier of another cluster',
      (stack) => {
        stack.cluster().addTier('general', { capacityProviderName: 'api-cp' });
        stack.cluster({}, 'Second').addTier('general', { capacityProviderName: 'api-cp' });
      },
    ],
    [
      'by an L1',
      (stack) => {
        stack.cluster().addTier('general', { capacityProviderName: 'api-cp' });
        new ecs.CfnCapacityProvider(stack, 'L1', { name: 'api-cp' });
      },
    ],
    [
      'by another tier',
      (stack) => {
        const cluster = stack.cluster();
        for (const name of ['a', 'b']) cluster.addTier(name, { capacityProviderName: 'api-cp' });
      },
    ],
  ])('is refused: %s', (_kind, make) => {
    const stack = new Estate();
    make(stack);
    expect(() => Template.fromStack(stack)).toThrow(
      '`capacityProviderName` must be unique, got "api-cp" twice: ',
    );
  });

  test('is not one of another name, or one that is generated', () => {
    const stack = new Estate();
    const cluster = stack.cluster();
    cluster.addAsgCapacityProvider(stack.oldProvider('Old', 'api-old'));
    cluster.addAsgCapacityProvider(stack.oldProvider('Other'));
    cluster.addTier('general', { capacityProviderName: 'api-cp' });
    expect(() => Template.fromStack(stack)).not.toThrow();
  });
});

describe('the providers of a cluster are counted with Fargate and with own ones', () => {
  function estate(tiers: number, fargate: boolean, own: number): () => void {
    const stack = new Estate();
    const cluster = stack.cluster({ enableFargateCapacityProviders: fargate, instanceTypes: undefined });
    const template = new NodeTemplate(stack, 'Template', { instanceTypes: [T3] });
    for (let index = 0; index < tiers; index += 1) cluster.addTier(`t${index}`, { template });
    for (let index = 0; index < own; index += 1)
      cluster.addAsgCapacityProvider(stack.oldProvider(`Own${index}`));
    return () => Template.fromStack(stack);
  }

  test('20 pass', () => {
    expect(estate(17, true, 1)).not.toThrow();
  });

  test('more do not', () => {
    expect(estate(19, true, 0)).toThrow('at most 20 capacity providers, got: 21, 19 of tiers and 2 others');
    expect(estate(19, false, 2)).toThrow('got: 21, 19 of tiers and 2 others');
  });
});

describe('an image on which no node can join', () => {
  const ssm = (name: string) => ec2.MachineImage.fromSsmParameter(name);
  const MINIMAL = '/aws/service/ami-amazon-linux-latest/al2023-ami-minimal-kernel-default-x86_64';

  test.each<[string, ec2.IMachineImage]>([
    ['Amazon Linux 2023 as it is', ec2.MachineImage.latestAmazonLinux2023()],
    ['the same, in the context', ec2.MachineImage.latestAmazonLinux2023({ cachedInContext: true })],
    ['the minimal image', ssm(MINIMAL)],
    ['the minimal image at launch', ec2.MachineImage.resolveSsmParameterAtLaunch(MINIMAL)],
    ['the same by NodeImage', NodeImage.fromSsmParameter(MINIMAL)],
    ['Ubuntu', ssm('/aws/service/canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id')],
    [
      'an image of EKS',
      ssm('/aws/service/eks/optimized-ami/1.31/amazon-linux-2023/x86_64/standard/recommended/image_id'),
    ],
    [
      'Amazon Linux 2023 looked up',
      ec2.MachineImage.lookup({ name: 'al2023-ami-2023.*-x86_64', owners: ['amazon'] }),
    ],
  ])('has no agent: %s', (_kind, machineImage) => {
    expect(() => new Estate().tier({ machineImage })).toThrow('an image without the ECS agent');
  });

  test.each<[string, ec2.IMachineImage]>([
    ['of ECS', ecs.EcsOptimizedImage.amazonLinux2()],
    ['of ECS, in the context', ecs.EcsOptimizedImage.amazonLinux2(undefined, { cachedInContext: true })],
    ['of ECS, for GPUs', ecs.EcsOptimizedImage.amazonLinux2(ecs.AmiHardwareType.GPU)],
    [
      'by NodeImage',
      NodeImage.fromSsmParameter('/aws/service/ecs/optimized-ami/amazon-linux-2/recommended/image_id'),
    ],
    ['plain', ec2.MachineImage.latestAmazonLinux2()],
    [
      'looked up',
      ec2.MachineImage.lookup({ name: 'amzn2-ami-ecs-hvm-2.0.*-x86_64-ebs', owners: ['amazon'] }),
    ],
  ])('is Amazon Linux 2: %s', (_kind, machineImage) => {
    expect(() => new Estate().tier({ machineImage })).toThrow(
      /Amazon Linux.*Leave `machineImage` out, or write `NodeImage.amazonLinux2023\(\)` \(UnsupportedImage/,
    );
  });

  test('is seen where an aspect has changed it', () => {
    const stack = new Estate();
    const tier = stack.cluster().addTier('general');
    const resource = tier._launchTemplate.node.defaultChild as ec2.CfnLaunchTemplate;
    resource.addPropertyOverride('LaunchTemplateData.ImageId', `resolve:ssm:${MINIMAL}`);
    expect(() => Template.fromStack(stack)).toThrow('an image without the ECS agent');
  });

  test.each<[string, ec2.IMachineImage]>([
    ['the default', NodeImage.amazonLinux2023()],
    ['that of ECS', ecs.EcsOptimizedImage.amazonLinux2023()],
    [
      'that of ECS, in the context',
      ecs.EcsOptimizedImage.amazonLinux2023(undefined, { cachedInContext: true }),
    ],
    ['that for GPUs', ecs.EcsOptimizedImage.amazonLinux2023(ecs.AmiHardwareType.GPU)],
    ['one by its id', ec2.MachineImage.genericLinux({ 'eu-central-1': 'ami-0123456789abcdef0' })],
    ['one of a parameter of yours', ssm('/golden/amazon-linux-2/image')],
    ['one of a parameter that is a token', NodeImage.fromSsmParameter('/golden/image')],
    [
      'the one of ECS looked up',
      ec2.MachineImage.lookup({ name: 'al2023-ami-ecs-hvm-2023.*', owners: ['amazon'] }),
    ],
    ['any looked up', ec2.MachineImage.lookup({ name: 'al2023-ami*' })],
  ])('is none of these: %s', (_kind, machineImage) => {
    expect(() => new Estate().tier({ machineImage })).not.toThrow();
  });

  test('has no agent, and a step installs it', () => {
    const machineImage = ec2.MachineImage.latestAmazonLinux2023();
    const bootstrapSteps = [BootstrapStep.installPackages(['ecs-init'])];
    expect(() => new Estate().tier({ machineImage, bootstrapSteps })).not.toThrow();
  });
});

describe('an A1 instance', () => {
  const A1 = new ec2.InstanceType('a1.2xlarge');

  test.each<[string, InstanceTierOptions]>([
    ['alone', { instanceTypes: [A1] }],
    ['among others', { instanceTypes: [ARM, A1] }],
    [
      'with the image of ECS',
      {
        instanceTypes: [A1],
        machineImage: ecs.EcsOptimizedImage.amazonLinux2023(ecs.AmiHardwareType.ARM),
      },
    ],
  ])('is refused with Amazon Linux 2023: %s', (_kind, options) => {
    expect(() => new Estate().tier(options)).toThrow(
      '`instanceTypes` must not have a1.2xlarge with Amazon Linux 2023, which does not boot on A1',
    );
  });

  test('passes with an image of yours, and so does a type that is a token', () => {
    const machineImage = ec2.MachineImage.genericLinux({ 'eu-central-1': 'ami-0123456789abcdef0' });
    expect(() => new Estate().tier({ instanceTypes: [A1], machineImage })).not.toThrow();
    const unknown = new ec2.InstanceType(Token.asString({ Ref: 'Type' }));
    expect(() => new Estate().tier({ instanceTypes: [unknown] })).not.toThrow();
  });
});
