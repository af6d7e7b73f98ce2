import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ERROR_CODES } from '../../src/private/error-code';
import { WARNING_IDS } from '../../src/private/warning-id';
import { firstCells, page, pages, ROOT } from './markdown';

/** What stands in brackets in the guides and is a name of AWS's. */
const AWS_NAMES = ['CannotPullContainerError', 'DependencyViolation', 'RunTask', 'VcpuLimitExceeded'];

const guide = page('docs/bad-input.md');

test('every code of an error has its row, and every row a code', () => {
  expect(firstCells(guide, 'Errors').sort()).toEqual([...ERROR_CODES].sort());
});

test('every warning has its row, and every row a warning', () => {
  expect(firstCells(guide, 'Warnings').sort()).toEqual([...WARNING_IDS].sort());
});

test('every code and every warning is used', () => {
  const src = join(ROOT, 'src');
  const sources = readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !/private.(error-code|warning-id)\.ts$/.test(path))
    .map((path) => readFileSync(join(src, path), 'utf8'))
    .join('');
  expect([...ERROR_CODES, ...WARNING_IDS].filter((name) => !sources.includes(`'${name}'`))).toEqual([]);
});

test('what the other guides say of codes and warnings is there', () => {
  const known = new Set<string>([...ERROR_CODES, ...WARNING_IDS]);
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
