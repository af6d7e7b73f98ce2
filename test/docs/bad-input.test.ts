import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { firstCells, page, pages, ROOT } from './markdown';

const SRC = join(ROOT, 'src');

const sources = readdirSync(SRC, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
  .map((entry) => join(entry.parentPath, entry.name))
  .map((path) => ({ path: relative(ROOT, path), text: readFileSync(path, 'utf8') }));

/** All that a pattern's first group finds in the sources, once each. */
function found(...patterns: RegExp[]): string[] {
  const all = sources.flatMap(({ text }) =>
    patterns.flatMap((pattern) => [...text.matchAll(pattern)].map(([, name]) => name)),
  );
  return [...new Set(all)].sort();
}

/**
 * The codes in brackets at the end of messages: thrown by `fail()` and the checks, or returned by a
 * validation.
 */
function codes(): string[] {
  return found(
    /\bfail\(\s*'([A-Z]\w*)'/g,
    /\b(?:text|wholeNumber|percent|duration|wholeSeconds|size|hostPortRange)\(\s*'([A-Z]\w*)'/g,
    /\b(?:const [A-Z_]*CODE|code|codeOfNone): ?'([A-Z]\w*)'/g,
    /\bconst CODE = '([A-Z]\w*)'/g,
    / \(([A-Z][A-Za-z]+(?:\.[a-z][A-Za-z]+)?)\)['`]/g,
  );
}

/** The ids of warnings, without the library's name in front. */
function warnings(): string[] {
  const ids = sources.flatMap(({ text }) => {
    const prefix = /cdk-ecs-auto-scaled-cluster:(\w+\.)?\$\{name\}/.exec(text)?.[1] ?? '';
    const named = [...text.matchAll(/\bwarn\(\s*[\w.]+,\s*'([A-Za-z.]+)'/g)].map(
      ([, name]) => `${prefix}${name}`,
    );
    const direct = [...text.matchAll(/'cdk-ecs-auto-scaled-cluster:([A-Za-z]+\.[A-Za-z]+)'/g)].map(
      ([, name]) => name,
    );
    return [...named, ...direct];
  });
  return [...new Set(ids)].sort();
}

/** What stands in brackets in the guides and is a name of AWS's. */
const AWS_NAMES = ['CannotPullContainerError', 'RunTask', 'VcpuLimitExceeded'];

const guide = page('docs/bad-input.md');

test('every code of an error has its row, and every row a code', () => {
  expect(firstCells(guide, 'Errors').sort()).toEqual(codes());
});

test('a code does not look like the id of a warning', () => {
  expect(codes().filter((code) => code.includes('.'))).toEqual([]);
});

test('every warning has its row, and every row a warning', () => {
  expect(firstCells(guide, 'Warnings').sort()).toEqual(warnings());
});

test('what the other guides say of codes and warnings is there', () => {
  const known = new Set([...codes(), ...warnings()]);
  const named = pages()
    .filter(({ path }) => path !== guide.path)
    .flatMap(({ lines }) =>
      lines.flatMap((line) => [
        ...line.matchAll(/(?:error|warning) `([A-Z][\w.]+)`|\(`([A-Z][a-z]\w+\.?\w*)`\)/g),
      ]),
    )
    .map(([, one, other]) => one ?? other);
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((name) => !known.has(name) && !AWS_NAMES.includes(name))).toEqual([]);
});
