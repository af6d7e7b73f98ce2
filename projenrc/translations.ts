/**
 * Takes the imports that jsii-rosetta adds out of the samples in Python; with `--commit`, keeps the translations
 * of the samples that there are.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { withoutAddedImports } from './added-imports';

interface Tablet {
  readonly snippets: Record<
    string,
    { readonly translations: { readonly $: { source: string }; readonly python: { source: string } } }
  >;
}

const read = (file: string): Tablet => JSON.parse(readFileSync(file, 'utf8'));

function mend(file: string): void {
  const tablet = read(file);
  for (const { translations } of Object.values(tablet.snippets)) {
    const { python, $: typescript } = translations;
    python.source = withoutAddedImports(python.source, typescript.source);
  }
  writeFileSync(file, JSON.stringify(tablet, undefined, 2));
}

/** Of what jsii-rosetta has translated so far, the samples of the README, the docstrings and the guides. */
function commit(): void {
  const used = new Set(
    ['.jsii.tabl.json', '.cache/site/.jsii.tabl.json'].flatMap((file) => Object.keys(read(file).snippets)),
  );
  const known = read('.cache/rosetta.tabl.json');
  const snippets = Object.fromEntries(
    Object.entries(known.snippets)
      .filter(([key]) => used.has(key))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  const text = JSON.stringify({ ...known, snippets });
  writeFileSync('rosetta/translations.tabl.json.gz', gzipSync(text, { level: 9 }));
}

if (require.main === module) {
  if (process.argv.includes('--commit')) commit();
  else mend('.jsii.tabl.json');
}
