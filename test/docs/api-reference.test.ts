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
import type { ClassSchema, EnumSchema, Schema, StructSchema } from 'jsii-docgen';
import * as ts from 'typescript';
import { layersOf, PAGES, render } from '../../projenrc/api-reference';
import { EcsAutoScaledCluster, NodeTemplate } from '../../src';
import { testVpc } from '../helpers/estate';
import { ROOT } from './markdown';

interface Type {
  readonly name: string;
  readonly fqn: string;
  readonly docs: { readonly summary: string; readonly example?: string };
}

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const types: Type[] = Object.values(JSON.parse(read('.jsii')).types);
const layers = layersOf(read('src/index.ts'));
const inOrder = layers.flatMap((layer) => layer.types);

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
    const java = read('docs/api/java.md').split('\n### ');
    const strangers = types.filter(({ name, fqn }) => {
      const section = java.find((text) => text.startsWith(`${name} <a name="${name}" id="${fqn}">`)) ?? '';
      const example = /\*Example\*\n\n```java\n(.*?)```/s.exec(section)?.[1] ?? '';
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

describe.each(PAGES)('the API reference for $title', ({ path, language }) => {
  const text = read(path);
  const [contents, ...sections] = text.split(/^## /m);

  test('begins with a list of the layers, the cluster first, and of every public type', () => {
    const headings = [...contents.matchAll(/^\*\*\[(\w+)\]\(#(\w+)\)\*\*$/gm)].map(([, title, anchor]) => [
      title.toLowerCase(),
      anchor,
    ]);
    expect(headings).toEqual(layers.map(({ name }) => [name, name]));
    expect(headings[0]).toEqual(['cluster', 'cluster']);
    const listed = [...contents.matchAll(/^- \[`\w+`\]\(#[\w-]+\.(\w+)\) \(\w+\): \S/gm)].map(
      ([, name]) => name,
    );
    expect(listed).toEqual(inOrder);
    expect([...inOrder].sort()).toEqual(types.map(({ name }) => name).sort());
  });

  test('has the types in the same order below', () => {
    expect(sections.map((section) => /id="(\w+)"/.exec(section)?.[1])).toEqual(
      layers.map(({ name }) => name),
    );
    expect(
      [...text.matchAll(/^### \S+ <a name="\S+" id="[\w-]+\.(\w+)">/gm)].map(([, name]) => name),
    ).toEqual(inOrder);
  });

  test('has an example of each', () => {
    const without = text
      .split(/^### /m)
      .slice(1)
      .filter((section) => !/^\*Example\*\n\n```\w+\n/m.test(section.split(/^#### /m)[0]));
    expect(without.map((section) => section.split('\n')[0])).toEqual([]);
    // The disclaimer that jsii puts before what it could not compile.
    expect(text).not.toContain('may not compile');
    expect([...text.matchAll(/^```(\w+)$/gm)].map(([, label]) => label)).toContain(`${language}`);
  });

  test('has no link that leads nowhere', () => {
    const ids = new Set([...text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
    const links = [...text.matchAll(/(?:href="|\]\()#([^")]+)/g)].map(([, anchor]) => anchor);
    expect(links.length).toBeGreaterThan(inOrder.length);
    expect(links.filter((anchor) => !ids.has(anchor))).toEqual([]);
  });
});

describe('how the API reference is written', () => {
  test('the layers are those of the barrel, which has to name its exports', () => {
    const barrel =
      "export { A, type AProps } from './cluster/a';\n" +
      "export type { B } from './tier/b';\n" +
      "export { C } from './cluster/c';";
    expect(layersOf(barrel)).toEqual([
      { name: 'cluster', types: ['A', 'AProps', 'C'] },
      { name: 'tier', types: ['B'] },
    ]);
    expect(() => layersOf("export * from './cluster/a';")).toThrow('the barrel must name what it exports');
  });

  const python = PAGES.find(({ title }) => title === 'Python') ?? PAGES[0];
  const go = PAGES.find(({ title }) => title === 'Go') ?? PAGES[0];

  test('an example that jsii has translated is shown in the language of the page', () => {
    const page = render(schema('a = A()'), schema('new A();'), small, python);
    expect(page).toContain('*Example*\n\n```python\na = A()\n```');
  });

  test('an example that is inherited, or that would be no valid Go, is shown as the TypeScript that it is', () => {
    const inherited = {
      ...construct('a = A()'),
      staticMethods: [{ ...entity('A.from'), parameters: [], docs: { example: 'A.from();' } }],
    };
    const page = render(schema(inherited), schema('new A();'), small, python);
    expect(page).toContain('*Example*\n\n```typescript\nA.from();\n```');
    expect(render(schema('a := NewA()'), schema('new A();'), small, go)).toContain(
      '*Example*\n\n```typescript\nnew A();\n```',
    );
  });

  test('a type that only the barrel or only the assembly knows stops it', () => {
    expect(() => render(schema('a'), schema('a'), [{ name: 'cluster', types: ['A'] }], python)).toThrow(
      'does not name AProps, Kind',
    );
    expect(() =>
      render(schema('a'), schema('a'), [...small, { name: 'tier', types: ['T'] }], python),
    ).toThrow('T is exported, but');
  });
});

const small = [
  { name: 'cluster', types: ['A', 'AProps'] },
  { name: 'settings', types: ['Kind'] },
];

const METADATA = { packageName: 'lib', packageVersion: '1.0.0' };
const entity = (name: string) => ({ id: `lib.${name}`, displayName: name, fqn: `lib.${name}`, ...METADATA });

function construct(example: string): ClassSchema {
  const docs = { summary: 'A construct.', example };
  return {
    ...entity('A'),
    docs,
    interfaces: [],
    instanceMethods: [],
    staticMethods: [],
    properties: [],
    constants: [],
  };
}

/** A library of three types, as jsii-docgen has it. */
function schema(a: string | ClassSchema): Schema {
  const struct: StructSchema = { ...entity('AProps'), docs: { summary: 'Its properties.' }, properties: [] };
  const kind: EnumSchema = { ...entity('Kind'), docs: { summary: 'Its kinds.' }, members: [] };
  const constructs = [typeof a === 'string' ? construct(a) : a];
  const apiReference = { constructs, structs: [struct], enums: [kind], classes: [], interfaces: [] };
  return { version: '0.1', language: 'typescript', metadata: METADATA, apiReference };
}
