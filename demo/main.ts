import { join, relative } from 'node:path';
import { bootNode, cannotBoot } from './boot';
import { drawPlan, planOfTheChange, synthesizeChanged } from './plan';
import { nodeOf, rowsOf, synthesize } from './synthesis';
import { table } from './table';

const OUT = join(__dirname, '..', 'cdk.out', 'article');
const CHANGED = join(__dirname, '..', 'cdk.out', 'article-changed');

/** Tells what takes a while on standard error, so that standard output is the result alone. */
async function step<T>(what: string, body: () => T | Promise<T>): Promise<T> {
  // An empty line: the table that was printed before must not run into it.
  process.stderr.write(`\n… ${what}\n`);
  const start = Date.now();
  const result = await body();
  process.stderr.write(`✓ ${what} (${((Date.now() - start) / 1000).toFixed(1)} s)\n`);
  return result;
}

function section(title: string, text: string): void {
  process.stdout.write(`\n${title}\n\n${text}\n`);
}

async function main(): Promise<void> {
  const estate = await step("synthesizing the article's estate, examples/article", () => synthesize(OUT));
  section(
    'Clusters and their tiers',
    table(['cluster', 'tier', 'instance types', 'nodes', 'role', 'template', 'user data'], rowsOf(estate)),
  );

  const node = nodeOf(estate, 'search', 'standard');
  const reason = cannotBoot();
  if (reason === undefined) {
    const booted = await step(
      `booting a node of ${node.clusterName}/${node.tierName}: real systemd and cloud-init (the first ` +
        'time fetches them)',
      () => bootNode(node),
    );
    section(
      `A node of ${node.clusterName}/${node.tierName}, whose template three clusters share, after ` +
        `${booted.seconds.toFixed(1)} s`,
      '  the agent ' +
        `${booted.joined ? 'has started, and joins the cluster that the ClusterName tag names' : 'has not started'}`,
    );
    for (const { path, mode, text } of booted.files) section(`${path} (mode ${mode})`, indented(text));
    section(
      'Kernel parameters, as the kernel says them',
      table(
        ['parameter', 'value'],
        Object.entries(booted.sysctls)
          .filter(([key]) => PARAMETERS.includes(key))
          .map(([key, value]) => [key, value.replace(/\s+/g, ' ')]),
      ),
    );
    if (!booted.joined) process.exitCode = 1;
  } else {
    section('No node was booted', `  left out here: ${reason}`);
  }
  section(
    'Templates',
    estate.assembly.stacks.map((stack) => `  ${relative(process.cwd(), stack.templateFullPath)}`).join('\n'),
  );

  await step('synthesizing a change: one more command in the boot of the template "Standard"', () =>
    synthesizeChanged(CHANGED),
  );
  section('A plan of its deployment', indented(planOfTheChange(OUT, CHANGED)));
  section('The plan as a picture', `  ${relative(process.cwd(), drawPlan(OUT, CHANGED))}`);
}

const PARAMETERS = ['net.core.somaxconn', 'net.ipv4.ip_local_port_range'];

function indented(text: string): string {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
}

main().catch((error: unknown) => {
  process.stderr.write(`✗ ${error instanceof Error ? error.stack : error}\n`);
  process.exitCode = 1;
});
