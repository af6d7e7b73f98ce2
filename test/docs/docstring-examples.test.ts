import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, type Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as actions from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as ts from 'typescript';
import { EcsAutoScaledCluster, NodeTemplate } from '../../src';
import { testVpc } from '../helpers/estate';
import { ROOT } from './markdown';
import { translatedSamples } from './translated-samples';

interface Type {
  readonly name: string;
  readonly fqn: string;
  readonly docs: { readonly summary: string; readonly example?: string };
}

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const types: Type[] = Object.values(JSON.parse(read('.jsii')).types);

test('no summary of a docstring breaks off: jsii takes a semicolon for the end of a sentence, and a table shows only the first', () => {
  const summaries = [...read('.jsii').matchAll(/"summary": ("(?:[^"\\]|\\.)*")/g)].map(([, text]) =>
    JSON.parse(text),
  );
  expect(summaries.length).toBeGreaterThan(300);
  expect(summaries.filter((text) => /[;:,]$/.test(text))).toEqual([]);
});

describe('the examples of the docstrings', () => {
  test('are there for every type', () => {
    expect(types.filter(({ docs }) => !docs.example).map(({ name }) => name)).toEqual([]);
  });

  test('have the type in them, by its name or by where it is passed', () => {
    // TypeScript does not name a struct that is passed, but Java does, to which jsii translates.
    const java = new Map(translatedSamples().map(({ name, translations }) => [name, translations.java]));
    const strangers = types.filter(({ name }) => {
      const example = java.get(name) ?? '';
      const built = name.replace(/(Props|Options)$/, '');
      return (
        !new RegExp(`\\b(${name}|${built}\\.Builder)\\b`).test(example) && !SHOWN_OTHERWISE.includes(name)
      );
    });
    expect(strangers.map(({ name }) => name)).toEqual([]);
  });

  test.each(types.map(({ name, docs }) => [name, docs.example ?? '']))(
    'synthesize, and this library warns of nothing: %s',
    (_, example) => {
      const annotations = Annotations.fromStack(stackOf(example));
      const errors = annotations.findError('*', Match.anyValue());
      const warnings = annotations.findWarning(
        '*',
        Match.stringLikeRegexp('ack: cdk-ecs-auto-scaled-cluster:'),
      );
      expect([...errors, ...warnings].map(({ id, entry }) => `${id}: ${entry.data}`)).toEqual([]);
    },
  );
});

/** Structs of which one that extends them is passed, and what a method of the cluster makes. */
const SHOWN_OTHERWISE = [
  'BootstrapStepOptions',
  'ScheduledOptions',
  'NodeProps',
  'NodeBootstrapOptions',
  'NodeVolumeOptions',
  'ClusterAlarms',
  'ClusterDashboard',
];

/** What an example takes for granted with `declare`, by its type. */
const GIVEN: Record<string, (scope: Stack, id: string) => unknown> = {
  'ec2.IVpc': vpcOf,
  'ec2.ISecurityGroup': (scope, id) => new ec2.SecurityGroup(scope, id, { vpc: vpcOf(scope) }),
  'ecs.TaskDefinition': taskDefinition,
  'ecs.Ec2TaskDefinition': taskDefinition,
  'iam.IRole': (scope, id) =>
    new iam.Role(scope, id, { assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com') }),
  'logs.ILogGroup': (scope, id) => new logs.LogGroup(scope, id),
  'secretsmanager.ISecret': (scope, id) => new secretsmanager.Secret(scope, id),
  'sns.ITopic': (scope, id) => new sns.Topic(scope, id),
  'cloudwatch.IAlarmAction': (scope, id) => new actions.SnsAction(new sns.Topic(scope, id)),
  'cloudwatch.Alarm': (scope, id) =>
    new cloudwatch.Alarm(scope, id, {
      metric: new cloudwatch.Metric({ namespace: 'Orders', metricName: 'Errors' }),
      threshold: 1,
      evaluationPeriods: 1,
    }),
  NodeTemplate: (scope, id) =>
    new NodeTemplate(scope, id, { instanceTypes: [new ec2.InstanceType('m7i.large')] }),
  EcsAutoScaledCluster: (scope, id) =>
    new EcsAutoScaledCluster(scope, id, {
      vpc: vpcOf(scope),
      containerInsightsV2: ecs.ContainerInsights.ENABLED,
      tiers: [{ name: 'first', instanceTypes: [new ec2.InstanceType('m7i.large')] }],
    }),
};

function vpcOf(scope: Stack): ec2.IVpc {
  return (scope.node.tryFindChild('Vpc') as ec2.IVpc | undefined) ?? testVpc(scope);
}

function taskDefinition(scope: Stack, id: string): ecs.TaskDefinition {
  const definition = new ecs.Ec2TaskDefinition(scope, id, { networkMode: ecs.NetworkMode.BRIDGE });
  definition.addContainer('Main', {
    image: ecs.ContainerImage.fromRegistry('nginx'),
    memoryReservationMiB: 128,
  });
  return definition;
}

/**
 * The stack of an example: in the fixture with which jsii-rosetta compiles it, and with something real
 * for each `declare`.
 */
function stackOf(example: string): Stack {
  const code = example.replace(
    /^declare const (\w+): ([\w.]+);$/gm,
    "const $1 = given(this, 'Given-$1', '$2') as $2;",
  );
  const fixture = read('rosetta/default.ts-fixture').replace('/// here', () => code);
  const { outputText } = ts.transpileModule(`${fixture}\nexport { Sample };`, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
  });
  const exported: { Sample?: new (scope: App, id: string) => Stack } = {};
  const given = (scope: Stack, id: string, type: string) => {
    if (!Object.hasOwn(GIVEN, type))
      throw new Error(`no example has taken a ${type} for granted so far: say how to make one`);
    return GIVEN[type](scope, id);
  };
  new Function('require', 'exports', 'given', outputText)(require, exported, given);
  if (!exported.Sample) throw new Error('the fixture has no class Sample');
  return new exported.Sample(new App(), 'Sample');
}
