import type { Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as ts from 'typescript';
import { EcsAutoScaledCluster } from '../../src';
import { blocks, page } from './markdown';

/** The example at the top of the README, in each language: the blocks before its first heading. */
export function readmeExample(): Map<string, string> {
  const readme = page('README.md');
  const end = readme.lines.findIndex((line) => line.startsWith('## '));
  const example = blocks(readme).filter(({ line }) => line <= end);
  return new Map(example.map(({ language, code }) => [language, code]));
}

/** The same without the lines that only say of what type the reader's own objects are. */
export function withoutDeclarations(code: string): string {
  const declaration = /^(declare const \w+: [\w.]+;|var \w+ [\w.]+|I?[A-Z]\w* \w+;|# \w+: [\w.]+)\n/gm;
  return code.replace(declaration, '').trim();
}

/** What a reader of the example has already. */
export function beforeTheExample(stack: Stack) {
  const vpc = new ec2.Vpc(stack, 'Vpc');
  const taskDefinition = new ecs.Ec2TaskDefinition(stack, 'TaskDefinition');
  taskDefinition.addContainer('web', { image: ecs.ContainerImage.fromRegistry('nginx'), memoryReservationMiB: 256 });
  return { vpc, taskDefinition };
}

/** Runs the example as it stands there, in TypeScript. */
export function runTheExample(stack: Stack): void {
  const names = { ec2, ecs, EcsAutoScaledCluster, ...beforeTheExample(stack) };
  const code = withoutDeclarations(readmeExample().get('ts') ?? '');
  const { outputText } = ts.transpileModule(code, { compilerOptions: { target: ts.ScriptTarget.ES2022 } });
  new Function(...Object.keys(names), outputText).apply(stack, Object.values(names));
}
