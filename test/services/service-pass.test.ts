import { type App, AspectPriority, Aspects, CfnResource, aws_ecs as ecs, Stack, Stage } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Construct, type IConstruct } from 'constructs';
import { serve } from '../../src/services/service-pass';
import {
  dependsOnAssociation,
  ec2Service,
  newApp,
  onlyService,
  served,
  TestCluster,
  TestStack,
  warningIds,
} from './helpers';

const CONTEXTS: [string, Record<string, unknown>][] = [
  ['the flags of a new app', {}],
  [
    'no flags',
    { '@aws-cdk/core:aspectStabilization': false, '@aws-cdk/core:aspectPrioritiesMutating': false },
  ],
];

test('a stage has one pass, whatever the number of its clusters', () => {
  const app = newApp();
  const stage = new Stage(app, 'Prod');
  const stack = new TestStack(stage);
  for (const id of ['One', 'Two', 'Three']) stack.cluster({}, id);
  expect(Aspects.of(stage).all).toHaveLength(1);
  expect(Aspects.of(app).all).toHaveLength(0);
});

test('stages keep to themselves', () => {
  const app = newApp();
  const [one, two] = ['One', 'Two'].map((id) => new TestStack(new Stage(app, id)));
  ec2Service(one, one.cluster());
  ec2Service(two, two.cluster({ served: false }));
  expect(onlyService(one).Properties.LaunchType).toBeUndefined();
  expect(onlyService(two).Properties.LaunchType).toBe('EC2');
});

test('a tree without an app is visited too', () => {
  const stack = new Stack();
  const cluster = ecs.Cluster.fromClusterAttributes(stack, 'C', {
    clusterName: 'orders',
    vpc: new TestStack().vpc,
  });
  serve({ ...served(cluster), association: undefined });
  new ecs.CfnService(stack, 'L1', { cluster: 'orders', launchType: 'EC2', taskDefinition: 'task' });
  expect(onlyService(stack).Properties.LaunchType).toBeUndefined();
});

describe.each(CONTEXTS)('with %s', (_name, context) => {
  test('services, dependencies and constraints come out the same', () => {
    const stack = new TestStack(newApp(context));
    const before = new Construct(stack, 'Before');
    ec2Service(before, stack.cluster({ constrainToNotHeld: true }));
    const service = onlyService(stack);
    expect(service.Properties.LaunchType).toBeUndefined();
    expect(service.Properties.PlacementConstraints).toHaveLength(1);
    expect(dependsOnAssociation(stack, service)).toBe(true);
  });

  test('a service that another aspect adds below what it visits is visited', () => {
    const stack = new TestStack(newApp(context));
    const cluster = stack.cluster();
    Aspects.of(stack).add(adds(stack, () => ec2Service(stack, cluster)));
    expect(onlyService(stack).Properties.LaunchType).toBeUndefined();
    expect(dependsOnAssociation(stack, onlyService(stack))).toBe(true);
  });

  test('what a later aspect changes counts for dependencies and warnings', () => {
    const stack = new TestStack(newApp(context));
    const service = ec2Service(
      stack,
      stack.cluster({ replacesRunningNodes: true, constrainToNotHeld: true }),
    );
    const l1 = service.node.defaultChild as ecs.CfnService;
    Aspects.of(stack).add({
      visit(node) {
        if (node !== l1) return;
        l1.launchType = 'FARGATE';
        l1.deploymentConfiguration = { minimumHealthyPercent: 0 };
      },
    });
    expect(onlyService(stack).Properties.LaunchType).toBe('FARGATE');
    expect(onlyService(stack).Properties.PlacementConstraints).toBeUndefined();
    expect(dependsOnAssociation(stack, onlyService(stack))).toBe(false);
    expect(warningIds(stack)).toEqual([]);
  });
});

test('a service that is added where the tree has been left is visited with stabilization, which new apps have', () => {
  const stack = new TestStack();
  const cluster = stack.cluster();
  const last = new Construct(stack, 'Last');
  Aspects.of(stack).add(adds(last, () => ec2Service(stack, cluster)));
  expect(onlyService(stack).Properties.LaunchType).toBeUndefined();
  expect(dependsOnAssociation(stack, onlyService(stack))).toBe(true);
});

test('and is not without: CDK visits nothing twice there, its own aspects neither', () => {
  const stack = new TestStack(newApp({ '@aws-cdk/core:aspectStabilization': false }));
  const cluster = stack.cluster();
  const last = new Construct(stack, 'Last');
  Aspects.of(stack).add(adds(last, () => ec2Service(stack, cluster)));
  expect(onlyService(stack).Properties.LaunchType).toBe('EC2');
});

test('on plain CDK a cluster with a default strategy cannot be synthesised twice', () => {
  const stack = new TestStack();
  stack.cluster({ served: false });
  Template.fromStack(stack);
  expect(() => (stack.node.root as App).synth({ force: true })).toThrow(
    "There is already a Construct with name 'Cluster'",
  );
});

test('an app that is synthesised twice comes out the same', () => {
  const stack = new TestStack();
  ec2Service(stack, stack.cluster({ constrainToNotHeld: true, replacesRunningNodes: true }), {
    minHealthyPercent: 50,
  });
  const first = Template.fromStack(stack).toJSON();
  expect(dependsOnAssociation(stack, onlyService(stack))).toBe(true);
  (stack.node.root as App).synth({ force: true });
  expect(Template.fromStack(stack).toJSON()).toEqual(first);
  expect(warningIds(stack)).toEqual(['Service.minHealthyPercent']);
});

test('resources of other types and constructs without one are passed over', () => {
  const stack = new TestStack();
  stack.cluster();
  new CfnResource(stack, 'Topic', { type: 'AWS::SNS::Topic' });
  new Construct(stack, 'Nothing');
  expect(() => Template.fromStack(stack)).not.toThrow();
});

test('the pass comes before the aspects of users', () => {
  const stack = new TestStack();
  const service = ec2Service(stack, stack.cluster()).node.defaultChild as ecs.CfnService;
  const seen: unknown[] = [];
  Aspects.of(stack).add(
    { visit: (node) => node === service && seen.push(service.launchType) },
    { priority: AspectPriority.READONLY },
  );
  Template.fromStack(stack);
  expect(seen).toEqual([undefined]);
});

test('the cluster that is first registered and the one that is referred to: the reference counts', () => {
  const stack = new TestStack();
  const imported = ecs.Cluster.fromClusterAttributes(stack, 'Imported', {
    clusterName: 'orders',
    vpc: stack.vpc,
  });
  serve({ ...served(imported), association: undefined, replacesRunningNodes: true });
  ec2Service(stack, new TestCluster(stack, 'Cluster', { vpc: stack.vpc, clusterName: 'orders' }), {
    minHealthyPercent: 0,
  });
  expect(dependsOnAssociation(stack, onlyService(stack))).toBe(true);
  expect(warningIds(stack)).toEqual([]);
});

/** An aspect that adds something once, when it comes by a construct. */
function adds(at: IConstruct, add: () => void): { visit(node: IConstruct): void } {
  let done = false;
  return {
    visit(node) {
      if (node !== at || done) return;
      done = true;
      add();
    },
  };
}
