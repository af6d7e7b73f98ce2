/** The API reference of the site: a page for each type, and their index. API.md has the same in one file. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Type } from '../reference/assembly';
import { compiledLibrary, type Library } from '../reference/library';
import { differingNames, type Named, namesOf, OTHER_LANGUAGES } from '../reference/names';
import { cell, type Entry, type Layout, type Row, TypeSection } from '../reference/type-section';
import { ROOT } from './links';

const OUT = join(ROOT, 'site', 'reference');

/** A file to write, by its name in the folder of the reference. */
export interface File {
  readonly name: string;
  readonly text: string;
}

const LANGUAGE_CLASS: Readonly<Record<string, string>> = {
  Python: 'python',
  Java: 'java',
  'C#': 'csharp',
  Go: 'go',
};
const anchor = (name: string) => name.toLowerCase();

/**
 * The names that differ, below the heading and not in it: search, outline and screen readers take all of a
 * heading's text.
 */
function otherNames(named: Named): string {
  const names = namesOf(named);
  const differing = differingNames(named).flatMap(([languages]) => languages);
  const spans = OTHER_LANGUAGES.filter((language) => differing.includes(language)).map(
    (language) =>
      `<span class="l-${LANGUAGE_CLASS[language]}">${language} <code>${names[language]}</code></span>`,
  );
  return spans.length === 0 ? '' : `<p class="names">${spans.join(' ')}</p>`;
}

const paragraph = (text: string) => (text === '' ? [] : [text, '']);
const capital = (text: string) => text.replace(/^./, (first) => first.toUpperCase());

function fieldTable(rows: readonly Row[], link: (row: Row) => string | undefined): string[] {
  // One column for both: with a fourth one, a page as wide as a laptop's cuts the text off.
  const bounded = rows.some(({ allowed }) => allowed !== '');
  return [
    `| field | ${bounded ? 'type, allowed' : 'type'} | |`,
    '| --- | --- | --- |',
    ...rows.map((row) => {
      const { field, type, allowed, summary } = row;
      const target = link(row);
      const name = target === undefined ? `\`${field.name}\`` : `[\`${field.name}\`](${target})`;
      const required = field.optional ? '' : ' *required*';
      return `| ${name}${required} | ${[type, allowed].filter(Boolean).join('<br>')} | ${summary} |`;
    }),
    '',
  ];
}

/** A page for each type. */
const PAGES: Layout = {
  link: ({ name }) => `./${name}.md`,
  linkOfMember: ({ name }, member) => `./${name}.md#${anchor(member)}`,
  head: ({ name }, kind, extended) => [
    '---',
    'editLink: false',
    'outline: [2, 3]',
    '---',
    '',
    `# ${name}`,
    '',
    `<Badge type="info" text="${kind}" />${extended.length === 0 ? '' : ` extends ${extended.join(', ')}`}`,
    '',
  ],
  group: (title) => [`## ${title}`, ''],
  member: ({ named, title, facts, text, parameters }: Entry) => [
    // The group of the constructor is its heading.
    ...(named.kind === 'constructor' ? [`\`${title}\``] : [`### \`${title}\` {#${anchor(named.name)}}`]),
    '',
    ...paragraph(otherNames(named)),
    ...(named.kind === 'method' ? [] : paragraph(facts)),
    ...paragraph(text),
    ...parameters.map((line) => `- ${line}`),
    ...(parameters.length === 0 ? [] : ['']),
    ...(named.kind === 'method' ? paragraph(capital(facts)) : []),
  ],
  overview: (rows) => (rows.length === 0 ? [] : fieldTable(rows, ({ field }) => `#${anchor(field.name)}`)),
  folded: (summary, lines) => [
    `<details class="inherited"><summary>${summary}</summary>`,
    '',
    ...lines,
    '',
    '</details>',
    '',
  ],
  inherited: (parent, rows, isOwn) => [
    `Documented in [\`${parent.name}\`](${PAGES.link(parent)}).`,
    '',
    ...fieldTable(rows, ({ field }) => (isOwn ? PAGES.linkOfMember(parent, field.name) : undefined)),
  ],
};

/** The Markdown of one type's page. */
export function pageOf(library: Library, type: Type): string {
  const lines = new TypeSection(library, PAGES, type).lines();
  return `${lines
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trimEnd()}\n`;
}

const INTRODUCTION =
  'Every public type, by layer, the cluster first. Types are written as in TypeScript. Choose a language ' +
  'at the top of the page, and the samples and the names of members follow. ' +
  'The samples are compiled in TypeScript and translated by jsii. ' +
  'There is no Go among them: [Getting started](/getting-started.md#in-other-languages) has an app in Go.';

const titleOf = (layer: string) => `${layer[0].toUpperCase()}${layer.slice(1)}`;

/** All pages, their index, and the bar at the side, in the order of the layers. */
export function referenceFiles(library = compiledLibrary()): File[] {
  const index = library.layers.flatMap(({ name, types }) => [
    `## ${titleOf(name)}`,
    '',
    '| type | | |',
    '| --- | --- | --- |',
    ...types.map(
      (type) =>
        `| [\`${type.name}\`](./${type.name}.md) | ${library.kind(type)} | ${cell(type.docs?.summary)} |`,
    ),
    '',
  ]);
  const front = ['---', 'editLink: false', 'outline: 2', '---', '', '# API reference', '', INTRODUCTION, ''];
  const sidebar = library.layers.map(({ name, types }) => ({
    text: titleOf(name),
    items: types.map((type) => ({ text: type.name, link: `/reference/${type.name}` })),
  }));
  return [
    ...library.types.map((type) => ({ name: `${type.name}.md`, text: pageOf(library, type) })),
    { name: 'index.md', text: [...front, ...index].join('\n') },
    { name: 'sidebar.json', text: JSON.stringify(sidebar, undefined, 1) },
  ];
}

function main(): void {
  const files = referenceFiles();
  rmSync(OUT, { recursive: true, force: true });
  mkdirSync(OUT, { recursive: true });
  for (const { name, text } of files) writeFileSync(join(OUT, name), text);
  console.log(`site/reference: ${files.length - 2} types`);
}

if (require.main === module) main();
