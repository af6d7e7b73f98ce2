/** What the command reads: assemblies with stages and nested stacks, and templates as the AWS CLI prints them. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { App, NestedStack, Stack, Stage } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { EcsAutoScaledCluster, NodeReplacement, Sysctl } from '../../src';
import { makePlan } from '../../src/plan/make-plan';
import { readTemplates } from '../../src/plan/read-templates';
import { SMALL, testVpc } from '../helpers/estate';
import { fleet } from './fleet';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plan-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: unknown): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

const plan = (before: string, after: string) =>
  makePlan(readTemplates(before), readTemplates(after), { before, after, images: ['same'] });
const verdicts = (before: string, after: string) =>
  plan(before, after).tiers.map(({ stack, name, verdict }) => `${stack} ${name}: ${verdict}`);

describe('a cloud assembly', () => {
  /** A stage with a stack, and in it a nested stack that gets a value by a parameter. */
  function synthesize(name: string, somaxconn: number): string {
    const app = new App({ outdir: join(folder, name), analyticsReporting: false });
    const stage = new Stage(app, 'Production');
    const stack = new Stack(stage, 'Estate');
    const own = new ec2.CfnSubnet(stack, 'Subnet', {
      vpcId: 'vpc-0123456789abcdef0',
      cidrBlock: '10.0.0.0/24',
    });
    const nested = new NestedStack(stack, 'Nested');
    const node = { instanceTypes: [SMALL], sysctls: [Sysctl.somaxconn(somaxconn)] };
    const replacement = NodeReplacement.rolling();
    new EcsAutoScaledCluster(stack, 'Orders', {
      vpc: testVpc(stack),
      replacement,
      tiers: [{ name: 'general', ...node }],
    });
    const vpc = ec2.Vpc.fromVpcAttributes(nested, 'Vpc', {
      vpcId: 'vpc-0123456789abcdef0',
      availabilityZones: ['eu-central-1a'],
      privateSubnetIds: [own.ref],
    });
    new EcsAutoScaledCluster(nested, 'Search', { vpc, replacement, tiers: [{ name: 'large', ...node }] });
    app.synth();
    return join(folder, name);
  }

  test('is read with its stages and nested stacks, and parameters are followed into these', () => {
    const before = synthesize('before', 1000);
    expect(verdicts(before, before)).toEqual([
      'Production-Estate Orders/general: nothing',
      expect.stringMatching(/^Production-Estate\/Nested\w+ Search\/large: nothing$/),
    ]);
    expect(verdicts(before, synthesize('after', 2000))).toEqual([
      'Production-Estate Orders/general: rolled',
      expect.stringMatching(/ Search\/large: rolled$/),
    ]);
  });
});

describe('a nested stack', () => {
  const parent = (subnet: unknown) => ({
    Resources: {
      Nested: {
        Type: 'AWS::CloudFormation::Stack',
        Properties: { TemplateURL: 'https://x', Parameters: { Subnet: subnet } },
      },
    },
  });
  const child = () => {
    const template = fleet();
    template.Parameters.Subnet = { Type: 'String' };
    template.Resources.Group.Properties.VPCZoneIdentifier = [{ Ref: 'Subnet' }];
    return template;
  };
  const side = (name: string, subnet: unknown, nested = 'Estate-Nested-1ABCDEFGHIJKL.json') => {
    file(`${name}/Estate.json`, parent(subnet));
    file(`${name}/${nested}`, child());
    return join(folder, name);
  };

  test("is found by the name that CloudFormation gives it, and its parent's parameters are followed", () => {
    expect(verdicts(side('a', 'subnet-1'), side('b', 'subnet-1'))).toEqual([
      'Estate/Nested Cluster/Group: nothing',
    ]);
    expect(verdicts(side('a', 'subnet-1'), side('b', 'subnet-2'))).toEqual([
      'Estate/Nested Cluster/Group: refresh-that-replaces-nothing',
    ]);
  });

  test('whose template is not there is not known', () => {
    expect(verdicts(side('a', 'subnet-1', 'Other.json'), side('b', 'subnet-1'))).toContain(
      'Estate/Nested Cluster/Group: not-known',
    );
  });

  test('whose template is not there hands its parameters on to those in it', () => {
    const middle = {
      Parameters: { Subnet: { Type: 'String' } },
      Resources: {
        Inner: {
          Type: 'AWS::CloudFormation::Stack',
          Properties: { TemplateURL: 'https://x', Parameters: { Subnet: { Ref: 'Subnet' } } },
        },
      },
    };
    file('a/Estate.json', parent('subnet-1'));
    file('b/Estate.json', parent('subnet-2'));
    file('b/Estate-Nested-1ABCDEFGHIJKL.json', middle);
    file('b/Estate-Nested-1ABCDEFGHIJKL-Inner-1ABCDEFGHIJKL.json', child());
    expect(verdicts(join(folder, 'a'), join(folder, 'b'))).toEqual([
      'Estate/Nested/Inner Cluster/Group: refresh-that-replaces-nothing',
    ]);
  });
});

describe('templates', () => {
  test.each([
    ['as an object', (template: object) => template],
    [
      'as get-template prints them',
      (template: object) => ({ TemplateBody: template, StagesAvailable: ['Original'] }),
    ],
    ['as a text in it', (template: object) => ({ TemplateBody: JSON.stringify(template) })],
    ['as a text alone', (template: object) => JSON.stringify(JSON.stringify(template))],
    ['with a mark at the beginning', (template: object) => `\uFEFF${JSON.stringify(template)}`],
  ])('are read %s', (_, printed) => {
    const before = file('before.json', printed(fleet()));
    const after = file('after.json', fleet({ type: 't3.large' }));
    expect(verdicts(before, after)).toEqual(['after Cluster/Group: rolled']);
  });

  test('are matched by the names of their stacks', () => {
    for (const side of ['before', 'after'])
      for (const name of ['A', 'B']) file(`${side}/${name}.json`, fleet());
    file('after/B.json', fleet({ type: 't3.large' }));
    file('before/Old.json', fleet());
    const result = plan(join(folder, 'before'), join(folder, 'after'));
    expect(result.tiers.map(({ stack, verdict }) => [stack, verdict])).toEqual([
      ['A', 'nothing'],
      ['B', 'rolled'],
    ]);
    expect(result.notes).toEqual([
      'The stack Old is on the deployed side only: this deployment leaves it as it is.',
    ]);
  });

  test('of one name are told apart by account and region', () => {
    for (const region of ['eu-central-1', 'us-east-1']) {
      file(`before/111122223333/${region}/A.json`, fleet());
      file(`after/111122223333/${region}/A.json`, fleet(region === 'us-east-1' ? { type: 't3.large' } : {}));
    }
    expect(verdicts(join(folder, 'before'), join(folder, 'after'))).toEqual([
      'A Cluster/Group: nothing',
      'A Cluster/Group: rolled',
    ]);
    file('alone/A.json', fleet());
    expect(() => plan(join(folder, 'alone'), join(folder, 'after'))).toThrow(/"A" is there more than once/);
  });

  test('that no stack on the other side belongs to are refused', () => {
    file('before/A.json', fleet());
    file('before/B.json', fleet());
    file('after/C.json', fleet());
    expect(() => plan(join(folder, 'before'), join(folder, 'after'))).toThrow(
      'no stack is on both sides: "C" against "A", "B"',
    );
  });
});

describe('refused, with what to give instead', () => {
  test.each([
    ['YAML by its name', 'a.yaml', 'Resources: {}', /a\.yaml is YAML.*--output json/],
    ['YAML by its text', 'a.json', 'Resources:\n  A: 1\n', /a\.json is YAML/],
    [
      'YAML in what get-template prints',
      'a.json',
      { TemplateBody: 'AWSTemplateFormatVersion: 2010-09-09' },
      /is YAML/,
    ],
    ['what is no JSON', 'a.json', '{"Resources": ', /a\.json is no JSON/],
    ['what is no template', 'a.json', { a: 1 }, /is no template: it has no `Resources`/],
    ['a list', 'a.json', [], /is no template/],
  ])('%s', (_, name, content, message) => {
    const path = file(name, content);
    expect(() => readTemplates(path)).toThrow(message);
  });

  test('what is not there, and folders without anything', () => {
    expect(() => readTemplates(join(folder, 'nowhere'))).toThrow(/nowhere is not there\. Give a cdk\.out/);
    expect(() => readTemplates(folder)).toThrow(/neither a manifest\.json nor a template/);
    file('manifest.json', {});
    expect(() => readTemplates(folder)).toThrow(/no cloud assembly/);
    file('manifest.json', { artifacts: {} });
    expect(() => readTemplates(folder)).toThrow(/has no stack/);
  });
});

test('an export that another stack imports can neither change nor go', () => {
  const producer = (value: string, name = 'shared') => ({
    Resources: {},
    Outputs: { Out: { Value: value, Export: { Name: name } } },
  });
  const consumer = {
    Resources: { A: { Type: 'AWS::SNS::Topic', Properties: { TopicName: { 'Fn::ImportValue': 'shared' } } } },
  };
  const failures = (after: object) => {
    file('before/P.json', producer('a'));
    file('after/P.json', after);
    for (const side of ['before', 'after']) file(`${side}/C.json`, consumer);
    return plan(join(folder, 'before'), join(folder, 'after')).failures.map(({ text, certain }) => [
      certain,
      text,
    ]);
  };
  expect(failures(producer('a'))).toEqual([]);
  expect(failures(producer('b'))).toEqual([
    [true, expect.stringContaining('The export shared changes while C imports it')],
  ]);
  expect(failures(producer('a', 'other'))).toEqual([
    [true, expect.stringContaining('The export shared goes while C imports it')],
  ]);
});
