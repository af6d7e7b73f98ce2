import { App } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as elb from 'aws-cdk-lib/aws-elasticloadbalancing';
import { type InstanceTierOptions, NodeReplacement } from '../../../src';
import { SMALL, TestStack } from '../../helpers/estate';
import { ec2Service, warning } from '../helpers';

const ID = 'Service.availabilityZoneRebalancing';
const MARKS = NodeReplacement.rolling({ maxHealthyPercentage: 110, cordon: true });
const { ENABLED, DISABLED } = ecs.AvailabilityZoneRebalancing;

interface Case {
  readonly service?: Partial<ecs.Ec2ServiceProps>;
  readonly tier?: Partial<InstanceTierOptions>;
  readonly vpc?: (stack: TestStack) => ec2.IVpc;
  readonly after?: (service: ecs.Ec2Service, stack: TestStack) => void;
}

function warned({ service = {}, tier = {}, vpc = ({ vpc }) => vpc, after }: Case) {
  const env = { account: '123456789012', region: 'eu-central-1' };
  const stack = new TestStack(new App({ treeMetadata: false }), 'Estate', { env });
  const cluster = stack.cluster({
    vpc: vpc(stack),
    tiers: [{ name: 'general', instanceTypes: [SMALL], replacement: MARKS, ...tier }],
  });
  const made = ec2Service(stack, cluster, { desiredCount: 4, ...service });
  after?.(made, stack);
  return warning(stack, ID);
}

const ONE_ZONE: ec2.SubnetSelection = { availabilityZones: ['eu-central-1a'] };
const spread = (field: string) => [ecs.PlacementStrategy.spreadAcross(field)];

test('names the tier, the service and what to set', () => {
  expect(warned({})).toMatchObject({
    path: '/Estate/Api/Service',
    message:
      'A roll of the tiers "general" of the cluster "Estate/Orders" moves each task once (`cordon: ' +
      'true`). ECS then moves tasks of the service "Estate/Api" once more, to even out Availability ' +
      'Zones. It does so for new services unless they say otherwise. Where a task must move once only, ' +
      'set `availabilityZoneRebalancing: ecs.AvailabilityZoneRebalancing.DISABLED`.',
  });
});

test.each<[string, Case]>([
  ['it is switched on', { service: { availabilityZoneRebalancing: ENABLED } }],
  [
    'tasks are spread over zones first',
    { service: { placementStrategies: spread(ecs.BuiltInAttributes.AVAILABILITY_ZONE) } },
  ],
  ['how many tasks there are is not known', { service: { desiredCount: undefined } }],
])('is given where %s', (_, each) => {
  expect(warned(each)).toBeDefined();
});

test.each<[string, Case]>([
  ['it is switched off', { service: { availabilityZoneRebalancing: DISABLED } }],
  ['the service is a daemon', { service: { daemon: true, desiredCount: undefined, minHealthyPercent: 0 } }],
  ['there is one task', { service: { desiredCount: 1 } }],
  ['there is no room for another task', { service: { minHealthyPercent: 50, maxHealthyPercent: 100 } }],
  ['tasks are packed', { service: { placementStrategies: [ecs.PlacementStrategy.packedByCpu()] } }],
  ['tasks are spread over nodes first', { service: { placementStrategies: spread('instanceId') } }],
  [
    'a constraint names the zone',
    {
      service: {
        placementConstraints: [ecs.PlacementConstraint.memberOf('attribute:ecs.availability-zone == a')],
      },
    },
  ],
  [
    'it is behind a Classic Load Balancer',
    {
      after: (service, stack) =>
        service.attachToClassicLB(new elb.LoadBalancer(stack, 'Balancer', { vpc: stack.vpc })),
    },
  ],
  ['all nodes are in one zone', { tier: { vpcSubnets: ONE_ZONE } }],
  [
    'the zones are still to be looked up',
    { vpc: (stack) => ec2.Vpc.fromLookup(stack, 'LookedUp', { vpcName: 'main' }) },
  ],
  ['nodes are drained together, at a surge of 200', { tier: { replacement: NodeReplacement.rolling() } }],
  ['nothing is cordoned', { tier: { replacement: NodeReplacement.rolling({ maxHealthyPercentage: 110 }) } }],
  ['running nodes stay', { tier: { replacement: NodeReplacement.onNextLaunch() } }],
])('is not given where %s', (_, each) => {
  expect(warned(each)).toBeUndefined();
});
