import { App, Duration } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as sns from 'aws-cdk-lib/aws-sns';
import { type InstanceTierProps, NodeRepair, NodeReplacement } from '../../src';
import { DESCRIBED_AT_ONCE, NODES_AT_ONCE } from '../../src/fleet/at-once';
import { only, SMALL, TestStack } from '../helpers/estate';
import {
  allowedTo,
  apartFromLogs,
  callsOf,
  definition,
  deployed,
  pattern,
  policies,
  resourcesOf,
  statesOf,
} from './machine';

const MACHINE = 'AWS::StepFunctions::StateMachine';
const tier = (name: string, repair?: NodeRepair): InstanceTierProps => ({
  name,
  instanceTypes: [SMALL],
  repair,
});

/** The tags of repair on the groups of a stack, group by group. */
const tagsOf = (stack: TestStack): Record<string, any>[] =>
  Object.values<any>(stack.template.findResources('AWS::AutoScaling::AutoScalingGroup')).map(
    ({ Properties }) =>
      Object.fromEntries(
        Properties.Tags.filter(({ Key }: any) => Key.startsWith('EcsRepair')).map(
          ({ Key, Value, PropagateAtLaunch }: any) => {
            expect(PropagateAtLaunch).toBe(false);
            return [Key.replace('EcsRepair', ''), deployed(Value)];
          },
        ),
      ),
  );

describe('the repair of a stack', () => {
  const stack = new TestStack();
  const topic = new sns.Topic(stack, 'Topic');
  stack.cluster({ repair: NodeRepair.replace({ topic }) });
  const { template } = stack;
  const machine = definition(template, 'Repair');
  const states = Object.fromEntries(statesOf(machine));
  const cluster = only(template, 'AWS::ECS::Cluster').id;

  test('is started by what ECS says of the health of a node, of whichever cluster', () => {
    expect(pattern(template, 'Repair')).toEqual({
      source: ['aws.ecs'],
      'detail-type': ['ECS Container Instance Health Change'],
      detail: { overallStatus: ['IMPAIRED'] },
    });
  });

  test('may give nodes of its groups up and take them out of its clusters, and read; beyond that log, trace and publish', () => {
    expect(apartFromLogs(policies(template, 'Repair').flat())).toEqual([
      {
        Sid: 'GiveNodesUp',
        Effect: 'Allow',
        Action: ['autoscaling:SetInstanceHealth', 'autoscaling:CompleteLifecycleAction'],
        Resource: 'arn:aws:autoscaling:eu-central-1:111122223333:autoScalingGroup:*:autoScalingGroupName/*',
        Condition: { StringEquals: { 'aws:ResourceTag/EcsRepair': 'Estate' } },
      },
      expect.objectContaining({ Sid: 'ReadGroups', Resource: '*' }),
      { Effect: 'Allow', Action: 'sns:Publish', Resource: expect.stringMatching(/^<Topic/) },
      {
        Sid: 'FindAndTakeOut',
        Effect: 'Allow',
        Action: ['ecs:ListContainerInstances', 'ecs:DeregisterContainerInstance'],
        Resource: [`<${cluster}.Arn>`],
      },
      {
        Sid: 'ReadHealth',
        Effect: 'Allow',
        Action: 'ecs:DescribeContainerInstances',
        Resource: 'arn:aws:ecs:eu-central-1:111122223333:container-instance/*',
        Condition: { ArnEquals: { 'ecs:cluster': [`<${cluster}.Arn>`] } },
      },
    ]);
  });

  test('asks for each permission that it has, and for no other', () => {
    expect(callsOf(machine)).toEqual(allowedTo(template, 'Repair'));
  });

  test('ends at once for a node of another stack, of another group, or without a group', () => {
    expect(states['Is it in a group'].Choices[0]).toEqual({
      Condition: `{% $group = '' %}`,
      Next: 'It is gone',
    });
    expect(states['Read the group'].Assign.ours).toBe(
      "{% $exists($states.result.AutoScalingGroups[0].Tags[Key = 'EcsRepair' and Value = 'Estate']) %}",
    );
    expect(states['Is it ours'].Choices[0].Next).toBe('Not ours');
    // Nothing of ECS is asked before: the run may do that in its own clusters only.
    expect(states['Is it ours'].Default).toBe('Look at the node');
  });

  test('goes by what ECS says of the health, never by whether the agent is connected at the moment', () => {
    expect(states['Look at the node'].Output).toContain('HealthStatus.OverallStatus');
    expect(JSON.stringify(states['Look at the node'])).not.toContain('AgentConnected');
  });

  test('gives a node up before it takes it out of the cluster, without its grace period', () => {
    expect(states['Give it up'].Arguments).toEqual({
      InstanceId: '{% $node %}',
      HealthStatus: 'Unhealthy',
      ShouldRespectGracePeriod: false,
    });
    expect(states['Give it up'].Next).toBe('Take it out of the cluster');
    expect(states['Take it out of the cluster'].Arguments.Force).toBe(true);
  });

  test('goes on looking whatever fails, and gives up after a day, or before its history is full', () => {
    const calls = statesOf(machine).filter(([, { Type }]) => Type === 'Task' || Type === 'Map');
    // The calls within a map fail with it.
    const within = statesOf(machine).flatMap(([, { ItemProcessor }]) =>
      Object.keys(ItemProcessor?.States ?? {}),
    );
    const uncaught = calls.filter(([name, { Catch }]) => Catch === undefined && !within.includes(name));
    expect(uncaught).toEqual([]);
    const [nothing, tooLong] = states['Is it looked at again'].Choices;
    expect(nothing.Next).toBe('Nothing more is done');
    expect(tooLong.Condition).toBe('{% $waited >= $after + 86400 or $entries > 15000 %}');
    expect(states[tooLong.Next].Type).toBe('Fail');
  });

  test('looks rarely enough that a day of looks at 500 nodes fits into a history', () => {
    let [seconds, looks] = [0, 0];
    while (seconds < 86_400) seconds += Math.min(3600, 300 * ++looks);
    const estimated = (nodes: number) =>
      80 + 8 * Math.ceil(nodes / NODES_AT_ONCE) + 8 * Math.ceil(nodes / DESCRIBED_AT_ONCE);
    expect(looks * estimated(500)).toBeLessThan(15_000);
    expect(estimated(500)).toBeGreaterThanOrEqual(entriesOfALook(500));
    // The wait until the node has gone: a task, two choices, a call for the hook, one that completes it, a wait.
    expect(15_000 + estimated(500) + 210 * (5 + 2 + 5 + 2 + 5 + 2 + 2)).toBeLessThan(25_000);
  });

  test('is there before its groups are changed, and is one, however many tiers', () => {
    const { DependsOn } = only(template, 'AWS::AutoScaling::AutoScalingGroup');
    for (const type of ['AWS::Events::Rule', MACHINE, 'AWS::IAM::Policy']) {
      for (const [id] of resourcesOf(template, 'Repair', type)) expect(DependsOn).toContain(id);
    }
    const other = new TestStack();
    other.cluster({ repair: NodeRepair.replace(), tiers: [tier('a'), tier('b')] }, 'One');
    other.cluster({ repair: NodeRepair.replace() }, 'Two');
    other.template.resourceCountIs(MACHINE, 1);
  });
});

/** A task has five entries; a map two, and two for each item; a choice, a pass or a wait two. */
function entriesOfALook(nodes: number): number {
  const loop = 2 + 5 + 2 + 5 + 2 + 5 + 2 + 5 + 2; // to the refresh
  const members = 2 + Math.ceil(nodes / 200) * (5 + 2);
  const counts = 2 + 2 + 2 + 2 + 2 + 2;
  const maps = (5 + 2) * (Math.ceil(nodes / NODES_AT_ONCE) + Math.ceil(nodes / DESCRIBED_AT_ONCE));
  return loop + members + counts + maps;
}

describe('the values of a tier', () => {
  test('are in tags of its group, those of its cluster unless it has its own', () => {
    const stack = new TestStack(new App(), 'Estate', {
      env: { account: '111122223333', region: 'eu-central-1' },
    });
    const topics = ['One', 'Two'].map((id) => new sns.Topic(stack, id));
    stack.cluster({
      repair: NodeRepair.replace({ topic: topics[0] }),
      tiers: [
        tier('a'),
        tier(
          'b',
          NodeRepair.replace({ after: Duration.minutes(30), maxUnhealthyPercentage: 5, topic: topics[1] }),
        ),
        tier('c', NodeRepair.notify(topics[1], { after: Duration.hours(1) })),
        tier('d', NodeRepair.none()),
      ],
    });
    const [a, b, c, d] = tagsOf(stack);
    expect([a, b, c, d].map(({ Values }) => Values?.replace(/ account=.*/, ''))).toEqual([
      'action=replace after=600 share=20',
      'action=replace after=1800 share=5',
      'action=notify after=3600 share=20',
      undefined,
    ]);
    expect(d).toEqual({});
    const nameOf = ({ Topic }: any) => JSON.stringify(Topic);
    expect(nameOf(a)).toContain('One');
    expect([nameOf(b), nameOf(c)]).toEqual([expect.stringContaining('Two'), nameOf(b)]);
  });

  test('are none without the option, and then there is no state machine', () => {
    const stack = new TestStack();
    stack.cluster({ repair: NodeRepair.none() });
    expect(tagsOf(stack)).toEqual([{}]);
    stack.template.resourceCountIs(MACHINE, 0);
    const other = new TestStack();
    other.cluster();
    expect(other.template.toJSON()).toEqual(stack.template.toJSON());
  });

  test.each([
    ['rolling()', NodeReplacement.rolling()],
    ['allAtOnce()', NodeReplacement.allAtOnce()],
  ])('work with %s, and with a topic of another stack or by its ARN', (_, replacement) => {
    const app = new App();
    const own = new sns.Topic(new TestStack(app, 'Topics'), 'Topic');
    const stack = new TestStack(app);
    const imported = sns.Topic.fromTopicArn(stack, 'Topic', 'arn:aws:sns:eu-central-1:111122223333:alerts');
    stack.cluster({
      replacement,
      tiers: [own, imported].map((topic, index) => tier(`t${index}`, NodeRepair.replace({ topic }))),
    });
    const tags = tagsOf(stack);
    expect(JSON.stringify(tags[0].Topic)).toContain('Fn::ImportValue');
    expect(tags[1].Topic).toBe('alerts');
    expect(tags[1].Values).toBe('action=replace after=600 share=20 account=111122223333');
  });
});

describe('fifty clusters with the longest names in one stack', () => {
  const stack = new TestStack();
  for (let index = 0; index < 50; index += 1) {
    const topic = sns.Topic.fromTopicArn(
      stack,
      `Topic${index}`,
      `arn:aws:sns:eu-central-1:111122223333:${String(index).padEnd(256, 't')}`,
    );
    stack.cluster(
      { clusterName: `c${index}`.padEnd(255, 'x'), repair: NodeRepair.replace({ topic }) },
      `Cluster${index}`,
    );
  }
  const template = Template.fromStack(stack);

  test('share one state machine and one rule, whose pattern EventBridge takes', () => {
    template.resourceCountIs(MACHINE, 1);
    expect(JSON.stringify(pattern(template, 'Repair')).length).toBeLessThan(2048);
  });

  test('have policies that IAM takes, ten managed ones at most on a role', () => {
    const lengths = (type: string) =>
      Object.values<any>(template.findResources(type))
        .filter(({ Properties }) => JSON.stringify(Properties.Roles ?? []).includes('Repair'))
        .map(({ Properties }) => JSON.stringify(deployed(Properties.PolicyDocument)).length);
    const managed = lengths('AWS::IAM::ManagedPolicy');
    expect(Math.max(...managed)).toBeLessThan(6144);
    expect(lengths('AWS::IAM::Policy').reduce((sum, length) => sum + length, 0)).toBeLessThan(10_240);
    expect(managed.length).toBeLessThanOrEqual(10);
  });

  test('name each cluster and each topic once', () => {
    const text =
      JSON.stringify(template.findResources('AWS::IAM::ManagedPolicy')) +
      JSON.stringify(template.findResources('AWS::IAM::Policy'));
    for (let index = 0; index < 50; index += 1) {
      expect(text.split(`:${String(index).padEnd(256, 't')}"`)).toHaveLength(2);
    }
  });
});

describe('what is wrong is refused', () => {
  test.each([
    [
      'a short time',
      () => NodeRepair.replace({ after: Duration.minutes(4) }),
      '`after` must be a duration from 300 s to 24 hours, got: 240 s (InvalidRepair)',
    ],
    [
      'parts of a second',
      () => NodeRepair.replace({ after: Duration.millis(300_500) }),
      '`after` must be a duration in whole seconds',
    ],
    [
      'a third of the nodes',
      () => NodeRepair.replace({ maxUnhealthyPercentage: 33 }),
      '`maxUnhealthyPercentage` must be a whole number of percent from 1 to 32, got: 33 (InvalidRepair)',
    ],
    ['no share', () => NodeRepair.replace({ maxUnhealthyPercentage: 0 }), 'from 1 to 32, got: 0'],
    [
      'a part of one',
      () => NodeRepair.replace({ maxUnhealthyPercentage: 0.2 }),
      '20 percent are written as 20',
    ],
    [
      'a long time',
      () => NodeRepair.notify(new sns.Topic(new TestStack(), 'T'), { after: Duration.days(2) }),
      'got: 48 hours',
    ],
    ['no topic', () => NodeRepair.notify(undefined as any), '`topic` must be an sns.ITopic, got: undefined'],
    [
      'a FIFO topic',
      () => NodeRepair.notify(new sns.Topic(new TestStack(), 'T', { fifo: true })),
      '`topic` must be a standard topic, got: a FIFO topic',
    ],
    [
      'a FIFO topic',
      () => NodeRepair.replace({ topic: new sns.Topic(new TestStack(), 'T', { fifo: true }) }),
      '(InvalidTopic)',
    ],
  ])('%s', (_, make, message) => {
    expect(make).toThrow(message);
  });

  test('a text in place of the value, with what to write', () => {
    expect(() => new TestStack().cluster({ repair: 'replace' as any })).toThrow(
      '`repair` must be a NodeRepair: `NodeRepair.replace()`, `NodeRepair.notify(topic)` or `NodeRepair.none()`, ' +
        'got: "replace". Write `NodeRepair.replace()`',
    );
  });

  test('a topic of another region, with the path of the tier', () => {
    const stack = new TestStack(new App(), 'Estate', {
      env: { account: '111122223333', region: 'eu-central-1' },
    });
    const topic = sns.Topic.fromTopicArn(stack, 'Topic', 'arn:aws:sns:us-east-1:111122223333:alerts');
    expect(() => stack.cluster({ repair: NodeRepair.replace({ topic }) })).toThrow(
      /`topic` must be of the region of the cluster \(eu-central-1\), got: one of us-east-1.*Tiers\/general/s,
    );
  });
});

test('a topic with a key of its own can be sent to', () => {
  const stack = new TestStack();
  const masterKey = new kms.Key(stack, 'Key');
  const topic = new sns.Topic(stack, 'Topic', { masterKey });
  stack.cluster({ repair: NodeRepair.replace({ topic }) });
  stack.template.hasResourceProperties('AWS::IAM::Policy', {
    PolicyDocument: {
      Statement: Match.arrayWith([Match.objectLike({ Action: ['kms:Decrypt', 'kms:GenerateDataKey*'] })]),
    },
  });
});
