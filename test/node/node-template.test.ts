import { App, Lazy, Size, Stack, Tags, Token } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as servicecatalog from 'aws-cdk-lib/aws-servicecatalog';
import {
  DockerAuth,
  EcsAutoScaledCluster,
  NodeImage,
  NodeImageResolution,
  type NodeProps,
  NodeRole,
  NodeTemplate,
  NodeVolume,
} from '../../src';
import { ARM, LARGE, only, SMALL, TestStack, testVpc } from '../helpers/estate';

const LAUNCH_TEMPLATE = 'AWS::EC2::LaunchTemplate';

/** The launch template's data of a cluster with one tier of its own. */
function dataOf(props: NodeProps, stack = new TestStack()): any {
  stack.cluster({ instanceTypes: [LARGE], ...props, tiers: [{ name: 'general' }] });
  return only(stack.template, LAUNCH_TEMPLATE).Properties.LaunchTemplateData;
}

describe('a node', () => {
  test('is secure by default: IMDSv2 with one hop, an encrypted gp3 root volume, no key pair', () => {
    const data = dataOf({});
    expect(data.MetadataOptions).toEqual({
      HttpEndpoint: 'enabled',
      HttpTokens: 'required',
      HttpPutResponseHopLimit: 1,
    });
    expect(data.BlockDeviceMappings).toEqual([
      { DeviceName: '/dev/xvda', Ebs: { Encrypted: true, VolumeType: 'gp3', DeleteOnTermination: true } },
    ]);
    expect(data).not.toHaveProperty('KeyName');
  });

  test('has a launch template with tags of its own by the override that the guide names, and none of the app', () => {
    const stack = new TestStack();
    Tags.of(stack).add('commit', 'abc');
    const { template } = stack.cluster().tier('general');
    const resource = template.node.findChild('LaunchTemplate').node.defaultChild as ec2.CfnLaunchTemplate;
    const tagSpecifications = [
      { ResourceType: 'launch-template', Tags: [{ Key: 'team', Value: 'payments' }] },
    ];
    resource.addPropertyOverride('TagSpecifications', tagSpecifications);
    expect(only(stack.template, LAUNCH_TEMPLATE).Properties.TagSpecifications).toEqual(tagSpecifications);
  });

  test('is terminated when it powers itself off, which it does when its bootstrap fails', () => {
    expect(dataOf({}).InstanceInitiatedShutdownBehavior).toBe('terminate');
  });

  test('takes what EC2 has to offer', () => {
    const stack = new TestStack();
    const data = dataOf(
      {
        instanceTypes: [SMALL],
        keyPair: ec2.KeyPair.fromKeyPairName(stack, 'Key', 'ops'),
        httpPutResponseHopLimit: 2,
        associatePublicIpAddress: true,
        detailedMonitoring: true,
        cpuCredits: ec2.CpuCredits.STANDARD,
        securityGroups: ['sg-0aaaaaaaaaaaaaaa0', 'sg-0bbbbbbbbbbbbbbb0'].map((id) =>
          ec2.SecurityGroup.fromSecurityGroupId(stack, id, id),
        ),
      },
      stack,
    );
    expect(data).toMatchObject({
      KeyName: 'ops',
      MetadataOptions: { HttpPutResponseHopLimit: 2 },
      Monitoring: { Enabled: true },
      CreditSpecification: { CpuCredits: 'standard' },
      NetworkInterfaces: [
        {
          AssociatePublicIpAddress: true,
          DeviceIndex: 0,
          Groups: ['sg-0aaaaaaaaaaaaaaa0', 'sg-0bbbbbbbbbbbbbbb0'],
        },
      ],
    });
  });

  test.each([0, 65, 1.5])('with a hop limit of %p is refused', (httpPutResponseHopLimit) => {
    expect(() => dataOf({ httpPutResponseHopLimit })).toThrow(
      '`httpPutResponseHopLimit` must be a whole number from 1 to 64, got: ' +
        `${httpPutResponseHopLimit} (InvalidHopLimit at Estate/Orders)`,
    );
  });

  test('whose user data is over the limit of EC2 is an error at synthesis, with the path', () => {
    const stack = new TestStack();
    const cluster = stack.cluster();
    cluster.tier('general').template.bootstrap.addCommands(`: ${'x'.repeat(17000)}`);
    expect(() => stack.template).toThrow('at Estate/Orders/Tiers/general/Template)');
  });
});

describe('tags of the app', () => {
  test('do not reach the launch template, where a tag with the commit would replace every node at every commit', () => {
    const templates = ['a1b2c3', 'd4e5f6'].map((commit) => {
      const stack = new TestStack();
      stack.cluster();
      Tags.of(stack.node.root).add('GitSha', commit);
      return only(stack.template, LAUNCH_TEMPLATE);
    });
    expect(templates[0]).toEqual(templates[1]);
    expect(JSON.stringify(templates[0])).not.toContain('TagSpecifications');
  });

  test('reach the nodes through the group', () => {
    const stack = new TestStack();
    stack.cluster();
    Tags.of(stack.node.root).add('team', 'payments');
    stack.template.hasResourceProperties('AWS::AutoScaling::AutoScalingGroup', {
      Tags: Match.arrayWith([{ Key: 'team', PropagateAtLaunch: true, Value: 'payments' }]),
    });
  });

  test('reach the volumes only when asked, sorted', () => {
    expect(dataOf({ volumeTags: { team: 'payments', cost: '42' } }).TagSpecifications).toEqual([
      {
        ResourceType: 'volume',
        Tags: [
          { Key: 'cost', Value: '42' },
          { Key: 'team', Value: 'payments' },
        ],
      },
    ]);
  });
});

describe('the image', () => {
  const parameterOf = (props: NodeProps) => {
    const stack = new TestStack();
    const { ImageId } = dataOf(props, stack);
    return ImageId.Ref ? stack.template.toJSON().Parameters[ImageId.Ref] : ImageId;
  };

  test('is the newest ECS-optimized Amazon Linux 2023 of each deployment', () => {
    expect(parameterOf({})).toEqual({
      Type: 'AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>',
      Default: '/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id',
    });
  });

  test('follows the architecture of the instance types', () => {
    expect(parameterOf({ instanceTypes: [ARM] }).Default).toBe(
      '/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended/image_id',
    );
  });

  test('can be chosen whenever an instance starts', () => {
    const machineImage = NodeImage.amazonLinux2023({ resolution: NodeImageResolution.AT_LAUNCH });
    expect(parameterOf({ machineImage })).toBe(
      'resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id',
    );
  });

  test.each(['20260414', '2023.0.20260414'])('can be pinned to the release %s', (release) => {
    const machineImage = NodeImage.amazonLinux2023({ resolution: NodeImageResolution.pinned(release) });
    expect(parameterOf({ machineImage }).Default).toBe(
      '/aws/service/ecs/optimized-ami/amazon-linux-2023/al2023-ami-ecs-hvm-2023.0.20260414-kernel-6.1-x86_64/image_id',
    );
    expect(parameterOf({ machineImage, instanceTypes: [ARM] }).Default).toBe(
      '/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/al2023-ami-ecs-hvm-2023.0.20260414-kernel-6.1-arm64/image_id',
    );
  });

  test.each(['latest', '2026-04-14', '2022.0.20260414'])('cannot be pinned to %p', (release) => {
    expect(() => NodeImageResolution.pinned(release)).toThrow(
      '`release` must be a release of the image such as "20260414" or "2023.0.20260414", got: ',
    );
  });

  test('is chosen at a time that can be read again', () => {
    const { AT_DEPLOYMENT, AT_LAUNCH } = NodeImageResolution;
    const resolutions = [AT_DEPLOYMENT, AT_LAUNCH, NodeImageResolution.pinned('20260414')];
    expect(resolutions.map(({ atLaunch, release }) => [atLaunch, release])).toEqual([
      [false, undefined],
      [true, undefined],
      [false, '20260414'],
    ]);
  });

  test('can be your own, from a parameter, whose root volume is left alone', () => {
    const data = dataOf({
      machineImage: NodeImage.fromSsmParameter('/images/node', { resolution: NodeImageResolution.AT_LAUNCH }),
    });
    expect(data.ImageId).toBe('resolve:ssm:/images/node');
    expect(data).not.toHaveProperty('BlockDeviceMappings');
    expect(() =>
      NodeImage.fromSsmParameter('/images/node', { resolution: NodeImageResolution.pinned('20260414') }),
    ).toThrow('cannot be pinned: name the parameter of the release instead');
    expect(() => NodeImage.fromSsmParameter('images of mine')).toThrow(
      '`parameterName` must be the name of an SSM parameter',
    );
  });

  test('can be any machine image of CDK, as one like Amazon Linux 2023', () => {
    const data = dataOf(
      { machineImage: ec2.MachineImage.genericLinux({ 'eu-central-1': 'ami-0123' }) },
      new TestStack(new App(), 'Estate', { env: { region: 'eu-central-1' } }),
    );
    expect(data.ImageId).toBe('ami-0123');
    expect(data.UserData).toBeDefined();
  });

  test('cannot be Bottlerocket or Windows, for which the bootstrap is not rendered', () => {
    expect(() => dataOf({ machineImage: new ecs.BottleRocketImage() })).toThrow(
      'the bootstrap cannot be rendered for Bottlerocket yet (UnsupportedImage',
    );
    expect(() =>
      dataOf({ machineImage: ecs.EcsOptimizedImage.windows(ecs.WindowsOptimizedVersion.SERVER_2022) }),
    ).toThrow('the bootstrap cannot be rendered for Windows (UnsupportedImage');
  });

  test('used alone is an ec2.IMachineImage', () => {
    const stack = new Stack();
    expect(NodeImage.amazonLinux2023().getImage(stack).osType).toBe(ec2.OperatingSystemType.LINUX);
  });
});

describe('instance types', () => {
  test.each<[string, ec2.InstanceType[], string]>([
    ['named twice', [LARGE, LARGE], '`instanceTypes` has "m7i.large" twice'],
    [
      'without a size',
      [new ec2.InstanceType('m7i')],
      '`instanceTypes` must have names of a family and a size such as m7i.large, got: "m7i" ' +
        '(InvalidInstanceTypes at',
    ],
    [
      'of Apple',
      [new ec2.InstanceType('mac2-m2.metal')],
      '`instanceTypes` must be of x86_64 or Graviton, got: mac2-m2.metal, which runs macOS alone ' +
        '(UnsupportedInstanceType at',
    ],
    ['that are none', [], '`instanceTypes` must have at least one instance type'],
    [
      'that are too many',
      [...Array(41).keys()].map((n) => new ec2.InstanceType(`m7i.${n}xlarge`)),
      '`instanceTypes` must have at most 40 instance types, got: 41',
    ],
  ])('%s are refused', (_what, instanceTypes, message) => {
    expect(() => dataOf({ instanceTypes })).toThrow(message);
  });

  test.each(['u-3tb1.56xlarge', 'p6-b200.48xlarge', 'c7i-flex.large'])(
    'may have a hyphen in the family: %s',
    (name) => {
      expect(dataOf({ instanceTypes: [new ec2.InstanceType(name)] }).InstanceType).toBe(name);
    },
  );

  test('may be known only at deployment', () => {
    expect(
      dataOf({ instanceTypes: [new ec2.InstanceType(Token.asString({ Ref: 'Type' }))] }).InstanceType,
    ).toEqual({ Ref: 'Type' });
  });
});

describe('volumes', () => {
  test('have size, type, IOPS, throughput and a key', () => {
    const stack = new TestStack();
    const encryptionKey = new kms.Key(stack, 'Key');
    const data = dataOf(
      {
        volumes: [
          NodeVolume.root({ size: Size.gibibytes(100), iops: 4000, throughput: 250, encryptionKey }),
          NodeVolume.additional('/dev/xvdb', {
            size: Size.gibibytes(500),
            volumeType: ec2.EbsDeviceVolumeType.IO2,
            iops: 20000,
            deleteOnTermination: false,
          }),
        ],
      },
      stack,
    );
    expect(data.BlockDeviceMappings).toEqual([
      {
        DeviceName: '/dev/xvda',
        Ebs: {
          VolumeSize: 100,
          VolumeType: 'gp3',
          Iops: 4000,
          Throughput: 250,
          Encrypted: true,
          KmsKeyId: { 'Fn::GetAtt': [expect.any(String), 'Arn'] },
          DeleteOnTermination: true,
        },
      },
      {
        DeviceName: '/dev/xvdb',
        Ebs: { VolumeSize: 500, VolumeType: 'io2', Iops: 20000, Encrypted: true, DeleteOnTermination: false },
      },
    ]);
  });

  test('say where they are and how large', () => {
    const size = Size.gibibytes(500);
    const volumes = [
      NodeVolume.root(),
      NodeVolume.root({ deviceName: '/dev/sda1', size }),
      NodeVolume.additional('/dev/xvdb', { size }),
    ];
    expect(volumes.map((volume) => [volume.isRoot, volume.deviceName, volume.size])).toEqual([
      [true, undefined, undefined],
      [true, '/dev/sda1', size],
      [false, '/dev/xvdb', size],
    ]);
  });

  test('under a key of your own can be started by Auto Scaling, which plain CDK does not see to', () => {
    const stack = new TestStack();
    dataOf({ volumes: [NodeVolume.root({ encryptionKey: new kms.Key(stack, 'Key') })] }, stack);
    stack.template.hasResourceProperties('AWS::KMS::Key', {
      KeyPolicy: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: 'kms:CreateGrant',
            Condition: {
              ArnEquals: {
                'aws:PrincipalArn': {
                  'Fn::Join': [
                    '',
                    Match.arrayWith([
                      Match.stringLikeRegexp(
                        'role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling$',
                      ),
                    ]),
                  ],
                },
              },
              Bool: { 'kms:GrantIsForAWSResource': 'true' },
            },
          }),
        ]),
      },
    });
  });

  test('beside an additional one keep the encrypted root', () => {
    const data = dataOf({ volumes: [NodeVolume.additional('/dev/xvdb', { size: Size.gibibytes(1) })] });
    expect(data.BlockDeviceMappings.map((mapping: any) => mapping.DeviceName)).toEqual([
      '/dev/xvda',
      '/dev/xvdb',
    ]);
  });

  test.each<[string, () => NodeProps, string]>([
    [
      'half a GiB',
      () => ({ volumes: [NodeVolume.root({ size: Size.mebibytes(512) })] }),
      '`size` must be a size in whole GiB from 1 GiB to 65536 GiB, got: 0.5 GiB',
    ],
    [
      'IOPS on a magnetic disk',
      () => ({ volumes: [NodeVolume.root({ volumeType: ec2.EbsDeviceVolumeType.ST1, iops: 100 })] }),
      '`iops` cannot be set for a volume of type st1',
    ],
    [
      'no IOPS on io2',
      () => ({ volumes: [NodeVolume.root({ volumeType: ec2.EbsDeviceVolumeType.IO2 })] }),
      '`iops` is required for a volume of type io2',
    ],
    [
      'too few IOPS on gp3',
      () => ({ volumes: [NodeVolume.root({ iops: 2999 })] }),
      '`iops` must be a whole number from 3000 to 80000, got: 2999',
    ],
    [
      'throughput on io2',
      () => ({
        volumes: [NodeVolume.root({ volumeType: ec2.EbsDeviceVolumeType.IO2, iops: 100, throughput: 250 })],
      }),
      '`throughput` can be set only for a volume of type gp3, not for io2',
    ],
    [
      'a strange device',
      () => ({ volumes: [NodeVolume.additional('sda', { size: Size.gibibytes(1) })] }),
      '`deviceName` must be a device name such as "/dev/xvdb", got: "sda"',
    ],
    [
      'two roots',
      () => ({ volumes: [NodeVolume.root(), NodeVolume.root()] }),
      '`volumes` must have at most one `NodeVolume.root()` (InvalidNodeVolume at Estate/',
    ],
    [
      'one device twice',
      () => ({ volumes: [NodeVolume.additional('/dev/xvda', { size: Size.gibibytes(1) })] }),
      '`volumes` has the device "/dev/xvda" twice',
    ],
    [
      'a root of an unknown image',
      () => ({ machineImage: NodeImage.fromSsmParameter('/x'), volumes: [NodeVolume.root()] }),
      'the device that this image boots from is not known: give `NodeVolume.root()` a `deviceName`',
    ],
  ])('with %s are refused', (_what, props, message) => {
    expect(() => dataOf(props())).toThrow(message);
  });

  test('with a key but without encryption are refused', () => {
    expect(() =>
      NodeVolume.root({ encrypted: false, encryptionKey: new kms.Key(new Stack(), 'Key') }),
    ).toThrow('`encryptionKey` cannot be set for a volume that is not `encrypted`');
  });

  test('may have a size that is known only at deployment', () => {
    expect(() => NodeVolume.root({ size: Size.gibibytes(Lazy.number({ produce: () => 5 })) })).not.toThrow();
  });
});

describe('a shared template', () => {
  const estate = () => {
    const app = new App();
    const shared = new TestStack(app, 'Shared');
    const template = new NodeTemplate(shared, 'Standard', { instanceTypes: [LARGE] });
    return { app, shared, template };
  };
  const clusterIn = (stack: TestStack, id: string, template: NodeTemplate) =>
    new EcsAutoScaledCluster(stack, id, { vpc: stack.vpc, tiers: [{ name: 'standard', template }] });

  test('is one launch template for all clusters of a stack and VPC', () => {
    const { app, template } = estate();
    const stack = new TestStack(app, 'Production');
    const [orders, search] = ['Orders', 'Search'].map((id) => clusterIn(stack, id, template));
    stack.template.resourceCountIs(LAUNCH_TEMPLATE, 1);
    stack.template.resourceCountIs('AWS::EC2::SecurityGroup', 1);
    expect(orders.tiers[0].template).toBe(search.tiers[0].template);
  });

  test('lets its nodes find their cluster in a tag, and writes no name into the user data', () => {
    const { app, template } = estate();
    const stack = new TestStack(app, 'Production');
    clusterIn(stack, 'Orders', template);
    const { LaunchTemplateData } = only(stack.template, LAUNCH_TEMPLATE).Properties;
    expect(LaunchTemplateData.MetadataOptions.InstanceMetadataTags).toBe('enabled');
    expect(JSON.stringify(LaunchTemplateData.UserData)).not.toContain('Orders');
    expect(JSON.stringify(LaunchTemplateData.UserData)).toContain('tags/instance');
  });

  test('of a tier of its own has the name written into it, and no tags in the metadata service', () => {
    const data = dataOf({});
    expect(data.MetadataOptions).not.toHaveProperty('InstanceMetadataTags');
    expect(JSON.stringify(data.UserData)).toMatch(/"Ref":"Orders[0-9A-F]{8}"/);
    expect(JSON.stringify(data.UserData)).not.toContain('tags/instance');
  });

  test('becomes a launch template of each stack, and exports no version number', () => {
    const { app, shared, template } = estate();
    const stacks = ['A', 'B'].map((id) => new TestStack(app, id));
    for (const stack of stacks) clusterIn(stack, 'Cluster', template);
    for (const stack of stacks) stack.template.resourceCountIs(LAUNCH_TEMPLATE, 1);
    shared.template.resourceCountIs(LAUNCH_TEMPLATE, 0);
    const outputs = Object.values(shared.template.findOutputs('*')).map((output) =>
      JSON.stringify(output.Value),
    );
    expect(outputs).toEqual([expect.stringContaining('"Ref":"StandardRole')]);
  });

  test('becomes a launch template of each VPC of a stack, with a security group in it', () => {
    const { app, template } = estate();
    const stack = new TestStack(app, 'Production');
    clusterIn(stack, 'Orders', template);
    new EcsAutoScaledCluster(stack, 'Search', {
      vpc: testVpc(stack, 'OtherVpc'),
      tiers: [{ name: 'standard', template }],
    });
    stack.template.resourceCountIs(LAUNCH_TEMPLATE, 2);
    stack.template.resourceCountIs('AWS::EC2::SecurityGroup', 2);
  });

  test('keeps its logical id when the first cluster that used it goes, or all nodes of the others would be replaced', () => {
    const ids = [['Orders', 'Search'], ['Search']].map((clusters) => {
      const { app, template } = estate();
      const stack = new TestStack(app, 'Production');
      for (const id of clusters) clusterIn(stack, id, template);
      return only(stack.template, LAUNCH_TEMPLATE).id;
    });
    expect(ids[0]).toBe(ids[1]);
  });

  test('lives in a nested stack of its own cluster too', () => {
    const { app, template } = estate();
    const stack = new TestStack(app, 'Production');
    clusterIn(stack, 'Orders', template);
    expect(() => app.synth()).not.toThrow();
  });

  test('whose role, secret and key are each of a third stack makes no cycle', () => {
    const app = new App();
    const [roles, keys, secrets, shared] = ['Roles', 'Keys', 'Secrets', 'Shared'].map(
      (id) => new Stack(app, id),
    );
    const encryptionKey = new kms.Key(keys, 'Key');
    const secret = new secretsmanager.Secret(secrets, 'Registry', { encryptionKey });
    const template = new NodeTemplate(shared, 'Standard', {
      instanceTypes: [LARGE],
      role: new NodeRole(roles, 'Role'),
      dockerAuth: DockerAuth.fromSecret(secret),
      volumes: [NodeVolume.root({ encryptionKey })],
    });
    const stacks = ['A', 'B'].map((id) => new TestStack(app, id));
    for (const stack of stacks) clusterIn(stack, 'Cluster', template);
    expect(() => app.synth()).not.toThrow();
    for (const stack of stacks) {
      stack.template.hasResourceProperties('AWS::IAM::Policy', {
        PolicyDocument: {
          Statement: Match.arrayWith([
            Match.objectLike({ Action: 'secretsmanager:GetSecretValue' }),
            Match.objectLike({ Action: 'kms:Decrypt', Condition: Match.anyValue() }),
          ]),
        },
      });
    }
  });

  test("of one tier cannot be another cluster's", () => {
    const stack = new TestStack();
    const { template } = stack.cluster().tier('general');
    expect(() => stack.cluster({ tiers: [{ name: 'a', template }] }, 'Other')).toThrow(
      '`template` belongs to a tier of Estate/Orders/Tiers: make a NodeTemplate to share ' +
        '(TemplateOfAnotherTier',
    );
  });
});

describe('the role', () => {
  const policiesOf = (template: Template) =>
    Object.values(template.findResources('AWS::IAM::Policy')).map((policy: any) => policy.Properties);

  test('may join and work for its own clusters only, and create none', () => {
    const stack = new TestStack();
    stack.cluster();
    stack.cluster({ role: undefined }, 'Search');
    const [orders] = policiesOf(stack.template);
    const text = JSON.stringify(orders);
    expect(text).not.toContain('CreateCluster');
    const join = orders.PolicyDocument.Statement.find(
      (statement: any) => statement.Sid === 'JoinTheClusters',
    );
    expect(join.Resource).toEqual([{ 'Fn::GetAtt': [expect.stringContaining('Orders'), 'Arn'] }]);
    const work = orders.PolicyDocument.Statement.find(
      (statement: any) => statement.Sid === 'WorkForTheClusters',
    );
    expect(work.Condition).toEqual({
      ArnEquals: { 'ecs:cluster': [{ 'Fn::GetAtt': [expect.stringContaining('Orders'), 'Arn'] }] },
    });
    expect(JSON.stringify(work.Resource)).toContain('container-instance/');
    for (const statement of orders.PolicyDocument.Statement) {
      if (statement.Resource === '*')
        expect(statement.Action).toEqual(['ecs:DiscoverPollEndpoint', 'ecr:GetAuthorizationToken']);
    }
  });

  test('gets one policy for all clusters of a stack', () => {
    const stack = new TestStack();
    const role = new NodeRole(stack, 'Role');
    stack.cluster({ role });
    stack.cluster({ role }, 'Search');
    const policies = policiesOf(stack.template);
    expect(policies).toHaveLength(1);
    expect(policies[0].PolicyDocument.Statement[0].Resource).toHaveLength(2);
  });

  test('shared by two stacks of one class gets a policy of another name from each, or the last deployment would win', () => {
    const app = new App();
    const role = new NodeRole(new Stack(app, 'Roles'), 'Role');
    const stacks = ['A', 'B'].map((id) => new TestStack(app, id));
    for (const stack of stacks) stack.cluster({ role });
    const names = stacks.map((stack) => JSON.stringify(policiesOf(stack.template)[0].PolicyName));
    expect(names[0]).not.toBe(names[1]);
  });

  test('has a policy by the id of the stack: one template may be deployed more than once', () => {
    class Product extends servicecatalog.ProductStack {
      public constructor(scope: Stack) {
        super(scope, 'Product');
        const role = iam.Role.fromRoleName(this, 'Role', 'nodes');
        new EcsAutoScaledCluster(this, 'Orders', {
          vpc: testVpc(this),
          role,
          tiers: [{ name: 'general', instanceTypes: [SMALL] }],
        });
      }
    }
    const stacks = [new TestStack(), new Product(new Stack(new App(), 'Catalog'))];
    (stacks[0] as TestStack).cluster();
    for (const stack of stacks) {
      const names = stack.node.findAll().filter((one): one is iam.CfnPolicy => one instanceof iam.CfnPolicy);
      expect(names.map(({ policyName }) => JSON.stringify(stack.resolve(policyName)))).toEqual([
        expect.stringMatching(
          /^\{"Fn::Join":\["",\["ecs-nodes-\w+-\w{8}-",\{"Fn::Select":\[2,\{"Fn::Split":\["\/",\{"Ref":"AWS::StackId"\}/,
        ),
      ]);
    }
  });

  test('that is imported twice has a policy of each import', () => {
    const stack = new TestStack();
    for (const id of ['Orders', 'Search'])
      stack.cluster({ role: iam.Role.fromRoleName(stack, `${id}Role`, 'nodes') }, id);
    const names = policiesOf(stack.template).map(({ PolicyName }) => JSON.stringify(PolicyName));
    expect(new Set(names).size).toBe(2);
  });

  test('in another stack can still be granted to through the group', () => {
    const app = new App();
    const role = new NodeRole(new Stack(app, 'Roles'), 'Role');
    const stacks = ['A', 'B'].map((id) => new TestStack(app, id));
    for (const stack of stacks)
      new s3.Bucket(stack, 'Bucket').grantRead(stack.cluster({ role }).tier('general').autoScalingGroup);
    const names = stacks.map((stack) => {
      const policies = policiesOf(stack.template);
      expect(policies).toHaveLength(2);
      return policies.map((policy) => JSON.stringify(policy.PolicyName));
    });
    expect(new Set(names.flat()).size).toBe(4);
    expect(() => app.synth()).not.toThrow();
  });

  test('may use Session Manager and Run Command, but read no parameters', () => {
    const stack = new TestStack();
    stack.cluster();
    stack.template.hasResourceProperties('AWS::IAM::Role', {
      Policies: [
        {
          PolicyName: 'SessionManager',
          PolicyDocument: {
            Statement: [
              {
                Action: Match.arrayWith(['ssmmessages:OpenDataChannel', 'ec2messages:GetMessages']),
                Effect: 'Allow',
                Resource: '*',
              },
            ],
          },
        },
      ],
    });
    expect(JSON.stringify(stack.template.toJSON())).not.toContain('ssm:GetParameter');
  });

  test('without Session Manager has no such permission', () => {
    const stack = new TestStack();
    stack.cluster({ role: new NodeRole(stack, 'Role', { sessionManager: false }) });
    expect(JSON.stringify(stack.template.toJSON())).not.toContain('ssmmessages');
  });

  test('that is not a NodeRole may use Session Manager too', () => {
    const stack = new TestStack();
    const role = new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com') });
    expect(NodeRole.isNodeRole(role)).toBe(false);
    stack.cluster({ role });
    stack.template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([Match.objectLike({ Sid: 'SessionManagerAndRunCommand' })]),
      },
    });
  });

  test('has the name, path, policies and boundary that are given to it', () => {
    const stack = new Stack();
    const boundary = iam.ManagedPolicy.fromManagedPolicyName(stack, 'Boundary', 'boundary');
    new NodeRole(stack, 'Role', {
      roleName: 'nodes',
      path: '/ecs/',
      description: 'mine',
      managedPolicies: [boundary],
      permissionsBoundary: boundary,
    });
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Role', {
      RoleName: 'nodes',
      Path: '/ecs/',
      Description: 'mine',
      ManagedPolicyArns: [Match.anyValue()],
      PermissionsBoundary: Match.anyValue(),
      AssumeRolePolicyDocument: {
        Statement: [{ Action: 'sts:AssumeRole', Principal: { Service: 'ec2.amazonaws.com' } }],
      },
    });
  });

  test('may read the instance tags only where the agent copies them', () => {
    const stack = new TestStack();
    stack.cluster();
    expect(JSON.stringify(stack.template.toJSON())).not.toContain('ec2:DescribeTags');
  });
});
