import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

export const ROOT = join(__dirname, '..', '..');

/** A page, by its path from the root of the repository. */
export interface Page {
  readonly path: string;
  readonly lines: string[];
}

/** One fenced block; `line` is that of its first line of code, counted from 1. */
export interface Block {
  readonly language: string;
  readonly line: number;
  readonly code: string;
}

const FENCE = /^(`{3,})(\w*)\s*$/;

export function page(path: string): Page {
  return { path, lines: readFileSync(join(ROOT, path), 'utf8').split('\n') };
}

/** Every page of `docs/`, and those named. */
export function pages(...others: string[]): Page[] {
  const guides = readdirSync(join(ROOT, 'docs'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
    .sort();
  return [...others, ...guides].map(page);
}

/** The fenced blocks of a page. */
export function blocks({ lines }: Page): Block[] {
  const found: Block[] = [];
  let open: { fence: string; language: string; line: number } | undefined;
  for (const [index, line] of lines.entries()) {
    const [, fence, language = ''] = FENCE.exec(line) ?? [];
    if (fence === undefined) continue;
    if (open === undefined) open = { fence, language, line: index + 2 };
    else if (fence.length >= open.fence.length && language === '') {
      found.push({
        language: open.language,
        line: open.line,
        code: lines.slice(open.line - 1, index).join('\n'),
      });
      open = undefined;
    }
  }
  return found;
}

/** The page's text without its fenced blocks, whose lines become empty: so the numbers of the others stay. */
export function prose(of: Page): string[] {
  const lines = [...of.lines];
  for (const { line, code } of blocks(of)) {
    const last = line - 1 + code.split('\n').length;
    for (let index = line - 2; index <= last; index++) lines[index] = '';
  }
  return lines;
}

/** The anchors that GitHub makes of a page's headings. */
export function anchors(of: Page): Set<string> {
  const seen = new Map<string, number>();
  const found = new Set<string>();
  for (const line of prose(of)) {
    const heading = /^#{1,6} +(.*?) *#*$/.exec(line)?.[1];
    if (heading === undefined) continue;
    const slug = heading
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, '')
      .replaceAll(' ', '-');
    const times = seen.get(slug) ?? 0;
    seen.set(slug, times + 1);
    found.add(times === 0 ? slug : `${slug}-${times}`);
  }
  return found;
}

/** The first cells of a table's rows, unquoted, of the section under a heading. */
export function firstCells(of: Page, heading: string): string[] {
  const lines = prose(of);
  const start = lines.findIndex((line) => /^#+ /.test(line) && line.replace(/^#+ /, '') === heading);
  if (start < 0) throw new Error(`${of.path} has no section "${heading}"`);
  const next = lines.findIndex((line, index) => index > start && /^#+ /.test(line));
  return lines
    .slice(start, next < 0 ? undefined : next)
    .flatMap((line) => /^\| `([^`]+)` \|/.exec(line)?.[1] ?? []);
}
