import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findingsIn as shellcheck } from '../bootstrap/shellcheck';
import { evaluate, partsOf } from '../helpers/user-data';
import { acceptedFindings, type Finding, superfluous, unexplained } from './finding';
import { cfnLint, checkov, review, reviewOf, templatesIn } from './reviewers';

jest.setTimeout(600_000); // the reviewers are fetched once

const outdir = mkdtempSync(join(tmpdir(), 'reviewers-'));
const floor = join(outdir, 'floor');
const newest = join(outdir, 'newest');

/** What everybody has found in the estates, and in the naive app. */
const found: Record<'floor' | 'newest' | 'cfnLint' | 'checkov', Finding[]> = {
  floor: [],
  newest: [],
  cfnLint: [],
  checkov: [],
};
const foundInNaive: Finding[] = [];
const accepted = acceptedFindings();

beforeAll(async () => {
  await Promise.all([review(floor, 'floor'), review(newest, 'newest', { plugins: 'none' })]);
  const [estates, naive] = [join(floor, 'estates'), join(floor, 'naive')];
  found.floor = reviewOf(estates).findings;
  found.newest = reviewOf(join(newest, 'estates')).findings;
  [found.cfnLint, found.checkov] = await Promise.all([cfnLint(estates), checkov(estates)]);
  foundInNaive.push(...reviewOf(naive).findings, ...(await cfnLint(naive)), ...(await checkov(naive)));
});
afterAll(() => rmSync(outdir, { recursive: true, force: true }));

const shown = (findings: Finding[]) =>
  findings.map(({ reviewer, rule, where, message }) => `${reviewer}: ${rule} at ${where}: ${message}`);

/** All resources of a type, by template file and logical id. */
function resources(folder: string, type: string): Record<string, any> {
  const all = Object.entries(templatesIn(folder)).flatMap(([file, template]) =>
    Object.entries<any>(template.Resources).map(([id, resource]) => [`${file} ${id}`, resource] as const),
  );
  return Object.fromEntries(all.filter(([, resource]) => resource.Type === type));
}

describe('nothing is found that docs/security.md does not explain', () => {
  test("by cdk-nag's packs, the Control Tower rules and aws-cdk-lib's own validator", () => {
    expect(shown(unexplained(found.floor, accepted))).toEqual([]);
  });

  test("by aws-cdk-lib's own validator on the newest CDK, which synthesizes what the floor does", () => {
    expect(shown(unexplained(found.newest, accepted))).toEqual([]);
  });

  test('by cfn-lint', () => {
    expect(shown(unexplained(found.cfnLint, accepted))).toEqual([]);
  });

  test('by checkov', () => {
    expect(shown(unexplained(found.checkov, accepted))).toEqual([]);
  });

  test('and docs/security.md explains nothing that nobody has found', () => {
    expect(accepted.length).toBeGreaterThan(10);
    expect(superfluous(Object.values(found).flat(), accepted)).toEqual([]);
  });

  test('by shellcheck, in any script of the estates', () => {
    const userData = Object.entries(templatesIn(join(floor, 'estates'))).flatMap(([file, template]) => {
      const deployed = Object.fromEntries(
        Object.keys(template.Resources).flatMap((id) => [`${id}`, `${id}.Arn`].map((key) => [key, key])),
      );
      return Object.entries<any>(template.Resources)
        .filter(([, { Type }]) => Type === 'AWS::EC2::LaunchTemplate')
        .map(([id, { Properties }]) => {
          const encoded = evaluate(Properties.LaunchTemplateData.UserData, deployed);
          return [`${file} ${id}`, Buffer.from(encoded, 'base64').toString('utf8')];
        });
    });
    expect(userData.length).toBeGreaterThan(6);
    const findings = userData.flatMap(([name, text]) => {
      const [gate, , script] = partsOf(text);
      return [shellcheck(gate.body, 'sh'), shellcheck(script.body, 'bash')]
        .filter((one) => one !== '')
        .map((one) => `${name}: ${one}`);
    });
    expect(findings).toEqual([]);
  });
});

describe('the reviewers are awake', () => {
  // Whoever finds nothing where there is something would find nothing in the estates either.
  test.each([
    ['AwsSolutions', 'AwsSolutions-ECS4'],
    ['NIST.800.53.R5', 'NIST.800.53.R5-CloudWatchLogGroupEncrypted'],
    ['PCI.DSS.321', 'PCI.DSS.321-CloudWatchLogGroupEncrypted'],
    ['cdk-validator-cfnguard', 'ecs_container_insights_enabled_check'],
    ['CloudFormation Validate', 'F3002'],
    ['cfn-lint', 'E3002'],
    ['checkov', 'CKV_AWS_65'],
  ])('%s', (reviewer, rule) => {
    const rules = foundInNaive.filter((one) => one.reviewer === reviewer).map((one) => one.rule);
    expect(rules).toContain(rule);
  });
});

describe('the newest CDK', () => {
  const versionOf = (name: string) =>
    JSON.parse(readFileSync(join(__dirname, '../../node_modules', name, 'package.json'), 'utf8')).version;

  test('is another one than the floor', () => {
    expect(reviewOf(join(floor, 'estates')).cdk).toBe(versionOf('aws-cdk-lib'));
    expect(reviewOf(join(newest, 'estates')).cdk).toBe(versionOf('aws-cdk-lib-newest'));
    expect(versionOf('aws-cdk-lib')).not.toBe(versionOf('aws-cdk-lib-newest'));
  });

  // Those of the floor are held by test/golden.test.ts; an upgrade of the CDK must replace no nodes.
  test('renders every launch template as the floor does, byte for byte', () => {
    const [ofFloor, ofNewest] = [floor, newest].map((folder) =>
      resources(join(folder, 'estates'), 'AWS::EC2::LaunchTemplate'),
    );
    expect(Object.keys(ofFloor).length).toBeGreaterThan(6);
    expect(JSON.stringify(ofNewest, undefined, 1)).toBe(JSON.stringify(ofFloor, undefined, 1));
  });

  test('renders the same types of resources', () => {
    const types = (folder: string) =>
      Object.values(templatesIn(join(folder, 'estates'))).map((template) =>
        Object.values<any>(template.Resources).map(({ Type }) => Type),
      );
    expect(types(newest)).toEqual(types(floor));
  });
});

// What docs/security.md says of findings that are not true: the reviewer does not look where it is said.
describe('every launch template', () => {
  const templates = () =>
    Object.values(resources(join(floor, 'estates'), 'AWS::EC2::LaunchTemplate')).map(
      (one) => one.Properties.LaunchTemplateData,
    );

  test('asks for IMDSv2, with one hop', () => {
    for (const { MetadataOptions } of templates()) {
      expect(MetadataOptions).toMatchObject({
        HttpTokens: 'required',
        HttpEndpoint: 'enabled',
        HttpPutResponseHopLimit: 1,
      });
    }
  });

  test('encrypts every volume', () => {
    for (const { BlockDeviceMappings } of templates()) {
      expect(BlockDeviceMappings.length).toBeGreaterThan(0);
      for (const { Ebs } of BlockDeviceMappings) expect(Ebs.Encrypted).toBe(true);
    }
  });

  test('has no key pair, and terminates what powers itself off', () => {
    for (const data of templates()) {
      expect(data).not.toHaveProperty('KeyName');
      expect(data.InstanceInitiatedShutdownBehavior).toBe('terminate');
    }
  });
});

test('every group has its nodes in more than one Availability Zone', () => {
  for (const { Properties } of Object.values(
    resources(join(floor, 'estates'), 'AWS::AutoScaling::AutoScalingGroup'),
  )) {
    expect(Properties.VPCZoneIdentifier.length).toBeGreaterThan(1);
  }
});
