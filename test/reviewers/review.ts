import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CfnGuardValidator } from '@cdklabs/cdk-validator-cfnguard';
import { type App, type AppProps, CfnResource, Stack, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, NIST80053R5Checks, PCIDSS321Checks } from 'cdk-nag';
import { estates, naive } from './estates';
import type { Finding, Review } from './finding';

// A program of its own, because the newest CDK needs a process of its own. It synthesizes under the eyes of
// the reviewers that are plugins of the CDK, and leaves what they found, and what the other reviewers need,
// in the folder that it is given.

const [folder, plugins] = process.argv.slice(2);

function review(make: (props: AppProps) => App, outdir: string): void {
  // It switches aws-cdk-lib's own validator from warnings to errors; that needs no plugin.
  const app = make({ outdir, context: { '@aws-cdk/core:validateAgainstDefaultRules': true } });
  if (plugins === 'all') {
    Validations.of(app).addPlugins(
      new AwsSolutionsChecks(app),
      new NIST80053R5Checks(app),
      new PCIDSS321Checks(app),
      new CfnGuardValidator(),
    );
  }
  const report = join(outdir, 'validation-report.json');
  try {
    app.synth();
  } catch (error) {
    // That there are findings is what the report is for.
    if (!String(error).includes('validation-report.json')) throw error;
  }
  const findings = existsSync(report) ? findingsIn(JSON.parse(readFileSync(report, 'utf8'))) : [];
  const result: Review = { cdk: require('aws-cdk-lib/package.json').version, findings, paths: pathsOf(app) };
  writeFileSync(join(outdir, 'review.json'), JSON.stringify(result, undefined, 1));
}

interface Report {
  readonly pluginReports: {
    readonly pluginName: string;
    readonly violations: {
      readonly ruleName: string;
      readonly description: string;
      readonly severity: string;
      readonly violatingConstructs: {
        constructPath?: string;
        cloudFormationResource?: { logicalId: string };
      }[];
    }[];
  }[];
}

function findingsIn({ pluginReports }: Report): Finding[] {
  const all = pluginReports.flatMap(({ pluginName, violations }) =>
    violations.flatMap(({ ruleName, description, violatingConstructs }) =>
      // The guard's plugin names the app, too, where a rule looks at several properties of a resource.
      violatingConstructs
        .filter(({ constructPath }) => constructPath)
        .map(({ constructPath }) => ({
          reviewer: pluginName,
          rule: ruleName,
          where: constructPath as string,
          message: description,
        })),
    ),
  );
  // The packs look at the whole app once for each environment in it.
  return [...new Map(all.map((finding) => [`${finding.rule} ${finding.where}`, finding])).values()];
}

/** The path of each resource, by template and logical id. */
function pathsOf(app: App): Review['paths'] {
  const paths: Review['paths'] = {};
  for (const construct of app.node.findAll()) {
    if (!CfnResource.isCfnResource(construct)) continue;
    const stack = Stack.of(construct);
    paths[stack.templateFile] ??= {};
    paths[stack.templateFile][stack.resolve(construct.logicalId)] = construct.node.path;
  }
  return paths;
}

review(estates, join(folder, 'estates'));
if (plugins === 'all') review(naive, join(folder, 'naive'));
