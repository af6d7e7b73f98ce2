/** Pairs of apps, made with the library: one for each cause, and what the plan says of the first tier. */
import { App, DefaultStackSynthesizer, Stack, Tags } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import {
  EcsAutoScaledCluster,
  NodeImage,
  NodeReplacement,
  NodeTemplate,
  PurchaseOption,
  Sysctl,
} from '../../src';

export const STACK_NAME = 'Estate';

const type = (name: string) => new ec2.InstanceType(name);

/** What differs from app to app. */
export interface Wishes {
  readonly replacement?: NodeReplacement;
  readonly types?: string[];
  readonly somaxconn?: number;
  readonly subnet?: string;
  readonly clusterName?: string;
  readonly tier?: string;
  readonly max?: number;
  readonly min?: number;
  readonly desiredNodes?: number;
  readonly provider?: string;
  readonly spot?: boolean;
  /** Two clusters share one node template. */
  readonly shared?: boolean;
  readonly tag?: string;
  readonly groupName?: string;
  readonly container?: string;
  readonly desired?: number;
}

/** The template of an app. Each is made once. */
export function estate(wishes: Wishes): any {
  const known = made.get(wishes) ?? synthesized(wishes);
  made.set(wishes, known);
  return known;
}

const made = new Map<Wishes, any>();

function synthesized(wishes: Wishes): any {
  const synthesizer = new DefaultStackSynthesizer({ generateBootstrapVersionRule: false });
  const stack = new Stack(new App({ analyticsReporting: false }), STACK_NAME, { synthesizer });
  const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
    vpcId: 'vpc-0123456789abcdef0',
    availabilityZones: ['us-east-1a', 'us-east-1b'],
    privateSubnetIds: ['subnet-0aaaaaaaaaaaaaaa0', wishes.subnet ?? 'subnet-0bbbbbbbbbbbbbbb0'],
  });
  const node = {
    machineImage: NodeImage.fromSsmParameter('/estate/image'),
    instanceTypes: (wishes.types ?? ['t3.small']).map(type),
    sysctls: [Sysctl.somaxconn(wishes.somaxconn ?? 1000)],
  };
  const cluster = new EcsAutoScaledCluster(stack, 'Orders', {
    vpc,
    clusterName: wishes.clusterName,
    replacement: wishes.replacement ?? NodeReplacement.rolling(),
    ...(wishes.shared ? {} : node),
  });
  const options = {
    minCapacity: wishes.min,
    maxCapacity: wishes.max,
    desiredCapacity: wishes.desiredNodes,
    capacityProviderName: wishes.provider,
    purchase: wishes.spot ? PurchaseOption.spot() : undefined,
  };
  if (wishes.shared) {
    const template = new NodeTemplate(stack, 'Standard', node);
    cluster.addTier('general', { ...options, template });
    const search = new EcsAutoScaledCluster(stack, 'Search', {
      vpc,
      replacement: NodeReplacement.onNextLaunch(),
    });
    search.addTier('general', { template });
  } else cluster.addTier(wishes.tier ?? 'general', options);
  if (wishes.tag) Tags.of(cluster).add('commit', wishes.tag);
  if (wishes.groupName) {
    const group = cluster.tiers[0].autoScalingGroup.node.defaultChild as autoscaling.CfnAutoScalingGroup;
    group.addPropertyOverride('AutoScalingGroupName', wishes.groupName);
  }
  const taskDefinition = new ecs.Ec2TaskDefinition(stack, 'TaskDefinition');
  taskDefinition.addContainer('web', {
    image: ecs.ContainerImage.fromRegistry(wishes.container ?? 'nginx:1'),
    memoryLimitMiB: 128,
  });
  new ecs.Ec2Service(stack, 'Api', {
    cluster,
    taskDefinition,
    minHealthyPercent: 100,
    desiredCount: wishes.desired,
  });
  return Template.fromStack(stack).toJSON();
}

export const NEW_IMAGE = 'ami-0000000000000000b';
/** What most pairs begin with. */
const BASE: Wishes = {};
const next = NodeReplacement.onNextLaunch();
const NEXT: Wishes = { replacement: next };
const atOnce = NodeReplacement.allAtOnce();
const spread = { types: ['t3.small', 't3a.small'] };

export interface Pair {
  readonly before: Wishes;
  readonly after: Wishes;
  /** The image is newer at the second deployment. */
  readonly newImage?: boolean;
  /** What happens to the nodes of the first tier of the new app, when it is known whether the image is newer. */
  readonly verdict: string;
  /** What happens to the service. */
  readonly service?: string;
}

export const PAIRS: Readonly<Record<string, Pair>> = {
  nothing: { before: BASE, after: BASE, verdict: 'nothing' },
  'a sysctl': { before: BASE, after: { somaxconn: 2000 }, verdict: 'rolled' },
  'a sysctl, onNextLaunch()': {
    before: NEXT,
    after: { replacement: next, somaxconn: 2000 },
    verdict: 'new-nodes-only',
  },
  'a sysctl, allAtOnce()': {
    before: { replacement: atOnce },
    after: { replacement: atOnce, somaxconn: 2000 },
    verdict: 'replaced-at-once',
  },
  'the maximum': { before: BASE, after: { max: 9 }, verdict: 'nothing' },
  'a tag': { before: { tag: 'a' }, after: { tag: 'b' }, verdict: 'new-nodes-only' },
  subnets: {
    before: BASE,
    after: { subnet: 'subnet-0ccccccccccccccc0' },
    verdict: 'refresh-that-replaces-nothing',
  },
  'the instance type': { before: BASE, after: { types: ['t3.large'] }, verdict: 'rolled' },
  'one more instance type': { before: BASE, after: spread, verdict: 'rolled' },
  'the order of types': {
    before: spread,
    after: { types: ['t3a.small', 't3.small'] },
    verdict: 'refresh-that-replaces-nothing',
  },
  'a type less': {
    before: { types: ['t3.small', 't3a.small', 't3.medium'] },
    after: spread,
    verdict: 'rolled',
  },
  image: { before: BASE, after: BASE, newImage: true, verdict: 'rolled' },
  'image, onNextLaunch()': {
    before: NEXT,
    after: NEXT,
    newImage: true,
    verdict: 'new-nodes-only',
  },
  'the name of a tier': { before: BASE, after: { tier: 'standard' }, verdict: 'new' },
  'a shared template': {
    before: { shared: true },
    after: { shared: true, somaxconn: 2000 },
    verdict: 'rolled',
  },
  'the surge': {
    before: { replacement: NodeReplacement.rolling({ maxHealthyPercentage: 150 }) },
    after: BASE,
    verdict: 'nothing',
  },
  "a provider's name": { before: { provider: 'one' }, after: { provider: 'two' }, verdict: 'nothing' },
  'a container': { before: BASE, after: { container: 'nginx:2' }, verdict: 'nothing', service: 'deployed' },
  'rolling() for the first time': {
    before: NEXT,
    after: { somaxconn: 2000 },
    verdict: 'rolled',
  },
  "a cluster's name": {
    before: { clusterName: 'a' },
    after: { clusterName: 'b' },
    verdict: 'rolled',
    service: 'replaced',
  },
  'the number of tasks': {
    before: { desired: 1 },
    after: { desired: 3 },
    verdict: 'nothing',
    service: 'settings',
  },
  "a group's name": {
    before: { groupName: 'g1', provider: 'fixed' },
    after: { groupName: 'g2', provider: 'fixed' },
    verdict: 'group-replaced',
  },
  spot: { before: BASE, after: { spot: true }, verdict: 'rolled' },
};
