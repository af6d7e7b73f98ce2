/** A text or a closed shape in the source of a picture. */
export interface Part {
  readonly kind: 'text' | 'shape';
  readonly words: string;
  readonly source: string;
}

/** Texts and closed shapes, in the order in which they are drawn. */
export const PARTS = /<text\b[^>]*>.*?<\/text>|<(?:rect|path|polygon|ellipse)\b(?![^>]*fill="none")[^>]*\/>/g;
/** The same for a page, as a selector of CSS. */
export const SELECTOR = 'text, rect, path:not([fill=none]), polygon, ellipse';

export function partsOf(svg: string): Part[] {
  return [...svg.matchAll(PARTS)].map(([source]) => ({
    kind: source.startsWith('<text') ? 'text' : 'shape',
    words: source.replace(/<[^>]*>/g, ''),
    source,
  }));
}
