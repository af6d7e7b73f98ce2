import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as cdk from 'aws-cdk-lib';
import { aws_ec2 as ec2 } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { ModuleKind, ScriptTarget, transpileModule } from 'typescript';
import { EcsAutoScaledCluster, NodeReplacement } from '../../src';

/** The function of the guide, as it stands there. */
function acceptFindings(cluster: EcsAutoScaledCluster): void {
  const guide = readFileSync(join(__dirname, '..', '..', 'docs', 'security.md'), 'utf8');
  const sample = /## cdk-nag in your own pipeline\n.*?```ts\n(.*?)```/s.exec(guide)?.[1] ?? '';
  const options = { module: ModuleKind.CommonJS, target: ScriptTarget.ES2022 };
  const { outputText } = transpileModule(sample, { compilerOptions: options });
  const exported: { acceptFindings?: (cluster: EcsAutoScaledCluster) => void } = {};
  new Function('exports', 'require', outputText)(exported, () => cdk);
  exported.acceptFindings?.(cluster);
}

/**
 * The rules of cdk-nag that find something in an app with a rolling cluster, one stage for each environment.
 */
function rulesThatFind(environments: (cdk.Environment | undefined)[], accept: boolean): string[] {
  const outdir = mkdtempSync(join(tmpdir(), 'own-pipeline-'));
  const app = new cdk.App({ outdir });
  cdk.Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  for (const [index, env] of environments.entries()) {
    const stack = new cdk.Stack(new cdk.Stage(app, `Stage${index}`, { env }), 'Platform');
    const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
      vpcId: 'vpc-0123456789abcdef0',
      availabilityZones: ['a', 'b'],
      privateSubnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
    });
    const cluster = new EcsAutoScaledCluster(stack, 'Cluster', {
      vpc,
      tiers: [{ name: 'general', instanceTypes: [new ec2.InstanceType('m7i.large')] }],
      replacement: NodeReplacement.rolling(),
    });
    if (accept) acceptFindings(cluster);
  }
  expect(() => app.synth()).toThrow('validation-report.json');
  const { pluginReports } = JSON.parse(readFileSync(join(outdir, 'validation-report.json'), 'utf8'));
  const rules: string[] = pluginReports
    .filter(({ pluginName }: { pluginName: string }) => pluginName === 'AwsSolutions')
    .flatMap(({ violations }: { violations: { ruleName: string }[] }) => violations)
    .map(({ ruleName }: { ruleName: string }) => ruleName.replace(/\[.*/, ''));
  return [...new Set(rules)].sort();
}

describe("the guide's function for cdk-nag in a pipeline of one's own", () => {
  const stages = [
    { account: '111111111111', region: 'eu-central-1' },
    { account: '222222222222', region: 'us-east-1' },
    undefined,
  ];

  test('accepts what the library has made, with the same lines for every stage', () => {
    expect(rulesThatFind(stages, false)).toEqual([
      'AwsSolutions-AS3',
      'AwsSolutions-ECS4',
      'AwsSolutions-IAM5',
    ]);
    expect(rulesThatFind(stages, true)).toEqual(['AwsSolutions-ECS4']);
  });
});
