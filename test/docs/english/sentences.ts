import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ROOT } from '../markdown';
import { markdownTexts, type Text } from './markdown-texts';
import { sourceTexts } from './source-texts';

/** A sentence, and where it is. */
export interface Sentence {
  readonly path: string;
  readonly line: number;
  readonly text: string;
}

/** Pages that people write, in folders that have others too. */
const PAGES = /^([A-Z]+|docs\/.*|examples\/[^/]+\/README|test\/(?!.*\/cdk\.out\/).*README)\.md$/;
const GENERATED = ['API.md'];
const SOURCES = /^src\/.*\.ts$/;

function filesBelow(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (!entry.isDirectory()) return [path];
    return ['node_modules', 'cdk.out', '.cache'].includes(entry.name) ? [] : filesBelow(path);
  });
}

/** The pages that people write, and the sources of the library, by their paths from the root. */
export function englishFiles(): { readonly pages: string[]; readonly sources: string[] } {
  const files = ['docs', 'examples', 'src', 'test'].flatMap(filesBelow);
  const root = readdirSync(ROOT, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);
  const all = [...root, ...files].map((path) => relative(ROOT, join(ROOT, path))).sort();
  return {
    pages: all.filter((path) => PAGES.test(path) && !GENERATED.includes(path)),
    sources: all.filter((path) => SOURCES.test(path)),
  };
}

/** Splits prose into sentences: at a full stop, question or exclamation mark before what may begin one. */
export function sentencesOf(text: string): string[] {
  const plain = text.replace(/\s+/g, ' ').trim();
  return plain
    .split(/(?<=(?<!\b(?:e\.g|i\.e|vs|cf|No))[.!?]["'”’»)\]]*) (?=["'“‘«([`…]*[\p{Lu}\p{N}`…])/u)
    .filter((sentence) => sentence !== '');
}

/** Every sentence of the pages and the sources. */
export function allSentences(): Sentence[] {
  const { pages, sources } = englishFiles();
  const read = (path: string, texts: (source: string) => Text[]) =>
    texts(readFileSync(join(ROOT, path), 'utf8')).flatMap(({ text, line }) =>
      sentencesOf(text).map((sentence): Sentence => ({ path, line, text: sentence })),
    );
  return [
    ...pages.flatMap((path) => read(path, markdownTexts)),
    ...sources.flatMap((path) => read(path, (source) => sourceTexts(path, source))),
  ];
}
