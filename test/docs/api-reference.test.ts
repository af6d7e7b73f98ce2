import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DotNetNameUtils } from 'jsii-pacmak/lib/targets/dotnet/nameutils';
import { apiReference } from '../../projenrc/api-reference';
import { allowedOf } from '../../projenrc/reference/allowed';
import type { Type } from '../../projenrc/reference/assembly';
import { layersOf } from '../../projenrc/reference/layers';
import { compiledLibrary, Library } from '../../projenrc/reference/library';
import { namesOf } from '../../projenrc/reference/names';
import { namedMembers } from '../../projenrc/reference/type-section';
import { referenceFiles } from '../../projenrc/site/reference';
import { duration, percent, size, text, wholeNumber } from '../../src/private/bounds';
import { listOf, member } from '../../src/private/expected-type';
import { types } from '../helpers/assembly';
import { page, ROOT } from './markdown';

const layers = layersOf(page('src/index.ts').lines.join('\n'));
const inOrder = layers.flatMap((layer) => layer.types);
const all = types();
const library = compiledLibrary();

/** Each public member of each type, as `Type.member`. */
const members = all.flatMap((type) =>
  [...(type.properties ?? []), ...(type.methods ?? []), ...(type.members ?? [])].map(
    ({ name }) => `${type.name}.${name}`,
  ),
);

describe('API.md', () => {
  const { lines } = page('API.md');
  const whole = lines.join('\n');
  const [contents] = whole.split(/^## /m);
  /** The section of a type, by its name. */
  const sections = new Map(
    whole
      .split(/^### /m)
      .slice(1)
      .map((section) => [/^<a name="(\w+)">/.exec(section)?.[1], section.split(/^## /m)[0]]),
  );
  const anchors = [...whole.matchAll(/<a name="([^"]+)"><\/a>/g)].map(([, name]) => name);

  test('begins with a list of the layers, the cluster first, and of every public type', () => {
    const headings = [...contents.matchAll(/^\*\*\[(\w+)\]\(#(\w+)\)\*\*$/gm)].map(([, title, anchor]) => [
      title.toLowerCase(),
      anchor,
    ]);
    expect(headings).toEqual(layers.map(({ name }) => [name, name]));
    expect(headings[0]).toEqual(['cluster', 'cluster']);
    const listed = [...contents.matchAll(/^- \[`(\w+)`\]\(#\1\) \(\w+\): \S/gm)].map(([, name]) => name);
    expect(listed).toEqual(inOrder);
    expect([...inOrder].sort()).toEqual(all.map(({ name }) => name).sort());
  });

  test('has the types in the same order below', () => {
    expect([...whole.matchAll(/^## (\w+)$/gm)].map(([, title]) => title.toLowerCase())).toEqual(
      layers.map(({ name }) => name),
    );
    expect([...sections.keys()]).toEqual(inOrder);
  });

  test('has an example of each', () => {
    const without = all.filter(
      ({ name, docs }) => !sections.get(name)?.includes(`\`\`\`ts\n${docs?.example?.trim()}\n\`\`\``),
    );
    expect(without.map(({ name }) => name)).toEqual([]);
  });

  test('documents every public member, each in one place', () => {
    const documented = anchors.filter((name) => name.includes('.') && !name.endsWith('.constructor'));
    expect(documented.sort()).toEqual([...members].sort());
    expect(members.length).toBeGreaterThan(400);
  });

  test('documents the fields of nodes once, and links to them from each struct that has them', () => {
    for (const struct of ['EcsAutoScaledClusterProps', 'InstanceTierOptions', 'NodeTemplateProps'])
      expect(sections.get(struct)).toMatch(
        /<details><summary>\d+ fields of NodeProps<.*\[`machineImage`\]\(#NodeProps\.machineImage\)/s,
      );
    expect(whole.match(/\*\*`machineImage`\*\*/g)).toHaveLength(1);
  });

  test('has no link that leads nowhere', () => {
    const ids = new Set([...anchors, ...layers.map(({ name }) => name)]);
    const links = [...whole.replace(/^```[\s\S]*?^```/gm, '').matchAll(/\]\(([^)\s]+)\)/g)].map(
      ([, target]) => target,
    );
    expect(links.length).toBeGreaterThan(members.length);
    const broken = links.filter((target) =>
      target.startsWith('#')
        ? !ids.has(target.slice(1))
        : !target.startsWith('https://') && !existsSync(join(ROOT, target)),
    );
    expect(broken).toEqual([]);
    expect(new Set(anchors).size).toBe(anchors.length);
  });

  test('is short enough to be read: at most 60 lines for each type', () => {
    expect(lines.length / all.length).toBeLessThan(60);
  });

  test('has what the tables of fields allow, the default, and the names in other languages below', () => {
    const linesOf = (name: string) => {
      const at = lines.findIndex((line) => line.includes(`<a name="${name}"></a>`));
      return lines.slice(at, at + 2);
    };
    expect(linesOf('RollingReplacementOptions.maxHealthyPercentage')).toEqual([
      expect.stringMatching(/: `number`, 100 to 200 percent\. \*Default:\* `200`<br>$/),
      '  Python `max_healthy_percentage` · C#, Go `MaxHealthyPercentage`<br>',
    ]);
    expect(linesOf('InstanceTierOptions.maxInstanceLifetime')[0]).toContain(
      ', 24 hours to 365 days. *Default:* ',
    );
    expect(linesOf('EcsAutoScaledCluster.addTier')[1]).toBe('  Python `add_tier` · C#, Go `AddTier`<br>');
    expect(linesOf('EcsAutoScaledCluster.constructor')[1]).toBe(
      '  Java `EcsAutoScaledCluster.Builder.create` · Go `NewEcsAutoScaledCluster`',
    );
    expect(linesOf('AgentLogDriver.AWSLOGS')[1]).toBe('  Go `AgentLogDriver_AWSLOGS`<br>');
  });
});

describe('the pages of the site', () => {
  const files = new Map(referenceFiles(library).map(({ name, text }) => [name, text]));

  test('are one for each type, with a heading for each member', () => {
    expect([...files.keys()].sort()).toEqual(
      [...inOrder.map((name) => `${name}.md`), 'index.md', 'sidebar.json'].sort(),
    );
    const missing = members.filter((name) => {
      const [type, ofType] = name.split('.');
      return !files.get(`${type}.md`)?.includes(`{#${ofType.toLowerCase()}}\n`);
    });
    expect(missing).toEqual([]);
  });

  test('link to pages and headings that are there', () => {
    const broken = [...files].flatMap(([from, text]) =>
      [...text.matchAll(/\]\((?:\.\/(\w+\.md))?(?:#(\w+))?\)/g)]
        .filter(([, to = from, anchor]) => {
          const target = files.get(to);
          return target === undefined || (anchor !== undefined && !target.includes(`{#${anchor}}`));
        })
        .map(([link]) => `${from}: ${link}`),
    );
    expect(broken).toEqual([]);
  });

  test('have what is allowed in the table of fields', () => {
    expect(files.get('RollingReplacementOptions.md')).toContain(
      '| [`maxHealthyPercentage`](#maxhealthypercentage) | `number`<br>100 to 200 percent |',
    );
  });

  test('say the same as API.md', () => {
    const text = (markdown: string) => markdown.replace(/\]\([^)]*\)/g, ']');
    const reference = text(apiReference(library));
    const page = text(files.get('DrainLimit.md') ?? '').split('\n');
    const prose = page.filter((line) => /^[A-Z].*\.$/.test(line) && !line.startsWith('Returns '));
    expect(prose.length).toBeGreaterThan(5);
    expect(prose.filter((line) => !reference.includes(line))).toEqual([]);
  });
});

describe('how the API reference is written', () => {
  test('the layers are those of the barrel, which has to name its exports', () => {
    const barrel =
      "export { A, type AProps } from './cluster/a';\n" +
      "export type { B } from './tier/b';\n" +
      "export { C } from './cluster/c';";
    expect(layersOf(barrel)).toEqual([
      { name: 'cluster', types: ['A', 'AProps', 'C'] },
      { name: 'tier', types: ['B'] },
    ]);
    expect(() => layersOf("export * from './cluster/a';")).toThrow('the barrel must name what it exports');
  });

  const struct = (name: string, more: Partial<Type> = {}): Type => ({
    name,
    fqn: `lib.${name}`,
    kind: 'interface',
    datatype: true,
    ...more,
  });
  const assembly = {
    name: 'lib',
    types: {
      'lib.Props': struct('Props', { interfaces: ['lib.Base'] }),
      'lib.Base': struct('Base', {
        properties: [
          {
            name: 'someText',
            optional: true,
            type: { primitive: 'string' },
            docs: {
              summary: 'A `<text>` of <one> line.',
              remarks: 'Wrapped\nhere.\n\n- one\n  item\n- another',
              default: 'Some.value() - what is usual',
            },
          },
        ],
      }),
    },
  };

  test('a type that only the barrel or only the assembly knows stops it', () => {
    const small = (...names: string[]) => new Library(assembly, {}, [{ name: 'cluster', types: names }]);
    expect(() => small('Props')).toThrow('does not name Base');
    expect(() => small('Props', 'Base', 'Other')).toThrow('Other is exported, but');
  });

  test('a field is documented where it is declared, with its paragraphs on a line each', () => {
    const small = new Library(assembly, {}, [{ name: 'cluster', types: ['Props', 'Base'] }]);
    const [, props, base] = apiReference(small).split('### ');
    expect(base.split('\n').slice(4)).toEqual([
      '**Fields**',
      '',
      '- <a name="Base.someText"></a>**`someText`**: `string`. *Default:* `Some.value()` - what is usual<br>',
      '  Python `some_text` · C#, Go `SomeText`<br>',
      '  A `<text>` of &lt;one> line.',
      '',
      '  Wrapped here.',
      '',
      '  - one item',
      '  - another',
      '',
    ]);
    expect(props).toContain('Documented in [`Base`](#Base): [`someText`](#Base.someText).');
  });

  test('what a field may be is said in words', () => {
    const number = { primitive: 'number' };
    const time = { fqn: 'aws-cdk-lib.Duration' };
    const code = 'WrongKind';
    expect(allowedOf(wholeNumber(code, { min: 1, max: 65_535 }), number)).toBe('1 to 65,535');
    expect(allowedOf(wholeNumber(code, { min: 0 }), number)).toBe('at least 0');
    expect(allowedOf(wholeNumber(code), number)).toBeUndefined();
    expect(allowedOf(percent(code, { max: 50 }), number)).toBe('at most 50 percent');
    expect(allowedOf(duration(code, { min: 300, max: 86_400 }), time)).toBe('5 minutes to 24 hours');
    expect(allowedOf(duration(code, { min: 0.008, max: 0.1 }), time)).toBe('8 to 100 ms');
    expect(allowedOf(duration(code, { min: 45 }), time)).toBe('at least 45 s');
    expect(allowedOf(size(code, 'GiB', { min: 1, max: 16_384 }), { fqn: 'aws-cdk-lib.Size' })).toBe(
      '1 to 16,384 GiB',
    );
    expect(allowedOf(text(code, /./, 'a name'), { primitive: 'string' })).toBe('a name');
    expect(allowedOf(member('Color', { RED: 'red', OLD_RED: 'red', BLUE: 'blue' }), { fqn: 'a.Color' })).toBe(
      'one of `RED`, `BLUE`',
    );
    const list = { collection: { kind: 'array' as const, elementtype: number } };
    const count = { min: 1, max: 4, named: 'entry', code } as const;
    expect(allowedOf(listOf(wholeNumber(code, { min: 1 }), count), list)).toBe(
      '1 to 4 entries; each at least 1',
    );
  });

  test('names are those of the languages; the tests of the packages compare all of them', () => {
    const field = { type: 'Props', kind: 'field' } as const;
    expect(namesOf({ ...field, name: 'containerInsightsV2' }).Python).toBe('container_insights_v2');
    expect(namesOf({ ...field, name: 'memoryMiB' }).Python).toBe('memory_mib');
    expect(namesOf({ ...field, name: 'lambda' }).Python).toBe('lambda_');
    expect(namesOf({ type: 'Tier', kind: 'property', name: 'group' }).Java).toBe('getGroup');
    expect(namesOf({ type: 'Step', kind: 'method', name: 'run', static: true }).Go).toBe('Step_Run');
  });

  test("names in C# are those of jsii's own rules: no test has a package for .NET", () => {
    const rules = new DotNetNameUtils();
    const wrong = library.types
      .flatMap((type) => namedMembers(library, type))
      .filter(({ kind }) => kind !== 'constructor')
      .map((named) => {
        const { name, kind } = named;
        const theirs = kind === 'method' ? rules.convertMethodName(name) : rules.convertPropertyName(name);
        return [`${named.type}.${namesOf(named)['C#']}`, `${named.type}.${theirs}`];
      })
      .filter(([ours, theirs]) => ours !== theirs);
    expect(wrong).toEqual([]);
  });
});
