/** A colour on a light page, and on a dark one. */
type Shades = readonly [light: string, dark: string];

/**
 * The colours of the pictures, by what they are used for. A source names them as DOT does, so that it can also be drawn as it stands.
 */
export const PALETTE: Readonly<Record<'text' | 'line' | 'surface' | 'frame', Readonly<Record<string, Shades>>>> = {
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
  surface: {
    snow: ['#fbfcfe', '#0f1620'], // the card under a picture, for nobody knows what page it stands on
    white: ['#ffffff', '#1c2431'],
    whitesmoke: ['#f3f6fa', '#161d29'],
    aliceblue: ['#e8f1fc', '#14263f'],
    linen: ['#fdf1e5', '#35240f'],
    honeydew: ['#e6f5ec', '#12301f'],
    mistyrose: ['#fcebe9', '#3a1614'],
  },
  frame: { lightgray: ['#c9d0dc', '#3b4657'] }, // decoration: what is framed has a surface of its own as well
};

const SHADES = new Map(Object.values(PALETTE).flatMap((colours) => Object.entries(colours)));

/** The style sheet of the colours that a picture uses: for light pages, and for those of readers who prefer dark ones. */
export function styleOf(svg: string): string {
  const used = [...new Set([...svg.matchAll(/ ((?:fill|stroke)="(?!none")[^"]+")/g)].map(([, attribute]) => attribute))].sort();
  const rules = (scheme: 0 | 1) =>
    used.map((attribute) => {
      const [property, name] = attribute.split(/="|"/);
      const shades = SHADES.get(name);
      if (shades === undefined) throw new Error(`the palette has no ${name}`);
      return `[${property}=${name}]{${property}:${shades[scheme]}}`;
    });
  return `<style>\n${rules(0).join('\n')}\n@media (prefers-color-scheme:dark){\n${rules(1).join('\n')}\n}\n</style>`;
}
