import { CfnParameter } from 'aws-cdk-lib';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import type { InstanceTierProps } from '../../../src';
import { meets } from '../../../src/services/cluster-query';
import { ARM, SMALL, TestStack } from '../../helpers/estate';
import { ec2Service, ec2Task, warning, warningIds } from '../helpers';
import { ownProvider } from '../other-providers';

const ID = 'Service.placementConstraints';

function made(
  expression: string,
  tiers: Partial<InstanceTierProps>[] = [{}],
  props: Partial<ecs.Ec2ServiceProps> = {},
): TestStack {
  const stack = new TestStack();
  const cluster = stack.cluster({
    tiers: tiers.map((tier, index) => ({
      name: `tier${index}`,
      instanceTypes: [SMALL],
      defaultStrategy: { weight: 1 },
      ...tier,
    })),
  });
  ec2Service(stack, cluster, {
    placementConstraints: [ecs.PlacementConstraint.memberOf(expression)],
    ...props,
  });
  return stack;
}

const ATTRIBUTE = { agent: { instanceAttributes: { stack: 'production' } } };

test('an attribute that no agent registers is warned of, with what to set', () => {
  expect(warning(made('attribute:stack == production'), ID)?.message).toBe(
    'No node of the tier "tier0" meets the placement constraint `attribute:stack == production` of the service ' +
      '"Estate/Api" on the cluster "Estate/Orders": its tasks are never placed. Set "stack" in ' +
      '`agent.instanceAttributes` of a tier. Acknowledge this where the nodes get the attribute in another way.',
  );
});

test.each([
  'attribute:stack exists',
  'attribute:stack in [production, staging]',
  'attribute:stack =~ prod.*',
  'attribute:stack == production and attribute:ecs.os-type == linux',
  '(attribute:ecs.os-type == windows) or attribute:stack == production',
  'attribute:ecs.instance-type == m5.large',
  'attribute:ecs.instance-type =~ m5.*',
  'attribute:ecs.instance-type in [m5.large, m5.xlarge]',
  'attribute:ecs.instance-type != t3.small',
  'attribute:ecs.os-type == windows',
  'attribute:ecs.cpu-architecture == arm64',
  'not(attribute:ecs.cpu-architecture == x86_64)',
])('%s is warned of where no node meets it', (expression) => {
  expect(warning(made(expression), ID)?.message).toContain(`placement constraint \`${expression}\``);
});

test('a value that the attribute has not is warned of', () => {
  expect(warning(made('attribute:stack == staging', [ATTRIBUTE]), ID)?.message).toContain(
    'its tasks are never placed. Change the constraint',
  );
});

test('the constraint of a task definition counts, and that of a daemon', () => {
  const stack = new TestStack();
  const task = new ecs.Ec2TaskDefinition(stack, 'T', {
    placementConstraints: [ecs.PlacementConstraint.memberOf('attribute:disk == ssd')],
  });
  task.addContainer('c', { image: ecs.ContainerImage.fromRegistry('nginx'), memoryLimitMiB: 64 });
  ec2Service(stack, stack.cluster(), { taskDefinition: task });
  expect(warning(stack, ID)?.message).toContain('Set "disk" in `agent.instanceAttributes`');
  expect(warningIds(made('attribute:disk == ssd', [{}, {}], { daemon: true }))).toEqual([ID]);
});

test.each<[string, () => TestStack]>([
  ['the nodes have it', () => made('attribute:stack == production', [ATTRIBUTE])],
  ['the nodes of one of several tiers have it', () => made('attribute:stack == production', [{}, ATTRIBUTE])],
  ['a daemon is for one tier', () => made('attribute:stack exists', [{}, ATTRIBUTE], { daemon: true })],
  ['a type is one of several', () => made('attribute:ecs.instance-type =~ t3.*')],
  ['a pattern matches a part', () => made('attribute:ecs.instance-type =~ t3')],
  [
    'another architecture is that of another tier',
    () => made('attribute:ecs.cpu-architecture == arm64', [{}, { instanceTypes: [ARM] }]),
  ],
  ['the agent has it by itself', () => made('attribute:ecs.availability-zone == eu-central-1a')],
  ['it is a capability', () => made('attribute:ecs.capability.task-eni exists')],
  ['it is of the image', () => made('attribute:ecs.ami-id != ami-1234')],
  ['it is no attribute', () => made('task:group == databases')],
  ['a number of tasks is asked for', () => made('runningTasksCount == 1')],
  ['it is not understood', () => made('attribute:stack ~~~ production')],
  ['the library itself says it', () => made('attribute:held !exists')],
  [
    'a value is known at deployment only',
    () => {
      const stack = new TestStack();
      const value = new CfnParameter(stack, 'Value').valueAsString;
      const agent = { instanceAttributes: { stack: value } };
      const cluster = stack.cluster({ tiers: [{ name: 'a', instanceTypes: [SMALL], agent }] });
      ec2Service(stack, cluster, {
        placementConstraints: [ecs.PlacementConstraint.memberOf('attribute:stack == production')],
      });
      return stack;
    },
  ],
  [
    'other nodes of the cluster may have it',
    () => {
      const stack = new TestStack();
      const cluster = stack.cluster();
      cluster.addAsgCapacityProvider(ownProvider(stack));
      const service = ec2Service(stack, cluster, {
        taskDefinition: ec2Task(stack),
        placementConstraints: [ecs.PlacementConstraint.memberOf('attribute:stack exists')],
      });
      (service.node.defaultChild as ecs.CfnService).addPropertyOverride('LaunchType', 'EC2');
      return stack;
    },
  ],
])('nothing is said where %s', (_what, make) => {
  expect(warningIds(make())).toEqual([]);
});

test.each<[string, boolean | undefined]>([
  ['attribute:a == 1', true],
  ['attribute:a equals 2', false],
  ['attribute:b == 1', false],
  ['attribute:c == 1', undefined],
  ['attribute:b !exists and attribute:a exists', true],
  ['attribute:a == 2 or attribute:c exists', undefined],
  ['attribute:a == 2 and attribute:c exists', false],
  ['!(attribute:a == 2)', true],
  ['attribute:a !in [1, 2]', false],
  ['attribute:a in ["1", \'2\']', true],
  ['attribute:a not_equals 2 && (attribute:b exists || attribute:a exists)', true],
  ['attribute:a > 0', undefined],
  ['attribute:a ==', undefined],
  ['attribute:a =~ [', undefined],
  ['', undefined],
])('the query %s of a node that has a = 1, has no b and may have c: %s', (expression, truth) => {
  const known: Record<string, string | null> = { a: '1', b: null };
  expect(meets(expression, (name) => known[name])).toBe(truth);
});
