import { type Box, boxesOf, COLUMNS, type Link, nameOf } from './boxes';
import type { Plan } from './plan';
import { TONES } from './tones';
import { summary } from './words';

/**
 * A width in which text fits in any font that a renderer has: wider than letters are on average. So the
 * picture is legible without the fonts that it names.
 */
const LETTER = 0.72;
const SIZE = 13;
const SMALL = 12;
const LINE = 19;
const PAD = 12;
const GAP = 18;
const MARGIN = 24;

/** The plan as a picture: clusters, tiers, launch templates and roles, and what changes. */
export function svgOf(plan: Plan): string {
  const { boxes, links } = boxesOf(plan);
  const widths = COLUMNS.map((column) =>
    Math.max(...boxes.filter((box) => box.column === column).map(widthOf), widthOfText(column, SMALL)),
  );
  const lefts = widths.map(
    (_, at) => MARGIN + widths.slice(0, at).reduce((sum, width) => sum + width + 70, 0),
  );
  const title = lines(
    summary(plan),
    Math.max(
      60,
      Math.floor((lefts[lefts.length - 1] + widths[widths.length - 1] - MARGIN) / (SIZE * LETTER)),
    ),
  );
  const top = MARGIN + title.length * LINE + 34;
  const places = new Map<Box, Place>();
  const bottoms = COLUMNS.map(() => top);
  for (const box of boxes) {
    const column = COLUMNS.indexOf(box.column);
    const height = heightOf(box);
    places.set(box, { x: lefts[column], y: bottoms[column], width: widths[column], height });
    bottoms[column] += height + GAP;
  }
  const width = lefts[lefts.length - 1] + widths[widths.length - 1] + MARGIN;
  const height = Math.max(...bottoms) - GAP + MARGIN;
  const drawing = [
    ...title.map(
      (text, at) =>
        `<text class="title" x="${MARGIN}" y="${MARGIN + 12 + at * LINE}">${escaped(text)}</text>`,
    ),
    ...COLUMNS.map((column, at) => `<text class="faint" x="${lefts[at]}" y="${top - 12}">${column}</text>`),
    ...links.map((link) => arrow(link, places)),
    ...[...places].map(([box, place]) => drawn(box, place)),
  ];
  const numbers = `viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${numbers} role="img" font-family="Arial, Helvetica, sans-serif" font-size="${SIZE}">`,
    `<title>${escaped(`Plan: ${summary(plan)}`)}</title>`,
    `<style>${style()}</style>`,
    `<rect class="card" width="${width}" height="${height}" rx="8" fill="#fbfcfe"/>`,
    ...drawing,
    '</svg>',
    '',
  ].join('\n');
}

interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const widthOfText = (text: string, size: number): number => Math.ceil([...text].length * size * LETTER);
const widthOf = ({ name, lines: more }: Box): number =>
  Math.max(widthOfText(nameOf(name), SIZE), ...more.map((text) => widthOfText(text, SMALL)), 110) + 2 * PAD;
const heightOf = ({ lines: more }: Box): number => (more.length + 1) * LINE + PAD;

/** Attributes are for renderers that read no style sheet: they draw the light picture. */
function drawn({ name, lines: more, tone }: Box, { x, y, width, height }: Place): string {
  const [[fill, frame]] = TONES[tone];
  const text = (line: string, at: number, kind: string, size: number) =>
    `<text class="${kind}" x="${x + PAD}" y="${y + 20 + at * LINE}" font-size="${size}">${escaped(line)}</text>`;
  return [
    `<g><title>${escaped([name, ...more].join(': '))}</title>`,
    `<rect class="${tone}" x="${x}" y="${y}" width="${width}" height="${height}" rx="6" fill="${fill}" stroke="${frame}"/>`,
    text(nameOf(name), 0, 'name', SIZE),
    ...more.map((line, at) => text(line, at + 1, 'line', SMALL)),
    '</g>',
  ].join('\n');
}

function arrow({ from, to }: Link, places: ReadonlyMap<Box, Place>): string {
  const [a, b] = [from, to].map((box) => places.get(box) as Place);
  const [x1, y1, x2, y2] = [a.x + a.width, a.y + 16, b.x, b.y + 16];
  const middle = (x1 + x2) / 2;
  return `<path class="link" d="M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}" fill="none" stroke="#5f6e84"/>`;
}

function style(): string {
  const rules = (scheme: 0 | 1, card: string, text: string, faint: string, link: string) =>
    [
      `.card{fill:${card}}text{fill:${text}}.faint,.line{fill:${faint}}.link{stroke:${link}}`,
      ...Object.entries(TONES).map(
        ([tone, shades]) => `.${tone}{fill:${shades[scheme][0]};stroke:${shades[scheme][1]}}`,
      ),
    ].join('');
  const light = rules(0, '#fbfcfe', '#1f2733', '#475160', '#5f6e84');
  const dark = rules(1, '#0f1620', '#e6edf3', '#b4bfcd', '#8b9bb0');
  return `${light}.title,.name{font-weight:bold}@media (prefers-color-scheme:dark){${dark}}`;
}

/** Words in lines of so many letters. */
function lines(text: string, letters: number): string[] {
  const result: string[] = [];
  for (const word of text.split(' ')) {
    const last = result.length - 1;
    if (last >= 0 && result[last].length + word.length < letters) result[last] += ` ${word}`;
    else result.push(word);
  }
  return result;
}

const escaped = (text: string): string =>
  text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;');
