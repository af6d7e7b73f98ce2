import { App, CfnParameter, Fn, NestedStack, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import {
  AgentInstanceIpCompatibility,
  BootstrapStep,
  DockerAuth,
  EcsAutoScaledCluster,
  type InstanceTierProps,
} from '../../src';
import { SMALL, TestStack } from '../helpers/estate';
import { warning } from '../services/helpers';

const ID = 'InstanceTier.isolatedSubnets';
const { PUBLIC, PRIVATE_ISOLATED, PRIVATE_WITH_EGRESS } = ec2.SubnetType;
type Service = ec2.InterfaceVpcEndpointAwsService;
const { ECS, ECS_AGENT, ECS_TELEMETRY, SECRETS_MANAGER } = ec2.InterfaceVpcEndpointAwsService;

interface Made {
  readonly stack: Stack;
  readonly vpc: ec2.Vpc;
  readonly cluster: EcsAutoScaledCluster;
}

function clusterIn(vpcProps: ec2.VpcProps, tier: Partial<InstanceTierProps> = {}, stack = newStack()): Made {
  const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 2, ...vpcProps });
  const tiers = [{ name: 'general', instanceTypes: [SMALL], ...tier }];
  return { stack, vpc, cluster: new EcsAutoScaledCluster(stack, 'Orders', { vpc, tiers }) };
}

function newStack(): Stack {
  return new Stack(new App(), 'Estate');
}

function subnets(subnetType: ec2.SubnetType, more: Partial<ec2.SubnetConfiguration> = {}): ec2.VpcProps {
  return { natGateways: 0, subnetConfiguration: [{ name: 'nodes', subnetType, ...more }] };
}

const ISOLATED = subnets(PRIVATE_ISOLATED);

function addEndpoints(vpc: ec2.IVpc, ...services: Service[]): void {
  for (const service of services) vpc.addInterfaceEndpoint(service.shortName, { service });
}

function addAgentEndpoints(vpc: ec2.IVpc): void {
  addEndpoints(vpc, ECS, ECS_AGENT, ECS_TELEMETRY);
}

function message({ stack }: { readonly stack: Stack }): string | undefined {
  return warning(stack, ID)?.message;
}

describe('a tier whose nodes have no way out', () => {
  test('gets a warning that names the subnets, and each endpoint with what needs it', () => {
    const made = clusterIn(ISOLATED);
    expect(warning(made.stack, ID)).toEqual({
      id: `cdk-ecs-auto-scaled-cluster:${ID}`,
      path: '/Estate/Orders/Tiers/general',
      message:
        'The tier "Estate/Orders/Tiers/general" has nodes in subnets without a way out ' +
        '(Estate/Vpc/nodesSubnet1, Estate/Vpc/nodesSubnet2): they cannot reach ECS, and never join the ' +
        'cluster. Choose subnets with a way out (`vpcSubnets`), or add VPC endpoints for ecs (the ' +
        'agent), ecs-agent (the agent), ecs-telemetry (the agent). Also missing, for what else the ' +
        'nodes and their tasks do: ssm (Session Manager), ssmmessages (Session Manager). Acknowledge ' +
        'this where another app adds routes or endpoints.',
    });
  });

  test.each<[string, ec2.VpcProps, Partial<InstanceTierProps>]>([
    ['private with egress, without a NAT', subnets(PRIVATE_WITH_EGRESS), {}],
    ['public, without public addresses', subnets(PUBLIC, { mapPublicIpOnLaunch: false }), {}],
    ['public, addresses refused by the tier', subnets(PUBLIC), { associatePublicIpAddress: false }],
    ['with a way out for IPv6 alone', { ...ISOLATED, ipProtocol: ec2.IpProtocol.DUAL_STACK }, {}],
    [
      'isolated, one of two chosen kinds',
      {
        natGateways: 1,
        subnetConfiguration: [
          { name: 'public', subnetType: PUBLIC },
          { name: 'isolated', subnetType: PRIVATE_ISOLATED },
        ],
      },
      { vpcSubnets: { subnetType: PRIVATE_ISOLATED } },
    ],
  ])('gets one in subnets that are %s', (_, vpcProps, tier) => {
    expect(message(clusterIn(vpcProps, tier))).toContain('for ecs (the agent), ecs-agent (the agent)');
  });

  test('gets one for the isolated ones of several subnets', () => {
    const stack = newStack();
    const vpc = new ec2.Vpc(stack, 'Vpc', {
      maxAzs: 1,
      natGateways: 1,
      subnetConfiguration: [
        { name: 'public', subnetType: PUBLIC },
        { name: 'private', subnetType: PRIVATE_WITH_EGRESS },
        { name: 'isolated', subnetType: PRIVATE_ISOLATED },
      ],
    });
    const vpcSubnets = { subnets: [...vpc.privateSubnets, ...vpc.isolatedSubnets] };
    new EcsAutoScaledCluster(stack, 'Orders', {
      vpc,
      vpcSubnets,
      instanceTypes: [SMALL],
      tiers: [{ name: 'a' }],
    });
    expect(message({ stack })).toContain('(Estate/Vpc/isolatedSubnet1)');
  });

  test('in public subnets is advised to take an address', () => {
    expect(message(clusterIn(subnets(PUBLIC), { associatePublicIpAddress: false }))).toContain(
      'give the nodes of public subnets an address (`associatePublicIpAddress: true`)',
    );
  });

  test('gets one in subnets that are L1s', () => {
    const stack = newStack();
    const vpc = new ec2.CfnVPC(stack, 'Vpc', { cidrBlock: '10.0.0.0/16' });
    const subnet = new ec2.CfnSubnet(stack, 'Nodes', { vpcId: vpc.ref, cidrBlock: '10.0.0.0/24' });
    const table = new ec2.CfnRouteTable(stack, 'Table', { vpcId: vpc.ref });
    new ec2.CfnSubnetRouteTableAssociation(stack, 'A', { subnetId: subnet.ref, routeTableId: table.ref });
    const imported = ec2.Vpc.fromVpcAttributes(stack, 'Imported', {
      vpcId: vpc.ref,
      availabilityZones: ['eu-central-1a'],
      privateSubnetIds: [subnet.ref],
    });
    new EcsAutoScaledCluster(stack, 'Orders', {
      vpc: imported,
      instanceTypes: [SMALL],
      tiers: [{ name: 'a' }],
    });
    expect(message({ stack })).toContain('(Estate/Nodes)');
  });

  test('gets one where the VPC is in another stack, or in a nested one', () => {
    const app = new App();
    const network = new Stack(app, 'Network');
    const vpc = new ec2.Vpc(network, 'Vpc', ISOLATED);
    const stack = new Stack(app, 'Estate');
    new EcsAutoScaledCluster(stack, 'Orders', { vpc, instanceTypes: [SMALL], tiers: [{ name: 'a' }] });
    expect(message({ stack })).toContain('Network/Vpc/nodesSubnet1');
    const outer = newStack();
    const nested = new ec2.Vpc(new NestedStack(outer, 'Nested'), 'Vpc', ISOLATED);
    new EcsAutoScaledCluster(outer, 'Orders', {
      vpc: nested,
      instanceTypes: [SMALL],
      tiers: [{ name: 'a' }],
    });
    expect(message({ stack: outer })).toContain('Estate/Nested/Vpc/nodesSubnet1');
  });
});

describe('endpoints', () => {
  test('stop the warning, added later too; one that is missing is named alone', () => {
    const made = clusterIn(ISOLATED);
    addEndpoints(made.vpc, ECS, ECS_AGENT);
    expect(message(made)).toContain('add VPC endpoints for ecs-telemetry (the agent). Also missing');
    const complete = clusterIn(ISOLATED);
    addAgentEndpoints(complete.vpc);
    expect(message(complete)).toBeUndefined();
  });

  test('are found in another stack, and in any subnets of the VPC', () => {
    const made = clusterIn({
      natGateways: 0,
      subnetConfiguration: [
        { name: 'nodes', subnetType: PRIVATE_ISOLATED },
        { name: 'public', subnetType: PUBLIC },
      ],
    });
    const other = new Stack(made.stack.node.root as App, 'Endpoints');
    for (const service of [ECS, ECS_AGENT, ECS_TELEMETRY])
      new ec2.InterfaceVpcEndpoint(other, service.shortName, {
        vpc: made.vpc,
        service,
        subnets: { subnetType: PUBLIC },
      });
    expect(message(made)).toBeUndefined();
  });

  test('of another VPC do not count', () => {
    const made = clusterIn(ISOLATED);
    addAgentEndpoints(new ec2.Vpc(made.stack, 'Other', ISOLATED));
    expect(message(made)).toContain('ecs-agent');
  });

  test('whose service is known at deployment only count as any', () => {
    const made = clusterIn(ISOLATED);
    const serviceName = new CfnParameter(made.stack, 'Name').valueAsString;
    new ec2.CfnVPCEndpoint(made.stack, 'E', {
      vpcId: made.vpc.vpcId,
      vpcEndpointType: 'Interface',
      serviceName,
    });
    expect(message(made)).toBeUndefined();
  });

  test.each<[string, (name: string) => string]>([
    ['a literal', (name) => `com.amazonaws.eu-central-1.${name}`],
    ['of China', (name) => `cn.com.amazonaws.cn-north-1.${name}`],
    ['a substitution', (name) => Fn.sub(`com.amazonaws.\${AWS::Region}.${name}`)],
  ])('are known by the end of their names: %s', (_, nameOf) => {
    const made = clusterIn(ISOLATED);
    for (const name of ['ecs', 'ecs-agent', 'ecs-telemetry'])
      new ec2.CfnVPCEndpoint(made.stack, name, {
        vpcId: made.vpc.vpcId,
        vpcEndpointType: 'Interface',
        serviceName: nameOf(name),
      });
    expect(message(made)).toBeUndefined();
  });
});

describe('what a boot cannot do without', () => {
  test('includes the secret of `dockerAuth`', () => {
    const stack = newStack();
    const dockerAuth = DockerAuth.fromSecret(new secretsmanager.Secret(stack, 'Registry'));
    const made = clusterIn(ISOLATED, { dockerAuth }, stack);
    addAgentEndpoints(made.vpc);
    expect(message(made)).toContain(
      'cannot reach what their boot needs, and never join the cluster. Choose subnets with a way out ' +
        '(`vpcSubnets`), or add VPC endpoints for secretsmanager (`dockerAuth`).',
    );
    const other = newStack();
    const secret = DockerAuth.fromSecret(new secretsmanager.Secret(other, 'Registry'));
    const complete = clusterIn(ISOLATED, { dockerAuth: secret }, other);
    addAgentEndpoints(complete.vpc);
    addEndpoints(complete.vpc, SECRETS_MANAGER);
    expect(message(complete)).toBeUndefined();
  });

  test('includes packages, whose repositories are in S3, unless the boot goes on without', () => {
    const packages = ['nfs-utils'];
    const made = clusterIn(ISOLATED, { bootstrapSteps: [BootstrapStep.installPackages(packages)] });
    addAgentEndpoints(made.vpc);
    expect(message(made)).toContain('for s3 (`installPackages`)');
    const optional = BootstrapStep.installPackages(packages, { continueOnError: true });
    const tolerant = clusterIn(ISOLATED, { bootstrapSteps: [optional] });
    addAgentEndpoints(tolerant.vpc);
    expect(message(tolerant)).toBeUndefined();
  });

  test('is served by a gateway endpoint in the route tables of the nodes only', () => {
    const bootstrapSteps = [BootstrapStep.installPackages(['nfs-utils'])];
    const twoKinds: ec2.VpcProps = {
      natGateways: 0,
      subnetConfiguration: [
        { name: 'nodes', subnetType: PRIVATE_ISOLATED },
        { name: 'public', subnetType: PUBLIC },
      ],
    };
    const service = ec2.GatewayVpcEndpointAwsService.S3;
    const everywhere = clusterIn(twoKinds, { bootstrapSteps });
    addAgentEndpoints(everywhere.vpc);
    everywhere.vpc.addGatewayEndpoint('S3', { service });
    expect(message(everywhere)).toBeUndefined();
    const elsewhere = clusterIn(twoKinds, { bootstrapSteps });
    addAgentEndpoints(elsewhere.vpc);
    elsewhere.vpc.addGatewayEndpoint('S3', { service, subnets: [{ subnetType: PUBLIC }] });
    expect(message(elsewhere)).toContain('for s3 (`installPackages`)');
  });

  test('does not include ECS where the agent has a proxy', () => {
    const agent = {
      httpProxy: 'proxy.internal:3128',
      noProxy: ['169.254.169.254', '169.254.170.2', '/var/run/docker.sock'],
    };
    expect(message(clusterIn(ISOLATED, { agent }))).toBeUndefined();
  });

  test('does not include what tasks need, which is only named', () => {
    const made = withTasks();
    expect(message(made)).toContain(
      'ssmmessages (Session Manager, ECS Exec), ecr.api (images in Amazon ECR), ecr.dkr (images in ' +
        'Amazon ECR), s3 (images in Amazon ECR), logs (the log driver awslogs), secretsmanager (secrets ' +
        'of containers)',
    );
    const complete = withTasks();
    addAgentEndpoints(complete.vpc);
    expect(message(complete)).toBeUndefined();
  });

  function withTasks(): Made {
    const made = clusterIn(ISOLATED);
    const taskDefinition = new ecs.Ec2TaskDefinition(made.stack, 'Task');
    taskDefinition.addContainer('web', {
      image: ecs.ContainerImage.fromEcrRepository(new ecr.Repository(made.stack, 'Images')),
      memoryLimitMiB: 64,
      logging: ecs.LogDrivers.awsLogs({ streamPrefix: 'web' }),
      secrets: { KEY: ecs.Secret.fromSecretsManager(new secretsmanager.Secret(made.stack, 'Key')) },
    });
    new ecs.Ec2Service(made.stack, 'Api', {
      cluster: made.cluster,
      taskDefinition,
      enableExecuteCommand: true,
    });
    return made;
  }
});

describe('no warning', () => {
  test.each<[string, ec2.VpcProps, Partial<InstanceTierProps>]>([
    ['a VPC as CDK makes it', {}, {}],
    ['public subnets', subnets(PUBLIC), {}],
    [
      'public subnets without addresses, which the tier asks for',
      subnets(PUBLIC, { mapPublicIpOnLaunch: false }),
      { associatePublicIpAddress: true },
    ],
    [
      'IPv6 out, and an agent that uses it',
      { ...subnets(PRIVATE_WITH_EGRESS), ipProtocol: ec2.IpProtocol.DUAL_STACK },
      { agent: { instanceIpCompatibility: AgentInstanceIpCompatibility.IPV6 } },
    ],
  ])('where there is a way out: %s', (_, vpcProps, tier) => {
    expect(message(clusterIn(vpcProps, tier))).toBeUndefined();
  });

  test.each<[string, Partial<ec2.CfnRouteProps>]>([
    ['a transit gateway', { transitGatewayId: 'tgw-0123456789abcdef0' }],
    ['a NAT instance', { instanceId: 'i-0123456789abcdef0' }],
    [
      'a peering, for a part of the addresses',
      { vpcPeeringConnectionId: 'pcx-0', destinationCidrBlock: '10.8.0.0/16' },
    ],
    ['a virtual private gateway', { gatewayId: 'vgw-0123456789abcdef0' }],
  ])('where a route leads to %s', (_, target) => {
    const made = clusterIn(subnets(PRIVATE_WITH_EGRESS));
    const other = new Stack(made.stack.node.root as App, 'Routes');
    for (const [index, { routeTable }] of made.vpc.privateSubnets.entries())
      new ec2.CfnRoute(other, `R${index}`, {
        routeTableId: routeTable.routeTableId,
        destinationCidrBlock: '0.0.0.0/0',
        ...target,
      });
    expect(message(made)).toBeUndefined();
  });

  test('where a gateway of a VPN propagates its routes', () => {
    const made = clusterIn(ISOLATED);
    made.vpc.enableVpnGateway({ type: 'ipsec.1', vpnRoutePropagation: [{ subnetType: PRIVATE_ISOLATED }] });
    expect(message(made)).toBeUndefined();
  });

  test('for a VPC of another app, in isolated subnets too', () => {
    const stack = new TestStack();
    const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Other', {
      vpcId: 'vpc-0123456789abcdef1',
      availabilityZones: ['eu-central-1a'],
      isolatedSubnetIds: ['subnet-0eeeeeeeeeeeeeee0'],
    });
    new EcsAutoScaledCluster(stack, 'Orders', { vpc, instanceTypes: [SMALL], tiers: [{ name: 'a' }] });
    expect(message({ stack })).toBeUndefined();
  });

  test('where the route table is that of the VPC, which no template shows', () => {
    const stack = newStack();
    const vpc = new ec2.CfnVPC(stack, 'Vpc', { cidrBlock: '10.0.0.0/16' });
    const subnet = new ec2.CfnSubnet(stack, 'Nodes', { vpcId: vpc.ref, cidrBlock: '10.0.0.0/24' });
    const imported = ec2.Vpc.fromVpcAttributes(stack, 'Imported', {
      vpcId: vpc.ref,
      availabilityZones: ['eu-central-1a'],
      privateSubnetIds: [subnet.ref],
    });
    new EcsAutoScaledCluster(stack, 'Orders', {
      vpc: imported,
      instanceTypes: [SMALL],
      tiers: [{ name: 'a' }],
    });
    expect(message({ stack })).toBeUndefined();
  });
});
