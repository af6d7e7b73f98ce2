import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { page, ROOT } from '../markdown';
import { allFound, COMMAND, compared, listedExceptions, writeExceptions } from './exceptions';
import { markdownTexts, proseLines } from './markdown-texts';
import { GLOSSARY, MAX_WORDS, UNWANTED, violations, wordsOf } from './rules';
import { englishFiles, sentencesOf } from './sentences';
import { sourceTexts } from './source-texts';

describe('the English of pages, docstrings and messages', () => {
  const { fresh, gone, kept } = compared(allFound(), listedExceptions());

  test('has no new word that the glossary replaces, and no new sentence that is too long', () => {
    const report = fresh.map(
      ({ sentence: { path, line, text }, advice }) => `${path}:${line}: ${advice}. In: ${text}`,
    );
    expect(report).toEqual([]);
  });

  test('has no exception that is no longer one', () => {
    if (process.env.UPDATE_GOLDEN === '1') writeExceptions(kept);
    else if (gone.length > 0)
      throw new Error(`take these from the list of exceptions with \`${COMMAND}\`:\n${gone.join('\n')}`);
  });
});

describe('a rule', () => {
  const rules = (sentence: string, path?: string) => violations(sentence, path).map(({ rule }) => rule);

  test.each([
    ['The host has joined the cluster.', 'host'],
    ['The machine has joined the cluster.', 'machine'],
    ['Each instance of the tier runs the agent.', 'instance of a tier, ECS instance'],
    ['A size of capacity.', 'size of capacity'],
    ['During a rollout tasks move once.', 'rollout, roll out, roll over'],
    ['New images roll over running nodes.', 'rollout, roll out, roll over'],
    ['Nodes that will retire get no tasks.', 'retire, retiring'],
    ['ECS empties the old nodes.', 'empty (a node)'],
    ['Auto Scaling heals the group.', 'heal, fix (a node)'],
    ['The tier shrinks at night.', 'shrink'],
    ['An estate of clusters.', 'estate'],
    ['A new node counts only once it has joined.', 'come up, count (a node)'],
    ['What a node is told at boot.', 'is told, tell (a node)'],
    ['Whatever the user gives is kept.', 'whatever'],
    ['Nobody reads it.', 'somebody, nobody'],
    ['The reason stands in the journal.', 'stands'],
    ['It starts beside the old one.', 'besides, beside'],
    ['A policy of its own.', 'of its own'],
    ['It is dropped without a word.', 'without a word'],
  ])('finds: %s', (sentence, rule) => {
    expect(rules(sentence)).toEqual([rule]);
  });

  test.each([
    'The host ports of the nodes.',
    'A container host takes tasks.',
    'Tasks in host mode, and their host name.',
    'The instance type, the instance refresh and the container instance.',
    'A state machine starts; the machine image is yours.',
    'AWS retires the instance.',
    'The list is emptied, and an empty node goes first.',
    'It stands for any text, in a stand-in.',
    'Nodes that are half empty.',
    'The metric counts nodes.',
    'The question `managed-scaling-shrinks-a-roll`, or managed-scaling-shrinks-a-roll.',
  ])('is content with: %s', (sentence) => {
    expect(rules(sentence)).toEqual([]);
  });

  test('lets the boots speak of their machine and its host', () => {
    expect(rules('The machine is a guest of the host.', 'test/boot/README.md')).toEqual([]);
  });

  test(`finds a sentence of more than ${MAX_WORDS} words, in which code is one`, () => {
    const words = (count: number) => `${'word '.repeat(count - 1)}\`…\`.`;
    expect(rules(words(MAX_WORDS))).toEqual([]);
    expect(rules(words(MAX_WORDS + 1))).toEqual([`over ${MAX_WORDS} words`]);
    expect(wordsOf('One – two, `…` and 3.')).toBe(5);
  });

  test('is in the table of CONTRIBUTING.md, with the word to write', () => {
    const { lines } = page('CONTRIBUTING.md');
    const missing = [...GLOSSARY, ...UNWANTED]
      .filter(
        ({ write, not }) =>
          !lines.some((line) => line.startsWith(`| ${write} | `) && line.endsWith(`| \`${not}\` |`)),
      )
      .map(({ write, not }) => `| ${write} | … | \`${not}\` |`);
    expect(missing).toEqual([]);
  });
});

describe('what is read', () => {
  test('are the sentences of paragraphs, lists, headings, cells and images, without code and HTML', () => {
    const source = [
      '# A *heading*',
      '',
      'One [link](https://example.com/a.B), `code. More`',
      'and <b>two</b>. Three, e.g. Four? ![A picture](p.svg)',
      '',
      '- an item',
      '',
      '| cell | `code` |',
      '| --- | --- |',
      '| left. Right | end |',
      '',
      '```sh',
      'not this',
      '```',
      '<details><summary>nor this</summary></details>',
    ].join('\n');
    expect(markdownTexts(source).flatMap(({ text }) => sentencesOf(text))).toEqual([
      'A heading',
      'One link, `…` and two.',
      'Three, e.g. Four?',
      'A picture',
      'an item',
      'cell',
      '`…`',
      'left.',
      'Right',
      'end',
    ]);
    expect([...proseLines(source)]).toEqual([3, 4, 6]);
  });

  test('are the docstrings and the messages of a source, without samples, names and programs', () => {
    const source = [
      '/**',
      ' * What it is. For `users`.',
      ' *',
      ' * @example',
      ' * not(this);',
      ' * @default - one of two',
      ' */',
      "export const name = 'value';",
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a template of the source
      'fail(`the ${name} must be one ` + "of two, got: " + got + \'. Write another\');',
      "run('set -e; echo the name of it');",
    ].join('\n');
    expect(sourceTexts('name.ts', source).map(({ text, line }) => `${line} ${text}`)).toEqual([
      '1 What it is. For `…`.',
      '6 one of two',
      '9 the … must be one of two, got: …. Write another',
    ]);
  });

  test('are all pages that people write, and all sources', () => {
    const { pages, sources } = englishFiles();
    expect(pages).toEqual(
      expect.arrayContaining([
        'README.md',
        'CHANGELOG.md',
        'CONTRIBUTING.md',
        'docs/faq.md',
        'examples/go/README.md',
      ]),
    );
    expect(pages).not.toContain('API.md');
    expect(sources).toContain('src/index.ts');
  });
});

describe('lines', () => {
  const WIDTH = 110;
  const { pages, sources } = englishFiles();
  const linesOf = (path: string) => readFileSync(join(ROOT, path), 'utf8').split('\n');
  const written = sources.filter((path) => !linesOf(path)[0].startsWith('// Generated'));
  /** Without what cannot be broken: code, the targets of links, images, addresses. */
  const breakable = (line: string) => line.replace(/`[^`]*`|!\[.*|\]\([^)]*\)|https?:\/\/\S+/g, '');

  test(`of prose wrap at ${WIDTH} columns, but for tables, links and code`, () => {
    const tooLong = pages.flatMap((path) => {
      const prose = proseLines(linesOf(path).join('\n'));
      return linesOf(path).flatMap((line, index) =>
        prose.has(index + 1) && [...breakable(line)].length > WIDTH ? [`${path}:${index + 1}: ${line}`] : [],
      );
    });
    expect(tooLong).toEqual([]);
  });

  test('of comments do too, but for samples', () => {
    const tooLong = written.flatMap((path) => {
      let inSample = false;
      return linesOf(path).flatMap((line, index) => {
        if (/^\s*\* @\w/.test(line)) inSample = line.includes('@example');
        else if (/\*\//.test(line)) inSample = false;
        const isComment = /^\s*(\/\/|\/?\*)/.test(line) && !inSample;
        return isComment && [...breakable(line)].length > WIDTH ? [`${path}:${index + 1}: ${line}`] : [];
      });
    });
    expect(tooLong).toEqual([]);
  });

  test('of source beyond it are few: literals of several lines, samples and addresses', () => {
    const lines = written.flatMap(linesOf);
    const share = (width: number) => lines.filter((line) => [...line].length > width).length / lines.length;
    expect(share(WIDTH)).toBeLessThan(0.005);
    expect(share(120)).toBeLessThan(0.002);
  });
});
