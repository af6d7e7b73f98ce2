import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, posix, relative } from 'node:path';
import { gunzipSync } from 'node:zlib';
import {
  type Documentable,
  Documentation,
  Language,
  MarkdownDocument,
  MarkdownRenderer,
  type Schema,
} from 'jsii-docgen';
import * as ts from 'typescript';

const ROOT = join(__dirname, '..');

/** A layer of the library and its public types, in the order in which a reader meets them. */
export interface Layer {
  readonly name: string;
  readonly types: readonly string[];
}

/** One type on the page: its line of the contents, and its section. */
interface Entry {
  readonly name: string;
  readonly id: string;
  readonly kind: string;
  readonly summary: string;
  readonly section: MarkdownDocument;
}

/**
 * One page for each language: where it goes, and how a reader of it has to take the examples and the names.
 */
interface Page {
  readonly path: string;
  readonly language: Language;
  readonly title: string;
  readonly note: string;
  /** The examples are shown as jsii has translated them. */
  readonly translated: boolean;
}

const shortened = (scope: string) => `They leave out imports, and \`${scope}\` is a stack.`;
const renamed = (name: string, here: string) =>
  `Names in the text are those of TypeScript: \`${name}\` is \`${here}\` here.`;
const translatedAnd = (tried: string) =>
  `The examples are jsii's translations of TypeScript, which is compiled and synthesized; ${tried}.`;

export const PAGES: readonly Page[] = [
  {
    path: 'API.md',
    language: Language.TYPESCRIPT,
    title: 'TypeScript',
    note: `The examples are compiled and synthesized with the tests. ${shortened('this')}`,
    translated: true,
  },
  {
    path: 'docs/api/python.md',
    language: Language.PYTHON,
    title: 'Python',
    note:
      `${translatedAnd('the tests run them in Python too')} ${shortened('self')} ` +
      `${renamed('addTier()', 'add_tier()')}`,
    translated: true,
  },
  {
    path: 'docs/api/java.md',
    language: Language.JAVA,
    title: 'Java',
    note: `${translatedAnd('the tests compile them')} ${shortened('this')} ${renamed('tiers', 'getTiers()')}`,
    translated: true,
  },
  {
    path: 'docs/api/csharp.md',
    language: Language.CSHARP,
    title: 'C#',
    note:
      `${translatedAnd('the C# is not compiled')} ${shortened('this')} ` +
      `${renamed('addTier()', 'AddTier()')}`,
    translated: true,
  },
  {
    path: 'docs/api/go.md',
    language: Language.GO,
    title: 'Go',
    note:
      "The examples are TypeScript, for jsii's translations to Go are not valid Go. " +
      `${shortened('this')} A whole app in Go is in [examples/go](../../examples/go). ` +
      `${renamed('addTier()', 'AddTier()')}`,
    translated: false,
  },
];

/**
 * The layers, from the barrel: it names each export, in the order of the layers, the most important first.
 */
export function layersOf(barrel: string): Layer[] {
  const layers = new Map<string, string[]>();
  for (const statement of ts.createSourceFile('index.ts', barrel, ts.ScriptTarget.ES2022).statements) {
    if (!ts.isExportDeclaration(statement)) continue;
    const { exportClause, moduleSpecifier } = statement;
    if (
      !exportClause ||
      !ts.isNamedExports(exportClause) ||
      !moduleSpecifier ||
      !ts.isStringLiteral(moduleSpecifier)
    ) {
      throw new Error('the barrel must name what it exports: the API reference is in its order');
    }
    const name = moduleSpecifier.text.split('/')[1];
    layers.set(name, [
      ...(layers.get(name) ?? []),
      ...exportClause.elements.map((element) => element.name.text),
    ]);
  }
  return [...layers].map(([name, types]) => ({ name, types }));
}

/** The page of one language. `original` has the examples as they were written. */
export function render(schema: Schema, original: Schema, layers: readonly Layer[], page: Page): string {
  const entries = entriesOf(withHonestExamples(schema, original, page), page.language);
  const document = new MarkdownDocument({
    header: { title: `API reference: ${page.title}` },
    id: 'api-reference',
  });
  document.lines(...introductionOf(page), '');
  const sections = layers.map(({ name, types }) => {
    const title = `${name[0].toUpperCase()}${name.slice(1)}`;
    const section = new MarkdownDocument({ header: { title }, id: name });
    document.lines(`**[${title}](#${name})**`, '');
    for (const type of types) {
      const entry = entries.get(type);
      if (!entry) throw new Error(`${type} is exported, but not in the assembly`);
      entries.delete(type);
      document.lines(`- [\`${entry.name}\`](#${entry.id}) (${entry.kind}): ${entry.summary}`);
      section.section(entry.section);
    }
    document.lines('');
    return section;
  });
  if (entries.size > 0) throw new Error(`the barrel does not name ${[...entries.keys()].join(', ')}`);
  for (const section of sections) document.section(section);
  const whole = new MarkdownDocument();
  whole.section(document);
  return `${whole.render().trimEnd()}\n`;
}

function introductionOf({ path, note }: Page): string[] {
  const others = PAGES.filter((page) => page.path !== path).map(
    (page) => `[${page.title}](${posix.relative(posix.dirname(path), page.path)})`,
  );
  return [
    '<!-- Generated by `npx projen docgen` from the docstrings of the sources. -->',
    '',
    note,
    '',
    `Other languages: ${others.join(', ')}. Guides: ` +
      `[docs](${posix.relative(posix.dirname(path), 'docs/README.md')}).`,
  ];
}

interface Named extends Documentable {
  readonly id: string;
  readonly displayName: string;
}

/** By the name in TypeScript. */
function entriesOf({ metadata, apiReference }: Schema, language: Language): Map<string, Entry> {
  if (!apiReference) throw new Error('jsii-docgen has found no types');
  const renderer = new MarkdownRenderer({ language, ...metadata });
  const { constructs, classes, structs, interfaces, enums } = apiReference;
  const entry = (
    kind: string,
    { id, displayName, docs }: Named,
    section: MarkdownDocument,
  ): [string, Entry] => [
    id.slice(metadata.packageName.length + 1),
    { name: displayName, id, kind, summary: docs.summary ?? '', section },
  ];
  return new Map([
    ...constructs.map((type) => entry('construct', type, renderer.visitConstruct(type))),
    ...classes.map((type) => entry('class', type, renderer.visitClass(type))),
    ...structs.map((type) => entry('struct', type, renderer.visitStruct(type))),
    ...interfaces.map((type) => entry('interface', type, renderer.visitInterface(type))),
    ...enums.map((type) => entry('enum', type, renderer.visitEnum(type))),
  ]);
}

interface Documented {
  readonly id?: string;
  readonly docs?: { readonly example?: string; readonly remarks?: string };
}

/**
 * jsii-docgen labels each example with the language of the page, also those that it has not translated: of
 * what is inherited from CDK, and of Go, where the translation is no Go. These go into the text,
 * as what they are.
 */
function withHonestExamples(schema: Schema, original: Schema, { language, translated }: Page): Schema {
  if (language === Language.TYPESCRIPT) return schema;
  const written = new Map<string, string>();
  const collect = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const { id, docs } = value as Documented;
    if (id && docs?.example) written.set(id, docs.example);
    Object.values(value).forEach(collect);
  };
  collect(original);
  const ownType = new RegExp(`^${schema.metadata.packageName}\\.\\w+$`);
  const honest = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(honest);
    if (typeof value !== 'object' || value === null) return value;
    const copy = Object.fromEntries(Object.entries(value).map(([key, item]) => [key, honest(item)]));
    const { id = '', docs } = copy as Documented;
    if (!docs?.example) return copy;
    if (translated && ownType.test(id)) return copy;
    const { example, ...others } = docs;
    const sample = `*Example*\n\n\`\`\`typescript\n${written.get(id) ?? example}\n\`\`\``;
    return {
      ...copy,
      docs: { ...others, remarks: others.remarks ? `${others.remarks}\n\n${sample}` : sample },
    };
  };
  return honest(schema) as Schema;
}

interface Assembly {
  readonly name: string;
  readonly types: Record<string, unknown>;
  readonly submodules?: Record<string, { readonly readme?: unknown }>;
  readonly dependencyClosure?: Record<string, unknown>;
}

function readAssembly(folder: string): Assembly {
  const assembly = JSON.parse(readFileSync(join(folder, '.jsii'), 'utf8'));
  if (assembly.schema !== 'jsii/file-redirect') return assembly;
  return JSON.parse(gunzipSync(readFileSync(join(folder, assembly.filename))).toString());
}

/** Only the types that are named from `own`, and from those, and so on: all that jsii-docgen can ask for. */
function namedFrom(own: Assembly, others: readonly Assembly[]): Assembly[] {
  const known = new Map(others.flatMap(({ types }) => Object.entries(types)));
  const named = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value === 'string' && known.has(value) && !named.has(value)) {
      named.add(value);
      visit(known.get(value));
      visit(value.slice(0, value.lastIndexOf('.'))); // the type in which it is nested, if it is
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, item] of Object.entries(value)) if (key !== 'docs') visit(item);
    }
  };
  visit(own.types);
  return others.map(({ types, submodules = {}, ...assembly }) => ({
    ...assembly,
    types: Object.fromEntries(Object.entries(types).filter(([name]) => named.has(name))),
    submodules: Object.fromEntries(
      Object.entries(submodules).map(([name, { readme, ...submodule }]) => [name, submodule]),
    ),
  }));
}

/**
 * A folder for jsii-docgen with this assembly and those that it depends on. jsii-docgen reads all that it
 * finds below the folder, twice for each language, and CDK is 80 MB, of which the reference names a fortieth;
 * it would also take the newer one of two versions, which is not the one that the library asks for.
 */
function gather(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const file of ['.jsii', '.jsii.tabl.json', 'package.json', 'rosetta']) {
    if (!existsSync(join(ROOT, file)))
      throw new Error(`there is no ${file}: run \`npx projen compile && npx projen post-compile\``);
    symlinkSync(relative(folder, join(ROOT, file)), join(folder, file));
  }
  const own = readAssembly(ROOT);
  const others = Object.keys(own.dependencyClosure ?? {}).map((name) =>
    readAssembly(join(ROOT, 'node_modules', name)),
  );
  for (const assembly of namedFrom(own, others)) {
    const path = join(folder, assembly.name, '.jsii');
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, JSON.stringify(assembly));
  }
}

async function main(): Promise<void> {
  // below the root: the translation resolves CDK from here
  const folder = join(ROOT, '.cache', 'api-reference');
  gather(folder);
  const documentation = await Documentation.forProject(ROOT, { assembliesDir: folder });
  const schemaOf = async (language: Language) =>
    (await documentation.toJson({ language, allSubmodules: true })).content;
  const layers = layersOf(readFileSync(join(ROOT, 'src', 'index.ts'), 'utf8'));
  const original = await schemaOf(Language.TYPESCRIPT);
  mkdirSync(join(ROOT, 'docs', 'api'), { recursive: true });
  for (const page of PAGES)
    writeFileSync(join(ROOT, page.path), render(await schemaOf(page.language), original, layers, page));
  rmSync(folder, { recursive: true });
}

if (require.main === module) void main();
