import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { pythonPackages } from '../helpers/python-packages';
import type { Finding, Review } from './finding';

const ROOT = join(__dirname, '..', '..');
const run = promisify(execFile);

/** Who looks while an app is synthesized: all plugins, or only what aws-cdk-lib itself looks at. */
export type Plugins = 'all' | 'none';

/** Synthesizes the estates, or what another program has, in a process of its own, with the floor of aws-cdk-lib or with the newest. */
export async function review(
  outdir: string,
  cdk: 'floor' | 'newest',
  { program = 'review.ts', plugins = 'all' }: { program?: string; plugins?: Plugins } = {},
): Promise<void> {
  const newest = cdk === 'newest' ? ['-r', './test/reviewers/with-newest-cdk.cjs'] : [];
  const env = { ...process.env, TSX_TSCONFIG_PATH: join(ROOT, 'tsconfig.dev.json'), FORCE_COLOR: '0' };
  // Set by tests that synthesize often; here aws-cdk-lib's own validator is one of the reviewers.
  delete (env as NodeJS.ProcessEnv).CDK_VALIDATION;
  await run(process.execPath, ['-r', 'tsx/cjs', ...newest, `test/reviewers/${program}`, outdir, plugins], {
    cwd: ROOT,
    env,
    maxBuffer: 2 ** 26,
  });
}

/** What was found in an app that was reviewed. */
export function reviewOf(folder: string): Review {
  return JSON.parse(readFileSync(join(folder, 'review.json'), 'utf8'));
}

/** The templates of an app, by file name. */
export function templatesIn(folder: string): Record<string, any> {
  const files = readdirSync(folder).filter((file) => file.endsWith('.template.json'));
  return Object.fromEntries(
    files.map((file) => [file, JSON.parse(readFileSync(join(folder, file), 'utf8'))]),
  );
}

async function python(args: string[], cwd: string): Promise<string> {
  const packages = pythonPackages(join(__dirname, 'requirements.txt'));
  const program = args.map((arg) => arg.replace('<packages>', packages));
  // Findings are an exit code of their own; what matters is the output.
  const { stdout } = await run('python3', program, {
    cwd,
    env: { ...process.env, PYTHONPATH: packages },
    maxBuffer: 2 ** 26,
  }).catch((error: { stdout?: string; stderr?: string }) => {
    if (error.stdout?.trimStart().match(/^[[{]/)) return { stdout: error.stdout };
    throw new Error(`${program.join(' ')}: ${error.stderr ?? error}`);
  });
  return stdout;
}

/** What cfn-lint says of the templates of an app. */
export async function cfnLint(folder: string): Promise<Finding[]> {
  const output = await python(
    ['<packages>/bin/cfn-lint', '--format', 'json', '--', ...Object.keys(templatesIn(folder))],
    folder,
  );
  const { paths } = reviewOf(folder);
  return JSON.parse(output).map(({ Rule, Filename, Location, Message }: any) => ({
    reviewer: 'cfn-lint',
    rule: Rule.Id,
    where: paths[Filename][Location.Path?.[1]] ?? Filename,
    message: Message,
  }));
}

/** What checkov says of the templates of an app. */
export async function checkov(folder: string): Promise<Finding[]> {
  const files = Object.keys(templatesIn(folder)).flatMap((file) => ['-f', file]);
  const options = ['--framework', 'cloudformation', '--skip-download', '--compact', '--quiet', '-o', 'json'];
  const { summary, results } = JSON.parse(await python(['-m', 'checkov.main', ...options, ...files], folder));
  if (summary.parsing_errors > 0)
    throw new Error(`checkov could not read ${summary.parsing_errors} templates`);
  const { paths } = reviewOf(folder);
  return results.failed_checks.map((check: any) => ({
    reviewer: 'checkov',
    rule: check.check_id,
    where: paths[check.file_path.replace('/', '')][check.resource.split('.')[1]] ?? check.resource,
    message: check.check_name,
  }));
}
