import { readFileSync } from 'node:fs';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Estate } from '../examples/article/estate';
import { DockerAuth, EcsAutoScaledCluster, NodeReplacement, NodeTemplate } from '../src';
import { LARGE, testVpc } from './helpers/estate';

/**
 * What `cdk init` writes into a new app: other tests run as an app without flags does, which is what an old
 * one is.
 */
const RECOMMENDED = JSON.parse(
  readFileSync(require.resolve('aws-cdk-lib/recommended-feature-flags.json'), 'utf8'),
);
// prints all warnings, and does nothing else
delete RECOMMENDED['@aws-cdk/core:annotationsInValidationReport'];
const APPS: Record<string, Record<string, unknown>> = { 'an old app': {}, 'a new app': RECOMMENDED };

/**
 * What nodes are, how many, and what runs on them. Policies may differ: in a new app, CDK sorts
 * and merges them.
 */
const OURS = /^AWS::(EC2::LaunchTemplate|AutoScaling::.*|ECS::.*)$/;

/**
 * References to another stack are exports and imports in an old app; a new app asks for the
 * other stack's output.
 */
function withoutReferencesToStacks(_: string, value: any): unknown {
  const keys = typeof value === 'object' && value !== null ? Object.keys(value) : [];
  return keys.length === 1 && (keys[0] === 'Fn::ImportValue' || keys[0] === 'Fn::GetStackOutput')
    ? '<of another stack>'
    : value;
}

function resourcesOf(stack: Stack): Record<string, any> {
  const { Resources = {} } = Template.fromStack(stack).toJSON();
  const ours = Object.entries<any>(Resources).filter(([, { Type }]) => OURS.test(Type));
  return JSON.parse(JSON.stringify(Object.fromEntries(ours)), withoutReferencesToStacks);
}

/** A template with its secret, a cluster that uses it, and a service on the cluster: a stack each. */
function threeStacks(app: App): Record<string, Stack> {
  const stack = (id: string) => new Stack(app, id);
  const [shared, cluster, services] = [stack('Shared'), stack('Cluster'), stack('Services')];
  const secret = new secretsmanager.Secret(shared, 'Secret');
  const template = new NodeTemplate(shared, 'Template', {
    instanceTypes: [LARGE],
    dockerAuth: DockerAuth.fromSecret(secret),
  });
  const orders = new EcsAutoScaledCluster(cluster, 'Orders', {
    vpc: testVpc(cluster),
    tiers: [{ name: 'general', template }],
    replacement: NodeReplacement.rolling({ maxHealthyPercentage: 110, cordon: true }),
  });
  const taskDefinition = new ecs.Ec2TaskDefinition(services, 'Task');
  taskDefinition.addContainer('api', {
    image: ecs.ContainerImage.fromRegistry('api'),
    memoryReservationMiB: 256,
  });
  new ecs.Ec2Service(services, 'Api', { cluster: orders, taskDefinition, minHealthyPercent: 100 });
  return { shared, cluster, services };
}

describe.each(Object.entries(APPS))('%s', (_, flags) => {
  const app = () => new App({ postCliContext: flags });

  test('has a service placed through the cluster of another stack, kept off nodes that go, and deployed after it', () => {
    const { cluster, services } = threeStacks(app());
    const service = Object.values(resourcesOf(services)).find(({ Type }) => Type === 'AWS::ECS::Service');
    expect(service.Properties).not.toHaveProperty('LaunchType');
    expect(service.Properties.PlacementConstraints).toEqual([
      { Type: 'memberOf', Expression: 'attribute:held !exists' },
    ]);
    expect(services.dependencies).toContain(cluster);
  });

  test('has a node that reads the secret of another stack', () => {
    const { cluster } = threeStacks(app());
    const [launchTemplate] = Object.values(resourcesOf(cluster)).filter(
      ({ Type }) => Type === 'AWS::EC2::LaunchTemplate',
    );
    expect(JSON.stringify(launchTemplate.Properties.LaunchTemplateData.UserData)).toContain(
      '<of another stack>',
    );
  });
});

test('a new app and an old one have the same nodes, groups, clusters and providers', () => {
  const [old, fresh] = Object.values(APPS).map((flags) => {
    const estate = new Estate(new App({ postCliContext: flags }), 'Article');
    const stacks = estate.node.findAll().filter(Stack.isStack);
    const ours = stacks.flatMap((stack) =>
      Object.entries(resourcesOf(stack)).map(([id, resource]) => [`${stack.node.path}/${id}`, resource]),
    );
    // CDK itself leaves empty alarms out of a service in a new app.
    return Object.fromEntries(ours.filter(([, { Type }]) => Type !== 'AWS::ECS::Service'));
  });
  expect(Object.keys(old).length).toBeGreaterThan(10);
  expect(fresh).toEqual(old);
});
