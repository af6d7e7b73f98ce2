/**
 * What the reference says of a type, for a page of the site as for its section of API.md: a layout decides
 * how it looks. A type's own members come first. What it inherits is folded, and each field is
 * documented in one place, to which the others link.
 */
import type { Docs, Method, Parameter, Property, Type, TypeReference } from './assembly';
import type { Library } from './library';
import type { Named } from './names';

/** A member as a layout shows it. */
export interface Entry {
  readonly named: Named;
  /** As TypeScript writes it: `maxCapacity`, `addTier(name, options)`. */
  readonly title: string;
  /** On one line: type, what is allowed, and the default; of a method what it returns. */
  readonly facts: string;
  /** The docstring, without its example; its paragraphs are separated by an empty line. */
  readonly text: string;
  readonly parameters: readonly string[];
}

/** A field as a line of a table. */
export interface Row {
  readonly field: Property;
  readonly type: string;
  readonly allowed: string;
  readonly summary: string;
}

/** Where things are, and how they look. */
export interface Layout {
  link(type: Type): string;
  linkOfMember(type: Type, member: string): string;
  /** The beginning of a type: name, kind, what it extends. */
  head(type: Type, kind: string, extended: readonly string[]): string[];
  /** The title of a group of members. */
  group(title: string): string[];
  member(entry: Entry): string[];
  /** The fields of a struct, before each of them is documented; may be empty. */
  overview(rows: readonly Row[]): string[];
  folded(summary: string, lines: readonly string[]): string[];
  /** What a struct has from another one. */
  inherited(parent: Type, rows: readonly Row[], isOwn: boolean): string[];
}

/** Where CDK documents its own types. */
const CDK = 'https://docs.aws.amazon.com/cdk/api/v2/docs';

/** Text outside of code, in which `<word>` would be HTML, and `{{` is Vue's. */
export const safe = (text = '') =>
  text.replace(
    /(```[\s\S]*?```|`[^`]*`)|\{\{|<(?=[A-Za-z/])/g,
    (all, code) => code ?? (all === '{{' ? '&#123;&#123;' : '&lt;'),
  );
export const oneLine = (text = '') => safe(text).replace(/\s*\n\s*/g, ' ');
/** For a cell of a table. */
export const cell = (text = '') => oneLine(text).replaceAll('|', '\\|');

const exampleOf = (docs: Docs = {}) =>
  docs.example === undefined ? [] : ['```ts', docs.example.trim(), '```', ''];
/** A value at the beginning of a default, before what is said of it. */
const VALUE = /^(?:'[^']*'|"[^"]*"|\{[^}]*\}|\d+|true|false|\w+(?:\.\w+)*\(.*?\)|\w+(?:\.\w+)+)(?=$|;| - |:)/;
const defaultOf = ({ default: text }: Docs = {}) => {
  if (text === undefined) return '';
  const said = /^-/.test(text) ? text.replace(/^-\s*/, '') : text.replace(VALUE, '`$&`');
  return ` *Default:* ${oneLine(said)}`;
};
const textOf = ({ deprecated, summary, remarks }: Docs = {}) =>
  [deprecated && `**Deprecated:** ${safe(deprecated)}`, safe(summary), unwrapped(safe(remarks))]
    .filter(Boolean)
    .join('\n\n');
/** A line for each paragraph: where a docstring is wrapped says nothing here. */
function unwrapped(text: string): string {
  let inCode = false;
  return text.split('\n').reduce((before, line) => {
    const fence = line.trimStart().startsWith('```');
    const begins =
      inCode || fence || before === '' || /\n$/.test(before) || /^\s*([-*|#>]|\d+\.|$)/.test(line);
    if (fence) inCode = !inCode;
    return begins ? `${before}${before === '' ? '' : '\n'}${line}` : `${before} ${line.trim()}`;
  }, '');
}
const signature = (parameters: readonly Parameter[] = []) =>
  parameters
    .map(({ name, optional, variadic }) => `${variadic ? '...' : ''}${name}${optional ? '?' : ''}`)
    .join(', ');
const count = (number: number, noun: string) => `${number} ${noun}${number === 1 ? '' : 's'}`;

export function shortName(fqn: string): string {
  const [, module, ...rest] = fqn.split('.');
  return rest.length === 0 ? module : `${module.replace(/^aws_/, '')}.${rest.join('.')}`;
}

/** The constructor and the members of a type that are part of the API, in the order of the reference. */
export function namedMembers(library: Library, type: Type): Named[] {
  const members = groupsOf(library, type).flatMap((group) => group.members.map(({ named }) => named));
  const made = constructorOf(library, type);
  return made === undefined ? members : [made, ...members];
}

/** A class that users make with `new`. */
function constructorOf(library: Library, type: Type): Named | undefined {
  const { initializer } = type;
  if (type.kind !== 'class' || type.abstract || initializer === undefined || initializer.protected)
    return undefined;
  const last = initializer.parameters?.at(-1)?.type.fqn;
  const builder = last !== undefined && library.find(last)?.datatype === true;
  return { type: type.name, name: 'constructor', kind: 'constructor', builder };
}

interface Group {
  readonly title: string;
  readonly members: readonly { readonly named: Named; readonly of: Method | Property }[];
}

function groupsOf(library: Library, type: Type): Group[] {
  const named = (kind: Named['kind'], list: readonly (Method | Property)[]) =>
    list.map((of) => ({
      named: { type: type.name, name: of.name, kind, static: of.static },
      of,
    }));
  const kind = library.kind(type);
  if (kind === 'enum')
    return [{ title: 'Members', members: named('constant', (type.members ?? []) as Property[]) }];
  const methods = (type.methods ?? []).filter((one) => !one.protected);
  const properties = (type.properties ?? []).filter((one) => !one.protected);
  if (kind === 'struct') {
    const sorted = [...properties].sort((a, b) => Number(!!a.optional) - Number(!!b.optional));
    return [{ title: 'Fields', members: named('field', sorted) }];
  }
  return [
    {
      title: 'Static methods',
      members: named(
        'method',
        methods.filter((one) => one.static),
      ),
    },
    {
      title: 'Methods',
      members: named(
        'method',
        methods.filter((one) => !one.static),
      ),
    },
    {
      title: 'Constants',
      members: named(
        'constant',
        properties.filter((one) => one.static),
      ),
    },
    {
      title: 'Properties',
      members: named(
        'property',
        properties.filter((one) => !one.static),
      ),
    },
  ];
}

/** The section of one type, for one layout. */
export class TypeSection {
  public constructor(
    private readonly library: Library,
    private readonly layout: Layout,
    private readonly type: Type,
  ) {}

  public lines(): string[] {
    const { library, layout, type } = this;
    const kind = library.kind(type);
    const extended = [...(type.base === undefined ? [] : [type.base]), ...(type.interfaces ?? [])];
    const users = library.usedBy(type).map((other) => `[\`${other.name}\`](${layout.link(other)})`);
    return [
      ...layout.head(
        type,
        kind,
        extended.map((fqn) => this.reference({ fqn })),
      ),
      textOf(type.docs),
      '',
      ...exampleOf(type.docs),
      ...(users.length === 0 ? [] : [`Used by ${users.join(', ')}.`, '']),
      ...this.constructorLines(),
      ...(kind === 'struct' ? this.overviewLines() : []),
      ...groupsOf(library, type).flatMap(({ title, members }) =>
        members.length === 0
          ? []
          : [...layout.group(title), ...members.flatMap((one) => layout.member(this.entry(one))), ''],
      ),
      ...(kind === 'struct' ? this.parentsLines() : this.basesLines()),
    ];
  }

  /** A type as TypeScript writes it, with links. */
  private reference(type: TypeReference | undefined): string {
    if (type === undefined) return '`void`';
    if (type.primitive !== undefined) return `\`${type.primitive}\``;
    if (type.fqn !== undefined) return `[\`${shortName(type.fqn)}\`](${this.link(type.fqn)})`;
    if (type.collection !== undefined) {
      const element = this.reference(type.collection.elementtype);
      return type.collection.kind === 'array' ? `list of ${element}` : `map of ${element}`;
    }
    if (type.union !== undefined) return type.union.types.map((one) => this.reference(one)).join(' or ');
    return '`any`';
  }

  private link(fqn: string): string {
    const type = this.library.find(fqn);
    return type !== undefined && this.library.isOwn(fqn) ? this.layout.link(type) : `${CDK}/${fqn}.html`;
  }

  private row(struct: Type, field: Property): Row {
    return {
      field,
      type: this.reference(field.type),
      allowed: cell(this.library.allowed(struct, field)),
      summary: `${cell(field.docs?.summary)}${cell(defaultOf(field.docs))}`,
    };
  }

  private overviewLines(): string[] {
    const [{ members }] = groupsOf(this.library, this.type);
    return this.layout.overview(members.map(({ of }) => this.row(this.type, of as Property)));
  }

  private parentsLines(): string[] {
    const { library, layout, type } = this;
    return library.parents(type).flatMap((parent) => {
      const fields = (parent.properties ?? []).map((field) => this.row(parent, field));
      if (fields.length === 0) return [];
      return layout.folded(
        `${count(fields.length, 'field')} of ${parent.name}`,
        layout.inherited(parent, fields, library.isOwn(parent.fqn)),
      );
    });
  }

  private constructorLines(): string[] {
    const { layout, library, type } = this;
    const named = constructorOf(library, type);
    if (named === undefined) return [];
    const parameters = type.initializer?.parameters ?? [];
    return [
      ...layout.group('Constructor'),
      ...layout.member({
        named,
        title: `new ${type.name}(${signature(parameters)})`,
        facts: '',
        text: '',
        parameters: parameters.map((one) => this.parameter(one)),
      }),
      '',
    ];
  }

  private parameter({ name, optional, type, docs }: Parameter): string {
    const text = docs?.summary === undefined ? '' : `: ${oneLine(docs.summary)}`;
    return `\`${name}\` (${this.reference(type)}${optional ? ', optional' : ''})${text}`;
  }

  private entry({ named, of }: Group['members'][number]): Entry {
    const owner = named.static ? `${this.type.name}.` : '';
    const text = textOf(of.docs);
    if (named.kind === 'method') {
      const { parameters = [], returns, docs } = of as Method;
      const optional = returns?.optional ? ' or `undefined`' : '';
      const what = docs?.returns === undefined ? '' : `: ${oneLine(docs.returns)}`;
      return {
        named,
        title: `${owner}${of.name}(${signature(parameters)})`,
        facts: returns === undefined ? '' : `returns ${this.reference(returns.type)}${optional}${what}`,
        text,
        parameters: parameters.map((one) => this.parameter(one)),
      };
    }
    return {
      named,
      title: `${owner}${of.name}`,
      facts: this.facts(named, of as Property),
      text,
      parameters: [],
    };
  }

  private facts(named: Named, property: Property): string {
    // A member of an enum is of no other type than the enum.
    if (property.type === undefined || property.const) return '';
    const type = this.reference(property.type);
    if (named.kind !== 'field') return `${type}${property.optional ? ', may be undefined' : ''}`;
    const allowed = this.library.allowed(this.type, property);
    const bounds = allowed === undefined ? '' : `, ${oneLine(allowed)}`;
    const fact = `${type}${property.optional ? '' : ', required'}${bounds}.`;
    return `${fact}${defaultOf(property.docs)}`;
  }

  private basesLines(): string[] {
    const own = new Set(
      [...(this.type.methods ?? []), ...(this.type.properties ?? [])].map(({ name }) => name),
    );
    const shown = (one: Method | Property) => !one.protected && !own.has(one.name);
    let all = 0;
    const lines = this.library.bases(this.type).flatMap((base) => {
      const names = [
        ...(base.methods ?? []).filter(shown).map(({ name }) => `\`${name}()\``),
        ...(base.properties ?? []).filter(shown).map(({ name }) => `\`${name}\``),
      ];
      for (const { name } of [...(base.methods ?? []), ...(base.properties ?? [])]) own.add(name);
      all += names.length;
      return names.length === 0
        ? []
        : [`- [\`${shortName(base.fqn)}\`](${this.link(base.fqn)}): ${names.join(', ')}`];
    });
    return lines.length === 0 ? [] : this.layout.folded(count(all, 'inherited member'), lines);
  }
}
