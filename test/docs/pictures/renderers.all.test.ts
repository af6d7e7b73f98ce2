import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../markdown';
import { CHROMIUM, drawnByChromium } from './chromium';
import { findingsIn, type Mark } from './findings';
import { FONT_SETS, withFonts } from './fonts';
import { drawnByRsvg } from './rsvg';

jest.setTimeout(600_000);

const IMAGES = join(ROOT, 'docs', 'images');
const NAMES = readdirSync(IMAGES)
  .filter((name) => name.endsWith('.svg'))
  .sort();
const PICTURES = NAMES.map((name) => readFileSync(join(IMAGES, name), 'utf8'));

const RENDERERS = {
  librsvg: (svgs: readonly string[], env: NodeJS.ProcessEnv) => svgs.map((svg) => drawnByRsvg(svg, env)),
  Chromium: (svgs: readonly string[], env: NodeJS.ProcessEnv) => drawnByChromium(svgs, env, work),
};
type Renderer = keyof typeof RENDERERS;

const MISSING = [
  ...Object.entries(FONT_SETS).flatMap(([name, { folder }]) => (existsSync(folder) ? [] : [name])),
  ...(existsSync(CHROMIUM) ? [] : ['chromium']),
  ...(spawnSync('rsvg-convert', ['--version']).status === 0 ? [] : ['librsvg2-bin']),
];
if (MISSING.length > 0)
  console.warn(`no picture is looked at: it takes the Debian packages ${MISSING.join(', ')}`);

let work: string;
beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), 'pictures-'));
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

const drawn = (renderer: Renderer, set: string, svgs: readonly string[]) =>
  RENDERERS[renderer](svgs, withFonts(FONT_SETS[set], work));

const findings = (names: readonly string[], pictures: readonly Mark[][]) =>
  Object.fromEntries(
    pictures.map((marks, at) => [names[at], findingsIn(marks)]).filter(([, found]) => found.length > 0),
  );

const widthOfTexts = (pictures: readonly Mark[][]) =>
  pictures
    .flat()
    .filter(({ kind }) => kind === 'text')
    .reduce((sum, { box }) => sum + box.right - box.left, 0);

(MISSING.length > 0 ? describe.skip : describe)('the pictures of the guides', () => {
  describe.each(Object.keys(RENDERERS) as Renderer[])('drawn by %s', (renderer) => {
    test.each(Object.keys(FONT_SETS))(
      'keep each text in its shape, and off every other text, with the fonts of %s',
      (set) => {
        const pictures = drawn(renderer, set, PICTURES);
        expect(pictures.every((marks) => marks.some(({ kind }) => kind === 'text'))).toBe(true);
        expect(findings(NAMES, pictures)).toEqual({});
      },
    );

    test('are drawn with the fonts that are meant', () => {
      const [narrow, wide] = ['fonts-liberation', 'fonts-dejavu-core'].map((set) =>
        widthOfTexts(drawn(renderer, set, PICTURES)),
      );
      expect(wide).toBeGreaterThan(narrow * 1.1);
    });

    test('would be found with letters that are too large for their boxes', () => {
      const large = PICTURES.map((svg) =>
        svg.replace(/font-size="([\d.]+)"/g, (_, points) => `font-size="${Number(points) * 1.3}"`),
      );
      const found = findings(NAMES, drawn(renderer, 'fonts-dejavu-core', large));
      expect(Object.keys(found)).toEqual(expect.arrayContaining(['architecture.svg', 'rolling.svg']));
    });
  });

  test('would be found by librsvg if a line were runs of fixed places and lengths', () => {
    const svg =
      '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 40" width="200" height="40" ' +
      'font-family="Arial">\n<rect width="200" height="40" rx="8" fill="white"/>\n' +
      '<text x="10" y="25" textLength="60" font-size="13" font-weight="bold">NodeTemplate</text>' +
      '<text x="72" y="25" textLength="50" font-size="13">standard</text>\n</svg>\n';
    expect(findingsIn(drawn('librsvg', 'fonts-dejavu-core', [svg])[0])).toEqual([
      expect.stringMatching(/^"NodeTemplate" meets "standard" by/),
    ]);
  });
});
