import { Duration, type Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as ts from 'typescript';
import * as library from '../../src';
import { blocks, page } from './markdown';

/** An example of the pages, in each language. */
export type Example = Map<string, string>;

/** The blocks of a page whose first line of code is above one line and below another. */
function exampleBetween(
  path: string,
  from: (line: string) => boolean,
  to: (line: string) => boolean,
): Example {
  const of = page(path);
  const first = of.lines.findIndex(from);
  const last = of.lines.findIndex((line, index) => index > first && to(line));
  const found = blocks(of).filter(({ line }) => line > first && line <= last);
  return new Map(found.map(({ language, code }) => [language, code]));
}

/** The example at the top of the README. */
export function readmeExample(): Example {
  return exampleBetween(
    'README.md',
    (line) => line.startsWith('# '),
    (line) => line.startsWith('## '),
  );
}

/** The example of "In other languages". */
export function guideExample(): Example {
  return exampleBetween(
    'docs/getting-started.md',
    (line) => line === '## In other languages',
    (line) => line.startsWith('## '),
  );
}

/** The same without the lines that only say of what type the reader's own objects are. */
export function withoutDeclarations(code: string): string {
  const declaration = /^(declare const \w+: [\w.]+;|var \w+ [\w.]+|I?[A-Z]\w* \w+;|# \w+: [\w.]+)\n/gm;
  return code.replace(declaration, '').trim();
}

/** What a reader of the examples has already. */
export function beforeTheExample(stack: Stack) {
  const vpc = new ec2.Vpc(stack, 'Vpc');
  const taskDefinition = new ecs.Ec2TaskDefinition(stack, 'TaskDefinition');
  taskDefinition.addContainer('web', {
    image: ecs.ContainerImage.fromRegistry('nginx'),
    memoryReservationMiB: 256,
  });
  return { vpc, taskDefinition };
}

/** Runs an example as it stands there, in TypeScript. */
export function runInTypeScript(example: Example, stack: Stack): void {
  const names = { ec2, ecs, Duration, ...library, ...beforeTheExample(stack) };
  const code = withoutDeclarations(example.get('ts') ?? '');
  const { outputText } = ts.transpileModule(code, { compilerOptions: { target: ts.ScriptTarget.ES2022 } });
  new Function(...Object.keys(names), outputText).apply(stack, Object.values(names));
}
