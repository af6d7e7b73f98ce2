import { parseArgs } from 'node:util';
import { PlanError } from './plan-error';

export type Format = 'table' | 'markdown' | 'json' | 'svg';
export type FailOn = 'rolled' | 'replaced';

export interface PlanOptions {
  readonly after: string;
  readonly against: string;
  readonly images: readonly string[];
  readonly parameters: readonly string[];
  readonly nodes: ReadonlyMap<string, number>;
  readonly values: boolean;
  readonly format: Format;
  readonly failOn?: FailOn;
}

export const HELP = `What a deployment does to ECS clusters, their nodes and services, before it is deployed.

  cdk-ecs-auto-scaled-cluster plan <cdk.out> --against <cdk.out | templates> [options]

<cdk.out>     what will be deployed: the folder that cdk synth writes, or a template
--against     what is deployed: the cdk.out of the last deployment, a template, or a folder with a
              template STACK.json for each stack. One is had by: aws cloudformation get-template
              --stack-name STACK --query TemplateBody --output json > STACK.json

What is known
  --image <parameter>=<ami>   the image that the deployment will look up; may be repeated. Without
                              "<parameter>=" where there is one parameter; "same" for the deployed image
  --parameters <file>         values of parameters, as describe-stacks, describe-change-set or
                              ssm get-parameters print them; may be repeated
  --nodes <tier>=<number>     the nodes of a tier now: shows the steps of its roll; may be repeated
  --values                    show values and lines of user data that change. They may hold secrets

How it is printed (a table, if nothing is said)
  --markdown                  for a pull request
  --json                      for programs: docs/plan.schema.json
  --svg                       a picture

  --fail-on rolled|replaced   exit with 2 if nodes are rolled, or if anything is replaced or deleted

Exit codes: 0, the plan is made; 1, the input is wrong; 2, --fail-on. Nothing is deployed or called: no
network, no credentials.
`;

const PLAN_OPTIONS = {
  against: { type: 'string' },
  image: { type: 'string', multiple: true },
  parameters: { type: 'string', multiple: true },
  nodes: { type: 'string', multiple: true },
  values: { type: 'boolean' },
  markdown: { type: 'boolean' },
  json: { type: 'boolean' },
  svg: { type: 'boolean' },
  'fail-on': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** Reads the command line; `help` where it is asked for. */
export function readOptions(args: readonly string[]): PlanOptions | 'help' {
  const { values, positionals } = parsed(args);
  const [command, after, ...more] = positionals;
  if (values.help || args.length === 0 || command === 'help') return 'help';
  if (command !== 'plan')
    throw new PlanError(`"${command ?? ''}" is no command: the only one is plan. See --help`);
  if (after === undefined)
    throw new PlanError('name what will be deployed: plan cdk.out --against <cdk.out | templates>');
  if (more.length > 0)
    throw new PlanError(`one folder or template is planned at a time, got also: ${more.join(', ')}`);
  if (values.against === undefined)
    throw new PlanError(
      '--against is missing: the cdk.out of the last deployment, or the deployed templates. See --help',
    );
  const formats = (['markdown', 'json', 'svg'] as const).filter((format) => values[format]);
  if (formats.length > 1)
    throw new PlanError(`choose one of ${formats.map((format) => `--${format}`).join(' and ')}`);
  return {
    after,
    against: values.against,
    images: values.image ?? [],
    parameters: values.parameters ?? [],
    nodes: new Map((values.nodes ?? []).map(nodesOf)),
    values: values.values ?? false,
    format: formats[0] ?? 'table',
    failOn: failOnOf(values['fail-on']),
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: PLAN_OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new PlanError(`${(error as Error).message.split('. ')[0]}. See --help`);
  }
}

function nodesOf(text: string): [string, number] {
  const [, tier, count] = /^(.+)=(\d+)$/.exec(text) ?? [];
  const nodes = Number(count);
  if (tier === undefined || nodes < 1 || nodes > 10_000)
    throw new PlanError(
      `--nodes must be a tier and its nodes, 1 to 10000, such as orders/standard=12, got: "${text}"`,
    );
  return [tier, nodes];
}

function failOnOf(text: string | undefined): FailOn | undefined {
  if (text === undefined || text === 'rolled' || text === 'replaced') return text;
  throw new PlanError(`--fail-on must be rolled or replaced, got: "${text}"`);
}
