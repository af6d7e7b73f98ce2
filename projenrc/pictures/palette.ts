/** A colour on a light page, and on a dark one. */
type Shades = readonly [light: string, dark: string];

/** The colours of the pictures, by what they are used for, under names that DOT knows too. */
export const PALETTE: Readonly<
  Record<'text' | 'line' | 'card' | 'surface' | 'frame' | 'solid' | 'digit', Readonly<Record<string, Shades>>>
> = {
  text: {
    black: ['#1f2733', '#e6edf3'],
    dimgray: ['#55606f', '#a3afbf'],
  },
  line: {
    slategray: ['#5f6e84', '#8b9bb0'],
    royalblue: ['#2f6fc4', '#5b9bec'],
    chocolate: ['#b3611a', '#e59a55'],
    seagreen: ['#2b7d52', '#52b585'],
    firebrick: ['#b3372f', '#f0857d'],
  },
  card: { snow: ['#fbfcfe', '#0f1620'] }, // under every picture, for nobody knows what page it stands on
  surface: {
    white: ['#ffffff', '#1c2431'],
    whitesmoke: ['#f3f6fa', '#161d29'],
    aliceblue: ['#e8f1fc', '#14263f'],
    linen: ['#fdf1e5', '#35240f'],
    honeydew: ['#e6f5ec', '#12301f'],
    mistyrose: ['#fcebe9', '#3a1614'],
  },
  frame: { lightgray: ['#c9d0dc', '#3b4657'] }, // decoration: what is framed has a surface of its own as well
  solid: {
    gray: ['#667085', '#667085'],
    steelblue: ['#2a6fbf', '#2a6fbf'],
    peru: ['#a85d14', '#a85d14'],
  },
  digit: { ghostwhite: ['#ffffff', '#ffffff'] }, // on what is solid
};

const SHADES = new Map(Object.values(PALETTE).flatMap((colours) => Object.entries(colours)));

/**
 * A picture as it stands on a page: on a card, with a title for screen readers, in the colours of the
 * reader's choice.
 */
export function onCard(title: string, width: number, height: number, drawing: string): string {
  const root =
    `viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="Arial, ` +
    'Helvetica, sans-serif" fill="black" role="img"';
  const card =
    `<rect x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="8" fill="snow" ` +
    'stroke="lightgray"/>';
  const style = styleOf(root + card + drawing);
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" ${root}>\n` +
    `<title>${title}</title>\n` +
    `${style}\n` +
    `${card}\n` +
    `${drawing}\n` +
    '</svg>\n'
  );
}

/**
 * The style sheet of the colours that a picture uses: for light pages, and for those of readers who
 * prefer dark ones.
 */
function styleOf(svg: string): string {
  const used = [
    ...new Set([...svg.matchAll(/ ((?:fill|stroke)="(?!none")[^"]+")/g)].map(([, attribute]) => attribute)),
  ].sort();
  const rules = (scheme: 0 | 1) =>
    used.map((attribute) => {
      const [property, name] = attribute.split(/="|"/);
      const shades = SHADES.get(name);
      if (shades === undefined) throw new Error(`the palette has no ${name}`);
      return `[${property}=${name}]{${property}:${shades[scheme]}}`;
    });
  return `<style>\n${rules(0).join('\n')}\n@media (prefers-color-scheme:dark){\n${rules(1).join('\n')}\n}\n</style>`;
}
