/**
 * The site of a release, built and opened in a headless Chromium: Debian's, or the one that CHROMIUM names.
 *
 * @jest-environment node
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ERROR_CODES } from '../../src/private/error-code';
import { WARNING_IDS } from '../../src/private/warning-id';
import { deadLinks } from './page-links';
import { Served } from './served';

jest.setTimeout(1_800_000);

const ROOT = join(__dirname, '..', '..');
const SITE = join(ROOT, 'site');
const DIST = join(ROOT, '.cache', 'site', 'built');
/** A release in a folder of its own, with one before it. */
const RELEASE = { SITE_BASE: '/docs/0.2/', SITE_VERSION: '0.2', SITE_VERSIONS: '0.2 0.1' };
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
/** Where screenshots go, for people to look at; none are taken without it. */
const SCREENSHOTS = process.env.SITE_SCREENSHOTS;

const WIDE = { width: 1280, height: 900 };
const PHONE = { width: 375, height: 740 };
/** One page of each kind. */
const KINDS = {
  home: 'index.html',
  index: 'guides.html',
  guide: 'getting-started.html',
  table: 'bad-input.html',
  decision: 'decisions/0002-the-service-pass.html',
  types: 'reference/index.html',
  construct: 'reference/EcsAutoScaledCluster.html',
  class: 'reference/NodeReplacement.html',
  struct: 'reference/NodeProps.html',
  enum: 'reference/AgentLogDriver.html',
};

/** The page's own, in functions that run there. */
declare const document: any;

let site: Served;

beforeAll(async () => {
  execFileSync('npm', ['run', 'docs', '--', '--outDir', DIST], {
    cwd: ROOT,
    env: { ...process.env, ...RELEASE },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  site = await Served.folder(DIST, RELEASE.SITE_BASE, ['/docs/', '/docs/0.1/']);
});

afterAll(async () => {
  await site?.stop();
});

test('no link and no anchor of any page is dead', () => {
  const { links, dead } = deadLinks(site);
  expect(dead).toEqual([]);
  expect(links).toBeGreaterThan(3000);
});

test('each error and each warning has its anchor', () => {
  const html = site.html('bad-input.html');
  expect([...ERROR_CODES, ...WARNING_IDS].filter((code) => !html.includes(`<tr id="${code}"`))).toEqual([]);
});

test.each(['batch', 'concepts', 'getting-started', 'rolling-replacement', 'spot'])(
  'a sample of the guide %s is there in each language that is translated, and C# is labeled',
  (guide) => {
    const [, tabs] = site.html(`${guide}.html`).split('<div class="language-tabs"');
    const [first] = tabs.split('<h2');
    expect([...first.matchAll(/<div class="language-(\w+)/g)].map(([, language]) => language)).toEqual(
      expect.arrayContaining(['ts', 'python', 'java', 'csharp']),
    );
    expect(first).toContain('Translated, not compiled.');
  },
);

test('few samples are in TypeScript alone', () => {
  const guides = site.pages().filter((page) => !page.startsWith('reference/'));
  const count = (pattern: RegExp) =>
    guides.map((page) => [...site.html(page).matchAll(pattern)].length).reduce((sum, some) => sum + some, 0);
  const samples = count(/<div class="language-ts/g);
  expect(samples).toBeGreaterThan(50);
  expect(samples - count(/<div class="language-python/g)).toBeLessThan(5);
});

test('a page leads to where it is edited, and a generated one does not', () => {
  expect(site.html('concepts.html')).toMatch(/href="[^"]+\/edit\/main\/docs\/concepts\.md"/);
  expect(site.html('guides.html')).toMatch(/href="[^"]+\/edit\/main\/docs\/README\.md"/);
  expect(site.html('reference/NodeProps.html')).not.toContain('/edit/main/');
});

const hasChromium = existsSync(CHROMIUM);
if (!hasChromium)
  process.stderr.write(`No Chromium at ${CHROMIUM}: no page is opened. CHROMIUM names another.\n`);

(hasChromium ? describe : describe.skip)('in a browser', () => {
  let browser: any;
  let context: any;
  let page: any;
  /** What the browser says against the page at hand. */
  let problems: string[] = [];

  beforeAll(async () => {
    // from the packages of the site, which the library does not install
    const { chromium } = require(join(SITE, 'node_modules', 'playwright-core'));
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
    context = await browser.newContext({ viewport: WIDE });
    await context.route('**', (route: any) => {
      const url: string = route.request().url();
      if (url.startsWith(site.address) || url.startsWith('data:')) return route.continue();
      problems.push(`asks another host: ${url}`);
      return route.abort();
    });
    page = await context.newPage();
    page.on('console', (message: any) => {
      if (message.type() === 'error' || /hydration/i.test(message.text())) problems.push(message.text());
    });
    page.on('pageerror', (error: Error) => problems.push(error.message));
    page.on('response', (response: any) => {
      if (response.status() >= 400) problems.push(`${response.status()} ${response.url()}`);
    });
  });

  afterAll(async () => {
    await browser?.close();
  });

  beforeEach(async () => {
    problems = [];
    await page.setViewportSize(WIDE);
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  });

  const open = (file: string) => page.goto(`${site.address}${file}`, { waitUntil: 'load' });

  test('the menu of versions leads to the others, each in the folder of its name', async () => {
    await open('concepts.html');
    await page.locator('.VPNavBar .VPFlyout button', { hasText: '0.2' }).first().hover();
    const links = page.locator('.VPNavBar .version-link');
    expect(
      await links.evaluateAll((all: any[]) => all.map(({ textContent, href }) => [textContent, href])),
    ).toEqual([
      ['Unreleased', new URL('/docs/', site.address).href],
      ['0.1', new URL('/docs/0.1/', site.address).href],
    ]);
    expect(await links.first().isVisible()).toBe(true);
  });

  test('a page that does not exist says so, and leads home', async () => {
    await open('no-such-page');
    expect(await page.locator('.NotFound').textContent()).toMatch(/404/);
    await page.locator('.NotFound a').click();
    await page.locator('.VPHome').waitFor();
    expect(page.url()).toBe(site.address);
    expect(problems.filter((problem) => !/404/.test(problem))).toEqual([]);
  });

  test('every page opens without an error and without another host, and is no wider than a phone', async () => {
    const wrong: string[] = [];
    for (const file of site.pages()) {
      problems = [];
      await page.setViewportSize(WIDE);
      await open(file);
      await page.setViewportSize(PHONE);
      const over = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      if (over > 0) problems.push(`${over} px wider than a phone`);
      const broken = await page.evaluate(() =>
        [...document.images]
          .filter((image: any) => image.complete && image.naturalWidth === 0)
          .map(({ src }: any) => src),
      );
      wrong.push(...[...problems, ...broken].map((problem) => `${file}: ${problem}`));
    }
    expect(wrong).toEqual([]);
  });

  test.each([
    ['DockerAuth', /reference\/DockerAuth/],
    ['TooManyClusters', /bad-input(\.html)?#TooManyClusters$/],
    ['my node never registers', /troubleshooting(\.html)?#my-node-never-registers$/],
    ['containerStopTimeout', /reference\/AgentConfig(\.html)?#containerstoptimeout$/],
    ['add_tier', /reference\/EcsAutoScaledCluster(\.html)?#addtier$/],
  ])('the search for %s finds its page among the first three', async (query, expected) => {
    await open('index.html');
    await page.locator('.VPNavBarSearch button').first().click();
    await page.locator('#localsearch-input').fill(query);
    const found = page.locator('#localsearch-list .result');
    await found.first().waitFor();
    const hrefs: string[] = await found.evaluateAll((all: any[]) => all.slice(0, 3).map(({ href }) => href));
    expect(hrefs).toEqual(expect.arrayContaining([expect.stringMatching(expected)]));
    expect(problems).toEqual([]);
  });

  test('a language that is chosen on one page is that of the next, and the arrow keys move among tabs', async () => {
    await open('getting-started.html');
    await page.locator('.VPNavBar .language-switch select').selectOption('Python');
    await open('reference/EcsAutoScaledCluster.html');
    const chosen = page.locator('.language-tabs [role=tab][aria-selected=true]').first();
    await page.waitForFunction(() => document.documentElement.dataset.language === 'python');
    expect(await chosen.textContent()).toBe('Python');
    expect(await page.locator('#addtier ~ .names .l-python').first().isVisible()).toBe(true);
    await chosen.focus();
    await page.keyboard.press('ArrowRight');
    expect(await page.evaluate(() => document.activeElement?.textContent?.trim())).toBe('Java');
    await page.keyboard.press('ArrowRight');
    expect(await page.locator('.not-compiled').first().isVisible()).toBe(true);
    await page.locator('.VPNavBar .language-switch select').selectOption('TypeScript');
    expect(problems).toEqual([]);
  });

  const looks = Object.entries(KINDS).flatMap(([kind, file]) =>
    (['light', 'dark'] as const).flatMap((scheme) =>
      (['wide', 'phone'] as const).map((width) => [kind, scheme, width, file] as const),
    ),
  );

  test.each(looks)(
    'axe finds nothing on a page of the kind %s, %s, %s',
    async (kind, scheme, width, file) => {
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
      await page.setViewportSize(width === 'wide' ? WIDE : PHONE);
      await open(file);
      if (SCREENSHOTS !== undefined) {
        mkdirSync(SCREENSHOTS, { recursive: true });
        await page.screenshot({ path: join(SCREENSHOTS, `${kind}-${scheme}-${width}.png`) });
      }
      await page.evaluate(readFileSync(join(SITE, 'node_modules', 'axe-core', 'axe.min.js'), 'utf8'));
      const violations: string[] = await page.evaluate(async () => {
        const standards = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'];
        const result = await (globalThis as any).axe.run(document, { runOnly: standards });
        return result.violations.flatMap(({ id, nodes }: any) =>
          nodes.slice(0, 3).map((node: any) => `${id}: ${node.target} ${node.any[0]?.message ?? ''}`),
        );
      });
      expect(violations).toEqual([]);
    },
  );
});
