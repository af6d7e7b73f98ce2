/**
 * A picture is laid out for letters that are so much larger, so a text fits into its box with any font. The
 * widest usual one, DejaVu Sans in bold, is 1.23 times as wide as Arial.
 */
const WIDEST = 1.25;

const size = (points: string, by: number) => String(Number((Number(points) * by).toFixed(2)));

/** A source whose letters, and boxes of a given width, are larger, for the layout. */
export function enlarged(source: string): string {
  return source
    .replace(/POINT-SIZE="([\d.]+)"/g, (_, points) => `POINT-SIZE="${size(points, WIDEST)}"`)
    .replace(/\bwidth=([\d.]+)/g, (_, inches) => `width=${size(inches, WIDEST)}`);
}

/** The size of letters for the layout. */
export const large = (points: number) => points * WIDEST;

/** A text as Graphviz writes it: a run in one style. */
interface Run {
  readonly x: number;
  readonly y: string;
  readonly anchor: string;
  readonly width: number;
  readonly style: string;
  readonly text: string;
}

const plain = (markup: string) =>
  markup
    .replace(/<[^>]*>/g, '')
    .replaceAll('&#160;', ' ')
    .trim();

/** The lines that a source aligns at the left of their cell. Graphviz does not say so in its output. */
function leftIn(source: string): ReadonlySet<string> {
  const cells = source.matchAll(/<TD\b([^>]*)>((?:(?!<\/TD>).)*)<\/TD>/gs);
  const lines = [...cells].flatMap(([, attributes, content]) =>
    content
      .split(/<BR[^>]*>/)
      .map((line) => ({ line: plain(line), left: attributes.includes('ALIGN="LEFT"') })),
  );
  const left = new Set(lines.flatMap((line) => (line.left ? [line.line] : [])));
  const both = lines.filter(({ line, left: isLeft }) => line !== '' && !isLeft && left.has(line));
  if (both.length > 0)
    throw new Error(`a line is aligned left in one cell and not in another: ${both[0].line}`);
  return left;
}

const TEXT = /<text [^>]*>[^<]*<\/text>\n?/;
/** What begins a group, or texts that follow each other. */
const PARTS = new RegExp(`<g [^>]*class="(\\w+)"|(?:${TEXT.source})+`, 'g');

/**
 * A drawing whose runs of one line are one text each. So a bold run moves what follows it, and no renderer has
 * to squeeze a text: many ignore `textLength`. A line keeps its middle, or where it starts, if it is aligned
 * left in the source or is the label of a frame.
 */
export function inLines(drawing: string, source: string, widths: ReadonlyMap<string, number>): string {
  const left = leftIn(source);
  let frame = false;
  return drawing.replace(PARTS, (part, kind: string | undefined) => {
    if (kind !== undefined) {
      frame = kind === 'cluster';
      return part;
    }
    return linesOf(part, widths)
      .map((line) => written(line, frame || left.has(plain(line.map(({ text }) => text).join('')))))
      .join('');
  });
}

/** Runs that follow each other, by line: the next one starts where the last one ends. */
function linesOf(texts: string, widths: ReadonlyMap<string, number>): Run[][] {
  const lines: Run[][] = [];
  for (const [text] of texts.matchAll(new RegExp(TEXT, 'g'))) {
    const run = runOf(text, widths);
    const last = lines.at(-1)?.at(-1);
    const follows = last?.y === run.y && Math.abs(last.x + last.width - run.x) < 1;
    if (follows) lines.at(-1)?.push(run);
    else lines.push([run]);
  }
  return lines;
}

function runOf(text: string, widths: ReadonlyMap<string, number>): Run {
  const value = (name: string) => new RegExp(` ${name}="([^"]*)"`).exec(text)?.[1] ?? '';
  const width = widths.get(`${value('x')},${-value('y')}`);
  if (width === undefined) throw new Error(`Graphviz gives no width for ${text}`);
  return {
    x: Number(value('x')),
    y: value('y'),
    anchor: value('text-anchor'),
    width,
    style:
      (value('font-weight') === 'bold' ? ' font-weight="bold"' : '') +
      ` font-size="${size(value('font-size'), 1 / WIDEST)}"` +
      (value('fill') === '' ? '' : ` fill="${value('fill')}"`),
    text: />([^<]*)</.exec(text)?.[1] ?? '',
  };
}

function written(line: readonly Run[], fromLeft: boolean): string {
  const [{ x, y, anchor, width, style }] = line;
  const start = anchor === 'middle' ? x - width / 2 : x;
  const middle = start + line.reduce((sum, run) => sum + run.width, 0) / 2;
  const at = Number((fromLeft ? start : middle).toFixed(2));
  const same = line.every((run) => run.style === style);
  const runs = line.map((run) => (same ? run.text : `<tspan${run.style}>${run.text}</tspan>`)).join('');
  const where = `text-anchor="${fromLeft ? 'start' : 'middle'}" x="${at}" y="${y}"`;
  return `<text xml:space="preserve" ${where}${same ? style : ''}>${runs.replaceAll('&#160;', ' ').trim()}</text>\n`;
}
