/** Takes the imports that jsii-rosetta adds out of the samples in Python. */
import { readFileSync, writeFileSync } from 'node:fs';
import { withoutAddedImports } from './added-imports';

interface Tablet {
  readonly snippets: Record<
    string,
    { readonly translations: { readonly $: { source: string }; readonly python: { source: string } } }
  >;
}

function mend(file: string): void {
  const tablet: Tablet = JSON.parse(readFileSync(file, 'utf8'));
  for (const { translations } of Object.values(tablet.snippets)) {
    const { python, $: typescript } = translations;
    python.source = withoutAddedImports(python.source, typescript.source);
  }
  writeFileSync(file, JSON.stringify(tablet, undefined, 2));
}

if (require.main === module) mend('.jsii.tabl.json');
