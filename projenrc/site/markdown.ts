/** Rules for the Markdown of the site: links, tabs of languages, and an anchor for each error code. */
import { relative } from 'node:path';
import { linkOnSite, ROOT } from './links';
import { type Sample, TITLES, translationsOf } from './samples';

/** A token of markdown-it, as far as it is used here. */
interface Token {
  type: string;
  info: string;
  content: string;
  markup: string;
  block: boolean;
  map: [number, number] | null;
  children: Token[] | null;
  attrGet(name: string): string | null;
  attrSet(name: string, value: string): void;
}
interface State {
  src: string;
  tokens: Token[];
  readonly env: { readonly realPath?: string; readonly path?: string };
  readonly Token: new (type: string, tag: string, nesting: number) => Token;
}
/** markdown-it, as far as it is used here. */
export interface Markdown {
  readonly core: {
    readonly ruler: {
      push(name: string, rule: (state: State) => void): void;
      before(other: string, name: string, rule: (state: State) => void): void;
    };
  };
}

const LANGUAGE: Readonly<Record<string, Sample['key']>> = {
  ts: 'ts',
  typescript: 'ts',
  python: 'python',
  java: 'java',
  csharp: 'csharp',
  go: 'go',
};

/** The path of the source from the root; undefined where VitePress renders a title alone. */
function sourceOf({ env }: State): string | undefined {
  const at = env.realPath ?? env.path;
  return at === undefined ? undefined : relative(ROOT, at).replaceAll('\\', '/');
}

export function siteRules(markdown: Markdown): void {
  const { ruler } = markdown.core;
  ruler.before('block', 'site-code-spans', (state) => {
    state.src = withWholeSpans(state.src);
  });
  ruler.push('site-links', (state) => {
    const source = sourceOf(state);
    if (source === undefined || source.startsWith('site/')) return;
    for (const token of state.tokens)
      for (const child of token.children ?? [])
        if (child.type === 'link_open')
          child.attrSet('href', linkOnSite(source, child.attrGet('href') ?? ''));
  });
  ruler.push('site-codes', (state) => {
    if (sourceOf(state) === 'docs/bad-input.md') anchorRows(state.tokens);
  });
  ruler.push('site-tables', ({ tokens }) => titleCells(tokens));
  ruler.push('site-languages', (state) => {
    state.tokens = withTabs(state);
  });
}

/** Code on one line: VitePress takes a line that begins with `<service>` for HTML, inside of a code span too. */
function withWholeSpans(source: string): string {
  return source.replace(/```[\s\S]*?```|`[^`\n]+(?:\n[^`\n]+)*`/g, (code) =>
    code.startsWith('```') ? code : code.replace(/\s*\n\s*/g, ' '),
  );
}

/** A row that begins with a code gets it as its anchor, such as `bad-input#TooManyClusters`. */
function anchorRows(tokens: Token[]): void {
  for (const [index, token] of tokens.entries()) {
    if (token.type !== 'tr_open' || tokens[index + 1]?.type !== 'td_open') continue;
    const [first, ...others] = tokens[index + 2]?.children ?? [];
    if (first?.type === 'code_inline' && others.length === 0) token.attrSet('id', first.content);
  }
}

/** Each cell of a table of three columns or more gets the title of its column: a phone has them one below another. */
function titleCells(tokens: readonly Token[]): void {
  let titles: string[] = [];
  let column = 0;
  for (const [index, token] of tokens.entries()) {
    if (token.type === 'table_open') titles = [];
    if (token.type === 'th_open') titles.push(tokens[index + 1].content);
    if (token.type === 'tr_open') column = 0;
    if (token.type !== 'td_open' || titles.length < 3) continue;
    token.attrSet('data-title', column === 0 ? '' : (titles[column] ?? ''));
    column++;
  }
}

/** A TypeScript sample, and the `<details>` of other languages behind it, become tabs. */
function withTabs(state: State): Token[] {
  const { tokens } = state;
  const out: Token[] = [];
  let index = 0;
  while (index < tokens.length) {
    const token = tokens[index];
    if (token.type !== 'fence' || LANGUAGE[token.info.trim()] !== 'ts') {
      out.push(token);
      index++;
      continue;
    }
    const { blocks, end } = written(tokens, index);
    const all = blocks.length > 1 ? blocks : [token, ...translated(state, token)];
    if (all.length === 1) out.push(token);
    else out.push(...tabs(state, all));
    index = end;
  }
  return out;
}

const OPENS = /^(<\/details>\s*)?<details><summary>(?:Python|Java|C#|Go)<\/summary>\s*$/;

/** The sample at `start`, and what a person wrote of it in other languages; `end` is behind all of them. */
function written(tokens: readonly Token[], start: number): { blocks: Token[]; end: number } {
  const blocks = [tokens[start]];
  let at = start + 1;
  while (
    tokens[at]?.type === 'html_block' &&
    OPENS.test(tokens[at].content) &&
    tokens[at + 1]?.type === 'fence'
  ) {
    blocks.push(tokens[at + 1]);
    at += 2;
  }
  // Of the closing tag, only what ends the last block is taken.
  if (blocks.length > 1 && tokens[at]?.type === 'html_block' && /^<\/details>\s*$/.test(tokens[at].content))
    at++;
  return { blocks, end: at };
}

function translated(state: State, original: Token): Token[] {
  return translationsOf(original.content).map(({ key, code }) => {
    const fence = new state.Token('fence', 'code', 0);
    fence.info = key;
    fence.content = `${code}\n`;
    fence.markup = '```';
    fence.map = original.map;
    fence.block = true;
    return fence;
  });
}

function tabs(state: State, blocks: readonly Token[]): Token[] {
  const html = (content: string): Token => {
    const token = new state.Token('html_block', '', 0);
    token.content = `${content}\n`;
    token.block = true;
    return token;
  };
  const keys = blocks.map(({ info }) => LANGUAGE[info.trim()]);
  const names = JSON.stringify(keys.map((key) => TITLES[key])).replaceAll("'", '&#39;');
  return [
    html(`<LanguageTabs :languages='${names}'>`),
    ...blocks.flatMap((block, index) => [html(`<template #${keys[index]}>`), block, html('</template>')]),
    html('</LanguageTabs>'),
  ];
}

/**
 * The page as the search reads it: each code is a heading, so that it has an entry, and the result leads to its
 * row.
 */
export function forSearch(html: string): string {
  return html.replace(
    /<tr id="([\w.]+)">/g,
    (row, code) =>
      `<h3 id="${code}" tabindex="-1">${code} <a class="header-anchor" href="#${code}">#</a></h3>${row}`,
  );
}

/** Words of a text, for the search: of `DockerAuth` the whole, and its parts. */
export function wordsOf(text: string): string[] {
  return text
    .split(/[\s\-.,:;()[\]{}"'`/|<>=*!?]+/)
    .filter((word) => word !== '')
    .flatMap((word) => {
      const parts = word.split(/(?<=[a-z0-9])(?=[A-Z])/);
      return parts.length > 1 ? [word, ...parts] : [word];
    });
}
