import { App, NestedStack, Stack, Stage } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import fc from 'fast-check';
import {
  EcsAutoScaledCluster,
  type EcsAutoScaledClusterProps,
  NodeReplacement,
  NodeRole,
  PurchaseOption,
} from '../../src';
import { SMALL, TestStack, taskDefinition, testVpc } from '../helpers/estate';
import { deployed, policies } from './machine';

const rolling = NodeReplacement.rolling();
/** How many rules, machines, and groups with the gate's hook there are. */
const counts = (template: Template) => [
  ...['AWS::Events::Rule', 'AWS::StepFunctions::StateMachine'].map(
    (type) => Object.keys(template.findResources(type)).length,
  ),
  Object.values<any>(template.findResources('AWS::AutoScaling::AutoScalingGroup')).filter(
    ({ Properties }) => Properties.LifecycleHookSpecificationList !== undefined,
  ).length,
];

function clusterIn(
  stack: Stack,
  id: string,
  props: Partial<EcsAutoScaledClusterProps> = {},
): EcsAutoScaledCluster {
  const vpc = (stack.node.tryFindChild('Vpc') as ec2.IVpc | undefined) ?? testVpc(stack);
  return new EcsAutoScaledCluster(stack, id, {
    vpc,
    tiers: [{ name: 'general', instanceTypes: [SMALL] }],
    replacement: rolling,
    ...props,
  });
}

describe('one rule and one machine a stack, for the gate and for the cordon', () => {
  test('however many clusters and tiers', () => {
    const stack = new TestStack();
    for (const id of ['Orders', 'Search', 'Users']) {
      clusterIn(stack, id, { tiers: ['a', 'b'].map((name) => ({ name, instanceTypes: [SMALL] })) });
    }
    expect(counts(stack.template)).toEqual([2, 2, 6]);
  });

  test('in each of several stacks', () => {
    const app = new App();
    const stacks = ['One', 'Two'].map((id) => new TestStack(app, id));
    for (const stack of stacks) clusterIn(stack, 'Orders');
    for (const stack of stacks) expect(counts(stack.template)).toEqual([2, 2, 1]);
  });

  test('in a nested stack, which has a name of its own', () => {
    const parent = new TestStack();
    const nested = new NestedStack(parent, 'Nested');
    clusterIn(parent, 'Orders');
    clusterIn(nested, 'Search');
    expect(counts(parent.template)).toEqual([2, 2, 1]);
    expect(counts(Template.fromStack(nested))).toEqual([2, 2, 1]);
  });

  test('in the stacks of a stage', () => {
    const stage = new Stage(new App(), 'Production');
    const stack = new Stack(stage, 'Estate');
    clusterIn(stack, 'Orders');
    expect(counts(Template.fromStack(stack))).toEqual([2, 2, 1]);
  });
});

describe('a group that waits for its machines makes no loop', () => {
  const tiers = [
    { name: 'general', instanceTypes: [SMALL], minCapacity: 2 },
    {
      name: 'spot',
      instanceTypes: [SMALL, new ec2.InstanceType('t3a.small')],
      purchase: PurchaseOption.spot(),
    },
    {
      name: 'marked',
      instanceTypes: [SMALL],
      replacement: NodeReplacement.rolling({ maxHealthyPercentage: 110, cordon: true }),
    },
    { name: 'open', instanceTypes: [SMALL], replacement: NodeReplacement.rolling({ readinessGate: false }) },
  ];
  const serve = (stack: Stack, cluster: EcsAutoScaledCluster) =>
    new ecs.Ec2Service(stack, 'Api', {
      cluster,
      taskDefinition: taskDefinition(stack),
      minHealthyPercent: 100,
    });
  // What renders a stack for assertions refuses a template whose resources wait for each other.
  const rendered = (stack: Stack) => expect(counts(Template.fromStack(stack))[2]).toBe(3);

  test('with several tiers, on Spot too, and a service', () => {
    const stack = new TestStack();
    serve(stack, clusterIn(stack, 'Orders', { tiers }));
    rendered(stack);
  });

  test('in a nested stack, and in a stage', () => {
    const nested = new NestedStack(new TestStack(), 'Nested');
    serve(nested, clusterIn(nested, 'Orders', { tiers }));
    rendered(nested);
    const staged = new Stack(new Stage(new App(), 'Production'), 'Estate');
    serve(staged, clusterIn(staged, 'Orders', { tiers }));
    rendered(staged);
  });

  test('with a service of another stack, and a role that two stacks share', () => {
    const app = new App();
    const role = new NodeRole(new Stack(app, 'Shared'), 'Role');
    const stacks = ['One', 'Two'].map((id) => new TestStack(app, id));
    const [cluster] = stacks.map((stack) =>
      clusterIn(stack, 'Orders', { role, tiers: tiers.map((tier) => ({ ...tier })) }),
    );
    const services = new Stack(app, 'Services');
    serve(services, cluster);
    for (const stack of stacks) rendered(stack);
    expect(() => Template.fromStack(services)).not.toThrow();
  });
});

test('ids of users collide with none of ours', () => {
  const stack = new TestStack();
  for (const id of ['ReadinessGate', 'Cordon', 'Machine']) clusterIn(stack, id);
  expect(counts(stack.template)).toEqual([2, 2, 3]);
});

describe('hundreds of clusters in a stack', () => {
  const name = (index: number) => `a-name-of-some-length-that-is-not-rare-${index}`;
  const app = new App({
    context: { '@aws-cdk/core:stackResourceLimit': 0, '@aws-cdk/aws-iam:minimizePolicies': true },
  });
  const stack = new TestStack(app);
  for (let index = 0; index < 200; index++) {
    clusterIn(stack, `Cluster${index}`, { clusterName: index % 2 ? name(index) : undefined });
  }
  const { template } = stack;

  // What CloudFormation makes of a reference to a cluster: of one without a name, the stack's, the logical id
  // and twelve characters.
  const rendered = (statements: any[]) =>
    JSON.stringify({ Version: '2012-10-17', Statement: statements }).replace(
      /<(Cluster(\d+)\w{8})\.Arn>/g,
      (_, logicalId, index) => {
        const clusterName = index % 2 ? name(index) : `Estate-${logicalId}-0123456789AB`;
        return `arn:aws-us-gov:ecs:us-gov-west-1:111122223333:cluster/${clusterName}`;
      },
    );

  test.each(['ReadinessGate', 'Cordon'] as const)(
    'fit into the policies that a role can have: %s',
    (part) => {
      const [inline, ...managed] = policies(template, part);
      expect(rendered(inline).length).toBeLessThan(10_240);
      for (const statements of managed) expect(rendered(statements).length).toBeLessThan(6_144);
      expect(managed.length).toBeLessThanOrEqual(10);
    },
  );

  test.each(['ReadinessGate', 'Cordon'] as const)('are all named in them: %s', (part) => {
    const named = new Set(
      policies(template, part)
        .flat()
        .filter(
          (statement) =>
            statement.Sid === 'FindNodes' || String(statement.Action).includes('ListContainerInstances'),
        )
        .flatMap((statement) => statement.Resource),
    );
    expect(named.size).toBe(200);
  });

  test('have two rules whose patterns do not grow', () => {
    expect(counts(template)).toEqual([2, 2, 200]);
    for (const rule of Object.values(template.findResources('AWS::Events::Rule'))) {
      expect(JSON.stringify(deployed((rule as any).Properties.EventPattern)).length).toBeLessThan(400);
    }
  });
});

describe('no more than asked for', () => {
  const replacements = fc.oneof(
    fc.constant(NodeReplacement.onNextLaunch()),
    fc.constant(NodeReplacement.allAtOnce()),
    fc
      .record({
        maxHealthyPercentage: fc.constantFrom(110, 150, 200),
        cordon: fc.constantFrom(true, false, undefined),
        readinessGate: fc.constantFrom(true, false, undefined),
      })
      // Refused: draining needs the gate.
      .filter(
        ({ cordon, readinessGate, maxHealthyPercentage }) =>
          !(cordon && readinessGate === false && maxHealthyPercentage === 200),
      )
      .map((options) => NodeReplacement.rolling(options)),
  );

  test('no Lambda function and no custom resource, and of ours only what a tier has asked for', () => {
    fc.assert(
      fc.property(
        fc.array(replacements, { minLength: 1, maxLength: 3 }),
        fc.constantFrom(1, 2),
        (given, types) => {
          const stack = new TestStack();
          const instanceTypes = [SMALL, new ec2.InstanceType('t3a.small')].slice(0, types);
          clusterIn(stack, 'Orders', {
            tiers: given.map((replacement, index) => ({ name: `tier${index}`, instanceTypes, replacement })),
          });
          const found = Object.values<any>(stack.template.toJSON().Resources).map(
            ({ Type }) => Type as string,
          );
          expect(found.filter((type) => /Lambda|^Custom::|CustomResource/.test(type))).toEqual([]);
          const gated = given.filter((replacement) => replacement._readinessGate).length;
          const machines = (gated > 0 ? 1 : 0) + (given.some((replacement) => replacement._cordon) ? 1 : 0);
          expect(counts(stack.template)).toEqual([machines, machines, gated]);
        },
      ),
      { numRuns: 12 },
    );
  });

  test('nothing at all by default', () => {
    const stack = new TestStack();
    clusterIn(stack, 'Orders', { replacement: undefined });
    expect(JSON.stringify(stack.template)).not.toMatch(
      /EcsReadinessGate|EcsCordon|cdkecsautoscaledcluster|StateMachine|Events|Hook/,
    );
  });
});
