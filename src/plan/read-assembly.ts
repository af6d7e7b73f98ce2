import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PlanError } from './plan-error';
import { STACK } from './resource-rules';
import { at, type Dict, isDict, listAt, resourcesOf, type StackTree, type Template } from './template';

/** Reads a file into a template. */
type Read = (file: string) => Template;

/** The folder of an assembly. */
class Folder {
  private files?: Map<string, string>;

  public constructor(
    public readonly path: string,
    public readonly read: Read,
  ) {}

  /** The file of an asset by its hash. The asset manifests are read once, and only for nested stacks. */
  public asset(hash: string): string | undefined {
    this.files ??= assetsOf(this.path);
    return this.files.get(hash);
  }
}

/** The stacks of a cloud assembly, those of its stages too. */
export function readAssembly(folder: string, read: Read): StackTree[] {
  const manifest = json(join(folder, 'manifest.json'));
  const artifacts = at(manifest, 'artifacts');
  if (!isDict(artifacts))
    throw new PlanError(`${folder} is no cloud assembly: its manifest.json has no \`artifacts\``);
  const own = new Folder(folder, read);
  return Object.entries(artifacts).flatMap(([id, artifact]) => {
    if (!isDict(artifact)) return [];
    const file = (name: string) => join(folder, String(at(artifact, `properties.${name}`)));
    if (artifact.type === 'cdk:cloud-assembly') return readAssembly(file('directoryName'), read);
    if (artifact.type !== 'aws:cloudformation:stack') return [];
    const name = String(at(artifact, 'properties.stackName') ?? id);
    const paths = pathsOf(folder, artifact);
    return [
      treeOf(own, file('templateFile'), {
        name,
        environment: typeof artifact.environment === 'string' ? artifact.environment : undefined,
        paths,
      }),
    ];
  });
}

function treeOf(folder: Folder, file: string, tree: Omit<StackTree, 'template' | 'nested'>): StackTree {
  const template = folder.read(file);
  const nested = resourcesOf(template, STACK).map(([id, resource]) => {
    const source = sourceOf(folder, resource);
    if (source === undefined || !existsSync(join(folder.path, source))) return [id, undefined] as const;
    const inner = { ...tree, name: `${tree.name}/${id}` };
    return [id, treeOf(folder, join(folder.path, source), inner)] as const;
  });
  return { ...tree, template, nested: new Map(nested) };
}

/** The file of a nested stack, by the hash in its URL. Metadata has it only where the CLI has run. */
function sourceOf(folder: Folder, resource: unknown): string | undefined {
  const url = JSON.stringify(at(resource, 'Properties.TemplateURL') ?? '');
  const [hash] = /[0-9a-f]{64}(?=\.json)/.exec(url) ?? [];
  const asset = hash === undefined ? undefined : folder.asset(hash);
  if (asset !== undefined) return asset;
  const path =
    isDict(resource) && isDict(resource.Metadata) ? resource.Metadata['aws:asset:path'] : undefined;
  return typeof path === 'string' ? path : undefined;
}

/** The files of a folder by their hashes, from its asset manifests. */
function assetsOf(folder: string): Map<string, string> {
  const assets = new Map<string, string>();
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.assets.json'))) {
    const files = at(json(join(folder, name)), 'files');
    for (const file of isDict(files) ? Object.values(files) : []) {
      const destinations = at(file, 'destinations');
      for (const destination of isDict(destinations) ? Object.values(destinations) : []) {
        const [hash] = /[0-9a-f]{64}/.exec(String(at(destination, 'objectKey'))) ?? [];
        if (hash !== undefined) assets.set(hash, String(at(file, 'source.path')));
      }
    }
  }
  return assets;
}

/** The constructs' paths by logical id, which are in the manifest or next to it. */
function pathsOf(folder: string, artifact: Dict): Map<string, string> {
  const extra = artifact.additionalMetadataFile;
  const file = typeof extra === 'string' ? join(folder, extra) : undefined;
  const metadata = { ...asDict(artifact.metadata), ...(file && existsSync(file) ? asDict(json(file)) : {}) };
  const paths = new Map<string, string>();
  for (const [path, entries] of Object.entries(metadata))
    for (const entry of listAt({ entries }, 'entries'))
      if (at(entry, 'type') === 'aws:cdk:logicalId')
        paths.set(String(at(entry, 'data')), path.replace(/^\//, ''));
  return paths;
}

const asDict = (value: unknown): Dict => (isDict(value) ? value : {});

function json(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new PlanError(`${file} cannot be read: ${(error as Error).message}`);
  }
}
