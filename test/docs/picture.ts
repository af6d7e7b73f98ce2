import { styleOf } from '../helpers/palette';

// Required, for its types are written as those of an ES module only.
const { instance }: typeof import('@viz-js/viz', { with: { 'resolution-mode': 'import' }}) = require('@viz-js/viz');

/**
 * A picture from its source in DOT, as it stands on a page: on a card of its own, in the colours of the palette, for light pages and dark ones.
 * The graph's name is the title that a screen reader reads.
 */
export async function picture(source: string): Promise<string> {
  const { status, output = {}, errors } = (await instance()).renderFormats(source, ['svg', 'json']);
  if (status !== 'success' || errors.length > 0) throw new Error(errors.map(({ message }) => message).join('\n'));
  const svg = String(output.svg);
  const [, width, height] = /<svg width="(\d+)pt" height="(\d+)pt"/.exec(svg) ?? [];
  const [, title] = /<title>(.*)<\/title>/.exec(svg) ?? [];
  const widths = widthsOfTexts(String(output.json));
  const drawing = svg
    .slice(svg.indexOf('<g '), svg.lastIndexOf('</svg>'))
    .replace(/<!--.*?-->\n/gs, '')
    .replace(/<title>.*<\/title>\n/g, '')
    .replace(/ (?:font-family="Arial"|id="[^"]*")/g, '')
    .replace(
      /<text .*? x="(.*?)" y="(.*?)"/g,
      (text, x, y) => `${text} textLength="${widths.get(`${x},${-y}`)}" lengthAdjust="spacingAndGlyphs"`,
    );
  const card = `<rect x=".5" y=".5" width="${Number(width) - 1}" height="${Number(height) - 1}" rx="8" fill="snow" stroke="lightgray"/>`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="Arial, Helvetica, sans-serif" fill="black" role="img">`,
    `<title>${title}</title>`,
    styleOf(` fill="black"${card}${drawing}`),
    card,
    `${drawing}</svg>`,
    '',
  ].join('\n');
}

/** How wide each text is meant to be, by where it stands: so it fits into its box where Arial is not at hand and another font is taken. */
function widthsOfTexts(json: string): Map<string, number> {
  const widths = new Map<string, number>();
  JSON.parse(json, (_, value) => {
    if (value?.op === 'T') widths.set(String(value.pt), value.width);
    return value;
  });
  return widths;
}
