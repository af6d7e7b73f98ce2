/**
 * The API reference of the site, straight from the jsii assembly: a page for each type. A type's own members
 * come first; what it inherits is folded, and each field is documented in one place, to which the others link.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { layersOf } from '../api-reference';
import { ROOT } from './links';

const OUT = join(ROOT, 'site', 'reference');
/** Where CDK documents its own types. */
const CDK = 'https://docs.aws.amazon.com/cdk/api/v2/docs';

interface Docs {
  readonly summary?: string;
  readonly remarks?: string;
  readonly default?: string;
  readonly example?: string;
  readonly deprecated?: string;
  readonly returns?: string;
}
interface TypeReference {
  readonly primitive?: string;
  readonly fqn?: string;
  readonly collection?: { readonly kind: 'array' | 'map'; readonly elementtype: TypeReference };
  readonly union?: { readonly types: readonly TypeReference[] };
}
interface Parameter {
  readonly name: string;
  readonly optional?: boolean;
  readonly variadic?: boolean;
  readonly type: TypeReference;
  readonly docs?: Docs;
}
interface Member {
  readonly name: string;
  readonly docs?: Docs;
  readonly protected?: boolean;
  readonly static?: boolean;
  readonly overrides?: string;
}
interface Property extends Member {
  readonly type: TypeReference;
  readonly optional?: boolean;
}
interface Method extends Member {
  readonly parameters?: readonly Parameter[];
  readonly returns?: { readonly type: TypeReference; readonly optional?: boolean };
}
interface Type {
  readonly fqn: string;
  readonly name: string;
  readonly kind: 'class' | 'interface' | 'enum';
  readonly datatype?: boolean;
  readonly base?: string;
  readonly interfaces?: readonly string[];
  readonly docs?: Docs;
  readonly initializer?: { readonly parameters?: readonly Parameter[]; readonly protected?: boolean };
  readonly methods?: readonly Method[];
  readonly properties?: readonly Property[];
  readonly members?: readonly Member[];
}
interface Assembly {
  readonly name: string;
  readonly types: Readonly<Record<string, Type>>;
}

/** A file to write, by its name in the folder of the reference. */
export interface File {
  readonly name: string;
  readonly text: string;
}

/** The assembly of a package; the large ones are zipped. */
export function readAssembly(folder: string): Assembly {
  const file = join(folder, '.jsii');
  if (!existsSync(file)) throw new Error('there is no .jsii: run `npx projen compile` first');
  const found = JSON.parse(readFileSync(file, 'utf8'));
  return found.schema === 'jsii/file-redirect'
    ? JSON.parse(gunzipSync(readFileSync(join(folder, found.filename))).toString())
    : found;
}

type Kind = 'property' | 'field' | 'method' | 'member';
const snake = (name: string) =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
    .toLowerCase();
const pascal = (name: string) => `${name[0].toUpperCase()}${name.slice(1)}`;
/** jsii puts a `_` behind what is a word of Python itself. */
const PYTHON_KEYWORDS = ['from', 'lambda', 'import', 'class', 'global', 'in', 'is', 'pass', 'with', 'yield'];

/** What a member is called in the other languages. */
export function namesOf(name: string, kind: Kind): Record<string, string> {
  if (kind === 'member') return {};
  const python = snake(name);
  return {
    Python: PYTHON_KEYWORDS.includes(python) ? `${python}_` : python,
    Java: kind === 'property' ? `get${pascal(name)}` : name,
    'C#': pascal(name),
    Go: pascal(name),
  };
}

const LANGUAGE_CLASS: Readonly<Record<string, string>> = {
  Python: 'python',
  Java: 'java',
  'C#': 'csharp',
  Go: 'go',
};

/**
 * The names that differ, below the heading and not in it: search, outline and screen readers take all of a
 * heading's text.
 */
function otherNames(name: string, kind: Kind): string {
  const spans = Object.entries(namesOf(name, kind)).flatMap(([language, other]) =>
    other === name
      ? []
      : [`<span class="l-${LANGUAGE_CLASS[language]}">${language} <code>${other}</code></span>`],
  );
  return spans.length === 0 ? '' : `<p class="names">${spans.join(' ')}</p>`;
}

/** Text for Vue, which takes `{{` and `<word>` for its own where they are no code. */
const safe = (text = '') =>
  text.replace(
    /(```[\s\S]*?```|`[^`]*`)|\{\{|<(?=[A-Za-z/])/g,
    (all, code) => code ?? (all === '{{' ? '&#123;&#123;' : '&lt;'),
  );
const cell = (text = '') =>
  safe(text)
    .replace(/\s*\n\s*/g, ' ')
    .replaceAll('|', '\\|');
const textOf = (docs: Docs = {}) =>
  [docs.deprecated && `**Deprecated:** ${safe(docs.deprecated)}`, safe(docs.summary), safe(docs.remarks)]
    .filter(Boolean)
    .join('\n\n');
const exampleOf = (docs: Docs = {}) =>
  docs.example === undefined ? '' : `\`\`\`ts\n${docs.example.trim()}\n\`\`\``;
const defaultOf = (docs: Docs = {}) =>
  docs.default === undefined ? '' : ` *Default:* ${cell(docs.default.replace(/^-\s*/, ''))}`;
const anchor = (name: string) => name.toLowerCase();
const signature = (parameters: readonly Parameter[]) =>
  parameters
    .map(({ name, optional, variadic }) => `${variadic ? '...' : ''}${name}${optional ? '?' : ''}`)
    .join(', ');

/** What the pages are made of: the library's assembly, and those it inherits from. */
class Reference {
  private readonly own: readonly Type[];

  public constructor(
    private readonly assembly: Assembly,
    private readonly foreign: Readonly<Record<string, Type>>,
  ) {
    this.own = Object.values(assembly.types);
  }

  private isOwn(fqn: string): boolean {
    return this.assembly.types[fqn] !== undefined;
  }

  private find(fqn: string): Type | undefined {
    return this.assembly.types[fqn] ?? this.foreign[fqn];
  }

  private link(fqn: string): string {
    return this.isOwn(fqn) ? `./${this.assembly.types[fqn].name}.md` : `${CDK}/${fqn}.html`;
  }

  private shortName(fqn: string): string {
    const [, module, ...rest] = fqn.split('.');
    return rest.length === 0 ? module : `${module.replace(/^aws_/, '')}.${rest.join('.')}`;
  }

  /** A type as TypeScript writes it, with links. */
  private type(type: TypeReference | undefined): string {
    if (type === undefined) return '`void`';
    if (type.primitive !== undefined) return `\`${type.primitive}\``;
    if (type.fqn !== undefined) return `[\`${this.shortName(type.fqn)}\`](${this.link(type.fqn)})`;
    if (type.collection !== undefined) {
      const element = this.type(type.collection.elementtype);
      return type.collection.kind === 'array' ? `list of ${element}` : `map of ${element}`;
    }
    if (type.union !== undefined) return type.union.types.map((one) => this.type(one)).join(' or ');
    return '`any`';
  }

  /** The structs that a struct extends, the nearest first, each once. */
  private parents(type: Type): Type[] {
    const found = (type.interfaces ?? []).flatMap((fqn) => {
      const parent = this.find(fqn);
      return parent === undefined ? [] : [parent, ...this.parents(parent)];
    });
    return [...new Set(found)];
  }

  private bases(type: Type): Type[] {
    const base = type.base === undefined ? undefined : this.find(type.base);
    return base === undefined ? [] : [base, ...this.bases(base)];
  }

  private kind(type: Type): string {
    if (type.kind === 'enum') return 'enum';
    if (type.kind === 'interface') return type.datatype ? 'struct' : 'interface';
    return this.bases(type).some(({ fqn }) => fqn === 'constructs.Construct') ? 'construct' : 'class';
  }

  private usedBy(type: Type): string[] {
    const name = `"fqn":"${type.fqn}"`;
    return this.own
      .filter(
        (other) =>
          other !== type &&
          JSON.stringify([other.methods, other.properties, other.initializer]).includes(name),
      )
      .map((other) => `[\`${other.name}\`](./${other.name}.md)`);
  }

  private fieldRow(field: Property, owner?: Type): string {
    const name = `\`${field.name}\``;
    const target = `${owner === undefined ? '' : this.link(owner.fqn)}#${anchor(field.name)}`;
    const shown = owner === undefined || this.isOwn(owner.fqn) ? `[${name}](${target})` : name;
    const required = field.optional ? '' : ' *required*';
    return (
      `| ${shown}${required} | ${this.type(field.type)} | ` +
      `${cell(field.docs?.summary)}${defaultOf(field.docs)} |`
    );
  }

  private struct(type: Type): string[] {
    const sorted = (fields: readonly Property[] = []) =>
      [...fields].sort((a, b) => Number(!!a.optional) - Number(!!b.optional));
    const head = ['| field | type | |', '| --- | --- | --- |'];
    const fields = sorted(type.properties);
    const table =
      fields.length === 0 ? [] : ['## Fields', '', ...head, ...fields.map((one) => this.fieldRow(one)), ''];
    const inherited = this.parents(type).flatMap((parent) => {
      const theirs = sorted(parent.properties);
      if (theirs.length === 0) return [];
      return [
        `<details class="inherited"><summary>${theirs.length} fields of ${parent.name}</summary>`,
        '',
        `Documented in [\`${parent.name}\`](${this.link(parent.fqn)}).`,
        '',
        ...head,
        ...theirs.map((one) => this.fieldRow(one, parent)),
        '',
        '</details>',
        '',
      ];
    });
    const sections = fields.flatMap((field) => [
      `### \`${field.name}\` {#${anchor(field.name)}}`,
      '',
      otherNames(field.name, 'field'),
      '',
      `${this.type(field.type)}${field.optional ? '' : ', required'}.${defaultOf(field.docs)}`,
      '',
      textOf(field.docs),
      '',
      exampleOf(field.docs),
      '',
    ]);
    return [...table, ...inherited, ...sections];
  }

  private parameters(parameters: readonly Parameter[]): string[] {
    if (parameters.length === 0) return [];
    const rows = parameters.map(
      ({ name, optional, type, docs }) =>
        `| \`${name}\`${optional ? '' : ' *required*'} | ${this.type(type)} | ${cell(docs?.summary)} |`,
    );
    return ['| parameter | type | |', '| --- | --- | --- |', ...rows, ''];
  }

  private method(method: Method, type: Type): string[] {
    const parameters = method.parameters ?? [];
    const call = `${method.static ? `${type.name}.` : ''}${method.name}(${signature(parameters)})`;
    const returns = method.returns
      ? [`Returns ${this.type(method.returns.type)}. ${cell(method.docs?.returns)}`, '']
      : [];
    return [
      `### \`${call}\` {#${anchor(method.name)}}`,
      '',
      otherNames(method.name, 'method'),
      '',
      textOf(method.docs),
      '',
      ...this.parameters(parameters),
      ...returns,
      exampleOf(method.docs),
      '',
    ];
  }

  private class(type: Type): string[] {
    const out: string[] = [];
    const { initializer } = type;
    if (type.kind === 'class' && initializer !== undefined && !initializer.protected) {
      const parameters = initializer.parameters ?? [];
      out.push(
        '## Constructor',
        '',
        `\`new ${type.name}(${signature(parameters)})\``,
        '',
        ...this.parameters(parameters),
      );
    }
    const methods = (type.methods ?? []).filter((one) => !one.protected);
    const overrides = methods.filter(({ overrides: of }) => of !== undefined);
    const own = methods.filter(({ overrides: of }) => of === undefined);
    for (const [title, list] of [
      ['Static methods', own.filter((one) => one.static)],
      ['Methods', own.filter((one) => !one.static)],
    ] as const)
      if (list.length > 0) out.push(`## ${title}`, '', ...list.flatMap((one) => this.method(one, type)));
    const properties = (type.properties ?? []).filter((one) => !one.protected);
    if (properties.length > 0) out.push('## Properties', '');
    for (const property of properties)
      out.push(
        `### \`${property.static ? `${type.name}.` : ''}${property.name}\` {#${anchor(property.name)}}`,
        '',
        otherNames(property.name, property.static ? 'member' : 'property'),
        '',
        `${this.type(property.type)}${property.optional ? ', may be undefined' : ''}.`,
        '',
        textOf(property.docs),
        '',
      );
    if (overrides.length > 0) {
      const names = overrides.map(({ name }) => `\`${name}()\``).join(', ');
      out.push(`It has its own ${names}, as its base class says.`, '');
    }
    for (const base of this.bases(type)) {
      const names = [
        ...(base.methods ?? []).filter((one) => !one.protected).map(({ name }) => `\`${name}()\``),
        ...(base.properties ?? []).filter((one) => !one.protected).map(({ name }) => `\`${name}\``),
      ];
      if (names.length === 0) continue;
      out.push(
        `<details class="inherited"><summary>${names.length} members of ${this.shortName(base.fqn)}</summary>`,
        '',
        `[Documented there](${this.link(base.fqn)}): ${names.join(', ')}.`,
        '',
        '</details>',
        '',
      );
    }
    return out;
  }

  private enum({ members = [] }: Type): string[] {
    return members.flatMap(({ name, docs }) => [`### \`${name}\` {#${anchor(name)}}`, '', textOf(docs), '']);
  }

  private page(type: Type): string {
    const kind = this.kind(type);
    const extended = [...(type.base === undefined ? [] : [type.base]), ...(type.interfaces ?? [])];
    const body = kind === 'enum' ? this.enum(type) : kind === 'struct' ? this.struct(type) : this.class(type);
    const users = this.usedBy(type);
    return [
      '---',
      'editLink: false',
      'outline: [2, 3]',
      '---',
      '',
      `# ${type.name}`,
      '',
      `<Badge type="info" text="${kind}" />` +
        (extended.length === 0 ? '' : ` extends ${extended.map((fqn) => this.type({ fqn })).join(', ')}`),
      '',
      textOf(type.docs),
      '',
      exampleOf(type.docs),
      '',
      ...(users.length === 0 ? [] : [`Used by ${users.join(', ')}.`, '']),
      ...body,
    ]
      .join('\n')
      .replace(/\n{3,}/g, '\n\n');
  }

  /** All pages, their index, and the bar at the side, in the order of the layers. */
  public files(barrel: string): File[] {
    const layers = layersOf(barrel).map(({ name, types }) => ({
      title: pascal(name),
      types: types.map((one) => {
        const type = this.assembly.types[`${this.assembly.name}.${one}`];
        if (type === undefined) throw new Error(`${one} is exported, but not in the assembly: compile again`);
        return type;
      }),
    }));
    const index = layers.flatMap(({ title, types }) => [
      `## ${title}`,
      '',
      '| type | | |',
      '| --- | --- | --- |',
      ...types.map(
        (type) =>
          `| [\`${type.name}\`](./${type.name}.md) | ${this.kind(type)} | ${cell(type.docs?.summary)} |`,
      ),
      '',
    ]);
    const introduction =
      'Every public type, by layer, the cluster first. Types are written as in TypeScript. Choose a language ' +
      'at the top of the page, and the samples and the names of members follow. ' +
      'The samples are compiled in TypeScript and translated by jsii. ' +
      'There is no Go among them: [Getting started](/getting-started.md#in-other-languages) has an app in Go.';
    const sidebar = layers.map(({ title, types }) => ({
      text: title,
      items: types.map(({ name }) => ({ text: name, link: `/reference/${name}` })),
    }));
    return [
      ...layers.flatMap(({ types }) =>
        types.map((type) => ({ name: `${type.name}.md`, text: this.page(type) })),
      ),
      {
        name: 'index.md',
        text: [
          '---',
          'editLink: false',
          'outline: 2',
          '---',
          '',
          '# API reference',
          '',
          introduction,
          '',
          ...index,
        ].join('\n'),
      },
      { name: 'sidebar.json', text: JSON.stringify(sidebar, undefined, 1) },
    ];
  }
}

/** The files of the reference, from what compile wrote. */
export function referenceFiles(): File[] {
  const foreign = ['aws-cdk-lib', 'constructs'].map(
    (name) => readAssembly(join(ROOT, 'node_modules', name)).types,
  );
  const reference = new Reference(readAssembly(ROOT), Object.assign({}, ...foreign));
  return reference.files(readFileSync(join(ROOT, 'src', 'index.ts'), 'utf8'));
}

function main(): void {
  const files = referenceFiles();
  rmSync(OUT, { recursive: true, force: true });
  mkdirSync(OUT, { recursive: true });
  for (const { name, text } of files) writeFileSync(join(OUT, name), text);
  console.log(`site/reference: ${files.length - 2} types`);
}

if (require.main === module) main();
