/** A piece of prose without markup. */
export interface Text {
  /** Code is `…`: its words are not English, and a name that changes makes no new sentence. */
  readonly text: string;
  /** The line on which it begins, from 1. */
  readonly line: number;
}

/** What is used of commonmark, which has no types. */
interface Node {
  readonly type: string;
  readonly literal: string | null;
  readonly firstChild: Node | null;
  readonly next: Node | null;
  readonly sourcepos?: readonly [readonly [number, number], readonly [number, number]];
}
// jsii-rosetta reads Markdown with it too.
const { Parser } = require('commonmark') as { Parser: new () => { parse(source: string): Node } };

/** What stands for a piece of code. */
export const CODE = '`…`';

function* childrenOf(node: Node): Generator<Node> {
  for (let child = node.firstChild; child !== null; child = child.next) yield child;
}

/** The words of what is inside of a paragraph; those of its images are texts of their own. */
function words(node: Node, images: string[]): string {
  switch (node.type) {
    case 'text':
      return node.literal ?? '';
    case 'code':
      return CODE;
    case 'softbreak':
    case 'linebreak':
      return '\n';
    case 'html_inline':
      return '';
    case 'image':
      images.push([...childrenOf(node)].map((child) => words(child, images)).join(''));
      return '';
    default:
      return [...childrenOf(node)].map((child) => words(child, images)).join('');
  }
}

/** The paragraph that begins at a line: commonmark knows no tables, and takes one for a paragraph. */
function textsOf(text: string, line: number): Text[] {
  const rows = text.split('\n');
  if (!/^\s*\|?[\s:|-]*-[\s:|-]*$/.test(rows[1] ?? '') || !rows[0].includes('|'))
    return [{ text: text.replaceAll('\n', ' '), line }];
  return rows.flatMap((row, index) =>
    index === 1 ? [] : row.split('|').map((cell) => ({ text: cell, line: line + index })),
  );
}

/**
 * The prose of Markdown: paragraphs, headings, list items, cells and the texts of images. No code, no HTML.
 */
export function markdownTexts(source: string): Text[] {
  const found: Text[] = [];
  const visit = (node: Node): void => {
    if (node.type === 'paragraph' || node.type === 'heading') {
      const images: string[] = [];
      const line = node.sourcepos?.[0][0] ?? 1;
      found.push(...textsOf(words(node, images), line), ...images.map((text) => ({ text, line })));
      return;
    }
    for (const child of childrenOf(node)) visit(child);
  };
  visit(new Parser().parse(source));
  return found.filter(({ text }) => text.trim() !== '');
}

/** The lines, from 1, that are prose: not those of tables, code, HTML and headings. */
export function proseLines(source: string): Set<number> {
  const found = new Set<number>();
  const lines = source.split('\n');
  const visit = (node: Node): void => {
    if (node.type === 'paragraph' && node.sourcepos !== undefined) {
      const [[from], [to]] = node.sourcepos;
      const isTable = lines[from - 1].trim().startsWith('|');
      for (let line = from; line <= to && !isTable; line++) found.add(line);
      return;
    }
    for (const child of childrenOf(node)) visit(child);
  };
  visit(new Parser().parse(source));
  return found;
}
