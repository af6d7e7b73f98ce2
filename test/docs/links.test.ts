import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { anchors, type Page, page, pages, prose, ROOT } from './markdown';

/** Written by `npx projen docgen`, with anchors of its own; test/docs/api-reference.test.ts looks at its links. */
const GENERATED = 'API.md';

interface Link {
  readonly line: number;
  readonly target: string;
}

function linksOf(of: Page): Link[] {
  return prose(of).flatMap((text, index) => {
    const plain = text.replace(/`[^`]*`/g, '');
    const inline = [...plain.matchAll(/\]\(<?([^()\s<>]*)>?(?: "[^"]*")?\)/g)];
    const definitions = [...plain.matchAll(/^\[[^\]]+\]: +(\S+)/g)];
    return [...inline, ...definitions].map(([, target]) => ({ line: index + 1, target }));
  });
}

/** What is wrong with a link, or undefined. */
function problemWith(of: Page, target: string): string | undefined {
  if (/^[a-z]+:/.test(target)) return undefined; // another site's
  const [path, anchor] = target.split('#');
  const file = path === '' ? of.path : normalize(join(dirname(of.path), path));
  if (file.startsWith('..') || !existsSync(join(ROOT, file))) return 'there is no such file';
  if (anchor === undefined) return undefined;
  const found =
    file === GENERATED
      ? page(file).lines.some((line) => line.includes(`<a name="${anchor}"></a>`))
      : anchors(page(file)).has(anchor);
  return found ? undefined : 'the page has no such heading';
}

test('no link of the README, of CONTRIBUTING and of the guides is broken', () => {
  const broken = pages('README.md', 'CONTRIBUTING.md', 'CHANGELOG.md').flatMap((of) =>
    linksOf(of).flatMap(({ line, target }) => {
      const problem = problemWith(of, target);
      return problem === undefined ? [] : [`${of.path}:${line}: ${target}: ${problem}`];
    }),
  );
  expect(broken).toEqual([]);
});

test('the index of the guides and of the decisions leads to each of them, and to the API reference', () => {
  const index = page('docs/README.md');
  const linked = linksOf(index).map(({ target }) => normalize(join('docs', target.split('#')[0])));
  const missing = [...pages().map(({ path }) => path), GENERATED].filter(
    (path) => path !== 'docs/README.md' && !linked.includes(path),
  );
  expect(missing).toEqual([]);
});

test('a broken link would be found', () => {
  const of: Page = {
    path: 'docs/spot.md',
    lines: [
      '# Spot',
      '[a](nothing.md) [b](README.md#no-such-heading) [c](#spot) [e](../API.md#no-such-type)',
      '```',
      '[d](x)',
      '```',
    ],
  };
  expect(
    linksOf(of).map(({ line, target }) => [
      line,
      target,
      problemWith({ ...of, path: 'docs/README.md' }, target),
    ]),
  ).toEqual([
    [2, 'nothing.md', 'there is no such file'],
    [2, 'README.md#no-such-heading', 'the page has no such heading'],
    [2, '#spot', 'the page has no such heading'],
    [2, '../API.md#no-such-type', 'the page has no such heading'],
  ]);
});
