/**
 * jsii-rosetta puts imports before what it translates to Python: of the structs in the sample and of nothing
 * else, each as often as it stands there. The imports of the fixture are not shown in any language, so these
 * go too: half a list misleads.
 */
import { readFileSync, writeFileSync } from 'node:fs';

interface Tablet {
  readonly snippets: Record<
    string,
    { readonly translations: { readonly $: { source: string }; readonly python: { source: string } } }
  >;
}

/** A sample in Python, with imports only if it has some in TypeScript. */
export function withoutAddedImports(python: string, typescript: string): string {
  return /^import /m.test(typescript) ? python : python.replace(/^(from \S+ import .*\n)+/, '');
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
