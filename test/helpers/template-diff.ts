import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** Resources of one or more stacks, by their logical ids. */
export type Resources = Record<string, any>;

/** What a deployment changes, by meaning: of resources that stay, the properties with their paths. */
export interface TemplateDiff {
  /** Types of new resources, each once, sorted. */
  readonly added: string[];
  /** Types of resources that go, each once, sorted. */
  readonly removed: string[];
  /** `Type path`, each once, sorted. Without dependencies, which change nothing that runs. */
  readonly changed: string[];
  /** Logical ids of resources that CloudFormation replaces, because of a property that it cannot change. */
  readonly replaced: string[];
}

export function templateDiff(before: Resources, after: Resources): TemplateDiff {
  const ids = (one: Resources, other: Resources) => Object.keys(one).filter((id) => other[id] === undefined);
  const stay = Object.keys(before).filter((id) => after[id] !== undefined);
  const changes = stay.flatMap((id) =>
    changedPaths(before[id].Properties, after[id].Properties).map((path) => ({
      id,
      type: before[id].Type as string,
      path,
    })),
  );
  return {
    added: sorted(ids(after, before).map((id) => after[id].Type)),
    removed: sorted(ids(before, after).map((id) => before[id].Type)),
    changed: sorted(changes.map(({ type, path }) => `${type} ${path.join('.')}`)),
    replaced: sorted([
      ...stay.filter((id) => before[id].Type !== after[id].Type),
      ...changes
        .filter(({ type, path: [property] }) => replacing(type).includes(property))
        .map(({ id }) => id),
    ]),
  };
}

function changedPaths(before: unknown, after: unknown, path: string[] = []): string[][] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (!isObject(before) || !isObject(after) || isReference(before) || isReference(after)) return [path];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) =>
    changedPaths(before[key], after[key], [...path, key]),
  );
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;
const isReference = (value: object) => /^(Ref|Fn::\w+)$/.test(Object.keys(value)[0] ?? '');
const sorted = (values: string[]) => [...new Set(values)].sort();

interface ResourceType {
  readonly cloudFormationType: string;
  readonly properties: Record<string, { readonly causesReplacement?: 'no' | 'yes' | 'maybe' }>;
}

let types: Map<string, ResourceType> | undefined;

/** What the table of the CDK's own command line says, by which `cdk diff` marks replacements. */
function replacing(type: string): string[] {
  types ??= readTypes();
  const known = types.get(type);
  if (known === undefined) throw new Error(`no such type of resource: ${type}`);
  return Object.keys(known.properties).filter(
    (name) => (known.properties[name].causesReplacement ?? 'no') !== 'no',
  );
}

function readTypes(): Map<string, ResourceType> {
  const table = join(dirname(require.resolve('aws-cdk/package.json')), 'db.json.gz');
  const { schema } = JSON.parse(gunzipSync(readFileSync(table)).toString());
  const entities: ResourceType[] = schema.resource.entities;
  return new Map(entities.map((entity) => [entity.cloudFormationType, entity]));
}
