import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import {
  createSourceFile,
  isExportDeclaration,
  isImportDeclaration,
  isStringLiteral,
  ScriptTarget,
} from 'typescript';

const SRC = join(__dirname, '..', 'src');

/** The layers, the upper ones first: each may import from its own and from those below it. */
const LAYERS = [
  'plan',
  'cluster',
  'services',
  'operations',
  'fleet',
  'review',
  'tier',
  'replacement',
  'node',
  'bootstrap',
  'registry',
  'settings',
  'rendered',
  'private',
];

function filesBelow(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesBelow(path) : path.endsWith('.ts') ? [path] : [];
  });
}

/** The files of src that a file imports, type-only imports as well. */
function importsOf(file: string): string[] {
  const source = createSourceFile(file, readFileSync(file, 'utf8'), ScriptTarget.ES2022);
  const paths: string[] = [];
  for (const statement of source.statements) {
    if (!isImportDeclaration(statement) && !isExportDeclaration(statement)) continue;
    const specifier = statement.moduleSpecifier;
    if (specifier && isStringLiteral(specifier) && specifier.text.startsWith('.'))
      paths.push(`${resolve(dirname(file), specifier.text)}.ts`);
  }
  return paths;
}

const files = filesBelow(SRC);
const graph = new Map(files.map((file) => [file, importsOf(file)]));
const folderOf = (file: string) => relative(SRC, file).split('/')[0];
const layerOf = (file: string) => LAYERS.indexOf(folderOf(file));
const inner = files.filter((file) => relative(SRC, file) !== 'index.ts');
const named = (file: string) => relative(SRC, file);

test('every file stands in a layer', () => {
  expect(inner.filter((file) => layerOf(file) < 0).map(named)).toEqual([]);
});

test('the plan of a deployment is a command by itself: it imports no other layer and no package, and nothing imports it', () => {
  const own = inner.filter((file) => folderOf(file) === 'plan');
  const others = inner.filter((file) => folderOf(file) !== 'plan');
  const packages = own.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/ from '([^.'][^']*)'/g)].map(([, name]) => name),
  );
  expect([...new Set(packages)].filter((name) => !name.startsWith('node:'))).toEqual([]);
  const between = (from: string[], to: string[]) =>
    from.flatMap((file) => (graph.get(file) ?? []).filter((imported) => to.includes(imported)).map(named));
  expect(between(own, others)).toEqual([]);
  expect(between([...others, join(SRC, 'index.ts')], own)).toEqual([]);
});

test('imports go down or sideways, never up', () => {
  const up = inner.flatMap((file) =>
    (graph.get(file) ?? [])
      .filter((imported) => layerOf(imported) < layerOf(file))
      .map((imported) => `${named(file)} -> ${named(imported)}`),
  );
  expect(up).toEqual([]);
});

test('the picture of the layers shows them, less those that lead to what lies behind another layer', () => {
  const reached = new Map<string, Set<string>>(LAYERS.map((layer) => [layer, new Set()]));
  for (const file of inner)
    for (const imported of graph.get(file) ?? [])
      if (layerOf(imported) > layerOf(file)) reached.get(folderOf(file))?.add(folderOf(imported));
  const leadsTo = (from: string, to: string): boolean =>
    [...(reached.get(from) ?? [])].some((next) => next === to || leadsTo(next, to));
  const needed = [...reached].flatMap(([from, all]) =>
    [...all]
      .filter((to) => ![...all].some((between) => leadsTo(between, to)))
      .map((to) => `${from} -> ${to}`),
  );
  const drawn = readFileSync(join(SRC, '..', 'docs', 'images', 'layers.dot'), 'utf8').matchAll(
    /^ +"?(\w+)"? -> "?(\w+)"?$/gm,
  );
  expect([...drawn].map(([, from, to]) => `${from} -> ${to}`).sort()).toEqual(needed.sort());
});

test('nobody inside imports the barrel, and there is only one', () => {
  expect(
    inner
      .filter((file) => (graph.get(file) ?? []).some((imported) => named(imported) === 'index.ts'))
      .map(named),
  ).toEqual([]);
  expect(files.filter((file) => file.endsWith('index.ts')).map(named)).toEqual(['index.ts']);
});

test('a folder called private belongs to its own layer', () => {
  const intruders = inner.flatMap((file) =>
    (graph.get(file) ?? [])
      .filter((imported) => /^[a-z]+\/private\//.test(named(imported)) && layerOf(imported) !== layerOf(file))
      .map((imported) => `${named(file)} -> ${named(imported)}`),
  );
  expect(intruders).toEqual([]);
});

test('no file imports itself, however far around', () => {
  const cycles: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, path: string[]): void => {
    const start = path.indexOf(file);
    if (start >= 0) {
      cycles.push([...path.slice(start), file].map(named).join(' -> '));
      return;
    }
    if (done.has(file)) return;
    for (const imported of graph.get(file) ?? []) visit(imported, [...path, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
  expect(cycles).toEqual([]);
});
