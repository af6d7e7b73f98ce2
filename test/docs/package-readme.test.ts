import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { homeOf, withAbsoluteLinks } from '../../projenrc/package-readme';
import { page, ROOT } from './markdown';

const REPOSITORY = 'https://github.com/owner/name';

test('in the packages the README leads to the pages of its own release', () => {
  const markdown = '[a](docs/a.md#b) ![c](d.svg) [e](#f) [g](https://h.example/i) `x[0](y)` [`j`](k)';
  expect(withAbsoluteLinks(markdown, REPOSITORY, '1.2.3').split(' ')).toEqual([
    `[a](${REPOSITORY}/blob/v1.2.3/docs/a.md#b)`,
    `![c](${REPOSITORY}/raw/v1.2.3/d.svg)`,
    `[e](${REPOSITORY}/blob/v1.2.3/README.md#f)`,
    '[g](https://h.example/i)',
    '`x[0](y)`',
    `[\`j\`](${REPOSITORY}/blob/v1.2.3/k)`,
  ]);
});

test('the home page of a package is the README of its own release', () => {
  const repository = { url: `${REPOSITORY}.git` };
  expect(homeOf({ repository, version: '1.2.3' })).toBe(`${REPOSITORY}/tree/v1.2.3#readme`);
  expect(homeOf({ repository, version: '0.0.0' })).toBe(`${REPOSITORY}/tree/main#readme`);
});

test('every link of the README is still one of a file that there is', () => {
  const readme = withAbsoluteLinks(page('README.md').lines.join('\n'), REPOSITORY, '0.0.0');
  const targets = [...readme.matchAll(/\]\(([^)]*)\)/g)].map(([, target]) => target);
  expect(targets.length).toBeGreaterThan(10);
  const leadsNowhere = targets.filter((target) => {
    const [, path] = /^https:\/\/github\.com\/owner\/name\/(?:blob|raw)\/main\/([^#]*)/.exec(target) ?? [];
    return path === undefined ? !/^https:/.test(target) : !existsSync(join(ROOT, path));
  });
  expect(leadsNowhere).toEqual([]);
});
