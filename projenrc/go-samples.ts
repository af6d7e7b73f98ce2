/**
 * Takes jsii-rosetta's translations out of the Go module that pacmak has made in `dist/go`: they leave out
 * packages and pointers, and do not compile. The README begins with the example in Go that was written by
 * hand, and keeps the TypeScript of its other samples. Doc comments have no `Example:`; the API reference
 * shows them in TypeScript.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { BOX, inPackages } from './package-readme';

const REST =
  'The samples from here on are TypeScript: [In Go](docs/getting-started.md#in-go) says how names read ' +
  'in Go.';

/** The README, with its first sample in Go. */
export function goReadme(markdown: string): string {
  const [, , example] = [...markdown.matchAll(BOX)].find(([, language]) => language === 'Go') ?? [];
  if (example === undefined) throw new Error('the README has no example in Go');
  let samples = 0;
  return markdown.replace(BOX, '').replace(/^```ts\n[\s\S]*?^```$/gm, (sample) => {
    samples += 1;
    if (samples === 1) return example;
    return samples === 2 ? `${REST}\n\n${sample}` : sample;
  });
}

/**
 * An example in a doc comment, with the empty line before it, if there is one, and a look at whether the
 * comment goes on after it.
 */
const EXAMPLE = /^([ \t]*\/\/\n)?([ \t]*)\/\/ Example:\n(?:\2\/\/(?:(?: {3}|\t).*)?\n)+(?=(\2\/\/)?)/gm;

/** A file of Go whose doc comments have no examples. */
export function withoutExamples(source: string): string {
  return source.replace(EXAMPLE, (_, line: string | undefined, _indent, more: string | undefined) =>
    more === undefined ? '' : (line ?? ''),
  );
}

function mend(dist: string): void {
  const assembly = JSON.parse(readFileSync('.jsii', 'utf8'));
  const files = readdirSync(dist, { recursive: true, encoding: 'utf8' });
  for (const file of files.filter((name) => name.endsWith('.go'))) {
    const path = join(dist, file);
    writeFileSync(path, withoutExamples(readFileSync(path, 'utf8')));
  }
  for (const file of files.filter((name) => basename(name) === 'go.mod')) {
    writeFileSync(
      join(dist, dirname(file), 'README.md'),
      inPackages(goReadme(readFileSync('README.md', 'utf8')), assembly),
    );
  }
}

if (require.main === module) mend(join('dist', 'go'));
