import * as ecs from 'aws-cdk-lib/aws-ecs';
import fc from 'fast-check';
import { LARGE, SMALL, TestStack } from '../helpers/estate';
import { ec2Service, warningIds } from './helpers';
import { SENDERS } from './senders';

const TIERS = [
  { name: 'small', instanceTypes: [SMALL], agent: { instanceAttributes: { size: 'small' } } },
  { name: 'large', instanceTypes: [LARGE], agent: { instanceAttributes: { size: 'large' } } },
];

/** A service, or what sends a task, as plain apps have them; everything in it is right. */
const APPS = fc.record({
  memory: fc.integer({ min: 64, max: 1024 }),
  desiredCount: fc.option(fc.integer({ min: 1, max: 2 }), { nil: undefined }),
  awsvpc: fc.boolean(),
  daemon: fc.boolean(),
  strategy: fc.constantFrom('default', 'tier', 'both', 'fargate'),
  constraint: fc.constantFrom(
    undefined,
    'attribute:size exists',
    'attribute:ecs.os-type == linux',
    'distinct',
  ),
  sender: fc.constantFrom(...SENDERS),
  launchType: fc.constantFrom(undefined, 'EC2'),
});

type PlainApp = typeof APPS extends fc.Arbitrary<infer T> ? T : never;

const CONSTRAINTS: Record<string, ecs.PlacementConstraint> = {
  distinct: ecs.PlacementConstraint.distinctInstances(),
};

function warningsOf(app: PlainApp): string[] {
  const stack = new TestStack();
  const cluster = stack.cluster({ tiers: TIERS, enableFargateCapacityProviders: true });
  const onFargate = app.strategy === 'fargate';
  const isAwsvpc = app.awsvpc || onFargate;
  const taskDefinition = new ecs.TaskDefinition(stack, 'Web', {
    compatibility: isAwsvpc ? ecs.Compatibility.EC2_AND_FARGATE : ecs.Compatibility.EC2,
    networkMode: isAwsvpc ? ecs.NetworkMode.AWS_VPC : ecs.NetworkMode.BRIDGE,
    cpu: '256',
    memoryMiB: '1024',
  });
  taskDefinition.addContainer('web', {
    image: ecs.ContainerImage.fromRegistry('nginx'),
    memoryLimitMiB: app.memory,
  });
  const strategies: Record<string, ecs.CapacityProviderStrategy[] | undefined> = {
    tier: [cluster.tier('large').strategy()],
    both: [cluster.tier('small').strategy({ base: 1, weight: 0 }), cluster.tier('large').strategy()],
    fargate: [{ capacityProvider: 'FARGATE', weight: 1 }],
  };
  const isDaemon = app.daemon && !onFargate;
  const { constraint } = app;
  ec2Service(stack, cluster, {
    taskDefinition,
    daemon: isDaemon,
    desiredCount: isDaemon ? undefined : app.desiredCount,
    capacityProviderStrategies: isDaemon ? undefined : strategies[app.strategy],
    vpcSubnets:
      taskDefinition.networkMode === ecs.NetworkMode.AWS_VPC
        ? { subnets: stack.vpc.privateSubnets }
        : undefined,
    placementConstraints:
      constraint === undefined || onFargate
        ? undefined
        : [CONSTRAINTS[constraint] ?? ecs.PlacementConstraint.memberOf(constraint)],
  });
  app.sender(stack, cluster, { launchType: app.launchType });
  expect(() => stack.template).not.toThrow();
  return warningIds(stack);
}

test('an app in which everything is right has neither an error nor a warning', () => {
  fc.assert(
    fc.property(APPS, (app) => {
      expect(warningsOf(app)).toEqual([]);
    }),
    { numRuns: 12 },
  );
});
