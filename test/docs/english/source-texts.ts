import * as ts from 'typescript';
import { CODE, markdownTexts, type Text } from './markdown-texts';

/** Tags whose text is prose. Samples are code, and references have no sentences. */
const PROSE_TAGS = ['default', 'deprecated', 'param', 'returns', 'throws'];

/** A string of source that is English: four words or more, and neither a program nor an expression. */
const isEnglish = (text: string) =>
  /[A-Za-z]{2,}( [^ ]+){3,}/.test(text) && !/\n|\{%|&&|=>|\$\(|;;|^\s*(echo|set) /.test(text);

const isSum = (node: ts.Node): node is ts.BinaryExpression =>
  ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken;
const isText = (node: ts.Node): node is ts.StringLiteralLike | ts.TemplateExpression =>
  ts.isStringLiteralLike(node) || ts.isTemplateExpression(node);

/** What a sum of texts says, with `…` for what is not known here; undefined where no text is in it. */
function said(node: ts.Expression): string | undefined {
  if (ts.isParenthesizedExpression(node)) return said(node.expression);
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isTemplateExpression(node))
    return node.head.text + node.templateSpans.map(({ literal }) => `…${literal.text}`).join('');
  if (!isSum(node)) return undefined;
  const [left, right] = [said(node.left), said(node.right)];
  return left === undefined && right === undefined ? undefined : `${left ?? '…'}${right ?? '…'}`;
}

/** The English of a source file: its docstrings, which are Markdown, and its messages. */
export function sourceTexts(path: string, source: string): Text[] {
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true);
  const found: Text[] = [];
  const lineOf = (position: number) => file.getLineAndCharacterOfPosition(position).line + 1;
  const add = (text: string | undefined, position: number) => {
    for (const each of markdownTexts(text ?? '')) found.push({ text: each.text, line: lineOf(position) });
  };
  const visit = (node: ts.Node): void => {
    for (const doc of ts.getJSDocCommentsAndTags(node)) {
      if (doc.parent !== node || !ts.isJSDoc(doc)) continue;
      add(ts.getTextOfJSDocComment(doc.comment), doc.pos);
      for (const tag of doc.tags ?? []) {
        if (PROSE_TAGS.includes(tag.tagName.text)) add(ts.getTextOfJSDocComment(tag.comment), tag.pos);
      }
    }
    if (ts.isImportDeclaration(node) || ts.isLiteralTypeNode(node)) return;
    if (isText(node) || isSum(node)) {
      const text = said(node)?.replace(/`[^`]*`/g, CODE);
      if (text !== undefined && isEnglish(text)) found.push({ text, line: lineOf(node.getStart()) });
      // The texts of a sum are said; those of what is inserted are not yet.
      const inserted = (inner: ts.Node): void => {
        if (isSum(inner) || ts.isParenthesizedExpression(inner)) ts.forEachChild(inner, inserted);
        else if (ts.isTemplateExpression(inner))
          for (const { expression } of inner.templateSpans) visit(expression);
        else if (!isText(inner)) visit(inner);
      };
      inserted(node);
      return;
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}
