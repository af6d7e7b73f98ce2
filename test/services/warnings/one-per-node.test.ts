import * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import type { InstanceTierProps } from '../../../src';
import { SMALL, TestStack } from '../../helpers/estate';
import { ec2Service, ec2Task, warning, warningIds } from '../helpers';
import { ownProvider } from '../other-providers';

const ID = 'Service.onePerNode';
const DISTINCT = { placementConstraints: [ecs.PlacementConstraint.distinctInstances()] };

function made(
  props: Partial<ecs.Ec2ServiceProps>,
  tier: Partial<InstanceTierProps> = { maxCapacity: 3 },
  more?: (stack: TestStack, cluster: ReturnType<TestStack['cluster']>) => void,
): TestStack {
  const stack = new TestStack();
  const cluster = stack.cluster({ tiers: [{ name: 'general', instanceTypes: [SMALL], ...tier }] });
  more?.(stack, cluster);
  ec2Service(stack, cluster, props);
  return stack;
}

const withPort = (stack: TestStack) => ec2Task(stack, 'Fixed', { hostPort: 8080 });

test('more tasks than nodes, one a node, are warned of with the numbers', () => {
  expect(warning(made({ ...DISTINCT, desiredCount: 5 }), ID)?.message).toBe(
    'A node takes one task of the service "Estate/Api" (its constraint `distinctInstance`), and its tiers in ' +
      'the cluster "Estate/Orders" have at most 3 nodes: of its 5 tasks, 2 are never placed. Raise ' +
      '`maxCapacity` of a tier, or lower `desiredCount`.',
  );
});

test('just as many tasks as nodes are warned of: no deployment gets on', () => {
  expect(warning(made({ ...DISTINCT, desiredCount: 3 }), ID)?.message).toContain(
    'That is enough for its 3 tasks until it is deployed again: then no new task finds a node',
  );
});

test('a fixed host port counts as the constraint does', () => {
  const stack = new TestStack();
  const cluster = stack.cluster({ tiers: [{ name: 'general', instanceTypes: [SMALL], maxCapacity: 1 }] });
  ec2Service(stack, cluster, { taskDefinition: withPort(stack), desiredCount: 1 });
  expect(warning(stack, ID)?.message).toContain('(the host port 8080 of "web")');
});

test('the maximum of the group as an escape hatch leaves it counts, and that of its schedules', () => {
  const lowered = made({ ...DISTINCT, desiredCount: 2 }, { maxCapacity: 3 }, (_stack, cluster) => {
    const group = cluster.tier('general').autoScalingGroup.node
      .defaultChild as autoscaling.CfnAutoScalingGroup;
    group.addPropertyOverride('MaxSize', '1');
  });
  expect(warning(lowered, ID)?.message).toContain('have at most 1 node:');
  const schedule = autoscaling.Schedule.cron({ hour: '6', minute: '0' });
  const raised = made({ ...DISTINCT, desiredCount: 3 }, { maxCapacity: 3 }, (_stack, cluster) => {
    cluster.tier('general').autoScalingGroup.scaleOnSchedule('Morning', { schedule, maxCapacity: 5 });
  });
  expect(warningIds(raised)).toEqual([]);
});

test.each<[string, () => TestStack]>([
  ['there is a node more', () => made({ ...DISTINCT, desiredCount: 2 })],
  ['a task may stop', () => made({ ...DISTINCT, desiredCount: 3, minHealthyPercent: 50 })],
  ['the number of tasks is not known', () => made({ ...DISTINCT })],
  ['no task is wanted', () => made({ ...DISTINCT, desiredCount: 0 }, { maxCapacity: 0 })],
  ['a node takes several', () => made({ desiredCount: 5 })],
  ['it is a daemon', () => made({ ...DISTINCT, daemon: true })],
  [
    'there is other capacity for launch type EC2',
    () => {
      const stack = made({ ...DISTINCT, desiredCount: 5 }, {}, (inner, cluster) =>
        cluster.addAsgCapacityProvider(ownProvider(inner)),
      );
      const service = stack.node.findChild('Api').node.defaultChild as ecs.CfnService;
      service.addPropertyOverride('LaunchType', 'EC2');
      return stack;
    },
  ],
])('nothing is said where %s', (_what, make) => {
  expect(warningIds(make())).toEqual([]);
});
