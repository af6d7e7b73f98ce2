import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { NodeTemplate } from 'cdk-ecs-auto-scaled-cluster';
import { Estate } from '../examples/article/estate';
import { runCommand } from '../src/plan/run';

/** The estate with one line more in a node template of production, which three clusters share. */
export function synthesizeChanged(outdir: string): void {
  const app = new App({ outdir });
  const estate = new Estate(app, 'Article');
  for (const template of estate.node.findAll())
    if (template instanceof NodeTemplate && template.node.id === 'Standard')
      template.bootstrap.addCommands('sysctl -w vm.max_map_count=262144');
  app.synth();
}

/** What the command prints for a deployment of the change. The image is said to be the one that runs. */
export function planOfTheChange(before: string, after: string, ...format: string[]): string {
  let text = '';
  const code = runCommand(['plan', after, '--against', before, '--image', 'same', ...format], {
    out: (part) => {
      text += part;
    },
    error: (part) => process.stderr.write(part),
    isTerminal: false,
    environment: {},
  });
  if (code !== 0) throw new Error(`the plan exited with ${code}`);
  return text;
}

/** Writes the picture of the plan; returns its path. */
export function drawPlan(before: string, after: string): string {
  const file = join(after, 'plan.svg');
  writeFileSync(file, planOfTheChange(before, after, '--svg'));
  return file;
}
