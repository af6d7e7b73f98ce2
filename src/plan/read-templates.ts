import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { PlanError } from './plan-error';
import { readAssembly } from './read-assembly';
import { STACK } from './resource-rules';
import { isDict, resourcesOf, type StackTree, type Template } from './template';

/** How a template is had as JSON. */
const GET_TEMPLATE =
  'aws cloudformation get-template --stack-name NAME --query TemplateBody --output json > NAME.json';

/** Reads a cloud assembly (`cdk.out`), a template, or a folder of templates that are named like their stacks. */
export function readTemplates(path: string): StackTree[] {
  if (!existsSync(path))
    throw new PlanError(`${path} is not there. Give a cdk.out folder, or templates: ${GET_TEMPLATE}`);
  if (!statSync(path).isDirectory()) {
    if (basename(path) === 'manifest.json') return readTemplates(dirname(path));
    return trees(new Map([[stackName(path), readTemplate(path)]]));
  }
  if (existsSync(join(path, 'manifest.json'))) {
    const stacks = readAssembly(path, readTemplate);
    if (stacks.length === 0) throw new PlanError(`${path} has no stack in its manifest.json`);
    return stacks;
  }
  const files = filesBelow(path);
  const yaml = files.find((file) => /\.(ya?ml|template)$/.test(file));
  const json = files.filter((file) => file.endsWith('.json') && !file.endsWith('.nested.template.json'));
  if (yaml !== undefined) throw yamlRefused(yaml);
  if (json.length === 0)
    throw new PlanError(
      `${path} has neither a manifest.json nor a template. Run cdk synth, or: ${GET_TEMPLATE}`,
    );
  const byFolder = new Map<string, Map<string, Template>>();
  for (const file of json) {
    const folder = relative(path, dirname(file));
    byFolder.set(folder, (byFolder.get(folder) ?? new Map()).set(stackName(file), readTemplate(file)));
  }
  return [...byFolder].flatMap(([folder, templates]) => {
    const [account, region] = folder.split(sep);
    return trees(templates, region ? `aws://${account}/${region}` : undefined);
  });
}

const stackName = (file: string) => basename(file).replace(/(\.template)?\.json$/, '');

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? filesBelow(path) : [path];
    });

const yamlRefused = (file: string) =>
  new PlanError(
    `${file} is YAML, and this command reads JSON, which CDK deploys: ${GET_TEMPLATE}. ` +
      'What was deployed as YAML comes back as YAML: convert it first, for example with cfn-flip',
  );

/** A template from a file: its text, or what `get-template` prints. */
export function readTemplate(file: string): Template {
  if (/\.ya?ml$/.test(file)) throw yamlRefused(file);
  return templateOf(readJson(file), file);
}

export function readJson(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    throw new PlanError(`${file} cannot be read: ${(error as Error).message}`);
  }
  return parse(text, file);
}

function parse(text: string, file: string): unknown {
  if (/^(---|#|AWSTemplateFormatVersion|Resources|Description|Parameters|Transform)/.test(text.trimStart()))
    throw yamlRefused(file);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new PlanError(`${file} is no JSON: ${(error as Error).message}`);
  }
}

function templateOf(json: unknown, file: string): Template {
  // A body that was deployed with spaces in another way comes as a text.
  if (typeof json === 'string') return templateOf(parse(json, file), file);
  if (isDict(json) && json.TemplateBody !== undefined) return templateOf(json.TemplateBody, file);
  if (!isDict(json) || !isDict(json.Resources))
    throw new PlanError(`${file} is no template: it has no \`Resources\`. ${GET_TEMPLATE}`);
  return json as Template;
}

/** Templates by the names of their stacks. What CloudFormation named after a nested stack goes into it. */
function trees(templates: ReadonlyMap<string, Template>, environment?: string): StackTree[] {
  const inner = new Set<string>();
  const tree = (name: string, path: string, template: Template): StackTree => ({
    name: path,
    environment,
    template,
    paths: new Map(),
    nested: new Map(
      resourcesOf(template, STACK).map(([id]) => {
        const own = [...templates.keys()].find((other) => isNestedName(other, name, id));
        if (own) inner.add(own);
        const nested = own === undefined ? undefined : templates.get(own);
        return [id, nested && own !== undefined ? tree(own, `${path}/${id}`, nested) : undefined];
      }),
    ),
  });
  const all = [...templates].map(([name, template]) => [name, tree(name, name, template)] as const);
  return all.filter(([name]) => !inner.has(name)).map(([, one]) => one);
}

/** CloudFormation names it parent, logical id, random letters, and cuts the second where it gets long. */
function isNestedName(name: string, parent: string, id: string): boolean {
  if (!name.startsWith(`${parent}-`)) return false;
  const rest = name.slice(parent.length + 1);
  if (rest === id) return true;
  const [, piece] = /^(\w+)-[A-Z0-9]{10,}$/.exec(rest) ?? [];
  return piece !== undefined && id.startsWith(piece);
}
