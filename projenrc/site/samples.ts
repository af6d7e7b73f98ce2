/** The samples in other languages: what jsii-rosetta has translated, found by the text of the TypeScript. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withoutAddedImports } from '../added-imports';
import { ROOT } from './links';

/** A sample in a language. `key` is the name of its fence. */
export interface Sample {
  readonly key: 'ts' | 'python' | 'java' | 'csharp' | 'go';
  readonly code: string;
}

/** What a tab is called. Nothing here compiles C#, so its tab says so. */
export const TITLES: Readonly<Record<Sample['key'], string>> = {
  ts: 'TypeScript',
  python: 'Python',
  java: 'Java',
  csharp: 'C#',
  go: 'Go',
};

/** Those of the guides and the docstrings, which `projenrc/site/samples.sh` makes. */
const TABLET = join(ROOT, '.cache', 'site', '.jsii.tabl.json');
/** Go is not among them: what jsii-rosetta writes is not valid Go. */
const TRANSLATED = ['python', 'java', 'csharp'] as const;

interface Tablet {
  readonly snippets: Record<string, { readonly translations: Record<string, { readonly source: string }> }>;
}

let found: Map<string, Sample[]> | undefined;

function read(): Map<string, Sample[]> {
  if (!existsSync(TABLET)) throw new Error('the samples are not translated: run `npm run docs` at the root');
  const { snippets }: Tablet = JSON.parse(readFileSync(TABLET, 'utf8'));
  return new Map(
    Object.values(snippets).map(({ translations }) => {
      const typescript = translations.$.source;
      const others = TRANSLATED.flatMap((key) => {
        const source = translations[key]?.source.trim();
        if (source === undefined) return [];
        const code = tidy(source);
        return [{ key, code: key === 'python' ? repairedPython(code, typescript) : code }];
      });
      return [typescript.trim(), others];
    }),
  );
}

/** jsii-rosetta writes some comments twice, and leaves the lines of `declare` empty. */
const tidy = (code: string) => code.replace(/^( *(?:\/\/|#) .*\n)\1+/gm, '$1').replace(/\n{3,}/g, '\n\n');

/** jsii writes `memoryLimitMiB` as `memory_limit_mib`, and jsii-rosetta splits it. */
function repairedPython(code: string, typescript: string): string {
  return withoutAddedImports(code, typescript).replace(/_([kmgt])i_b\b/g, '_$1ib');
}

/** A TypeScript sample in the other languages; none where there is no translation. */
export function translationsOf(typescript: string): readonly Sample[] {
  found ??= read();
  return found.get(typescript.trim()) ?? [];
}
