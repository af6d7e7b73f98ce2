/** The assembly whose README is all pages of the site: jsii-rosetta translates what is in an assembly. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pageOf, ROOT } from './links';

/** The Markdown that the site has, as paths from the root; the API reference is in the assembly anyway. */
function sources(): string[] {
  const guides = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .map((file) => `docs/${file.replaceAll('\\', '/')}`)
    .filter((file) => file.endsWith('.md') && pageOf(file) !== undefined);
  return [...guides.sort(), 'site/index.md'];
}

/** jsii-rosetta has no translation for arrow functions and spreads: these samples stay TypeScript. */
const TYPESCRIPT_ONLY = /=>|\.\.\.\w/;
/** A sample that exports something is a whole file: it takes nothing from the fixture. */
const WHOLE_FILE = /^export /m;

/** The samples of a page, as fences that jsii-rosetta reads. */
function samplesOf(markdown: string): string[] {
  return [...markdown.matchAll(/^```ts\n([\s\S]*?)^```$/gm)]
    .map(([, code]) => code)
    .filter((code) => !TYPESCRIPT_ONLY.test(code))
    .map((code) => `\`\`\`ts${WHOLE_FILE.test(code) ? ' nofixture' : ''}\n${code}\`\`\``);
}

if (require.main === module) {
  const assembly = JSON.parse(readFileSync(join(ROOT, '.jsii'), 'utf8'));
  const markdown = sources()
    .flatMap((file) => samplesOf(readFileSync(join(ROOT, file), 'utf8')))
    .join('\n\n');
  writeFileSync(process.argv[2], JSON.stringify({ ...assembly, readme: { markdown } }));
}
