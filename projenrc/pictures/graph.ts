import { enlarged, inLines, large } from './lines';
import { onCard } from './palette';

// Required, for its types are written as those of an ES module only.
const {
  instance,
}: typeof import('@viz-js/viz', { with: { 'resolution-mode': 'import' }}) = require('@viz-js/viz');

const FONT = { fontname: 'Arial', fontcolor: 'black' };
/** What the pictures have in common. A source says what it has otherwise. */
const STYLE = {
  graphAttributes: {
    ...FONT,
    rankdir: 'LR',
    newrank: true,
    ranksep: 0.31,
    nodesep: 0.24,
    pad: '0.2,0.15',
    bgcolor: 'transparent', // the card is there
    fontsize: large(13),
    labeljust: 'l',
    style: 'rounded,filled',
    fillcolor: 'whitesmoke',
    color: 'lightgray',
  },
  nodeAttributes: {
    ...FONT,
    fontsize: large(13),
    shape: 'box',
    style: 'rounded,filled',
    fillcolor: 'white',
    color: 'slategray',
    margin: '0.09,0.05',
  },
  edgeAttributes: {
    fontname: 'Arial',
    fontsize: large(12),
    fontcolor: 'dimgray',
    color: 'slategray',
    arrowsize: 0.7,
  },
};

/** A picture from its source in DOT. The name of the graph is its title. */
export async function picture(source: string): Promise<string> {
  const {
    status,
    output = {},
    errors,
  } = (await instance()).renderFormats(enlarged(source), ['svg', 'json'], STYLE);
  if (status !== 'success' || errors.length > 0)
    throw new Error(errors.map(({ message }) => message).join('\n'));
  const svg = String(output.svg);
  const [, width, height] = /<svg width="(\d+)pt" height="(\d+)pt"/.exec(svg) ?? [];
  const [, title] = /<title>(.*)<\/title>/.exec(svg) ?? [];
  const widths = widthsOfTexts(String(output.json));
  const drawing = svg
    .slice(svg.indexOf('<g '), svg.lastIndexOf('</svg>'))
    .replace(/<!--.*?-->\n/gs, '')
    .replace(/<title>.*<\/title>\n/g, '')
    .replace(/ (?:font-family="Arial"|id="[^"]*")/g, '');
  return onCard(title, Number(width), Number(height), inLines(drawing, source, widths).trimEnd());
}

/** How wide each text is in the layout, by its place. */
function widthsOfTexts(json: string): Map<string, number> {
  const widths = new Map<string, number>();
  JSON.parse(json, (_, value) => {
    if (value?.op === 'T') widths.set(String(value.pt), value.width);
    return value;
  });
  return widths;
}
