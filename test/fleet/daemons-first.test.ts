import * as ecs from 'aws-cdk-lib/aws-ecs';
import { type InstanceTierOptions, NodeReplacement, NodeTemplate } from '../../src';
import { only, SMALL, TestStack, taskDefinition } from '../helpers/estate';
import { allowedTo, callsOf, definition, policies, statesOf } from './machine';

const replacement = NodeReplacement.rolling({ daemonsFirst: true });

/** The user data of the one launch template: its text is in the template as it is. */
const userDataOf = (stack: TestStack) =>
  JSON.stringify(only(stack.template, 'AWS::EC2::LaunchTemplate').Properties.LaunchTemplateData.UserData);

/** What the agent gets of attributes. */
const attributesIn = (stack: TestStack) => {
  const [, json] = /ECS_INSTANCE_ATTRIBUTES=(\{.*?\})/.exec(userDataOf(stack).replaceAll('\\', '')) ?? [];
  return JSON.parse(json ?? '{}');
};

const withTier = (tier: InstanceTierOptions) => {
  const stack = new TestStack();
  stack.cluster({ replacement, tiers: [{ name: 'general', instanceTypes: [SMALL], ...tier }] });
  return stack;
};

describe('a tier whose daemons come first', () => {
  const stack = new TestStack();
  const cluster = stack.cluster({ replacement });
  cluster.addAlarms();
  new ecs.Ec2Service(stack, 'Api', {
    cluster,
    taskDefinition: taskDefinition(stack),
    minHealthyPercent: 100,
  });
  new ecs.Ec2Service(stack, 'Agent', {
    cluster,
    taskDefinition: taskDefinition(stack, 'AgentTask'),
    daemon: true,
    minHealthyPercent: 0,
  });
  const { template } = stack;
  const machine = definition(template, 'ReadinessGate');
  const states = Object.fromEntries(statesOf(machine));

  test('has nodes that register with the mark, next to the attributes of the user', () => {
    expect(attributesIn(stack)).toEqual({ held: 'starting' });
    expect(attributesIn(withTier({ agent: { instanceAttributes: { team: 'orders' } } }))).toEqual({
      held: 'starting',
      team: 'orders',
    });
    expect(userDataOf(withTier({ replacement: NodeReplacement.rolling() }))).not.toContain('held');
  });

  test('has replicas that keep off the mark, and daemons that do not', () => {
    const constraints = Object.values<any>(template.findResources('AWS::ECS::Service')).map(
      ({ Properties }) => [Properties.SchedulingStrategy ?? 'REPLICA', Properties.PlacementConstraints],
    );
    expect(Object.fromEntries(constraints)).toEqual({
      REPLICA: [{ Type: 'memberOf', Expression: 'attribute:held !exists' }],
      DAEMON: undefined,
    });
    expect(replacement.needsPlacementConstraint).toBe(true);
  });

  test('has a gate that asks for each permission that it has, and for no other', () => {
    const statements = policies(template, 'ReadinessGate').flat();
    expect(callsOf(machine)).toEqual(allowedTo(template, 'ReadinessGate'));
    const { id } = only(template, 'AWS::ECS::Cluster');
    const condition = { ArnEquals: { 'ecs:cluster': [`<${id}.Arn>`] } };
    for (const sid of ['ListServices', 'ReadServices', 'OpenNodes'])
      expect(statements.find(({ Sid }) => Sid === sid)).toMatchObject({ Condition: condition });
  });

  test('has a gate that goes back to waiting whatever fails', () => {
    const calls = Object.entries(machine.States as Record<string, any>).filter(([, { Type }]) =>
      ['Task', 'Map'].includes(Type),
    );
    for (const [name, { Catch, Retry }] of calls) {
      expect([name, Retry, Catch?.length]).toEqual([name, undefined, 1]);
      expect([name, Catch[0].Next]).toEqual([
        name,
        expect.stringMatching(/^(Joined|Is time left|Read its state|Open it)$/),
      ]);
    }
  });

  test('lets no node that is held go on, however often it is asked', () => {
    expect(states['Has the node joined'].Arguments.Filter).toContain("' and attribute:held !exists'");
    expect(states['Open it'].Arguments.Attributes).toEqual([
      { Name: 'held', TargetType: 'container-instance', TargetId: '{% $arn %}' },
    ]);
  });

  test('names in an alarm that a node is in service without its daemons', () => {
    const alarms = Object.values<any>(stack.template.findResources('AWS::CloudWatch::Alarm'));
    const texts = alarms.map(({ Properties }) => JSON.stringify(Properties.AlarmDescription));
    expect(texts.filter((text) => text.includes('DaemonNotRunning'))).not.toEqual([]);
    for (const text of texts) expect(text.length).toBeLessThan(1400);
    expect(states['A daemon is missing'].Cause).toContain(
      'without daemons that did not run within 5 minutes',
    );
  });
});

test('the gate of a stack without it stays as it is: no permission, no state, the same filter', () => {
  const stack = new TestStack();
  stack.cluster({ replacement: NodeReplacement.rolling() });
  const machine = definition(stack.template, 'ReadinessGate');
  expect(callsOf(machine)).not.toContain('ecs:DeleteAttributes');
  expect(JSON.stringify(machine)).not.toContain('!exists');
});

test('a tier without it next to one with it: one gate for both, and marks for one', () => {
  const stack = new TestStack();
  stack.cluster({
    tiers: [
      { name: 'plain', instanceTypes: [SMALL], replacement: NodeReplacement.rolling() },
      { name: 'first', instanceTypes: [SMALL], replacement },
    ],
  });
  stack.template.resourcePropertiesCountIs('AWS::StepFunctions::StateMachine', {}, 2);
  expect(callsOf(definition(stack.template, 'ReadinessGate'))).toContain('ecs:DeleteAttributes');
  const templates = Object.values<any>(stack.template.findResources('AWS::EC2::LaunchTemplate'));
  expect(templates.map((one) => JSON.stringify(one).includes('held'))).toEqual([false, true]);
});

describe('daemons first is refused', () => {
  test('without the gate', () => {
    expect(() => NodeReplacement.rolling({ daemonsFirst: true, readinessGate: false })).toThrow(
      '`daemonsFirst: true` needs the readiness gate, which opens a node to tasks. Leave ' +
        '`readinessGate: false` out (InvalidReplacement)',
    );
  });

  test('with a shared template that a tier without it uses too, and not where all have it', () => {
    const shared = (other: NodeReplacement) => {
      const stack = new TestStack();
      const template = new NodeTemplate(stack, 'Standard', { instanceTypes: [SMALL] });
      stack.cluster({
        tiers: [
          { name: 'first', template, replacement },
          { name: 'other', template, replacement: other },
        ],
      });
      return stack;
    };
    expect(() => shared(NodeReplacement.rolling()).template).toThrow(
      '`NodeReplacement.rolling({ daemonsFirst: true })` must hold for all tiers of the template ' +
        '"Estate/Standard", as it is in their user data, and does not for: "Estate/Orders/Tiers/other"',
    );
    expect(userDataOf(shared(replacement))).toContain('held');
  });

  test('with ten attributes of the user', () => {
    const instanceAttributes = Object.fromEntries([...'abcdefghij'].map((name) => [name, 'x']));
    expect(() => withTier({ agent: { instanceAttributes } })).toThrow(
      'Leave one out, or set `NodeReplacement.rolling({ cordon: false })` and ' +
        '`NodeReplacement.rolling({ daemonsFirst: false })`',
    );
  });
});
