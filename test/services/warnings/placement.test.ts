import { Annotations, Match } from 'aws-cdk-lib/assertions';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { Consolidation, EcsAutoScaledCluster, type InstanceTierProps } from '../../../src';
import { SMALL, TestStack, taskDefinition } from '../../helpers/estate';

const NIGHT = Consolidation.scheduled({ schedule: ScheduleExpression.cron({ hour: '3', minute: '0' }) });
const TIER = { name: 'general', instanceTypes: [SMALL], consolidation: NIGHT };

function warnings(
  services: Partial<ecs.Ec2ServiceProps>[],
  tiers: InstanceTierProps[] = [TIER],
  change: (stack: TestStack, cluster: EcsAutoScaledCluster) => void = () => {},
): string[] {
  const stack = new TestStack();
  const cluster = stack.cluster({ tiers });
  services.forEach((props, index) => {
    const definition = taskDefinition(stack, `TaskDefinition${index}`);
    new ecs.Ec2Service(stack, `Service${index}`, {
      cluster,
      taskDefinition: definition,
      minHealthyPercent: 100,
      ...props,
    });
  });
  change(stack, cluster);
  return Annotations.fromStack(stack)
    .findWarning('*', Match.stringLikeRegexp('has `consolidation`, and services on it spread'))
    .map(({ id, entry }) => `${id}: ${entry.data}`);
}

test('a tier with consolidation whose services spread is warned about once, with their names', () => {
  expect(
    warnings([{}, { placementStrategies: [ecs.PlacementStrategy.randomly()] }, { daemon: true }]),
  ).toEqual([
    expect.stringMatching(
      /^\/Estate\/Orders\/Tiers\/general: .*"Estate\/Service0", "Estate\/Service1"\. Packing.*packedPlacement\(\)`\. \[ack: .*InstanceTier\.consolidation\]/,
    ),
  ]);
});

test('the first five services are named', () => {
  expect(warnings(Array(7).fill({}))).toEqual([expect.stringContaining('"Estate/Service4" and 2 more.')]);
});

test('nothing is said of services that pack their tasks, or of a tier without services', () => {
  const placementStrategies = EcsAutoScaledCluster.packedPlacement();
  expect(
    warnings([{ placementStrategies }, { placementStrategies: [ecs.PlacementStrategy.packedByCpu()] }]),
  ).toEqual([]);
  expect(warnings([])).toEqual([]);
});

test('nothing is said of a tier without consolidation, or of one on which the services do not run', () => {
  expect(warnings([{}], [{ name: 'general', instanceTypes: [SMALL] }])).toEqual([]);
  expect(
    warnings(
      [{}],
      [
        { name: 'general', instanceTypes: [SMALL] },
        { ...TIER, name: 'other' },
      ],
    ),
  ).toEqual([]);
});

test('a strategy that an override gives counts', () => {
  const packed = (stack: TestStack) => {
    const service = stack.node.findChild('Service0').node.findChild('Service') as ecs.CfnService;
    service.addPropertyOverride('PlacementStrategies', [{ Type: 'binpack', Field: 'memory' }]);
  };
  expect(warnings([{}], [TIER], packed)).toEqual([]);
});
